package salesforce

import (
	"encoding/json"
	"net/http"
	"time"
)

// maxPast is how many changes are remembered.
const maxPast = 20_000

// past is what a record was before a change; nil where there was none.
type past struct {
	at    time.Time
	table *table
	id    string
	row   *row
}

// remember keeps what a transaction has changed; s.mu is held.
func (s *Server) remember(t *tx) {
	for _, c := range t.changes {
		held := c.next
		if held == nil {
			held = c.old
		}
		s.past = append(s.past, past{t.at, held.table, held.id(), c.old})
	}
	if more := len(s.past) - maxPast; more > 0 {
		s.past = append([]past(nil), s.past[more:]...)
	}
}

// rewind serves POST /_sim/rewind {"hours":24} or {"to":"2026-05-03T09:00:00Z"}: records are again
// what they were then, as after a restored backup. No change event tells of it, and ids that were
// given since are not given again. Changes are remembered as far back as this process has run.
func (s *Server) rewind(w http.ResponseWriter, r *http.Request) {
	var back struct {
		Hours float64    `json:"hours"`
		To    *time.Time `json:"to"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(&back); err != nil || (back.Hours <= 0) == (back.To == nil) {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "either hours above zero, or to, a time"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	then := s.now().Add(-time.Duration(back.Hours * float64(time.Hour)))
	if back.To != nil {
		then = *back.To
	}
	told := map[string]int{}
	var puts []put
	kept := len(s.past)
	for ; kept > 0 && s.past[kept-1].at.After(then); kept-- {
		// The last change first: what stands in the end is the oldest.
		was := s.past[kept-1]
		p := put{Kind: was.table.name, ID: was.id}
		if was.row != nil {
			p.Value = &stored{was.row.values, was.row.deletedWith}
		}
		puts = append(puts, p)
		told[was.table.name]++
	}
	if err := s.commit(puts...); err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	s.past = s.past[:kept]
	writeJSON(w, http.StatusOK, told)
}
