package desk

import (
	"slices"
)

// associate serves POST /contacts/{id}/associateAccounts
// {"data":[{"id","isAccountTicketsViewable"}]}, or {"data":[],"ids":[…]}.
func (s *Server) associate(c *call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	ids, hidden, err := associations(body)
	if err != nil {
		return answer{}, err
	}
	return s.changeAccounts(c, ids, func(r *record, account string) bool {
		switch {
		case slices.Contains(s.accountsOf(r), account):
		case s.primaryAccount(r) == "":
			r.Values["accountId"] = account
		default:
			r.Secondary = append(r.Secondary, account)
		}
		r.Hidden = slices.DeleteFunc(r.Hidden, func(id string) bool { return id == account })
		if hidden[account] {
			r.Hidden = append(r.Hidden, account)
		}
		return s.accounts.live[account] != nil
	})
}

// maxAssociated is how many accounts the ids of one call may name.
const maxAssociated = 50

// associations reads the accounts to tie a contact to, and those of them whose tickets it may not
// see.
func associations(body map[string]any) (ids []string, hidden map[string]bool, err error) {
	hidden = map[string]bool{}
	for name := range body {
		if name != "data" && name != "ids" {
			return nil, nil, extraParameter(name)
		}
	}
	rows, isList := body["data"].([]any)
	if !isList {
		return nil, nil, invalidData(missing("/data"))
	}
	for _, one := range rows {
		row, _ := one.(map[string]any)
		viewable, known := row["isAccountTicketsViewable"].(bool)
		id, err := idList("data", []any{row["id"]})
		if err != nil || !known || len(row) != 2 {
			return nil, nil, invalidData(invalid("/data", "not an id with isAccountTicketsViewable"))
		}
		ids = append(ids, id[0])
		hidden[id[0]] = !viewable
	}
	if more, has := body["ids"]; has {
		list, _ := more.([]any)
		also, err := idList("ids", list)
		if err != nil || len(also) == 0 || len(also) > maxAssociated {
			return nil, nil, invalidData(invalid("/ids", "not a list of ids"))
		}
		ids = append(ids, also...)
	}
	if len(ids) == 0 {
		return nil, nil, invalidData(missing("/data"))
	}
	return ids, hidden, nil
}

// dissociate serves POST /contacts/{id}/dissociateAccounts {"ids":[…]}.
func (s *Server) dissociate(c *call) (answer, error) {
	ids, err := c.ids("ids")
	if err != nil {
		return answer{}, err
	}
	return s.changeAccounts(c, ids, s.untie)
}

func (s *Server) untie(r *record, account string) bool {
	had := slices.Contains(s.accountsOf(r), account)
	if r.Values["accountId"] == account {
		delete(r.Values, "accountId")
	}
	r.Secondary = slices.DeleteFunc(r.Secondary, func(id string) bool { return id == account })
	return had
}

// changeAccounts applies change per account and answers the vendor's list of mass results.
func (s *Server) changeAccounts(c *call, ids []string, change func(*record, string) bool) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.contacts.live[c.PathValue("id")]
	if before == nil {
		return answer{}, notFound()
	}
	previous := s.whole(s.contacts, before)
	after := s.next(before)
	var results []any
	changed := false
	for _, id := range ids {
		trial := s.next(after)
		if !change(trial, id) {
			results = append(results, massResult(id, noSuchRecord()))
			continue
		}
		after, changed = trial, true
		results = append(results, massResult(id, nil))
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
