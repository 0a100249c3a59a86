package zohodesk

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/sync/simulator/desk"
)

// signers are two keys, made once.
var signers = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var out [2]*rsa.PrivateKey
	for i := range out {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out[i] = key
	}
	return out
})

// keyserver is a Desk that signs deliveries: it shows its keys, and its subscriptions: 77 is ours,
// 79 another program's.
type keyserver struct {
	*httptest.Server
	mu     sync.Mutex
	shown  map[string]*rsa.PrivateKey
	asked  int
	status int
	hang   chan struct{}
}

func (k *keyserver) show(keys map[string]*rsa.PrivateKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.shown = keys
}

func (k *keyserver) fail(status int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status = status
}

func (k *keyserver) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.asked
}

func (k *keyserver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch r.URL.Path {
	case "/.well-known/jwks.json":
		k.asked++
		if k.hang != nil {
			k.mu.Unlock()
			<-k.hang
			k.mu.Lock()
		}
		if k.status != 0 {
			w.WriteHeader(k.status)
			return
		}
		list := []any{}
		for id, key := range k.shown {
			list = append(list, map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
				"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": list})
	case "/api/v1/webhooks":
		_, _ = w.Write([]byte(`{"data":[{"id":77,"url":"https://sidelight.example/webhooks/desk","isEnabled":true,"subscriptions":null},
			{"id":79,"url":"https://another.example/webhooks/desk","isEnabled":true,"subscriptions":null}]}`))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// newKeyserver is a keyserver that shows key a, and a client of it.
func newKeyserver(t testing.TB) (*keyserver, *Client, *clock) {
	t.Helper()
	k := &keyserver{shown: map[string]*rsa.PrivateKey{"a": signers()[0]}}
	k.Server = httptest.NewServer(k)
	c := &clock{testkit.NewClock(time.Now().UTC().Truncate(time.Second))}
	v := &vault{held: models.Credentials{ClientID: "id", AccessToken: "token", ExpiresAt: 1 << 40}}
	transport := &http.Transport{}
	client, err := New(Config{APIURL: k.URL, AccountsURL: k.URL, OrgID: desk.OrgID, Credentials: v.get, HTTP: &http.Client{Transport: transport}, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	client.deliveries.setURL("https://sidelight.example/webhooks/desk")
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		k.Close()
	})
	return k, client, c
}

// token makes a delivery's token; change edits what is right about it.
func token(t testing.TB, now time.Time, change func(head map[string]any, claims jwt.MapClaims)) *jwt.Token {
	t.Helper()
	claims := jwt.MapClaims{"iss": "orgId:" + desk.OrgID, "aud": "webhookId:77", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	out := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	out.Header["kid"] = "a"
	if change != nil {
		change(out.Header, claims)
	}
	return out
}

func signed(t testing.TB, tok *jwt.Token, key any) string {
	t.Helper()
	text, err := tok.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func verify(t testing.TB, c *Client, text string) error {
	t.Helper()
	return c.VerifyWebhook(t.Context(), http.Header{http.CanonicalHeaderKey(signatureHeader): {text}}, nil)
}

// claim is a change of one claim; nil takes it away.
func claim(name string, value any) func(map[string]any, jwt.MapClaims) {
	return func(_ map[string]any, claims jwt.MapClaims) {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
}

func TestOnlyWhatThisOrganizationsDeskSignedIsBelieved(t *testing.T) {
	_, c, at := newKeyserver(t)
	now, key, attacker := at.now(), signers()[0], signers()[1]
	good := func(change func(map[string]any, jwt.MapClaims)) string { return signed(t, token(t, now, change), key) }
	with := func(method jwt.SigningMethod, secret any) string {
		tok := token(t, now, nil)
		tok.Method, tok.Header["alg"] = method, method.Alg()
		return signed(t, tok, secret)
	}
	header := func(name string, value any) func(map[string]any, jwt.MapClaims) {
		return func(head map[string]any, _ jwt.MapClaims) { head[name] = value }
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)})
	right := good(nil)
	parts := strings.Split(right, ".")
	for name, text := range map[string]string{
		"as it should be": right,
		"in milliseconds": good(func(_ map[string]any, c jwt.MapClaims) {
			c["exp"], c["iat"] = now.Add(time.Minute).UnixMilli(), now.UnixMilli()
		}),
		"a clock a little off": good(func(_ map[string]any, c jwt.MapClaims) {
			c["iat"], c["exp"] = now.Add(20*time.Second).Unix(), now.Add(-20*time.Second).Unix()
		}),
		"without iat": good(claim("iat", nil)),
	} {
		if err := verify(t, c, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"nothing":                 "",
		"nonsense":                "a.b.c",
		"two parts":               parts[0] + "." + parts[1],
		"four parts":              right + "." + parts[2],
		"no signature":            parts[0] + "." + parts[1] + ".",
		"a bit of the signature":  parts[0] + "." + parts[1] + "." + flipped(parts[2]),
		"loose base64":            right + "=",
		"a space behind":          right + " ",
		"a line break within":     parts[0] + ".\n" + parts[1] + "." + parts[2],
		"another's claims":        parts[0] + "." + strings.Split(good(claim("iss", "orgId:1")), ".")[1] + "." + parts[2],
		"a megabyte":              strings.Repeat("x", 1<<20),
		"a megabyte behind":       right + strings.Repeat("A", 1<<20),
		"none":                    with(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"HS256 by the public key": with(jwt.SigningMethodHS256, public),
		"HS256 by the modulus":    with(jwt.SigningMethodHS256, key.N.Bytes()),
		"HS256 by nothing":        with(jwt.SigningMethodHS256, []byte{}),
		"RS384":                   with(jwt.SigningMethodRS384, key),
		"PS256":                   with(jwt.SigningMethodPS256, key),
		"another key":             signed(t, token(t, now, nil), attacker),
		"the key that it brings": signed(t, token(t, now, header("jwk", map[string]any{"kty": "RSA", "kid": "a", "e": "AQAB",
			"n": base64.RawURLEncoding.EncodeToString(attacker.N.Bytes())})), attacker),
		"the key elsewhere":      signed(t, token(t, now, header("jku", "https://attacker.example/jwks.json")), attacker),
		"no kid":                 good(func(head map[string]any, _ jwt.MapClaims) { delete(head, "kid") }),
		"an empty kid":           good(header("kid", "")),
		"a kid that is a number": good(header("kid", 1)),
		"a kid that is a path":   good(header("kid", "../../etc/passwd")),
		"a kid that is a URL":    good(header("kid", "https://attacker.example/key")),
		"critical":               good(header("crit", []string{"exp"})),
		"no exp":                 good(claim("exp", nil)),
		"exp as text":            good(claim("exp", "9999999999")),
		"exp below zero":         good(claim("exp", -1)),
		"exp without end":        good(claim("exp", 1e300)),
		"exp in a year":          good(claim("exp", now.AddDate(1, 0, 0).Unix())),
		"expired":                good(claim("exp", now.Add(-time.Minute).Unix())),
		"expired in ms":          good(claim("exp", now.Add(-time.Minute).UnixMilli())),
		"made in the future":     good(claim("iat", now.Add(10*time.Minute).Unix())),
		"not before later":       good(claim("nbf", now.Add(10*time.Minute).Unix())),
		"no issuer":              good(claim("iss", nil)),
		"another organization":   good(claim("iss", "orgId:700000002")),
		"issuer with a tail":     good(claim("iss", "orgId:"+desk.OrgID+" ")),
		"issuer as a list":       good(claim("iss", []string{"orgId:" + desk.OrgID})),
		"the name in capitals":   good(func(_ map[string]any, c jwt.MapClaims) { delete(c, "iss"); c["ISS"] = "orgId:" + desk.OrgID }),
		"no audience":            good(claim("aud", nil)),
		"no subscription":        good(claim("aud", "webhookId:")),
		"another subscription":   good(claim("aud", "webhookId:78")),
		"another program's":      good(claim("aud", "webhookId:79")),
		"a bare audience":        good(claim("aud", "77")),
		"an audience that roams": good(claim("aud", "webhookId:../77")),
		"a list of audiences":    good(claim("aud", []string{"webhookId:1", "webhookId:77"})),
	} {
		err := verify(t, c, text)
		if models.CodeOf(err) != models.CodeUnauthenticated || models.MayRetry(err) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && text != "" && len(text) < maxSignature && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error shows the token", name)
		}
	}
	if err := c.VerifyWebhook(t.Context(), http.Header{}, nil); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("no header: %v", err)
	}
}

// flipped changes one bit of a signature.
func flipped(signature string) string {
	raw, _ := base64.RawURLEncoding.DecodeString(signature)
	raw[len(raw)/2] ^= 1
	return base64.RawURLEncoding.EncodeToString(raw)
}

func TestKeysRotate(t *testing.T) {
	k, c, at := newKeyserver(t)
	old, next := signers()[0], signers()[1]
	by := func(id string, key *rsa.PrivateKey) error {
		return verify(t, c, signed(t, token(t, at.now(), func(head map[string]any, _ jwt.MapClaims) { head["kid"] = id }), key))
	}
	if err := by("a", old); err != nil || k.count() != 1 {
		t.Fatalf("%v after %d askings", err, k.count())
	}
	k.show(map[string]*rsa.PrivateKey{"a": old, "b": next})
	at.advance(refetch)
	for range 3 {
		for id, key := range map[string]*rsa.PrivateKey{"a": old, "b": next} {
			if err := by(id, key); err != nil {
				t.Fatalf("%s: %v", id, err)
			}
		}
	}
	if k.count() != 2 {
		t.Errorf("the keys were asked for %d times", k.count())
	}
	if models.CodeOf(by("b", old)) != models.CodeUnauthenticated || models.CodeOf(by("a", next)) != models.CodeUnauthenticated {
		t.Error("a key counts under the name of another")
	}
	for range 100 { // a flood of unknown keys
		if err := by("unknown", next); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Fatal(err)
		}
	}
	if k.count() > 3 {
		t.Errorf("unknown keys were asked for %d times", k.count()-2)
	}
	k.show(map[string]*rsa.PrivateKey{"b": next})
	at.advance(keysLive)
	if err := by("a", old); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("a key that Desk withdrew: %v", err)
	}
	if err := by("b", next); err != nil {
		t.Errorf("the key that stays: %v", err)
	}
}

func TestKeysThatCannotBeReadAreNoRefusal(t *testing.T) {
	k, c, at := newKeyserver(t)
	k.fail(http.StatusBadGateway)
	text := signed(t, token(t, at.now(), nil), signers()[0])
	if err := verify(t, c, text); models.CodeOf(err) != models.CodeUpstreamUnavailable || !models.MayRetry(err) {
		t.Errorf("%v", err)
	}
	k.fail(0)
	at.advance(refetchFailed)
	if err := verify(t, c, text); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	// A key that is known goes on serving while its list cannot be read.
	k.fail(http.StatusBadGateway)
	at.advance(keysLive)
	if err := verify(t, c, signed(t, token(t, at.now(), nil), signers()[0])); err != nil {
		t.Errorf("with the list gone: %v", err)
	}
}

func TestDeliveriesWaitTogetherAndNotForLong(t *testing.T) {
	k, c, at := newKeyserver(t)
	k.hang = make(chan struct{})
	text := signed(t, token(t, at.now(), nil), signers()[0])
	header := http.Header{http.CanonicalHeaderKey(signatureHeader): {text}}
	impatient, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := c.VerifyWebhook(impatient, header, nil); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Errorf("while the keys do not come: %v", err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := c.VerifyWebhook(t.Context(), header, nil); err != nil {
				t.Error(err)
			}
		})
	}
	close(k.hang)
	wg.Wait()
	if k.count() != 1 {
		t.Errorf("the keys were asked for %d times", k.count())
	}
}

func FuzzVerifyWebhook(f *testing.F) {
	_, c, at := newKeyserver(f)
	right := signed(f, token(f, at.now(), nil), signers()[0])
	if err := c.VerifyWebhook(f.Context(), http.Header{http.CanonicalHeaderKey(signatureHeader): {right}}, nil); err != nil {
		f.Fatal(err)
	}
	parts := strings.Split(right, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"a"}`))
	for _, seed := range []string{right, "", "a.b.c", none + "." + parts[1] + ".", parts[0] + "." + parts[1] + ".", right + "=", " " + right, "Bearer " + right, right + "." + right,
		signed(f, token(f, at.now(), claim("exp", 1)), signers()[0]), signed(f, token(f, at.now(), nil), signers()[1]), parts[0] + "." + parts[1] + "." + flipped(parts[2]),
		base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":{"a":1}}`)) + ".e30.AA", "\x00.\x00.\x00", strings.Repeat(".", 9000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := c.VerifyWebhook(t.Context(), http.Header{http.CanonicalHeaderKey(signatureHeader): {text}}, nil)
		if err == nil && text != right {
			t.Errorf("%q is believed", text)
		}
		if code := models.CodeOf(err); err != nil && code != models.CodeUnauthenticated && code != models.CodeUpstreamUnavailable {
			t.Errorf("%q: %v", text, err)
		}
	})
}
