// Package mirror reads vendors' records and keeps their mirrors: the copy of the fields that are
// mapped, filtered by or shown on the card. It decides which of two readings of a record is the
// newer one.
package mirror

import (
	"context"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Store is what mirrors need to be kept.
type Store interface {
	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	// SyncFilter is the object's filter, without conditions when none was saved.
	SyncFilter(ctx context.Context, object models.SyncObject) (models.SyncFilter, error)
	// Observe upserts the mirror rows that are newer, or equally old but different, makes half
	// links for records seen for the first time, marks the links of changed rows dirty, and moves
	// the cursor (nil leaves it), all at once. A row whose content did not change is not dirty.
	// Nothing is stored where a reading may be older than what the row holds and the vendor's stamp
	// does not tell: those are Doubtful. After the integration was deleted nothing is kept, and of
	// erased people nothing ever.
	Observe(
		ctx context.Context, side models.Side, object models.SyncObject, records []models.Record, cursor *models.Cursor,
	) (models.ObserveResult, error)
	// Admit leaves out the records of erased people.
	Admit(ctx context.Context, side models.Side, object models.SyncObject,
		records []models.Record) ([]models.Record, error)
}

// Mirror reads both sides into their mirrors.
type Mirror struct {
	Store   Store
	Remotes vendor.Remotes
	Now     func() time.Time
}

// Reader reads the object of the side with the fields that its mirror holds.
func (m *Mirror) Reader(ctx context.Context, side models.Side, object models.SyncObject) (Reader, error) {
	remote, err := m.Remotes.Remote(side)
	if err != nil {
		return Reader{}, err
	}
	fields, err := m.Fields(ctx, side, object)
	return Reader{side, object, fields, remote, m.Store, m.Now}, err
}
