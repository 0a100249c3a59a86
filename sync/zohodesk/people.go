package zohodesk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sidelight/models"
)

// Agent is who an access token belongs to, by Desk's own word.
type Agent struct {
	ID          string
	Email       string
	Name        string
	ProfileID   string
	ProfileName string
}

// WhoAmI asks Desk whose access token this is, for a sign-in with Zoho. A token that Desk does not accept is UNAUTHENTICATED; an agent of
// another organization, or one who is not active, is FORBIDDEN.
func (c *Client) WhoAmI(ctx context.Context, accessToken string) (Agent, error) {
	if accessToken == "" {
		return Agent{}, models.Errorf(models.CodeUnauthenticated, "there is no Zoho access token")
	}
	answer, err := c.do(ctx, call{method: http.MethodGet, path: "/myinfo", query: url.Values{"include": {"profile"}}, forAgents: true, asToken: accessToken})
	switch {
	case isRefused(err):
		return Agent{}, models.Wrap(err, models.CodeUnauthenticated, "Zoho Desk does not accept the sign-in")
	case models.CodeOf(err) == models.CodeBadCredentials, models.CodeOf(err) == models.CodeNoAccess:
		return Agent{}, models.Wrap(err, models.CodeForbidden, "this Zoho account is no agent of the connected Zoho Desk organization")
	case err != nil:
		return Agent{}, err
	}
	return readAgent(answer)
}

// Agent asks Desk for an agent as they are now. One who was removed, or is not active, is FORBIDDEN.
func (c *Client) Agent(ctx context.Context, id string) (Agent, error) {
	answer, err := c.do(ctx, call{method: http.MethodGet, path: "/agents/" + url.PathEscape(id), query: url.Values{"include": {"profile"}}, forAgents: true})
	if models.CodeOf(err) == models.CodeNotFound {
		return Agent{}, models.Wrap(err, models.CodeForbidden, "this agent is no longer in Zoho Desk")
	}
	if err != nil {
		return Agent{}, err
	}
	return readAgent(answer)
}

// readAgent reads what Desk says of an agent.
func readAgent(answer reply) (Agent, error) {
	var told struct {
		ID        string `json:"id"`
		EmailID   string `json:"emailId"`
		Name      string `json:"name"`
		FirstName string `json:"firstName"`
		LastName  string `json:"lastName"`
		ProfileID string `json:"profileId"`
		Status    string `json:"status"`
		Profile   *struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"profile"`
	}
	if err := answer.decode(&told); err != nil {
		return Agent{}, err
	}
	a := Agent{ID: told.ID, Email: told.EmailID, Name: told.Name, ProfileID: told.ProfileID}
	if a.Name == "" {
		a.Name = strings.TrimSpace(told.FirstName + " " + told.LastName)
	}
	if told.Profile != nil {
		a.ProfileName = told.Profile.Name
		if a.ProfileID == "" {
			a.ProfileID = told.Profile.ID
		}
	}
	switch {
	case a.ID == "" || a.ProfileID == "":
		return Agent{}, unavailable(nil, "Zoho Desk did not say which agent this is")
	case told.Status != "ACTIVE":
		return Agent{}, models.Errorf(models.CodeForbidden, "this agent is not active in Zoho Desk")
	}
	return a, nil
}

// maxProfilePages bounds the profiles: an organization has a handful.
const maxProfilePages = 20

// Profiles lists the organization's profiles, without any permission.
func (c *Client) Profiles(ctx context.Context) ([]models.Profile, error) {
	var out []models.Profile
	seen := map[string]bool{}
	for page := range maxProfilePages {
		q := url.Values{"limit": {strconv.Itoa(c.cfg.PageSize)}}
		if page > 0 {
			q.Set("from", strconv.Itoa(len(out)+1))
		}
		answer, err := c.do(ctx, call{method: http.MethodGet, path: "/profiles", query: q, forAgents: true})
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
				out = append(out, models.Profile{ID: id, Name: r.text("name")})
			}
		}
		if fresh == 0 || len(rows) < c.cfg.PageSize {
			break
		}
	}
	return out, nil
}
