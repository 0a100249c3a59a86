package zohodesk

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"sidelight/models"
)

// Check names the organization and tries everything that the sync needs. What is missing is a check
// that is not OK; credentials that do not work at all are an error.
func (c *Client) Check(ctx context.Context) (models.ConnectionInfo, error) {
	info := models.ConnectionInfo{Host: c.api, OrgID: c.cfg.OrgID}
	org, err := c.organization(ctx)
	if err != nil {
		return info, err
	}
	if org == nil {
		detail := "the signed-in agent belongs to no Zoho Desk organization of this id"
		info.Checks = append(info.Checks, models.ConnectionCheck{Name: "Organization", Detail: &detail})
		return info, nil
	}
	info.Organization = org.CompanyName
	info.Checks = append(
		info.Checks, models.ConnectionCheck{Name: "Organization", OK: true, Detail: models.Text(org.Edition).Ptr()},
	)
	day := c.clock.At(c.now())
	one := url.Values{"limit": {"1"}}
	for _, probe := range []struct {
		name, path string
		query      url.Values
		without    string
	}{
		{"Contacts", "/contacts", one, ""},
		{"Accounts", "/accounts", one, ""},
		{"Contact fields", "/fields", url.Values{"module": {"contacts"}}, ""},
		{"Account fields", "/fields", url.Values{"module": {"accounts"}}, ""},
		{"Search", "/contacts/search", url.Values{"limit": {"1"}, "modifiedTimeRange": {timeRange(day.Add(-time.Hour), day)}}, ""},
		{"Recycle bin", "/recycleBin", one, "deletions cannot be seen"},
		{"Tickets", "/tickets", one, "the widget cannot find a ticket's customer"},
		{"Profiles", "/profiles", nil, ""},
		{"Webhooks", "/webhooks", nil, "changes are found by polling alone"},
	} {
		check, err := c.probe(ctx, probe.path, probe.query, probe.without)
		if err != nil {
			return info, err
		}
		check.Name = probe.name
		info.Checks = append(info.Checks, check)
	}
	for _, object := range models.SyncObjects {
		c.forgetDescription(object)
		check, err := c.checkMark(ctx, object)
		if err != nil {
			return info, err
		}
		info.Checks = append(info.Checks, check)
	}
	return info, nil
}

// Organization is the configured one: Desk refuses calls to any other itself.
func (c *Client) Organization(context.Context) (string, error) { return c.cfg.OrgID, nil }

// probe makes a call for its refusal alone.
func (c *Client) probe(
	ctx context.Context, path string, query url.Values, without string,
) (models.ConnectionCheck, error) {
	_, err := c.do(ctx, call{method: http.MethodGet, path: path, query: query, forAgents: true})
	var refusal *models.Error
	switch {
	case err == nil:
		return models.ConnectionCheck{OK: true}, nil
	case asError(err, &refusal) && (refusal.Code == models.CodeNoAccess || refusal.Code == models.CodeNotFound):
		detail := refusal.Message
		if without != "" {
			detail += "; " + without
		}
		return models.ConnectionCheck{Detail: &detail}, nil
	}
	return models.ConnectionCheck{}, err
}

// checkMark tells whether a create whose answer is lost can be recognised for certain.
func (c *Client) checkMark(ctx context.Context, object models.SyncObject) (models.ConnectionCheck, error) {
	check := models.ConnectionCheck{Name: "Link field of " + module(object)}
	has, err := c.HasMark(ctx, object)
	if code := models.CodeOf(err); err != nil && code != models.CodeNoAccess {
		return check, err
	}
	if check.OK = has; !has {
		detail := "optional: a single-line text field " + c.cfg.MarkField + " lets a record be recognised whose creation was not confirmed"
		check.Detail = &detail
	}
	return check, nil
}

type organization struct {
	ID          string
	CompanyName string
	Edition     string
}

// organization is the configured one among those of the signed-in agent; nil when it is not.
func (c *Client) organization(ctx context.Context) (*organization, error) {
	answer, err := c.do(ctx, call{method: http.MethodGet, path: "/organizations", anyOrg: true, forAgents: true})
	if err != nil {
		return nil, err
	}
	rows, err := answer.rows()
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.id() == c.cfg.OrgID {
			return &organization{r.id(), r.text("companyName"), r.text("edition")}, nil
		}
	}
	return nil, nil
}
