package desk

// deskModule is one of the vendor's modules; those that this Desk serves.
type deskModule struct{ name, singular, plural, nameField string }

var deskModules = []deskModule{
	{"tickets", "Ticket", "Tickets", "subject"}, {"contacts", "Contact", "Contacts", "lastName"},
	{"accounts", "Account", "Accounts", "accountName"}, {"agents", "Agent", "Agents", "name"},
}

// foundedAt is when the organization was set up: what nobody has changed since carries it.
const foundedAt = "2020-01-01T00:00:00.000Z"

// modules serves GET /modules, which the vendor calls deprecated.
func (s *Server) modules(*call) (answer, error) {
	rows := make([]any, len(deskModules))
	for i, m := range deskModules {
		rows[i] = map[string]any{"id": moduleIDs[m.name], "apiKey": m.name, "displayLabel": m.plural, "pluralLabel": m.plural, "singularLabel": m.singular,
			"isEnabled": true, "nameField": nil}
	}
	return ok(map[string]any{"modules": rows})
}

// organizationModules serves GET /organizationModules.
func (s *Server) organizationModules(*call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	founder := s.agentOrder[0]
	rows := make([]any, len(deskModules))
	for i, m := range deskModules {
		rows[i] = map[string]any{"id": moduleIDs[m.name], "apiName": m.name, "displayLabel": m.plural, "pluralLabel": m.plural, "singularLabel": m.singular,
			"nameField": m.nameField, "description": nil, "hasRecycleBin": m.name != "agents", "isCustomModule": false, "isDeptSpecific": m.name == "tickets",
			"createdTime": foundedAt, "modifiedTime": foundedAt, "createdBy": founder, "modifiedBy": founder, "modifier": s.agentStub(founder)}
	}
	return data(rows)
}
