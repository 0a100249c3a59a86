package store

import (
	"context"

	"sidelight/models"
)

// SecondCandidates reads, for each key, the links whose live record on the side has it as its
// second one.
func (s *Store) SecondCandidates(ctx context.Context, object models.SyncObject, side models.Side, keys []string) (map[string][]models.LinkState, error) {
	out := map[string][]models.LinkState{}
	if object.SecondField(side) == "" {
		return out, nil
	}
	for chunk := range chunks(truncateAll(keys)) {
		var records []string
		if err := s.along(s.read(ctx), table(side, object), table(side, object)+"_second_key").Where("second_key IN ? AND deleted_at IS NULL", chunk).Pluck("id", &records).Error; err != nil {
			return nil, err
		}
		states, err := s.statesOf(ctx, object, side, records)
		if err != nil {
			return nil, err
		}
		for _, st := range states {
			if row := st.Row(side); row != nil {
				out[row.SecondKey] = append(out[row.SecondKey], st)
			}
		}
	}
	return out, nil
}
