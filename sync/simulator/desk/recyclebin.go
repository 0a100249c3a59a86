package desk

import (
	"cmp"
	"slices"
	"strings"
)

// binned is one entry of the recycle bin.
type binned struct {
	m *module
	*record
}

func (b binned) displayName() string {
	if name := b.Values["accountName"]; name != "" {
		return name
	}
	return strings.TrimSpace(b.Values["firstName"] + " " + b.Values["lastName"])
}

// recycleBin serves GET /recycleBin: what was moved to the trash, of one module or of both.
func (s *Server) recycleBin(c *call) (answer, error) {
	p, err := c.page(0, 100)
	if err != nil {
		return answer{}, err
	}
	include, err := c.include("deletedBy", "department")
	if err != nil {
		return answer{}, err
	}
	name, down := strings.CutPrefix(firstOf(c.query.Get("sortBy"), "-deletedTime"), "-")
	if !slices.Contains([]string{"name", "type", "department", "deletedBy", "deletedTime"}, name) {
		return answer{}, badParameter("sortBy")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted, err := s.binModule(c)
	if err != nil {
		return answer{}, err
	}
	var all []binned
	for _, m := range []*module{s.contacts, s.accounts} {
		if wanted == "" || wanted == m.name {
			for _, r := range m.trashed {
				all = append(all, binned{m, r})
			}
		}
	}
	slices.SortFunc(all, func(a, b binned) int {
		order := 0
		switch name {
		case "name":
			order = cmp.Compare(fold(a.displayName()), fold(b.displayName()))
		case "type":
			order = cmp.Compare(a.m.label, b.m.label)
		case "deletedBy":
			order = cmp.Compare(a.TrashedBy, b.TrashedBy)
		case "deletedTime":
			order = a.Trashed.Compare(*b.Trashed)
		}
		if order == 0 {
			order = cmp.Compare(a.ID, b.ID)
		}
		if down {
			return -order
		}
		return order
	})
	var rows []any
	for _, b := range pageOf(all, p) {
		shown := map[string]any{"id": b.ID, "displayName": b.displayName(), "type": b.m.label, "departmentId": nil,
			"deletedById": textOrNull(b.TrashedBy), "deletedTime": stamp(*b.Trashed)}
		if slices.Contains(include, "deletedBy") {
			shown["deletedBy"] = s.agentStub(b.TrashedBy)
		}
		if slices.Contains(include, "department") {
			shown["department"] = nil
		}
		rows = append(rows, shown)
	}
	return data(rows)
}

// binModules are the modules whose records the recycle bin holds.
var binModules = []string{"accounts", "contacts", "tickets", "tasks", "calls", "events", "contracts", "products"}

// binModule is the module that the recycle bin is narrowed to, "" for all: by module, which the
// vendor calls deprecated, or by moduleId. s.mu is held.
func (s *Server) binModule(c *call) (string, error) {
	name, id := c.query.Get("module"), c.query.Get("moduleId")
	switch only := s.settings.BinModule; {
	case name != "" && only == "moduleId":
		return "", extraParameter("module")
	case id != "" && only == "module":
		return "", extraParameter("moduleId")
	case name != "" && !slices.Contains(binModules, name):
		return "", badParameter("module")
	case id == "":
		return name, nil
	}
	for name, known := range moduleIDs {
		if known == id {
			return name, nil
		}
	}
	return "", badParameter("moduleId")
}

// fromBin runs act on each id of the body that is in the recycle bin and answers the list of mass
// results.
func (s *Server) fromBin(c *call, act func(m *module, r *record) error) (answer, error) {
	ids, err := c.ids("ids")
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var results []any
	for _, id := range ids {
		result := noSuchRecord()
		for _, m := range []*module{s.contacts, s.accounts} {
			if r := m.trashed[id]; r != nil {
				if err := act(m, r); err != nil {
					return answer{}, err
				}
				result = nil
			}
		}
		results = append(results, massResult(id, result))
	}
	return ok(map[string]any{"results": results})
}

// restore serves POST /recycleBin/restore {"ids":[…]}: a contact brings its account back with it.
func (s *Server) restore(c *call) (answer, error) {
	return s.fromBin(c, func(m *module, r *record) error {
		puts := []put{{m.name, r.ID, s.restored(r)}}
		if m == s.contacts {
			if account := s.accounts.trashed[r.Values["accountId"]]; account != nil {
				puts = append([]put{{kindAccount, account.ID, s.restored(account)}}, puts...)
			}
		}
		if err := s.commit(puts...); err != nil {
			return err
		}
		s.faults.Count(m.name+".restore", 1)
		for _, p := range puts {
			of := s.contacts
			if p.Kind == kindAccount {
				of = s.accounts
			}
			s.announce(c, of.event+"_Add", s.whole(of, p.Value.(*record)), nil)
		}
		return nil
	})
}

func (s *Server) restored(r *record) *record {
	out := s.next(r)
	out.Trashed, out.TrashedBy = nil, ""
	return out
}

// deleteForGood serves POST /recycleBin/delete {"ids":[…]}.
func (s *Server) deleteForGood(c *call) (answer, error) {
	return s.fromBin(c, func(m *module, r *record) error {
		if err := s.commit(put{Kind: m.name, ID: r.ID}); err != nil {
			return err
		}
		s.faults.Count(m.name+".delete", 1)
		return nil
	})
}
