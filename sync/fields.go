package sync

import (
	"context"
	"slices"
	"strings"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// Describe lists the fields that the side really has now.
func (e *Engine) Describe(ctx context.Context, side models.Side, object models.SyncObject) ([]models.Field, error) {
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return nil, err
	}
	fields, err := remote.Describe(ctx, object)
	return fields, at(side, err)
}

// fields are the names that the mirrors of the object hold: the mapped fields, the filter's and the card's, as far as the side has them. A path
// (Owner.Name) is kept when its relation's own field exists.
func (e *Engine) fields(ctx context.Context, side models.Side, object models.SyncObject) ([]string, error) {
	mappings, err := e.Store.FieldMappings(ctx, object)
	if err != nil {
		return nil, err
	}
	described, err := e.Describe(ctx, side, object)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, f := range described {
		has[f.Name] = true
	}
	filter, err := e.Store.SyncFilter(ctx, object)
	if err != nil {
		return nil, err
	}
	want := append(mapping.Fields(mappings, side), models.CardFields(side, object)...)
	want = append(want, filter.Fields(side)...)
	want = append(want, object.MatchField(side))
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

// ensureMappings saves the standard mapping for objects that have none yet (PRODUCT.md 1.3). A standard field that one of the sides does
// not have is left out.
func (e *Engine) ensureMappings(ctx context.Context) error {
	for _, object := range models.SyncObjects {
		saved, err := e.Store.FieldMappings(ctx, object)
		if err != nil {
			return err
		}
		if len(saved) > 0 {
			continue
		}
		if _, _, _, err := e.ResetFieldMappings(ctx, object); err != nil {
			return err
		}
	}
	return nil
}

// ResetFieldMappings goes back to the standard mapping.
func (e *Engine) ResetFieldMappings(ctx context.Context, object models.SyncObject) (bool, []models.FieldMapping, []models.MappingProblem, error) {
	desk, salesforce, err := e.describeBoth(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	inputs := slices.DeleteFunc(mapping.Defaults(object), func(in models.FieldMappingInput) bool {
		return !hasField(desk, in.Desk) || !hasField(salesforce, in.Salesforce)
	})
	return e.saveMappings(ctx, object, inputs, desk, salesforce)
}

// SaveFieldMappings checks a mapping against both live descriptions and saves it unless there is an ERROR (PRODUCT.md 1.3).
func (e *Engine) SaveFieldMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput) (bool, []models.FieldMapping, []models.MappingProblem, error) {
	desk, salesforce, err := e.describeBoth(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	return e.saveMappings(ctx, object, in, desk, salesforce)
}

// CheckFieldMappings is what SaveFieldMappings would find wrong; it saves nothing.
func (e *Engine) CheckFieldMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput) ([]models.MappingProblem, error) {
	desk, salesforce, err := e.describeBoth(ctx, object)
	if err != nil {
		return nil, err
	}
	_, problems := mapping.Build(object, in, desk, salesforce)
	return problems, nil
}

func (e *Engine) saveMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput, desk, salesforce []models.Field) (bool, []models.FieldMapping, []models.MappingProblem, error) {
	mappings, problems := mapping.Build(object, in, desk, salesforce)
	before, err := e.Store.FieldMappings(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	for _, p := range problems {
		if p.Severity == models.SeverityError {
			return false, before, problems, nil
		}
	}
	ids := map[[2]string]string{}
	for _, m := range before {
		ids[[2]string{m.Desk.Name, m.Salesforce.Name}] = m.ID
	}
	for i := range mappings {
		id, kept := ids[[2]string{mappings[i].Desk.Name, mappings[i].Salesforce.Name}]
		if !kept {
			id = newID()
		}
		mappings[i].ID, mappings[i].UpdatedAt = id, e.Now().UTC()
	}
	if err := e.Store.ReplaceFieldMappings(ctx, object, mappings, addsFields(before, mappings)); err != nil {
		return false, nil, nil, err
	}
	e.PollNow()
	return true, mappings, problems, nil
}

// addsFields tells whether the mirrors have to be read again because a field was added to them.
func addsFields(before, after []models.FieldMapping) bool {
	for _, side := range models.Sides {
		held := mapping.Fields(before, side)
		for _, name := range mapping.Fields(after, side) {
			if !slices.Contains(held, name) {
				return true
			}
		}
	}
	return false
}

func (e *Engine) describeBoth(ctx context.Context, object models.SyncObject) (desk, salesforce []models.Field, err error) {
	if desk, err = e.Describe(ctx, models.Desk, object); err != nil {
		return nil, nil, err
	}
	salesforce, err = e.Describe(ctx, models.Salesforce, object)
	return desk, salesforce, err
}

func hasField(fields []models.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f models.Field) bool { return f.Name == name })
}
