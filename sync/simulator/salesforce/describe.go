package salesforce

import (
	"net/http"
	"time"

	"sidelight/sync/simulator/soql"
)

var soapTypes = map[string]string{"id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double", "currency": "xsd:double",
	"percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime", "address": "urn:address", "base64": "xsd:base64Binary"}

func (s *Server) describeGlobal(c *call) (any, error) {
	var out []any
	for _, t := range s.db.sorted() {
		if !t.hidden {
			out = append(out, summary(c, t))
		}
	}
	return map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": out}, nil
}

func summary(c *call, t *table) map[string]any {
	base := c.base() + "/sobjects/" + t.name
	return map[string]any{"name": t.name, "label": t.label, "labelPlural": t.plural, "keyPrefix": t.prefix, "createable": t.writable, "updateable": t.writable,
		"deletable": t.writable, "undeletable": t.writable && t.recycled(), "queryable": true, "retrieveable": true, "searchable": true, "replicateable": t.feed,
		"custom": false, "customSetting": false, "deprecatedAndHidden": false, "layoutable": true, "mergeable": t.mergeable, "triggerable": true, "feedEnabled": false,
		"urls": map[string]string{"sobject": base, "describe": base + "/describe", "rowTemplate": base + "/{ID}"}}
}

// basics is an object in short, with the records of it that the user looked at last.
func (s *Server) basics(c *call) (any, error) {
	t, err := s.readable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"objectDescribe": summary(c, t), "recentItems": s.recentOf(c, t, maxRecentOf)}, nil
}

// describedSince is when the organization's fields were last changed, where no setting has changed
// them: before anything here began.
var describedSince = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// described is when the organization's fields were last changed; s.mu is held.
func (s *Server) described() time.Time {
	if s.settings.Described.IsZero() {
		return describedSince
	}
	return s.settings.Described
}

func (s *Server) describe(c *call) (any, error) {
	t, err := s.readable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	changed := s.described()
	c.header.Set("Last-Modified", changed.Format(http.TimeFormat))
	if since, err := http.ParseTime(c.request.Header.Get("If-Modified-Since")); err == nil && !changed.After(since) {
		c.status = http.StatusNotModified
		return nil, nil
	}
	out := summary(c, t)
	fields := make([]any, len(t.fields))
	for i, f := range t.fields {
		fields[i] = describeField(t, f)
	}
	children := []any{}
	for _, ch := range t.children {
		children = append(children, map[string]any{"childSObject": ch.object, "field": ch.field, "relationshipName": ch.name, "cascadeDelete": ch.cascade, "deprecatedAndHidden": false})
	}
	out["fields"], out["childRelationships"], out["recordTypeInfos"] = fields, children, s.recordTypeInfos(c, t.name)
	return out, nil
}

func describeField(t *table, f *field) map[string]any {
	soap, known := soapTypes[f.kind]
	if !known {
		soap = "xsd:string"
	}
	values := []any{}
	for _, v := range f.picklist {
		values = append(values, map[string]any{"active": true, "defaultValue": v == f.defaultTo, "label": v, "value": v, "validFor": nil})
	}
	if f.codes {
		values = describeCodes(f.name)
	}
	query := f.forQuery()
	length := f.length
	if f.kind == "id" || f.kind == "reference" {
		length = 18
	}
	bytes := 0
	if f.isText() || f.soqlType() == soql.ID {
		bytes = length * 3
	}
	null := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	to := f.referenceTo
	if to == nil {
		to = []string{}
	}
	return map[string]any{"name": f.name, "label": f.label, "type": f.kind, "length": length, "byteLength": bytes, "precision": f.precision, "scale": f.scale, "digits": f.digits,
		"updateable": f.updateable && t.writable, "createable": f.createable && t.writable, "nillable": f.nillable(), "defaultedOnCreate": f.defaulted, "calculated": f.calculated,
		"autoNumber": false, "externalId": f.externalID, "unique": f.unique, "idLookup": f.idLookup, "caseSensitive": false, "picklistValues": values, "restrictedPicklist": f.restricted || f.codes,
		"dependentPicklist": f.controller != "", "controllerName": null(f.controller), "referenceTo": to, "relationshipName": null(f.relationship), "compoundFieldName": null(f.compound), "filterable": query.Filterable,
		"sortable": query.Sortable, "groupable": query.Sortable, "permissionable": !f.required && f.name != "Id", "soapType": soap, "custom": f.custom(), "nameField": f.nameField,
		"htmlFormatted": false, "encrypted": false, "deprecatedAndHidden": false, "cascadeDelete": f.cascade, "defaultValue": f.defaultTo, "inlineHelpText": nil, "extraTypeInfo": nil}
}
