package models

import "testing"

func TestAnAgentSeesWhatDeskShowsThem(t *testing.T) {
	agent := func(p TicketPermission) DeskAgent {
		return DeskAgent{ID: "7", Tickets: p, Departments: []string{"d1", "d2"}, Teams: []string{"t1"}}
	}
	const personal, team, unheard TicketPermission = "AgentPersonal", "AgentTeamPersonal", "SomethingNew"
	tickets := map[string]Ticket{
		"own":                {DepartmentID: "d1", AssigneeID: "7"},
		"unassigned":         {DepartmentID: "d1"},
		"own team":           {DepartmentID: "d1", TeamID: "t1"},
		"other team":         {DepartmentID: "d1", TeamID: "t2"},
		"colleague":          {DepartmentID: "d2", AssigneeID: "8"},
		"colleague in team":  {DepartmentID: "d2", AssigneeID: "8", TeamID: "t1"},
		"elsewhere":          {DepartmentID: "d3"},
		"own elsewhere":      {DepartmentID: "d3", AssigneeID: "7"},
		"shared":             {DepartmentID: "d3", SharedWith: Strings{"d4", "d2"}},
		"shared, colleague":  {DepartmentID: "d3", AssigneeID: "8", SharedWith: Strings{"d2"}},
		"shared with others": {DepartmentID: "d3", SharedWith: Strings{"d4"}},
		"unknown department": {},
	}
	all := []string{"own", "unassigned", "own team", "other team", "colleague", "colleague in team", "elsewhere", "own elsewhere",
		"shared", "shared, colleague", "shared with others", "unknown department"}
	restricted := []string{"own", "unassigned", "own team", "shared"}
	department := []string{"own", "unassigned", "own team", "other team", "colleague", "colleague in team", "shared", "shared, colleague"}
	for _, c := range []struct {
		permission TicketPermission
		cards      AgentCards
		sees       []string
	}{
		{TicketsOfAll, VisibleTickets, all}, {TicketsOfAll, VisiblePrivateTickets, all},
		{TicketsOfDepartments, VisibleTickets, department}, {TicketsOfDepartments, VisiblePrivateTickets, restricted},
		{TicketsOfLightAgents, VisibleTickets, department}, {TicketsOfLightAgents, VisiblePrivateTickets, restricted},
		{TicketsByDataSharing, VisibleTickets, department}, {TicketsByDataSharing, VisiblePrivateTickets, restricted},
		{personal, VisibleTickets, restricted}, {team, VisibleTickets, restricted},
		{unheard, VisibleTickets, restricted}, {"", VisibleTickets, restricted},
		{TicketsOfDepartments, "WHAT_IS_NOT_KNOWN", restricted},
	} {
		want := map[string]bool{}
		for _, name := range c.sees {
			want[name] = true
		}
		for name, ticket := range tickets {
			if got := agent(c.permission).Sees(ticket, c.cards); got != want[name] {
				t.Errorf("%q with %s, %s: %v, want %v", c.permission, c.cards, name, got, want[name])
			}
		}
	}
	if (DeskAgent{Tickets: TicketsOfAll}).Sees(tickets["own"], VisibleTickets) {
		t.Error("nobody sees a ticket")
	}
}

func TestTeamsAreLookedAtOnlyWhereTheyDecide(t *testing.T) {
	agent := DeskAgent{ID: "7", Tickets: "AgentPersonal", Departments: []string{"d1"}}
	for name, c := range map[string]struct {
		ticket Ticket
		want   bool
	}{
		"of a team":             {Ticket{DepartmentID: "d1", TeamID: "t1"}, true},
		"of no team":            {Ticket{DepartmentID: "d1"}, false},
		"their own, of a team":  {Ticket{DepartmentID: "d1", TeamID: "t1", AssigneeID: "7"}, false},
		"a colleague's in one":  {Ticket{DepartmentID: "d1", TeamID: "t1", AssigneeID: "8"}, false},
		"of another department": {Ticket{DepartmentID: "d2", TeamID: "t1"}, false},
	} {
		if got := agent.TeamDecides(c.ticket, VisibleTickets); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	agent.Tickets = TicketsOfDepartments
	if agent.TeamDecides(Ticket{DepartmentID: "d1", TeamID: "t1"}, VisibleTickets) {
		t.Error("who sees the department needs no team")
	}
}
