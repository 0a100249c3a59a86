package desk

import (
	"slices"
	"strconv"
	"strings"
)

// What an administrator sets up once: layouts, views, roles, teams, departments. This Desk has one
// of each; more departments come with the settings.

const (
	teamID = "7000000000550001"
	viewID = 7000000000800001
)

var role = map[string]any{"id": roleID, "name": "CEO", "description": nil, "reportsTo": nil, "isDefault": true, "isVisible": true,
	"shareDataWithPeers": true, "immediateSubRoles": []string{}}

// departmentNames are the departments, the first one founded with Desk. s.mu is held.
func (s *Server) departmentNames() []string {
	return append([]string{"Support"}, s.settings.Departments...)
}

func departmentAt(place int) string { return strconv.Itoa(firstDepartment + place) }

// departmentName is the department's name, "" where there is none. s.mu is held.
func (s *Server) departmentName(id string) string {
	for i, name := range s.departmentNames() {
		if departmentAt(i) == id {
			return name
		}
	}
	return ""
}

func department(place int, name string) map[string]any {
	return map[string]any{
		"id": departmentAt(place), "name": name, "description": nil, "isEnabled": true, "isDefault": place == 0,
		"isAssignToTeamEnabled": false, "isVisibleInCustomerPortal": true, "nameInCustomerPortal": name,
		"sanitizedName": strings.ToLower(name), "hasLogo": false, "chatStatus": "NOT_CREATED",
		"creatorId": idFrom(agentIDs, 1), "createdTime": foundedAt}
}

func (s *Server) departments(*call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []any
	for i, name := range s.departmentNames() {
		rows = append(rows, department(i, name))
	}
	return data(rows)
}

func (s *Server) getDepartment(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, name := range s.departmentNames() {
		if departmentAt(i) == c.PathValue("id") {
			return ok(department(i, name))
		}
	}
	return answer{}, notFound()
}

func (s *Server) roles(*call) (answer, error) { return data([]any{role}) }

func (s *Server) getRole(c *call) (answer, error) {
	if c.PathValue("id") != roleID {
		return answer{}, notFound()
	}
	return ok(role)
}

// team is the only team: all agents but those whom an administrator took out of it. s.mu is held.
func (s *Server) team() map[string]any {
	members := slices.DeleteFunc(slices.Clone(s.agentOrder), func(id string) bool { return s.agents[id].NoTeam })
	return map[string]any{
		"id": teamID, "name": "Support", "description": nil, "departmentId": departmentID, "agents": members,
		"derivedAgents": slices.Clone(members), "roles": []string{}, "rolesWithSubordinates": []string{},
		"subTeams": []string{}, "logoUrl": nil,
	}
}

func (s *Server) teams(*call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok(map[string]any{"teams": []any{s.team()}})
}

// ofAgent serves GET /agents/email/{email} and GET /agents/{id}/teams, which the router cannot tell
// apart by their patterns.
func (s *Server) ofAgent(c *call) (answer, error) {
	switch {
	case c.PathValue("id") == "email":
		c.SetPathValue("email", c.PathValue("what"))
		return s.agentByEmail(c)
	case c.PathValue("what") == "teams":
		return s.teamsOfAgent(c)
	}
	return answer{}, notFound()
}

// teamsOfAgent serves GET /agents/{id}/teams.
func (s *Server) teamsOfAgent(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.agents[c.PathValue("id")]
	if a == nil {
		return answer{}, notFound()
	}
	teams := []any{}
	if !a.NoTeam {
		teams = append(teams, s.team())
	}
	return ok(map[string]any{"teams": teams})
}

func (s *Server) getTeam(c *call) (answer, error) {
	if c.PathValue("id") != teamID {
		return answer{}, notFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok(s.team())
}

// agentCount serves GET /agents/count.
func (s *Server) agentCount(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	agents, err := s.agentsBy(c)
	if err != nil {
		return answer{}, err
	}
	if c.query.Get("includeLightAgent") != "true" {
		agents = slices.DeleteFunc(agents, (*agent).light)
	}
	return ok(map[string]any{"count": strconv.Itoa(len(agents))})
}

// maxAgentsByIDs is how many agents one call may name.
const maxAgentsByIDs = 50

// agentsByIDs serves GET /agentsByIds?agentIds=….
func (s *Server) agentsByIDs(c *call) (answer, error) {
	ids := strings.FieldsFunc(c.query.Get("agentIds"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(ids) == 0 || len(ids) > maxAgentsByIDs {
		return answer{}, badParameter("agentIds")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []any
	for _, id := range ids {
		if a := s.agents[id]; a != nil {
			rows = append(rows, a.render())
		}
	}
	return data(rows)
}

// agentByEmail serves GET /agents/email/{email}.
func (s *Server) agentByEmail(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.agentOrder {
		if strings.EqualFold(s.agents[id].Email, c.PathValue("email")) {
			return ok(s.agents[id].render())
		}
	}
	return noContent()
}

// views serves GET /views?module=…: the view of all records, whose id the counts want.
func (s *Server) views(c *call) (answer, error) {
	name := c.query.Get("module")
	at := slices.IndexFunc(deskModules, func(m deskModule) bool { return m.name == name && name != "agents" })
	if at < 0 {
		return answer{}, badParameter("module")
	}
	label := "All " + deskModules[at].plural
	return data([]any{map[string]any{"id": strconv.Itoa(viewID + at), "name": label, "viewName": label, "displayLabel": label, "sanitizedName": strings.ReplaceAll(strings.ToLower(label), " ", "-"),
		"isCustomView": false, "isLocked": false, "createdBy": nil, "deprecatedViewId": strconv.Itoa(viewID + at)}})
}

// layout is a module's only layout. s.mu is held.
func (s *Server) layout(m *module) map[string]any {
	founder := s.agentOrder[0]
	return map[string]any{"id": m.layoutID, "layoutName": m.label, "layoutDisplayName": m.label, "layoutDesc": nil, "isDefaultLayout": true, "isStandardLayout": true,
		"status": "active", "hasLogo": false, "photoURL": nil, "skipDeptAccessValidation": true, "module": m.label, "createdBy": founder, "modifiedBy": founder,
		"createdTime": foundedAt, "modifiedTime": foundedAt}
}

// layouts serves GET /layouts?module=….
func (s *Server) layouts(c *call) (answer, error) {
	m := s.moduleOf(c.query.Get("module"))
	if m == nil {
		return answer{}, badParameter("module")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return data([]any{s.layout(m)})
}

// getLayout serves GET /layouts/{id}, with the fields as they stand on it: which of them may not be
// written.
func (s *Server) getLayout(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range []*module{s.contacts, s.accounts} {
		if m.layoutID != c.PathValue("id") {
			continue
		}
		fields := []any{}
		for _, f := range m.fields {
			if f.unlisted {
				continue
			}
			shown := f.describeOld(s.settings.Picklists)
			shown["isRemovable"], shown["isSystemMandatory"], shown["isReadOnly"] = f.custom, f.mandatory && !f.custom, f.readOnly
			fields = append(fields, shown)
		}
		out := s.layout(m)
		out["sections"] = []any{map[string]any{"name": m.label + " Information", "fields": fields}}
		return ok(out)
	}
	return answer{}, notFound()
}

// restoreAll serves POST /recycleBin/restoreAll: everything that is in it, contacts with their
// accounts.
func (s *Server) restoreAll(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var puts []put
	for _, m := range []*module{s.accounts, s.contacts} {
		for _, r := range m.trashed {
			puts = append(puts, put{m.name, r.ID, s.restored(r)})
		}
	}
	slices.SortFunc(puts, func(a, b put) int { return strings.Compare(a.ID, b.ID) })
	if err := s.commit(puts...); err != nil {
		return answer{}, err
	}
	for _, p := range puts {
		m := s.moduleOf(p.Kind)
		s.faults.Count(m.name+".restore", 1)
		s.announce(c, m.event+"_Add", s.whole(m, p.Value.(*record)), nil)
	}
	return noContent()
}
