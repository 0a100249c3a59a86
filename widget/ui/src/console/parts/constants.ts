import type { ConstantInput, MappingQuery, Side } from '../../generated/graphql';

/** What new records of a side get in a field, by API name. */
export interface ConstantRow {
  readonly side: Side;
  readonly field: string;
  readonly value: string;
}

/** A field with the values that it offers under other names. */
export type OfferedField = NonNullable<MappingQuery['desk']>[number];

const sides: readonly Side[] = ['SALESFORCE', 'DESK'];

/** The rows as the API takes them. One without a field is not begun yet. */
export const constantInputs = (rows: readonly ConstantRow[]): ConstantInput[] =>
  rows.filter((row) => row.field !== '').map(({ side, field, value }) => ({ side, field, value }));

/** Constants that were read from outside; null where they are none. */
export function constantsIn(given: unknown): ConstantRow[] | null {
  if (!Array.isArray(given)) return null;
  const rows: ConstantRow[] = [];
  for (const one of given as unknown[]) {
    const { side, field, value } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    const known = sides.find((name) => name === side);
    if (!known || typeof field !== 'string' || typeof value !== 'string') return null;
    rows.push({ side: known, field, value });
  }
  return rows;
}

/** A constant as the audit writes it: SIDE field = value. */
export function constantOf(text: unknown): ConstantRow | null {
  const [, side, field, value] = typeof text === 'string' ? (/^(\S+) (\S+) = (.*)$/s.exec(text) ?? []) : [];
  const known = sides.find((name) => name === side);
  return known && field && value !== undefined ? { side: known, field, value } : null;
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
const isRecordType = (field: OfferedField | undefined): boolean => field?.type === 'REFERENCE';

/** A record type's id, where its label is given: files name labels, since ids differ between organizations. */
export function withId(row: ConstantRow, field: OfferedField | undefined): ConstantRow {
  const choice = isRecordType(field) ? field?.choices?.find((one) => same(one.label, row.value)) : undefined;
  return choice ? { ...row, value: choice.value } : row;
}

/** A record type's label, where its id is given and no other record type has the label; any other value as it is. */
export function withLabel(row: ConstantRow, field: OfferedField | undefined): ConstantRow {
  if (!isRecordType(field)) return row;
  const label = field?.choices?.find((one) => one.value === row.value)?.label;
  const named = field?.choices?.filter((one) => label !== undefined && same(one.label, label)).length;
  return label !== undefined && named === 1 ? { ...row, value: label } : row;
}
