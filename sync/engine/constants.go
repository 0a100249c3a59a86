package engine

import (
	"context"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// Constants are what new records of the object get, on both sides.
func (e *Engine) Constants(ctx context.Context, object models.SyncObject) ([]models.Constant, error) {
	return e.Store.Constants(ctx, object)
}

// SaveConstants checks what new records of the object shall get against the mapping and both sides'
// descriptions, and saves it unless there is an ERROR. Records that exist are not touched.
func (e *Engine) SaveConstants(
	ctx context.Context, object models.SyncObject, in []models.ConstantInput,
) (saved bool, constants []models.Constant, problems []models.MappingProblem, err error) {
	before, err := e.Store.Constants(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	mappings, err := e.Store.FieldMappings(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	desk, salesforce, err := e.mirror.DescribeBoth(ctx, object)
	if err != nil {
		return false, nil, nil, err
	}
	after, problems := mapping.BuildConstants(object, in, mappings, desk, salesforce)
	for _, p := range problems {
		if p.Severity == models.SeverityError {
			return false, before, problems, nil
		}
	}
	if err := e.Store.ReplaceConstants(ctx, object, after); err != nil {
		return false, nil, nil, err
	}
	e.PollNow()
	return true, after, problems, nil
}
