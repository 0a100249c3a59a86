package gate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
)

// load reads the schema's files, changed.
func load(t *testing.T, change func(text string) string) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("../schema/*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatal("no schema files", err)
	}
	var sources []*ast.Source
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: f, Input: change(string(b))})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func unchanged(text string) string { return text }

func gateOf(t *testing.T) *Gate {
	t.Helper()
	g, err := New(load(t, unchanged))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestASchemaFieldWithoutAnAnnotationStopsTheServerByName(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"none":              {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String", "Contact.phone has no @access"},
		"not nullable":      {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String! @access(needs: CONTACT_INFO)", "Contact.phone can be denied"},
		"two needs":         {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String @access(needs: CONTACT_INFO, open: true)", "Contact.phone must have exactly one"},
		"means nothing":     {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String @access(open: false)", "Contact.phone says @access(open: false)"},
		"no argument":       {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String @access", "Contact.phone must have exactly one"},
		"an interface":      {"interface Node {\n  id: ID! @access(open: true)", "interface Node {\n  id: ID!", "Node.id has no @access"},
		"reads in an enum":  {`EMAIL_ASC @reads(field: "Contact.email")`, `EMAIL_ASC @reads(field: "Contact.nobody")`, "ContactOrder has @reads"},
		"reads in an input": {`email: String @reads(field: "Contact.email")`, `email: String @reads(field: "Contact.nobody")`, "Contact.nobody"},
		"reads of nobody":   {`search: String @reads(field: "Contact.name")`, `search: String @reads(field: "Contact.nobody")`, "Contact.nobody"},
	} {
		_, err := New(load(t, func(text string) string { return strings.Replace(text, c.from, c.to, 1) }))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// closedBy are the needs that a switch closes.
var closedBy = map[models.Switches][]models.Need{
	models.CanSee:           {models.NeedVisible, models.NeedContacts, models.NeedAccounts, models.NeedContactInfo, models.NeedAccountInfo, models.NeedOpportunities, models.NeedNotes, models.NeedEvents, models.NeedTasks, models.NeedLink},
	models.CanContacts:      {models.NeedContacts, models.NeedContactInfo, models.NeedLink},
	models.CanAccounts:      {models.NeedAccounts, models.NeedAccountInfo},
	models.CanContactInfo:   {models.NeedContactInfo, models.NeedLink},
	models.CanAccountInfo:   {models.NeedAccountInfo},
	models.CanOpportunities: {models.NeedOpportunities},
	models.CanNotes:         {models.NeedNotes},
	models.CanEvents:        {models.NeedEvents},
	models.CanTasks:         {models.NeedTasks},
	models.CanLink:          {models.NeedLink},
}

func TestEverySwitchClosesExactlyItsFields(t *testing.T) {
	g := gateOf(t)
	for off, needs := range closedBy {
		v := agent(off)
		sdl := g.View(v).visible()
		for field, r := range g.rules {
			object, name, _ := strings.Cut(field, ".")
			want := r.open || (r.need != "" && !slices.Contains(needs, r.need))
			if got := g.Allows(v, field); got != want {
				t.Errorf("switch %b, %s: open is %v, want %v", off, field, got, want)
			}
			if def := sdl.Types[object]; !want && def != nil && def.Fields.ForName(name) != nil {
				t.Errorf("switch %b: %s stands in the caller's own schema", off, field)
			}
		}
	}
}

func TestAnAdminMayEverythingAndADashboardChangesNothing(t *testing.T) {
	g := gateOf(t)
	admin := &models.Viewer{Scope: models.ScopeAdmin, Access: models.FullAccess}
	dashboard := &models.Viewer{Scope: models.ScopeDashboard, Access: models.FullAccess}
	for field := range g.rules {
		if !g.Allows(admin, field) {
			t.Errorf("an admin may not %s", field)
		}
		if strings.HasPrefix(field, "Mutation.") && g.Allows(dashboard, field) {
			t.Errorf("a dashboard may %s", field)
		}
	}
	if g.Allows(nil, "Query.viewer") || g.Allows(admin, "Contact.unheardOf") {
		t.Error("nobody, or nothing, gets through")
	}
}

func TestAHiddenFieldIsHiddenUnderBothItsNames(t *testing.T) {
	g := gateOf(t)
	for _, hidden := range []string{"Contact.phone", "contact.PHONE", "Phone"} {
		v := agent(0, hidden)
		if g.Allows(v, "Contact.phone") || g.View(v).Shows("Contact", "Phone") {
			t.Errorf("%s leaves a way to the phone", hidden)
		}
		if !g.Allows(v, "Contact.email") || !g.View(v).Shows("Contact", "Email") {
			t.Errorf("%s hides more than the phone", hidden)
		}
	}
	if v := agent(0, "Opportunity.amount"); g.Allows(v, "PipelineBucket.amount") || g.Allows(v, "PipelineBucket.weightedAmount") || !g.Allows(v, "PipelineBucket.count") {
		t.Error("a sum shows what is hidden")
	}
}
