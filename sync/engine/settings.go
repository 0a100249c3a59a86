package engine

import (
	"context"
	"slices"

	"sidelight/internal/id"
	"sidelight/models"
	"sidelight/sync/mapping"
)

// ensureMappings saves the standard mapping for objects that have none yet. It leaves out standard
// fields that one of the sides does not have.
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
	desk, salesforce, err := e.mirror.DescribeBoth(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	inputs := slices.DeleteFunc(mapping.Defaults(object), func(in models.FieldMappingInput) bool {
		return !hasField(desk, in.Desk) || !hasField(salesforce, in.Salesforce)
	})
	return e.saveMappings(ctx, object, inputs, desk, salesforce)
}

// SaveFieldMappings checks a mapping against both sides' descriptions and saves it unless there is
// an ERROR.
func (e *Engine) SaveFieldMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput) (bool, []models.FieldMapping, []models.MappingProblem, error) {
	desk, salesforce, err := e.mirror.DescribeBoth(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	return e.saveMappings(ctx, object, in, desk, salesforce)
}

// CheckFieldMappings is what SaveFieldMappings would find wrong; it saves nothing.
func (e *Engine) CheckFieldMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput) ([]models.MappingProblem, error) {
	return e.CheckMapping(ctx, object, in, nil)
}

// CheckMapping is what saving a mapping, and then constants, would find wrong; nil constants are
// those that are saved. It saves nothing.
func (e *Engine) CheckMapping(
	ctx context.Context, object models.SyncObject, in []models.FieldMappingInput, constants []models.ConstantInput,
) ([]models.MappingProblem, error) {
	desk, salesforce, err := e.mirror.DescribeBoth(ctx, object)
	if err != nil {
		return nil, err
	}
	mappings, problems := mapping.Build(object, in, desk, salesforce)
	if constants == nil {
		saved, err := e.Store.Constants(ctx, object)
		return mapping.WithConstants(problems, saved), err
	}
	built, more := mapping.BuildConstants(object, constants, mappings, desk, salesforce)
	return append(mapping.WithConstants(problems, built), more...), nil
}

func (e *Engine) saveMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput, desk, salesforce []models.Field) (bool, []models.FieldMapping, []models.MappingProblem, error) {
	before, err := e.Store.FieldMappings(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	constants, err := e.Store.Constants(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	mappings, problems := mapping.Build(object, keepTables(in, before), desk, salesforce)
	problems = mapping.WithConstants(problems, constants)
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
		known, kept := ids[[2]string{mappings[i].Desk.Name, mappings[i].Salesforce.Name}]
		if !kept {
			known = id.New()
		}
		mappings[i].ID, mappings[i].UpdatedAt = known, e.Now().UTC()
	}
	if err := e.Store.ReplaceFieldMappings(ctx, object, mappings, addsFields(before, mappings)); err != nil {
		return false, nil, nil, err
	}
	e.PollNow()
	return true, mappings, problems, nil
}

// keepTables gives pairs that were asked for without a table of values the one that they have.
func keepTables(in []models.FieldMappingInput, before []models.FieldMapping) []models.FieldMappingInput {
	out := slices.Clone(in)
	for i := range out {
		at := slices.IndexFunc(before, func(m models.FieldMapping) bool {
			return m.Desk.Name == out[i].Desk && m.Salesforce.Name == out[i].Salesforce
		})
		if out[i].Values != nil || at < 0 {
			continue
		}
		for _, pair := range before[at].Values {
			out[i].Values = append(out[i].Values, &pair)
		}
	}
	return out
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

func hasField(fields []models.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f models.Field) bool { return f.Name == name })
}

// SyncFilters are the filters of both objects.
func (e *Engine) SyncFilters(ctx context.Context) ([]models.SyncFilter, error) {
	var out []models.SyncFilter
	for _, object := range models.SyncObjects {
		f, err := e.Store.SyncFilter(ctx, object)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// SaveSyncFilter checks a filter against both sides' descriptions and saves it unless there is an
// ERROR. Records that it now admits or leaves out are planned again. Writes that are owed for
// records which it leaves out are cancelled.
func (e *Engine) SaveSyncFilter(ctx context.Context, object models.SyncObject, in models.SyncFilterInput) (bool, models.SyncFilter, []models.MappingProblem, error) {
	before, err := e.Store.SyncFilter(ctx, object)
	if err != nil {
		return false, before, nil, err
	}
	desk, salesforce, err := e.mirror.DescribeBoth(ctx, object)
	if err != nil {
		return false, before, nil, err
	}
	conditions, problems := mapping.BuildFilter(object, in.Conditions, desk, salesforce)
	for _, p := range problems {
		if p.Severity == models.SeverityError {
			return false, before, problems, nil
		}
	}
	after := models.SyncFilter{Object: object, Conditions: conditions, Leaving: models.LeavingKeep}
	if in.Leaving != nil {
		after.Leaving = *in.Leaving
	}
	refetch, err := e.unread(ctx, object, after)
	if err != nil {
		return false, before, nil, err
	}
	if err := e.Store.SaveSyncFilter(ctx, after, refetch); err != nil {
		return false, before, nil, err
	}
	e.PollNow()
	return true, after, problems, nil
}

// unread tells whether the filter looks at fields that the mirrors do not hold.
func (e *Engine) unread(ctx context.Context, object models.SyncObject, after models.SyncFilter) (bool, error) {
	for _, side := range models.Sides {
		held, err := e.mirror.Fields(ctx, side, object)
		if err != nil {
			return false, err
		}
		for _, name := range after.Fields(side) {
			if !slices.Contains(held, name) {
				return true, nil
			}
		}
	}
	return false, nil
}
