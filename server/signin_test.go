package server

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

var messageOf = regexp.MustCompile(`(?s)<script type="application/json" id="message">(.*?)</script>`)

// told is what a popup's last page hands to the page that opened it, and at which origin.
func told(t *testing.T, p page) (message map[string]any, origin string) {
	t.Helper()
	m := messageOf.FindStringSubmatch(p.text)
	if m == nil {
		t.Fatalf("no message on the page (%d): %s", p.status, p.text)
	}
	var out struct {
		Message map[string]any `json:"message"`
		Origin  string         `json:"origin"`
	}
	must(t, json.Unmarshal([]byte(m[1]), &out))
	return out.Message, out.Origin
}

const ourDevice = "0b9f0c9e-0000-4000-8000-000000000001"

// begin opens the popup and stops before the consent.
func (b *browser) begin(r *replica, origin string) page {
	b.t.Helper()
	return b.follow(b.get(r.URL() + "/auth/desk/start?" + url.Values{"device": {ourDevice}, "origin": {origin}}.Encode()))
}

// signIn goes through the popup as an agent, by the agent's email.
func (b *browser) signIn(r *replica, email string) map[string]any {
	b.t.Helper()
	message, origin := told(b.t, b.follow(b.submit(b.begin(r, r.URL()), email, true)))
	if origin != r.URL() || message["type"] != "sidelight-token" {
		b.t.Fatalf("the popup told %s: %v", origin, message)
	}
	return message
}

// renew exchanges a refresh token.
func (r *replica) renew(refresh any, device string) answered {
	r.t.Helper()
	return r.send(r.request(http.MethodPost, "/auth/refresh", "", map[string]any{"refreshToken": refresh, "device": device}))
}

const whoAmI = `{viewer{subject scope profile{name} access{opportunities}}}`

func TestAnAgentSignsInWithZohoAndDeskSaysWhoThatIs(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected)
	r.synced()
	got := newBrowser(t).signIn(r, "light@sidelight.example")
	v := r.ask(got["token"].(string), whoAmI)
	if v.data("viewer", "profile", "name") != "Light Agent" || v.data("viewer", "scope") != "AGENT" || !strings.HasPrefix(v.data("viewer", "subject").(string), "agent:7000") {
		t.Fatalf("signed in as %s", v.text)
	}
	ticket := r.ask(got["token"].(string), `{customer(by:{deskTicketId:"`+firstTicket(t, r)+`"}){contact{name}}}`)
	if ticket.data("customer", "contact", "name") == nil {
		t.Errorf("the agent's card: %s", ticket.text)
	}
	if refused := r.ask(got["token"].(string), `{integration{status}}`); refused.data("integration") != nil {
		t.Errorf("an agent sees the admin's part: %s", refused.text)
	}
	if log := r.log.String(); strings.Contains(log, got["token"].(string)) || strings.Contains(log, got["refreshToken"].(string)) {
		t.Error("a token stands in the log")
	}
}

// firstTicket is a ticket of the simulated Desk.
func firstTicket(t *testing.T, r *replica) string {
	t.Helper()
	client, err := r.clients.Desk()
	must(t, err)
	tickets, err := client.Tickets(t.Context(), 1)
	must(t, err)
	return tickets[0].ID
}

func TestARefreshGivesAnotherPairAndAnyEarlierOneEndsTheSignIn(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined)
	r.met()
	for name, again := range map[string]int{"the one before": 1, "one long used": 0} {
		t.Run(name, func(t *testing.T) {
			first := newBrowser(t).signIn(r, "agent@sidelight.example")
			if got := r.renew(first["refreshToken"], "another-device-of-somebody"); got.status != http.StatusUnauthorized {
				t.Errorf("on another device: %d %s", got.status, got.text)
			}
			used := []any{first["refreshToken"]}
			var last answered
			for range 2 {
				last = r.renew(used[len(used)-1], ourDevice)
				if last.status != http.StatusOK || last.body["refreshToken"] == used[len(used)-1] {
					t.Fatalf("the refresh: %d %s", last.status, last.text)
				}
				used = append(used, last.body["refreshToken"])
			}
			access := last.body["token"].(string)
			if v := r.ask(access, whoAmI); v.status != http.StatusOK {
				t.Fatalf("the new token: %s", v.text)
			}
			h.later(t, "sign_ins", "rotated_at", time.Minute)
			if got := r.renew(used[again], ourDevice); got.status != http.StatusUnauthorized || got.code() != "UNAUTHENTICATED" {
				t.Errorf("an old one: %d %s", got.status, got.text)
			}
			if got := r.renew(used[2], ourDevice); got.status != http.StatusUnauthorized {
				t.Errorf("after the theft, its successor: %d", got.status)
			}
			if v := r.ask(access, whoAmI); v.status != http.StatusUnauthorized {
				t.Errorf("after the theft, the token: %d", v.status)
			}
		})
	}
}

func TestAnotherProfileInDeskIsInForceAtTheNextRefresh(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined)
	r.met()
	admin := r.token(models.ScopeAdmin, "")
	light := r.policy.Profile("Light Agent").ID
	if got := r.ask(admin, `mutation($p:ID!){setProfilePermission(profileId:$p,permission:{opportunities:false}){id}}`, "p", light); got.body["errors"] != nil {
		t.Fatal(got.text)
	}
	made := newBrowser(t).signIn(r, "agent@sidelight.example")
	id := strings.TrimPrefix(r.ask(made["token"].(string), whoAmI).data("viewer", "subject").(string), "agent:")

	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/agents/"+id, map[string]any{"profileId": light})
	made = r.renew(made["refreshToken"], ourDevice).body
	if v := r.ask(made["token"].(string), whoAmI); v.data("viewer", "profile", "name") != "Light Agent" || v.data("viewer", "access", "opportunities") != false {
		t.Errorf("after the change: %s", v.text)
	}

	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/faults", map[string]any{"rules": []any{map[string]any{"endpoint": "GET /api/v1/agents/{id}", "kind": "status", "status": 503}}})
	if got := r.renew(made["refreshToken"], ourDevice); got.code() != "UPSTREAM_UNAVAILABLE" {
		t.Errorf("while Desk is down: %d %s", got.status, got.text)
	}
	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/faults", map[string]any{"rules": []any{}})
	again := r.renew(made["refreshToken"], ourDevice)
	if again.status != http.StatusOK {
		t.Fatalf("once Desk answers again: %d %s", again.status, again.text)
	}

	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/agents/"+id, map[string]any{"status": "DISABLED"})
	if got := r.renew(again.body["refreshToken"], ourDevice); got.status != http.StatusForbidden {
		t.Errorf("an agent who was put out: %d %s", got.status, got.text)
	}
	if v := r.ask(again.body["token"].(string), whoAmI); v.status != http.StatusUnauthorized {
		t.Errorf("their token: %d %s", v.status, v.text)
	}
}

func TestASignInBelongsToTheBrowserThatBeganIt(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined, func(c *Config) { c.AllowOrigin = []string{"https://desk.example"} })
	r.met()
	mine, other := newBrowser(t), newBrowser(t)
	refused := func(what string, p page, wants string) {
		t.Helper()
		if message, origin := told(t, p); message["type"] != "sidelight-problem" || message["token"] != nil || origin != r.URL() || !strings.Contains(message["message"].(string), wants) {
			t.Errorf("%s: %s was told %v", what, origin, message)
		}
	}
	allowed := func() string {
		return mine.submit(mine.begin(r, r.URL()), "light@", true).location
	}
	refused("a link that was sent to somebody else", other.get(allowed()), "another browser")
	callback := allowed()
	if message, _ := told(t, mine.get(callback)); message["type"] != "sidelight-token" {
		t.Errorf("two popups of one browser: %v", message)
	}
	refused("the same link twice", mine.get(callback), "begin again")
	refused("no state", mine.get(r.URL()+"/auth/desk/callback?code=x"), "not begun here")
	refused("an invented state", mine.get(r.URL()+"/auth/desk/callback?code=x&state=y"), "not begun here")
	refused("a refused consent", mine.follow(mine.submit(mine.begin(r, r.URL()), "Deny", false)), "consent")
	invented, err := url.Parse(mine.submit(mine.begin(r, r.URL()), "light@", true).location)
	must(t, err)
	q := invented.Query()
	q.Set("code", "1000.invented")
	invented.RawQuery = q.Encode()
	refused("an invented code", mine.get(invented.String()), "Zoho")
	q.Set("accounts-server", "https://evil.example")
	invented.RawQuery = q.Encode()
	refused("an accounts server of somebody else", mine.get(invented.String()), "begin")

	if _, origin := told(t, mine.follow(mine.submit(mine.begin(r, "https://evil.example"), "light@", true))); origin != r.URL() {
		t.Errorf("a token for %s", origin)
	}
	if _, origin := told(t, mine.follow(mine.submit(mine.begin(r, "https://desk.example"), "light@", true))); origin != "https://desk.example" {
		t.Errorf("a configured page does not get its token: %s", origin)
	}
	for _, cookie := range mine.http.Jar.Cookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(r.URL(), "http://"), Path: "/graphql"}) {
		t.Errorf("the API gets the cookie %s", cookie.Name)
	}
	if p := mine.get(r.URL() + "/auth/desk/start?device=short"); p.status != http.StatusBadRequest {
		t.Errorf("a device that can be guessed: %d", p.status)
	}
}

func TestAConnectionsStateOpensNoSignIn(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined)
	r.met()
	to, _ := r.ask(r.token(models.ScopeAdmin, ""), `mutation{connectDesk(input:{orgId:"700000001",clientId:"demo",clientSecret:"demo-secret"}){authorizeUrl}}`).data("connectDesk", "authorizeUrl").(string)
	u, err := url.Parse(to)
	must(t, err)
	b := newBrowser(t)
	if message, _ := told(t, b.get(r.URL()+"/auth/desk/callback?code=x&state="+url.QueryEscape(u.Query().Get("state")))); message["type"] != "sidelight-problem" {
		t.Errorf("told %v", message)
	}
}

func TestASignOutEndsTheSignInAtOnce(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined)
	r.met()
	made := newBrowser(t).signIn(r, "agent@sidelight.example")
	for range 2 {
		if got := r.send(r.request(http.MethodPost, "/auth/signout", "", map[string]any{"refreshToken": made["refreshToken"], "device": ourDevice})); got.status != http.StatusNoContent {
			t.Fatalf("signing out: %d %s", got.status, got.text)
		}
	}
	if v := r.ask(made["token"].(string), whoAmI); v.status != http.StatusUnauthorized {
		t.Errorf("the token afterwards: %d", v.status)
	}
	if got := r.renew(made["refreshToken"], ourDevice); got.status != http.StatusUnauthorized {
		t.Errorf("the refresh token afterwards: %d", got.status)
	}
}

func TestTokensGoToAnAllowedOriginAlone(t *testing.T) {
	for origin, want := range map[string]bool{
		"https://desk.example": true, "https://plugin-1.zapps.example": true, "https://a.b.zapps.example": true,
		"https://zapps.example": false, "http://desk.example": false, "https://desk.example:444": false, "https://evil.example/.zapps.example": false,
		"https://evil.example#.zapps.example": false, "https://user@x.zapps.example": false, "": false, "null": false, "*": false,
	} {
		if got := sameOrigin("https://desk.example", origin) || sameOrigin("https://*.zapps.example", origin); got != want {
			t.Errorf("%s: %t", origin, got)
		}
	}
}

// later makes it later: times of a column lie further back.
func (h *harness) later(t *testing.T, table, column string, by time.Duration) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(h.address, "sqlite:"))
	must(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE "+table+" SET "+column+" = ? WHERE "+column+" IS NOT NULL", time.Now().Add(-by).UTC())
	must(t, errors.Join(err, db.Close()))
}

func TestTabsThatRenewAtOnceGetTheSameAnswer(t *testing.T) {
	onEach(t, func(h *harness) {
		r := h.serve(h.joined)
		r.met()
		other := h.serve()
		first := newBrowser(h.T).signIn(r, "agent@sidelight.example")
		got := make([]answered, 10)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				at := r
				if i%2 == 1 {
					at = other
				}
				got[i] = at.renew(first["refreshToken"], ourDevice)
			})
		}
		wg.Wait()
		for i, one := range got {
			if one.status != http.StatusOK || one.body["refreshToken"] != got[0].body["refreshToken"] {
				h.Fatalf("renewal %d: %d %s", i, one.status, one.text)
			}
			if v := r.ask(one.body["token"].(string), whoAmI); v.status != http.StatusOK {
				h.Errorf("its token: %s", v.text)
			}
		}
		next := r.renew(got[0].body["refreshToken"], ourDevice)
		if next.status != http.StatusOK {
			h.Fatalf("the next renewal: %d %s", next.status, next.text)
		}
		if late := r.renew(first["refreshToken"], ourDevice); late.status != http.StatusUnauthorized {
			h.Errorf("a token that was replaced twice: %d", late.status)
		}
		if dead := r.renew(next.body["refreshToken"], ourDevice); dead.status != http.StatusUnauthorized {
			h.Errorf("after that theft: %d", dead.status)
		}
	})
}
