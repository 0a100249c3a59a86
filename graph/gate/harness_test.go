package gate

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"sidelight/models"
)

// smallSchema has one of each kind of thing that the gate decides about.
const smallSchema = `
directive @access(needs: Need, scope: Scope, open: Boolean) on FIELD_DEFINITION
directive @reads(field: String!) repeatable on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
enum Need { NOTES OPPORTUNITIES }
enum Scope { AGENT DASHBOARD ADMIN }
type Query {
  me: Thing @access(open: true)
  plain(first: String, after: String, name: String, names: [String!], raw: Raw): Thing @access(open: true)
  things(first: Int, last: Int, order: Order, note: String @reads(field: "Thing.note"), filter: Filter, filters: [Filter!], orders: [Order!]): [Thing] @access(open: true)
  secret(order: Order, note: String @reads(field: "Thing.note")): Thing @access(needs: NOTES)
  adminOnly: Thing @access(scope: ADMIN)
  agentsOnly: Thing @access(scope: AGENT)
  node: Node @access(open: true)
  either: Either @access(open: true)
}
scalar Raw
type Mutation { change(name: String, names: [String!]): Thing @access(open: true)  note: Thing @access(needs: NOTES)  adminOnly: Thing @access(scope: ADMIN) }
type Subscription { changed: Thing @access(open: true)  noted: Thing @access(needs: NOTES) }
interface Node { id: ID! @access(open: true)  label: String @access(open: true) }
union Either = Thing | Note
type Thing implements Node {
  id: ID! @access(open: true)
  label: String @access(needs: OPPORTUNITIES)
  note: String @access(needs: NOTES)
  self: Thing @access(open: true)
  list(first: Int, last: Int): [Thing] @access(open: true)
}
enum Order { NAME  NOTE @reads(field: "Thing.note") }
input Filter { name: String  note: String @reads(field: "Thing.note")  order: Order  and: [Filter!] }
type Note { id: ID! @access(open: true)  title: String @access(needs: NOTES) }
type Opportunity { id: ID! @access(open: true) }
type Event { id: ID! @access(open: true) }
type Task { id: ID! @access(open: true) }
type User { id: ID! @access(open: true) }
`

// smallGate is the gate of smallSchema.
func smallGate(t testing.TB) *Gate {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "small", Input: smallSchema})
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(schema)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// operation is the document's operation, or its first one, as the executor hands it to the gate.
func operation(t testing.TB, g *Gate, query string, variables map[string]any, name ...string) *graphql.OperationContext {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validator.ValidateWithRules(g.schema, doc, ValidationRules()); len(errs) > 0 {
		t.Fatal(errs)
	}
	rc := &graphql.OperationContext{RawQuery: query, Doc: doc, Operation: doc.Operations[0]}
	if len(name) > 0 {
		rc.OperationName, rc.Operation = name[0], doc.Operations.ForName(name[0])
	}
	if rc.Variables, err = validator.VariableValues(g.schema, rc.Operation, variables); err != nil {
		t.Fatal(err)
	}
	return rc
}

// code is the code of a refusal; "" for none.
func code(err *gqlerror.Error) models.Code {
	if err == nil {
		return ""
	}
	c, _ := err.Extensions["code"].(string)
	return models.Code(c)
}

// agent has every switch but some.
func agent(off models.Switches, hidden ...string) *models.Viewer {
	return &models.Viewer{Subject: "agent:1", Scope: models.ScopeAgent, Access: models.Access{Switches: models.AllSwitches &^ off, Hidden: hidden}}
}

func admin() *models.Viewer {
	return &models.Viewer{Scope: models.ScopeAdmin, Access: models.FullAccess}
}
