package desk

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timeForm is how Desk writes a time, always in UTC.
const timeForm = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeForm) }

// record is one version of a contact or account. It is never changed once it is stored: a write
// stores another.
type record struct {
	ID string `json:"id"`
	// Values holds every set field by its API name, custom fields under their cf_ name; a blank has
	// no entry.
	Values   map[string]string `json:"values"`
	Created  time.Time         `json:"created"`
	Modified time.Time         `json:"modified"`
	// Secondary are further accounts of a contact, beside the primary one in accountId.
	Secondary []string `json:"secondary,omitempty"`
	// Hidden are those of the accounts whose tickets the contact may not see in the help centre.
	Hidden    []string   `json:"hidden,omitempty"`
	Spam      bool       `json:"spam,omitempty"`
	Anonymous bool       `json:"anonymous,omitempty"`
	Trashed   *time.Time `json:"trashed,omitempty"`
	TrashedBy string     `json:"trashedBy,omitempty"`
}

// next is a copy to be changed, stamped with the time that follows the version's.
func (s *Server) next(r *record) *record {
	out := *r
	out.Values = maps.Clone(r.Values)
	out.Secondary, out.Hidden = slices.Clone(r.Secondary), slices.Clone(r.Hidden)
	out.Modified = s.after(r.Modified)
	return &out
}

// stampNow is the time that a write is stamped with: whole seconds, unless the settings say
// milliseconds; s.mu is held.
func (s *Server) stampNow() time.Time {
	if s.settings.MillisecondTimes {
		return s.now()
	}
	return s.now().Truncate(time.Second)
}

// after is the time of a write that follows one of another time. Within a second both have the
// same; s.mu is held.
func (s *Server) after(before time.Time) time.Time {
	now := s.stampNow()
	switch {
	case now.After(before):
		return now
	case s.settings.MillisecondTimes:
		return before.Add(time.Millisecond)
	}
	return before
}

func (r *record) set(changes map[string]*string) {
	for name, value := range changes {
		if value == nil {
			delete(r.Values, name)
		} else {
			r.Values[name] = *value
		}
	}
}

// orNull is a stored text as JSON: null when it is blank.
func orNull(values map[string]string, name string) any {
	if value, ok := values[name]; ok {
		return value
	}
	return nil
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// What a list row shows unless fields says otherwise. modifiedTime and cf are not in it.
var (
	contactRow = []string{"id", "lastName", "firstName", "email", "secondaryEmail", "phone", "mobile", "ownerId", "type",
		"accountId", "photoURL", "webUrl", "createdTime", "isEndUser", "isAnonymous", "isSpam", "accountCount", "zohoCRMContact", "customerHappiness"}
	accountRow = []string{"id", "accountName", "email", "website", "phone", "webUrl", "createdTime", "customerHappiness", "zohoCRMAccount"}
)

// whole renders every field of a record, as GET by id, create and update answer it; s.mu is held.
func (s *Server) whole(m *module, r *record) map[string]any {
	cf, byLabel := map[string]any{}, map[string]any{}
	out := map[string]any{
		"id": r.ID, "createdTime": stamp(r.Created), "modifiedTime": stamp(r.Modified), "cf": cf, "customFields": byLabel,
		"webUrl":        webURL + m.label + "/dv/" + r.ID,
		"layoutId":      m.layoutID,
		"layoutDetails": map[string]any{"id": m.layoutID, "layoutName": m.label},
		"isDeleted":     false,
		"isTrashed":     r.Trashed != nil,
		"isFollowing":   false,
	}
	for _, f := range m.fields {
		if f.custom {
			cf[f.name] = orNull(r.Values, f.name)
			byLabel[f.label] = cf[f.name]
		} else {
			out[f.name] = orNull(r.Values, f.name)
		}
	}
	if m == s.contacts {
		out["accountId"] = textOrNull(s.primaryAccount(r))
		out["photoURL"], out["zohoCRMContact"] = nil, nil
		out["isSpam"], out["isEndUser"], out["isAnonymous"] = r.Spam, false, r.Anonymous
		out["accountCount"] = strconv.Itoa(len(s.accountsOf(r)))
		out["customerHappiness"] = happiness
	} else {
		out["zohoCRMAccount"], out["associatedSLAIds"] = nil, []string{}
	}
	return out
}

// webURL is where people see a record, with the module and the id behind it.
const webURL = "https://desk.zoho.example/support/sidelightdemo/ShowHomePage.do#"

var happiness = map[string]any{"badPercentage": "0", "okPercentage": "0", "goodPercentage": "0"}

// listed is a record as the default rows of lists are cut from it; s.mu is held.
func (s *Server) listed(m *module, r *record) map[string]any {
	out := s.whole(m, r)
	out["customerHappiness"] = happiness
	return out
}

// include adds the secondary objects that were asked for to a rendered record; s.mu is held.
func (s *Server) include(out map[string]any, r *record, wanted []string) {
	for _, what := range wanted {
		switch what {
		case "accounts":
			out["account"] = s.accountStub(s.primaryAccount(r))
		case "owner":
			out["owner"] = s.ownerStub(r.Values["ownerId"])
		}
	}
}

func (s *Server) accountStub(id string) any {
	account := s.accounts.live[id]
	if account == nil {
		return nil
	}
	return map[string]any{"id": id, "accountName": account.Values["accountName"], "website": orNull(account.Values, "website")}
}

func (s *Server) ownerStub(id string) any {
	a := s.agents[id]
	if a == nil {
		return nil
	}
	return map[string]any{"id": id, "firstName": a.FirstName, "lastName": a.LastName}
}

func (s *Server) agentStub(id string) any {
	a := s.agents[id]
	if a == nil {
		return nil
	}
	return map[string]any{"id": id, "firstName": a.FirstName, "lastName": a.LastName, "email": a.Email, "photoURL": nil}
}

// row narrows a rendered record to the named fields; a custom field keeps its place under cf.
func row(whole map[string]any, names []string) map[string]any {
	out := map[string]any{"id": whole["id"]}
	var custom map[string]any
	for _, name := range names {
		if !strings.HasPrefix(name, "cf_") {
			out[name] = whole[name]
			continue
		}
		if custom == nil {
			custom = map[string]any{}
		}
		custom[name] = whole["cf"].(map[string]any)[name]
	}
	if custom != nil {
		out["cf"] = custom
	}
	return out
}

// primaryAccount is the contact's accountId while that account is not in the recycle bin; s.mu is
// held.
func (s *Server) primaryAccount(contact *record) string {
	if id := contact.Values["accountId"]; s.accounts.live[id] != nil {
		return id
	}
	return ""
}

// accountsOf lists the contact's accounts, the primary one first; s.mu is held.
func (s *Server) accountsOf(contact *record) []string {
	var ids []string
	if id := s.primaryAccount(contact); id != "" {
		ids = append(ids, id)
	}
	for _, id := range contact.Secondary {
		if s.accounts.live[id] != nil {
			ids = append(ids, id)
		}
	}
	return ids
}
