package salesforce

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// AuthorizeURL is where the browser of an admin goes to consent: the web-server flow with PKCE
// (facts: scope "api refresh_token", S256).
func AuthorizeURL(loginURL, clientID, redirectURI, state, challenge string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {redirectURI}, "state": {state},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}, "scope": {"api refresh_token"},
	}
	return strings.TrimRight(loginURL, "/") + "/services/oauth2/authorize?" + q.Encode()
}

// Exchange turns a code into credentials. Nothing is stored.
func Exchange(
	ctx context.Context, client *http.Client, loginURL, clientID, clientSecret, code, verifier, redirectURI string,
	_ func() time.Time,
) (models.Credentials, error) {
	form := url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"client_id":     {clientID},
		"redirect_uri":  {redirectURI},
		"code_verifier": {verifier},
	}
	if clientSecret != "" {
		form.Set("client_secret", clientSecret)
	}
	made, err := grant(ctx, client, loginURL, form)
	if err != nil {
		return models.Credentials{}, err
	}
	if made.RefreshToken == "" {
		return models.Credentials{}, models.Errorf(
			models.CodeBadCredentials,
			"Salesforce gave no refresh token: let the app perform requests at any time (scope refresh_token)",
		)
	}
	return models.Credentials{
		Grant: "authorization_code", ClientID: clientID, ClientSecret: clientSecret, RefreshToken: made.RefreshToken,
		AccessToken: made.AccessToken, InstanceURL: made.InstanceURL,
	}, nil
}

// tokenAnswer is the token endpoint's answer. It does not say when the token ends.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	InstanceURL  string `json:"instance_url"`
	Error        string `json:"error"`
	Identity     string `json:"id"` // an address: …/id/ORGANIZATION/USER

	header http.Header // for the vendor's time
}

const maxTokenAnswer = 64 << 10

// grant asks the token endpoint. Its texts may name the user: only its codes are kept.
func grant(ctx context.Context, client *http.Client, loginURL string, form url.Values) (tokenAnswer, error) {
	var answer tokenAnswer
	req, err := http.NewRequestWithContext(
		ctx, http.MethodPost, strings.TrimRight(loginURL, "/")+"/services/oauth2/token", strings.NewReader(form.Encode()),
	)
	if err != nil {
		return answer, models.Errorf(models.CodeInternal, "the sign-in request could not be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return answer, unavailable(vendor.WithoutURL(err), "Salesforce's sign-in could not be reached")
	}
	defer res.Body.Close()
	answer.header = res.Header
	body, err := io.ReadAll(io.LimitReader(res.Body, maxTokenAnswer))
	if err != nil || json.Unmarshal(body, &answer) != nil {
		return answer, unavailable(err, "Salesforce's sign-in did not answer as it should (HTTP %d)", res.StatusCode)
	}
	if res.StatusCode < 300 && answer.AccessToken != "" && answer.InstanceURL != "" {
		return answer, nil
	}
	bad := func(text string) (tokenAnswer, error) {
		return answer, models.Errorf(models.CodeBadCredentials, "%s", text)
	}
	switch answer.Error {
	case "invalid_grant":
		return bad("Salesforce no longer accepts the sign-in: it was revoked, has expired or was never approved")
	case "invalid_client_id", "invalid_client", "unauthorized_client":
		return bad("Salesforce does not accept the client id or its secret")
	case "inactive_user", "inactive_org":
		return bad("the Salesforce user or organization is not active")
	case "invalid_app_access", "access_denied":
		return bad("the Salesforce user is not admitted to the app: an administrator has to approve it")
	case "invalid_assertion":
		return bad("Salesforce does not accept the signature: the app has another certificate")
	case "unsupported_grant_type", "invalid_request", "redirect_uri_mismatch", "invalid_scope":
		return bad("the Salesforce client is not set up for this kind of sign-in")
	case "rate_limit_exceeded":
		return answer, &models.Error{
			Code: models.CodeBusy, Retry: true, RetryAfter: time.Minute,
			Message: "Salesforce asks for a pause between sign-ins",
		}
	}
	return answer, unavailable(nil, "Salesforce's sign-in did not answer as it should (HTTP %d)", res.StatusCode)
}

// tokens holds the access token and renews it, one renewal at a time.
type tokens struct {
	mu       sync.Mutex
	access   string
	instance string
	org      string // the organization that the client serves; "" until the first sign-in
	renewal  singleflight.Group
	// refused are the credentials that Salesforce refused, with its answer: they are not tried
	// again for a while.
	refused    string
	refusedErr error
	until      time.Time
	// owed are credentials with a rotated refresh token that could not be stored, instead of those
	// with the fingerprint: without them the organization would have to be connected anew. Only the
	// one renewal under way touches them.
	owed    *models.Credentials
	instead string
}

const (
	refreshTimeout = 30 * time.Second
	// refusedFor keeps refused credentials from being tried again and again, which would lock the
	// user out.
	refusedFor = 5 * time.Minute
	// storeTries is how often the stored credentials are looked at for what another replica was
	// given.
	storeTries = 3
)

// token is an access token other than the stale one, which a call was refused with ("" when none
// was), and the instance it is for.
func (c *Client) token(ctx context.Context, stale string) (access, instance string, err error) {
	for {
		if access, instance = c.heldToken(stale); access != "" {
			return access, instance, nil
		}
		renewal := c.tokens.renewal.DoChan(
			"", func() (any, error) { return nil, c.renewToken(context.WithoutCancel(ctx), stale) },
		)
		select {
		case <-ctx.Done():
			return "", "", unavailable(ctx.Err(), "the call was given up while signing in")
		case r := <-renewal:
			if r.Err != nil {
				return "", "", r.Err
			}
		}
	}
}

// heldToken is the access token of this process, unless it is the stale one; "" for none.
func (c *Client) heldToken(stale string) (access, instance string) {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	if c.tokens.access == stale {
		return "", ""
	}
	return c.tokens.access, c.tokens.instance
}

// renewToken renews, unless another call has done so in between.
func (c *Client) renewToken(ctx context.Context, stale string) error {
	if access, _ := c.heldToken(stale); access != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	access, instance, err := c.renew(ctx, stale)
	if err != nil {
		return err
	}
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	c.tokens.access, c.tokens.instance = access, instance
	return nil
}

// renew takes the stored access token if another replica has renewed it, and asks Salesforce for
// one otherwise.
func (c *Client) renew(ctx context.Context, stale string) (access, instance string, err error) {
	creds, err := c.credentials(ctx)
	if err != nil {
		return "", "", err
	}
	if t := creds.AccessToken; t != "" && t != stale && c.serves(orgOfToken(t)) == nil {
		return t, c.instance(creds.InstanceURL), nil
	}
	if err := c.mayRenew(fingerprint(creds)); err != nil {
		return "", "", err
	}
	made, err := c.grant(ctx, creds)
	if models.CodeOf(err) == models.CodeBadCredentials {
		if latest, ok := c.renewedElsewhere(ctx, creds); ok {
			return latest.AccessToken, c.instance(latest.InstanceURL), c.serves(orgOfToken(latest.AccessToken))
		}
		c.refuse(creds, err)
	}
	if err != nil {
		return "", "", err
	}
	replaced := fingerprint(creds)
	creds.AccessToken, creds.InstanceURL = made.AccessToken, made.InstanceURL
	if made.RefreshToken != "" {
		creds.RefreshToken = made.RefreshToken
	}
	if err := c.serves(made.org()); err != nil {
		creds.AccessToken = "" // a session with another organization is of no use
		c.refuse(creds, err)
		if keepErr := c.storeCredentials(ctx, creds, replaced); keepErr != nil {
			return "", "", keepErr
		}
		return "", "", err
	}
	return creds.AccessToken, c.instance(creds.InstanceURL), c.storeCredentials(ctx, creds, replaced)
}

// refuse keeps refused credentials from being tried again for a while.
func (c *Client) refuse(creds models.Credentials, err error) {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	c.tokens.refused, c.tokens.refusedErr, c.tokens.until = fingerprint(creds), err, c.now().Add(refusedFor)
}

// credentials are the stored ones; what could not be stored before is stored first.
func (c *Client) credentials(ctx context.Context) (models.Credentials, error) {
	if c.cfg.Credentials == nil {
		return models.Credentials{}, models.Errorf(models.CodeBadCredentials, "Salesforce is not connected")
	}
	creds, err := c.cfg.Credentials(ctx)
	if err != nil || c.tokens.owed == nil {
		return creds, err
	}
	owed := *c.tokens.owed
	if fingerprint(creds) != c.tokens.instead { // the organization was connected anew
		c.tokens.owed = nil
		return creds, nil
	}
	if err := c.cfg.SaveCredentials(ctx, owed); err != nil {
		return creds, notKept(err)
	}
	c.tokens.owed = nil
	return owed, nil
}

// storeCredentials stores renewed credentials in one piece. Without its new refresh token the
// organization is lost, so that the call fails and the next one stores it first; an access token
// alone serves this process also unstored.
func (c *Client) storeCredentials(ctx context.Context, creds models.Credentials, replaced string) error {
	if c.cfg.SaveCredentials == nil {
		return nil
	}
	err := c.cfg.SaveCredentials(ctx, creds)
	if err != nil && fingerprint(creds) != replaced {
		c.tokens.owed, c.tokens.instead = &creds, replaced
		return notKept(err)
	}
	if err != nil {
		c.log.Warn("the new access token could not be stored; only this process uses it", "code", models.CodeOf(err))
	}
	return nil
}

func notKept(cause error) error {
	return unavailable(cause, "Salesforce's new refresh token could not be kept")
}

// fingerprint tells credentials apart by what is asked for with them.
func fingerprint(creds models.Credentials) string {
	return strings.Join(
		[]string{creds.Grant, creds.ClientID, creds.ClientSecret, creds.RefreshToken, creds.Username, creds.PrivateKey},
		"\x00",
	)
}

// grant asks for an access token. An assertion that was signed by a clock which turns out to be
// wrong is signed once more by Salesforce's.
func (c *Client) grant(ctx context.Context, creds models.Credentials) (tokenAnswer, error) {
	before := c.clock.At(c.now())
	made, err := c.grantOnce(ctx, creds)
	moved := c.clock.At(c.now()).Sub(before).Abs()
	if creds.Grant == "jwt_bearer" && models.CodeOf(err) == models.CodeBadCredentials && moved > time.Minute {
		return c.grantOnce(ctx, creds)
	}
	return made, err
}

func (c *Client) grantOnce(ctx context.Context, creds models.Credentials) (tokenAnswer, error) {
	form, err := c.form(creds)
	if err != nil {
		return tokenAnswer{}, err
	}
	asked := c.now()
	made, err := grant(ctx, c.http, c.cfg.LoginURL, form)
	c.clock.Observe(made.header, asked)
	return made, err
}

// renewedElsewhere waits a moment for another replica that has used the same refresh token, which
// died with that: it is about to store the new ones.
func (c *Client) renewedElsewhere(ctx context.Context, used models.Credentials) (models.Credentials, bool) {
	if used.RefreshToken == "" {
		return used, false
	}
	for range storeTries {
		latest, err := c.cfg.Credentials(ctx)
		if err == nil && latest.AccessToken != "" && latest.AccessToken != used.AccessToken {
			return latest, true
		}
		if !pauseFor(ctx, c.cfg.Pace) {
			break
		}
	}
	return used, false
}

func (c *Client) mayRenew(fingerprint string) error {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	if c.tokens.refused == fingerprint && c.now().Before(c.tokens.until) {
		return c.tokens.refusedErr
	}
	return nil
}

// form is what the token endpoint is asked for each kind of grant.
func (c *Client) form(creds models.Credentials) (url.Values, error) {
	form := url.Values{"client_id": {creds.ClientID}}
	if creds.ClientSecret != "" {
		form.Set("client_secret", creds.ClientSecret)
	}
	switch creds.Grant {
	case "client_credentials":
		form.Set("grant_type", "client_credentials")
	case "jwt_bearer":
		assertion, err := c.assertion(creds)
		if err != nil {
			return nil, err
		}
		return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}, nil
	default:
		if creds.RefreshToken == "" {
			return nil, models.Errorf(models.CodeBadCredentials, "Salesforce is not connected: there is no refresh token")
		}
		form.Set("grant_type", "refresh_token")
		form.Set("refresh_token", creds.RefreshToken)
	}
	return form, nil
}

// assertion signs for the JWT bearer flow: iss the client id, sub the user, aud the login host;
// three minutes, the most that the vendor takes.
func (c *Client) assertion(creds models.Credentials) (string, error) {
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(creds.PrivateKey))
	if err != nil {
		return "", models.Errorf(models.CodeBadCredentials, "the private key for Salesforce is no RSA key in PEM")
	}
	return sign(
		key,
		jwt.MapClaims{
			"iss": creds.ClientID, "sub": creds.Username, "aud": c.cfg.LoginURL,
			"exp": c.clock.At(c.now()).Add(3 * time.Minute).Unix(),
		},
	)
}

func sign(key *rsa.PrivateKey, claims jwt.MapClaims) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(key)
}

// instance is where the API is.
func (c *Client) instance(answered string) string {
	if answered != "" {
		return strings.TrimRight(answered, "/")
	}
	if c.cfg.InstanceURL != "" {
		return c.cfg.InstanceURL
	}
	return c.cfg.LoginURL
}

// Revoke gives the refresh token, or else the access token, back. One that is dead already is no
// error.
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
	req, err := http.NewRequestWithContext(
		ctx, http.MethodPost, c.cfg.LoginURL+"/services/oauth2/revoke",
		strings.NewReader(url.Values{"token": {token}}.Encode()),
	)
	if err != nil {
		return models.Errorf(models.CodeInternal, "the request could not be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.http.Do(req)
	if err != nil {
		return unavailable(vendor.WithoutURL(err), "Salesforce could not be reached to revoke the tokens")
	}
	_ = res.Body.Close()
	c.tokens.mu.Lock()
	c.tokens.access = ""
	c.tokens.mu.Unlock()
	if res.StatusCode >= 500 {
		return unavailable(nil, "Salesforce did not confirm that the tokens are revoked (HTTP %d)", res.StatusCode)
	}
	return nil
}
