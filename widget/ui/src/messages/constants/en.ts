/** The texts of what new records get beside the mapping. */
export const en = {
  constantsOf: 'What new records get: {object}',
  constantsText:
    'Every record that Sidelight creates gets these values, once. Records that exist are not touched, and what people change later stays.',
  constantsNone: 'Nothing beside the mapping.',
  constantAdd: 'Add a value',
  constantField: 'Field of new records',
  value: 'Value',
  constantValue: 'Value of {field}',
  constantRemove: 'Remove the value of {field}',
  constantsSave: 'Save the values',
  constantsTitle: 'Save what new records get?',
  constantsFact: 'From now on, new records in {side} get {field} = {value}.',
  constantsNoMore: 'New records get no values beside the mapping any more.',
  constantsKept: 'Records that exist are not touched.',
  severalWords: 'one; another',
} as const;
