package server

import (
	"context"
	"net/http"
	"time"

	"sidelight/models"
)

// DemoSession is what the demo's pages begin with: a token for each profile and scope, and some
// tickets.
type DemoSession struct {
	Tokens     []DemoToken  `json:"tokens"`
	Tickets    []DemoTicket `json:"tickets"`
	GraphQLURL string       `json:"graphqlUrl"`
}

// DemoToken is a token with what it is for.
type DemoToken struct {
	Label   string       `json:"label"`
	Profile string       `json:"profile"`
	Scope   models.Scope `json:"scope"`
	Token   string       `json:"token"`
}

// DemoTicket is a sample ticket.
type DemoTicket struct {
	ID          string `json:"id"`
	Number      string `json:"number"`
	Subject     string `json:"subject"`
	ContactName string `json:"contactName"`
	Email       string `json:"email"`
}

const (
	demoTokenTTL = 24 * time.Hour
	demoTickets  = 12
)

// DemoSession makes the demo's tokens and reads its sample tickets.
func (s *Server) DemoSession(ctx context.Context) (DemoSession, error) {
	out := DemoSession{GraphQLURL: s.url + "/graphql", Tokens: []DemoToken{}, Tickets: []DemoTicket{}}
	profiles, err := s.store.Profiles(ctx)
	if err != nil {
		return out, err
	}
	desk, err := s.clients.Desk()
	if err != nil {
		return out, err
	}
	agents, err := desk.Agents(ctx)
	if err != nil {
		return out, err
	}
	add := func(label, profile, profileID string, scope models.Scope) error {
		subject := "demo:" + label
		for _, a := range agents { // an agent's token says who they are in Desk, as after a sign-in
			if scope == models.ScopeAgent && a.Active && a.ProfileID == profileID {
				subject = agentSubject + a.ID
				break
			}
		}
		token, _, err := s.issuer.Issue(
			TokenRequest{Subject: subject, Scope: scope, ProfileID: profileID, TTL: demoTokenTTL},
		)
		out.Tokens = append(out.Tokens, DemoToken{label, profile, scope, token})
		return err
	}
	for _, p := range profiles {
		if err := add(p.Name, p.Name, p.ID, models.ScopeAgent); err != nil {
			return out, err
		}
	}
	if err := add("Dashboard", "", "", models.ScopeDashboard); err != nil {
		return out, err
	}
	if err := add("Admin", "", "", models.ScopeAdmin); err != nil {
		return out, err
	}
	tickets, err := desk.Tickets(ctx, demoTickets)
	for _, t := range tickets {
		out.Tickets = append(out.Tickets, DemoTicket{t.ID, t.Number, t.Subject, t.ContactName, t.ContactEmail})
	}
	return out, err
}

func (s *Server) demoSession(w http.ResponseWriter, r *http.Request) {
	session, err := s.DemoSession(r.Context())
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, session)
}
