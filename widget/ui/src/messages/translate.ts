import { language, locale, type Language } from './language';

/** A text, or one for each plural form that the languages need. */
export type Text = string | { readonly one: string; readonly other: string };
export type Catalogue = Readonly<Record<string, Text>>;

/** The same keys with the same kind of text: what a translation of a catalogue must have. */
export type TranslationOf<C extends Catalogue> = {
  readonly [K in keyof C]: C[K] extends string ? string : { readonly one: string; readonly other: string };
};

type Names<T extends string> = T extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;
type NamesOf<T> = T extends string ? Names<T> : T extends { readonly other: infer O extends string } ? Names<O> : never;
type Values<N extends string> = [N] extends [never] ? [] : [values: Readonly<Record<N, string | number>>];

/** Tells the text of a key in the reader's language, its values filled in. Numbers are written as the reader's locale does. */
export type Translate<C extends Catalogue> = <K extends keyof C & string>(
  key: K,
  ...values: Values<NamesOf<C[K]>>
) => string;

/** Makes the translator of a catalogue. A text with plural forms is chosen by the value named count. */
export function translator<C extends Catalogue>(
  english: C,
  others: Readonly<Record<Exclude<Language, 'en'>, TranslationOf<C>>>,
): Translate<C> {
  const catalogues: Readonly<Record<Language, Catalogue>> = { en: english, ...others };
  return (key, ...rest) => {
    const spoken = language();
    const values: Readonly<Record<string, string | number>> = rest[0] ?? {};
    const text = catalogues[spoken][key] ?? english[key] ?? key;
    const plural = new Intl.PluralRules(spoken).select(Number(values.count ?? 0)) === 'one' ? 'one' : 'other';
    const template = typeof text === 'string' ? text : text[plural];
    return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return typeof value === 'number' ? new Intl.NumberFormat(locale()).format(value) : (value ?? whole);
    });
  };
}
