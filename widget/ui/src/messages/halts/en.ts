/** The texts of a sync that was halted because a side is not what its links were made with. */
export const en = {
  haltTitle: 'How it may go on',
  'halt.OTHER_ORGANIZATION':
    'The credentials lead to another organization than the one whose records are linked. Nothing is read or written until you choose.',
  'halt.WENT_BACK':
    'A side holds older records than it did, as after a restored backup. Nothing is read or written until you choose.',
  'halt.GONE_WITHOUT_TRACE':
    'Many records are gone from a side, and no recycle bin has them. Nothing is read or written until you choose.',
  serverSays: 'The server says: {reason}',
  haltConnect: 'Connect the earlier one again',
  haltConnectText: 'The sync goes on by itself as soon as the side is again what the records were linked with.',
  haltTake: 'Take {side} as new…',
  haltTakeText: 'What {side} holds now counts from now on. Nothing at either vendor changes before you start the sync.',
  haltTakeDesk: 'Another organization of Zoho Desk is connected by its id first.',
  takeTitle: 'Take {side} as it is now for the new one?',
  takeForgets:
    'All that is known of records is forgotten: links, copies, writes that are owed, failures, conflicts and the journal.',
  takeKeeps:
    'Connections, mappings, filters and permissions stay. When you start the sync, everything is matched anew.',
  takeConfirm: 'Take as new',
  taken: '{side} was taken as new. Start the first sync when you are ready.',
  haltResume: 'Go on, and treat each as deleted…',
  haltResumeText: 'Choose this when the records were really removed.',
  goneTitle: 'Treat the records that are gone as deleted?',
  goneFacts: 'Each record that is gone without a trace counts as deleted from now on.',
  goneCounterparts: 'When its counterpart changes: {policy}.',
  'code.GONE_WITHOUT_TRACE': 'Records are gone without a trace',
  'code.SIDE_UNUSABLE': 'A side cannot be used',
  'code.UNAVAILABLE': 'The database cannot be used',
} as const;
