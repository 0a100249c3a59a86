import type { AccessDenied, Answer, Problem } from '../api/client';
import type { CardFragment, CardOpportunitiesFragment } from '../generated/graphql';

/** Why a part of the card has no rows: the profile may not see it, or it could not be read this time. */
export type Section<T> =
  | { readonly state: 'shown'; readonly value: T }
  | { readonly state: 'denied' }
  | { readonly state: 'unavailable'; readonly code: string };

/** Sections that hang on the contact, or on the account where there is no contact. */
export type Related = 'notes' | 'events' | 'tasks';

/** Whether `extensions.accessDenied` names a field, as `Type.field` or by its bare name. */
export const isDenied = (denied: readonly AccessDenied[], name: string): boolean => denied.some(({ field }) => field === name || field.endsWith(`.${name}`));

const codeAt = (problems: readonly Problem[], name: string): string | undefined => problems.find((problem) => problem.path.includes(name))?.code;

/** Tells an absent part apart: denied ones disappear from the card, unreadable ones say so. */
export function section<T>(value: T | null | undefined, name: string, answer: Pick<Answer<unknown>, 'denied' | 'problems'>): Section<T> {
  if (value !== null && value !== undefined) return { state: 'shown', value };
  if (isDenied(answer.denied, name)) return { state: 'denied' };
  const code = codeAt(answer.problems, name);
  return code === undefined || code === 'FORBIDDEN' ? { state: 'denied' } : { state: 'unavailable', code };
}

/** The rows of one related section: the contact's own, or the account's on an account page. */
export function relatedOf<K extends Related>(card: CardFragment, name: K, answer: Pick<Answer<unknown>, 'denied' | 'problems'>): Section<NonNullable<NonNullable<CardFragment['contact']>[K]>> {
  type Rows = NonNullable<NonNullable<CardFragment['contact']>[K]>;
  return section<Rows>((card.contact ?? card.account)?.[name] as Rows | null | undefined, name, answer);
}

export type OpportunityRow = NonNullable<CardOpportunitiesFragment['nodes']>[number];

/** The contact's and the account's opportunities, each once: open ones first, the soonest close date on top. */
export function opportunitiesOf(card: CardFragment, answer: Pick<Answer<unknown>, 'denied' | 'problems'>): Section<readonly OpportunityRow[]> {
  const sources = [card.contact?.opportunities, card.account?.opportunities].filter((source) => source !== null && source !== undefined);
  if (sources.length === 0) return section<readonly OpportunityRow[]>(null, 'opportunities', answer);
  const once = new Map(sources.flatMap((source) => source.nodes ?? []).reverse().map((row) => [row.salesforceId, row]));
  return { state: 'shown', value: [...once.values()].sort(byOpenThenCloseDate) };
}

function byOpenThenCloseDate(left: OpportunityRow, right: OpportunityRow): number {
  if (left.open !== right.open) return left.open ? -1 : 1;
  const [first, second] = [left.closeDate ?? '', right.closeDate ?? ''];
  const order = first < second ? -1 : first > second ? 1 : 0;
  return left.open ? order : -order;
}

interface Dated { readonly startsAt: string | null; readonly endsAt: string | null }

/** Events still to come (soonest first) and those behind (latest first). One that is under way counts as to come. */
export function splitEvents<T extends Dated>(events: readonly T[], now: number): { upcoming: T[]; past: T[] } {
  const start = (event: T): number => Date.parse(event.startsAt ?? '') || 0;
  const over = (event: T): boolean => (Date.parse(event.endsAt ?? event.startsAt ?? '') || 0) < now;
  return {
    upcoming: events.filter((event) => !over(event)).sort((a, b) => start(a) - start(b)),
    past: events.filter(over).sort((a, b) => start(b) - start(a)),
  };
}

/** Open tasks by due date, those without one last. */
export const byDueDate = <T extends { readonly dueDate: string | null }>(a: T, b: T): number => (a.dueDate ?? '9999').localeCompare(b.dueDate ?? '9999');
