import { t } from '../messages/explorer';

/** A query to begin with, named by its text in the catalogue. */
interface Template {
  readonly name: 'contacts' | 'card' | 'stages' | 'months' | 'closing' | 'sync';
  readonly query: string;
}

/** Queries to begin with. Each runs as it is. */
export const templates: readonly Template[] = [
  {
    name: 'contacts',
    query: `{
  viewer { subject scope }
  contacts(first: 5, orderBy: NAME_ASC) { nodes { name email account { name } } totalCount }
}
`,
  },
  {
    name: 'card',
    query: `query Card($by: CustomerKey = { email: "somebody@example.com" }) {
  customer(by: $by) {
    asOf
    contact { name email phone opportunities(open: true, first: 5) { totalCount sums { amount currency } nodes { name stage amount } } }
    account { name website }
  }
}
`,
  },
  {
    name: 'stages',
    query: `{
  pipeline(groupBy: STAGE, filter: { open: true }) { label count amount weightedAmount currency partial }
}
`,
  },
  {
    name: 'months',
    query: `{
  pipeline(groupBy: CLOSE_MONTH, filter: { open: true }) { key count amount currency partial }
}
`,
  },
  {
    name: 'closing',
    query: `{
  opportunities(filter: { open: true }, orderBy: CLOSE_DATE_ASC, first: 20) {
    nodes { name stage amount currency closeDate account { name } owner { name } }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    name: 'sync',
    query: `{
  integration { status reason lagSeconds counts { linkedContacts linkedAccounts openFailures openConflicts pending } }
  activity(days: 7) { day changed failed deskCalls salesforceCalls }
  failureCategories(filter: { resolved: false }) { code object count }
}
`,
  },
];

const notes: Partial<Readonly<Record<Template['name'], () => string>>> = {
  contacts: () => t('note.contacts'),
  card: () => t('note.card'),
  sync: () => t('note.sync'),
};

/** The query with its note above it, in the reader's language. */
export function textOf({ name, query }: Template): string {
  const note = notes[name]?.();
  return note === undefined ? query : `# ${note}\n${query}`;
}

/** A text inside single quotes for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that asks the same. The token stands in a variable: commands end in histories and logs. */
export function asCurl(address: string, query: string, variables: string): string {
  let values: unknown;
  try {
    values = JSON.parse(variables || '{}');
  } catch {
    values = {};
  }
  const body = JSON.stringify({ query, variables: values });
  return `curl -sS ${quoted(address)} \\
  -H "Authorization: Bearer $SIDELIGHT_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d ${quoted(body)}`;
}
