package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// verifierFixture verifies tokens of its own and of one outside issuer with a shared secret.
type verifierFixture struct {
	t        testing.TB
	store    *store.Store
	verifier *Verifier
	issuer   *Issuer
	secret   []byte
	policy   *Policy
}

func newVerifierFixture(t testing.TB) *verifierFixture {
	t.Helper()
	dir := t.TempDir()
	keys, err := parseKeys(newSecret(), "key")
	must(t, err)
	g := &verifierFixture{t: t, store: storetest.Open(t, storetest.SQLiteAddress(t)), secret: bytes.Repeat([]byte("s"), 40)}
	must(t, g.store.SaveProfiles(context.Background(), []models.Profile{{ID: "10", Name: "Agent", Switches: models.AllSwitches}, {ID: "11", Name: "Twice"}, {ID: "12", Name: "Twice"}}))
	g.policy, err = NewPolicy(context.Background(), g.store, slog.New(slog.DiscardHandler))
	must(t, err)
	file := filepath.Join(dir, "secret")
	must(t, os.WriteFile(file, g.secret, 0o600))
	outside, err := parseIssuer(context.Background(), "iss=https://id.example;aud=desk;secret="+file+";profile=/desk/profile;scope=/roles;subject=/sub", http.DefaultClient, slog.New(slog.DiscardHandler))
	must(t, err)
	g.verifier, err = NewVerifier(keys, []*trusted{outside}, g.policy, g.store, time.Now, slog.New(slog.DiscardHandler))
	must(t, err)
	g.issuer = NewIssuer(keys, time.Now)
	return g
}

var must = testkit.Must

// claims are those of a good outside token, changed.
func claims(change ...any) jwt.MapClaims {
	c := jwt.MapClaims{"iss": "https://id.example", "aud": "desk", "sub": "ann", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "roles": []string{"agent"},
		"desk": map[string]any{"profile": "Agent"}}
	for i := 0; i < len(change); i += 2 {
		if change[i+1] == nil {
			delete(c, change[i].(string))
		} else {
			c[change[i].(string)] = change[i+1]
		}
	}
	return c
}

func TestOurOwnTokensCarryTheirProfileAndASignOutEndsThem(t *testing.T) {
	g := newVerifierFixture(t)
	ctx := context.Background()
	refresh := sha256.Sum256([]byte("r"))
	must(t, g.store.CreateSignIn(ctx, models.SignIn{ID: "s", Subject: "agent:1", ProfileID: "10", Device: "d", RefreshHash: refresh[:], CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}, models.AuditEntry{Subject: "s", Action: "signIn"}))
	token, _, err := g.issuer.Issue(TokenRequest{Subject: "agent:1", Scope: models.ScopeAgent, ProfileID: "10", Session: "s", TTL: time.Minute})
	must(t, err)
	_, err = g.verifier.Viewer(ctx, token)
	must(t, err)
	_, err = g.store.RevokeSignIn(ctx, "s")
	must(t, err)
	if _, err := g.verifier.Viewer(ctx, token); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("after the sign-out: %v", err)
	}
}

func TestARefreshTokenIsUsedOnceOnItsDeviceAndASecondUseEndsTheSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		now := time.Now()
		s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
		ctx := context.Background()
		must(t, s.CreateSignIn(ctx, models.SignIn{ID: "s", Device: "d", RefreshHash: hash("1"), CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}, models.AuditEntry{Subject: "s", Action: "signIn"}))
		if _, err := s.RotateSignIn(ctx, "s", hash("1"), hash("2"), "another", models.Present{}); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("on another device: %v", err)
		}
		_, err := s.RotateSignIn(ctx, "s", hash("1"), hash("2"), "d", models.Present{})
		must(t, err)
		if same, err := s.RotateSignIn(ctx, "s", hash("1"), hash("3"), "d", models.Present{}); err != nil || !bytes.Equal(same.RefreshHash, hash("2")) {
			t.Errorf("a second tab: %v", err)
		}
		now = now.Add(store.RenewedTwice)
		if _, err := s.RotateSignIn(ctx, "s", hash("1"), hash("3"), "d", models.Present{}); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("a second time: %v", err)
		}
		if active, err := s.SessionActive(ctx, "s"); err != nil || active {
			t.Errorf("the stolen sign-in goes on (%v)", err)
		}
		if _, err := s.RotateSignIn(ctx, "s", hash("2"), hash("4"), "d", models.Present{}); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("its successor: %v", err)
		}
	})
}

func TestAServiceTokenWorksUntilItIsRevoked(t *testing.T) {
	g := newVerifierFixture(t)
	ctx := context.Background()
	profile := "10"
	must(t, g.store.CreateServiceToken(ctx, models.ServiceToken{ID: "t", Name: "BI", Hash: hash(servicePrefix + "x"), ProfileID: &profile, CreatedAt: time.Now()}))
	v, err := g.verifier.Viewer(ctx, servicePrefix+"x")
	must(t, err)
	if v.Scope != models.ScopeDashboard || v.Profile.ID != "10" {
		t.Errorf("%+v", v)
	}
	_, err = g.store.RevokeServiceToken(ctx, "t")
	must(t, err)
	if _, err := g.verifier.Viewer(ctx, servicePrefix+"x"); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("revoked: %v", err)
	}
}

func TestRequestsAreCountedByTheirRoute(t *testing.T) {
	m := newMetrics(nil, nil)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	observe(slog.New(slog.DiscardHandler), m, mux).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/things/ann@example.com", nil))
	ch := make(chan prometheus.Metric, 8)
	m.requests.Collect(ch)
	if text := (<-ch).Desc().String(); len(ch) != 0 || text == "" {
		t.Errorf("%d more series", len(ch))
	}
	if _, err := m.requests.GetMetricWithLabelValues(http.MethodGet, "GET /things/{id}", "418"); err != nil {
		t.Error(err)
	}
	m.requests.Collect(ch)
	<-ch
	if len(ch) != 0 {
		t.Error("the request was counted under another route")
	}
}
