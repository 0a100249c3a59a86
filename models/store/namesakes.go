package store

import (
	"context"
	"strings"

	"sidelight/models"
)

// Namesakes reads the half links of both sides with these names, in lower case, whose record lives;
// keyless those without a match key alone. They come by name, oldest id first.
func (s *Store) Namesakes(ctx context.Context, object models.SyncObject, names []string, keyless bool) (map[string][]models.LinkState, error) {
	out := map[string][]models.LinkState{}
	for chunk := range chunks(truncateAll(names)) {
		q := s.along(s.read(ctx), "links", "links_by_name").Where("object = ? AND live = ? AND name_key IN ?", object, true, chunk)
		if keyless {
			q = q.Where("match_key = ''")
		}
		states, err := s.states(ctx, object, q.Where("(desk_id IS NULL OR salesforce_id IS NULL)").Order("id"))
		if err != nil {
			return nil, err
		}
		for _, st := range states {
			if row := st.Row(st.HalfSide()); row != nil {
				name := truncate(strings.ToLower(row.Name))
				out[name] = append(out[name], st)
			}
		}
	}
	return out, nil
}
