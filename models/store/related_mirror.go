package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// RelatedMirrors says how far each kind of related record is mirrored; a kind that never was is
// absent.
func (s *Store) RelatedMirrors(ctx context.Context) (map[models.RelatedObject]models.RelatedMirror, error) {
	return relatedMirrors(s.read(ctx))
}

func relatedMirrors(q *gorm.DB) (map[models.RelatedObject]models.RelatedMirror, error) {
	var rows []models.RelatedMirror
	if err := q.Find(&rows).Error; err != nil {
		return nil, err
	}
	out := make(map[models.RelatedObject]models.RelatedMirror, len(rows))
	for _, r := range rows {
		out[r.Object] = r
	}
	return out, nil
}

// SaveRelatedPage stores a page together with how far the kind is mirrored, change being made to
// the stored row. The customers whose records moved are noted, so that their open cards hear of it.
// CONFLICT when the sync is not active any more, or another process has taken the lease over since:
// nothing is stored then.
func (s *Store) SaveRelatedPage(ctx context.Context, fence models.RelatedFence, page models.RelatedPage, change func(*models.RelatedMirror)) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		erasures, err := s.stillKept(tx)
		if err != nil {
			return err
		}
		m, err := s.moveMirror(tx, fence, page.Object, change)
		if err != nil {
			return err
		}
		if page, err = s.pageWithoutErased(tx, erasures, page); err != nil {
			return err
		}
		moved, err := s.storePage(tx, page)
		if err != nil {
			return err
		}
		if !m.Complete { // nobody watches what was not there before
			return touchAll(tx)
		}
		return s.noteRead(tx, page.Object.Section(), moved)
	})
}

// stillKept holds the integration's row, so that what is stored cannot come after its deletion, a
// pause or an erasure; it answers how often people were erased.
func (s *Store) stillKept(tx *gorm.DB) (erasures int64, err error) {
	var in models.Integration
	if err := s.locked(tx).First(&in, 1).Error; err != nil {
		return 0, err
	}
	if in.Status != models.StatusActive {
		return 0, models.Errorf(models.CodeConflict, "the sync is not active")
	}
	return in.Erasures, nil
}

// moveMirror changes the row of a kind, as the holder of the lease.
func (s *Store) moveMirror(tx *gorm.DB, fence models.RelatedFence, object models.RelatedObject, change func(*models.RelatedMirror)) (models.RelatedMirror, error) {
	var m models.RelatedMirror
	if err := s.locked(tx).Where("object = ?", object).Limit(1).Find(&m).Error; err != nil {
		return m, err
	}
	last := &m.Fence
	if fence.Stream {
		last = &m.StreamFence
	}
	if fence.Number < *last {
		return m, models.Errorf(models.CodeConflict, "another process follows the related records")
	}
	m.Object, *last = object, fence.Number
	change(&m)
	return m, tx.Clauses(replace).Create(&m).Error
}

// storePage stores the records and answers whose they are, and whose they were.
func (s *Store) storePage(tx *gorm.DB, page models.RelatedPage) ([]string, error) {
	now := s.stamp()
	switch page.Object {
	case models.RelatedOpportunities:
		return storeOpportunities(tx, page, now)
	case models.RelatedRoles:
		return storeRoles(tx, page, now)
	case models.RelatedEvents:
		return storeActivities(tx, page.Events, page.Deleted, func(e *models.Event, customer string) string {
			e.WhoID, e.AsOf = customer, now
			return e.ID
		})
	case models.RelatedTasks:
		return storeActivities(tx, page.Tasks, page.Deleted, func(t *models.Task, customer string) string {
			t.WhoID, t.AsOf = customer, now
			return t.ID
		})
	}
	return nil, models.Errorf(models.CodeInternal, "%s is no kind of related record", page.Object)
}

func storeOpportunities(tx *gorm.DB, page models.RelatedPage, now time.Time) ([]string, error) {
	ids := slices.Clone(page.Deleted)
	for i := range page.Opportunities {
		page.Opportunities[i].AsOf = now
		ids = append(ids, page.Opportunities[i].ID)
	}
	moved, err := customersOfOpportunities(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, o := range page.Opportunities {
		if o.AccountID != nil {
			moved = append(moved, *o.AccountID)
		}
	}
	for chunk := range chunks(page.Deleted) {
		if err := tx.Where("id IN ?", chunk).Delete(&models.Opportunity{}).Error; err != nil {
			return nil, err
		}
		if err := tx.Where("opportunity_id IN ?", chunk).Delete(&models.OpportunityContact{}).Error; err != nil {
			return nil, err
		}
	}
	if len(page.Opportunities) == 0 {
		return moved, nil
	}
	return moved, tx.Clauses(replace).CreateInBatches(page.Opportunities, batchRows).Error
}

// customersOfOpportunities are the accounts and the contacts on whose cards opportunities are, as
// far as they are stored.
func customersOfOpportunities(tx *gorm.DB, ids []string) ([]string, error) {
	var out []string
	for chunk := range chunks(ids) {
		for column, rows := range map[string]*gorm.DB{
			"account_id": tx.Model(&models.Opportunity{}).Where("id IN ? AND account_id IS NOT NULL", chunk),
			"contact_id": tx.Model(&models.OpportunityContact{}).Where("opportunity_id IN ?", chunk),
		} {
			var found []string
			if err := rows.Distinct().Pluck(column, &found).Error; err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

func storeRoles(tx *gorm.DB, page models.RelatedPage, now time.Time) ([]string, error) {
	var moved []string
	for chunk := range chunks(page.RolesOf) {
		var old []string
		if err := tx.Model(&models.OpportunityContact{}).Where("opportunity_id IN ?", chunk).Distinct().Pluck("contact_id", &old).Error; err != nil {
			return nil, err
		}
		moved = append(moved, old...)
		if err := tx.Where("opportunity_id IN ?", chunk).Delete(&models.OpportunityContact{}).Error; err != nil {
			return nil, err
		}
	}
	for i := range page.Roles {
		page.Roles[i].AsOf = &now
		moved = append(moved, page.Roles[i].ContactID)
	}
	if len(page.Roles) == 0 {
		return moved, nil
	}
	return moved, tx.Clauses(replace).CreateInBatches(page.Roles, batchRows).Error
}

// storeActivities stores events or tasks, a row for each customer on whose card one is; rows of
// customers that it has left go.
func storeActivities[T any](tx *gorm.DB, list []models.Activity[T], deleted []string, of func(row *T, customer string) (id string)) ([]string, error) {
	var none T
	type place struct{ ID, WhoID string }
	kept := map[place]bool{}
	ids := slices.Clone(deleted)
	var rows []T
	var moved []string
	for _, a := range list {
		ids = append(ids, of(&a.Record, ""))
		for _, customer := range a.Customers {
			row := a.Record
			kept[place{of(&row, customer), customer}] = true
			rows = append(rows, row)
			moved = append(moved, customer)
		}
	}
	for chunk := range chunks(ids) {
		var old []place
		if err := tx.Model(&none).Select("id", "who_id").Where("id IN ?", chunk).Find(&old).Error; err != nil {
			return nil, err
		}
		for _, p := range old {
			if kept[p] {
				continue
			}
			moved = append(moved, p.WhoID)
			if err := tx.Where("id = ? AND who_id = ?", p.ID, p.WhoID).Delete(&none).Error; err != nil {
				return nil, err
			}
		}
	}
	if len(rows) == 0 {
		return moved, nil
	}
	return moved, tx.Clauses(replace).CreateInBatches(rows, batchRows).Error
}

// noteRead says that the customers' section was read just now, and that its records moved: who
// watches their cards looks at it.
func (s *Store) noteRead(tx *gorm.DB, section models.Need, customers []string) error {
	now := s.stamp()
	for chunk := range chunks(sortedIDs(customers)) {
		states := make([]models.RelatedState, len(chunk))
		for i, id := range chunk {
			states[i] = models.RelatedState{CustomerID: id, Section: section, AsOf: now}
		}
		if err := tx.Clauses(replace).Create(&states).Error; err != nil {
			return err
		}
	}
	return touch(tx, customers)
}

// noteStale says that the customers' section has moved in Salesforce. Customers whose card was
// never opened have no state, and need none.
func (s *Store) noteStale(tx *gorm.DB, section models.Need, customers []string) error {
	now, err := s.databaseTime(tx)
	if err != nil {
		return err
	}
	for chunk := range chunks(sortedIDs(customers)) {
		if err := ofSection(tx, section).Where("customer_id IN ?", chunk).UpdateColumns(map[string]any{"stale": true, "marked_at": now}).Error; err != nil {
			return err
		}
	}
	return nil
}

// ofSection are the states of a section, and of it as it was read for callers from whom fields are
// hidden.
func ofSection(tx *gorm.DB, section models.Need) *gorm.DB {
	// A tilde stands before what is hidden.
	return tx.Model(&models.RelatedState{}).Where("section >= ? AND section < ?", section, string(section)+"\x7f")
}

// sortedIDs are the ids once each, in the order that every writer keeps, so that no two of them
// wait for each other.
func sortedIDs(ids []string) []string {
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	slices.Sort(ids)
	return slices.Compact(ids)
}

// FinishRelatedLoad ends a whole reading: what was not seen since it began is gone from Salesforce,
// and goes here. Much at once goes in parts.
func (s *Store) FinishRelatedLoad(ctx context.Context, fence models.RelatedFence, object models.RelatedObject) error {
	mirrors, err := s.RelatedMirrors(ctx)
	if err != nil {
		return err
	}
	began := mirrors[object].BeganAt
	if began == nil {
		return models.Errorf(models.CodeConflict, "no reading of the related records is under way")
	}
	for more := true; more; {
		if err := s.tx(ctx, func(tx *gorm.DB) error {
			if _, err := s.stillKept(tx); err != nil {
				return err
			}
			if _, err := s.moveMirror(tx, fence, object, func(*models.RelatedMirror) {}); err != nil {
				return err
			}
			var err error
			more, err = s.removeUnread(tx, object, *began)
			return err
		}); err != nil {
			return err
		}
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		if _, err := s.stillKept(tx); err != nil {
			return err
		}
		_, err := s.moveMirror(tx, fence, object, func(m *models.RelatedMirror) {
			now := s.stamp()
			m.Complete, m.Reading, m.After, m.AsOf = true, false, "", &now
		})
		return err
	})
}

// removeUnread removes a part of what was stored before the time, and answers whether there may be
// more.
func (s *Store) removeUnread(tx *gorm.DB, object models.RelatedObject, before time.Time) (more bool, err error) {
	if object == models.RelatedRoles {
		var old []models.OpportunityContact
		for _, q := range []*gorm.DB{tx.Where("as_of IS NULL"), tx.Where("as_of < ?", before)} {
			var some []models.OpportunityContact
			if err := q.Limit(batchRows).Find(&some).Error; err != nil {
				return false, err
			}
			old = append(old, some...)
		}
		var moved []string
		for _, o := range old {
			moved = append(moved, o.ContactID)
			if err := tx.Delete(&o).Error; err != nil {
				return false, err
			}
		}
		return len(old) >= batchRows, touch(tx, moved)
	}
	page := models.RelatedPage{Object: object}
	rows := map[models.RelatedObject]any{models.RelatedOpportunities: &models.Opportunity{}, models.RelatedEvents: &models.Event{}, models.RelatedTasks: &models.Task{}}[object]
	if err := tx.Model(rows).Where("as_of < ?", before).Limit(batchRows).Pluck("id", &page.Deleted).Error; err != nil {
		return false, err
	}
	moved, err := s.storePage(tx, page)
	if err != nil {
		return false, err
	}
	return len(page.Deleted) == batchRows, s.noteRead(tx, object.Section(), moved)
}

// MarkRelatedMoved marks the cards stale on which the records of a batch are, or were, and keeps
// the position behind it. Overflow marks every card.
func (s *Store) MarkRelatedMoved(ctx context.Context, fence models.RelatedFence, batch models.RelatedBatch) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		if _, err := s.stillKept(tx); err != nil {
			return err
		}
		if _, err := s.moveMirror(tx, fence, batch.Object, func(m *models.RelatedMirror) { m.Replay = batch.Replay }); err != nil {
			return err
		}
		if batch.Overflow {
			now, err := s.databaseTime(tx)
			if err != nil {
				return err
			}
			return ofSection(tx, batch.Object.Section()).UpdateColumns(map[string]any{"stale": true, "marked_at": now}).Error
		}
		var moved, ids []string
		for _, h := range batch.Hints {
			moved, ids = append(moved, h.ContactID, h.AccountID), append(ids, h.ID)
		}
		known, err := customersOf(tx, batch.Object, ids)
		if err != nil {
			return err
		}
		return s.noteStale(tx, batch.Object.Section(), append(moved, known...))
	})
}

func customersOf(tx *gorm.DB, object models.RelatedObject, ids []string) ([]string, error) {
	if object == models.RelatedOpportunities {
		return customersOfOpportunities(tx, ids)
	}
	var rows any = &models.Event{}
	if object == models.RelatedTasks {
		rows = &models.Task{}
	}
	var out []string
	for chunk := range chunks(ids) {
		var found []string
		if err := tx.Model(rows).Where("id IN ?", chunk).Distinct().Pluck("who_id", &found).Error; err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// ForgetRelatedMirrors ends the mirrors: what they held is read again when a card asks for it.
// Positions in the change events stay.
func (s *Store) ForgetRelatedMirrors(ctx context.Context) error {
	var n int64
	if err := s.read(ctx).Model(&models.RelatedMirror{}).Where("began_at IS NOT NULL").Count(&n).Error; err != nil || n == 0 {
		return err
	}
	for _, rows := range []any{&models.Opportunity{}, &models.OpportunityContact{}, &models.Event{}, &models.Task{}} {
		for {
			key := "id"
			if _, roles := rows.(*models.OpportunityContact); roles {
				key = "opportunity_id"
			}
			gone, err := s.removeSome(ctx, rows, key, key+" > ''")
			if err != nil {
				return err
			}
			if gone < batchRows {
				break
			}
		}
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		for _, section := range models.RelatedNeeds {
			if section == models.NeedNotes {
				continue
			}
			if err := ofSection(tx, section).Delete(&models.RelatedState{}).Error; err != nil {
				return err
			}
		}
		if err := touchAll(tx); err != nil {
			return err
		}
		return tx.Model(&models.RelatedMirror{}).Where("began_at IS NOT NULL").UpdateColumns(map[string]any{"complete": false, "reading": false, "after": "", "read": 0, "total": nil, "began_at": nil,
			"changes": "", "as_of": nil}).Error
	})
}

// CardVersions are words that differ once a card has moved: by link what the sync last saw and
// wrote, by customer how its sections stand, by ticket whose it is.
func (s *Store) CardVersions(ctx context.Context, w models.CardWatch) (map[string]string, error) {
	out := map[string]string{}
	for chunk := range chunks(w.Links) {
		var links []linkRow
		if err := s.read(ctx).Select("id", "version", "desk_id", "salesforce_id", "live", "moved_at", "synced_at").Where("id IN ?", chunk).Find(&links).Error; err != nil {
			return nil, err
		}
		for _, l := range links {
			out[l.ID] = fmt.Sprint(l.Version, l.RecordID(models.Desk), l.RecordID(models.Salesforce), l.Live, l.MovedAt.UnixMicro(), maybe(l.SyncedAt))
		}
	}
	for chunk := range chunks(w.Customers) {
		var states []models.RelatedState
		if err := s.read(ctx).Where("customer_id IN ?", chunk).Order("customer_id, section").Find(&states).Error; err != nil {
			return nil, err
		}
		for _, r := range states {
			out[r.CustomerID] += fmt.Sprint(r.Section, r.AsOf.UnixMicro(), r.Stale, ";")
		}
	}
	for chunk := range chunks(w.Tickets) {
		var tickets []models.Ticket
		if err := s.read(ctx).Where("id IN ?", chunk).Find(&tickets).Error; err != nil {
			return nil, err
		}
		for _, t := range tickets {
			out[t.ID] = t.ContactID + "/" + t.AccountID
		}
	}
	return out, nil
}
