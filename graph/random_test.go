package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// mark is a value that stands in one protected place of the vendors alone. Whoever may not see that
// place may not see the mark.
type mark struct {
	text   string
	off    []string // switches that close it
	hidden string   // the single field that shows it
}

var marks = []mark{
	{"mklastname", []string{"visible", "contacts", "contactInfo"}, "Contact.lastName"},
	{"mkmail", []string{"visible", "contacts", "contactInfo"}, "Contact.email"},
	{"mktitle", []string{"visible", "contacts", "contactInfo"}, "Contact.title"},
	{"mkaccountname", []string{"visible", "accounts", "accountInfo"}, "Account.name"},
	{"mkwebsite", []string{"visible", "accounts", "accountInfo"}, "Account.website"},
	{"mkopportunity", []string{"visible", "opportunities"}, "Opportunity.name"},
	{"31415926.53", []string{"visible", "opportunities"}, "Opportunity.amount"},
	{"mknote", []string{"visible", "notes"}, "Note.title"},
	{"mkbody", []string{"visible", "notes"}, "Note.body"},
	{"mkevent", []string{"visible", "events"}, "Event.subject"},
	{"mktask", []string{"visible", "tasks"}, "Task.subject"},
}

// plant puts the marks into Salesforce, before the first sync.
func plant(h *harness) {
	h.t.Helper()
	res, err := h.web.Post(h.vendors.SalesforceURL+"/services/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader("grant_type=client_credentials&client_id=demo&client_secret=demo-secret"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	var token struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&token); err != nil {
		h.t.Fatal(err)
	}
	create := func(object string, fields map[string]any) string {
		body, _ := json.Marshal(fields)
		req, _ := http.NewRequest(http.MethodPost, h.vendors.SalesforceURL+"/services/data/v68.0/sobjects/"+object, bytes.NewReader(body))
		req.Header = http.Header{"Authorization": {"Bearer " + token.Token}, "Content-Type": {"application/json"}}
		res, err := h.web.Do(req)
		if err != nil {
			h.t.Fatal(err)
		}
		defer res.Body.Close()
		var made struct{ ID string }
		if err := json.NewDecoder(res.Body).Decode(&made); err != nil || made.ID == "" {
			h.t.Fatalf("%s was not made: %d %v", object, res.StatusCode, err)
		}
		return made.ID
	}
	account := create("Account", map[string]any{"Name": "mkaccountname", "Website": "https://mkwebsite.example"})
	contact := create("Contact", map[string]any{"LastName": "mklastname", "FirstName": "Given", "Email": "mkmail@marks.example", "Title": "mktitle", "AccountId": account})
	opportunity := create("Opportunity", map[string]any{"Name": "mkopportunity", "StageName": "Prospecting", "CloseDate": "2031-01-02", "Amount": 31415926.53, "AccountId": account})
	create("OpportunityContactRole", map[string]any{"OpportunityId": opportunity, "ContactId": contact, "Role": "Decision Maker"})
	create("Note", map[string]any{"ParentId": contact, "Title": "mknote", "Body": "mkbody"})
	create("Event", map[string]any{"WhoId": contact, "Subject": "mkevent", "StartDateTime": "2031-01-02T10:00:00.000Z", "EndDateTime": "2031-01-02T11:00:00.000Z", "DurationInMinutes": 60})
	create("Task", map[string]any{"WhoId": contact, "Subject": "mktask", "Status": "Not Started", "Priority": "Normal"})
	h.planted = contact
}

// scribe writes documents from the schema, deciding by bytes.
type scribe struct {
	schema    *ast.Schema
	by        []byte
	values    map[string][]string
	fragments []string
	fields    int
}

func (s *scribe) pick(n int) int {
	if len(s.by) == 0 || n == 0 {
		return 0
	}
	b := s.by[0]
	s.by = s.by[1:]
	return int(b) % n
}

// value writes a value of the type.
func (s *scribe) value(t *ast.Type, depth int) string {
	if t.Elem != nil {
		return "[" + s.value(t.Elem, depth) + "]"
	}
	def := s.schema.Types[t.NamedType]
	switch def.Kind {
	case ast.Enum:
		return def.EnumValues[s.pick(len(def.EnumValues))].Name
	case ast.InputObject:
		f := def.Fields[s.pick(len(def.Fields))]
		if depth > 2 {
			return "{}"
		}
		return "{" + f.Name + ":" + s.value(f.Type, depth+1) + "}"
	}
	known := s.values[t.NamedType]
	if len(known) == 0 {
		return "null"
	}
	return known[s.pick(len(known))]
}

// selection writes what is asked of a type.
func (s *scribe) selection(on *ast.Definition, depth int) string {
	var out []string
	fields := slices.DeleteFunc(slices.Clone(on.Fields), func(f *ast.FieldDefinition) bool {
		_, scope := needOf(f)
		return strings.HasPrefix(f.Name, "__") || scope != ""
	})
	for range 4 + s.pick(8) {
		f := fields[s.pick(len(fields))]
		child := s.schema.Types[f.Type.Name()]
		composite := child.Kind == ast.Object
		if s.fields++; s.fields > 90 || (composite && depth > 7) {
			continue
		}
		text := f.Name
		if s.pick(4) == 0 {
			text = fmt.Sprintf("x%d:%s", s.fields, f.Name)
		} else if slices.ContainsFunc(out, func(o string) bool {
			return strings.HasPrefix(o, f.Name+" ") || strings.HasPrefix(o, f.Name+"(") || o == f.Name
		}) {
			continue // the same field with other arguments is no document
		}
		var args []string
		for _, a := range f.Arguments {
			if a.Type.NonNull || s.pick(3) == 0 {
				args = append(args, a.Name+":"+s.value(a.Type, 0))
			}
		}
		if len(args) > 0 {
			text += "(" + strings.Join(args, ",") + ")"
		}
		if s.pick(12) == 0 {
			text += []string{" @include(if:true)", " @skip(if:true)", " @include(if:false)"}[s.pick(3)]
		}
		if composite {
			text += " {" + s.selection(child, depth+1) + "}"
		}
		switch s.pick(8) {
		case 0:
			text = "... on " + on.Name + " {" + text + "}"
		case 1:
			s.fragments = append(s.fragments, fmt.Sprintf("fragment F%d on %s {%s}", len(s.fragments), on.Name, text))
			text = fmt.Sprintf("...F%d", len(s.fragments)-1)
		case 2:
			if len(on.Interfaces) > 0 {
				text = "... on " + on.Interfaces[0] + " {... on " + on.Name + " {" + text + "}}"
			}
		}
		out = append(out, text)
	}
	return strings.Join(append(out, "__typename"), " ")
}

func (s *scribe) document() string {
	root := "query"
	on := s.schema.Query
	if s.pick(10) == 0 {
		root, on = "mutation", &ast.Definition{Name: "Mutation", Kind: ast.Object, Fields: ast.FieldList{s.schema.Mutation.Fields.ForName("refreshCustomer")}}
	}
	set := s.selection(on, 0)
	return root + " {" + set + "} " + strings.Join(s.fragments, " ")
}

// gateFuzz is a deployment with marks, for documents of anybody's making.
type gateFuzz struct {
	*harness
	schema    *ast.Schema
	values    map[string][]string
	permitted string
	seen      map[string]int // marks that were shown to those who may see them
	answered  int
}

func newGateFuzz(t testing.TB) *gateFuzz {
	h := newHarness(t, storetest.SQLiteAddress(t), 8, plant)
	h.settled()
	h.permit(nil)
	by := fmt.Sprintf("{salesforceId:%q}", h.planted)
	card := `opportunities{nodes{id}} notes{nodes{id}} events{nodes{id}} tasks{nodes{id}}`
	a := h.ask(h.admin, `{customer(by:`+by+`){contact{id deskId `+card+`} account{id `+card+`}} contacts(first:2){pageInfo{endCursor}}}`)
	if a.errors != nil || dig(a.data, "customer", "contact", "id") == nil {
		t.Fatal(a.text)
	}
	quoted := func(v any) string { return text(v) }
	return &gateFuzz{harness: h, schema: schema(t), seen: map[string]int{}, values: map[string][]string{
		"ID":      {`"` + h.planted + `"`, quoted(dig(a.data, "customer", "contact", "id")), quoted(dig(a.data, "customer", "account", "id")), quoted(dig(a.data, "customer", "contact", "deskId"))},
		"String":  {`"mk"`, `"mkmail@marks.example"`, `"mkaccountname"`, quoted(dig(a.data, "contacts", "pageInfo", "endCursor"))},
		"Boolean": {"true", "false"}, "Int": {"5", "1", "0", "50"}, "Decimal": {`"31415926.53"`}, "Date": {`"2031-01-02"`}, "Time": {`"2020-01-01T00:00:00Z"`},
	}}
}

// run lets the bytes write a document, a caller and a permission, and looks at every byte of the
// answer.
func (g *gateFuzz) run(t testing.TB, by []byte) {
	s := &scribe{schema: g.schema, by: by, values: g.values}
	closed := marks[s.pick(len(marks))]
	var off []string
	var hidden []string
	if n := s.pick(len(closed.off) + 1); n < len(closed.off) {
		off = []string{closed.off[n]}
	} else {
		hidden = []string{closed.hidden}
	}
	mode := []models.DenyMode{models.DenyMask, models.DenyMask, models.DenyError, models.DenyReject}[s.pick(4)]
	query := s.document()
	if now := fmt.Sprint(off, hidden); now != g.permitted {
		g.permit(off, hidden...)
		g.permitted = now
	}
	a := g.ask(g.agent(mode), query)
	if a.status >= 500 || strings.Contains(a.text, `"INTERNAL"`) {
		t.Errorf("off %v, hidden %v: %d %s\n%s", off, hidden, a.status, brief(a.text), query)
	}
	if a.data != nil {
		g.answered++
	}
	for _, m := range marks {
		if !strings.Contains(a.text, m.text) {
			continue
		}
		if slices.ContainsFunc(off, func(o string) bool { return slices.Contains(m.off, o) }) || slices.Contains(hidden, m.hidden) {
			if a.data != nil || !strings.Contains(query, m.text) {
				// A refused document may be quoted.
				t.Errorf("off %v, hidden %v, mode %q: %s is shown: %s\n%s", off, hidden, mode, m.text, brief(a.text), query)
			}
			continue
		}
		g.seen[m.text]++
	}
}

// TestNoDocumentShowsWhatIsClosed lets chance write documents. The marks must have been seen by
// those who may: else nothing was asked.
func TestNoDocumentShowsWhatIsClosed(t *testing.T) {
	g := newGateFuzz(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	for range 500 {
		by := make([]byte, 500)
		for i := range by {
			by[i] = byte(dice.Uint32())
		}
		g.run(t, by)
	}
	t.Logf("%d documents were answered; seen were %v", g.answered, g.seen)
	if len(g.seen) < len(marks)/2 || g.answered < 100 {
		t.Error("the test proves little")
	}
}

// FuzzGate is the same for whatever the fuzzer writes.
func FuzzGate(f *testing.F) {
	g := newGateFuzz(f)
	f.Add([]byte("the customer with all that is known of it"))
	f.Add(bytes.Repeat([]byte{1, 4, 7, 2, 0, 9}, 40))
	f.Fuzz(func(t *testing.T, by []byte) {
		defer func(outer testing.TB) { g.t = outer }(g.t)
		g.t = t
		g.run(t, by)
	})
}
