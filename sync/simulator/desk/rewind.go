package desk

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// rewind serves POST /_sim/rewind {"hours":24} or {"to":"2026-05-03T09:00:00Z"}: contacts and
// accounts are again what they were then, as after a restored backup. Nobody is told, and ids that
// were given since are not given again. Changes are remembered as far back as this process has run,
// 20,000 of a module; what is older stays as it is.
func (s *Server) rewind(w http.ResponseWriter, r *http.Request) {
	var back struct {
		Hours float64    `json:"hours"`
		To    *time.Time `json:"to"`
	}
	if err := decodeStrictly(r, &back); err != nil || (back.Hours <= 0) == (back.To == nil) {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": "either hours above zero, or to, a time"}}, nil)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	then := s.now().Add(-time.Duration(back.Hours * float64(time.Hour)))
	if back.To != nil {
		then = *back.To
	}
	told := map[string]int{}
	for _, m := range []*module{s.accounts, s.contacts} {
		var puts []put
		for id, was := range m.asOf(then) {
			p := put{Kind: m.name, ID: id}
			if was != nil {
				p.Value = was
			}
			puts = append(puts, p)
		}
		if err := s.commit(puts...); err != nil {
			send(w, answer{}, err)
			return
		}
		m.recent = nil // the index is as old as the records
		told[m.name] = len(puts)
	}
	send(w, answer{body: told}, nil)
}

// decodeStrictly reads the body of a control call; a name that is not known is an error.
func decodeStrictly(r *http.Request, into any) error {
	dec := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
