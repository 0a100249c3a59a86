package salesforce

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sidelight/models"
)

const (
	// describeFor is how long a description is taken as what is there now, unless a refusal says
	// that it is not. Every poll and every search asks for it.
	describeFor = 10 * time.Minute
	// describedAnew is how old a description has to be for a refused field to make Salesforce be
	// asked for another.
	describedAnew = time.Minute
)

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

// Describe lists the fields that the object has; an answer is used for ten minutes.
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
	Name              string           `json:"name"`
	Label             string           `json:"label"`
	Type              string           `json:"type"`
	Length            int              `json:"length"`
	Precision         int              `json:"precision"`
	Scale             int              `json:"scale"`
	Digits            int              `json:"digits"`
	Createable        bool             `json:"createable"`
	Updateable        bool             `json:"updateable"`
	Nillable          bool             `json:"nillable"`
	DefaultedOnCreate bool             `json:"defaultedOnCreate"`
	Custom            bool             `json:"custom"`
	Unique            bool             `json:"unique"`
	ExternalID        bool             `json:"externalId"`
	Restricted        bool             `json:"restrictedPicklist"`
	Picklist          []describedValue `json:"picklistValues"`
	Controller        string           `json:"controllerName"`
	ReferenceTo       []string         `json:"referenceTo"`

	valid [][]string      // of each value of a dependent picklist, the controlling field's values
	list  []models.Choice // what a text takes that is tied to a list of codes
}

// describedValue is a value of a picklist. ValidFor is a bitmap in base64 of the values of the
// controlling field with which it can be chosen.
type describedValue struct {
	Value    string `json:"value"`
	Label    string `json:"label"`
	Active   bool   `json:"active"`
	ValidFor []byte `json:"validFor"`
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
		if f.list != nil {
			out.Choices, out.Controller = f.list, f.Controller
		}
	case models.TypeInteger:
		out.Precision = f.Digits
	case models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		out.Precision, out.Scale = f.Precision, f.Scale
	case models.TypePicklist, models.TypeMultiselect:
		out.Restricted = f.Restricted
		out.Choices = f.choices()
		for _, c := range out.Choices {
			out.Picklist = append(out.Picklist, c.Value)
		}
		if !unlike(out.Choices) {
			out.Choices = nil
		} else if f.valid != nil {
			out.Controller = f.Controller
		}
	case models.TypeReference:
		if len(f.ReferenceTo) > 0 {
			out.RefersTo = f.ReferenceTo[0]
		}
	}
	return out
}

// describedType is a record type as a describe tells it.
type describedType struct {
	ID        string `json:"recordTypeId"`
	Name      string `json:"name"`
	Active    bool   `json:"active"`
	Available bool   `json:"available"`
	Master    bool   `json:"master"`
}

// choosable are the record types that the user may give a new record.
func choosable(types []describedType) (out []models.Choice) {
	for _, t := range types {
		if t.Active && t.Available && !t.Master {
			out = append(out, models.Choice{Value: models.SalesforceID(t.ID), Label: t.Name})
		}
	}
	return out
}

// describeAgain has descriptions that are at least so old asked for again when they are needed.
func (c *Client) describeAgain(age time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, d := range c.descriptions {
		if c.now().Sub(d.at) >= age {
			old := *d
			old.at = time.Time{}
			c.descriptions[name] = &old
		}
	}
}

// contradicts tells whether a refusal may say that a description is no longer true: a field may
// have been changed in Salesforce since.
func contradicts(err error) bool {
	refusal, known := models.AsError(err)
	if !known || refusal.Retry {
		return false
	}
	switch refusal.Code {
	case models.CodeNoAccess, models.CodeInvalidParameter, models.CodeReadOnly, models.CodeTypeMismatch:
		return true
	}
	return len(refusal.Fields) > 0
}

// describe asks again only after ten minutes, and then only whether anything was changed.
func (c *Client) describe(ctx context.Context, name string) (*description, error) {
	now := c.now()
	c.mu.Lock()
	d := c.descriptions[name]
	c.mu.Unlock()
	if d != nil && now.Sub(d.at) < describeFor && !d.at.After(now) {
		return d, nil
	}
	if _, err := c.learnVersion(ctx, versionFor); err != nil {
		return nil, err
	}
	k := call{method: http.MethodGet, path: c.base() + "/sobjects/" + name + "/describe"}
	if d != nil && d.modified != "" {
		k.header = http.Header{"If-Modified-Since": {d.modified}}
	}
	r, err := c.do(ctx, k)
	if models.CodeOf(err) == models.CodeNotFound {
		// The user may not see the object, or the version is gone: the organization's list of
		// versions tells.
		if _, learnErr := c.learnVersion(ctx, versionPause); learnErr != nil {
			return nil, learnErr
		}
		if gone := c.versions.notServed(); gone != nil {
			return nil, gone
		}
		if name == sobject(models.ContactObject) || name == sobject(models.AccountObject) {
			// Without these nothing can be synced.
			return nil, unusable(http.StatusNotFound, "the user may not see "+name+" records")
		}
	}
	if err != nil {
		return nil, err
	}
	next := &description{byName: map[string]models.Field{}, noText: map[string]bool{}, at: now, modified: r.header.Get("Last-Modified")}
	if r.status == http.StatusNotModified && d != nil {
		next.fields, next.byName, next.noText, next.modified = d.fields, d.byName, d.noText, d.modified
	} else {
		var told toldFields
		if err := r.decode(&told); err != nil {
			return nil, err
		}
		if err := told.fill(next, name); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	c.descriptions[name] = next
	c.mu.Unlock()
	return next, nil
}

// toldFields are the answer to a describe, as far as it is used.
type toldFields struct {
	Fields      *[]describedField `json:"fields"`
	RecordTypes []describedType   `json:"recordTypeInfos"`
}

// fill puts what was told of an object into its description.
func (told toldFields) fill(d *description, object string) error {
	if told.Fields == nil {
		return unavailable(nil, "Salesforce answered a describe without fields")
	}
	if len(*told.Fields) == 0 {
		return models.Errorf(models.CodeNoAccess, "Salesforce shows no fields of %s", object)
	}
	dependent(*told.Fields)
	for _, f := range *told.Fields {
		field := f.field()
		if field.RefersTo == "RecordType" {
			field.Choices = choosable(told.RecordTypes)
		}
		d.fields = append(d.fields, field)
		d.byName[field.Name] = field
		if noText[f.Type] {
			d.noText[f.Name] = true
		}
	}
	return nil
}
