package desk

import (
	"slices"
	"strings"
	"time"

	"sidelight/sync/simulator/automation"
	"sidelight/sync/simulator/fault"
)

// changes checks the fields of a write against the module and returns them as they are kept: nil clears. Every wrong
// field is named at once. An empty id means that the record is being created. s.mu is held.
func (s *Server) changes(m *module, id string, body map[string]any) (map[string]*string, error) {
	given := map[string]any{}
	for name, value := range body {
		if name != "cf" {
			if f, known := m.byName[name]; !known || f.custom {
				return nil, extraParameter(name)
			}
			given[name] = value
			continue
		}
		custom, isObject := value.(map[string]any)
		if !isObject && value != nil {
			return nil, invalidData(invalid("/cf", "not an object"))
		}
		for name, value := range custom {
			if f, known := m.byName[name]; !known || !f.custom {
				return nil, extraParameter(name)
			}
			given[name] = value
		}
	}
	out := map[string]*string{}
	var wrong []fieldError
	for _, f := range m.fields {
		value, has := given[f.name]
		if !has {
			if f.mandatory && id == "" {
				wrong = append(wrong, missing(f.pointer()))
			}
			continue
		}
		kept, why := f.read(value)
		if why == "" && kept != nil && f.lookup != "" && !s.leadsSomewhere(f.lookup, *kept) {
			why = "no such record"
		}
		switch {
		case why != "":
			wrong = append(wrong, invalid(f.pointer(), why))
		case kept == nil && f.mandatory:
			wrong = append(wrong, missing(f.pointer()))
		default:
			out[f.name] = kept
		}
	}
	if email := out["email"]; m == s.contacts && email != nil && s.settings.UniqueEmail && s.emailTaken(*email, id) {
		wrong = append(wrong, fieldError{"/email", "duplicate", "another contact has this email"})
	}
	if len(wrong) > 0 {
		return nil, invalidDataList(wrong)
	}
	return out, nil
}

func (f field) pointer() string {
	if f.custom {
		return "/cf/" + f.name
	}
	return "/" + f.name
}

func (s *Server) leadsSomewhere(module, id string) bool {
	if module == "agents" {
		return s.agents[id] != nil
	}
	return s.accounts.live[id] != nil
}

// create serves POST /contacts and /accounts: 200 with the record.
func (s *Server) create(c *call, m *module) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	values, err := s.changes(m, "", body)
	if err != nil {
		return answer{}, err
	}
	r := s.newRecord(values)
	s.automate(m, r, nil)
	if err := s.commit(put{m.name, r.ID, r}); err != nil {
		return answer{}, err
	}
	s.faults.Count(m.name+".create", 1)
	fault.Note(c.Context(), "created "+r.ID)
	s.announce(c, m.event+"_Add", s.whole(m, r), nil)
	return ok(s.whole(m, r))
}

func (s *Server) newRecord(values map[string]*string) *record {
	now := s.now()
	r := &record{ID: s.newID(), Values: map[string]string{}, Created: now, Modified: now}
	r.set(values)
	return r
}

// update serves PATCH: the fields that are sent change, null and "" clear.
func (s *Server) update(c *call, m *module) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := m.live[c.PathValue("id")]
	if before == nil {
		return answer{}, notFound()
	}
	values, err := s.changes(m, before.ID, body)
	if err != nil {
		return answer{}, err
	}
	previous := s.whole(m, before)
	after := before.next(s.now())
	after.set(values)
	s.automate(m, after, before)
	after.Secondary = slices.DeleteFunc(after.Secondary, func(id string) bool { return id == after.Values["accountId"] })
	if err := s.commit(put{m.name, after.ID, after}); err != nil {
		return answer{}, err
	}
	s.faults.Count(m.name+".update", 1)
	fault.Note(c.Context(), "updated "+strings.Join(sortedNames(values), ","))
	s.announce(c, m.event+"_Update", s.whole(m, after), previous)
	return ok(s.whole(m, after))
}

// automate lets the organization's automations rewrite the fields that a write has changed; before is nil for a new record. s.mu is held.
func (s *Server) automate(m *module, r, before *record) {
	for name, written := range r.Values {
		if before != nil && before.Values[name] == written {
			continue
		}
		after := automation.Rewrite(s.settings.Automations, m.name, name, written)
		if after == written {
			continue
		}
		letters := []rune(after)
		r.Values[name] = string(letters[:min(len(letters), m.byName[name].max)])
		s.faults.Count(m.name+".automation", 1)
	}
}

func sortedNames(values map[string]*string) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// moveToTrash serves POST /contacts/moveToTrash {"contactIds":[…]} and its account twin: all of them or none.
func (s *Server) moveToTrash(c *call, m *module) (answer, error) {
	name := strings.TrimSuffix(m.name, "s") + "Ids"
	ids, err := c.ids(name)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var puts []put
	for _, id := range ids {
		if m.find(id) == nil {
			return answer{}, invalidData(invalid("/"+name, "no such record"))
		}
		if r := m.live[id]; r != nil {
			trashed := r.next(now)
			at := now
			trashed.Trashed, trashed.TrashedBy = &at, c.agent
			puts = append(puts, put{m.name, id, trashed})
		}
	}
	if len(puts) == 0 {
		return noContent()
	}
	if err := s.commit(puts...); err != nil {
		return answer{}, err
	}
	s.faults.Count(m.name+".trash", len(puts))
	for _, p := range puts {
		s.announce(c, m.event+"_Delete", map[string]any{"id": p.ID}, nil)
	}
	return noContent()
}

// merge serves POST /{module}/{id}/merge {"ids":[…],"source":{field:id}}: the survivor takes each field named in
// source from the record named there, the contacts or tickets of the others, and the others are gone for good.
func (s *Server) merge(c *call, m *module) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	list, isList := body["ids"].([]any)
	if !isList || len(list) == 0 {
		return answer{}, invalidData(missing("/ids"))
	}
	ids, err := idList("ids", list)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	survivor := m.live[c.PathValue("id")]
	if survivor == nil {
		return answer{}, notFound()
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == survivor.ID })
	for _, id := range ids {
		if m.live[id] == nil {
			return answer{}, invalidData(invalid("/ids", "no such record"))
		}
	}
	previous := s.whole(m, survivor)
	now := s.now()
	after := survivor.next(now)
	if err := s.takeOver(m, after, body["source"]); err != nil {
		return answer{}, err
	}
	puts := []put{{m.name, after.ID, after}}
	for _, id := range ids {
		puts = append(puts, s.moveMembers(m, id, after.ID, now)...)
		puts = append(puts, put{Kind: m.name, ID: id})
	}
	if err := s.commit(puts...); err != nil {
		return answer{}, err
	}
	s.faults.Count(m.name+".merge", 1)
	for _, id := range ids {
		s.announce(c, m.event+"_Delete", map[string]any{"id": id}, nil)
	}
	s.announce(c, m.event+"_Update", s.whole(m, after), previous)
	return ok(s.whole(m, after))
}

// takeOver copies the fields that source names.
func (s *Server) takeOver(m *module, into *record, source any) error {
	fields, _ := source.(map[string]any)
	if custom, isObject := fields["cf"].(map[string]any); isObject {
		delete(fields, "cf")
		for name, id := range custom {
			fields[name] = id
		}
	}
	for name, value := range fields {
		if _, known := m.byName[name]; !known {
			return extraParameter(name)
		}
		ids, err := idList("source/"+name, []any{value})
		if err != nil {
			return err
		}
		from := m.live[ids[0]]
		if from == nil {
			return invalidData(invalid("/source/"+name, "no such record"))
		}
		if held, set := from.Values[name]; set {
			into.Values[name] = held
		} else {
			delete(into.Values, name)
		}
	}
	return nil
}

// moveMembers hands the contacts of a merged account, or the tickets of a merged contact, to the survivor.
func (s *Server) moveMembers(m *module, from, to string, now time.Time) (puts []put) {
	for id := range m.members[from] {
		if m == s.contacts {
			moved := *s.tickets[id]
			moved.ContactID = to
			puts = append(puts, put{kindTicket, id, &moved})
			continue
		}
		contact := s.contacts.find(id)
		moved := contact.next(now)
		if moved.Values["accountId"] == from {
			moved.Values["accountId"] = to
		}
		moved.Secondary = slices.DeleteFunc(moved.Secondary, func(id string) bool { return id == from || id == to })
		if moved.Values["accountId"] != to {
			moved.Secondary = append(moved.Secondary, to)
		}
		puts = append(puts, put{kindContact, id, moved})
	}
	return puts
}

// associate serves POST /contacts/{id}/associateAccounts {"accountIds":[…]}.
func (s *Server) associate(c *call) (answer, error) {
	return s.changeAccounts(c, func(r *record, account string) bool {
		switch {
		case slices.Contains(s.accountsOf(r), account):
		case s.primaryAccount(r) == "":
			r.Values["accountId"] = account
		default:
			r.Secondary = append(r.Secondary, account)
		}
		return s.accounts.live[account] != nil
	})
}

// dissociate serves POST /contacts/{id}/dissociateAccounts {"accountIds":[…]}.
func (s *Server) dissociate(c *call) (answer, error) {
	return s.changeAccounts(c, func(r *record, account string) bool {
		had := slices.Contains(s.accountsOf(r), account)
		if r.Values["accountId"] == account {
			delete(r.Values, "accountId")
		}
		r.Secondary = slices.DeleteFunc(r.Secondary, func(id string) bool { return id == account })
		return had
	})
}

// changeAccounts applies change per account and answers the vendor's list of mass results.
func (s *Server) changeAccounts(c *call, change func(*record, string) bool) (answer, error) {
	ids, err := c.ids("accountIds")
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.contacts.live[c.PathValue("id")]
	if before == nil {
		return answer{}, notFound()
	}
	previous := s.whole(s.contacts, before)
	after := before.next(s.now())
	var results []any
	changed := false
	for _, id := range ids {
		trial := *after
		trial.Values, trial.Secondary = after.next(s.now()).Values, slices.Clone(after.Secondary)
		done := change(&trial, id)
		if done {
			after.Values, after.Secondary = trial.Values, trial.Secondary
			changed = true
		}
		results = append(results, massResult(id, done))
	}
	if changed {
		if err := s.commit(put{kindContact, after.ID, after}); err != nil {
			return answer{}, err
		}
		s.faults.Count("contacts.update", 1)
		s.announce(c, "Contact_Update", s.whole(s.contacts, after), previous)
	}
	return ok(map[string]any{"results": results})
}

// massResult is one line of the answer to an action on many records.
func massResult(id string, done bool) map[string]any {
	if done {
		return map[string]any{"id": id, "success": true, "errors": nil}
	}
	return map[string]any{"id": id, "success": false, "errors": map[string]any{"errorCode": "INVALID_DATA", "message": "no such record"}}
}
