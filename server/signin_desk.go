package server

import (
	"context"
	"net/http"
	"strings"

	"sidelight/models"
	"sidelight/sync/zohodesk"
)

// agentSubject begins the subject of an agent who signed in, as an agent or as an admin.
const agentSubject = "agent:"

// deskPath is where signing in with Zoho begins and ends.
const deskPath = "/auth/desk"

// toAdmin is the value of "for" with which the console begins: what comes back is an admin's token,
// and it goes to the console alone.
const toAdmin = "admin"

// startDesk sends the popup to Zoho.
func (s *signIn) startDesk(w http.ResponseWriter, r *http.Request) {
	target, err := s.toZoho(w, r)
	if err != nil {
		writeError(w, err)
		return
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

func (s *signIn) toZoho(w http.ResponseWriter, r *http.Request) (target string, err error) {
	p := popup{Way: models.SignInDesk, Origin: s.origin(r.URL.Query().Get("origin"))}
	switch r.URL.Query().Get("for") {
	case "":
	case toAdmin:
		if len(s.adminProfiles) == 0 {
			return "", models.Errorf(
				models.CodeForbidden,
				"admins do not sign in with Zoho here: whoever runs the server names their profile with --admin-profile",
			)
		}
		p.Admin, p.Origin = true, s.url()
	default:
		return "", missing("for", "admin, or nothing")
	}
	client, err := s.clients.Desk()
	if err != nil {
		return "", models.Errorf(models.CodeConflict, "Zoho Desk is not connected yet: ask the admin")
	}
	state, err := s.begin(w, r, p, deskPath)
	if err != nil {
		return "", err
	}
	return client.AuthorizeURL(
		r.Context(),
		zohodesk.Authorization{RedirectURI: s.url() + deskPath + "/callback", State: state, Scopes: zohodesk.SignInScopes},
	)
}

// fromZoho finds out who comes back.
func (s *signIn) fromZoho(ctx context.Context, r *http.Request) (p popup, who person, err error) {
	if p, err = s.begun(ctx, r, models.SignInDesk); err != nil {
		return p, who, err
	}
	q := r.URL.Query()
	if q.Get("code") == "" {
		return p, who, models.Errorf(models.CodeUnauthenticated, "Zoho did not get the consent")
	}
	client, err := s.clients.Desk()
	if err != nil {
		return p, who, err
	}
	g, err := client.Exchange(
		ctx,
		zohodesk.Callback{
			Code:           q.Get("code"),
			RedirectURI:    s.url() + deskPath + "/callback",
			Location:       q.Get("location"),
			AccountsServer: q.Get("accounts-server"),
		},
	)
	if err != nil {
		return p, who, err
	}
	agent, err := client.WhoAmI(ctx, g.Credentials.AccessToken)
	if err != nil {
		return p, who, err
	}
	who = person{
		way:       models.SignInDesk,
		subject:   agentSubject + agent.ID,
		name:      agent.Name,
		profileID: agent.ProfileID,
		scope:     models.ScopeAgent,
		ttl:       signInTTL,
	}
	if p.Admin {
		who.scope, who.ttl = models.ScopeAdmin, adminTTL
	}
	return p, who, s.known(agent, who.scope)
}

// known refuses an agent of whose profile nothing is known here, and one who would be an admin with
// a profile that is not named for that.
func (s *signIn) known(agent zohodesk.Agent, scope models.Scope) error {
	if s.policy.Profile(agent.ProfileID) == nil {
		return models.Errorf(models.CodeForbidden, "your Zoho Desk profile is not known here: ask the admin")
	}
	if scope != models.ScopeAdmin {
		return nil
	}
	for _, named := range s.adminProfiles {
		if p := s.policy.Profile(named); p != nil && p.ID == agent.ProfileID {
			return nil
		}
	}
	return models.Errorf(
		models.CodeForbidden,
		"your Zoho Desk profile is not an admin's here: whoever runs the server names those with --admin-profile",
	)
}

// presentInDesk is the agent's present profile and name by Desk's own word; gone tells that it is
// no agent of Desk any more, or no admin.
func (s *signIn) presentInDesk(ctx context.Context, in models.SignIn) (p models.Present, gone bool, err error) {
	client, err := s.clients.Desk()
	if err != nil {
		return p, false, err
	}
	agent, err := client.Agent(ctx, strings.TrimPrefix(in.Subject, agentSubject))
	if err != nil {
		return p, models.CodeOf(err) == models.CodeForbidden, err
	}
	err = s.known(agent, in.Scope)
	return models.Present{ProfileID: agent.ProfileID, Name: agent.Name}, err != nil && in.Scope == models.ScopeAdmin, err
}
