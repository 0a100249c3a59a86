package zohodesk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sidelight/models"
)

// Agent is someone who works in Desk, by Desk's own word.
type Agent struct {
	ID          string
	Email       string
	Name        string
	ProfileID   string
	ProfileName string // "" where Desk was not asked for it
	Active      bool
	// Tickets and Departments say which tickets they see.
	Tickets     models.TicketPermission
	Departments []string
}

func readAgent(r row) Agent {
	a := Agent{
		ID: r.id(), Email: r.text("emailId"), Name: r.text("name"), ProfileID: r.text("profileId"),
		Active: r.text("status") == "ACTIVE", Tickets: models.TicketPermission(r.text("rolePermissionType")),
		Departments: r.ids("associatedDepartmentIds"),
	}
	if a.Name == "" {
		a.Name = strings.TrimSpace(r.text("firstName") + " " + r.text("lastName"))
	}
	var profile row
	if json.Unmarshal(r["profile"], &profile) == nil && profile != nil {
		a.ProfileName = profile.text("name")
		if a.ProfileID == "" {
			a.ProfileID = profile.id()
		}
	}
	return a
}

// WhoAmI asks Desk whose access token this is, for a sign-in with Zoho. A token that Desk does not
// accept is UNAUTHENTICATED; an agent of another organization, or one who is not active, is
// FORBIDDEN.
func (c *Client) WhoAmI(ctx context.Context, accessToken string) (Agent, error) {
	if accessToken == "" {
		return Agent{}, models.Errorf(models.CodeUnauthenticated, "there is no Zoho access token")
	}
	answer, err := c.do(
		ctx,
		call{
			method: http.MethodGet, path: "/myinfo", query: url.Values{"include": {"profile"}}, forAgents: true,
			asToken: accessToken,
		},
	)
	switch {
	case isRefused(err):
		return Agent{}, models.Wrap(err, models.CodeUnauthenticated, "Zoho Desk does not accept the sign-in")
	case models.CodeOf(err) == models.CodeBadCredentials, models.CodeOf(err) == models.CodeOtherOrganization,
		models.CodeOf(err) == models.CodeNoAccess:
		return Agent{}, models.Wrap(
			err, models.CodeForbidden, "this Zoho account is no agent of the connected Zoho Desk organization",
		)
	case err != nil:
		return Agent{}, err
	}
	var told row
	if err := answer.decode(&told); err != nil {
		return Agent{}, err
	}
	return atWork(readAgent(told))
}

// Agent asks Desk for an agent as they are now. One who was removed, or is not active, is
// FORBIDDEN.
func (c *Client) Agent(ctx context.Context, id string) (Agent, error) {
	if !isID(id) {
		return Agent{}, models.Errorf(models.CodeForbidden, "there is no such agent in Zoho Desk")
	}
	answer, err := c.do(
		ctx,
		call{method: http.MethodGet, path: "/agents/" + id, query: url.Values{"include": {"profile"}}, forAgents: true},
	)
	if models.CodeOf(err) == models.CodeNotFound {
		return Agent{}, models.Wrap(err, models.CodeForbidden, "this agent is no longer in Zoho Desk")
	}
	if err != nil {
		return Agent{}, err
	}
	var told row
	if err := answer.decode(&told); err != nil {
		return Agent{}, err
	}
	return atWork(readAgent(told))
}

// AgentTeams are the ids of the teams that an agent belongs to, by themselves or by their role
// (zoho/zohodesk-oas, v1.0/Team.json: listAssociatedTeamsForAgent, scope Desk.basic.READ).
func (c *Client) AgentTeams(ctx context.Context, id string) ([]string, error) {
	if !isID(id) {
		return nil, models.Errorf(models.CodeForbidden, "there is no such agent in Zoho Desk")
	}
	answer, err := c.do(ctx, call{method: http.MethodGet, path: "/agents/" + id + "/teams", forAgents: true})
	if err != nil || answer.status == http.StatusNoContent {
		return nil, err
	}
	var told row
	if err := answer.decode(&told); err != nil {
		return nil, err
	}
	return told.ids("teams"), nil
}

// atWork refuses an agent who may not work in Desk.
func atWork(a Agent) (Agent, error) {
	switch {
	case a.ID == "" || a.ProfileID == "":
		return Agent{}, unavailable(nil, "Zoho Desk did not say which agent this is")
	case !a.Active:
		return Agent{}, models.Errorf(models.CodeForbidden, "this agent is not active in Zoho Desk")
	}
	return a, nil
}

// Profiles lists the organization's profiles, without any permission.
func (c *Client) Profiles(ctx context.Context) ([]models.Profile, error) {
	rows, err := c.allRows(ctx, "/profiles", nil)
	if err != nil {
		return nil, err
	}
	out := make([]models.Profile, len(rows))
	for i, r := range rows {
		out[i] = models.Profile{ID: r.id(), Name: r.text("name")}
	}
	return out, nil
}

// Agents lists the organization's agents with their profiles.
func (c *Client) Agents(ctx context.Context) ([]Agent, error) {
	return c.agentsAt(ctx, "/agents", url.Values{"include": {"profile"}})
}

// AgentsOf lists the agents of a profile.
func (c *Client) AgentsOf(ctx context.Context, profileID string) ([]Agent, error) {
	if !isID(profileID) {
		return nil, models.Errorf(models.CodeNotFound, "there is no such profile in Zoho Desk")
	}
	return c.agentsAt(ctx, "/profiles/"+profileID+"/agents", nil)
}

// AgentByEmail finds an agent; Desk's own search finds parts of an address too. NOT_FOUND when
// there is none.
func (c *Client) AgentByEmail(ctx context.Context, email string) (Agent, error) {
	want := strings.TrimSpace(email)
	if want != "" {
		found, err := c.agentsAt(ctx, "/agents", url.Values{"include": {"profile"}, "searchStr": {want}})
		if err != nil {
			return Agent{}, err
		}
		for _, a := range found {
			if strings.EqualFold(a.Email, want) {
				return a, nil
			}
		}
	}
	return Agent{}, models.Errorf(models.CodeNotFound, "no agent of Zoho Desk has this address")
}

func (c *Client) agentsAt(ctx context.Context, path string, query url.Values) ([]Agent, error) {
	rows, err := c.allRows(ctx, path, query)
	if err != nil {
		return nil, err
	}
	out := make([]Agent, len(rows))
	for i, r := range rows {
		out[i] = readAgent(r)
	}
	return out, nil
}

// maxShortPages bounds the lists that are read whole: an organization has a handful of profiles,
// and some thousand agents at most.
const maxShortPages = 100

// allRows reads a short list whole. It is of the agents' share of the credits.
func (c *Client) allRows(ctx context.Context, path string, query url.Values) ([]row, error) {
	var out []row
	seen := map[string]bool{}
	for page := range maxShortPages {
		q := url.Values{"limit": {strconv.Itoa(c.cfg.PageSize)}}
		for name, values := range query {
			q[name] = values
		}
		if page > 0 {
			q.Set("from", strconv.Itoa(len(out)+1))
		}
		answer, err := c.do(ctx, call{method: http.MethodGet, path: path, query: q, forAgents: true})
		if err != nil {
			return nil, err
		}
		rows, err := answer.rows()
		if err != nil {
			return nil, err
		}
		fresh := 0
		for _, r := range rows {
			if id := r.id(); !seen[id] {
				seen[id] = true
				fresh++
				out = append(out, r)
			}
		}
		if fresh == 0 || len(rows) < c.cfg.PageSize {
			break
		}
	}
	return out, nil
}
