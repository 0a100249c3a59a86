/** The texts of second emails and of the calls that are kept for agents. */
export const en = {
  matchSecondary: 'Match contacts by second emails, too',
  matchSecondaryText:
    'Zoho Desk knows a second email of a contact. Where it is another contact’s email in Salesforce, the two are linked when neither has another candidate. Without this they are failures, and nothing is made.',
  secondaryOn: 'Contacts are also linked by a second email from now on; each keeps its own emails.',
  secondaryOff: 'New contacts are no longer linked by a second email. Pairs that are linked stay linked.',
  impactMatched: '{object}: {count} more pairs would be linked.',
  keptTitle: 'API calls for agents',
  keptLabel: 'Percent of the daily calls that is kept for agents',
  keptText:
    'The sync stops when only this share is left, and goes on the next day; cards are still read. Both vendors’ clients keep to it.',
  keptServer: 'The server’s own setting holds: {percent} %.',
  keptOwn: 'The server’s own setting holds again; it is told once both clients keep to it.',
  keptOwnUse: 'Use the server’s own',
  keptQuestion: 'Change how many API calls are kept for agents?',
  keptChange: 'From {before} % to {after} % of each vendor’s daily calls.',
  keptSide: '{side}: {kept} of {limit} calls are kept for agents, {sync} are the sync’s; {used} are used.',
  keptHolds: '{side}: the sync has used its share, and waits.',
  agentCards: 'Whose cards agents may open',
  agentCardsAny: 'Agents may open the card of any customer, on tickets, contacts and accounts.',
  agentCardsTickets:
    'Agents see the customers of tickets that Zoho Desk shows them, and nobody else: no card on contact and account pages, no lists, no linking by hand.',
  agentCardsPrivate:
    'Agents see the customers of their own tickets, of unassigned ones, and of unassigned ones of their teams, and nobody else: no card on contact and account pages, no lists, no linking by hand.',
  historyShorter:
    'History, resolved failures and the journal older than {after} days are removed (before: {before} days). That cannot be taken back.',
  historyLonger: 'History is kept for {days} days from now on.',
} as const;
