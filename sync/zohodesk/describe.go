package zohodesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"sidelight/models"
)

// describeFor is how long a description is taken as what is there now, unless a refusal says that
// it is not. Every poll and every search asks for it.
const describeFor = 10 * time.Minute

// description is the fields of an object, as of a time.
type description struct {
	fields []models.Field
	byName map[string]models.Field
	at     time.Time
}

func (d *description) kind(name string) models.FieldType {
	if d == nil {
		return models.TypeText
	}
	return d.byName[name].Type
}

// fieldTypes are Desk's types in our words. What is not in it is OTHER.
var fieldTypes = map[string]models.FieldType{
	"Text": models.TypeText, "Textarea": models.TypeTextArea, "LargeText": models.TypeTextArea, "Picklist": models.TypePicklist, "LookUp": models.TypeReference,
	"Date": models.TypeDate, "DateTime": models.TypeDateTime, "Boolean": models.TypeBoolean, "Number": models.TypeInteger, "Decimal": models.TypeDecimal,
	"Currency": models.TypeCurrency, "Percent": models.TypePercent, "Email": models.TypeEmail, "Phone": models.TypePhone, "Fax": models.TypePhone, "URL": models.TypeURL,
	"Multiselect": models.TypeMultiselect, "AutoNumber": models.TypeInteger,
}

// systemFields are what records have and GET /fields may leave out.
var systemFields = []models.Field{
	{Name: "createdTime", Label: "Created Time", Type: models.TypeDateTime},
	{Name: "modifiedTime", Label: "Modified Time", Type: models.TypeDateTime},
}

// contactSystemFields are what contacts have besides. A contact that is marked as spam leaves the
// lists; it is neither deleted nor gone.
var contactSystemFields = []models.Field{
	{
		Name: "accountId", Label: "Account Name", Type: models.TypeReference, RefersTo: "accounts", Creatable: true,
		Updatable: true,
	},
	{Name: "isSpam", Label: "Spam", Type: models.TypeBoolean},
	{Name: "isAnonymous", Label: "Anonymous", Type: models.TypeBoolean},
}

// Describe lists the fields that the object has; an answer is used for ten minutes.
func (c *Client) Describe(ctx context.Context, object models.SyncObject) ([]models.Field, error) {
	d, err := c.describe(ctx, object)
	if err != nil {
		return nil, err
	}
	return append([]models.Field(nil), d.fields...), nil
}

// HasMark tells whether the object has the field for our link id, as text.
func (c *Client) HasMark(ctx context.Context, object models.SyncObject) (bool, error) {
	d, err := c.describe(ctx, object)
	if err != nil {
		return false, err
	}
	return d.hasMark(c.cfg.MarkField), nil
}

func (d *description) hasMark(name string) bool {
	f, has := d.byName[name]
	return has && f.Type == models.TypeText && f.Updatable
}

func (c *Client) describe(ctx context.Context, object models.SyncObject) (*description, error) {
	now := c.now()
	c.mu.Lock()
	d := c.descriptions[object]
	c.mu.Unlock()
	if d != nil && now.Sub(d.at) < describeFor && !d.at.After(now) {
		return d, nil
	}
	answer, err := c.get(ctx, "/fields", url.Values{"module": {module(object)}})
	if err != nil {
		return nil, err
	}
	var list struct {
		Data *[]describedField `json:"data"`
	}
	if answer.status != http.StatusNoContent {
		if err := answer.decode(&list); err != nil {
			return nil, err
		}
		if list.Data == nil {
			return nil, answer.lost(errors.New("the list has no data"))
		}
	}
	if list.Data == nil || len(*list.Data) == 0 {
		return nil, models.Errorf(models.CodeNoAccess, "Zoho Desk shows no fields of %s", module(object))
	}
	if err := c.findValues(ctx, object, *list.Data); err != nil {
		return nil, err
	}
	d = &description{byName: map[string]models.Field{}, at: now}
	for _, f := range *list.Data {
		d.add(f.field())
	}
	for _, f := range systemFields {
		d.add(f)
	}
	if object == models.ContactObject {
		for _, f := range contactSystemFields {
			d.add(f)
		}
	}
	c.mu.Lock()
	c.descriptions[object] = d
	c.mu.Unlock()
	return d, nil
}

// forgetDescription lets the next look at the object's fields ask Desk.
func (c *Client) forgetDescription(object models.SyncObject) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.descriptions, object)
}

// findValues looks for the values of picklists that came without any in the description for older
// clients, by one call for all of them. Where it has none either, nothing is known of what such a
// picklist takes.
func (c *Client) findValues(ctx context.Context, object models.SyncObject, fields []describedField) error {
	without := func(f describedField) bool { return f.isPicklist() && len(f.values()) == 0 }
	what := about(noSuchValues, module(object), "")
	if !slices.ContainsFunc(fields, without) || c.learned.holds(what, c.now()) {
		return nil
	}
	answer, err := c.get(ctx, "/organizationFields", url.Values{"module": {module(object)}})
	switch models.CodeOf(err) {
	case models.CodeNotFound, models.CodeNoAccess, models.CodeInvalidParameter:
		c.learned.note(what, c.now())
		return nil
	}
	if err != nil {
		return err
	}
	var list struct {
		Data []describedField `json:"data"`
	}
	if answer.status != http.StatusNoContent {
		if err := answer.decode(&list); err != nil {
			return err
		}
	}
	told := map[string][]picklistValue{}
	for _, f := range list.Data {
		told[f.APIName] = f.values()
	}
	for i, f := range fields {
		if !without(f) {
			continue
		}
		if fields[i].AllowedValues = told[f.APIName]; len(told[f.APIName]) == 0 {
			c.learned.note(what, c.now())
		}
	}
	return nil
}

// add takes a field unless there is one of that name.
func (d *description) add(f models.Field) {
	if _, has := d.byName[f.Name]; has || f.Name == "" {
		return
	}
	d.byName[f.Name] = f
	d.fields = append(d.fields, f)
}

// describedField is a row of GET /fields.
type describedField struct {
	APIName       string      `json:"apiName"`
	DisplayLabel  string      `json:"displayLabel"`
	Type          string      `json:"type"`
	MaxLength     looseNumber `json:"maxLength"`
	DecimalPlaces looseNumber `json:"decimalPlaces"`
	IsMandatory   bool        `json:"isMandatory"`
	IsCustomField bool        `json:"isCustomField"`
	IsComputed    bool        `json:"isComputed"`
	IsUnique      bool        `json:"isUnique"`
	// The values of a picklist stand under either key, or nowhere.
	PickListValues []picklistValue `json:"pickListValues"`
	AllowedValues  []picklistValue `json:"allowedValues"`
}

// picklistValue is an object with a value or, in another of the vendor's files, the bare text.
type picklistValue struct{ Value string }

// UnmarshalJSON takes either; anything else is no value.
func (v *picklistValue) UnmarshalJSON(raw []byte) error {
	var object struct {
		Value string `json:"value"`
	}
	if json.Unmarshal(raw, &v.Value) != nil && json.Unmarshal(raw, &object) == nil {
		v.Value = object.Value
	}
	return nil
}

func (f describedField) isPicklist() bool { return f.Type == "Picklist" || f.Type == "Multiselect" }

func (f describedField) values() []picklistValue {
	told := f.AllowedValues
	if len(f.PickListValues) > 0 {
		told = f.PickListValues
	}
	return slices.DeleteFunc(slices.Clone(told), func(v picklistValue) bool { return v.Value == "" })
}

// looseNumber is a count that comes as a number or as text; anything else is 0.
type looseNumber int

func (n *looseNumber) UnmarshalJSON(raw []byte) error {
	v, _ := canonical(json.RawMessage(raw), models.TypeText)
	i, err := strconv.Atoi(v.String())
	if err == nil {
		*n = looseNumber(i)
	}
	return nil
}

func (f describedField) field() models.Field {
	kind, known := fieldTypes[f.Type]
	if !known {
		kind = models.TypeOther
	}
	writable := known && !f.IsComputed && f.Type != "AutoNumber" && f.APIName != "createdTime" &&
		f.APIName != "modifiedTime"
	out := models.Field{
		Name: f.APIName, Label: f.DisplayLabel, Type: kind, Required: f.IsMandatory, Custom: f.IsCustomField,
		Unique: f.IsUnique, Creatable: writable, Updatable: writable,
	}
	switch kind {
	case models.TypeText, models.TypeTextArea, models.TypeEmail, models.TypePhone, models.TypeURL:
		out.Length = int(f.MaxLength)
	case models.TypeInteger, models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		out.Precision, out.Scale = int(f.MaxLength), int(f.DecimalPlaces)
	case models.TypePicklist, models.TypeMultiselect:
		for _, v := range f.values() {
			out.Picklist = append(out.Picklist, v.Value)
		}
		out.Restricted = len(out.Picklist) > 0
	case models.TypeReference:
		out.RefersTo = map[string]string{"accountId": "accounts", "ownerId": "agents"}[f.APIName]
	}
	return out
}
