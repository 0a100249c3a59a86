package zohodesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/simulator/desk"
)

func TestOneTokenServesManyCallsAtOnce(t *testing.T) {
	r := newRig(t, options{})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := r.calls()["POST /oauth/v2/token"]; n != 1.0 {
		t.Errorf("%v access tokens were asked for", n)
	}
	if r.vault.saves != 1 || r.vault.held.AccessToken == "" || r.vault.held.ExpiresAt != r.clock.now().Add(time.Hour).Unix() {
		t.Errorf("stored %d times", r.vault.saves)
	}
}

func TestATokenIsRenewedBeforeItEndsAndAfterItIsRefused(t *testing.T) {
	r := newRig(t, options{})
	for turn, prepare := range []func(){
		func() {},
		func() { r.clock.advance(59*time.Minute + 30*time.Second) },
		func() { r.faults(`[{"kind":"revoke_tokens","times":1}]`) },
	} {
		prepare()
		if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
			t.Fatalf("turn %d: %v", turn, err)
		}
		if n := r.calls()["POST /oauth/v2/token"]; n != float64(turn+1) {
			t.Errorf("turn %d: %v access tokens were asked for", turn, n)
		}
	}
}

func TestAnotherReplicasTokenIsUsed(t *testing.T) {
	r := newRig(t, options{})
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Fatal(err)
	}
	second, err := New(Config{APIURL: r.url, AccountsURL: r.url, OrgID: desk.OrgID, Credentials: r.vault.get, SaveCredentials: r.vault.save, HTTP: r.Client.http, Now: r.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Count(r.Context(), models.ContactObject); err != nil {
		t.Fatal(err)
	}
	if n := r.calls()["POST /oauth/v2/token"]; n != 1.0 {
		t.Errorf("%v access tokens were asked for", n)
	}
}

func TestTokensThatAreRevokedAllTheTimeDoNotLockTheAccountOut(t *testing.T) {
	r := newRig(t, options{})
	r.faults(`[{"kind":"revoke_tokens"}]`)
	var last error
	for range 40 {
		_, last = r.Count(r.Context(), models.ContactObject)
	}
	var e *models.Error
	if !asError(last, &e) || e.Code != models.CodeBusy || !e.Retry || e.RetryAfter <= 0 || e.RetryAfter > 10*time.Minute {
		t.Fatalf("%+v", last)
	}
	if n, _ := r.calls()["POST /oauth/v2/token"].(float64); n > 9 {
		t.Errorf("%v access tokens were asked for: the vendor blocks after ten", n)
	}
	r.faults(`[]`)
	r.clock.advance(e.RetryAfter)
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestReplicasTogetherStayBelowTheLimitOfAccessTokens(t *testing.T) {
	r := newRig(t, options{})
	replicas := []*Client{r.Client}
	for range 3 {
		c, err := New(Config{APIURL: r.url, AccountsURL: r.url, OrgID: desk.OrgID, Credentials: r.vault.get, SaveCredentials: r.vault.save, HTTP: r.Client.http, Now: r.clock.now})
		if err != nil {
			t.Fatal(err)
		}
		replicas = append(replicas, c)
	}
	r.faults(`[{"kind":"revoke_tokens"}]`)
	for range 10 {
		for _, c := range replicas {
			_, err := c.Count(r.Context(), models.ContactObject)
			if code := models.CodeOf(err); code != models.CodeBusy && code != models.CodeBadCredentials {
				t.Fatal(err)
			}
			r.clock.advance(time.Second)
		}
	}
	if n, _ := r.calls()["POST /oauth/v2/token"].(float64); n > 9 {
		t.Errorf("%v access tokens were asked for: the vendor blocks after ten", n)
	}
	r.faults(`[]`)
	r.clock.advance(10 * time.Minute)
	for i, c := range replicas {
		if _, err := c.Count(r.Context(), models.ContactObject); err != nil {
			t.Errorf("replica %d, after the wait: %v", i, err)
		}
	}
}

func TestFiftyCallersWithAnExpiredTokenMakeOneRefresh(t *testing.T) {
	r := newRig(t, options{desk: func(c *desk.Config) { c.Concurrency = 100 }, config: func(c *Config) { c.Parallel = 50 }})
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Fatal(err)
	}
	// The refresh takes long enough that all of them wait for it.
	r.faults(`[{"kind":"latency","endpoint":"POST /oauth/v2/token","latency":"30ms"}]`)
	for name, spoil := range map[string]func(){
		"ended by our clock": func() { r.clock.advance(2 * time.Hour) },
		"revoked early":      func() { r.raw("POST", "/oauth/v2/token/revoke?token="+r.vault.held.AccessToken, nil) },
	} {
		spoil()
		before, _ := r.calls()["POST /oauth/v2/token"].(float64)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, _ := r.calls()["POST /oauth/v2/token"].(float64); n-before != 1 {
			t.Errorf("%s: %v access tokens were asked for", name, n-before)
		}
	}
}

func TestACallerThatGoesAwayDoesNotEndTheRefreshOfTheOthers(t *testing.T) {
	r := newRig(t, options{})
	r.faults(`[{"kind":"latency","endpoint":"POST /oauth/v2/token","latency":"50ms"}]`)
	gone, cancel := context.WithCancel(r.Context())
	begun := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		close(begun)
		if _, err := r.Client.Count(gone, models.ContactObject); models.CodeOf(err) != models.CodeUpstreamUnavailable {
			t.Errorf("the one that went away: %v", err)
		}
	})
	<-begun
	cancel()
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Errorf("the one that stayed: %v", err)
	}
	wg.Wait()
	if n := r.calls()["POST /oauth/v2/token"]; n != 1.0 {
		t.Errorf("%v access tokens were asked for", n)
	}
}

func TestARefusedRefreshTokenIsNotTriedAgainUntilTheConnectionIsMended(t *testing.T) {
	r := newRig(t, options{})
	good := r.vault.held
	r.vault.held.RefreshToken = "revoked"
	for range 5 {
		if _, err := r.Count(r.Context(), models.ContactObject); models.CodeOf(err) != models.CodeBadCredentials {
			t.Fatal(err)
		}
	}
	if n := r.calls()["POST /oauth/v2/token"]; n != 1.0 {
		t.Errorf("the refused token was tried %v times", n)
	}
	r.vault.held = good
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Errorf("after mending: %v", err)
	}
}

func TestAClockThatIsSetBackDoesNotProlongThePauseBetweenSignIns(t *testing.T) {
	r := newRig(t, options{})
	r.faults(`[{"kind":"status","status":429,"body":"","endpoint":"POST /oauth/v2/token","times":1}]`)
	r.clock.advance(24 * time.Hour)
	for range 2 {
		if _, err := r.Count(r.Context(), models.ContactObject); models.CodeOf(err) != models.CodeBusy {
			t.Fatal(err)
		}
	}
	r.clock.advance(-24 * time.Hour)
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Errorf("the clock was set right: %v", err)
	}
}

func TestATokenThatCannotBeStoredStillServes(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) {
		c.SaveCredentials = func(context.Context, models.Credentials) error { return errors.New("the disk is full") }
	}})
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Fatal(err)
	}
}

func TestAnsweredGrants(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   models.Code
	}{
		"tokens":           {200, `{"access_token":"a","expires_in":3600,"api_domain":"https://x","token_type":"Bearer"}`, ""},
		"revoked":          {200, `{"error":"invalid_code"}`, models.CodeBadCredentials},
		"wrong client":     {200, `{"error":"invalid_client"}`, models.CodeBadCredentials},
		"wrong secret":     {200, `{"error":"invalid_client_secret"}`, models.CodeBadCredentials},
		"with a 400":       {400, `{"error":"invalid_client"}`, models.CodeBadCredentials},
		"blocked":          {200, `{"error":"Access Denied","status":"failure","error_description":"too many requests"}`, models.CodeBusy},
		"blocked by 429":   {429, `<html>`, models.CodeBusy},
		"an unknown error": {200, `{"error":"general_error"}`, models.CodeUpstreamUnavailable},
		"nothing":          {200, `{}`, models.CodeUpstreamUnavailable},
		"a page":           {200, `<html></html>`, models.CodeUpstreamUnavailable},
		"tokens with 500":  {500, `{"access_token":"a"}`, models.CodeUpstreamUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := readGrant(c.status, []byte(c.body))
			if models.CodeOf(err) != c.want || (err == nil) != (answer.AccessToken != "") {
				t.Errorf("%v; want %s", err, c.want)
			}
			if retry := c.want == models.CodeBusy || c.want == models.CodeUpstreamUnavailable; models.MayRetry(err) != retry {
				t.Errorf("may retry: %t", models.MayRetry(err))
			}
		})
	}
	for in, want := range map[int64]time.Duration{0: time.Hour, 3600: time.Hour, 3600000: time.Hour, 60: time.Minute} {
		if got := (tokenAnswer{ExpiresIn: in}).life(); got != want {
			t.Errorf("expires_in %d is %s", in, got)
		}
	}
}

// consent plays the browser: it follows the authorize URL as an agent and answers the callback's
// parameters.
func (r *rig) consent(target, agent string) url.Values {
	r.Helper()
	browser := &http.Client{Transport: r.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.PostForm(target, url.Values{"approve": {"1"}, "agent": {agent}})
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		r.Fatalf("%d without a location: %v", res.StatusCode, err)
	}
	return back.Query()
}

func (r *rig) agents() []map[string]any {
	r.Helper()
	var out []map[string]any
	for _, one := range r.raw("GET", "/api/v1/agents?limit=200&include=profile", nil)["data"].([]any) {
		out = append(out, one.(map[string]any))
	}
	return out
}

func TestAnAgentSignsInWithZoho(t *testing.T) {
	r := newRig(t, options{})
	profiles, err := r.Profiles(r.Context())
	if err != nil || len(profiles) != 4 {
		t.Fatalf("%+v, %v", profiles, err)
	}
	names := map[string]string{}
	for _, p := range profiles {
		names[p.ID] = p.Name
	}
	for _, agent := range r.agents() {
		const back = "http://127.0.0.1:1/back"
		target, err := r.AuthorizeURL(r.Context(), Authorization{RedirectURI: back, State: "s t&a=te", Scopes: SignInScopes})
		if err != nil {
			t.Fatal(err)
		}
		told := r.consent(target, agent["emailId"].(string))
		if told.Get("state") != "s t&a=te" {
			t.Fatalf("the state came back as %q", told.Get("state"))
		}
		grant, err := r.Exchange(r.Context(), Callback{Code: told.Get("code"), RedirectURI: back, Location: told.Get("location"), AccountsServer: told.Get("accounts-server")})
		if err != nil {
			t.Fatal(err)
		}
		if grant.Credentials.RefreshToken != "" || grant.APIURL != r.url {
			t.Errorf("an agent's sign-in answers %+v %+v", grant.Credentials, grant)
		}
		who, err := r.WhoAmI(r.Context(), grant.Credentials.AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		if who.ID != agent["id"] || who.Email != agent["emailId"] || who.ProfileID != agent["profileId"] || who.ProfileName != names[who.ProfileID] || who.Name == "" {
			t.Errorf("%+v is not %v", who, agent)
		}
		if _, err := r.Exchange(r.Context(), Callback{Code: told.Get("code"), RedirectURI: back}); models.CodeOf(err) != models.CodeBadCredentials {
			t.Errorf("the code was taken twice: %v", err)
		}
	}
	for _, bad := range []string{"", "no token"} {
		if _, err := r.WhoAmI(r.Context(), bad); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestOnlyAnActiveAgentOfThisOrganizationIsSomebody(t *testing.T) {
	for name, c := range map[string]struct {
		fault string
		want  models.Code
	}{
		"of another organization": {`"status":403,"body":{"errorCode":"OAUTH_ORG_MISMATCH","message":"x"}`, models.CodeForbidden},
		"without the scope":       {`"status":403,"body":{"errorCode":"SCOPE_MISMATCH","message":"x"}`, models.CodeForbidden},
		"disabled":                {`"status":200,"body":{"id":"1","profileId":"2","status":"DISABLED"}`, models.CodeForbidden},
		"without a profile":       {`"status":200,"body":{"id":"1","status":"ACTIVE"}`, models.CodeUpstreamUnavailable},
		"nobody":                  {`"status":200,"body":{}`, models.CodeUpstreamUnavailable},
		"not told":                {`"status":500,"body":""`, models.CodeUpstreamUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{})
			r.faults(`[{"kind":"status","endpoint":"GET /api/v1/myinfo",` + c.fault + `}]`)
			if who, err := r.WhoAmI(r.Context(), "token"); models.CodeOf(err) != c.want || who.ID != "" {
				t.Errorf("%+v, %v; want %s", who, err, c.want)
			}
			if n := r.calls()["POST /oauth/v2/token"]; n != nil {
				t.Errorf("somebody's refused token made us ask for %v of our own", n)
			}
		})
	}
}

func TestConnectingYieldsARefreshTokenThatWorksUntilItIsRevoked(t *testing.T) {
	r := newRig(t, options{})
	const back = "http://127.0.0.1:1/back"
	target, err := r.AuthorizeURL(r.Context(), Authorization{RedirectURI: back, State: "s", Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	told := r.consent(target, "")
	grant, err := r.Exchange(r.Context(), Callback{Code: told.Get("code"), RedirectURI: back, AccountsServer: told.Get("accounts-server")})
	if err != nil || grant.Credentials.RefreshToken == "" {
		t.Fatalf("%+v, %v", grant, err)
	}
	if text := fmt.Sprintf("%v %+v %#v", grant.Credentials, grant.Credentials, grant.Credentials); strings.Contains(text, grant.Credentials.RefreshToken) {
		t.Error("the credentials show the token")
	}
	r.vault.held = grant.Credentials
	r.vault.held.AccessToken = ""
	for _, object := range models.SyncObjects { // the scopes suffice
		if _, err := r.List(r.Context(), object, nil, ""); err != nil {
			t.Error(err)
		}
		if _, err := r.Find(r.Context(), object, nil, models.Find{Match: models.Text("nobody@x.example")}); err != nil {
			t.Error(err)
		}
	}
	id := r.one(models.ContactObject, models.Write{Op: models.OpCreate, Values: values("lastName", "A")})
	if id.Err != nil {
		t.Error(id.Err)
	}
	if info, err := r.Check(r.Context()); err != nil {
		t.Error(err)
	} else {
		for _, check := range info.Checks {
			if !check.OK {
				t.Errorf("%s: %v", check.Name, *check.Detail)
			}
		}
	}
	for range 2 {
		if err := r.Revoke(r.Context()); err != nil {
			t.Fatalf("revoking: %v", err)
		}
	}
	r.vault.held.AccessToken = ""
	if _, err := r.Count(r.Context(), models.ContactObject); models.CodeOf(err) != models.CodeBadCredentials {
		t.Errorf("after revoking: %v", err)
	}
}

func TestErrorsHoldNoSecretsAndNoAddresses(t *testing.T) {
	r := newRig(t, options{})
	if _, err := r.Describe(r.Context(), models.ContactObject); err != nil {
		t.Fatal(err)
	}
	r.faults(`[{"kind":"drop_before","endpoint":"GET /api/v1/contacts/search"}]`)
	_, err := r.Find(r.Context(), models.ContactObject, nil, models.Find{Match: models.Text("somebody@private.example")})
	if err == nil || strings.Contains(err.Error(), "somebody") || strings.Contains(err.Error(), r.url) || strings.Contains(err.Error(), r.vault.held.AccessToken) {
		t.Errorf("%v", err)
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	r := newRig(t, options{})
	info, err := r.Check(r.Context())
	if err != nil || info.OrgID != desk.OrgID || info.Organization == "" || info.Host != r.url {
		t.Fatalf("%+v, %v", info, err)
	}
	r.faults(`[{"kind":"status","endpoint":"GET /api/v1/recycleBin","status":403,"body":{"errorCode":"SCOPE_MISMATCH","message":"x"}}]`)
	info, err = r.Check(r.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range info.Checks {
		if want := check.Name != "Recycle bin"; check.OK != want || !want && check.Detail == nil {
			t.Errorf("%s: %t", check.Name, check.OK)
		}
	}
	r.faults(`[]`)
	r.cfg.OrgID = "1"
	if info, err = r.Check(r.Context()); err != nil || len(info.Checks) != 1 || info.Checks[0].OK {
		t.Errorf("another organization: %+v, %v", info, err)
	}
	r.vault.held = models.Credentials{ClientID: "demo", ClientSecret: "wrong", RefreshToken: desk.RefreshToken}
	r.forget()
	if _, err := r.Check(r.Context()); models.CodeOf(err) != models.CodeBadCredentials {
		t.Errorf("a wrong secret: %v", err)
	}
}
