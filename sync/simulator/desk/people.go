package desk

import (
	"slices"
	"strconv"
	"strings"

	"sidelight/sync/simulator/seed"
)

// agent is someone who works in this Desk.
type agent struct {
	ID        string `json:"id"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`
	Profile   string `json:"profile"`
	Disabled  bool   `json:"disabled,omitempty"`
	// Permission is which tickets they see, "" what goes with the profile; Departments are where
	// they work, nil the first one; NoTeam leaves them out of the team.
	Permission  string   `json:"permission,omitempty"`
	Departments []string `json:"departments,omitempty"`
	NoTeam      bool     `json:"noTeam,omitempty"`
}

const (
	firstDepartment = 7000000000300001
	departmentID    = "7000000000300001"
	roleID          = "7000000000500001"
)

func profileID(name string) string {
	return strconv.Itoa(7000000000200001 + slices.Index(seed.Profiles, name))
}

func profile(name string) map[string]any {
	return map[string]any{"id": profileID(name), "name": name, "description": nil, "default": true, "isVisible": true,
		"type": strings.ToUpper(strings.ReplaceAll(name, " ", "_")), "permissions": map[string]any{}, "modifiedBy": nil, "modifiedTime": nil}
}

func (a *agent) render() map[string]any {
	return map[string]any{"id": a.ID, "firstName": a.FirstName, "lastName": a.LastName, "name": a.FirstName + " " + a.LastName,
		"emailId": a.Email, "zuid": a.zuid(), "profileId": profileID(a.Profile), "roleId": roleID,
		"rolePermissionType": a.permission(), "status": a.status(), "isConfirmed": true, "isZiaAgent": false,
		"photoURL": nil, "phone": "", "mobile": "", "extn": "", "aboutInfo": "", "langCode": "en_US", "timeZone": "UTC", "countryCode": "en_US",
		"associatedDepartmentIds": a.departments(), "associatedChatDepartmentIds": []string{}, "channelExpert": []string{}}
}

// departments are where the agent works.
func (a *agent) departments() []string {
	if a.Departments == nil {
		return []string{departmentID}
	}
	return a.Departments
}

// permissions are what rolePermissionType can be.
var permissions = []string{"Admin", "AgentPublic", "AgentPersonal", "AgentTeamPersonal", "Custom", "Light"}

func (a *agent) permission() string {
	switch {
	case a.Permission != "":
		return a.Permission
	case a.Profile == seed.Profiles[0]:
		return "Admin"
	case a.light():
		return "Light"
	}
	return "AgentPersonal"
}

func (a *agent) status() string {
	if a.Disabled {
		return "DISABLED"
	}
	return "ACTIVE"
}

func (a *agent) light() bool { return a.Profile == "Light Agent" }

// zuid is the agent's id as a user of the vendor's products.
func (a *agent) zuid() string { return "6" + a.ID[len(a.ID)-7:] }

func (a *agent) renderWith(include []string) map[string]any {
	out := a.render()
	for _, what := range include {
		switch what {
		case "profile":
			out["profile"] = profile(a.Profile)
		case "role":
			out["role"] = role
		}
	}
	return out
}

// myInfo answers as the agent the token belongs to.
func (s *Server) myInfo(c *call) (answer, error) {
	include, err := c.include("profile", "role", "associatedDepartments", "verifiedEmails")
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.agents[c.agent]
	out := a.renderWith(include)
	out["isLightAgent"] = a.light()
	return ok(out)
}

// listAgents lists agents: those that the parameters leave.
func (s *Server) listAgents(c *call) (answer, error) {
	page, err := c.page(1, 200)
	if err != nil {
		return answer{}, err
	}
	include, err := c.include("profile", "role")
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	agents, err := s.agentsBy(c)
	if err != nil {
		return answer{}, err
	}
	var rows []any
	for _, a := range agents {
		rows = append(rows, a.renderWith(include))
	}
	return data(pageOf(rows, page))
}

// agentsBy are the agents that the filters of a list leave. searchStr is exact unless it carries a
// "*"; s.mu is held.
func (s *Server) agentsBy(c *call) (out []*agent, err error) {
	within := map[string]func(*agent) string{
		"status": func(a *agent) string { return a.status() }, "rolePermissionType": func(a *agent) string { return a.permission() },
		"isConfirmed": func(*agent) string { return "true" }, "isLightAgent": func(a *agent) string { return strconv.FormatBool(a.light()) },
		"profileIds":    func(a *agent) string { return profileID(a.Profile) },
		"departmentIds": func(a *agent) string { return strings.Join(a.departments(), ",") },
	}
	names := map[string]func(*agent) string{"firstName": func(a *agent) string { return a.FirstName }, "lastName": func(a *agent) string { return a.LastName },
		"name": func(a *agent) string { return a.FirstName + " " + a.LastName }, "emailId": func(a *agent) string { return a.Email }}
	wanted, in := c.query.Get("searchStr"), c.query.Get("fieldName")
	if in != "" && names[in] == nil {
		return nil, badParameter("fieldName")
	}
	for _, id := range s.agentOrder {
		a := s.agents[id]
		fits := true
		for parameter, of := range within {
			if text := c.query.Get(parameter); text != "" && !overlap(strings.Split(text, ","), strings.Split(of(a), ",")) {
				fits = false
			}
		}
		found := wanted == ""
		for name, of := range names {
			found = found || (in == "" || in == name) && matches(of(a), wanted)
		}
		if fits && found {
			out = append(out, a)
		}
	}
	return out, nil
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}

func (s *Server) getAgent(c *call) (answer, error) {
	include, err := c.include("profile", "role")
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.agents[c.PathValue("id")]; a != nil {
		return ok(a.renderWith(include))
	}
	return answer{}, notFound()
}

func (s *Server) listProfiles(*call) (answer, error) {
	rows := make([]any, len(seed.Profiles))
	for i, name := range seed.Profiles {
		rows[i] = profile(name)
	}
	return data(rows)
}

func profileName(id string) string {
	for _, name := range seed.Profiles {
		if profileID(name) == id {
			return name
		}
	}
	return ""
}

func (s *Server) getProfile(c *call) (answer, error) {
	if name := profileName(c.PathValue("id")); name != "" {
		return ok(profile(name))
	}
	return answer{}, notFound()
}

func (s *Server) profileAgents(c *call) (answer, error) {
	name := profileName(c.PathValue("id"))
	if name == "" {
		return answer{}, notFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []any
	for _, id := range s.agentOrder {
		if s.agents[id].Profile == name {
			rows = append(rows, s.agents[id].render())
		}
	}
	return data(rows)
}

func (s *Server) org() map[string]any {
	return map[string]any{"id": s.orgID(), "companyName": "Sidelight Demo", "portalName": "sidelightdemo", "edition": "ENTERPRISE",
		"isDefault": true, "isAdminInOrg": true, "employeeCount": "25", "alias": "", "currencyCode": "USD", "currencySymbol": "$",
		"currencyLocale": "en_US", "portalURL": "https://desk.zoho.example/agent/sidelightdemo", "website": "https://sidelight.example",
		"city": nil, "country": nil, "description": nil, "designation": nil, "employeeCountRange": nil, "faviconURL": nil, "fax": nil, "industry": nil,
		"isPayloadEncryptionEnabled": false, "isSandboxPortal": false, "logoURL": nil, "migrationFrom": nil, "mobile": nil, "phoneNumber": nil,
		"preferredCommunicationChannels": nil, "preferredSolution": nil, "primaryContact": nil, "state": nil, "street": nil, "timeZone": "UTC", "zip": nil}
}

func (s *Server) organizations(*call) (answer, error) { return data([]any{s.org()}) }

func (s *Server) organization(c *call) (answer, error) {
	if c.PathValue("id") != s.orgID() {
		return answer{}, notFound()
	}
	return ok(s.org())
}
