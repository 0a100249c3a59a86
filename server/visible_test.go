package server

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// office is an installation that shows agents the customers of their tickets alone: one agent, a
// ticket that they may see, and another department.
type office struct {
	*harness
	*replica
	ahead            *atomic.Int64
	admin, agent     string // tokens
	agentID          string
	ticket           string
	support, billing string
	out              tokens
}

func openOffice(t *testing.T, cards models.AgentCards, changes ...func(*Config)) *office {
	t.Helper()
	h := newHarness(t, storetest.SQLiteAddress(t))
	o := &office{harness: h, ahead: &atomic.Int64{}}
	now := func() time.Time { return time.Now().Add(time.Duration(o.ahead.Load())) }
	o.replica = h.serveWith(Options{Now: now}, append([]func(*Config){h.connected}, changes...)...)
	o.synced()
	o.admin, o.out = o.token(models.ScopeAdmin, ""), h.outside()
	for _, a := range h.desk(o.out, http.MethodGet, "/agents", nil)["data"].([]any) {
		if dig(a, "emailId") == "agent@sidelight.example" {
			o.agentID = dig(a, "id").(string)
		}
	}
	h.setUp("settings", map[string]any{"departments": []string{"Billing"}})
	departments := h.desk(o.out, http.MethodGet, "/departments", nil)["data"].([]any)
	o.support, o.billing = dig(departments[0], "id").(string), dig(departments[1], "id").(string)
	h.setUp("agents/"+o.agentID, map[string]any{"rolePermissionType": "AgentPublic"})
	o.agent, o.ticket = o.tokenOf("agent:"+o.agentID), firstTicket(t, o.replica)
	if got := o.ask(o.admin, `{integration{agentCards}}`).data("integration", "agentCards"); got != string(models.AnyCustomer) {
		t.Fatalf("a new installation has the setting %q", got)
	}
	if got := o.set(cards); got != string(cards) {
		t.Fatalf("the setting is %q", got)
	}
	return o
}

// setUp changes what an administrator of Desk does.
func (h *harness) setUp(what string, change map[string]any) {
	h.Helper()
	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/"+what, change)
}

func (o *office) set(cards models.AgentCards) any {
	o.harness.Helper()
	return o.ask(o.admin, `mutation($c:AgentCards){setSyncPolicy(input:{agentCards:$c}){agentCards}}`, "c", cards).data("setSyncPolicy", "agentCards")
}

// tokenOf is an agent's token of our own.
func (r *replica) tokenOf(subject string) string {
	r.t.Helper()
	token, _, err := r.issuer.Issue(TokenRequest{Subject: subject, Scope: models.ScopeAgent, ProfileID: r.policy.Profile("Agent").ID, TTL: 24 * time.Hour})
	must(r.t, err)
	return token
}

func (o *office) later(by time.Duration) { o.ahead.Add(int64(by)) }

const cardOf = `{customer(by:{deskTicketId:"%s"}){contact{id} account{id}}}`

// sees tells whether the token's bearer is shown the ticket's customer. What is not shown must look
// as an unknown ticket does.
func (o *office) sees(token, ticket string) bool {
	o.harness.Helper()
	got := o.ask(token, fmt.Sprintf(cardOf, ticket))
	if got.data("customer") != nil {
		return true
	}
	if unknown := o.ask(token, fmt.Sprintf(cardOf, "7999999999999999")); got.text != unknown.text || got.status != unknown.status {
		o.harness.Errorf("a ticket that is not shown: %d %s, an unknown one: %d %s", got.status, got.text, unknown.status, unknown.text)
	}
	return false
}

// calls are the requests to Desk whose path has the text.
func (h *harness) calls(text string) (n int) {
	h.Helper()
	requests, _ := h.vendor(http.MethodGet, h.vendors.DeskURL+"/_sim/requests", nil)["requests"].([]any)
	for _, one := range requests {
		if path, _ := dig(one, "path").(string); strings.Contains(path, text) {
			n++
		}
	}
	return n
}

func TestAnAgentIsShownTheCustomersOfTheirTicketsAlone(t *testing.T) {
	o := openOffice(t, models.VisibleTickets)
	if !o.sees(o.agent, o.ticket) {
		t.Fatal("a ticket of the agent's department is not shown")
	}
	card := o.ask(o.admin, fmt.Sprintf(`{customer(by:{deskTicketId:"%s"}){link{deskId salesforceId} contact{email} account{id}}}`, o.ticket))
	deskID, salesforceID := card.data("customer", "link", "deskId"), card.data("customer", "link", "salesforceId")

	// Every other key names the setting, however it is asked for.
	selection := `{contact{id name} account{id}}`
	for name, key := range map[string]string{
		"a contact":           fmt.Sprintf(`{deskContactId:"%v"}`, deskID),
		"an account":          `{deskAccountId:"7000000005000001"}`,
		"an email":            fmt.Sprintf(`{email:"%v"}`, card.data("customer", "contact", "email")),
		"a Salesforce record": fmt.Sprintf(`{salesforceId:"%v"}`, salesforceID),
		"nobody":              `{deskContactId:"1"}`,
	} {
		for how, query := range map[string]string{
			"a query":   `{customer(by:` + key + `)` + selection + `}`,
			"an alias":  `{a:customer(by:{deskTicketId:"` + o.ticket + `"}){link{id}} b:customer(by:` + key + `)` + selection + `}`,
			"a refresh": `mutation{refreshCustomer(by:` + key + `)` + selection + `}`,
			"fragments": `query{...F} fragment F on Query{customer(by:` + key + `){...C}} fragment C on Customer{contact{id name opportunities{nodes{id}} notes{nodes{id}}}}`,
		} {
			got := o.ask(o.agent, query)
			if got.code() != "FORBIDDEN" || !strings.Contains(got.text, "agentCards") || strings.Contains(got.text, `"name":"`) {
				t.Errorf("%s by %s: %s", name, how, got.text)
			}
		}
		l := o.listen(o.agent, `subscription{customerChanged(by:`+key+`)`+selection+`}`)
		if said := l.over(t, name); !strings.Contains(said, "FORBIDDEN") || !strings.Contains(said, "agentCards") {
			t.Errorf("a subscription by %s: %s", name, said)
		}
	}
	got := o.ask(o.agent, `query($by:CustomerKey!){customer(by:$by){contact{id}}}`, "by", map[string]any{"email": card.data("customer", "contact", "email")})
	if got.code() != "FORBIDDEN" {
		t.Errorf("a variable: %s", got.text)
	}

	// A socket, whose viewer is checked again without a token at hand, still knows who asks.
	o.socket(o.agent, `subscription{customerChanged(by:{deskTicketId:"`+o.ticket+`"})`+selection+`}`).next(t, "a socket", `"name":"`)
	o.socket(o.agent, fmt.Sprintf(`subscription{customerChanged(by:{deskContactId:"%v"})%s}`, deskID, selection)).next(t, "a socket by a contact", "agentCards")

	// Lists, links by hand and the way from a customer to others are closed, though the profile has
	// them.
	profile := o.policy.Profile("Agent").ID
	o.ask(o.admin, `mutation($p:ID!){setProfilePermission(profileId:$p,permission:{lists:true,link:true}){id}}`, "p", profile)
	for name, query := range map[string]string{
		"contacts": `{contacts(filter:{email:"a@example.com"}){nodes{id}}}`, "accounts": `{accounts{totalCount}}`,
		"opportunities": `{opportunities{totalCount}}`, "pipeline": `{pipeline(groupBy:STAGE){key}}`, "linkCandidates": `{linkCandidates(search:"an"){id}}`,
	} {
		if got := o.ask(o.agent, query); got.data(name) != nil || !strings.Contains(got.text, `"setting":"agentCards"`) {
			t.Errorf("%s: %s", name, got.text)
		}
		if got := o.ask(o.admin, query); name != "linkCandidates" && got.data(name) == nil {
			t.Errorf("%s of an admin: %s", name, got.text)
		}
	}
	if got := o.ask(o.agent, `mutation{linkContact(deskId:"1",salesforceId:"2"){id}}`); got.code() != "FORBIDDEN" || !strings.Contains(got.text, "agentCards") {
		t.Errorf("a link by hand: %s", got.text)
	}
	for _, way := range []string{`{contact{account{contacts{nodes{id}}}}}`, `{contact{opportunities{nodes{account{id contacts{nodes{id}}}}}}}`} {
		got := o.ask(o.agent, `{customer(by:{deskTicketId:"`+o.ticket+`"})`+way+`}`)
		if !strings.Contains(got.text, `"setting":"agentCards"`) || strings.Contains(got.text, `"contacts":{`) {
			t.Errorf("%s: %s", way, got.text)
		}
	}
	if got := o.ask(o.agent, `{viewer{access{lists link contacts}}}`); got.data("viewer", "access", "lists") != false || got.data("viewer", "access", "link") != false ||
		got.data("viewer", "access", "contacts") != true {
		t.Errorf("what the agent may: %s", got.text)
	}

	// Nobody else is bound by it, and downloads are an admin's as ever.
	made := o.ask(o.admin, `mutation($p:ID){createServiceToken(input:{name:"dashboard",profileId:$p}){token}}`, "p", profile)
	dashboard, _ := made.data("createServiceToken", "token").(string)
	byEmail := fmt.Sprintf(`{customer(by:{email:"%v"}){contact{id}}}`, card.data("customer", "contact", "email"))
	view := o.ask(o.admin, `mutation($p:ID!){viewAs(profileId:$p){token}}`, "p", profile)
	for name, token := range map[string]string{"an admin": o.admin, "a dashboard": dashboard, "an admin's view of the profile": view.data("viewAs", "token").(string)} {
		if got := o.ask(token, byEmail); got.data("customer", "contact", "id") == nil {
			t.Errorf("%s: %s", name, got.text)
		}
	}
	if got := o.ask(o.agent, `mutation($p:ID!){viewAs(profileId:$p){token}}`, "p", profile); got.code() != "FORBIDDEN" {
		t.Errorf("a view by an agent: %s", got.text)
	}
	if got := o.send(o.request(http.MethodGet, "/export/failures.csv", o.agent, nil)); got.status < 400 {
		t.Errorf("a download by an agent: %d", got.status)
	}

	// Off again, everything is as it was.
	o.set(models.AnyCustomer)
	if got := o.ask(o.agent, byEmail); got.data("customer", "contact", "id") == nil {
		t.Errorf("without the setting: %s", got.text)
	}
	if got := o.ask(o.agent, `{contacts{totalCount}}`); got.data("contacts", "totalCount") == nil {
		t.Errorf("lists without the setting: %s", got.text)
	}
}

func TestWhichTicketsAreShownGoesByDesk(t *testing.T) {
	o := openOffice(t, models.VisibleTickets)
	team := dig(o.desk(o.out, http.MethodGet, "/teams", nil), "teams").([]any)[0].(map[string]any)["id"].(string)
	other := ""
	for _, a := range o.desk(o.out, http.MethodGet, "/agents", nil)["data"].([]any) {
		if id := dig(a, "id").(string); id != o.agentID {
			other = id
		}
	}
	type step struct {
		what, permission string
		departments      []string
		ticket           map[string]any // through the API
		setup            map[string]any // on Desk's pages
		inTeam           bool
		cards            models.AgentCards
		want             bool
	}
	in, out := []string{o.support}, []string{o.billing}
	for _, s := range []step{
		{"a colleague's", "AgentPublic", in, map[string]any{"assigneeId": other}, nil, true, models.VisibleTickets, true},
		{"a colleague's, private", "AgentPublic", in, nil, nil, true, models.VisiblePrivateTickets, false},
		{"a colleague's to a light agent", "Light", in, nil, nil, true, models.VisibleTickets, true},
		{"a colleague's by data sharing", "Custom", in, nil, nil, true, models.VisibleTickets, true},
		{"a colleague's to who sees their own", "AgentPersonal", in, nil, nil, true, models.VisibleTickets, false},
		{"their own", "AgentPersonal", in, map[string]any{"assigneeId": o.agentID}, nil, true, models.VisibleTickets, true},
		{"unassigned", "AgentPersonal", in, map[string]any{"assigneeId": nil}, nil, true, models.VisibleTickets, true},
		{"unassigned in their team", "AgentPersonal", in, map[string]any{"teamId": team}, nil, true, models.VisibleTickets, true},
		{"unassigned in another team", "AgentPersonal", in, nil, nil, false, models.VisibleTickets, false},
		{"of another department", "AgentPublic", out, nil, nil, true, models.VisibleTickets, false},
		{"shared with it", "AgentPublic", out, nil, map[string]any{"sharedWith": []string{o.billing}}, true, models.VisibleTickets, true},
		{"shared no more", "AgentPublic", out, nil, map[string]any{"sharedWith": []string{}}, true, models.VisibleTickets, false},
		{"moved there", "AgentPublic", out, nil, map[string]any{"departmentId": o.billing}, true, models.VisibleTickets, true},
		{"an administrator's", "Admin", []string{}, nil, nil, true, models.VisiblePrivateTickets, true},
	} {
		o.set(s.cards)
		o.setUp("agents/"+o.agentID, map[string]any{"rolePermissionType": s.permission, "departmentIds": s.departments, "inTeam": s.inTeam})
		if s.ticket != nil {
			o.desk(o.out, http.MethodPatch, "/tickets/"+o.ticket, s.ticket)
		}
		if s.setup != nil {
			o.setUp("tickets/"+o.ticket, s.setup)
		}
		o.later(6 * time.Minute)
		if got := o.sees(o.agent, o.ticket); got != s.want {
			t.Errorf("%s: shown %v, want %v", s.what, got, s.want)
		}
	}
}

func TestWhoLeavesADepartmentLosesItsCards(t *testing.T) {
	o := openOffice(t, models.VisibleTickets)
	if !o.sees(o.agent, o.ticket) {
		t.Fatal("not shown at first")
	}
	l := o.listen(o.agent, fmt.Sprintf(`subscription{customerChanged(by:{deskTicketId:"%s"}){contact{id email}}}`, o.ticket))
	l.next(t, "the first card", `"email"`)
	o.setUp("agents/"+o.agentID, map[string]any{"departmentIds": []string{o.billing}})
	o.later(6 * time.Minute)
	if o.sees(o.agent, o.ticket) {
		t.Error("the card that is kept is still shown")
	}
	if got := o.ask(o.agent, fmt.Sprintf(`mutation{refreshCustomer(by:{deskTicketId:"%s"}){contact{id}}}`, o.ticket)); got.data("refreshCustomer") != nil || got.body["errors"] != nil {
		t.Errorf("a refresh: %s", got.text)
	}
	card := o.ask(o.admin, fmt.Sprintf(`mutation{refreshCustomer(by:{deskTicketId:"%s"}){contact{deskId}}}`, o.ticket))
	o.desk(o.out, http.MethodPatch, "/contacts/"+card.data("refreshCustomer", "contact", "deskId").(string), map[string]any{"email": "moved@sidelight.example"})
	l.next(t, "what moved", `"customerChanged":null`)
	// The agent works there no more at all.
	o.setUp("agents/"+o.agentID, map[string]any{"status": "DISABLED"})
	o.later(6 * time.Minute)
	if got := o.ask(o.agent, fmt.Sprintf(cardOf, o.ticket)); got.code() != "FORBIDDEN" || got.data("customer") != nil {
		t.Errorf("an agent who is not active: %s", got.text)
	}
}

func TestWhereDeskDoesNotSayNothingIsShown(t *testing.T) {
	o := openOffice(t, models.VisibleTickets)
	tickets := o.desk(o.out, http.MethodGet, "/tickets?limit=3", nil)["data"].([]any)
	fresh := dig(tickets[1], "id").(string)
	before := [2]int{o.calls("/tickets/"), o.calls("/agents/")}
	for range 20 {
		if !o.sees(o.agent, o.ticket) {
			t.Fatal("not shown")
		}
	}
	if n := [2]int{o.calls("/tickets/") - before[0], o.calls("/agents/") - before[1]}; n[0] > 1 || n[1] > 1 {
		t.Errorf("20 cards cost %d calls for the ticket and %d for the agent", n[0], n[1])
	}
	o.setUp("faults", map[string]any{"rules": []any{
		map[string]any{"kind": "status", "status": 503, "endpoint": "/api/v1/tickets/**"}, map[string]any{"kind": "status", "status": 503, "endpoint": "/api/v1/agents/**"}}})
	o.later(6 * time.Minute)
	if !o.sees(o.agent, o.ticket) {
		t.Error("what Desk said a moment ago does not go on")
	}
	got := o.ask(o.agent, fmt.Sprintf(cardOf, fresh))
	if got.code() != "UPSTREAM_UNAVAILABLE" || got.data("customer") != nil || !strings.Contains(got.text, "may see this ticket") {
		t.Errorf("a ticket that is not known: %s", got.text)
	}
	o.later(time.Hour)
	if got := o.ask(o.agent, fmt.Sprintf(cardOf, o.ticket)); got.code() != "UPSTREAM_UNAVAILABLE" || got.data("customer") != nil {
		t.Errorf("what Desk said an hour ago: %s", got.text)
	}
	o.setUp("faults", map[string]any{"rules": []any{}})
	o.later(time.Minute)
	if !o.sees(o.agent, o.ticket) {
		t.Error("not shown again")
	}
}

func TestWhichAgentAsksIsNotTakenFromASubjectOfOthers(t *testing.T) {
	key := []byte("a secret that is long enough, really")
	file := t.TempDir() + "/secret"
	must(t, os.WriteFile(file, key, 0o600))
	o := openOffice(t, models.VisibleTickets, func(c *Config) {
		c.Issuer = append(c.Issuer, "iss=https://id.example;aud=desk;secret="+file+";agent=/desk/id")
	})
	foreign := func(claims jwt.MapClaims) string {
		for name, value := range map[string]any{"iss": "https://id.example", "aud": "desk", "scope": "agent", "profile": "Agent", "exp": time.Now().Add(time.Hour).Unix()} {
			claims[name] = value
		}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(key)
		must(t, err)
		return token
	}
	told := foreign(jwt.MapClaims{"sub": "ann", "desk": map[string]any{"id": o.agentID}})
	if !o.sees(told, o.ticket) {
		t.Error("the claim that is named for it is not believed")
	}
	for _, subject := range []string{"agent:" + o.agentID, "view-as:admin", "ann"} {
		got := o.ask(foreign(jwt.MapClaims{"sub": subject}), fmt.Sprintf(cardOf, o.ticket))
		if got.code() != "FORBIDDEN" || got.data("customer") != nil || !strings.Contains(got.text, "agentCards") || !strings.Contains(got.text, "agent=") {
			t.Errorf("%s: %s", subject, got.text)
		}
	}
	for _, subject := range []string{"test:AGENT", "agent:", "agent:../me", "agent:1"} {
		if got := o.ask(o.tokenOf(subject), fmt.Sprintf(cardOf, o.ticket)); got.code() != "FORBIDDEN" || got.data("customer") != nil {
			t.Errorf("%s: %s", subject, got.text)
		}
	}
}
