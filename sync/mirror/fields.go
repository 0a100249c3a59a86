package mirror

import (
	"context"
	"slices"
	"strings"

	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/vendor"
)

// Describe lists the fields that the side really has now.
func (m *Mirror) Describe(ctx context.Context, side models.Side, object models.SyncObject) ([]models.Field, error) {
	remote, err := m.Remotes.Remote(side)
	if err != nil {
		return nil, err
	}
	fields, err := remote.Describe(ctx, object)
	return fields, vendor.WithSide(side, err)
}

// Fields are the names of the fields that the mirrors of the object hold: those that are mapped,
// filtered by or shown on the card, and those that say what kind of record it is, as far as the
// side has them. A path (Owner.Name) is kept when its relation's own field exists.
func (m *Mirror) Fields(ctx context.Context, side models.Side, object models.SyncObject) ([]string, error) {
	mappings, err := m.Store.FieldMappings(ctx, object)
	if err != nil {
		return nil, err
	}
	described, err := m.Describe(ctx, side, object)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, f := range described {
		has[f.Name] = true
	}
	filter, err := m.Store.SyncFilter(ctx, object)
	if err != nil {
		return nil, err
	}
	want := append(mapping.Fields(mappings, side), models.CardFields(side, object)...)
	want = append(want, filter.Fields(side)...)
	want = append(want, object.MatchField(side))
	want = append(want, object.KindFields(side)...)
	if second := object.SecondField(side); second != "" {
		want = append(want, second)
	}
	if parent := object.ParentField(side); parent != "" {
		want = append(want, parent)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	return slices.DeleteFunc(want, func(name string) bool {
		relation, _, path := strings.Cut(name, ".")
		if path {
			name = relation + "Id"
		}
		return !has[name]
	}), nil
}

// DescribeBoth describes the object on both sides.
func (m *Mirror) DescribeBoth(
	ctx context.Context, object models.SyncObject,
) (desk, salesforce []models.Field, err error) {
	if desk, err = m.Describe(ctx, models.Desk, object); err != nil {
		return nil, nil, err
	}
	salesforce, err = m.Describe(ctx, models.Salesforce, object)
	return desk, salesforce, err
}
