package salesforce

import (
	"context"
	"net/http"

	"sidelight/models"
)

// identity is who the client signed in as.
type identity struct{ user, org string }

// knownUser is our own user, as far as it was asked for.
func (c *Client) knownUser() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.who.user
}

// identify asks once who the client is signed in as.
func (c *Client) identify(ctx context.Context) (identity, error) {
	c.mu.Lock()
	who := c.who
	c.mu.Unlock()
	if who.org != "" {
		return who, nil
	}
	r, err := c.do(ctx, call{method: http.MethodGet, path: "/services/oauth2/userinfo", forAgents: true})
	if err != nil {
		return who, err
	}
	var told struct {
		User string `json:"user_id"`
		Org  string `json:"organization_id"`
	}
	if err := r.decode(&told); err != nil {
		return who, err
	}
	if told.Org == "" {
		return who, unavailable(nil, "Salesforce did not say who is signed in")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.who = identity{told.User, told.Org}
	return c.who, nil
}

// Check names the organization and tries everything that the sync needs. What is missing is a check
// that is not OK; credentials that do not work at all are an error.
func (c *Client) Check(ctx context.Context) (models.ConnectionInfo, error) {
	var info models.ConnectionInfo
	_, instance, err := c.token(ctx, "")
	if err != nil {
		return info, err
	}
	info.Host = instance
	c.describeAgain(0)
	if _, err := c.identify(ctx); err != nil {
		return info, err
	}
	a, err := c.query(ctx, "SELECT Id,Name,OrganizationType FROM Organization LIMIT 1", false)
	switch {
	case err == nil && len(*a.Records) == 1:
		org := (*a.Records)[0]
		info.OrgID, info.Organization = org.text("Id"), org.text("Name")
		info.Checks = append(info.Checks, models.ConnectionCheck{Name: "API", OK: true, Detail: org.ptr("OrganizationType")})
	case err != nil && models.CodeOf(err) != models.CodeNoAccess:
		return info, err
	default:
		detail := "the API is not enabled for this user or organization"
		info.Checks = append(info.Checks, models.ConnectionCheck{Name: "API", Detail: &detail})
		return info, nil
	}
	version, err := c.versionCheck(ctx)
	if err != nil {
		return info, err
	}
	info.Checks = append(info.Checks, version)
	for _, object := range models.SyncObjects {
		checks, err := c.checkObject(ctx, object)
		if err != nil {
			return info, err
		}
		info.Checks = append(info.Checks, checks...)
	}
	for _, name := range []string{"Opportunity", "Task", "Event", "Note"} {
		check := models.ConnectionCheck{Name: name, OK: true}
		if _, err := c.describe(ctx, name); models.CodeOf(err) == models.CodeNoAccess || models.CodeOf(err) == models.CodeNotFound {
			detail := "the user may not see it: its part of the card stays empty"
			check.OK, check.Detail = false, &detail
		} else if err != nil {
			return info, err
		}
		info.Checks = append(info.Checks, check)
	}
	return info, nil
}

// checkObject tells whether an object's records can be read and written, and whether a create whose
// answer is lost can be recognised.
func (c *Client) checkObject(ctx context.Context, object models.SyncObject) ([]models.ConnectionCheck, error) {
	name := sobject(object)
	d, err := c.describe(ctx, name)
	if code := models.CodeOf(err); code == models.CodeNoAccess || code == models.CodeSideUnusable {
		detail := "the user may not see " + name + " records"
		return []models.ConnectionCheck{{Name: name, Detail: &detail}}, nil
	}
	if err != nil {
		return nil, err
	}
	check := models.ConnectionCheck{Name: name, OK: true}
	if f := d.byName[object.MatchField(models.Salesforce)]; !f.Creatable || !f.Updatable {
		detail := "the user may not create or change " + name + " records: only Salesforce to Desk can work"
		check.OK, check.Detail = false, &detail
	}
	mark := models.ConnectionCheck{Name: "Link field of " + name}
	if mark.OK, err = c.HasMark(ctx, object); err != nil {
		return nil, err
	}
	if !mark.OK {
		detail := "optional: a text field " + c.cfg.MarkField + " (unique, external id) lets a record be recognised whose creation was not confirmed"
		mark.Detail = &detail
	}
	return []models.ConnectionCheck{check, mark}, nil
}
