package salesforce

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	neturl "net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	verifier = "a-verifier-of-more-than-forty-three-characters-here"
	callback = "http://127.0.0.1:9/callback"
)

// approve goes through the consent page of a client and returns the code.
func (r *rig) approve(client string) string {
	r.Helper()
	sum := sha256.Sum256([]byte(verifier))
	form := neturl.Values{"response_type": {"code"}, "client_id": {client}, "redirect_uri": {callback}, "scope": {"api refresh_token"}, "state": {"s&1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	page := r.send("GET", "/services/oauth2/authorize?"+form.Encode(), nil).want(200)
	if !strings.Contains(page.raw, ">Allow<") || !strings.Contains(page.raw, form.Get("code_challenge")) {
		r.Fatalf("the consent page: %s", page.raw)
	}
	form.Set("approve", "1")
	sent := r.send("POST", "/services/oauth2/authorize", form.Encode(), "Content-Type", "application/x-www-form-urlencoded").want(302)
	target, err := neturl.Parse(sent.header.Get("Location"))
	if err != nil || target.Query().Get("state") != "s&1" || !strings.HasPrefix(target.String(), callback) {
		r.Fatalf("sent to %v, %v", target, err)
	}
	return target.Query().Get("code")
}

func (r *rig) exchange(client, code, verifier string) reply {
	r.Helper()
	form := neturl.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "client_id": {client}, "client_secret": {ClientSecret}}
	if verifier != "" {
		form.Set("code_verifier", verifier)
	}
	return r.tokenFor(form)
}

func (r *rig) refresh(client, token string) reply {
	r.Helper()
	return r.tokenFor(neturl.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {client}, "client_secret": {ClientSecret}})
}

// denied checks an error of the token endpoint.
func (a reply) denied(name string) {
	a.Helper()
	if a.status != 400 || a.text("error") != name || a.text("error_description") == "" {
		a.Errorf("%d %s instead of 400 %s", a.status, a.raw, name)
	}
}

func TestTheWebServerFlowNeedsTheRightVerifier(t *testing.T) {
	r := newRig(t)
	r.exchange(ClientID, r.approve(ClientID), "").denied("invalid_grant")
	r.exchange(ClientID, r.approve(ClientID), "another").denied("invalid_request")
	code := r.approve(ClientID)
	got := r.exchange(ClientID, code, verifier).want(200)
	for _, name := range []string{"access_token", "refresh_token", "instance_url", "id", "issued_at", "signature", "scope", "token_type"} {
		if got.text(name) == "" {
			t.Errorf("no %s in %s", name, got.raw)
		}
	}
	if _, has := got.body["expires_in"]; has {
		t.Error("the vendor does not say when a session expires")
	}
	r.exchange(ClientID, code, verifier).denied("invalid_grant")
	late := r.approve(ClientID)
	r.clock.Advance(codeLife + time.Second)
	r.exchange(ClientID, late, verifier).denied("invalid_grant")
	r.exchange(RotatingClientID, r.approve(ClientID), verifier).denied("invalid_grant")
}

func TestDenyingSendsTheClientAnError(t *testing.T) {
	r := newRig(t)
	form := neturl.Values{"response_type": {"code"}, "client_id": {ClientID}, "redirect_uri": {callback}, "approve": {"0"}}
	a := r.send("POST", "/services/oauth2/authorize", form.Encode(), "Content-Type", "application/x-www-form-urlencoded").want(302)
	if !strings.Contains(a.header.Get("Location"), "error=access_denied") {
		t.Error(a.header.Get("Location"))
	}
	form.Set("client_id", "nobody")
	r.send("GET", "/services/oauth2/authorize?"+form.Encode(), nil).denied("invalid_client_id")
}

func TestRefreshTokensRotateForTheClientThatWantsIt(t *testing.T) {
	r := newRig(t)
	kept := r.exchange(ClientID, r.approve(ClientID), verifier).want(200).text("refresh_token")
	for range 2 {
		if again := r.refresh(ClientID, kept).want(200); again.text("refresh_token") != "" {
			t.Error("a refresh token came back without rotation")
		}
	}
	first := r.exchange(RotatingClientID, r.approve(RotatingClientID), verifier).want(200).text("refresh_token")
	second := r.refresh(RotatingClientID, first).want(200).text("refresh_token")
	if second == "" || second == first {
		t.Fatalf("%q after %q", second, first)
	}
	r.refresh(RotatingClientID, first).denied("invalid_grant")
	r.refresh(RotatingClientID, second).want(200)
	r.refresh(ClientID, second).denied("invalid_grant")
}

func TestTheSixthApprovalRevokesTheFirst(t *testing.T) {
	r := newRig(t)
	var tokens []string
	for range maxGrants + 1 {
		tokens = append(tokens, r.exchange(ClientID, r.approve(ClientID), verifier).want(200).text("refresh_token"))
		r.clock.Advance(time.Second)
	}
	r.refresh(ClientID, tokens[0]).denied("invalid_grant")
	for _, token := range tokens[1:] {
		r.refresh(ClientID, token).want(200)
	}
}

func TestWrongClientsAndGrantsAreNamed(t *testing.T) {
	r := newRig(t)
	for name, form := range map[string]neturl.Values{
		"invalid_client_id":      {"grant_type": {"client_credentials"}, "client_id": {"nobody"}, "client_secret": {ClientSecret}},
		"invalid_client":         {"grant_type": {"client_credentials"}, "client_id": {ClientID}, "client_secret": {"wrong"}},
		"unsupported_grant_type": {"grant_type": {"telepathy"}, "client_id": {ClientID}, "client_secret": {ClientSecret}},
		"invalid_grant":          {"grant_type": {"refresh_token"}, "refresh_token": {"x"}, "client_id": {ClientID}, "client_secret": {ClientSecret}},
	} {
		r.tokenFor(form).denied(name)
	}
}

func TestJWTBearerNeedsTheKeyThatWasSet(t *testing.T) {
	r := newRig(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signIn := func(change jwt.MapClaims) reply {
		claims := jwt.MapClaims{"iss": ClientID, "sub": Username, "aud": r.url, "exp": r.clock.Now().Add(3 * time.Minute).Unix()}
		for name, value := range change {
			claims[name] = value
		}
		signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return r.tokenFor(neturl.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}})
	}
	signIn(nil).denied("invalid_grant")
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	r.send("POST", "/_sim/settings", obj{"signingKey": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}).want(200)
	if got := signIn(nil).want(200); got.text("access_token") == "" || got.text("refresh_token") != "" {
		t.Error(got.raw)
	}
	signIn(jwt.MapClaims{"aud": "https://login.salesforce.com"}).want(200)
	signIn(jwt.MapClaims{"exp": strconv.FormatInt(r.clock.Now().Add(time.Minute).Unix(), 10)}).want(200)
	signIn(jwt.MapClaims{"exp": strconv.FormatInt(r.clock.Now().Add(-time.Minute).Unix(), 10)}).denied("invalid_grant")
	signIn(jwt.MapClaims{"exp": "soon"}).denied("invalid_grant")
	signIn(jwt.MapClaims{"exp": nil}).denied("invalid_grant")
	for name, change := range map[string]jwt.MapClaims{
		"audience is invalid":                {"aud": "https://example.com"},
		"user hasn't approved this consumer": {"sub": "nobody@x.example"},
		"client identifier invalid":          {"iss": "nobody"},
		"invalid assertion":                  {"exp": r.clock.Now().Add(-time.Minute).Unix()},
	} {
		if a := signIn(change); a.text("error_description") != name {
			t.Errorf("%s instead of %s", a.raw, name)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	for name, end := range map[string]func(r *rig){
		"by time":  func(r *rig) { r.clock.Advance(sessionLife + time.Second) },
		"by fault": func(r *rig) { r.fault(`{"kind":"revoke_tokens","times":1}`) },
		"by revoking": func(r *rig) {
			r.send("POST", "/services/oauth2/revoke?token="+neturl.QueryEscape(r.token), nil).want(200)
		},
		"never begun": func(r *rig) { r.token = "00Dnothing" },
		"not at all":  func(r *rig) { r.token = "" },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.call("GET", "/limits", nil).want(200)
			end(r)
			r.call("GET", "/limits", nil).refused(401, "INVALID_SESSION_ID")
			r.call("GET", "/limits", nil).refused(401, "INVALID_SESSION_ID")
		})
	}
}

func TestUseKeepsASessionAlive(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.clock.Advance(sessionLife - time.Minute)
		r.call("GET", "/limits", nil).want(200)
	}
}

func TestRevokingARefreshTokenEndsItsSessions(t *testing.T) {
	r := newRig(t)
	got := r.exchange(RotatingClientID, r.approve(RotatingClientID), verifier).want(200)
	mine := r.token
	r.send("POST", "/services/oauth2/revoke", "token="+got.text("refresh_token"), "Content-Type", "application/x-www-form-urlencoded").want(200)
	r.refresh(RotatingClientID, got.text("refresh_token")).denied("invalid_grant")
	r.token = got.text("access_token")
	r.call("GET", "/limits", nil).refused(401, "INVALID_SESSION_ID")
	r.token = mine
	r.call("GET", "/limits", nil).want(200)
	r.send("POST", "/services/oauth2/revoke?token=unknown", nil).denied("unsupported_token_type")
}

func TestTheIdentityNamesOrganizationAndUser(t *testing.T) {
	r := newRig(t)
	me := r.call("GET", "/services/oauth2/userinfo", nil).want(200)
	if len(me.text("organization_id")) != 18 || me.text("preferred_username") != Username || len(me.text("user_id")) != 18 {
		t.Error(me.raw)
	}
	if doubled := r.send("GET", "//services/oauth2/userinfo", nil, "Authorization", "Bearer "+r.token); doubled.status != 200 {
		t.Errorf("a doubled slash: %d", doubled.status)
	}
}
