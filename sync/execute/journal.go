package execute

import (
	"context"

	"sidelight/models"
)

// mappings are the object's, read once a batch.
func (w *writer) mappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if list, read := w.mapped[object]; read {
		return list, nil
	}
	list, err := w.Store.FieldMappings(ctx, object)
	if err == nil {
		w.mapped[object] = list
	}
	return list, err
}

// constants are what new records of the object get, read once a batch.
func (w *writer) constants(ctx context.Context, object models.SyncObject) ([]models.Constant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if list, read := w.constant[object]; read {
		return list, nil
	}
	list, err := w.Store.Constants(ctx, object)
	if err == nil {
		w.constant[object] = list
	}
	return list, err
}

// journal says what a done intent wrote, field by field, under the mapping's names.
func (w *writer) journal(ctx context.Context, in models.Intent, returned models.Values) []models.Change {
	mappings, err := w.mappings(ctx, in.Object)
	if err != nil {
		return nil
	}
	now := w.Now().UTC()
	var out []models.Change
	for _, m := range mappings {
		name := m.Field(w.side).Name
		v, written := in.Values[name]
		if !written {
			continue
		}
		if r, ok := returned[name]; ok {
			v = r
		}
		out = append(out, models.Change{
			LinkID: in.LinkID, Object: in.Object, Side: w.side, RecordID: in.RecordID, Field: m.Name(),
			Old: in.Before[name], New: v, Rule: m.Rule, RunID: in.RunID, At: now,
		})
	}
	return out
}
