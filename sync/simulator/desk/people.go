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
}

const (
	departmentID = "7000000000300001"
	roleID       = "7000000000500001"
)

func profileID(name string) string {
	return strconv.Itoa(7000000000200001 + slices.Index(seed.Profiles, name))
}

func profile(name string) map[string]any {
	return map[string]any{"id": profileID(name), "name": name, "description": "", "default": true, "isVisible": true,
		"type": strings.ToUpper(strings.ReplaceAll(name, " ", "_"))}
}

var role = map[string]any{"id": roleID, "name": "CEO", "description": "", "reportsTo": nil}

func (a *agent) render() map[string]any {
	permission, status := "AgentsPersonal", "ACTIVE"
	if a.Profile == seed.Profiles[0] {
		permission = "Admin"
	}
	if a.Disabled {
		status = "DISABLED"
	}
	return map[string]any{"id": a.ID, "firstName": a.FirstName, "lastName": a.LastName, "name": a.FirstName + " " + a.LastName,
		"emailId": a.Email, "zuid": a.zuid(), "profileId": profileID(a.Profile), "roleId": roleID,
		"rolePermissionType": permission, "status": status, "isConfirmed": true, "isLightAgent": a.Profile == "Light Agent",
		"photoURL": nil, "phone": "", "mobile": "", "extn": "", "aboutInfo": "", "langCode": "en_US", "timeZone": "UTC", "countryCode": "en_US",
		"associatedDepartmentIds": []string{departmentID}, "associatedChatDepartmentIds": []string{}, "channelExpert": []string{}}
}

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
	return ok(s.agents[c.agent].renderWith(include))
}

// listAgents lists agents; searchStr looks in names and emails, status keeps ACTIVE ones only when it says so.
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
	wanted := c.query.Get("searchStr")
	var rows []any
	for _, id := range s.agentOrder {
		a := s.agents[id]
		if status := c.query.Get("status"); status != "" && status != "ACTIVE" {
			continue
		}
		if contains(a.Email, wanted) || contains(a.FirstName+" "+a.LastName, wanted) {
			rows = append(rows, a.renderWith(include))
		}
	}
	return data(cut(rows, page))
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

func org() map[string]any {
	return map[string]any{"id": OrgID, "companyName": "Sidelight Demo", "portalName": "sidelightdemo", "edition": "ENTERPRISE",
		"isDefault": true, "isAdminInOrg": true, "employeeCount": "25", "alias": "", "currencyCode": "USD", "currencySymbol": "$",
		"currencyLocale": "en_US", "portalURL": "https://desk.zoho.example/agent/sidelightdemo", "website": "https://sidelight.example"}
}

func (s *Server) organizations(*call) (answer, error) { return data([]any{org()}) }

func (s *Server) organization(c *call) (answer, error) {
	if c.PathValue("id") != OrgID {
		return answer{}, notFound()
	}
	return ok(org())
}

func (s *Server) departments(*call) (answer, error) {
	return data([]any{map[string]any{"id": departmentID, "name": "Support", "isEnabled": true, "isDefault": true, "isAssignToTeamEnabled": false}})
}

// describe serves GET /fields?module=contacts|accounts.
func (s *Server) describe(c *call) (answer, error) {
	for base, m := range map[int]*module{7000000000600000: s.contacts, 7000000000700000: s.accounts} {
		if m.name != c.query.Get("module") {
			continue
		}
		rows := make([]any, len(m.fields))
		for i, f := range m.fields {
			rows[i] = f.describe(strconv.Itoa(base + i + 1))
		}
		return data(rows)
	}
	return answer{}, badParameter("module")
}
