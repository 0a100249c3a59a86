package graph_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// TestACursorOfAnotherCallerOpensNoOrder takes cursors from a caller who may order by names to one
// who may not.
func TestACursorOfAnotherCallerOpensNoOrder(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 16)
	h.settled()
	cursorAt := func(query string) (string, string) {
		a := h.ask(h.admin, query)
		for _, kind := range []string{"contacts", "accounts", "opportunities"} {
			if c, ok := dig(a.data, kind, "pageInfo", "endCursor").(string); ok {
				return kind, c
			}
		}
		t.Fatal(a.text)
		return "", ""
	}
	for _, c := range []struct {
		off        []string
		hidden     []string
		made, used string // %q is the cursor
		refused    bool
	}{
		{hidden: []string{"Contact.name"}, made: `contacts(first:3,orderBy:NAME_ASC)`, used: `contacts(first:3,after:%q,orderBy:NAME_ASC)`, refused: true},
		{hidden: []string{"Contact.name"}, made: `contacts(first:3,orderBy:NAME_ASC)`, used: `contacts(first:3,after:%q)`, refused: true},
		{hidden: []string{"Contact.lastName"}, made: `contacts(first:3,orderBy:NAME_ASC)`, used: `contacts(first:3,after:%q)`, refused: true},
		{off: []string{"contactInfo"}, made: `contacts(first:3,orderBy:EMAIL_DESC)`, used: `contacts(first:3,after:%q)`, refused: true},
		{off: []string{"contactInfo"}, made: `contacts(first:3,orderBy:EMAIL_DESC)`, used: `contacts(last:3,before:%q)`, refused: true},
		{off: []string{"contactInfo"}, made: `contacts(first:3,orderBy:UPDATED_DESC)`, used: `contacts(first:3,after:%q)`},
		{off: []string{"accountInfo"}, made: `accounts(first:3)`, used: `accounts(first:3,after:%q)`, refused: true},
	} {
		h.permit(c.off, c.hidden...)
		_, cursor := cursorAt("{" + c.made + "{pageInfo{endCursor}}}")
		h.readStatements()
		a := h.ask(h.agent(models.DenyMask), "{"+fmt.Sprintf(c.used, cursor)+"{nodes{id} pageInfo{endCursor}}}")
		if (a.data == nil || a.errors != nil) != c.refused {
			t.Errorf("%+v: %s", c, brief(a.text))
		}
		if said := h.readStatements(); slices.ContainsFunc(said, func(s string) bool {
			return strings.Contains(s, "name_key") || (c.off != nil && strings.Contains(s, "match_key"))
		}) {
			t.Errorf("%+v: the order was walked: %v", c, said)
		}
	}

	// No cursor shows what a list is ordered by, whichever order a caller has.
	h.permit(nil)
	for _, order := range []string{"NAME_ASC", "EMAIL_ASC"} {
		a := h.ask(h.agent(models.DenyMask), `{contacts(first:20,orderBy:`+order+`){edges{cursor node{lastName email}}}}`)
		for _, e := range list(a.data, "contacts", "edges") {
			raw, err := base64.RawURLEncoding.DecodeString(dig(e, "cursor").(string))
			for _, value := range []any{dig(e, "node", "lastName"), dig(e, "node", "email")} {
				if v, ok := value.(string); err != nil || ok && len(v) > 3 && strings.Contains(strings.ToLower(string(raw)), strings.ToLower(v)) {
					t.Errorf("the cursor %q shows %q: %v", raw, v, err)
				}
			}
		}
	}
}

// TestPagesOfClosedListsStillComeInOnePiece pages through what is left when the usual order is
// closed.
func TestPagesOfClosedListsStillComeInOnePiece(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 16)
	h.settled()
	person := h.people()[0]
	h.permit(nil)
	h.ask(h.agent(models.DenyMask), fmt.Sprintf(`{customer(by:{deskContactId:%q}){contact{opportunities{nodes{id}} tasks{nodes{id}} notes{nodes{id}} events{nodes{id}}}}}`, person["deskId"]))
	h.permit([]string{"contactInfo"}, "Opportunity.closeDate", "Opportunity.open", "Task.open", "Task.dueDate", "Note.createdAt", "Event.startsAt")
	for _, c := range []struct{ query, path string }{
		{`{contacts(first:5%s){nodes{id} pageInfo{endCursor hasNextPage}}}`, "contacts"},
		{`{opportunities(first:1%s){nodes{id} pageInfo{endCursor hasNextPage}}}`, "opportunities"},
		{fmt.Sprintf(`{customer(by:{deskContactId:%q}){contact{opportunities(first:1%%s){nodes{id} pageInfo{endCursor hasNextPage}}}}}`, person["deskId"]), "customer.contact.opportunities"},
		{fmt.Sprintf(`{customer(by:{deskContactId:%q}){contact{tasks(first:1%%s){nodes{id} pageInfo{endCursor hasNextPage}}}}}`, person["deskId"]), "customer.contact.tasks"},
		{fmt.Sprintf(`{customer(by:{deskContactId:%q}){contact{events(first:1%%s){nodes{id} pageInfo{endCursor hasNextPage}}}}}`, person["deskId"]), "customer.contact.events"},
		{fmt.Sprintf(`{customer(by:{deskContactId:%q}){contact{notes(first:1%%s){nodes{id} pageInfo{endCursor hasNextPage}}}}}`, person["deskId"]), "customer.contact.notes"},
	} {
		all := h.ask(h.agent(models.DenyMask), strings.NewReplacer("first:5%s", "first:200", "first:1%s", "first:200").Replace(c.query))
		want := len(list(dig(all.data, strings.Split(c.path, ".")...), "nodes"))
		seen, after := map[string]bool{}, ""
		for range want + 2 {
			a := h.ask(h.agent(models.DenyMask), fmt.Sprintf(c.query, after))
			page := dig(a.data, strings.Split(c.path, ".")...)
			if a.errors != nil || page == nil {
				t.Fatalf("%s: %s", c.path, brief(a.text))
			}
			for _, n := range list(page, "nodes") {
				id := dig(n, "id").(string)
				if seen[id] {
					t.Errorf("%s: %s comes twice", c.path, id)
				}
				seen[id] = true
			}
			if dig(page, "pageInfo", "hasNextPage") != true {
				break
			}
			after = fmt.Sprintf(",after:%q", dig(page, "pageInfo", "endCursor"))
		}
		if len(seen) != want {
			t.Errorf("%s: %d of %d came", c.path, len(seen), want)
		}
	}
}
