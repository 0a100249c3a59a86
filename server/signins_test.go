package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sidelight/internal/testkit/openid"
	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestSignInsAreListedAndRevokedOneByOne(t *testing.T) {
	onEach(t, func(h *harness) {
		p := openid.Start(h.T)
		p.Set(func(s *openid.Settings) { s.Claims = alice() })
		r := h.serve(h.joined, vouching(p))
		r.met()
		b := newBrowser(h.T)
		kept, lost, agent := b.asAdmin(r), b.asAdmin(r), b.signIn(r, "light@sidelight.example")
		const all = `query($s:Scope,$q:String,$n:Int,$a:String){signIns(filter:{scope:$s,search:$q},first:$n,after:$a){
			nodes{id subject name scope way createdAt renewedAt expiresAt revokedAt profile{name}} pageInfo{hasNextPage endCursor} totalCount}}`
		admin := kept["token"].(string)
		got := r.ask(admin, all)
		nodes, _ := got.data("signIns", "nodes").([]any)
		if len(nodes) != 3 || got.data("signIns", "totalCount") != 3.0 || dig(nodes[0], "scope") != "AGENT" || dig(nodes[0], "profile", "name") != "Light Agent" || dig(nodes[1], "name") != "alice@corp.example" {
			h.Fatalf("they are %s", got.text)
		}
		for _, secret := range []string{"refresh", "Hash", "device", "grant"} {
			if strings.Contains(got.text, secret) {
				h.Errorf("the list tells %s", secret)
			}
		}
		if found := r.ask(admin, all, "q", "ALICE"); found.data("signIns", "totalCount") != 2.0 {
			h.Errorf("found by name: %s", found.text)
		}
		if admins := r.ask(admin, all, "s", "ADMIN", "n", 1); admins.data("signIns", "totalCount") != 2.0 || admins.data("signIns", "pageInfo", "hasNextPage") != true {
			h.Errorf("admins: %s", admins.text)
		}
		if closed := r.ask(agent["token"].(string), all); closed.data("signIns") != nil {
			h.Errorf("an agent sees %s", closed.text)
		}
		const end = `mutation($id:ID!){revokeSignIn(id:$id){id revokedAt}}`
		if closed := r.ask(agent["token"].(string), end, "id", dig(nodes[1], "id")); closed.body["errors"] == nil {
			h.Errorf("an agent ends %s", closed.text)
		}
		v, err := r.verifier.Viewer(h.Context(), lost["token"].(string))
		must(h.T, err)
		if done := r.ask(admin, end, "id", v.SignInID); done.data("revokeSignIn", "revokedAt") == nil {
			h.Fatalf("ending one: %s", done.text)
		}
		if unknown := r.ask(admin, end, "id", "invented"); unknown.code() != "NOT_FOUND" {
			h.Errorf("an invented one: %s", unknown.text)
		}
		if v := r.ask(lost["token"].(string), whoAmI); v.status != http.StatusUnauthorized {
			h.Errorf("its token: %d", v.status)
		}
		if _, err := r.verifier.present(h.Context(), v); models.CodeOf(err) != models.CodeUnauthenticated {
			h.Errorf("on an open socket: %v", err)
		}
		if got := r.renew(lost["refreshToken"], ourDevice); got.status != http.StatusUnauthorized {
			h.Errorf("its refresh token: %d %s", got.status, got.text)
		}
		if e := r.deeds("revokeSignIn"); len(e) != 1 || e[0].Subject != "oidc:00u-alice" || *e[0].Target != v.SignInID {
			h.Errorf("the audit has %+v", e)
		}
		if got := r.ask(admin, adminsOnly); got.data("integration", "status") == nil {
			h.Errorf("the other one: %s", got.text)
		}

		var out strings.Builder
		must(h.T, (&signInsList{StoreConfig: r.config.StoreConfig, Admins: true}).Run(h.Context(), &out))
		if text := out.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "alice@corp.example") || strings.Contains(text, v.SignInID) {
			h.Errorf("the command lists %s", text)
		}
		still, err := r.verifier.Viewer(h.Context(), admin)
		must(h.T, err)
		must(h.T, (&signInsRevoke{r.config.StoreConfig, still.SignInID}).Run(h.Context(), &out))
		if got := r.ask(admin, whoAmI); got.status != http.StatusUnauthorized {
			h.Errorf("ended by the command: %d", got.status)
		}
		if err := (&signInsRevoke{r.config.StoreConfig, "invented"}).Run(h.Context(), &out); err == nil || !strings.Contains(err.Error(), "sign-ins list") {
			h.Errorf("one that is none: %v", err)
		}
	})
}

func TestATokenOfTheCommandLineIsLimitedByItself(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(func(c *Config) { c.Rate = 5 })
	var made [2]string
	for i := range made {
		var out strings.Builder
		must(t, (&TokenCommand{StoreConfig: r.config.StoreConfig, Name: "Maintenance", Scope: "admin", TTL: time.Hour}).Run(t.Context(), &out))
		made[i] = strings.TrimSpace(out.String())
	}
	var last answered
	for range 12 {
		last = r.ask(made[0], whoAmI)
	}
	if last.status != http.StatusTooManyRequests {
		t.Errorf("one that asks too much: %d", last.status)
	}
	if got := r.ask(made[1], whoAmI); got.status != http.StatusOK {
		t.Errorf("another one of the same name: %d %s", got.status, got.text)
	}
}
