package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// traces are what must not stand in a statement while a switch is off.
var traces = map[string]*regexp.Regexp{
	"visible":       regexp.MustCompile(`links|desk_|salesforce_|opportunit|notes|events|tasks`),
	"contacts":      regexp.MustCompile(`(JSON_EXTRACT|\bd\.data|\bs\.data).* desk_contacts|name_key`),
	"accounts":      regexp.MustCompile(`desk_accounts|salesforce_accounts|parent_id`),
	"contactInfo":   regexp.MustCompile(`(JSON_EXTRACT|\bd\.data|\bs\.data).* desk_contacts|name_key|match_key`),
	"accountInfo":   regexp.MustCompile(`(JSON_EXTRACT|\ba[df]\.data).* desk_accounts`),
	"opportunities": regexp.MustCompile("FROM `?opportunit"),
	"notes":         regexp.MustCompile("FROM `?notes"),
	"events":        regexp.MustCompile("FROM `?events"),
	"tasks":         regexp.MustCompile("FROM `?tasks"),
}

// sections are what Salesforce is asked for, by switch.
var sections = map[string]*regexp.Regexp{"opportunities": regexp.MustCompile(`Opportunit`), "notes": regexp.MustCompile(`Notes`), "events": regexp.MustCompile(`FROM Event`), "tasks": regexp.MustCompile(`FROM Task`)}

// accessCheck asks on all ways what one deployment answers.
type accessCheck struct {
	*harness
	schema *ast.Schema
	values map[string]string // of required arguments, by type
	// whole are the rows that a caller sees who may see everything, by way and id.
	whole map[string]map[string]any
}

func (s *accessCheck) denies(off string, f *ast.FieldDefinition) bool {
	need, _ := needOf(f)
	return need != "" && slices.Contains(closes[off], need) || off == "lists" && listsAll(f)
}

// expected are the fields that a document for the way must be told denied, and the step where the
// way itself ends.
func (s *accessCheck) expected(off string, w way) (denied []string, ends int) {
	for i, st := range w {
		if s.denies(off, st.field) {
			return []string{st.name()}, i
		}
	}
	on := s.schema.Types[w.end()]
	for _, f := range on.Fields {
		if s.denies(off, f) {
			denied = append(denied, on.Name+"."+f.Name)
		}
	}
	slices.Sort(denied)
	return denied, -1
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// learn reads everything once as a caller who may see everything.
func (s *accessCheck) learn(token string, all []way) {
	s.t.Helper()
	for _, w := range all {
		a := s.ask(token, document(s.schema, "query", w, "direct", s.values))
		if a.errors != nil || len(a.denied()) > 0 {
			s.t.Fatalf("%s: %s", w, brief(a.text))
		}
		for _, row := range reach(a.data, w) {
			if id, ok := dig(row, "id").(string); ok { // others cannot be told apart
				s.whole[w.String()+"#"+id] = row.(map[string]any)
			}
		}
	}
}

// judge holds one answer against what the schema says.
func (s *accessCheck) judge(off string, mode models.DenyMode, w way, form string, a answer, said []string) (problem string) {
	denied, ends := s.expected(off, w)
	if mode == models.DenyReject && len(denied) > 0 {
		code := ""
		if len(a.errors) == 1 {
			code, _ = dig(a.errors[0], "extensions", "code").(string)
		}
		if a.data != nil || code != "FORBIDDEN" || len(said) > 0 {
			return fmt.Sprintf("must be refused before any statement, but %v were read: %s", said, brief(a.text))
		}
		return ""
	}
	if got := sorted(a.denied()); !slices.Equal(got, denied) {
		return fmt.Sprintf("said to be denied %v, want %v", got, denied)
	}
	for _, statement := range said {
		if trace := traces[off]; trace != nil && trace.MatchString(statement) {
			// Lists share their tables with cards.
			return "read from the database: " + brief(statement)
		}
	}
	rows := reach(a.data, w)
	if ends >= 0 && len(rows) > 0 {
		return "the way is closed and leads on: " + brief(a.text)
	}
	for _, row := range rows {
		if p := s.row(off, w, form, row.(map[string]any)); p != "" {
			return p
		}
	}
	return s.errors(mode, w, ends, denied, rows, a)
}

// row tells what is wrong with a row: a field that is shown and closed, or the other way round.
func (s *accessCheck) row(off string, w way, form string, row map[string]any) string {
	on := s.schema.Types[w.end()]
	prefix := map[bool]string{true: "a_"}[form == "alias"]
	id, _ := row[prefix+"id"].(string)
	whole := s.whole[w.String()+"#"+id]
	for _, f := range on.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		value, present := row[prefix+f.Name]
		switch {
		// What the sync does meanwhile moves syncedAt; one opportunity has another role for each
		// contact.
		case !present:
			return f.Name + " is not in the answer at all"
		case s.denies(off, f) && value != nil:
			return f.Name + " is closed and shown"
		case f.Name != "syncedAt" && f.Name != "role" && !s.denies(off, f) && whole != nil && text(value) != text(whole[f.Name]):
			return fmt.Sprintf("%s is open and %v is shown for %v", f.Name, value, whole[f.Name])
		}
	}
	return ""
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// errors tells what is wrong with an answer's errors: none in the mode mask, one for each denied
// field that was reached in the mode error.
func (s *accessCheck) errors(mode models.DenyMode, w way, ends int, denied []string, rows []any, a answer) string {
	said := map[string]int{}
	for _, e := range a.errors {
		if dig(e, "extensions", "code") != "FORBIDDEN" {
			return "an error: " + brief(a.text)
		}
		name, _, _ := strings.Cut(dig(e, "message").(string), " ")
		said[name]++
	}
	if mode != models.DenyError {
		if len(said) > 0 {
			return "errors where nulls were asked for: " + brief(a.text)
		}
		return ""
	}
	reached := len(rows) > 0
	if ends >= 0 {
		reached = ends == 0 || len(reach(a.data, w[:ends])) > 0
	}
	for _, d := range denied {
		if n := said[d]; n > 1 || (reached && n != 1) && len(denied) <= 10 {
			return fmt.Sprintf("%s has %d errors: %s", d, n, brief(a.text))
		}
	}
	for name := range said {
		if !slices.Contains(denied, name) {
			return name + " is open and has an error"
		}
	}
	return ""
}

// newAccessCheck is a deployment in which every card has been opened.
func newAccessCheck(t *testing.T) *accessCheck {
	h := newHarness(t, storetest.SQLiteAddress(t), 16)
	s := &accessCheck{harness: h, schema: schema(t), whole: map[string]map[string]any{}, values: map[string]string{"String": `"ex"`, "CustomerKey": fmt.Sprintf("{deskContactId:%q}", h.mostRelated()["deskId"])}}
	h.permit(nil)
	all := h.ask(h.admin, `{contacts(first:200){nodes{salesforceId}} accounts(first:200){nodes{salesforceId}}}`)
	for _, kind := range []string{"contacts", "accounts"} {
		for _, n := range list(all.data, kind, "nodes") {
			if id, _ := dig(n, "salesforceId").(string); id != "" {
				card := `opportunities{nodes{id}} notes{nodes{id}} events{nodes{id}} tasks{nodes{id}}`
				h.ask(h.admin, `{customer(by:{salesforceId:"`+id+`"}){contact{`+card+`} account{`+card+`}}}`)
			}
		}
	}
	h.settled()
	return s
}

// mostRelated is the person whose card has the most rows, of every kind where that can be: the ways
// lead through those.
func (h *harness) mostRelated() (most map[string]any) {
	best := -1
	for _, person := range h.people() {
		a := h.ask(h.admin, fmt.Sprintf(`{customer(by:{deskContactId:%q}){contact{opportunities{nodes{id}} notes{nodes{id}} events{nodes{id}} tasks{nodes{id}}}}}`, person["deskId"]))
		rows := 0
		for _, kind := range []string{"opportunities", "notes", "events", "tasks"} {
			if n := len(list(a.data, "customer", "contact", kind, "nodes")); n > 0 {
				rows += 100 + n
			}
		}
		if rows > best {
			best, most = rows, person
		}
	}
	return most
}

// settled stops the sync when it has nothing left to write: what it reads and changes is not the
// callers'.
func (h *harness) settled() {
	h.t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for dig(h.ask(h.admin, `{integration{counts{pending}}}`).data, "integration", "counts", "pending") != 0.0 {
		select {
		case <-look.C:
		case <-deadline.C:
			h.t.Fatal("the sync does not come to rest")
		}
	}
	if a := h.ask(h.admin, `mutation{pauseSync{status}}`); a.errors != nil {
		h.t.Fatal(a.text)
	}
}

// TestEveryCallerSeesWhatTheyMayAndNothingElse asks one deployment, in which every card has been
// opened, as callers of every kind.
func TestEveryCallerSeesWhatTheyMayAndNothingElse(t *testing.T) {
	s := newAccessCheck(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, *accessCheck)
	}{
		{"no way through the schema leads past a switch", everyWay},
		{"no subscription leads past a switch", everySubscription},
		{"closed inputs are as if they did not exist", everyInput},
		{"every schema that a caller is shown is whole", everySchema},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func(outer testing.TB) { s.t = outer }(s.t)
			s.t = t
			c.test(t, s)
		})
	}
}

// everyWay goes every way that the schema has, in every form in which a selection can be written,
// with every switch off in turn. What must be closed is read from the schema's own annotations;
// whether it was read at all, from the database's statements and the vendor's calls.
func everyWay(t *testing.T, s *accessCheck) {
	var all []way
	for i, w := range ways(s.schema, s.schema.Query) {
		if len(w) < longest || i%6 == 0 {
			// The longest ones go through types that were reached before.
			all = append(all, w)
		}
	}
	s.learn(s.agent(models.DenyMask), all)
	if len(s.whole) < 80 {
		t.Fatalf("only %d rows were seen: the test would prove nothing", len(s.whole))
	}
	requests, problems := 0, 0
	for i, off := range switches {
		s.permit([]string{off})
		seen := map[string]bool{}
		asked := s.since(func() {
			for j, w := range all {
				denied, ends := s.expected(off, w)
				if ends >= 0 && seen[w[:ends+1].String()] || len(denied) == 0 && (i+j)%10 != 0 {
					continue // closed at the same step as another way, or not concerned
				}
				if ends >= 0 {
					seen[w[:ends+1].String()] = true
				}
				modes := []models.DenyMode{models.DenyMask}
				switch {
				case len(w) <= 2:
					modes = append(modes, models.DenyError, models.DenyReject)
				case len(w) == 3:
					modes = []models.DenyMode{models.DenyMask, []models.DenyMode{models.DenyError, models.DenyReject}[(i+j)%2]}
				}
				for _, mode := range modes {
					form := forms[(i+j)%len(forms)]
					query := document(s.schema, "query", w, form, s.values)
					s.readStatements()
					a := s.ask(s.agent(mode), query)
					requests++
					if p := s.judge(off, mode, w, form, a, s.readStatements()); p != "" && problems < 10 {
						problems++
						t.Errorf("%s off, mode %q, %s, %s: %s\n%s", off, mode, w, form, p, query)
					}
				}
			}
		})
		if len(asked) > 0 {
			t.Errorf("%s off: Salesforce was asked again: %v", off, asked)
		}
		if t.Failed() {
			break
		}
	}
	t.Logf("%d ways, %d requests", len(all), requests)
}

// everySubscription goes the ways that begin with a subscription, and looks at the first event of
// each.
func everySubscription(t *testing.T, s *accessCheck) {
	events := 0
	for i, off := range switches {
		s.permit([]string{off})
		seen := map[string]bool{}
		for j, w := range ways(s.schema, s.schema.Subscription) {
			denied, ends := s.expected(off, w)
			if len(w) > 3 || len(denied) == 0 || ends >= 0 && seen[w[:ends+1].String()] {
				continue
			}
			if ends >= 0 {
				seen[w[:ends+1].String()] = true
			}
			mode := []models.DenyMode{models.DenyMask, models.DenyError, models.DenyReject}[j%3]
			form := forms[(i+j)%len(forms)]
			query := document(s.schema, "subscription", w, form, s.values)
			s.readStatements()
			open := s.events(t, s.agent(mode), query)
			first := open.next()
			said := s.readStatements()
			open.leave()
			events++
			if ends == 0 {
				mode = models.DenyReject // a subscription that is closed itself is not begun
			}
			if p := s.judge(off, mode, w, form, read(http.StatusOK, first), said); p != "" {
				t.Errorf("%s off, mode %q, %s, %s: %s\n%s", off, mode, w, form, p, query)
			}
		}
	}
	if events < 30 {
		t.Errorf("only %d events were looked at", events)
	}
}

// TestWhatIsClosedIsNotAskedOfSalesforce opens cards that nobody has opened before.
func TestWhatIsClosedIsNotAskedOfSalesforce(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 24)
	people := h.people()
	const card = `opportunities{nodes{id name account{name}}} notes{nodes{title}} events{nodes{subject}} tasks{nodes{subject}}`
	n := 0
	for _, off := range switches {
		for _, root := range []string{"query{customer", "mutation{refreshCustomer"} {
			person := people[n%len(people)]
			n++
			h.permit([]string{off})
			asked := h.since(func() {
				h.ask(h.agent(models.DenyMask), fmt.Sprintf(`%s(by:{deskContactId:%q}){contact{...C} account{...A}}} fragment C on Contact{name %s} fragment A on Account{name %s}`, root, person["deskId"], card, card))
			})
			for section, trace := range sections {
				closed := section == off || off == "visible"
				found := slices.ContainsFunc(asked, func(soql string) bool { return trace.MatchString(soql) })
				if closed && found {
					t.Errorf("%s off, %s: Salesforce was asked for %s: %v", off, root, section, asked)
				}
				if !closed && !found && off != "contacts" && strings.HasPrefix(root, "mutation") {
					t.Errorf("%s off, %s: %s were not read: %v", off, root, section, asked)
				}
			}
		}
	}
}

// everySchema reads each caller's own schema back.
func everySchema(t *testing.T, s *accessCheck) {
	whole := s.schema
	for _, off := range append([]string{""}, switches...) {
		s.permit([]string{off})
		token := s.agent(models.DenyMask)
		req, _ := http.NewRequest(http.MethodGet, s.url+"/graphql/schema.graphql", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		own := s.do(req)
		seen := parseSDL(t, own.text)
		for _, name := range slices.Sorted(maps.Keys(whole.Types)) {
			def := whole.Types[name]
			if def.BuiltIn || def.Kind != ast.Object {
				continue
			}
			for _, f := range def.Fields {
				_, scope := needOf(f)
				closed := scope == "ADMIN" || s.denies(off, f)
				if shown := seen.Types[name]; closed && shown != nil && shown.Fields.ForName(f.Name) != nil {
					t.Errorf("%q off: %s.%s is shown", off, name, f.Name)
				}
			}
		}
		if intro := s.ask(token, `{__schema{types{name fields{name}}}}`); intro.errors != nil || (off == "opportunities" && strings.Contains(intro.text, "PipelineBucket")) {
			t.Errorf("%q off: introspection: %s", off, brief(intro.text))
		}
	}
}
