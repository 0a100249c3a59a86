package graph

import (
	"context"

	"sidelight/models"
)

// relatedMirrors are the mirrors of what the viewer may see.
func (r *Resolver) relatedMirrors(ctx context.Context) ([]*models.RelatedMirror, error) {
	mirrors, err := r.Store.RelatedMirrors(ctx)
	if err != nil {
		return nil, err
	}
	out := []*models.RelatedMirror{}
	for _, object := range models.RelatedObjects {
		if m := mirrors[object]; m.BeganAt != nil && ViewerFrom(ctx).Access.Allows(object.Section()) {
			out = append(out, &m)
		}
	}
	return out, nil
}
