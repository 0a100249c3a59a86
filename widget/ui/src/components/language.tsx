import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { choice, choose, language, languages, onLanguage, type Language } from '../messages/language';

const names: Readonly<Record<Language, string>> = { en: 'English', 'pt-BR': 'Português (Brasil)', es: 'Español' };

/** Renders again when the language changes: a page calls it at its root. */
export function useLanguage(): Language {
  const [, setTurn] = useState(0);
  useEffect(() => onLanguage(() => setTurn((n) => n + 1)), []);
  return language();
}

/** Lets the reader choose the language; the choice is kept in the browser. */
export function LanguageChoice({ label, automatic }: { label: string; automatic: string }): JSX.Element {
  return (
    <select
      class="language"
      aria-label={label}
      value={choice() ?? ''}
      onChange={(event) => choose(languages.find((one) => one === event.currentTarget.value) ?? null)}
    >
      <option value="">{automatic}</option>
      {languages.map((one) => (
        <option key={one} value={one} lang={one}>
          {names[one]}
        </option>
      ))}
    </select>
  );
}
