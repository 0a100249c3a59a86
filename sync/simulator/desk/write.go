package desk

import (
	"maps"
	"slices"
	"strings"

	"sidelight/sync/simulator/automation"
	"sidelight/sync/simulator/fault"
)

// changes checks the fields of a write against the module and returns them as they are kept: nil
// clears. Every wrong field is named at once. An empty id means that the record is being created.
// s.mu is held.
func (s *Server) changes(m *module, id string, body map[string]any) (map[string]*string, error) {
	given, err := m.given(body)
	if err != nil {
		return nil, err
	}
	how := reading{creating: id == "", strict: s.settings.StrictValues, blanks: s.settings.Blanks}
	out := map[string]*string{}
	var wrong []fieldError
	for _, f := range m.fields {
		value, has := given[f.name]
		if has && f.readOnly {
			wrong = append(wrong, invalid(f.pointer(), "Either the field is invalid or the field may be restricted to update"))
			continue
		}
		if !has {
			if f.mandatory && id == "" {
				wrong = append(wrong, missing(f.pointer()))
			}
			continue
		}
		kept, why := f.read(value, how)
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
	if m == s.contacts && s.settings.UniqueEmail {
		wrong = append(wrong, s.emailsTaken(id, out)...)
	}
	if len(wrong) > 0 {
		return nil, invalidDataList(wrong)
	}
	return out, nil
}

// emailsTaken names the emails of a write that another contact than its own has. s.mu is held.
func (s *Server) emailsTaken(id string, values map[string]*string) (wrong []fieldError) {
	for _, name := range []string{"email", "secondaryEmail"} {
		if email := values[name]; email != nil && s.emailTaken(*email, id) {
			wrong = append(wrong, fieldError{"/" + name, "duplicate", "another contact has this email"})
		}
	}
	return wrong
}

// given are the values of a body by field: custom fields stand under cf by their names, or under
// customFields by their labels.
func (m *module) given(body map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for name, value := range body {
		switch name {
		case "cf", "customFields":
			custom, isObject := value.(map[string]any)
			if !isObject && value != nil {
				return nil, invalidData(invalid("/"+name, "not an object"))
			}
			for key, value := range custom {
				f, known := m.custom(key, name == "customFields")
				if !known {
					return nil, extraParameter(key)
				}
				out[f.name] = value
			}
		case "layoutId":
			if ids, err := idList(name, []any{value}); err != nil || ids[0] != m.layoutID {
				return nil, invalidData(invalid("/layoutId", "no such record"))
			}
		default:
			if f, known := m.byName[name]; !known || f.custom {
				return nil, extraParameter(name)
			}
			out[name] = value
		}
	}
	return out, nil
}

// custom finds a custom field by its name or by its label.
func (m *module) custom(key string, byLabel bool) (field, bool) {
	for _, f := range m.fields {
		if f.custom && (byLabel && f.label == key || !byLabel && f.name == key) {
			return f, true
		}
	}
	return field{}, false
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
	r := s.newRecord(values, c.agent)
	s.automate(m, r, nil)
	if err := s.refusal(m, r, 1); err != nil {
		return answer{}, err
	}
	if err := s.commit(put{m.name, r.ID, r}); err != nil {
		return answer{}, err
	}
	s.faults.Count(m.name+".create", 1)
	fault.Note(c.Context(), "created "+r.ID)
	s.announce(c, m.event+"_Add", s.whole(m, r), nil)
	return ok(s.whole(m, r))
}

// newRecord is a record of the values, which belongs to the agent who makes it unless they say
// otherwise; s.mu is held.
func (s *Server) newRecord(values map[string]*string, agent string) *record {
	now := s.stampNow()
	r := &record{ID: s.newID(), Values: map[string]string{}, Created: now, Modified: now}
	r.set(values)
	if s.settings.DefaultOwner && r.Values["ownerId"] == "" {
		r.Values["ownerId"] = agent
	}
	return r
}

// refusal is why the organization does not save the record, whatever is written: a validation rule,
// or the fault script; nil when it does. It is written together with others, together in all. s.mu
// is held.
func (s *Server) refusal(m *module, r *record, together int) error {
	if err := s.violated(m, r); err != nil {
		return err
	}
	text := func() string { return strings.Join(slices.Sorted(maps.Values(r.Values)), "\n") }
	if rule, fails := s.faults.RefusesAny([]string{m.name, m.event, r.ID}, together, text); fails {
		return failed(rule)
	}
	return nil
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
	after, err := s.save(m, before, values, 1)
	if err != nil {
		return answer{}, err
	}
	fault.Note(c.Context(), "updated "+strings.Join(sortedNames(values), ","))
	s.announce(c, m.event+"_Update", s.whole(m, after), previous)
	out := s.whole(m, after)
	if s.settings.OldModifiedTime {
		out["modifiedTime"] = previous["modifiedTime"]
	}
	return ok(out)
}

// save stores the next version of a record with the values, or says why the organization refuses
// it; s.mu is held.
func (s *Server) save(m *module, before *record, values map[string]*string, together int) (*record, error) {
	after := s.next(before)
	after.set(values)
	s.automate(m, after, before)
	after.Secondary = slices.DeleteFunc(after.Secondary, func(id string) bool { return id == after.Values["accountId"] })
	if err := s.refusal(m, after, together); err != nil {
		return nil, err
	}
	if err := s.commit(put{m.name, after.ID, after}); err != nil {
		return nil, err
	}
	s.faults.Count(m.name+".update", 1)
	return after, nil
}

// automate lets the organization's automations rewrite the fields that a write has changed; before
// is nil for a new record. s.mu is held.
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

// moveToTrash serves POST /contacts/moveToTrash {"contactIds":[…]} and its account twin: all of
// them or none.
func (s *Server) moveToTrash(c *call, m *module) (answer, error) {
	name := strings.TrimSuffix(m.name, "s") + "Ids"
	ids, err := c.ids(name)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.stampNow()
	var puts []put
	for _, id := range ids {
		if m.find(id) == nil {
			return answer{}, invalidData(invalid("/"+name, "no such record"))
		}
		if r := m.live[id]; r != nil {
			trashed := s.next(r)
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

// merge serves POST /{module}/{id}/merge {"ids":[…],"source":{field:id}}: the survivor takes each
// field named in source from the record named there, the contacts or tickets of the others, and the
// others are gone for good.
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
	after := s.next(survivor)
	if err := s.takeOver(m, after, body["source"]); err != nil {
		return answer{}, err
	}
	puts := []put{{m.name, after.ID, after}}
	for _, id := range ids {
		puts = append(puts, s.moveMembers(m, id, after.ID)...)
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

// moveMembers hands the contacts of a merged account, or the tickets of a merged contact, to the
// survivor.
func (s *Server) moveMembers(m *module, from, to string) (puts []put) {
	for id := range m.members[from] {
		if m == s.contacts {
			moved := *s.tickets[id]
			moved.ContactID = to
			puts = append(puts, put{kindTicket, id, &moved})
			continue
		}
		contact := s.contacts.find(id)
		moved := s.next(contact)
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
