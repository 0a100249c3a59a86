package salesforce

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"time"

	"sidelight/sync/simulator/automation"
)

// settings are what an administrator would click or the vendor's sales would change; POST
// /_sim/settings changes what is named in its body and leaves the rest.
type settings struct {
	// DuplicateRule is "" (off), "alert" or "block": contacts with the same email and last name,
	// accounts with the same name.
	DuplicateRule string `json:"duplicateRule"`
	// SigningKey is the PEM public key or certificate that JWT bearer assertions are checked with.
	SigningKey string `json:"signingKey"`
	// BulkPage is how many rows a page of bulk results has at most; 0 is 50,000.
	BulkPage int `json:"bulkPage"`
	// KeepAliveSeconds is how long a new subscription with nothing to say stays silent; 0 is
	// Config.KeepAlive.
	KeepAliveSeconds float64 `json:"keepAliveSeconds"`
	// DailyRequests is the API calls of 24 hours; 0 is Config.DailyRequests.
	DailyRequests int `json:"dailyRequests"`
	// DailyDeliveries is the change events that subscribers get in 24 hours; 0 is 50,000.
	DailyDeliveries int `json:"dailyDeliveries"`
	// Concurrency is how many calls may be under way for longer than 20 seconds; 0 is 25.
	Concurrency int `json:"concurrency"`
	// Currencies are ISO codes of an organization with several currencies, its own first; empty is
	// one that has only one, where records say nothing of it.
	Currencies []string `json:"currencies"`
	// RecordTypes are the kinds of records of an object that an administrator has made.
	RecordTypes map[string][]recordType `json:"recordTypes"`
	// PersonAccounts lets accounts be people: an account and a contact in one.
	PersonAccounts bool `json:"personAccounts"`
	// StatePicklists ties states and countries of addresses to lists, as new organizations do.
	StatePicklists bool `json:"statePicklists"`
	// Versions are the API versions that are served, like "68.0"; empty is what the vendor serves
	// today, 31.0 to 68.0.
	Versions []string `json:"versions"`
	// OrgID is the organization's id, of 18 characters; empty is the first one's. Another one is
	// another organization behind the same credentials, as after a sandbox was refreshed: every
	// session ends.
	OrgID string `json:"orgId"`
	// Described is when settings last changed what objects are like; it cannot be set.
	Described time.Time `json:"-"`
	// Automations rewrite fields while records are saved; Rules are validation rules.
	Automations []automation.Rule       `json:"automations"`
	Rules       []automation.Validation `json:"rules"`
}

func (s *Server) showSettings(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	writeJSON(w, http.StatusOK, s.settings)
}

func (s *Server) changeSettings(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.settings
	// A list is replaced, not written over in place.
	next.Automations, next.Currencies, next.Versions, next.RecordTypes, next.Rules = nil, nil, nil, nil, nil
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	err := d.Decode(&next)
	if next.Automations == nil {
		next.Automations = s.settings.Automations
	}
	if next.Rules == nil {
		next.Rules = s.settings.Rules
	}
	if next.Currencies == nil {
		next.Currencies = s.settings.Currencies
	}
	if next.Versions == nil {
		next.Versions = s.settings.Versions
	}
	if next.RecordTypes == nil {
		next.RecordTypes = s.settings.RecordTypes
	}
	if err == nil {
		err = errors.Join(s.checkSettings(next), checkRecordTypes(next.RecordTypes))
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	next.Described = s.now().Truncate(time.Second)
	puts := []put{{Kind: kindSettings, Value: &next}}
	if next.OrgID != s.settings.OrgID {
		puts = append(puts, s.moveTo(next.OrgID)...)
	}
	if err := s.commit(puts...); err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, s.settings)
}

func (s *Server) checkSettings(next settings) error {
	switch {
	case next.DuplicateRule != "" && next.DuplicateRule != "alert" && next.DuplicateRule != "block":
		return errors.New("duplicateRule is empty, alert or block")
	case next.BulkPage < 0 || next.KeepAliveSeconds < 0 || next.DailyRequests < 0 || next.DailyDeliveries < 0 || next.Concurrency < 0:
		return errors.New("a number is above zero, or 0 for the default")
	case next.OrgID != "" && !isOrganizationID(next.OrgID):
		return errors.New("orgId is an id of 18 characters that begins with 00D")
	case slices.ContainsFunc(next.Versions, func(v string) bool { return !versionPath.MatchString("v" + v) }):
		return errors.New("versions are like 68.0")
	case slices.ContainsFunc(next.Currencies, func(code string) bool { return !currencyCode.MatchString(code) }), len(next.Currencies) == 0 && len(s.settings.Currencies) > 0:
		return errors.New("currencies are ISO codes like EUR; once activated they cannot be taken back")
	}
	return errors.Join(
		automation.Check(next.Automations, func(object, name string) bool {
			f := s.writtenField(object, name)
			return f != nil && f.isText() && f.updateable && !f.restricted && f.kind != "email"
		}),
		automation.CheckValidations(next.Rules, func(object, name string) bool {
			return s.writtenField(object, name) != nil
		}))
}

// writtenField is the field of an object that records can be written to, both by their exact names;
// nil when there is none.
func (s *Server) writtenField(object, name string) *field {
	t := s.db.table(object)
	if t == nil || t.name != object || !t.writable {
		return nil
	}
	if f := t.field(name); f != nil && f.name == name {
		return f
	}
	return nil
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func orDefault[T int | float64](value, byDefault T) T {
	if value > 0 {
		return value
	}
	return byDefault
}

// dailyRequests is the API calls of 24 hours; s.mu is held.
func (s *Server) dailyRequests() int { return orDefault(s.settings.DailyRequests, s.cfg.DailyRequests) }

// maxDeliveries is the change events of 24 hours that the largest edition delivers without an
// add-on.
const maxDeliveries = 50_000

// dailyDeliveries is the change events of 24 hours; s.mu is held.
func (s *Server) dailyDeliveries() int { return orDefault(s.settings.DailyDeliveries, maxDeliveries) }
