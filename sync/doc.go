// Package sync keeps contacts and accounts the same in Zoho Desk and Salesforce. It has no code of
// its own: its stages are packages below it.
//
//	        vendors (salesforce, zohodesk)          an admin, the API
//	               │ changes        ▲ writes               │
//	               ▼                │                      ▼
//	observe ──▶ mirrors ──▶ gather ─▶ plan ──▶ intents ──▶ execute      engine: leads, brakes
//	                        (reads)   (pure)               │
//	                           ▲                           │
//	                           └────── bases, journal ◀────┘
//
// observe, plan and execute never import each other. They meet in the store, and go by what it
// holds (level-triggered). An event says only "this record may have changed"; so events may be
// lost, doubled, late or out of order.
//
//	vendor    what can be asked of a vendor, what its errors and its silence mean
//	lease     one process at a time does a piece of work
//	mirror    reads records and keeps their mirrors; which of two readings is newer
//	history   runs, their progress and tallies
//	observe   whole lists, changes since a cursor, change events, webhooks
//	gather    everything that planning decides from
//	plan      links and facts become plans; pure
//	execute   owed writes are claimed, sent and recorded; a lost answer is looked for first
//	compare   the daily compare and its report
//	rehearse  planning that saves nothing
//	related   opportunities, tasks and events: cards told to read again, or whole mirrors
//	engine    wires the stages and runs them
//	mapping, reconcile   the pure rules of fields and of pairs
//	salesforce, zohodesk the vendors' clients
//	remotetest           the suite that both clients pass
//	simulator            both vendors, simulated
//
// # Promises
//
// Each is proved by the tests of sync/engine. TestAnyHistory there draws edits, faults and kills of
// processes at random, and checks what must hold after each history.
//
//  1. Once edits stop, both sides are equal where they are mapped.
//  2. One edit is at most one write: what we wrote does not come back as an edit.
//  3. A record has one counterpart, whatever happens: no write makes a duplicate.
//  4. No edit is lost without a word: each survives, or stands in the conflict log with its value.
//  5. A deletion is believed only on positive evidence, never because of an empty list, a refusal
//     or a time-out.
//  6. Accounts are written before their contacts.
//  7. A record that fails holds up no other record.
//  8. Once a pause has returned, no write leaves on any replica.
//  9. A cursor never passes what is not stored: the two move in one transaction.
//  10. The vendors' and the database's clocks decide about order; the process's own may be wrong.
//  11. A mass deletion or mass blanking is written only after an admin said that it is meant.
//
// # Glossary
//
//	base          the mapped values that both sides last agreed on, one set per side; what differs
//	              from it is an edit
//	brake         halts the sync before a mass deletion or mass blanking
//	claim         an executor's lease on an intent
//	conflict      both sides changed a field, and one value had to win
//	cursor        how far a side's object was read by one way in
//	dirty         a link whose records may have changed since it was planned
//	drift         what a compare finds unequal; also a mapped field that changed at its vendor
//	epoch         a number that rises when planned writes become void (pause, direction, delete)
//	facts         what planning a batch needs to know besides its links
//	failure       why a record is not synced, for the admin
//	fence         a number that rises with each holder of a lease; writes under an older one lose
//	half link     a link that knows one record, and not yet its counterpart
//	hint          an event's word that a record may have changed
//	intent        one write that is owed to one side
//	link          ties a record to its counterpart
//	lost write    a write that was sent and never answered: it may have been done
//	mark          the link's id in a field of the record, which proves that we made it
//	match key     email or name in the form in which counterparts are matched
//	mirror        our copy of the mapped, filtered and shown fields of a vendor's record
//	unlinked      taken apart by the filter; each half link remembers the other's record
//	plan          what is to be done about one link: bases, intents, conflicts, a failure
//	resting       a field that is left alone, because an automation rewrites each of our writes
//	run           one entry of the history: what was done because of one cause
//	survivor      the record that is left of a merge, or of a pair whose other record was deleted
//	throttled     a side that is left alone until it has calls again
//	unanswered    of a write: sent, and nobody knows what came of it
package sync
