package salesforce

import (
	"maps"
	"strings"

	"sidelight/sync/simulator/soql"
)

// orgID is the organization's, 18 characters; s.mu is held.
func (s *Server) orgID() string {
	if s.settings.OrgID != "" {
		return s.settings.OrgID
	}
	return makeID("00D", 1)
}

// isOrganizationID tells whether a text is the id of an organization, as the vendor writes it.
func isOrganizationID(id string) bool {
	whole, is := soql.ID18(id)
	return is && whole == id && len(id) == 18 && strings.HasPrefix(id, "00D")
}

// moveTo makes this the organization with another id, the first one where it is empty: the row that
// describes it gets the id, and every session ends. s.mu is held.
func (s *Server) moveTo(id string) []put {
	if id == "" {
		id = makeID("00D", 1)
	}
	var puts []put
	if row := s.db.table("Organization").rows[s.orgID()]; row != nil {
		values := maps.Clone(row.values)
		values["Id"] = id
		puts = append(puts, put{Kind: "Organization", ID: row.id()}, put{Kind: "Organization", ID: id, Value: &stored{Values: values}})
	}
	for token := range s.sessions {
		puts = append(puts, put{Kind: kindSession, ID: token})
	}
	return puts
}
