package salesforce

import (
	"context"
	"strings"

	"sidelight/models"
)

// shortID is how many characters tell an organization: the rest of an id of 18 follows from them.
const shortID = 15

// Organization is the organization that the credentials lead to, of 18 characters where Salesforce
// said it so.
func (c *Client) Organization(ctx context.Context) (string, error) {
	if _, _, err := c.token(ctx, ""); err != nil {
		return "", err
	}
	c.tokens.mu.Lock()
	org := c.tokens.org
	c.tokens.mu.Unlock()
	if org != "" {
		return org, nil
	}
	who, err := c.identify(ctx)
	if err != nil {
		return "", err
	}
	return who.org, c.serves(who.org)
}

// serves checks that a sign-in led to the organization that the client serves; the first sign-in
// decides which one that is. One that says nothing of its organization passes.
func (c *Client) serves(org string) error {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	switch {
	case len(org) < shortID:
		return nil
	case c.tokens.org == "":
		c.tokens.org = org
		return nil
	case len(c.tokens.org) >= shortID && c.tokens.org[:shortID] == org[:shortID]:
		c.tokens.org = max(c.tokens.org, org) // the longer form of the same id
		return nil
	}
	return models.Errorf(models.CodeOtherOrganization, "the credentials of Salesforce lead to another organization (%s) than the one that was connected (%s)", org, c.tokens.org)
}

// org is the organization that a token answer names; "" where it names none.
func (a tokenAnswer) org() string {
	_, path, _ := strings.Cut(a.Identity, "/id/")
	if org, _, _ := strings.Cut(path, "/"); isOrg(org) {
		return org
	}
	return orgOfToken(a.AccessToken)
}

// orgOfToken is the organization that an access token begins with, of 15 characters; "" for a token
// of another form.
func orgOfToken(token string) string {
	if org, _, cut := strings.Cut(token, "!"); cut && isOrg(org) {
		return org
	}
	return ""
}

// refusesTheSide tells whether a code is about all that the client does, and not about one call.
func refusesTheSide(code models.Code) bool {
	return code == models.CodeBadCredentials || code == models.CodeOtherOrganization
}

func isOrg(id string) bool {
	return (len(id) == shortID || len(id) == 18) && strings.HasPrefix(id, "00D")
}
