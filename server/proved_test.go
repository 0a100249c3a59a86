package server

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/models"
)

// A token that was verified before is refused at once when its issuer has the key no more, has
// another one by that name, or the token is over.
func TestATokenThatWasVerifiedIsHeldAgainstItsIssuersKeysEachTime(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	must(t, err)
	other, _, err := ed25519.GenerateKey(nil)
	must(t, err)
	g := newVerifierFixture(t)
	var key any = public
	asked, now := 0, time.Now()
	outside := &trusted{iss: "https://keys.example", aud: "desk", methods: []string{"EdDSA"}, longest: time.Hour, subject: pointer{"sub"}, scope: pointer{"scope"}, profile: pointer{"profile"},
		key: func(*jwt.Token) (any, error) {
			asked++
			if key == nil {
				return nil, fmt.Errorf("no such key")
			}
			return key, nil
		}}
	g.verifier.issuers[outside.iss] = outside
	g.verifier.now, g.verifier.proved = func() time.Time { return now }, newProvedTokens(func() time.Time { return now })
	token, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": outside.iss, "aud": "desk", "sub": "ann", "scope": "agent", "profile": "10", "iat": now.Unix(), "exp": now.Add(30 * time.Minute).Unix()}).SignedString(private)
	must(t, err)
	good := func() bool {
		t.Helper()
		for range 2 { // also when it is kept
			if _, err := g.verifier.Viewer(context.Background(), token); err != nil {
				if models.CodeOf(err) != models.CodeUnauthenticated {
					t.Fatal(err)
				}
				return false
			}
		}
		return true
	}
	if !good() || asked != 2 {
		t.Fatalf("a good token was refused, or its issuer not asked: %d", asked)
	}
	for name, another := range map[string]any{"withdrawn": nil, "replaced": other} {
		if key = another; good() {
			t.Errorf("%s: the token is good", name)
		}
		if key = ed25519.PublicKey(append([]byte{}, public...)); !good() {
			// The same one, read again.
			t.Errorf("%s, and back: the token was refused", name)
		}
	}
	if now = now.Add(31 * time.Minute); good() {
		t.Error("a token that is over is good")
	}
	if g.verifier.proved.list.Len() != 0 {
		t.Error("a token that is over is kept")
	}
}

// What a sign-in, a profile and a revocation say holds at once for a token that is kept, as for one
// that is not.
func TestATokenThatIsKeptHearsOfRevocationsAndPermissionsAtOnce(t *testing.T) {
	g, ctx := newVerifierFixture(t), context.Background()
	must(t, g.store.CreateIssuedToken(ctx, models.IssuedToken{ID: "row", Name: "x", Scope: models.ScopeAgent, ProfileID: new("10"), CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}, models.AuditEntry{At: time.Now(), Subject: "admin", Action: "x"}))
	token, _, err := g.issuer.Issue(TokenRequest{Subject: "ann", Scope: models.ScopeAgent, ProfileID: "10", TTL: time.Hour, ID: "row"})
	must(t, err)
	viewer := func() *models.Viewer {
		v, _ := g.verifier.Viewer(ctx, token)
		return v
	}
	for range 2 {
		if v := viewer(); v == nil || v.Access.Switches != models.AllSwitches {
			t.Fatalf("%+v", v)
		}
	}
	_, _, err = g.store.SetProfilePermission(ctx, "10", models.ProfilePermission{Notes: new(false)})
	must(t, err)
	must(t, g.policy.Refresh(ctx))
	if v := viewer(); v == nil || v.Access.Switches != models.AllSwitches&^models.CanNotes {
		t.Errorf("after the permission changed: %+v", v)
	}
	_, err = g.store.RevokeIssuedToken(ctx, "row")
	must(t, err)
	if v := viewer(); v != nil {
		t.Errorf("after it was revoked: %+v", v)
	}
}

func BenchmarkToken(b *testing.B) {
	g := newVerifierFixture(b)
	token, _, err := g.issuer.Issue(TokenRequest{Subject: "ann", Scope: models.ScopeAgent, ProfileID: "10", TTL: time.Hour})
	must(b, err)
	for name, kept := range map[string]bool{"kept": true, "verified": false} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if !kept {
					g.verifier.proved.list.Purge()
				}
				if _, err := g.verifier.Viewer(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
