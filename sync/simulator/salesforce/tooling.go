package salesforce

import (
	"strings"

	"sidelight/sync/simulator/soql"
)

// toolingObjects are the metadata that the Tooling API lists and an organization without code has
// none of.
var toolingObjects = newToolingTables()

func newToolingTables() *tables {
	db := &tables{byName: map[string]*table{}, byPrefix: map[string]*table{}}
	for name, prefix := range map[string]string{
		"ApexClass": "01p", "ApexTrigger": "01q", "ApexPage": "066", "ApexComponent": "099",
		"AuraDefinitionBundle": "0Ab", "LightningComponentBundle": "0Rb", "StaticResource": "081",
		"ValidationRule": "03d", "WorkflowRule": "01Q"} {
		o := &object{name: name, label: name, plural: name, prefix: prefix, byName: map[string]*field{}, fields: fields(
			identity(),
			text("Name", "Name", 255, nameField), text("DeveloperName", "Name", 80),
			text("NamespacePrefix", "Namespace Prefix", 15), text("FullName", "Full Name", 255),
			text("MasterLabel", "Label", 80), text("Description", "Description", 255),
			text("ValidationName", "Rule Name", 80), text("EntityDefinitionId", "Object", 18),
			text("TableEnumOrId", "Object", 40),
			text("Status", "Status", 40), checkbox("Active", "Active"), checkbox("IsValid", "Is Valid"),
			decimal("double", "ApiVersion", "API Version", 18, 1), integer("LengthWithoutComments", "Length", 9),
			area("Body", "Body", 1000000), area("Markup", "Markup", 1000000),
			audit())}
		for _, f := range o.fields {
			o.byName[strings.ToLower(f.name)] = f
		}
		db.byName[strings.ToLower(name)] = newTable(o, db)
	}
	return db
}

// toolingQuery answers a query about metadata: the kinds that are known have no rows, any other is
// refused.
func (s *Server) toolingQuery(c *call) (any, error) {
	text := c.request.URL.Query().Get("q")
	if text == "" {
		return nil, badRequest("MALFORMED_QUERY", "q is a required parameter")
	}
	statement, err := soql.Prepare(text, toolingObjects, s.now())
	if err != nil {
		return nil, err
	}
	if statement.Aggregated() {
		return c.groups(statement.Groups(false)), nil
	}
	return ordered{{"size", 0}, {"totalSize", 0}, {"done", true}, {"queryLocator", nil},
		{"entityTypeName", statement.Object().Name()}, {"records", []any{}}}, nil
}
