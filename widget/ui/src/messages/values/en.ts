/** The texts of a mapping's table of values. */
export const en = {
  valueTable: 'Values…',
  valueTableCount: { one: 'Values: {count} pair…', other: 'Values: {count} pairs…' },
  valueTableTitle: 'Values that mean the same: {desk} and {salesforce}',
  valueTableText:
    'Where the right side is blank, a value goes with the one of the same text. Several values may stand for one: the first of them goes back.',
  deskValue: 'Zoho Desk value {number}',
  salesforceValue: 'Salesforce value {number}',
  sameText: 'the same: {value}',
  valueInactive: 'not active',
  valueAdd: 'Add a pair',
  valueRemove: 'Remove pair {number}',
  valuesLeft: 'Active in Salesforce, and without a counterpart: {values}',
  valuesDone: 'Done',
  valuesDraft: 'The table becomes part of the mapping when that is saved.',
} as const;
