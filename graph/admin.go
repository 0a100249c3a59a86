package graph

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"sidelight/graph/generated"
	"sidelight/models"
	"sidelight/widget"
)

// ServiceTokenPrefix begins every service token, so that it is told from a JWT, and by secret
// scanners.
const ServiceTokenPrefix = "slt_"

func (r *Resolver) integration(ctx context.Context) (*models.Integration, error) {
	in, err := r.Sync.Integration(ctx)
	if err == nil {
		known := in
		r.known.Store(&known)
	}
	return &in, err
}

// lastKnown is the integration, as it was when it was last read if the database is in trouble: an
// admin must see what is wrong while it is.
func (r *Resolver) lastKnown(ctx context.Context) (*models.Integration, error) {
	in, err := r.integration(ctx)
	if err == nil || r.Database().OK {
		return in, err
	}
	known := *r.known.Load()
	return &known, nil
}

func (r *Resolver) connection(ctx context.Context, side models.Side) (*models.Connection, error) {
	c, err := r.Store.Connection(ctx, side)
	return &c, err
}

func (r *Resolver) connecting(ctx context.Context, side models.Side, to string, err error) (*generated.ConnectPayload, error) {
	if err != nil {
		return nil, err
	}
	var detail map[string]any
	if u, err := url.Parse(to); err == nil && u.Host != "" {
		detail = map[string]any{"host": u.Host}
	}
	r.audit(ctx, "connect", string(side), detail)
	in, err := r.integration(ctx)
	out := &generated.ConnectPayload{Integration: in}
	if to != "" {
		out.AuthorizeURL = &to
	}
	return out, err
}

// confirmed demands the word that says that something is meant.
func confirmed(given, word string) error {
	if given == word {
		return nil
	}
	err := models.Errorf(models.CodeBadUserInput, "confirm must be the word: %s", word)
	err.Fields = []string{"confirm"}
	return err
}

// permissionOf is what an audit entry says of a permission, in the words of the API.
func permissionOf(p models.Profile) map[string]any {
	a := p.Permission()
	return map[string]any{"visible": a.Visible(), "contacts": a.Contacts(), "accounts": a.Accounts(), "contactInfo": a.ContactInfo(), "accountInfo": a.AccountInfo(),
		"opportunities": a.Opportunities(), "notes": a.Notes(), "events": a.Events(), "tasks": a.Tasks(), "lists": a.Lists(), "link": a.Link(), "card": p.Card, "hiddenFields": a.HiddenFields(), "denyMode": strings.ToUpper(cmp.Or(string(p.DenyMode), "mask"))}
}

// policyOf is what an audit entry says of the policies.
func policyOf(in models.Integration) map[string]any {
	return map[string]any{
		"direction": in.Direction, "conflictPolicy": in.ConflictPolicy, "deletePolicy": in.DeletePolicy,
		"historyDays": in.HistoryDays, "matchSecondaryEmail": in.MatchSecondaryEmail, "agentShare": in.AgentShare,
		"agentCards": in.AgentCards,
	}
}

func (r *Resolver) mapped(ctx context.Context, action string, object models.SyncObject, before []models.FieldMapping, saved bool, list []models.FieldMapping, problems []models.MappingProblem, err error) (*generated.SaveFieldMappingsPayload, error) {
	if err != nil {
		return nil, err
	}
	if saved {
		r.audit(ctx, action, string(object), map[string]any{"before": mappingNames(before), "after": mappingNames(list)})
	}
	return &generated.SaveFieldMappingsPayload{Saved: saved, Mappings: pointers(list), Problems: pointers(problems)}, nil
}

// inputs are a list's elements without their pointers.
func inputs[T any](list []*T) []T {
	out := make([]T, len(list))
	for i, p := range list {
		out[i] = *p
	}
	return out
}

// rehearse forecasts the sync as it is set, or under a mapping, constants or policies that are not
// saved.
func (r *Resolver) rehearse(
	ctx context.Context, object *models.SyncObject, mappings []*models.FieldMappingInput,
	constants []*models.ConstantInput, policy *models.SyncPolicy,
) (models.Rehearsal, error) {
	switch proposed := mappings != nil || constants != nil; {
	case policy != nil && (object != nil || proposed):
		return models.Rehearsal{}, models.Errorf(models.CodeBadUserInput, "rehearse either a mapping or policies: leave out policy, or object, mappings and constants")
	case policy != nil:
		return r.Sync.RehearsePolicy(ctx, *policy)
	case object == nil && !proposed:
		return r.Sync.Rehearse(ctx)
	case object == nil || !proposed:
		return models.Rehearsal{}, models.Errorf(
			models.CodeBadUserInput, "object and mappings go together, or object and constants: name both, or neither",
		)
	}
	return r.Sync.RehearseChange(ctx, *object, orNil(mappings), orNil(constants))
}

// orNil are inputs, nil where none were given.
func orNil[T any](list []*T) []T {
	if list == nil {
		return nil
	}
	return inputs(list)
}

// constantsOf is what an audit entry says of constants.
func constantsOf(list []models.Constant) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = string(c.Side) + " " + c.Name + " = " + c.Value
	}
	return out
}

// conditionNames is what an audit entry says of a filter. The values compared with may be about
// people and stay out.
func filterOf(list []models.SyncFilter, object models.SyncObject) map[string]any {
	for _, f := range list {
		if f.Object == object {
			return map[string]any{"conditions": conditionNames(f), "leaving": f.Leaving}
		}
	}
	return nil
}

func conditionNames(f models.SyncFilter) []string {
	out := make([]string, len(f.Conditions))
	for i, c := range f.Conditions {
		out[i] = string(c.Side) + " " + c.Field.Name + " " + string(c.Op)
	}
	return out
}

// mappingNames is what an audit entry says of a mapping: a row's fields and rule, and its table of
// values as JSON where it has one.
func mappingNames(list []models.FieldMapping) []string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.Desk.Name + " " + string(m.Rule) + " " + m.Salesforce.Name
		if len(m.Values) == 0 {
			continue
		}
		table := make([][2]string, len(m.Values))
		for j, pair := range m.Values {
			table[j] = [2]string{pair.Desk, pair.Salesforce}
		}
		text, _ := json.Marshal(table) // texts always can be written
		out[i] += " " + string(text)
	}
	return out
}

// typed is a mapped field's value in its JSON type.
func (r *Resolver) typed(ctx context.Context, object models.SyncObject, name string, side models.Side, v models.Value) (any, error) {
	mappings, err := r.Store.FieldMappings(ctx, object)
	if err != nil {
		return nil, err
	}
	for _, m := range mappings {
		if m.Name() == name {
			return widget.Typed(v, m.Field(side)), nil
		}
	}
	return widget.Typed(v, models.Field{}), nil
}

// newServiceToken makes a token. It is shown once; only its hash is kept.
func (r *Resolver) newServiceToken(ctx context.Context, in generated.ServiceTokenInput) (*generated.CreateServiceTokenPayload, error) {
	name := strings.TrimSpace(in.Name)
	now := r.Now().UTC()
	switch {
	case name == "" || len(name) > 100:
		err := models.Errorf(models.CodeBadUserInput, "name must have 1 to 100 characters")
		err.Fields = []string{"name"}
		return nil, err
	case in.ExpiresAt != nil && !in.ExpiresAt.After(now):
		err := models.Errorf(models.CodeBadUserInput, "expiresAt lies in the past")
		err.Fields = []string{"expiresAt"}
		return nil, err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	token := ServiceTokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(token))
	t := models.ServiceToken{ID: uuid.NewString(), Name: name, Hash: hash[:], ProfileID: in.ProfileID, DenyMode: deref(in.DenyMode), CreatedAt: now, ExpiresAt: in.ExpiresAt}
	if err := r.Store.CreateServiceToken(ctx, t); err != nil {
		return nil, err
	}
	r.audit(ctx, "createServiceToken", name, map[string]any{"profileId": in.ProfileID, "denyMode": in.DenyMode, "expiresAt": in.ExpiresAt})
	list, err := r.Store.ServiceTokens(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == t.ID {
			t = list[i]
		}
	}
	return &generated.CreateServiceTokenPayload{Token: token, ServiceToken: &t}, nil
}

// openParent is a contact's Salesforce account, as far as the viewer may see accounts: its
// opportunities are shown with the contact's.
func (r *Resolver) openParent(ctx context.Context, c *models.Contact) *string {
	if !r.gate.Allows(ViewerFrom(ctx), "Contact.account") {
		return nil
	}
	return c.SalesforceParentID
}

// noteObject is the kind of note behind an id: enhanced notes are documents.
func noteObject(id string) string {
	if strings.HasPrefix(id, "069") {
		return "ContentNote"
	}
	return "Note"
}
