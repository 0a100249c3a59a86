package models

import "slices"

// TicketPermission is which tickets Desk lets an agent see: rolePermissionType of its API.
type TicketPermission string

// Permissions, as Desk names them. What Desk's help says of them: administrators see everything,
// AgentPublic all tickets of their departments, AgentPersonal their own and unassigned ones; light
// agents see the tickets of their departments. Custom goes by the organization's data sharing,
// which is public unless set otherwise. Of AgentTeamPersonal nothing more is written than of
// AgentPersonal.
const (
	TicketsOfAll         TicketPermission = "Admin"
	TicketsOfDepartments TicketPermission = "AgentPublic"
	TicketsOfLightAgents TicketPermission = "Light"
	TicketsByDataSharing TicketPermission = "Custom"
)

// DeskAgent is what decides which tickets an agent of Desk may see.
type DeskAgent struct {
	ID          string
	Tickets     TicketPermission
	Departments []string
	Teams       []string
}

// Sees tells whether Desk shows the agent the ticket, by what Desk's API tells of both. Where it
// does not tell, the answer is no: of a private ticket that another agent works on, whether the
// agent stands above them; of a permission that is not known here, whether it shows colleagues'
// tickets.
func (a DeskAgent) Sees(t Ticket, cards AgentCards) bool {
	switch {
	case a.ID == "":
		return false
	case a.Tickets == TicketsOfAll:
		return true
	case !a.sharesDepartment(t):
		return false
	case t.AssigneeID == a.ID, cards == VisibleTickets && a.seesColleagues():
		return true
	}
	return t.AssigneeID == "" && (t.TeamID == "" || slices.Contains(a.Teams, t.TeamID))
}

// TeamDecides tells whether the agent's teams decide whether they see the ticket: only then they
// have to be known.
func (a DeskAgent) TeamDecides(t Ticket, cards AgentCards) bool {
	with := a
	with.Teams = []string{t.TeamID}
	a.Teams = nil
	return t.TeamID != "" && with.Sees(t, cards) && !a.Sees(t, cards)
}

func (a DeskAgent) seesColleagues() bool {
	return a.Tickets == TicketsOfDepartments || a.Tickets == TicketsOfLightAgents || a.Tickets == TicketsByDataSharing
}

// sharesDepartment tells whether the ticket is of one of the agent's departments, or shared with
// one.
func (a DeskAgent) sharesDepartment(t Ticket) bool {
	in := func(id string) bool { return id != "" && slices.Contains(a.Departments, id) }
	return in(t.DepartmentID) || slices.ContainsFunc(t.SharedWith, in)
}
