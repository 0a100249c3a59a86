package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"sidelight/sync/simulator/automation"
)

// settings are what an administrator or the vendor's sales would change, at POST /_sim/settings.
// They last until the process or a reset ends them.
type settings struct {
	// UniqueEmail refuses a second contact with the email of another, as an organization can
	// choose.
	UniqueEmail bool `json:"uniqueEmail"`
	// DailyCredits is the API credits of a day, Concurrency how many API calls may be under way at
	// once.
	DailyCredits int `json:"dailyCredits"`
	Concurrency  int `json:"concurrency"`
	// ListLimit is the largest limit of lists of contacts and accounts: some modules of the vendor
	// refuse more than 50.
	ListLimit int `json:"listLimit"`
	// Automations rewrite fields while records are saved.
	Automations []automation.Rule `json:"automations"`
	// OrgID is the organization's id: another one is another organization behind the same
	// credentials.
	OrgID string `json:"orgId"`
	// Departments are the names of departments besides the first one, Support.
	Departments []string `json:"departments"`
	// Fields are what an administrator made of fields, by module and field; Rules are validation
	// rules.
	Fields map[string]map[string]fieldSetting `json:"fields"`
	Rules  []automation.Validation            `json:"rules"`

	// The rest is where the vendor's files, its pages and what was seen of live organizations
	// disagree, or where it is not known what the server enforces.

	// StrictValues holds values to the strictest of the published forms.
	StrictValues bool `json:"strictValues"`
	// Blanks is how a blank has to be written: either, documented, null.
	Blanks string `json:"blanks"`
	// Picklists is the key under which GET /fields tells the values of picklists: pickListValues,
	// allowedValues, none.
	Picklists string `json:"picklists"`
	// SearchRows and ByIDs are how much of a record a search and contactsByIds show: whole, or
	// listed as in a list.
	SearchRows string `json:"searchRows"`
	ByIDs      string `json:"byIds"`
	// SpamFound lets searches find contacts that are marked as spam, which lists leave out.
	SpamFound bool `json:"spamFound"`
	// MillisecondTimes stamps records with milliseconds; seen of live organizations are whole
	// seconds.
	MillisecondTimes bool `json:"millisecondTimes"`
	// OldModifiedTime lets the answer to an update carry the time before it, as was seen.
	OldModifiedTime bool `json:"oldModifiedTime"`
	// DefaultOwner gives a record that is created without an owner to the calling agent, as was
	// seen.
	DefaultOwner bool `json:"defaultOwner"`
	// BinModule is the only parameter by which the recycle bin narrows to a module: module,
	// moduleId; empty takes both.
	BinModule string `json:"binModule"`
}

// How much of a record a row shows.
const (
	rowsWhole  = "whole"
	rowsListed = "listed"
)

// orgID is the organization's id now.
func (s *Server) orgID() string { return s.current().OrgID }

// check says which setting has a value that it does not take.
func (set *settings) check() error {
	oneOf := func(name, value string, allowed ...string) error {
		if slices.Contains(allowed, value) {
			return nil
		}
		return fmt.Errorf("%s is one of %s", name, strings.Join(allowed, ", "))
	}
	if set.DailyCredits < 0 || set.Concurrency < 1 || set.ListLimit < 1 || set.ListLimit > maxListLimit {
		return errors.New("dailyCredits from 0, concurrency from 1, listLimit from 1 to 100")
	}
	if set.OrgID == "" || strings.Trim(set.OrgID, "0123456789") != "" {
		return errors.New("orgId is digits")
	}
	return errors.Join(oneOf("blanks", set.Blanks, blanksEither, blanksDocumented, blanksNull), oneOf("picklists", set.Picklists, pickListValues, allowedValues, noValues),
		oneOf("searchRows", set.SearchRows, rowsWhole, rowsListed), oneOf("byIds", set.ByIDs, rowsWhole, rowsListed),
		oneOf("binModule", set.BinModule, "", "module", "moduleId"))
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

// changeSettings takes what is named in the body and leaves the rest; an unknown name or a wrong
// value is refused.
func (s *Server) changeSettings(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.settings
	// A list is replaced, not written over in place.
	next.Automations, next.Rules, next.Fields, next.Departments = nil, nil, nil, nil
	dec := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&next); err != nil {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": err.Error()}}, nil)
		return
	}
	if next.Automations == nil {
		next.Automations = s.settings.Automations
	}
	if next.Rules == nil {
		next.Rules = s.settings.Rules
	}
	if next.Fields == nil {
		next.Fields = s.settings.Fields
	}
	if next.Departments == nil {
		next.Departments = s.settings.Departments
	}
	err := errors.Join(next.check(), automation.Check(next.Automations, s.rewritable), s.checkFields(next.Fields),
		automation.CheckValidations(next.Rules, func(object, field string) bool {
			return s.moduleOf(object) != nil && field != ""
		}))
	if err != nil {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": err.Error()}}, nil)
		return
	}
	s.settings = next
	for _, m := range []*module{s.contacts, s.accounts} {
		m.configure(next.Fields[m.name])
	}
	send(w, answer{body: next}, nil)
}

// rewritable says whether a module has a text field that an automation can rewrite.
func (s *Server) rewritable(of, name string) bool {
	if m := s.moduleOf(of); m != nil {
		if f, known := m.byName[name]; known {
			return f.kind == "Text" || f.kind == "Textarea" || f.kind == "Phone"
		}
	}
	return false
}

// emailTaken says whether another contact than the one with this id has the email, as its first or
// its second one; s.mu is held.
func (s *Server) emailTaken(email, id string) bool {
	taken := func(other string) bool { return other != id }
	return slices.ContainsFunc(s.withEmail("email", email), taken) || slices.ContainsFunc(s.withEmail("secondaryEmail", email), taken)
}
