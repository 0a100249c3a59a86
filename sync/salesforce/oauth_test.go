package salesforce_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
)

const (
	callback     = "http://127.0.0.1:9/callback"
	verifier     = "a-verifier-that-is-long-enough-to-be-one-0123456789"
	tokenCalls   = "POST /services/oauth2/token"
	rotatingApp  = "demo-rotating"
	usualApp     = "demo"
	usualSecret  = "demo-secret"
	adminsName   = "admin@sidelight.example"
	everyAttempt = `"endpoint":"POST /services/oauth2/token"`
)

// consent goes through the vendor's page as an admin's browser does, and answers the address that
// the browser is sent back to.
func (o *organization) consent(address, approve string) url.Values {
	o.t.Helper()
	u, err := url.Parse(address)
	check(o.t, err)
	form := u.Query()
	form.Set("approve", approve)
	browser := *o.http
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := browser.PostForm(u.Scheme+"://"+u.Host+u.Path, form)
	check(o.t, err)
	_ = res.Body.Close()
	back, err := res.Location()
	check(o.t, err)
	return back.Query()
}

func challenge(of string) string {
	sum := sha256.Sum256([]byte(of))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// connect signs in by the web-server flow as an app, and leaves the credentials with the
// organization.
func (o *organization) connect(app string) {
	o.t.Helper()
	back := o.consent(salesforce.AuthorizeURL(o.SalesforceURL, app, callback, "s", challenge(verifier)), "1")
	creds, err := salesforce.Exchange(ctx, o.http, o.SalesforceURL, app, usualSecret, back.Get("code"), verifier, callback, time.Now)
	check(o.t, err)
	check(o.t, o.save(ctx, creds))
}

// endSession ends the access token that is in use, as an administrator would.
func (o *organization) endSession() {
	o.t.Helper()
	creds, _ := o.load(ctx)
	o.revoke(creds.AccessToken)
}

func (o *organization) revoke(token string) {
	o.t.Helper()
	res, err := o.http.PostForm(o.SalesforceURL+"/services/oauth2/revoke", url.Values{"token": {token}})
	check(o.t, err)
	_ = res.Body.Close()
	if res.StatusCode != 200 {
		o.t.Fatal(res.Status)
	}
}

func count(c *salesforce.Client) error {
	_, err := c.Count(ctx, models.ContactObject)
	return err
}

func TestAnAdminConnectsWithACodeThatOnlyTheVerifierOpens(t *testing.T) {
	o := start(t)
	address := salesforce.AuthorizeURL(o.SalesforceURL+"/", usualApp, callback, "state with spaces", challenge(verifier))
	for _, want := range []string{"code_challenge_method=S256", "scope=api+refresh_token", "response_type=code", url.QueryEscape(callback)} {
		if !strings.Contains(address, want) || strings.Contains(address, "//services") {
			t.Errorf("%s lacks %s", address, want)
		}
	}
	back := o.consent(address, "1")
	if back.Get("state") != "state with spaces" {
		t.Errorf("%v", back)
	}
	creds, err := salesforce.Exchange(ctx, o.http, o.SalesforceURL, usualApp, usualSecret, back.Get("code"), verifier, callback, time.Now)
	check(t, err)
	if creds.Grant != "authorization_code" || creds.RefreshToken == "" || creds.AccessToken == "" || creds.InstanceURL != o.SalesforceURL {
		t.Errorf("%+v", creds)
	}
	check(t, o.save(ctx, creds))
	before := o.calls(tokenCalls)
	check(t, count(o.Client))
	if o.calls(tokenCalls) != before {
		t.Error("the access token of the exchange was not used")
	}
	for name, c := range map[string]struct{ code, verifier, redirect, secret string }{
		"the code again":   {back.Get("code"), verifier, callback, usualSecret},
		"another verifier": {o.consent(address, "1").Get("code"), verifier + "x", callback, usualSecret},
		"no verifier":      {o.consent(address, "1").Get("code"), "", callback, usualSecret},
		"another redirect": {o.consent(address, "1").Get("code"), verifier, callback + "2", usualSecret},
		"another secret":   {o.consent(address, "1").Get("code"), verifier, callback, "guess"},
	} {
		_, err := salesforce.Exchange(ctx, o.http, o.SalesforceURL, usualApp, c.secret, c.code, c.verifier, c.redirect, time.Now)
		if models.CodeOf(err) != models.CodeBadCredentials {
			t.Errorf("%s: %v", name, err)
		}
		for _, secret := range []string{c.code, verifier, usualSecret} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error gives a secret away: %v", name, err)
			}
		}
	}
	if back := o.consent(address, "0"); back.Get("error") != "access_denied" || back.Get("code") != "" {
		t.Errorf("%v", back)
	}
	narrow := strings.Replace(address, "api+refresh_token", "api", 1)
	if _, err := salesforce.Exchange(ctx, o.http, o.SalesforceURL, usualApp, usualSecret, o.consent(narrow, "1").Get("code"), verifier, callback, time.Now); models.CodeOf(err) != models.CodeBadCredentials {
		t.Errorf("a sign-in that cannot be renewed: %v", err)
	}
}

func TestEveryKindOfHostIsTakenAndNothingElse(t *testing.T) {
	for _, address := range []string{"https://login.salesforce.com", "https://test.salesforce.com/", "https://acme.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com/lightning/page/home"} {
		if _, err := salesforce.New(salesforce.Config{LoginURL: address}); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"", "acme.my.salesforce.com", "ftp://acme.my.salesforce.com", "https://", "://", "javascript:alert(1)"} {
		if _, err := salesforce.New(salesforce.Config{LoginURL: address}); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := salesforce.New(salesforce.Config{LoginURL: "https://login.salesforce.com", InstanceURL: "acme"}); models.CodeOf(err) != models.CodeBadUserInput {
		t.Errorf("%v", err)
	}
	// The login host says where the organization is; everything else goes there.
	o := start(t)
	asked := map[string]int{}
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		check(t, r.ParseForm())
		res, err := o.http.PostForm(o.SalesforceURL+r.URL.Path, r.PostForm)
		check(t, err)
		defer res.Body.Close()
		var answer map[string]any
		check(t, json.NewDecoder(res.Body).Decode(&answer))
		check(t, json.NewEncoder(w).Encode(answer))
	}))
	defer login.Close()
	c := o.client(func(cfg *salesforce.Config) { cfg.LoginURL = login.URL + "/some/page" })
	info, err := c.Check(ctx)
	check(t, err)
	if info.Host != o.SalesforceURL || len(asked) != 1 || asked["/services/oauth2/token"] != 1 {
		t.Errorf("%s; the login host was asked for %v", info.Host, asked)
	}
}

func TestManySessionsThatEndAtOnceMakeOneRenewal(t *testing.T) {
	o := start(t)
	o.connect(usualApp)
	check(t, count(o.Client))
	before := o.calls(tokenCalls)
	for round := 1; round <= 3; round++ {
		o.endSession()
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() { errs[i] = count(o.Client) })
		}
		wg.Wait()
		for _, err := range errs {
			check(t, err)
		}
		if n := o.calls(tokenCalls) - before; n != round {
			t.Fatalf("%d renewals after %d ended sessions", n, round)
		}
	}
	// Another replica takes what this one was given.
	other := o.client(func(*salesforce.Config) {})
	check(t, count(other))
	o.endSession()
	check(t, count(o.Client))
	check(t, count(other))
	if n := o.calls(tokenCalls) - before; n != 4 {
		t.Errorf("%d renewals: the other replica made one of its own", n)
	}
}

func TestARotatedRefreshTokenIsStoredTogetherWithItsAccessToken(t *testing.T) {
	o := start(t)
	o.connect(rotatingApp)
	first, _ := o.load(ctx)
	o.endSession()
	saves := 0
	c := o.client(func(cfg *salesforce.Config) {
		cfg.SaveCredentials = func(ctx context.Context, creds models.Credentials) error {
			saves++
			if creds.RefreshToken == first.RefreshToken || creds.AccessToken == first.AccessToken || creds.ClientID != rotatingApp || creds.ClientSecret != usualSecret {
				t.Errorf("only a part was stored")
			}
			return o.save(ctx, creds)
		}
	})
	check(t, count(c))
	if saves != 1 {
		t.Errorf("%d saves", saves)
	}
	// The old one is dead, the new one lives.
	stored, _ := o.load(ctx)
	check(t, o.save(ctx, first))
	if err := count(o.client(func(*salesforce.Config) {})); models.CodeOf(err) != models.CodeBadCredentials {
		t.Errorf("the old refresh token: %v", err)
	}
	stored.AccessToken = ""
	check(t, o.save(ctx, stored))
	check(t, count(o.client(func(*salesforce.Config) {})))
}

func TestARotatedRefreshTokenThatCannotBeStoredIsNotLost(t *testing.T) {
	o := start(t)
	o.connect(rotatingApp)
	o.endSession()
	broken, gone := errors.New("the database is gone"), true
	hindered := func(cfg *salesforce.Config) {
		cfg.SaveCredentials = func(ctx context.Context, creds models.Credentials) error {
			if gone {
				return broken
			}
			return o.save(ctx, creds)
		}
	}
	c := o.client(hindered)
	before := o.calls(tokenCalls)
	for range 3 {
		if err := count(c); models.CodeOf(err) != models.CodeUpstreamUnavailable || !models.MayRetry(err) || !errors.Is(err, broken) {
			t.Fatalf("%v", err)
		}
	}
	if n := o.calls(tokenCalls) - before; n != 1 {
		t.Errorf("%d renewals: each would use up the refresh token before it", n)
	}
	gone = false
	check(t, count(c))
	stored, _ := o.load(ctx)
	stored.AccessToken = ""
	check(t, o.save(ctx, stored))
	// The stored refresh token is the living one.
	check(t, count(o.client(func(*salesforce.Config) {})))

	// Whoever connects anew meanwhile is not overwritten.
	o.endSession()
	gone, c = true, o.client(hindered)
	if err := count(c); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Fatalf("%v", err)
	}
	o.connect(usualApp)
	gone = false
	check(t, count(c))
	if now, _ := o.load(ctx); now.ClientID != usualApp {
		t.Error("the new connection was overwritten")
	}
}

func TestReplicasThatRenewAtOnceDoNotLockEachOtherOut(t *testing.T) {
	o := start(t)
	o.connect(rotatingApp)
	o.endSession()
	// The other replica has read the same credentials, and comes second.
	stale, _ := o.load(ctx)
	reads := 0
	second := o.client(func(cfg *salesforce.Config) {
		cfg.Credentials = func(ctx context.Context) (models.Credentials, error) {
			if reads++; reads == 1 {
				check(t, count(o.Client))
				return stale, nil
			}
			return o.load(ctx)
		}
	})
	check(t, count(second))
	if now, _ := o.load(ctx); now.AccessToken == stale.AccessToken {
		t.Error("nothing was renewed")
	}
}

func TestARefusedSignInIsNotRepeatedUntilItChangesOrTimePasses(t *testing.T) {
	o := start(t)
	o.connect(usualApp)
	check(t, count(o.Client))
	clock := newClock()
	c := o.client(func(cfg *salesforce.Config) { cfg.Now = clock.Now })
	creds, _ := o.load(ctx)
	o.revoke(creds.RefreshToken) // ends its sessions too
	before := o.calls(tokenCalls)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := count(c); models.CodeOf(err) != models.CodeBadCredentials || models.MayRetry(err) {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if n := o.calls(tokenCalls) - before; n != 1 {
		t.Errorf("it was tried %d times", n)
	}
	clock.Advance(6 * time.Minute)
	if err := count(c); models.CodeOf(err) != models.CodeBadCredentials || o.calls(tokenCalls)-before != 2 {
		t.Errorf("%v, tried %d times", err, o.calls(tokenCalls)-before)
	}
	o.connect(usualApp)
	check(t, count(c)) // new credentials are tried at once
}

func TestASignInThatFailsInPassingIsNotTakenForRefused(t *testing.T) {
	for name, rule := range map[string]string{
		"not sent": `"kind":"drop_before"`, "answer lost": `"kind":"drop_after"`, "reset": `"kind":"reset"`, "cut": `"kind":"truncate"`, "HTML": `"kind":"html"`, "503": `"kind":"status","status":503`,
		"500 as JSON": `"kind":"status","status":500,"body":{"error":"server_error"}`, "unknown error": `"kind":"status","status":400,"body":{"error":"something_new"}`,
		"pause": `"kind":"status","status":400,"body":{"error":"rate_limit_exceeded"}`, "nothing in it": `"kind":"status","status":200,"body":{}`,
	} {
		t.Run(name, func(t *testing.T) {
			o := start(t, func(cfg *simulator.Config) { cfg.Contacts, cfg.Accounts = 2, 1 })
			o.fault(`{` + everyAttempt + `,"times":1,` + rule + `}`)
			if err := count(o.Client); !models.MayRetry(err) || models.CodeOf(err) == models.CodeBadCredentials {
				t.Errorf("%v", err)
			}
			check(t, count(o.Client))
		})
	}
	for _, name := range []string{"invalid_grant", "invalid_client", "invalid_client_id", "unauthorized_client", "inactive_user", "inactive_org", "invalid_app_access", "access_denied", "invalid_assertion",
		"unsupported_grant_type", "invalid_request", "redirect_uri_mismatch", "invalid_scope"} {
		t.Run(name, func(t *testing.T) {
			o := start(t, func(cfg *simulator.Config) { cfg.Contacts, cfg.Accounts = 2, 1 })
			o.fault(`{` + everyAttempt + `,"kind":"status","status":400,"body":{"error":"` + name + `","error_description":"jane@x.example has to sign in"}}`)
			err := count(o.Client)
			if models.CodeOf(err) != models.CodeBadCredentials || models.MayRetry(err) || strings.Contains(err.Error(), "jane") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnAnswerThatIsLostWithARotatedTokenIsNamed(t *testing.T) {
	o := start(t)
	o.connect(rotatingApp)
	o.endSession()
	o.fault(`{` + everyAttempt + `,"kind":"drop_after","times":1}`)
	if err := count(o.Client); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Errorf("%v", err)
	}
	// The old token died with the lost answer: nobody but an admin can mend that, and it is said.
	if err := count(o.Client); models.CodeOf(err) != models.CodeBadCredentials {
		t.Errorf("%v", err)
	}
}

func signingKey(t *testing.T) (private, public string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	check(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})), string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func TestAnAssertionSignsInByItsKeyEvenWhenOurClockIsWrong(t *testing.T) {
	private, public := signingKey(t)
	another, _ := signingKey(t)
	body, err := json.Marshal(map[string]string{"signingKey": public})
	check(t, err)
	for name, c := range map[string]struct {
		change func(*models.Credentials)
		skew   time.Duration
		code   models.Code
		tries  int
	}{
		"right":                     {func(*models.Credentials) {}, 0, "", 1},
		"our clock is a day behind": {func(*models.Credentials) {}, -24 * time.Hour, "", 2},
		"our clock is a day ahead":  {func(*models.Credentials) {}, 24 * time.Hour, "", 1},
		"another key":               {func(c *models.Credentials) { c.PrivateKey = another }, 0, models.CodeBadCredentials, 1},
		"another user":              {func(c *models.Credentials) { c.Username = "nobody@x.example" }, 0, models.CodeBadCredentials, 1},
		"another app":               {func(c *models.Credentials) { c.ClientID = "unknown" }, 0, models.CodeBadCredentials, 1},
		"no key":                    {func(c *models.Credentials) { c.PrivateKey = "" }, 0, models.CodeBadCredentials, 0},
		"a key that is none": {func(c *models.Credentials) {
			c.PrivateKey = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"
		}, 0, models.CodeBadCredentials, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := start(t, func(cfg *simulator.Config) { cfg.Contacts, cfg.Accounts = 2, 1 })
			o.settings(string(body))
			creds := models.Credentials{Grant: "jwt_bearer", ClientID: usualApp, Username: adminsName, PrivateKey: private}
			c.change(&creds)
			check(t, o.save(ctx, creds))
			client := o.client(func(cfg *salesforce.Config) { cfg.Now = func() time.Time { return time.Now().Add(c.skew) } })
			err := count(client)
			if models.CodeOf(err) != c.code || err != nil && strings.Contains(err.Error(), "PRIVATE") {
				t.Errorf("%v", err)
			}
			if n := o.calls(tokenCalls); n != c.tries {
				t.Errorf("%d sign-ins", n)
			}
			if c.code == "" {
				o.endSession()
				check(t, count(client)) // there is no refresh token: it signs again
			}
		})
	}
}

func TestRevokingEndsEverySessionAndIsNoErrorTwice(t *testing.T) {
	o := start(t)
	o.connect(usualApp)
	other := o.client(func(*salesforce.Config) {})
	check(t, count(other))
	check(t, o.Revoke(ctx))
	check(t, o.Revoke(ctx))
	for _, c := range []*salesforce.Client{o.Client, other} {
		if err := count(c); models.CodeOf(err) != models.CodeBadCredentials {
			t.Errorf("%v", err)
		}
	}
	for rule, code := range map[string]models.Code{`"kind":"drop_before"`: models.CodeUpstreamUnavailable, `"kind":"status","status":503`: models.CodeUpstreamUnavailable, `"kind":"status","status":400`: ""} {
		o.fault(`{"endpoint":"/services/oauth2/revoke",` + rule + `}`)
		if err := o.Revoke(ctx); models.CodeOf(err) != code || (code != "") != models.MayRetry(err) {
			t.Errorf("%s: %v", rule, err)
		}
	}
	o.fault("")
	check(t, o.save(ctx, models.Credentials{Grant: "client_credentials", ClientID: usualApp, ClientSecret: usualSecret}))
	check(t, o.Revoke(ctx)) // nothing to give back
	c := o.client(func(*salesforce.Config) {})
	check(t, count(c))
	check(t, c.Revoke(ctx))
	creds, _ := o.load(ctx)
	if res, err := o.http.PostForm(o.SalesforceURL+"/services/oauth2/revoke", url.Values{"token": {creds.AccessToken}}); err != nil || res.StatusCode != 400 {
		t.Errorf("the access token still lives: %v", err)
	} else {
		_ = res.Body.Close()
	}
}

func TestWithoutAConnectionNothingIsAsked(t *testing.T) {
	o := start(t, func(cfg *simulator.Config) { cfg.Contacts, cfg.Accounts = 2, 1 })
	for name, change := range map[string]func(*salesforce.Config){
		"none": func(cfg *salesforce.Config) { cfg.Credentials = nil },
		"no refresh token": func(cfg *salesforce.Config) {
			cfg.Credentials = func(context.Context) (models.Credentials, error) {
				return models.Credentials{Grant: "authorization_code", ClientID: usualApp}, nil
			}
		},
	} {
		c := o.client(change)
		if err := count(c); models.CodeOf(err) != models.CodeBadCredentials {
			t.Errorf("%s: %v", name, err)
		}
		check(t, c.Revoke(ctx))
	}
	lost := errors.New("the store is gone")
	if err := count(o.client(func(cfg *salesforce.Config) {
		cfg.Credentials = func(context.Context) (models.Credentials, error) { return models.Credentials{}, lost }
	})); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
	if n := o.calls(tokenCalls); n != 0 {
		t.Errorf("%d sign-ins", n)
	}
}
