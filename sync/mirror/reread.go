package mirror

import (
	"context"
	"slices"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Reread reads records by their ids and observes what they are now. It notes in unread why one
// could not be read. A refused call is halved until the record is found that the vendor refuses.
func (m *Mirror) Reread(
	ctx context.Context, side models.Side, object models.SyncObject, ids []string, unread map[string]error,
) {
	notVisible, err := m.observeNow(ctx, side, object, ids)
	for _, id := range notVisible {
		unread[id] = vendor.NotVisible(side, object)
	}
	if err == nil {
		return
	}
	if _, own := vendor.Refusal(err); own && len(ids) > 1 {
		m.Reread(ctx, side, object, ids[:len(ids)/2], unread)
		m.Reread(ctx, side, object, ids[len(ids)/2:], unread)
		return
	}
	for _, id := range ids {
		unread[id] = err
	}
}

// observeNow reads and observes records. It answers those of which the vendor says nothing, where
// that is no proof of a deletion.
func (m *Mirror) observeNow(
	ctx context.Context, side models.Side, object models.SyncObject, ids []string,
) (notVisible []string, err error) {
	r, err := m.Reader(ctx, side, object)
	if err != nil {
		return nil, err
	}
	records, err := r.Read(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		switch {
		case slices.ContainsFunc(records, func(r models.Record) bool { return r.ID == id }):
		case vendor.AbsentIsGone(side):
			records = append(records, models.Record{Side: side, Object: object, ID: id, Deleted: true})
		default:
			notVisible = append(notVisible, id)
		}
	}
	return notVisible, r.Observe(ctx, records, nil)
}
