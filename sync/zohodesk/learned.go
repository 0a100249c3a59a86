package zohodesk

import (
	"sync"
	"time"
)

// The vendor's files, its pages and what was seen of live organizations disagree here and there.
// The client takes every form in answers, sends what the files say, and where an organization turns
// out to want something else, remembers it for a while: so that it is found out once an hour, not
// once a call.

// learnedFor is how long something that was found out is relied on.
const learnedFor = time.Hour

// learned is what was found out of the organization. It is safe for concurrent use.
type learned struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// Kinds of what can be found out; each is about an object, some about a field of it.
const (
	listIsNarrow = "list" // the list refuses our fields parameter: rows are read by their ids
	// byIDsShort: contactsByIds is refused, or its rows lack fields: records are read one by one.
	byIDsShort   = "byIds"
	searchShort  = "search" // a search by ids is refused, or its rows lack fields
	blankOther   = "blank"  // the field's blank is not written as the vendor's files say
	binByID      = "bin"    // the recycle bin wants moduleId
	noSuchValues = "values" // neither description tells the values of a picklist
)

func about(kind, module, field string) string { return kind + " " + module + " " + field }

func (l *learned) note(what string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	l.until[what] = now.Add(learnedFor)
}

func (l *learned) forget(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.until, what)
}

func (l *learned) holds(what string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	until, known := l.until[what]
	if known && !now.Before(until) {
		delete(l.until, what)
	}
	return known && now.Before(until)
}
