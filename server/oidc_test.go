package server

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/internal/testkit/openid"
	"sidelight/models"
	"sidelight/models/store/storetest"
)

// alice is an admin at the OpenID provider.
func alice() map[string]any {
	return map[string]any{"sub": "00u-alice", "email": "alice@corp.example", "email_verified": true, "groups": []string{"everyone", "sidelight-admins"}}
}

// vouching has admins sign in with a provider.
func vouching(p *openid.Provider) func(*Config) {
	return func(c *Config) {
		c.OIDC = OIDCConfig{Issuer: p.URL, ClientID: p.ClientID, ClientSecret: p.ClientSecret, AdminClaim: []string{"groups=sidelight-admins"}}
	}
}

// atProvider opens the console's popup, and answers the address that the provider sends it back to.
func (b *browser) atProvider(r *replica) string {
	b.t.Helper()
	p := b.get(r.URL() + "/auth/oidc/start?" + url.Values{"device": {ourDevice}, "origin": {"https://evil.example"}}.Encode())
	if p.status != http.StatusSeeOther {
		b.t.Fatalf("the popup: %d %s", p.status, p.text)
	}
	return b.get(p.location).location
}

// asAdmin signs in with the provider.
func (b *browser) asAdmin(r *replica) map[string]any {
	b.t.Helper()
	message, origin := told(b.t, b.get(b.atProvider(r)))
	if origin != r.URL() || message["type"] != "sidelight-token" {
		b.t.Fatalf("the popup told %s: %v", origin, message)
	}
	return message
}

// deeds are the audit's entries of an action.
func (r *replica) deeds(action string) []models.AuditEntry {
	r.t.Helper()
	page, err := r.store.AuditLog(r.t.Context(), models.AuditFilter{Search: &action}, models.Page{}, false)
	must(r.t, err)
	return page.Rows
}

const adminsOnly = `{integration{status}}`

func TestAnAdminOfTheOpenIDProviderSignsInAndIsAskedAboutAgain(t *testing.T) {
	onEach(t, func(h *harness) {
		p := openid.Start(h.T)
		p.Set(func(s *openid.Settings) { s.Claims = alice() })
		r := h.serve(vouching(p))
		made := newBrowser(h.T).asAdmin(r)
		v := r.ask(made["token"].(string), whoAmI)
		if v.data("viewer", "scope") != "ADMIN" || v.data("viewer", "subject") != "oidc:00u-alice" {
			h.Fatalf("signed in as %s", v.text)
		}
		if got := r.ask(made["token"].(string), adminsOnly); got.data("integration", "status") == nil {
			h.Errorf("the admin's part: %s", got.text)
		}
		entry := r.deeds("signIn")
		if len(entry) != 1 || entry[0].Subject != "oidc:00u-alice" || entry[0].Detail["name"] != "alice@corp.example" || entry[0].Detail["way"] != "OIDC" {
			h.Errorf("the audit has %+v", entry)
		}
		for range 3 {
			before := p.Asked("token")
			again := r.renew(made["refreshToken"], ourDevice)
			if again.status != http.StatusOK || p.Asked("token") != before+1 {
				h.Fatalf("the renewal: %d %s, %d calls", again.status, again.text, p.Asked("token")-before)
			}
			made = again.body
		}

		p.Set(func(s *openid.Settings) { s.Down = true })
		if got := r.renew(made["refreshToken"], ourDevice); got.code() != "UPSTREAM_UNAVAILABLE" {
			h.Errorf("while the provider is down: %d %s", got.status, got.text)
		}
		p.Set(func(s *openid.Settings) { s.Down, s.DownInfo, s.NoIDToken = false, true, true })
		if got := r.renew(made["refreshToken"], ourDevice); got.code() != "UPSTREAM_UNAVAILABLE" {
			h.Errorf("while it says nothing of people: %d %s", got.status, got.text)
		}
		p.Set(func(s *openid.Settings) { s.DownInfo = false })
		again := r.renew(made["refreshToken"], ourDevice)
		if again.status != http.StatusOK {
			h.Fatalf("once it answers again, without an ID token: %d %s", again.status, again.text)
		}

		p.Set(func(s *openid.Settings) { s.Claims["groups"] = []string{"everyone"} })
		if got := r.renew(again.body["refreshToken"], ourDevice); got.status != http.StatusForbidden {
			h.Errorf("one who was put out: %d %s", got.status, got.text)
		}
		if v := r.ask(again.body["token"].(string), whoAmI); v.status != http.StatusUnauthorized {
			h.Errorf("their token: %d %s", v.status, v.text)
		}
		if ended := r.deeds("signInEnded"); len(ended) != 1 || ended[0].Subject != "oidc:00u-alice" {
			h.Errorf("the audit of the end: %+v", ended)
		}
		for _, secret := range []string{p.ClientSecret, made["token"].(string), made["refreshToken"].(string)} {
			if strings.Contains(r.log.String(), secret) {
				h.Error("a secret stands in the log")
			}
		}
	})
}

// Each case is one thing that is wrong; nothing else is.
func TestWhatAnOpenIDProviderSaysIsBelievedOnlyWhenItIsRight(t *testing.T) {
	p := openid.Start(t)
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(vouching(p), func(c *Config) { c.OIDC.AdminClaim = append(c.OIDC.AdminClaim, "email=root@corp.example") })
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	claim := func(name string, value any) func(*openid.Settings) {
		return func(s *openid.Settings) { s.Alter = func(_, claims map[string]any) { claims[name] = value } }
	}
	signed := func(sign func(token *jwt.Token, key *rsa.PrivateKey) (string, error)) func(*openid.Settings) {
		return func(s *openid.Settings) { s.Sign = sign }
	}
	people := func(change map[string]any) func(*openid.Settings) {
		return func(s *openid.Settings) { maps.Copy(s.Claims, change) }
	}
	for name, change := range map[string]func(*openid.Settings){
		"another nonce": claim("nonce", "another"), "no nonce": func(s *openid.Settings) { s.Alter = func(_, claims map[string]any) { delete(claims, "nonce") } },
		"over": claim("exp", time.Now().Add(-time.Second).Unix()), "for somebody else": claim("aud", "another"), "for two, given to nobody": claim("aud", []string{p.ClientID, "another"}),
		"given to another": claim("azp", "another"), "of another issuer": claim("iss", "https://evil.example"), "of the access token of another": claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"about nobody": claim("sub", ""), "about a long name": claim("sub", strings.Repeat("a", 300)),
		"alg none": signed(func(token *jwt.Token, _ *rsa.PrivateKey) (string, error) {
			return jwt.NewWithClaims(jwt.SigningMethodNone, token.Claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
		}),
		"our secret as key": signed(func(token *jwt.Token, _ *rsa.PrivateKey) (string, error) {
			return jwt.NewWithClaims(jwt.SigningMethodHS256, token.Claims).SignedString([]byte(p.ClientSecret))
		}),
		"its public key as secret": signed(func(token *jwt.Token, key *rsa.PrivateKey) (string, error) {
			hs := jwt.NewWithClaims(jwt.SigningMethodHS256, token.Claims)
			hs.Header["kid"] = "one"
			return hs.SignedString(key.N.Bytes())
		}),
		"another key": signed(func(token *jwt.Token, _ *rsa.PrivateKey) (string, error) { return token.SignedString(other) }),
		"a signature that is cut": signed(func(token *jwt.Token, key *rsa.PrivateKey) (string, error) {
			text, err := token.SignedString(key)
			return text[:len(text)-8], err
		}),
		"no ID token":            signed(func(*jwt.Token, *rsa.PrivateKey) (string, error) { return "", nil }),
		"no admin":               people(map[string]any{"groups": []string{"everyone"}}),
		"a group that begins so": people(map[string]any{"groups": []string{"sidelight-admins-of-nothing"}}),
		"groups in one text":     people(map[string]any{"groups": "everyone sidelight-admins"}),
		"no groups at all":       people(map[string]any{"groups": nil}),
		"an email of their own":  people(map[string]any{"groups": nil, "email": "root@corp.example", "email_verified": false}),
		"user info of another": func(s *openid.Settings) {
			s.Claims["groups"] = nil
			s.UserInfo = map[string]any{"sub": "00u-mallory", "groups": []string{"sidelight-admins"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p.Set(func(s *openid.Settings) { *s = openid.Settings{Claims: alice()}; change(s) })
			b := newBrowser(t)
			message, origin := told(t, b.get(b.atProvider(r)))
			if message["type"] != "sidelight-problem" || message["token"] != nil || origin != r.URL() {
				t.Errorf("%s was told %v", origin, message)
			}
			if text, _ := message["message"].(string); strings.Contains(text, "alg") || strings.Contains(text, "jwt") || text == "" {
				t.Errorf("it says %q", text)
			}
		})
	}
	p.Set(func(s *openid.Settings) { *s = openid.Settings{Claims: alice()} })
	newBrowser(t).asAdmin(r)
	p.Set(func(s *openid.Settings) { people(map[string]any{"groups": nil, "email": "root@corp.example"})(s) })
	newBrowser(t).asAdmin(r)
	p.Set(func(s *openid.Settings) {
		*s = openid.Settings{Claims: map[string]any{"sub": "00u-alice"}, UserInfo: alice()}
	})
	newBrowser(t).asAdmin(r)
	refused := r.deeds("signInRefused")
	var named int
	for _, e := range refused {
		if e.Subject == "oidc:00u-alice" {
			named++
		}
	}
	if len(refused) == 0 || named == 0 {
		t.Errorf("%d refused attempts stand in the audit, %d with a name", len(refused), named)
	}
}

func TestAnOpenIDSignInBelongsToTheBrowserThatBeganIt(t *testing.T) {
	p := openid.Start(t)
	p.Set(func(s *openid.Settings) { s.Claims = alice() })
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined, vouching(p), func(c *Config) { c.AllowOrigin = []string{"https://desk.example"} })
	r.met()
	mine, other := newBrowser(t), newBrowser(t)
	refused := func(what string, got page, wants string) {
		t.Helper()
		if message, origin := told(t, got); message["type"] != "sidelight-problem" || message["token"] != nil || origin != r.URL() || !strings.Contains(message["message"].(string), wants) {
			t.Errorf("%s: %s was told %v", what, origin, message)
		}
	}
	with := func(address, name, value string) string {
		u, err := url.Parse(address)
		must(t, err)
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	refused("a link that was sent to somebody else", other.get(mine.atProvider(r)), "another browser")
	back := mine.atProvider(r)
	if message, origin := told(t, mine.get(back)); message["type"] != "sidelight-token" || origin != r.URL() {
		t.Errorf("the right one: %s %v", origin, message)
	}
	refused("the same link twice", mine.get(back), "begin again")
	code, err := url.Parse(back)
	must(t, err)
	refused("a code that was used, with a new state", mine.get(with(mine.atProvider(r), "code", code.Query().Get("code"))), "begin again")
	refused("the code of another's popup", mine.get(with(mine.atProvider(r), "code", codeOf(t, other.atProvider(r)))), "begin again")
	refused("an invented state", mine.get(with(mine.atProvider(r), "state", "invented")), "not begun here")
	refused("no state", mine.get(r.URL()+"/auth/oidc/callback?code=x"), "not begun here")
	refused("no code", mine.get(with(mine.atProvider(r), "code", "")), "did not let you in")
	refused("another issuer's answer", mine.get(with(mine.atProvider(r), "iss", "https://evil.example")), "another OpenID provider")
	desk, err := url.Parse(mine.submit(mine.begin(r, r.URL()), "light@", true).location)
	must(t, err)
	refused("a state of Zoho's popup", mine.get(r.URL()+"/auth/oidc/callback?"+desk.RawQuery), "something else")
	again, err := url.Parse(mine.atProvider(r))
	must(t, err)
	refused("its state at Zoho's", mine.get(r.URL()+"/auth/desk/callback?"+again.RawQuery), "something else")
	made := mine.asAdmin(r)
	if got := r.renew(made["refreshToken"], "another-device-of-somebody"); got.status != http.StatusUnauthorized {
		t.Errorf("on another device: %d %s", got.status, got.text)
	}
	if got := mine.get(r.URL() + "/auth/oidc/start?device=short"); got.status != http.StatusBadRequest {
		t.Errorf("a device that can be guessed: %d", got.status)
	}
}

func codeOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Query().Get("code")
}

func TestTabsThatRenewAtOnceAskTheOpenIDProviderOnce(t *testing.T) {
	onEach(t, func(h *harness) {
		p := openid.Start(h.T)
		p.Set(func(s *openid.Settings) { s.Claims = alice() })
		r, other := h.serve(vouching(p)), h.serve(vouching(p))
		made := newBrowser(h.T).asAdmin(r)
		before := p.Asked("token")
		got := make([]answered, 10)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				at := r
				if i%2 == 1 {
					at = other
				}
				got[i] = at.renew(made["refreshToken"], ourDevice)
			})
		}
		wg.Wait()
		for i, one := range got {
			if one.status != http.StatusOK || one.body["refreshToken"] != got[0].body["refreshToken"] {
				h.Fatalf("renewal %d: %d %s", i, one.status, one.text)
			}
		}
		if n := p.Asked("token") - before; n != 1 {
			h.Errorf("the provider was asked %d times", n)
		}
		if next := r.renew(got[0].body["refreshToken"], ourDevice); next.status != http.StatusOK {
			h.Errorf("the next one: %d %s", next.status, next.text)
		}
	})
}

func TestAnOpenIDProviderThatCannotBeRightIsNotUsed(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	for name, said := range map[string]map[string]any{
		"another issuer": {"issuer": "https://evil.example"}, "secrets in the open": {"token_endpoint": "http://login.example/token"}, "keys in the open": {"jwks_uri": "http://login.example/keys"},
	} {
		p := openid.Start(t)
		p.Set(func(s *openid.Settings) { s.Discovery = said })
		r := h.serve(vouching(p))
		if got := newBrowser(t).get(r.URL() + "/auth/oidc/start?device=" + ourDevice); got.status != http.StatusBadGateway && got.status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
		p.Set(func(s *openid.Settings) { s.Discovery, s.Claims = nil, alice() })
		newBrowser(t).asAdmin(r)
		r.stop()
	}
	weak := openid.Start(t, 1024)
	weak.Set(func(s *openid.Settings) { s.Claims = alice() })
	b, r := newBrowser(t), h.serve(vouching(weak))
	if message, _ := told(t, b.get(b.atProvider(r))); message["token"] != nil || !strings.Contains(r.log.String(), "fewer than 2048 bits") {
		t.Errorf("a weak key: %v", message)
	}
	none := h.serve()
	if got := newBrowser(t).get(none.URL() + "/auth/oidc/start?device=" + ourDevice); got.status != http.StatusNotFound {
		t.Errorf("without a provider: %d", got.status)
	}
	if got := newBrowser(t).get(none.URL() + "/auth/methods"); got.text != "{\"desk\":false,\"oidc\":false}\n" {
		t.Errorf("the ways to sign in: %s", got.text)
	}
}

func TestAnAdminOfAProviderThatGivesNoRefreshTokenSignsInAgainSoon(t *testing.T) {
	p := openid.Start(t)
	p.Set(func(s *openid.Settings) { s.Claims, s.NoRefresh = alice(), true })
	h := newHarness(t, storetest.SQLiteAddress(t))
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte(p.ClientSecret+"\n"), 0o600))
	r := h.serve(vouching(p), func(c *Config) { c.OIDC.ClientSecret, c.OIDC.ClientSecretFile = "", secret })
	made := newBrowser(t).asAdmin(r)
	list, err := r.store.SignIns(t.Context(), models.SignInFilter{}, models.Page{}, true)
	must(t, err)
	if len(list.Rows) != 1 || list.Rows[0].ExpiresAt.Sub(list.Rows[0].CreatedAt) != uncheckedTTL {
		t.Errorf("it lasts %+v", list.Rows)
	}
	if got := r.renew(made["refreshToken"], ourDevice); got.status != http.StatusOK || p.Asked("token") != 1 {
		t.Errorf("within that time: %d %s", got.status, got.text)
	}
}

func TestAnAdminWithANamedDeskProfileSignsInToTheConsole(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined, func(c *Config) {
		c.AdminProfile = []string{"Light Agent"}
		c.AllowOrigin = []string{"https://desk.example"}
	})
	r.met()
	console := func(b *browser, who string) page {
		return b.follow(b.submit(b.follow(b.get(r.URL()+"/auth/desk/start?for=admin&origin=https://desk.example&device="+ourDevice)), who, true))
	}
	message, origin := told(t, console(newBrowser(t), "light@sidelight.example"))
	if message["type"] != "sidelight-token" || origin != r.URL() {
		t.Fatalf("%s was told %v", origin, message)
	}
	token := message["token"].(string)
	if v := r.ask(token, whoAmI); v.data("viewer", "scope") != "ADMIN" || !strings.HasPrefix(v.data("viewer", "subject").(string), "agent:") {
		t.Errorf("signed in as %s", v.text)
	}
	if e := r.deeds("signIn"); len(e) != 1 || e[0].Detail["scope"] != "ADMIN" || e[0].Detail["way"] != "DESK" {
		t.Errorf("the audit has %+v", e)
	}
	if refused, _ := told(t, console(newBrowser(t), "agent@sidelight.example")); refused["type"] != "sidelight-problem" || !strings.Contains(refused["message"].(string), "--admin-profile") {
		t.Errorf("another profile was told %v", refused)
	}
	if e := r.deeds("signInRefused"); len(e) != 1 || !strings.HasPrefix(e[0].Subject, "agent:") {
		t.Errorf("the audit of the refusal: %+v", e)
	}
	if v := r.ask(newBrowser(t).signIn(r, "light@sidelight.example")["token"].(string), whoAmI); v.data("viewer", "scope") != "AGENT" {
		t.Errorf("in the widget the same person is %s", v.text)
	}
	renewed := r.renew(message["refreshToken"], ourDevice)
	if renewed.status != http.StatusOK {
		t.Fatalf("the renewal: %d %s", renewed.status, renewed.text)
	}
	id := strings.TrimPrefix(r.ask(token, whoAmI).data("viewer", "subject").(string), "agent:")
	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/agents/"+id, map[string]any{"profileId": r.policy.Profile("Agent").ID})
	if got := r.renew(renewed.body["refreshToken"], ourDevice); got.status != http.StatusForbidden {
		t.Errorf("with another profile: %d %s", got.status, got.text)
	}
	if v := r.ask(renewed.body["token"].(string), whoAmI); v.status != http.StatusUnauthorized {
		t.Errorf("their token: %d", v.status)
	}
	off := h.serve(h.joined)
	off.met()
	if got := newBrowser(t).get(off.URL() + "/auth/desk/start?for=admin&device=" + ourDevice); got.status != http.StatusForbidden {
		t.Errorf("where no profile is named: %d", got.status)
	}
	if got := newBrowser(t).get(r.URL() + "/auth/methods"); !strings.Contains(got.text, `"desk":true`) {
		t.Errorf("the ways to sign in: %s", got.text)
	}
}

func TestTheFlagsOfTheOpenIDProviderGoTogether(t *testing.T) {
	good := OIDCConfig{Issuer: "https://login.example.com/realms/main", ClientID: "sidelight", AdminClaim: []string{"groups=admins", "/realm_access/roles=admin"}}
	must(t, good.validate())
	for wants, change := range map[string]func(*OIDCConfig){
		"--oidc-issuer is needed": func(c *OIDCConfig) { c.Issuer = "" }, "is not an https address": func(c *OIDCConfig) { c.Issuer = "http://login.example.com" },
		"--oidc-client-id": func(c *OIDCConfig) { c.ClientID = "" }, "and --oidc-admin-claim": func(c *OIDCConfig) { c.AdminClaim = nil }, "is not CLAIM=VALUE": func(c *OIDCConfig) { c.AdminClaim = []string{"groups"} },
		"not a JSON pointer": func(c *OIDCConfig) { c.AdminClaim = []string{"/a~2=b"} }, "one too many": func(c *OIDCConfig) { c.ClientSecret, c.ClientSecretFile = "a", "b" },
	} {
		c := good
		change(&c)
		if err := c.validate(); err == nil || !strings.Contains(err.Error(), wants) {
			t.Errorf("%q: %v", wants, err)
		}
	}
	var claims map[string]any
	must(t, json.Unmarshal([]byte(`{"realm_access":{"roles":["admin"]},"groups":["other"]}`), &claims))
	parsed, err := parseClaims(good.AdminClaim)
	must(t, err)
	if parsed[0].holds(claims) || !parsed[1].holds(claims) {
		t.Error("a claim inside another is read wrongly")
	}
}
