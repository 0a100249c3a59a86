package models

import (
	"strings"
	"time"
)

// Cursor is how far a side's object was read by one way in. It is stored together with the rows it
// covers.
type Cursor struct {
	Side   Side       `gorm:"primaryKey"`
	Object SyncObject `gorm:"primaryKey"`
	// Kind is the way in: one of the cursor kinds.
	Kind      string `gorm:"primaryKey"`
	Value     string
	UpdatedAt time.Time
}

// Cursor kinds, with what their values are. "" is the beginning.
const (
	CursorLoad   = "load"   // the next page's token, or LoadDone
	CursorPoll   = "poll"   // a PollCursor
	CursorStream = "stream" // the replay position of the change events
	CursorDrift  = "drift"  // the token of the page at which a compare had to stop
	CursorPush   = "push"   // a PushState
)

// Trigger is why records were read on this way: change events and webhooks, which have no cursor,
// name them; everything else finds them.
func (c *Cursor) Trigger() RunTrigger {
	if c == nil || c.Kind == CursorStream {
		return TriggerChange
	}
	return TriggerPoll
}

// LoadDone is the value of a load cursor whose object was read to its end.
const LoadDone = "done"

// PollCursor is where a poll goes on:
//
//	settled ──the vendor has more──▶ between pages ──last page──▶ settled
//	between pages, when a pass begins there ──last page──▶ one more poll ──▶ settled
//
// Settled, everything that changed until the last poll was asked for. Between pages it was not: a
// pass that begins there reads the rest first and then asks once more.
type PollCursor struct {
	// Position is the vendor's own cursor; "" asks for the mark "now".
	Position string
	// BetweenPages tells that the rest of a poll is owed.
	BetweenPages bool
}

// betweenPages begins the stored value of a poll cursor between two pages.
const betweenPages = "+"

// ParsePollCursor reads the stored value of a poll cursor.
func ParsePollCursor(value string) PollCursor {
	position, rest := strings.CutPrefix(value, betweenPages)
	return PollCursor{Position: position, BetweenPages: rest}
}

// String is the value to store.
func (c PollCursor) String() string {
	if c.BetweenPages {
		return betweenPages + c.Position
	}
	return c.Position
}
