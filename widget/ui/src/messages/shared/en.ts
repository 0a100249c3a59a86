/** What the card and the console both say. */
export const en = {
  'age.now': 'just now',
  yes: 'Yes',
  no: 'No',
  language: 'Language',
  languageAuto: 'Automatic',
  desk: 'Zoho Desk',
  salesforce: 'Salesforce',
  tryAgain: 'Try again',
  'rule.TWO_WAY': 'Two-way',
  'rule.PREFER_SALESFORCE': 'Two-way, Salesforce wins',
  'rule.PREFER_SALESFORCE_UNLESS_BLANK': 'Two-way, Salesforce wins unless blank',
  'rule.PREFER_DESK': 'Two-way, Zoho Desk wins',
  'rule.SALESFORCE_TO_DESK': 'Salesforce to Zoho Desk only',
  'rule.DESK_TO_SALESFORCE': 'Zoho Desk to Salesforce only',
  'rule.OFF': 'Off',
  popupBlocked: 'The browser blocked the sign-in window. Allow pop-ups for this page, then try again.',
} as const;
