/** The texts around GraphiQL, which itself is in English. */
export const en = {
  beginWith: 'Begin with',
  copyCurl: 'Copy as curl',
  copied: 'Copied',
  toConsole: 'Console',
  language: 'Language',
  automatic: 'As the browser says',
  'template.contacts': 'Contacts',
  'template.card': 'A customer’s card',
  'template.stages': 'Pipeline by stage',
  'template.months': 'Pipeline by month',
  'template.closing': 'Opportunities that close next',
  'template.sync': 'How the sync stands',
  'note.contacts':
    'Press Ctrl-Enter. The header below holds the caller’s token; the schema shown is what that caller may use.',
  'note.card': 'One of: deskTicketId, deskContactId, deskAccountId, email, salesforceId.',
  'note.sync': 'For admins.',
} as const;
