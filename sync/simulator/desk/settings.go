package desk

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"sidelight/sync/simulator/automation"
)

// settings are what an administrator or the vendor's sales would change, at POST /_sim/settings. They last until the
// process or a reset ends them.
type settings struct {
	// UniqueEmail refuses a second contact with the email of another, as an organization can choose.
	UniqueEmail bool `json:"uniqueEmail"`
	// DailyCredits is the API credits of a day, Concurrency how many API calls may be under way at once.
	DailyCredits int `json:"dailyCredits"`
	Concurrency  int `json:"concurrency"`
	// ListLimit is the largest limit of lists of contacts and accounts: some modules of the vendor refuse more than 50.
	ListLimit int `json:"listLimit"`
	// Automations rewrite fields while records are saved.
	Automations []automation.Rule `json:"automations"`
}

// maxListLimit is the vendor's documented maximum.
const maxListLimit = 100

func (s *Server) current() settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

func (s *Server) showSettings(w http.ResponseWriter, _ *http.Request) {
	send(w, answer{body: s.current()}, nil)
}

// changeSettings takes what is named in the body and leaves the rest; an unknown name or a wrong value is refused.
func (s *Server) changeSettings(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.settings
	next.Automations = nil // a list is replaced, not written over in place
	dec := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&next); err != nil {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": err.Error()}}, nil)
		return
	}
	if next.DailyCredits < 0 || next.Concurrency < 1 || next.ListLimit < 1 || next.ListLimit > maxListLimit {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": "dailyCredits from 0, concurrency from 1, listLimit from 1 to 100"}}, nil)
		return
	}
	if next.Automations == nil {
		next.Automations = s.settings.Automations
	}
	if err := automation.Check(next.Automations, s.rewritable); err != nil {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": err.Error()}}, nil)
		return
	}
	s.settings = next
	send(w, answer{body: next}, nil)
}

// rewritable says whether a module has a text field that an automation can rewrite.
func (s *Server) rewritable(of, name string) bool {
	for _, m := range []*module{s.contacts, s.accounts} {
		if f, known := m.byName[name]; known && m.name == of {
			return f.kind == "Text" || f.kind == "Textarea" || f.kind == "Phone"
		}
	}
	return false
}

// emailTaken says whether another contact than the one with this id has the email; s.mu is held.
func (s *Server) emailTaken(email, id string) bool {
	return slices.ContainsFunc(s.withEmail(email), func(other string) bool { return other != id })
}
