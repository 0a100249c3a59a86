package zohodesk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Scopes that the integration asks for while it is connected. Accounts go by the contacts' scopes;
// the recycle bin, and restoring from it, by settings.
var Scopes = []string{
	"Desk.contacts.READ", "Desk.contacts.CREATE", "Desk.contacts.UPDATE", "Desk.search.READ", "Desk.basic.READ", "Desk.fields.READ",
	"Desk.settings.READ", "Desk.settings.UPDATE", "Desk.tickets.READ", "Desk.events.ALL", "Desk.webhooks.CREATE",
}

// SignInScopes are enough to ask who an agent is.
var SignInScopes = []string{"Desk.basic.READ"}

// Authorization is what a browser is sent to Zoho for.
type Authorization struct {
	RedirectURI string
	State       string
	Scopes      []string // nil is Scopes
	// Offline asks for a refresh token; an agent who only signs in needs none.
	Offline bool
}

// AuthorizeURL is where the browser goes. The client id comes from Config.Credentials.
func (c *Client) AuthorizeURL(ctx context.Context, a Authorization) (string, error) {
	creds, err := c.credentials(ctx)
	if err != nil {
		return "", err
	}
	if a.Scopes == nil {
		a.Scopes = Scopes
	}
	q := url.Values{"response_type": {"code"}, "client_id": {creds.ClientID}, "scope": {strings.Join(a.Scopes, ",")},
		"redirect_uri": {a.RedirectURI}, "state": {a.State}, "access_type": {"online"}}
	if a.Offline {
		q.Set("access_type", "offline")
		q.Set("prompt", "consent") // without it Zoho hands a refresh token out only once
	}
	return c.accounts + "/oauth/v2/auth?" + q.Encode(), nil
}

// Callback is what Zoho sent the browser back with.
type Callback struct {
	Code        string
	RedirectURI string
	// Location and AccountsServer are the callback's parameters of those names: where the account
	// lives.
	Location       string
	AccountsServer string
}

// Grant is what a code was exchanged for.
type Grant struct {
	Credentials models.Credentials
	// AccountsURL and APIURL are the hosts of the account's own data centre; DataCenter is "" for
	// configured hosts outside of the table.
	AccountsURL, APIURL, DataCenter string
}

// Exchange turns a code, which lives for two minutes, into tokens. The code and the client's secret
// are sent to the configured accounts host, or to the data centre that the callback names if it is
// one of Zoho's. Nothing is stored.
func (c *Client) Exchange(ctx context.Context, cb Callback) (Grant, error) {
	creds, err := c.credentials(ctx)
	if err != nil {
		return Grant{}, err
	}
	out := Grant{AccountsURL: c.accounts, APIURL: c.api}
	if server := strings.TrimRight(cb.AccountsServer, "/"); !strings.EqualFold(server, c.accounts) &&
		(server != "" || cb.Location != "" && c.inTable()) {
		dc, ok := dataCenterOf(server, cb.Location)
		if !ok {
			return Grant{}, models.Errorf(
				models.CodeBadUserInput, "the sign-in came back from a host that is none of Zoho's data centres",
			)
		}
		out = Grant{AccountsURL: dc.AccountsURL, APIURL: dc.APIURL, DataCenter: dc.Name}
	}
	made, err := c.grant(
		ctx, out.AccountsURL, creds,
		map[string]string{"grant_type": "authorization_code", "code": cb.Code, "redirect_uri": cb.RedirectURI},
	)
	if err != nil {
		return Grant{}, err
	}
	out.Credentials = models.Credentials{
		Grant: "authorization_code", ClientID: creds.ClientID, ClientSecret: creds.ClientSecret,
		RefreshToken: made.RefreshToken, AccessToken: made.AccessToken, ExpiresAt: c.now().Add(made.life()).Unix(),
		Issued: []int64{c.now().Unix()},
	}
	return out, nil
}

// inTable tells whether the configured accounts host is Zoho's own.
func (c *Client) inTable() bool {
	_, ok := dataCenterOf(c.accounts, "")
	return ok
}

func (c *Client) credentials(ctx context.Context) (models.Credentials, error) {
	if c.cfg.Credentials == nil {
		return models.Credentials{}, models.Errorf(models.CodeBadCredentials, "Zoho Desk has no client id")
	}
	creds, err := c.cfg.Credentials(ctx)
	if err == nil && creds.ClientID == "" {
		err = models.Errorf(models.CodeBadCredentials, "Zoho Desk has no client id")
	}
	return creds, err
}

// Revoke gives the refresh token, and with it every access token, back. One that is dead already is
// no error.
func (c *Client) Revoke(ctx context.Context) error {
	if c.cfg.Credentials == nil {
		return nil
	}
	creds, err := c.cfg.Credentials(ctx)
	if err != nil {
		return err
	}
	token := creds.Revocable()
	if token == "" {
		return nil
	}
	// The vendor documents the token as a query parameter; its servers read a form as well, and a
	// form stays out of access logs.
	status, body, err := c.postForm(ctx, c.accounts+"/oauth/v2/token/revoke", url.Values{"token": {token}})
	if err != nil {
		return err
	}
	c.forget()
	var answer tokenAnswer
	_ = json.Unmarshal(body, &answer)
	switch {
	case answer.Error != "" || status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return nil
	case status >= 300:
		return unavailable(nil, "Zoho did not confirm that the tokens are revoked (HTTP %d)", status)
	}
	return nil
}

// tokenAnswer is the token endpoint's answer. Errors come with HTTP 200.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int64  `json:"expires_in"`
	Error        string `json:"error"`
}

// life is how long the access token lives: an hour where Zoho does not say. Old answers count in
// milliseconds.
func (t tokenAnswer) life() time.Duration {
	switch {
	case t.ExpiresIn <= 0:
		return time.Hour
	case t.ExpiresIn > 24*3600:
		return time.Duration(t.ExpiresIn) * time.Millisecond
	}
	return time.Duration(t.ExpiresIn) * time.Second
}

// grant asks the token endpoint of accounts for tokens.
func (c *Client) grant(
	ctx context.Context, accounts string, creds models.Credentials, params map[string]string,
) (tokenAnswer, error) {
	form := url.Values{"client_id": {creds.ClientID}, "client_secret": {creds.ClientSecret}}
	for name, value := range params {
		form.Set(name, value)
	}
	status, body, err := c.postForm(ctx, accounts+"/oauth/v2/token", form)
	if err != nil {
		return tokenAnswer{}, err
	}
	return readGrant(status, body)
}

// readGrant tells tokens from refusals, whatever the status.
func readGrant(status int, body []byte) (tokenAnswer, error) {
	var answer tokenAnswer
	if err := json.Unmarshal(body, &answer); err != nil {
		if status == http.StatusTooManyRequests {
			return tokenAnswer{}, &models.Error{
				Code: models.CodeBusy, Retry: true, RetryAfter: tokenWindow, Message: "Zoho asks for a pause between sign-ins",
			}
		}
		return tokenAnswer{}, unavailable(nil, "Zoho's sign-in did not answer as it should (HTTP %d)", status)
	}
	if answer.Error == "" && answer.AccessToken != "" && status < 300 {
		return answer, nil
	}
	bad := func(format string, args ...any) (tokenAnswer, error) {
		return tokenAnswer{}, models.Errorf(models.CodeBadCredentials, format, args...)
	}
	switch answer.Error {
	case "invalid_code", "invalid_grant", "invalid_token":
		return bad(
			"Zoho no longer accepts the sign-in: it was revoked, has expired or belongs to another client or data centre",
		)
	case "invalid_client":
		return bad("Zoho does not know the client id in this data centre")
	case "invalid_client_secret":
		return bad("Zoho does not accept the client secret")
	case "invalid_redirect_uri":
		return bad("the redirect address is not registered with the Zoho client")
	case "unauthorized_client", "invalid_scope", "access_denied":
		return bad("the Zoho client may not ask for this access")
	case "Access Denied":
		return tokenAnswer{}, &models.Error{Code: models.CodeBusy, Retry: true, RetryAfter: tokenWindow,
			Message: "Zoho has blocked new access tokens for a while: too many were asked for"}
	}
	return tokenAnswer{}, unavailable(nil, "Zoho's sign-in did not answer as it should (HTTP %d)", status)
}

// postForm sends a form to the accounts host.
func (c *Client) postForm(ctx context.Context, target string, form url.Values) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, models.Wrap(err, models.CodeInternal, "the sign-in request could not be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, unavailable(vendor.WithoutURL(err), "Zoho's sign-in could not be reached")
	}
	defer res.Body.Close()
	body, err := readLimited(res.Body)
	if err != nil {
		return 0, nil, unavailable(err, "Zoho's sign-in answered only in part")
	}
	return res.StatusCode, body, nil
}
