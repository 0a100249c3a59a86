package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// openIntents are the states of writes that are still owed.
var openIntents = []models.IntentState{models.IntentPending, models.IntentSending, models.IntentUnknown}

// noOpenIntent finds links for which nothing is owed. It counts: MySQL and MariaDB turn NOT EXISTS
// into a look through all writes that there ever were, for the sake of links behind the limit.
const noOpenIntent = "(SELECT COUNT(*) FROM intents i WHERE i.link_id = links.id AND i.state IN ?) = 0"

// DirtyLinks reads links to plan: dirty, not deferred, without an open intent; in the order of
// their ids, after the given one.
func (s *Store) DirtyLinks(ctx context.Context, object models.SyncObject, after string, limit int) ([]models.LinkState, error) {
	now, err := s.databaseTime(s.read(ctx))
	if err != nil {
		return nil, err
	}
	return s.states(ctx, object, s.along(s.read(ctx), "links", "links_dirty").Where("dirty = ? AND object = ? AND id > ?", true, object, after).
		Where("plan_after IS NULL OR plan_after <= ?", now).Where(noOpenIntent, openIntents).Order("id").Limit(limit))
}

// Links reads links, dirty or not, in the order of their ids.
func (s *Store) Links(ctx context.Context, object models.SyncObject, after string, limit int) ([]models.LinkState, error) {
	return s.states(ctx, object, s.along(s.read(ctx), "links", "links_object_id").Where("object = ? AND id > ?", object, after).Order("id").Limit(limit))
}

// LinkState reads one link. NOT_FOUND.
func (s *Store) LinkState(ctx context.Context, linkID string) (models.LinkState, error) {
	var l models.Link
	if err := s.read(ctx).First(&l, "id = ?", linkID).Error; err != nil {
		return models.LinkState{}, notFoundError(err)
	}
	states, err := s.hydrate(ctx, l.Object, []models.Link{l})
	if err != nil {
		return models.LinkState{}, err
	}
	return states[0], nil
}

// MatchCandidates reads, for each key, the links whose live record on the side has it.
func (s *Store) MatchCandidates(ctx context.Context, object models.SyncObject, side models.Side, keys []string) (map[string][]models.LinkState, error) {
	out := map[string][]models.LinkState{}
	for chunk := range chunks(truncateAll(keys)) {
		// Asked for by themselves: joined, the links would be sorted in a table on disk.
		var records []string
		if err := s.read(ctx).Table(table(side, object)).Where("match_key IN ? AND "+withoutIndex("deleted_at",
			true)+" IS NULL", chunk).Pluck("id", &records).Error; err != nil {
			return nil, err
		}
		states, err := s.statesOf(ctx, object, side, records)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(states, func(a, b models.LinkState) int { return strings.Compare(a.ID, b.ID) })
		for _, st := range states {
			if row := st.Row(side); row != nil {
				out[row.MatchKey] = append(out[row.MatchKey], st)
			}
		}
	}
	return out, nil
}

func truncateAll(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = truncate(k)
	}
	return out
}

// LinksByRecord reads the links of records of one side; one that is unknown is absent.
func (s *Store) LinksByRecord(ctx context.Context, object models.SyncObject, side models.Side, ids []string) (map[string]models.LinkState, error) {
	out := map[string]models.LinkState{}
	states, err := s.statesOf(ctx, object, side, ids)
	for _, st := range states {
		out[st.RecordID(side)] = st
	}
	return out, err
}

// statesOf reads the links of records of one side, in no order.
func (s *Store) statesOf(ctx context.Context, object models.SyncObject, side models.Side, ids []string) ([]models.LinkState, error) {
	var out []models.LinkState
	for chunk := range chunks(ids) {
		states, err := s.states(ctx, object, s.read(ctx).Where("object = ? AND "+idColumn(side)+" IN ?", object, chunk))
		if err != nil {
			return nil, err
		}
		out = append(out, states...)
	}
	return out, nil
}

func (s *Store) states(ctx context.Context, object models.SyncObject, q *gorm.DB) ([]models.LinkState, error) {
	var links []models.Link
	if err := q.Find(&links).Error; err != nil {
		return nil, err
	}
	return s.hydrate(ctx, object, links)
}

// hydrate adds the mirror rows and the parents' ids.
func (s *Store) hydrate(ctx context.Context, object models.SyncObject, links []models.Link) ([]models.LinkState, error) {
	out := make([]models.LinkState, len(links))
	if len(links) == 0 {
		return out, nil
	}
	rows := map[models.Side]map[string]*models.MirrorRow{}
	for _, side := range models.Sides {
		var ids []string
		for i := range links {
			if id := links[i].RecordID(side); id != "" {
				ids = append(ids, id)
			}
		}
		var err error
		if rows[side], err = mirrors(s.read(ctx), side, object, ids); err != nil {
			return nil, err
		}
	}
	for i := range links {
		out[i] = models.LinkState{Link: links[i], Desk: rows[models.Desk][links[i].RecordID(models.Desk)], Salesforce: rows[models.Salesforce][links[i].RecordID(models.Salesforce)]}
	}
	if object != models.ContactObject {
		return out, nil
	}
	return out, s.parents(ctx, out)
}

// parents resolves the contacts' accounts: what they are on the other side.
func (s *Store) parents(ctx context.Context, states []models.LinkState) error {
	now, err := s.databaseTime(s.read(ctx))
	if err != nil {
		return err
	}
	for _, side := range models.Sides {
		var ids []string
		seen := map[string]bool{}
		for i := range states {
			if row := states[i].Row(side); row != nil && row.ParentID != "" && !seen[row.ParentID] {
				seen[row.ParentID] = true
				ids = append(ids, row.ParentID)
			}
		}
		accounts := map[string]models.Parent{}
		for chunk := range chunks(ids) {
			var found []parentRow
			err := s.read(ctx).Table("links").Where("object = ? AND "+idColumn(side)+" IN ?", models.AccountObject, chunk).
				Joins("LEFT JOIN "+table(side.Other(), models.AccountObject)+" o ON o.id = links."+idColumn(side.Other())).
				Select("links.id, desk_id, salesforce_id, (NOT dirty AND "+noOpenIntent+") AS settled, (o.deleted_at IS NOT NULL) AS away", openIntents).
				Find(&found).Error
			if err != nil {
				return err
			}
			for _, p := range found {
				l := models.Link{DeskID: p.DeskID, SalesforceID: p.SalesforceID}
				accounts[l.RecordID(side)] = models.Parent{Seen: true, Counterpart: l.RecordID(side.Other()), Settled: p.Settled, Away: p.Away}
			}
		}
		for i := range states {
			row := states[i].Row(side)
			if row == nil || row.ParentID == "" {
				continue
			}
			states[i].SetParent(side, accounts[row.ParentID], now)
		}
	}
	return nil
}

// parentRow is an account's link with what models.Parent says of it.
type parentRow struct {
	ID           string
	DeskID       *string
	SalesforceID *string
	Settled      bool
	Away         bool
}

// MarkDirty marks links for planning again, because of the trigger.
func (s *Store) MarkDirty(ctx context.Context, linkIDs []string, cause models.RunTrigger) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		for chunk := range chunks(linkIDs) {
			if err := s.dirty(tx.Where("id IN ?", chunk), cause); err != nil {
				return err
			}
		}
		return nil
	})
}

// HalvesNamed reads the half links of a side whose live record has the shown name and was first
// seen at or after the time. One that is owed a counterpart itself is not among them: it is
// somebody's own record.
func (s *Store) HalvesNamed(ctx context.Context, object models.SyncObject, side models.Side, values models.Values, since time.Time) ([]models.LinkState, error) {
	return s.states(ctx, object, s.read(ctx).Where("object = ? AND live = ? AND name_key = ?", object, true, truncate(strings.ToLower(strings.TrimSpace(nameOf(side, object, values))))).
		Where(idColumn(side)+" IS NOT NULL AND "+idColumn(side.Other())+" IS NULL AND created_at >= ?", since).
		Where(noOpenIntent, openIntents).Order("id").Limit(batchRows))
}

// OpenWork says, of the links that have any, whether a write is owed and which code their open
// failure has.
func (s *Store) OpenWork(ctx context.Context, linkIDs []string) (map[string]models.OpenWork, error) {
	out := map[string]models.OpenWork{}
	for chunk := range chunks(linkIDs) {
		var owed []string
		if err := s.read(ctx).Table("intents").Where("link_id IN ? AND state IN ?", chunk, openIntents).Distinct().Pluck("link_id", &owed).Error; err != nil {
			return nil, err
		}
		for _, id := range owed {
			out[id] = models.OpenWork{Owed: true}
		}
		var failures []models.Failure
		if err := s.read(ctx).Select("link_id", "code").Where("link_id IN ? AND resolved_at IS NULL", chunk).Find(&failures).Error; err != nil {
			return nil, err
		}
		for _, f := range failures {
			out[f.LinkID] = models.OpenWork{Owed: out[f.LinkID].Owed, Failure: f.Code}
		}
	}
	return out, nil
}

// Lag is how old the oldest change is that is not yet on the other side, and how long ago the side
// and object that were asked for changes longest ago were last asked. Zero when there is none.
func (s *Store) Lag(ctx context.Context) (waiting time.Duration, unasked map[models.Side]time.Duration, err error) {
	var l linkRow
	if err := s.read(ctx).Where("dirty_since IS NOT NULL").Order("dirty_since").Limit(1).Find(&l).Error; err != nil {
		return 0, nil, err
	}
	if l.DirtySince != nil {
		waiting = max(0, s.stamp().Sub(*l.DirtySince))
	}
	polls, err := s.PollCursors(ctx)
	if err != nil || len(polls) == 0 {
		return waiting, nil, err
	}
	now, err := s.databaseTime(s.read(ctx))
	unasked = map[models.Side]time.Duration{}
	for _, c := range polls {
		unasked[c.Side] = max(unasked[c.Side], now.Sub(c.UpdatedAt))
	}
	return waiting, unasked, err
}

// Counts are the figures of the status screen.
func (s *Store) Counts(ctx context.Context) (models.SyncCounts, error) {
	var c models.SyncCounts
	for _, q := range []struct {
		into  *int
		table string
		where string
		args  []any
	}{
		{&c.LinkedContacts, "links", "object = ? AND desk_id IS NOT NULL AND salesforce_id IS NOT NULL", []any{models.ContactObject}},
		{&c.LinkedAccounts, "links", "object = ? AND desk_id IS NOT NULL AND salesforce_id IS NOT NULL", []any{models.AccountObject}},
		{&c.OpenFailures, "failures", "resolved_at IS NULL", nil},
		{&c.OpenConflicts, "conflicts", "resolved_at IS NULL", nil},
	} {
		var n int64
		if err := s.read(ctx).Table(q.table).Where(q.where, q.args...).Count(&n).Error; err != nil {
			return c, err
		}
		*q.into = int(n)
	}
	var err error
	c.Pending, err = s.Pending(ctx)
	return c, err
}

// Pending counts the links to plan and the writes to send. When nothing waits it looks at nothing.
// A dirty link for which a write is owed is planned once that is answered, so it counts once.
func (s *Store) Pending(ctx context.Context) (int, error) {
	var dirty, owed, both int64
	if err := s.read(ctx).Table("links").Where("dirty = ?", true).Count(&dirty).Error; err != nil {
		return 0, err
	}
	if err := s.read(ctx).Table("intents").Where("state IN ?", openIntents).Count(&owed).Error; err != nil || dirty == 0 || owed == 0 {
		return int(dirty + owed), err
	}
	err := s.read(ctx).Table("intents i").Select("COUNT(DISTINCT links.id)").Joins("JOIN links ON links.id = i.link_id").
		Where("i.state IN ? AND links.dirty = ?", openIntents, true).Row().Scan(&both)
	return int(dirty - both + owed), err
}
