package widget

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"sidelight/models"
)

// Fields are the mapped fields of a pair, in the mapping's order, the hidden ones left out. Each
// says why its value is there, as far as the journal knows: a value that was never written by the
// sync has no source.
func (s *Service) Fields(ctx context.Context, pair *models.Pair, hidden func(name string) bool) ([]models.FieldValue, error) {
	mappings, err := s.Store.FieldMappings(ctx, pair.Object)
	if err != nil {
		return nil, err
	}
	var names []string
	shown := mappings[:0:0]
	for _, m := range mappings {
		if m.Rule != models.RuleOff && m.Desk.Type != models.TypeReference && !hidden(m.Name()) && !hidden(m.Desk.Name) {
			shown, names = append(shown, m), append(names, m.Name())
		}
	}
	if len(shown) == 0 {
		return []models.FieldValue{}, nil
	}
	history, err := s.Store.FieldHistory(ctx, pair.ID, names...)
	if err != nil {
		return nil, err
	}
	out := make([]models.FieldValue, 0, len(shown))
	for _, m := range shown {
		value, field := pair.SalesforceData[m.Salesforce.Name], m.Salesforce
		if pair.SalesforceID == nil {
			value, field = pair.DeskData[m.Desk.Name], m.Desk
		}
		label, rule := m.Salesforce.Label, m.Rule
		f := models.FieldValue{Name: m.Name(), Label: &label, Value: Typed(value, field), Rule: &rule}
		if c, ok := history[m.Name()]; ok {
			source, at := c.Side.Other(), c.At
			f.Source, f.ChangedAt, f.Rule, f.Replaced = &source, &at, &c.Rule, Typed(c.Old, field)
		}
		out = append(out, f)
	}
	return out, nil
}

// Typed is a value in the JSON type of its field: null, a boolean, a number, a list, or text.
func Typed(v models.Value, f models.Field) any {
	if v.IsBlank() {
		return nil
	}
	switch f.Type {
	case models.TypeBoolean:
		return v.String() == "true"
	case models.TypeInteger, models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		if d, err := models.ParseDecimal(v.String()); err == nil {
			return json.Number(d)
		}
	case models.TypeMultiselect:
		return strings.Split(v.String(), ";")
	}
	return v.String()
}

// SalesforceURL is the record's page in Salesforce Lightning (facts:
// https://{MyDomain}.lightning.force.com/lightning/r/Contact/{id}/view).
func (s *Service) SalesforceURL(ctx context.Context, object, id string) *string {
	host, _ := s.Host(ctx, models.Salesforce)
	u, err := url.Parse(host)
	if err != nil || host == "" || id == "" {
		return nil
	}
	if domain, ok := strings.CutSuffix(u.Host, ".my.salesforce.com"); ok {
		u.Host = domain + ".lightning.force.com"
	}
	out := (&url.URL{Scheme: u.Scheme, Host: u.Host}).JoinPath("lightning", "r", object, id, "view").String()
	return &out
}

// DeskURL is the record's page in Zoho Desk, in the form of the webUrl that Desk's API answers
// with.
func (s *Service) DeskURL(ctx context.Context, object models.SyncObject, id string) *string {
	host, organization := s.Host(ctx, models.Desk)
	u, err := url.Parse(host)
	if err != nil || host == "" || id == "" {
		return nil
	}
	tab := "Contacts"
	if object == models.AccountObject {
		tab = "Accounts"
	}
	out := (&url.URL{Scheme: u.Scheme, Host: u.Host}).JoinPath("support", organization, "ShowHomePage.do").String() + "#" + tab + "/dv/" + url.PathEscape(id)
	return &out
}
