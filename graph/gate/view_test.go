package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"sidelight/models"
)

func TestCallersWithTheSameAccessShareAView(t *testing.T) {
	g := gateOf(t)
	a := g.View(agent(0, "Contact.phone"))
	if b := g.View(agent(0, "Contact.phone")); a != b {
		t.Error("the same access makes two views")
	}
	for name, other := range map[string]*models.Viewer{
		"another switch":       agent(models.CanNotes, "Contact.phone"),
		"another hidden field": agent(0, "Contact.email"),
		"another scope":        {Scope: models.ScopeDashboard, Access: agent(0, "Contact.phone").Access},
		"nobody":               nil,
	} {
		if g.View(other) == a {
			t.Errorf("%s shares the view", name)
		}
	}
	if first, again := g.View(nil), g.View(nil); first != again {
		t.Error("nobody has two views")
	}
}

func TestTheViewsThatAreKeptStayFew(t *testing.T) {
	g := smallGate(t)
	first := g.View(agent(0))
	for i := range maxViews - 1 {
		g.View(agent(0, fmt.Sprint(i)))
	}
	if len(g.views.kept) != maxViews || g.View(agent(0)) != first {
		t.Errorf("%d are kept, the first one among them: %t", len(g.views.kept), g.View(agent(0)) == first)
	}
	g.View(agent(0, "one more"))
	if len(g.views.kept) != 1 {
		t.Errorf("%d are kept", len(g.views.kept))
	}
}

func TestAHiddenFieldClosesTheVendorFieldsBehindItAndWhatIsMadeOfThem(t *testing.T) {
	g := gateOf(t)
	for _, c := range []struct {
		name   string
		viewer *models.Viewer
		closed []string // API fields, or "Contact VendorField"
		open   []string
	}{
		{
			"the vendor's field closes every API field that is made of it", agent(0, "FirstName"),
			[]string{"Contact.firstName", "Contact.name", "Contact FirstName", "Contact firstname"}, []string{"Contact.lastName", "Contact LastName", "Account Name", "Account.name"},
		},
		{
			"a field of one type leaves the other type's alone", agent(0, "Contact.Phone"),
			[]string{"Contact.phone", "Contact Phone", "Contact phone"}, []string{"Account.phone", "Account Phone"},
		},
		{
			"a bare name hides both", agent(0, "phone"), []string{"Contact.phone", "Account.phone", "Contact phone", "Account Phone"}, []string{"Contact.mobile"},
		},
		{
			"an API field under another name than the vendors'", agent(0, "Contact.mobile", "Contact.mailingAddress", "Account.name", "Contact.owner"),
			[]string{"Contact MobilePhone", "Contact MailingCity", "Contact zip", "Account accountName", "Contact OwnerId", "Contact Owner.Email"}, []string{"Contact Phone", "Account BillingCity", "Account OwnerId"},
		},
		{
			"a switch", agent(models.CanContactInfo), []string{"Contact MobilePhone", "Contact Email", "Contact MailingStreet", "Contact OwnerId"}, []string{"Account Name", "Account OwnerId"},
		},
		{
			"a part of an address", agent(0, "Address.city"),
			[]string{"Address.city", "Contact MailingCity", "Contact city", "Account BillingCity"}, []string{"Address.street", "Contact MailingStreet", "Contact street", "Contact country"},
		},
		{
			"the postal code under each of its names", agent(0, "Address.postalCode"),
			[]string{"Contact MailingPostalCode", "Contact zip", "Account BillingPostalCode", "Account code"}, []string{"Contact MailingCity", "Account BillingCity"},
		},
		{
			"an owner's name", agent(0, "User.name"), []string{"Contact Owner.Name", "Account owner.name"}, []string{"Contact OwnerId", "Contact Owner.Email"},
		},
		{
			"an owner's email", agent(0, "User.email"), []string{"Contact Owner.Email"}, []string{"Contact OwnerId", "Contact Owner.Name", "Contact.email", "Contact Email"},
		},
		{
			"the account of a contact", agent(0, "Contact.account"), []string{"Contact AccountId", "Contact accountId"}, []string{"Contact.name", "Account Name"},
		},
		{
			"accounts as a whole", agent(models.CanAccounts), []string{"Contact AccountId", "Contact.account", "Account Name"}, []string{"Contact Email"},
		},
		{
			"space and case around a name do not matter", agent(0, "  contact.EMAIL "), []string{"Contact.email", "Contact Email"}, []string{"Contact.phone"},
		},
		{
			"a sum of what is hidden", agent(0, "Opportunity.probability"), []string{"PipelineBucket.weightedAmount"}, []string{"PipelineBucket.amount", "PipelineBucket.currency"},
		},
		{
			"a currency", agent(0, "Opportunity.currency"), []string{"PipelineBucket.currency"}, []string{"PipelineBucket.amount"},
		},
		{
			"the sum itself", agent(0, "PipelineBucket.amount"), []string{"PipelineBucket.amount"}, []string{"Opportunity.amount", "PipelineBucket.weightedAmount"},
		},
		{
			"nobody", nil, []string{"Contact.phone", "Contact Phone", "Contact AccountId", "Account Website"}, nil,
		},
		{
			"a full view", agent(0), nil, []string{"Contact.phone", "Contact Phone", "Contact AccountId", "Account Website", "Contact Custom__c", "PipelineBucket.weightedAmount"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			view := g.View(c.viewer)
			is := func(what string) bool {
				if object, field, vendor := strings.Cut(what, " "); vendor {
					return view.Shows(object, field)
				}
				return view.Open(what)
			}
			for _, what := range c.closed {
				if is(what) {
					t.Errorf("%s is open", what)
				}
			}
			for _, what := range c.open {
				if !is(what) {
					t.Errorf("%s is closed", what)
				}
			}
		})
	}
}

func TestOnlyWhatMayBeShownIsAskedOfTheDatabase(t *testing.T) {
	view := gateOf(t).View(agent(0, "Contact.FirstName"))
	s := models.Sources{Salesforce: []string{"FirstName", "LastName"}, Desk: []string{"lastName", "firstName"}}
	got := view.Showing("Contact", s)
	if diff := cmp.Diff(models.Sources{Salesforce: []string{"LastName"}, Desk: []string{"lastName"}}, got); diff != "" {
		t.Error(diff)
	}
	if len(s.Salesforce) != 2 || s.Salesforce[0] != "FirstName" || s.Desk[1] != "firstName" {
		t.Errorf("the caller's list was changed: %v", s)
	}
	if diff := cmp.Diff(models.Sources{Salesforce: []string{"AccountId"}, Desk: []string{"accountId"}}, ParentReference("Contact")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(models.Sources{}, ParentReference("Account")); diff != "" {
		t.Error(diff)
	}
}

func TestTheClosedFieldsOfRelatedRecordsAreListed(t *testing.T) {
	g := gateOf(t)
	got := g.View(agent(models.CanTasks, "Opportunity.stage", "user.email", "Contact.phone")).ClosedRelated()
	if !slices.IsSorted(got) || !slices.Contains(got, "Task.subject") || !slices.Contains(got, "Opportunity.stage") || !slices.Contains(got, "User.email") ||
		slices.Contains(got, "Contact.phone") || slices.Contains(got, "Event.subject") || slices.Contains(got, "Opportunity.amount") {
		t.Errorf("%v", got)
	}
	if got := g.View(agent(0)).ClosedRelated(); len(got) != 0 {
		t.Errorf("a full view closes %v", got)
	}
}

// What a smaller access shows, a larger one shows too.
func TestClosingMoreNeverOpensAnything(t *testing.T) {
	g := gateOf(t)
	fields := make([]string, 0, len(g.rules))
	for f := range g.rules {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	rapid.Check(t, func(t *rapid.T) {
		off := models.Switches(rapid.Uint16Range(0, uint16(models.AllSwitches)).Draw(t, "off"))
		hidden := rapid.SliceOfN(rapid.SampledFrom(fields), 0, 3).Draw(t, "hidden")
		more := models.Switches(rapid.Uint16Range(0, uint16(models.AllSwitches)).Draw(t, "more"))
		extra := rapid.SliceOfN(rapid.SampledFrom(fields), 0, 3).Draw(t, "extra")
		g.views.kept = nil
		larger, smaller := g.View(agent(off, hidden...)), g.View(agent(off|more, append(slices.Clone(hidden), extra...)...))
		for _, f := range fields {
			if smaller.Open(f) && !larger.Open(f) {
				t.Fatalf("%s is open with %b and %v, and not with %b and %v", f, off|more, extra, off, hidden)
			}
		}
		for object, table := range VendorFields {
			for _, s := range table {
				for _, name := range both(s) {
					if smaller.Shows(object, name) && !larger.Shows(object, name) {
						t.Fatalf("%s's %s is shown with less access", object, name)
					}
				}
			}
		}
	})
}

func TestEachCallersOwnSchemaHoldsWhatIsOpenAndNothingElse(t *testing.T) {
	g := smallGate(t)
	for _, c := range []struct {
		name    string
		viewer  *models.Viewer
		holds   []string
		without []string
	}{
		{"an admin", admin(), []string{"note: String", "adminOnly", "type Mutation", "type Subscription", "NOTE\n", "input Filter", "interface Node", "union Either = Thing | Note", "implements Node"}, []string{"@access", "@reads", "directive @access", "directive @reads", "enum Need", "enum Scope", "type Event"}},
		{"without notes", agent(models.CanNotes), []string{"label", "changed", "change("}, []string{"note", "NOTE\n", "secret", "noted", "adminOnly"}},
		{"nobody", nil, nil, []string{"type Thing", "type Mutation", "type Subscription", "input Filter", "me:"}},
		{"a dashboard", &models.Viewer{Scope: models.ScopeDashboard, Access: models.FullAccess}, []string{"note", "type Subscription"}, []string{"type Mutation", "change("}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sdl := g.SDL(c.viewer)
			for _, word := range c.holds {
				if !strings.Contains(sdl, word) {
					t.Errorf("%q is missing", word)
				}
			}
			for _, word := range c.without {
				if strings.Contains(sdl, word) {
					t.Errorf("%q is there", word)
				}
			}
		})
	}
	if g.schema.Types["Thing"].Fields.ForName("note").Directives.ForName("access") == nil {
		t.Error("the schema itself was changed")
	}
	visible := g.View(admin()).visible()
	if got := visible.PossibleTypes["Node"]; len(got) != 1 || got[0] != visible.Types["Thing"] {
		t.Errorf("the types of the interface are %v", got)
	}
	if got := visible.PossibleTypes["Either"]; len(got) != 2 {
		t.Errorf("the types of the union are %v", got)
	}
	if got := visible.Implements["Thing"]; len(got) != 2 || !slices.Contains(got, visible.Types["Node"]) || !slices.Contains(got, visible.Types["Either"]) {
		t.Errorf("the interfaces are %v", got)
	}
	if visible.Types["String"] == nil || visible.Types["__Schema"] == nil || visible.Directives["skip"] == nil {
		t.Error("what GraphQL has of itself is missing")
	}
	if nobody := g.View(nil).visible(); nobody.Mutation != nil || nobody.Subscription != nil || nobody.Query == nil || nobody.PossibleTypes["Node"] != nil {
		t.Errorf("%+v", nobody)
	}
	if got := gateOf(t).View(agent(0)).visible().Types["CustomerKey"]; got.Directives.ForName("oneOf") == nil || len(got.Directives) != 1 {
		t.Errorf("CustomerKey has %v", got.Directives)
	}
}

func TestIntrospectionIsAnsweredFromTheCallersOwnSchema(t *testing.T) {
	g := smallGate(t)
	ask := func(v *models.Viewer, field string, args map[string]any) any {
		ctx := graphql.WithFieldContext(WithViewer(context.Background(), v), &graphql.FieldContext{Object: "Query", Field: graphql.CollectedField{Field: &ast.Field{Name: field}}, Args: args})
		got, err := g.Around(ctx, func(context.Context) (any, error) { return "resolved", nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	fields := func(v *models.Viewer, name string) []string {
		typ, _ := ask(v, "__type", map[string]any{"name": name}).(*introspection.Type)
		if typ == nil {
			return nil
		}
		var out []string
		for _, f := range typ.Fields(true) {
			out = append(out, f.Name)
		}
		return out
	}
	if diff := cmp.Diff([]string{"id", "label", "self", "list"}, fields(agent(models.CanNotes), "Thing")); diff != "" {
		t.Error(diff)
	}
	if got := fields(nil, "Thing"); got != nil {
		t.Errorf("nobody sees %v", got)
	}
	if got := fields(admin(), "Unheard"); got != nil {
		t.Errorf("%v", got)
	}
	schema, _ := ask(agent(models.CanNotes), "__schema", nil).(*introspection.Schema)
	if schema == nil || !slices.ContainsFunc(schema.Types(), func(typ introspection.Type) bool { return *typ.Name() == "Thing" }) {
		t.Errorf("%v", schema)
	}
	if got := ask(agent(0), "__typename", nil); got != "resolved" {
		t.Errorf("%v", got)
	}
}

func TestADeniedFieldSaysWhatItNeeds(t *testing.T) {
	g := smallGate(t)
	for field, want := range map[string]string{"Thing.note": "NOTES", "Query.adminOnly": "ADMIN", "Thing.id": "", "Thing.unheardOf": ""} {
		if got := g.needs(nil, field); got != want {
			t.Errorf("%s needs %q, want %q", field, got, want)
		}
	}
}

func TestTheViewerOfARequestThatLastsCanBeRenewed(t *testing.T) {
	if ViewerFrom(context.Background()) != nil {
		t.Error("nobody is somebody")
	}
	Renew(context.Background(), agent(0)) // renews nobody
	first, second := agent(0), agent(models.CanNotes)
	ctx := WithViewer(context.Background(), first)
	below := context.WithValue(ctx, deniedKey{}, 1)
	if ViewerFrom(below) != first {
		t.Error("the viewer is lost on the way")
	}
	Renew(below, second)
	if ViewerFrom(ctx) != second {
		t.Error("the viewer was not renewed")
	}
}

func TestOnlyWhatHidesSomethingCanBeHidden(t *testing.T) {
	g := gateOf(t)
	for name, want := range map[string]bool{
		"Contact.phone": true, "contact.PHONE": true, " Phone ": true, "Contact.MobilePhone": true, "account.annualrevenue": true, "Opportunity.amount": true, "PipelineBucket.amount": true,
		"Tier__c": true, "Contact.Tier__c": true, "cf_tier": true, "Contact.cf_tier": true, "Nickname": true, "contact.nickname": true,
		"Contact.fone": false, "fone": false, "Query.customer": false, "Mutation.pauseSync": false, "Viewer.subject": false, "Profile.name": false, "Contact.id": false, "": false, "x__cy": false, "xcf_tier": false,
	} {
		err := g.CheckHidden([]string{"Contact.email", name}, []string{"Nickname", "Contact.Nickname"}, func(s string) string { return "<" + s + ">" })
		if (err == nil) != want {
			t.Errorf("%q can be hidden: %t (%v)", name, err == nil, err)
		}
		if e := (*models.Error)(nil); err != nil && (!errors.As(err, &e) || e.Code != models.CodeBadUserInput || len(e.Fields) != 2 || !strings.Contains(e.Message, "<"+name+">")) {
			t.Errorf("%q: %+v", name, e)
		}
	}
	if err := g.CheckHidden(slices.Repeat([]string{"Contact.phone"}, MaxHidden), nil, nil); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
	if err := g.CheckHidden(slices.Repeat([]string{"Contact.phone"}, MaxHidden+1), nil, nil); models.CodeOf(err) != models.CodeBadUserInput {
		t.Errorf("one more: %v", err)
	}
}
