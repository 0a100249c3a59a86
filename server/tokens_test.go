package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

var part = base64.RawURLEncoding.EncodeToString

// gate is a running replica that trusts its own key, one issuer with a secret and two with key
// sets.
type gate struct {
	*replica
	secret     []byte
	first      *keySet
	second     *keySet
	firstKey   *rsa.PrivateKey
	secondKey  *ecdsa.PrivateKey
	profileIDs map[string]string
}

func newGate(t *testing.T) *gate {
	t.Helper()
	h := newHarness(t, storetest.SQLiteAddress(t))
	g := &gate{secret: bytes.Repeat([]byte("s"), 40), profileIDs: map[string]string{"Agent": "7000000000200003", "Twice": "7000000000200009"}}
	file := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(file, append(g.secret, '\n'), 0o600))
	var first map[string]any
	g.firstKey, first = rsaKey(t, "one")
	var err error
	g.secondKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	point, err := g.secondKey.PublicKey.Bytes()
	must(t, err)
	g.first = newKeySet(t, first)
	g.second = newKeySet(t, map[string]any{"kty": "EC", "crv": "P-256", "kid": "one", "alg": "ES256", "x": part(point[1:33]), "y": part(point[33:])})
	g.replica = h.serve(func(c *Config) {
		c.Issuer = []string{
			"iss=https://id.example;aud=desk;secret=" + file + ";profile=/desk/profile;scope=/roles;subject=/sub",
			"iss=https://first.example;aud=desk;jwks=" + g.first.URL + ";profile=/groups/1;scope=/https:~1~1first.example~1scope;subject=/user/id",
			"iss=https://second.example;aud=desk;jwks=" + g.second.URL,
		}
	})
	must(t, g.store.SaveProfiles(t.Context(), []models.Profile{{ID: g.profileIDs["Agent"], Name: "Agent", Switches: models.AllSwitches}, {ID: g.profileIDs["Twice"], Name: "Twice"}, {ID: "12", Name: "Twice"}}))
	must(t, g.policy.Refresh(t.Context()))
	return g
}

// sign signs claims.
func sign(t *testing.T, method jwt.SigningMethod, key any, c jwt.MapClaims, header ...any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	for i := 0; i < len(header); i += 2 {
		token.Header[header[i].(string)] = header[i+1]
	}
	text, err := token.SignedString(key)
	must(t, err)
	return text
}

// raw signs a body as it is written.
func (g *gate) raw(header, body string) string {
	unsigned := part([]byte(header)) + "." + part([]byte(body))
	sig, err := jwt.SigningMethodHS256.Sign(unsigned, g.secret)
	must(g.t, err)
	return unsigned + "." + part(sig)
}

func (g *gate) firstClaims() jwt.MapClaims {
	return jwt.MapClaims{"iss": "https://first.example", "aud": []string{"other", "desk"}, "user": map[string]any{"id": "bea"}, "exp": time.Now().Add(time.Hour).Unix(),
		"groups": []any{"everybody", "Agent"}, "https://first.example/scope": "openid agent email"}
}

func (g *gate) secondClaims() jwt.MapClaims {
	return jwt.MapClaims{"iss": "https://second.example", "aud": "desk", "sub": "cem", "exp": time.Now().Add(time.Hour).Unix(), "profile": g.profileIDs["Agent"], "scope": []string{"agent"}}
}

func TestOutsideIssuersTokensLeadToTheirProfile(t *testing.T) {
	g := newGate(t)
	hs := func(c jwt.MapClaims) string { return sign(t, jwt.SigningMethodHS256, g.secret, c) }
	for name, c := range map[string]struct{ token, subject, scope, profile string }{
		"profile by name, scope as a list":     {hs(claims()), "ann", "AGENT", "Agent"},
		"profile by id":                        {hs(claims("desk", map[string]any{"profile": g.profileIDs["Agent"]})), "ann", "AGENT", "Agent"},
		"one of two with a name, by its id":    {hs(claims("desk", map[string]any{"profile": g.profileIDs["Twice"]})), "ann", "AGENT", "Twice"},
		"scope as words":                       {hs(claims("roles", "openid dashboard")), "ann", "DASHBOARD", "Agent"},
		"the strongest scope":                  {hs(claims("roles", []string{"agent", "ADMIN", "dashboard"}, "desk", nil)), "ann", "ADMIN", ""},
		"HS512":                                {sign(t, jwt.SigningMethodHS512, g.secret, claims()), "ann", "AGENT", "Agent"},
		"pointers into lists and with slashes": {sign(t, jwt.SigningMethodRS256, g.firstKey, g.firstClaims(), "kid", "one"), "bea", "AGENT", "Agent"},
		"no kid, by an issuer with one key":    {sign(t, jwt.SigningMethodRS256, g.firstKey, g.firstClaims()), "bea", "AGENT", "Agent"},
		"another key set with the same kid":    {sign(t, jwt.SigningMethodES256, g.secondKey, g.secondClaims(), "kid", "one"), "cem", "AGENT", "Agent"},
	} {
		got := g.ask(c.token, `{viewer{subject scope profile{name}}}`)
		profile, _ := got.data("viewer", "profile", "name").(string)
		if got.data("viewer", "subject") != c.subject || got.data("viewer", "scope") != c.scope || profile != c.profile {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
}

func TestEveryRefusedTokenIsRefusedInTheSameWords(t *testing.T) {
	g := newGate(t)
	ctx := t.Context()
	hs := func(c jwt.MapClaims, header ...any) string {
		return sign(t, jwt.SigningMethodHS256, g.secret, c, header...)
	}
	now := time.Now()
	body := func(extra string) string {
		return fmt.Sprintf(`{"iss":"https://id.example","aud":"desk","sub":"ann","exp":%d,"roles":"agent","desk":{"profile":"Agent"}%s}`, now.Add(time.Hour).Unix(), extra)
	}
	end := func(exp string) string {
		return `{"iss":"https://id.example","aud":"desk","sub":"ann","exp":` + exp + `,"roles":"agent","desk":{"profile":"Agent"}}`
	}
	const plain = `{"alg":"HS256","typ":"JWT"}`
	public, err := x509.MarshalPKIXPublicKey(&g.firstKey.PublicKey)
	must(t, err)
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	stranger, strangerKey := rsaKey(t, "evil")
	strangers := newKeySet(t, strangerKey)
	_, foreign, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	own := func(c jwt.MapClaims, header ...any) string {
		key := g.issuer.keys.sign[0]
		return sign(t, jwt.SigningMethodEdDSA, key.key, c, append([]any{"kid", key.id}, header...)...)
	}
	ownClaims := func(change ...any) jwt.MapClaims {
		c := jwt.MapClaims{"iss": ownIssuer, "aud": ownAudience, "sub": "x", "scope": "ADMIN", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix()}
		for i := 0; i < len(change); i += 2 {
			c[change[i].(string)] = change[i+1]
		}
		return c
	}
	must(t, g.store.CreateSignIn(ctx, models.SignIn{ID: "s", Subject: "agent:1", ProfileID: g.profileIDs["Agent"], Device: "d", RefreshHash: hash("r"), CreatedAt: now, ExpiresAt: now.Add(time.Hour)}, models.AuditEntry{Subject: "s", Action: "signIn"}))
	signedIn := own(ownClaims("sid", "s", "scope", "AGENT", "profile", g.profileIDs["Agent"]))
	if got := g.ask(signedIn, whoAmI); got.status != http.StatusOK {
		t.Fatalf("a sign-in's token: %s", got.text)
	}
	_, err = g.store.RevokeSignIn(ctx, "s")
	must(t, err)
	over := now.Add(-time.Second)
	for id, token := range map[string]models.ServiceToken{"revoked": {}, "over": {ExpiresAt: &over}} {
		token.ID, token.Name, token.Hash, token.CreatedAt = id, id, hash(servicePrefix+id), now
		must(t, g.store.CreateServiceToken(ctx, token))
	}
	_, err = g.store.RevokeServiceToken(ctx, "revoked")
	must(t, err)
	good := hs(claims())
	parts := strings.Split(good, ".")

	refused := map[string]string{
		"algorithm none":                   sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims()),
		"algorithm None":                   part([]byte(`{"alg":"None"}`)) + "." + parts[1] + ".",
		"no algorithm":                     g.raw(`{"typ":"JWT"}`, body("")),
		"no signature":                     parts[0] + "." + parts[1] + ".",
		"another secret":                   sign(t, jwt.SigningMethodHS256, []byte("another"), claims()),
		"an empty secret":                  sign(t, jwt.SigningMethodHS256, []byte{}, claims()),
		"the public key as a secret, PEM":  sign(t, jwt.SigningMethodHS256, asPEM, g.firstClaims(), "kid", "one"),
		"the public key as a secret, DER":  sign(t, jwt.SigningMethodHS256, public, g.firstClaims(), "kid", "one"),
		"the modulus as a secret":          sign(t, jwt.SigningMethodHS256, g.firstKey.N.Bytes(), g.firstClaims(), "kid", "one"),
		"our public key as a secret":       sign(t, jwt.SigningMethodHS256, []byte(g.issuer.keys.sign[0].key.Public().(ed25519.PublicKey)), ownClaims(), "kid", g.issuer.keys.sign[0].id),
		"a secret's issuer by RSA":         sign(t, jwt.SigningMethodRS256, g.firstKey, claims(), "kid", "one"),
		"one issuer's key for another":     sign(t, jwt.SigningMethodRS256, g.firstKey, g.secondClaims(), "kid", "one"),
		"another algorithm than the key's": sign(t, jwt.SigningMethodRS512, g.firstKey, g.firstClaims(), "kid", "one"),
		"a stranger's key":                 sign(t, jwt.SigningMethodRS256, stranger, g.firstClaims(), "kid", "one"),
		"a stranger's key set by jku":      sign(t, jwt.SigningMethodRS256, stranger, g.firstClaims(), "kid", "evil", "jku", strangers.URL),
		"a stranger's key set by x5u":      sign(t, jwt.SigningMethodRS256, stranger, g.firstClaims(), "kid", "evil", "x5u", strangers.URL),
		"a stranger's key in jwk":          sign(t, jwt.SigningMethodRS256, stranger, g.firstClaims(), "jwk", strangerKey),
		"a path for a kid":                 sign(t, jwt.SigningMethodHS256, []byte{}, g.firstClaims(), "kid", "../../../../dev/null"),
		"SQL for a kid":                    sign(t, jwt.SigningMethodRS256, stranger, g.firstClaims(), "kid", "x' UNION SELECT 'key"),
		"a list for a kid":                 sign(t, jwt.SigningMethodRS256, g.firstKey, g.firstClaims(), "kid", []string{"one"}),
		"our issuer, a stranger's key":     sign(t, jwt.SigningMethodEdDSA, foreign, ownClaims(), "kid", g.issuer.keys.sign[0].id),
		"our issuer, their secret":         hs(ownClaims()),
		"a changed body":                   parts[0] + "." + part([]byte(body(""))) + "." + parts[2],
		"a changed header":                 part([]byte(`{"alg":"HS256"}`)) + "." + parts[1] + "." + parts[2],
		"padding":                          parts[0] + "=." + parts[1] + "." + parts[2],
		"another last letter":              turned(good, 1<<2),
		"bits that mean nothing":           turned(good, 1),
		"no end":                           hs(claims("exp", nil)),
		"over":                             hs(claims("exp", now.Add(-time.Minute).Unix())),
		"an end in ms":                     hs(claims("exp", now.Add(time.Hour).UnixMilli())),
		"an end in a year":                 hs(claims("exp", now.AddDate(1, 0, 0).Unix())),
		"an end as text":                   g.raw(plain, end(`"`+fmt.Sprint(now.Add(time.Hour).Unix())+`"`)),
		"an endless end":                   g.raw(plain, end("1e300")),
		"an end below zero":                g.raw(plain, end("-1")),
		"an end of null":                   g.raw(plain, end("null")),
		"begun in the future":              hs(claims("iat", now.Add(time.Hour).Unix())),
		"begun in ms":                      hs(claims("iat", now.UnixMilli())),
		"not yet":                          hs(claims("nbf", now.Add(time.Hour).Unix())),
		"nbf as text":                      hs(claims("nbf", "0")),
		"another issuer":                   hs(claims("iss", "https://evil.example")),
		"an issuer with a slash":           hs(claims("iss", "https://id.example/")),
		"issuers":                          hs(claims("iss", []string{"https://id.example"})),
		"no issuer":                        hs(claims("iss", nil)),
		"another audience":                 hs(claims("aud", "desk2")),
		"our own audience":                 hs(claims("aud", ownAudience)),
		"no audience":                      hs(claims("aud", nil)),
		"an empty audience":                hs(claims("aud", []string{})),
		"no subject":                       hs(claims("sub", nil)),
		"a number for a subject":           hs(claims("sub", 7)),
		"no scope":                         hs(claims("roles", nil)),
		"a scope of theirs":                hs(claims("roles", "owner")),
		"a scope within a word":            hs(claims("roles", "readadmin,agent")),
		"scopes as an object":              hs(claims("roles", map[string]any{"admin": true})),
		"a critical header":                hs(claims(), "crit", []string{"exp"}),
		"a critical header of ours":        own(ownClaims(), "crit", []string{"sid"}),
		"another type":                     hs(claims(), "typ", "JWE"),
		"a type that is no text":           hs(claims(), "typ", 1),
		"a claim twice":                    g.raw(plain, body(`,"roles":"admin"`)),
		"a claim in capitals":              g.raw(plain, body(`,"ROLES":"admin"`)),
		"a claim twice, escaped":           g.raw(plain, body(`,"rol\u0065s":"admin"`)),
		"a claim twice further in":         g.raw(plain, body(`,"x":[{"a":1,"A":2}]`)),
		"a claim in another alphabet":      g.raw(plain, body(`,"ſub":"bob"`)),
		"an end in capitals":               g.raw(plain, strings.Replace(body(""), `"exp"`, `"EXP"`, 1)),
		"an issuer in capitals too":        g.raw(plain, body(`,"Iss":"sidelight"`)),
		"an algorithm twice":               g.raw(`{"alg":"HS256","alg":"none"}`, body("")),
		"claims that are no object":        g.raw(plain, `[1]`),
		"claims and more":                  g.raw(plain, body("")+"{}"),
		"claims that are null":             g.raw(plain, `null`),
		"half a pair of surrogates":        g.raw(plain, body(`,"x":"\ud800","\ud800":1,"\ud801":2`)),
		"7 KB of brackets":                 g.raw(plain, body(`,"x":`+strings.Repeat("[", 3000)+strings.Repeat("]", 3000))) + "x",
		"32 KB less a little":              hs(claims("pad", strings.Repeat("x", 22<<10))),
		"nonsense":                         "a.b.c",
		"two parts":                        "a.b",
		"five parts":                       "a.b.c.d.e",
		"dots":                             "..",
		"our own, over":                    own(ownClaims("exp", now.Add(-time.Minute).Unix())),
		"our own in two years":             own(ownClaims("exp", now.AddDate(2, 0, 0).Unix())),
		"a sign-in that was revoked":       signedIn,
		"a sign-in that never was":         own(ownClaims("sid", "never")),
		"an unknown service token":         servicePrefix + "x",
		"a revoked service token":          servicePrefix + "revoked",
		"a service token that is over":     servicePrefix + "over",
		"a long service token":             servicePrefix + strings.Repeat("x", 20<<10),
	}
	// The fastest of some tries is what a refusal costs: a busy machine makes any one of them slow.
	ask := func(token string) (got answered, took time.Duration) {
		for range 5 {
			begun := time.Now()
			got = g.ask(token, `{viewer{subject}}`)
			if once := time.Since(begun); took == 0 || once < took {
				took = once
			}
			if took < 10*time.Millisecond {
				break
			}
		}
		return got, took
	}
	words, _ := ask("a.b.c")
	var slowest time.Duration
	slow := ""
	for name, token := range refused {
		got, took := ask(token)
		if got.status != http.StatusUnauthorized || got.text != words.text || got.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
		// A kid that nobody knows may have the issuer asked once.
		if took > slowest && !strings.Contains(name, "kid") && !strings.Contains(name, "jku") && !strings.Contains(name, "x5u") {
			slowest, slow = took, name
		}
	}
	if slowest > 50*time.Millisecond {
		t.Errorf("%q took %s to refuse", slow, slowest)
	}
	t.Logf("%d tokens refused, the slowest (%s) in %s", len(refused), slow, slowest)
	if strangers.hits.Load() > 0 {
		t.Error("a token had the server fetch a stranger's keys")
	}

	strange, _ := ask(hs(claims("desk", map[string]any{"profile": "Nobody"})))
	for name, token := range map[string]string{
		"an unknown profile":       hs(claims("desk", map[string]any{"profile": "Nobody"})),
		"no profile":               hs(claims("desk", nil)),
		"a name of two":            hs(claims("desk", map[string]any{"profile": "Twice"})),
		"a profile in other case":  hs(claims("desk", map[string]any{"profile": "agent"})),
		"a number for a profile":   hs(claims("desk", map[string]any{"profile": 7000000000200003})),
		"a dashboard of no one":    hs(claims("roles", "dashboard", "desk", nil)),
		"our own agent of no one":  own(ownClaims("scope", "AGENT")),
		"our own unknown profile":  own(ownClaims("scope", "AGENT", "profile", "Nobody")),
		"a list that is too short": sign(t, jwt.SigningMethodRS256, g.firstKey, func() jwt.MapClaims { c := g.firstClaims(); c["groups"] = []any{"Agent"}; return c }(), "kid", "one"),
	} {
		if got, _ := ask(token); got.status != http.StatusForbidden || got.text != strange.text || got.data("viewer") != nil {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}

	for name, token := range map[string]string{"a megabyte": hs(claims("pad", strings.Repeat("x", 1<<20))), "a megabyte of a service token": servicePrefix + strings.Repeat("x", 1<<20)} {
		if got, _ := ask(token); got.status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	for name, header := range map[string]string{"Basic": "Basic " + good, "no scheme": good, "no token": "Bearer", "an empty token": "Bearer ", "two tokens": "Bearer " + good + " " + good} {
		req := g.request(http.MethodPost, "/graphql", "", map[string]any{"query": "{viewer{subject}}"})
		req.Header.Set("Authorization", header)
		if got := g.send(req); got.status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if got := g.ask("", `{viewer{subject}}`); got.status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", got.status)
	}
	if got := g.send(g.request(http.MethodGet, "/graphql?query={viewer{subject}}&access_token="+good, "", nil)); got.status != http.StatusUnauthorized {
		t.Errorf("a token in the address: %d", got.status)
	}
	if got := g.ask(good, whoAmI); got.status != http.StatusOK {
		t.Errorf("after all that, the good token: %s", got.text)
	}
}

func TestAWrongIssuerFlagSaysWhatToMend(t *testing.T) {
	short := filepath.Join(t.TempDir(), "short")
	must(t, os.WriteFile(short, []byte("short"), 0o600))
	empty := filepath.Join(t.TempDir(), "empty")
	must(t, os.WriteFile(empty, nil, 0o600))
	for flag, want := range map[string]string{
		"":                                   "iss= and aud=",
		"iss=https://x":                      "iss= and aud=",
		"iss=sidelight;aud=a;jwks=https://x": "Sidelight's own",
		"iss=https://x;aud=a":                "either jwks= or secret=",
		"iss=https://x;aud=a;jwks=https://x/k;secret=" + short:  "either jwks= or secret=",
		"iss=https://x;aud=a;jwks=http://x.example/k":           "https",
		"iss=https://x;aud=a;jwks=::":                           "https",
		"iss=https://x;aud=a;secret=" + short:                   "at least 32",
		"iss=https://x;aud=a;secret=" + empty:                   "at least 32",
		"iss=https://x;aud=a;secret=/no/such/file":              "secret",
		"iss=https://x;aud=a;secret=" + short + ";profile=name": "begins with /",
		"iss=https://x;aud=a;secret=" + short + ";scope=/a~2":   "~",
		"iss=https://x;aud=a;colour=blue":                       "none of",
	} {
		if _, err := parseIssuer(t.Context(), flag, http.DefaultClient, nil); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--issuer") {
			t.Errorf("%q: %v", flag, err)
		}
	}
}

func FuzzTokens(f *testing.F) {
	g := newVerifierFixture(f)
	good, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims()).SignedString(g.secret)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, "a.b.c", "", "..", servicePrefix + "x", part([]byte(`{"alg":"none"}`)) + "." + part([]byte(`{}`)) + "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if v, err := g.verifier.Viewer(context.Background(), token); (err == nil) != (token == good) {
			t.Errorf("%q: %+v, %v", token, v, err)
		}
	})
}

func FuzzClaims(f *testing.F) {
	g := newVerifierFixture(f)
	later := time.Now().Add(time.Hour).Unix()
	for _, extra := range []string{"", `,"roles":"admin"`, `,"ROLES":"admin"`, `,"x":{"a":[1,{"b":null}]}`, `,"exp":1`, `,"ſub":"x"`} {
		f.Add(fmt.Sprintf(`{"iss":"https://id.example","aud":"desk","sub":"ann","exp":%d,"roles":"agent","desk":{"profile":"Agent"}%s}`, later, extra))
	}
	f.Fuzz(func(t *testing.T, body string) {
		unsigned := part([]byte(`{"alg":"HS256"}`)) + "." + part([]byte(body))
		sig, err := jwt.SigningMethodHS256.Sign(unsigned, g.secret)
		must(t, err)
		v, err := g.verifier.Viewer(context.Background(), unsigned+"."+part(sig))
		if err != nil {
			return
		}
		// Whoever is let in is who a reader of exact names and a reader of any case agree on.
		var exact map[string]any
		var loose struct{ Iss, Aud, Sub any }
		must(t, json.Unmarshal([]byte(body), &exact))
		must(t, json.Unmarshal([]byte(body), &loose))
		if exact["iss"] != "https://id.example" || exact["sub"] != v.Subject || loose.Iss != exact["iss"] || loose.Sub != exact["sub"] || exact["exp"] == nil || v.Scope == "" {
			t.Errorf("%s let in %+v", body, v)
		}
		if v.Scope == models.ScopeAgent && (v.Profile == nil || v.Profile.ID != "10") {
			t.Errorf("%s let in an agent of %+v", body, v.Profile)
		}
	})
}

// turned is the token with bits of its last letter turned. A signature of 32 bytes leaves the
// lowest two without a meaning.
func turned(token string, bits int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(token) - 1
	return token[:last] + string(letters[strings.IndexByte(letters, token[last])^bits])
}
