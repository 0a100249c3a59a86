package server

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/models/store/storetest"
)

// keySet is an issuer's JWKS endpoint.
type keySet struct {
	*httptest.Server
	mu     sync.Mutex
	keys   []map[string]any
	status int
	hits   atomic.Int64
}

func newKeySet(t *testing.T, keys ...map[string]any) *keySet {
	k := &keySet{keys: keys, status: http.StatusOK}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		k.hits.Add(1)
		k.mu.Lock()
		defer k.mu.Unlock()
		w.WriteHeader(k.status)
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": k.keys})
	}))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		k.Close()
	})
	return k
}

func (k *keySet) answer(status int, keys ...map[string]any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status, k.keys = status, keys
}

func rsaKey(t *testing.T, kid string) (*rsa.PrivateKey, map[string]any) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	return key, map[string]any{"kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": part(key.N.Bytes()), "e": part(big.NewInt(int64(key.E)).Bytes())}
}

func TestKeysAreRotatedAndOutlastTheirIssuersFailures(t *testing.T) {
	g := newGate(t)
	one := sign(t, jwt.SigningMethodRS256, g.firstKey, g.firstClaims(), "kid", "one")
	ok := func(what, token string, want int) {
		t.Helper()
		if got := g.ask(token, `{viewer{subject}}`); got.status != want {
			t.Errorf("%s: %d %s", what, got.status, got.text)
		}
	}
	ok("the first key", one, http.StatusOK)
	next, jwk := rsaKey(t, "two")
	two := sign(t, jwt.SigningMethodRS256, next, g.firstClaims(), "kid", "two")
	before := g.first.hits.Load()
	_, old := g.firstKey, g.first.keys[0]
	g.first.answer(http.StatusOK, old, jwk)
	ok("the next key, while rotating", two, http.StatusOK)
	ok("the first key, while rotating", one, http.StatusOK)
	if n := g.first.hits.Load() - before; n != 1 {
		t.Errorf("the keys were fetched %d times for one new kid", n)
	}
	for range 50 {
		ok("a kid that nobody knows", sign(t, jwt.SigningMethodRS256, next, g.firstClaims(), "kid", "three"), http.StatusUnauthorized)
	}
	if n := g.first.hits.Load() - before; n > 2 {
		t.Errorf("unknown kids had the keys fetched %d times", n)
	}
	for what, fail := range map[string]func(){"answers 500": func() { g.first.answer(500) }, "is gone": func() { g.first.CloseClientConnections(); g.first.Close() }} {
		fail()
		ok("the known key while the issuer "+what, two, http.StatusOK)
		ok("an unknown kid while the issuer "+what, sign(t, jwt.SigningMethodRS256, next, g.firstClaims(), "kid", "four"), http.StatusUnauthorized)
	}
}

func TestAnIssuerThatNeverAnsweredLetsNobodyIn(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	key, jwk := rsaKey(t, "one")
	down := newKeySet(t, jwk)
	down.answer(http.StatusServiceUnavailable)
	r := h.serve(func(c *Config) { c.Issuer = []string{"iss=https://down.example;aud=desk;jwks=" + down.URL} })
	token := sign(t, jwt.SigningMethodRS256, key, jwt.MapClaims{"iss": "https://down.example", "aud": "desk", "sub": "ann", "scope": "admin", "exp": time.Now().Add(time.Hour).Unix()}, "kid", "one")
	if got := r.ask(token, `{viewer{subject}}`); got.status != http.StatusUnauthorized {
		t.Errorf("%d %s", got.status, got.text)
	}
	if !strings.Contains(r.log.String(), "keys could not be read") {
		t.Error("the log does not say that the issuer is down")
	}
}

func TestAKeyForSomethingElseOrTooWeakVerifiesNothing(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // what is refused
	must(t, err)
	good, plain := rsaKey(t, "k")
	jwk := func(key *rsa.PrivateKey, change map[string]any) map[string]any {
		out := map[string]any{"kty": "RSA", "kid": "k", "alg": "RS256", "n": part(key.N.Bytes()), "e": part(big.NewInt(int64(key.E)).Bytes())}
		maps.Copy(out, change)
		return out
	}
	h := newHarness(t, storetest.SQLiteAddress(t))
	for name, c := range map[string]struct {
		key  *rsa.PrivateKey
		jwk  map[string]any
		want int
	}{
		"a good one":          {good, plain, http.StatusOK},
		"with no use":         {good, jwk(good, nil), http.StatusOK},
		"for verifying":       {good, jwk(good, map[string]any{"key_ops": []string{"verify"}}), http.StatusOK},
		"for encryption":      {good, jwk(good, map[string]any{"use": "enc"}), http.StatusUnauthorized},
		"for wrapping keys":   {good, jwk(good, map[string]any{"key_ops": []string{"wrapKey", "encrypt"}}), http.StatusUnauthorized},
		"with 1,024 bits":     {weak, jwk(weak, map[string]any{"use": "sig"}), http.StatusUnauthorized},
		"weak, for verifying": {weak, jwk(weak, map[string]any{"key_ops": []string{"verify"}}), http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			set := newKeySet(t, c.jwk)
			r := h.serve(func(cfg *Config) { cfg.Issuer = []string{"iss=https://id.example;aud=desk;jwks=" + set.URL} })
			claims := jwt.MapClaims{"iss": "https://id.example", "aud": "desk", "sub": "x", "scope": "admin", "exp": time.Now().Add(time.Hour).Unix()}
			for kind, header := range map[string][]any{"by its kid": {"kid", "k"}, "without one": nil} {
				if got := r.ask(sign(t, jwt.SigningMethodRS256, c.key, claims, header...), whoAmI); got.status != c.want {
					t.Errorf("%s: %d %s", kind, got.status, got.text)
				}
			}
		})
	}
}
