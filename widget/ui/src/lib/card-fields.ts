const address = (prefix: string): string[] =>
  ['Street', 'City', 'State', 'PostalCode', 'Country'].map((field) => prefix + field);

/** The lines of a part of the card by the API's names, in their usual order, with the mapped fields that each tells by Salesforce's names. */
export const cardLines = {
  CONTACT: {
    email: ['Email'],
    phone: ['Phone'],
    mobile: ['MobilePhone'],
    title: ['Title'],
    department: ['Department'],
    mailingAddress: address('Mailing'),
    owner: [],
  },
  ACCOUNT: {
    website: ['Website'],
    phone: ['Phone'],
    industry: ['Industry'],
    annualRevenue: ['AnnualRevenue'],
    numberOfEmployees: ['NumberOfEmployees'],
    billingAddress: address('Billing'),
    owner: [],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The mapped fields that the head of a part tells. */
export const headFields = { CONTACT: ['FirstName', 'LastName'], ACCOUNT: ['Name'] } as const;

/** The mapped fields that have no line of their own: each is listed by its own name. */
export function unlined(object: keyof typeof cardLines, names: readonly string[]): string[] {
  const lines: Readonly<Record<string, readonly string[]>> = cardLines[object];
  const told = new Set<string>([...headFields[object], ...Object.values(lines).flat()]);
  return names.filter((name) => !told.has(name));
}

/** What an order names comes first, as it says; the rest follows as it stands. */
export function inOrder<T>(items: readonly T[], order: readonly string[], nameOf: (item: T) => string): T[] {
  const place = (item: T): number => {
    const at = order.indexOf(nameOf(item));
    return at < 0 ? order.length : at;
  };
  return [...items].sort((a, b) => place(a) - place(b));
}
