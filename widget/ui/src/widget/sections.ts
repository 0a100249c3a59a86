import type { AccessDenied, Answer, Problem } from '../api/client';
import type { CardFragment, SectionsFragment } from '../generated/graphql';

/** What an answer says beside its data. */
export type Aside = Pick<Answer<unknown>, 'denied' | 'problems'>;

/** Why a part of the card has no rows: it is being read, the profile may not see it, or it could not be read this time. */
export type Section<T> =
  | { readonly state: 'shown'; readonly value: T }
  | { readonly state: 'reading' }
  | { readonly state: 'denied' }
  | { readonly state: 'unavailable'; readonly code: string };

/** Whether `extensions.accessDenied` names a field, as `Type.field` or by its bare name. */
export const isDenied = (denied: readonly AccessDenied[], name: string): boolean =>
  denied.some(({ field }) => field === name || field.endsWith(`.${name}`));

const codeAt = (problems: readonly Problem[], name: string): string | undefined =>
  problems.find((problem) => problem.path.includes(name))?.code;

/** Tells an absent part apart: denied ones disappear from the card, unreadable ones say so. `alias` is the part's name in the operation. */
export function section<T>(value: T | null | undefined, alias: string, field: string, aside: Aside): Section<T> {
  if (value !== null && value !== undefined) return { state: 'shown', value };
  if (isDenied(aside.denied, field)) return { state: 'denied' };
  const code = codeAt(aside.problems, alias);
  return code === undefined || code === 'FORBIDDEN' ? { state: 'denied' } : { state: 'unavailable', code };
}

/** Whose related records the card shows: the contact's, whose account's opportunities come with its own; or an account's where there is no contact. */
export const owners = (card: CardFragment): { contact: boolean; account: boolean } => ({
  contact: card.contact !== null,
  account: card.contact === null && card.account !== null,
});

type Whole = NonNullable<SectionsFragment['contact']>;
export type SectionName = Exclude<keyof Whole, 'id'>;

const fields: Readonly<Record<SectionName, string>> = {
  openOpportunities: 'opportunities',
  closedOpportunities: 'opportunities',
  notes: 'notes',
  openTasks: 'tasks',
  doneTasks: 'tasks',
  events: 'events',
};

/** One part of the related records; "reading" while there is no answer yet. */
export function part<N extends SectionName>(
  sections: SectionsFragment | null,
  name: N,
  aside: Aside,
): Section<NonNullable<Whole[N]>> {
  if (!sections) return { state: 'reading' };
  const whole: Whole | null = sections.contact ?? sections.account ?? null;
  const value = whole?.[name] as NonNullable<Whole[N]> | null | undefined;
  return section(value, name, fields[name], aside);
}

/** Whether a part of the related records could not be read, so that it should be asked for again. */
export const unfinished = (sections: SectionsFragment, aside: Aside): boolean =>
  (Object.keys(fields) as SectionName[]).some((name) => part(sections, name, aside).state === 'unavailable');

interface Dated {
  readonly startsAt: string | null;
  readonly endsAt: string | null;
}

/** Events still to come (soonest first) and those behind (latest first). One that is under way counts as to come. */
export function splitEvents<T extends Dated>(events: readonly T[], now: number): { upcoming: T[]; past: T[] } {
  const start = (event: T): number => Date.parse(event.startsAt ?? '') || 0;
  const over = (event: T): boolean => (Date.parse(event.endsAt ?? event.startsAt ?? '') || 0) < now;
  return {
    upcoming: events.filter((event) => !over(event)).sort((a, b) => start(a) - start(b)),
    past: events.filter(over).sort((a, b) => start(b) - start(a)),
  };
}
