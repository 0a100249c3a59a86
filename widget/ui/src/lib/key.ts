import type { CustomerKey } from '../generated/graphql';

const parameters = ['deskTicketId', 'deskContactId', 'deskAccountId', 'email', 'salesforceId'] as const;

/** Which customer a page's query string asks for: the most precise key wins; null when there is none. */
export function customerKey(search: string): CustomerKey | null {
  const query = new URLSearchParams(search);
  for (const name of parameters) {
    const value = query.get(name)?.trim();
    if (value) return { [name]: value } as CustomerKey;
  }
  return null;
}

/** One text per key, to remember what was shown for it. */
export const keyText = (key: CustomerKey): string => JSON.stringify(key);
