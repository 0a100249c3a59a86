package salesforce

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sidelight/models"
)

// describeFor is how long a description is taken as what is there now. Every poll and every search asks for it.
const describeFor = time.Minute

// description is the fields of an object, as of a time.
type description struct {
	fields   []models.Field
	byName   map[string]models.Field
	noText   map[string]bool // compound fields and files: their parts are asked for, if anything is
	at       time.Time
	modified string // Last-Modified, for the next conditional call
}

// noText are the types that have no canonical text. Bulk queries refuse them (facts §3).
var noText = map[string]bool{"address": true, "location": true, "base64": true}

func (d *description) has(name string) bool {
	relation, _, path := strings.Cut(name, ".")
	if path {
		name = relation + "Id"
	}
	_, ok := d.byName[name]
	return ok
}

// fieldTypes are Salesforce's types in our words. What is not in it is OTHER.
var fieldTypes = map[string]models.FieldType{
	"string": models.TypeText, "textarea": models.TypeTextArea, "email": models.TypeEmail, "phone": models.TypePhone, "url": models.TypeURL, "picklist": models.TypePicklist,
	"multipicklist": models.TypeMultiselect, "combobox": models.TypeText, "boolean": models.TypeBoolean, "int": models.TypeInteger, "long": models.TypeInteger,
	"double": models.TypeDecimal, "currency": models.TypeCurrency, "percent": models.TypePercent, "date": models.TypeDate, "datetime": models.TypeDateTime,
	"reference": models.TypeReference, "id": models.TypeText,
}

// Describe lists the fields that the object has; an answer is used for a minute.
func (c *Client) Describe(ctx context.Context, object models.SyncObject) ([]models.Field, error) {
	d, err := c.describe(ctx, sobject(object))
	if err != nil {
		return nil, err
	}
	return append([]models.Field(nil), d.fields...), nil
}

// HasMark tells whether the object has our external-id field, writable and unique.
func (c *Client) HasMark(ctx context.Context, object models.SyncObject) (bool, error) {
	d, err := c.describe(ctx, sobject(object))
	if err != nil {
		return false, err
	}
	f, ok := d.byName[c.cfg.MarkField]
	return ok && f.ExternalID && f.Unique && f.Creatable, nil
}

// describedField is a row of a describe's fields.
type describedField struct {
	Name              string `json:"name"`
	Label             string `json:"label"`
	Type              string `json:"type"`
	Length            int    `json:"length"`
	Precision         int    `json:"precision"`
	Scale             int    `json:"scale"`
	Digits            int    `json:"digits"`
	Createable        bool   `json:"createable"`
	Updateable        bool   `json:"updateable"`
	Nillable          bool   `json:"nillable"`
	DefaultedOnCreate bool   `json:"defaultedOnCreate"`
	Custom            bool   `json:"custom"`
	Unique            bool   `json:"unique"`
	ExternalID        bool   `json:"externalId"`
	Restricted        bool   `json:"restrictedPicklist"`
	Picklist          []struct {
		Value  string `json:"value"`
		Active bool   `json:"active"`
	} `json:"picklistValues"`
	ReferenceTo []string `json:"referenceTo"`
}

func (f describedField) field() models.Field {
	kind, known := fieldTypes[f.Type]
	if !known {
		kind = models.TypeOther
	}
	out := models.Field{Name: f.Name, Label: f.Label, Type: kind, Custom: f.Custom, Unique: f.Unique, ExternalID: f.ExternalID, Creatable: f.Createable && known,
		Updatable: f.Updateable && known, Required: !f.Nillable && !f.DefaultedOnCreate && f.Createable && f.Type != "boolean"}
	switch kind {
	case models.TypeText, models.TypeTextArea, models.TypeEmail, models.TypePhone, models.TypeURL:
		out.Length = f.Length
	case models.TypeInteger:
		out.Precision = f.Digits
	case models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		out.Precision, out.Scale = f.Precision, f.Scale
	case models.TypePicklist, models.TypeMultiselect:
		out.Restricted = f.Restricted
		for _, v := range f.Picklist {
			if v.Active {
				out.Picklist = append(out.Picklist, v.Value)
			}
		}
	case models.TypeReference:
		if len(f.ReferenceTo) > 0 {
			out.RefersTo = f.ReferenceTo[0]
		}
	}
	return out
}

// describe asks again only after a minute, and then only whether anything was changed.
func (c *Client) describe(ctx context.Context, name string) (*description, error) {
	now := c.now()
	c.mu.Lock()
	d := c.descriptions[name]
	c.mu.Unlock()
	if d != nil && now.Sub(d.at) < describeFor && !d.at.After(now) {
		return d, nil
	}
	k := call{method: http.MethodGet, path: c.base() + "/sobjects/" + name + "/describe"}
	if d != nil && d.modified != "" {
		k.header = http.Header{"If-Modified-Since": {d.modified}}
	}
	r, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	next := &description{byName: map[string]models.Field{}, noText: map[string]bool{}, at: now, modified: r.header.Get("Last-Modified")}
	if r.status == http.StatusNotModified && d != nil {
		next.fields, next.byName, next.noText, next.modified = d.fields, d.byName, d.noText, d.modified
	} else {
		var told struct {
			Fields *[]describedField `json:"fields"`
		}
		if err := r.decode(&told); err != nil {
			return nil, err
		}
		if told.Fields == nil {
			return nil, unavailable(nil, "Salesforce answered a describe without fields")
		}
		if len(*told.Fields) == 0 {
			return nil, models.Errorf(models.CodeNoAccess, "Salesforce shows no fields of %s", name)
		}
		for _, f := range *told.Fields {
			field := f.field()
			next.fields = append(next.fields, field)
			next.byName[field.Name] = field
			if noText[f.Type] {
				next.noText[f.Name] = true
			}
		}
	}
	c.mu.Lock()
	c.descriptions[name] = next
	c.mu.Unlock()
	return next, nil
}
