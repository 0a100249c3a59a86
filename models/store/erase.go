package store

import (
	"context"
	"errors"
	"maps"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// errDry ends the transaction of an erasure that only counts.
var errDry = errors.New("a dry run")

// Erase removes a person from every table, and keeps hashes of their addresses and ids that keep
// them away (see Observe). A dry run does the same and gives it up at the end, so that its counts
// are the true ones. Nothing is sent to a vendor.
func (s *Store) Erase(ctx context.Context, who models.PersonKey, dry bool) (models.ErasureReceipt, error) {
	var receipt models.ErasureReceipt
	err := s.tx(ctx, func(tx *gorm.DB) error {
		e := eraser{store: s, tx: tx, ids: map[models.Side][]string{}, gone: map[string]int{}}
		receipt = models.ErasureReceipt{At: s.stamp(), DryRun: dry}
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			// Before it nobody stores anything of a vendor's.
			return err
		}
		for _, step := range []func() error{
			func() error { return e.find(who) }, e.mirrors, e.logs, e.related, e.reports, e.texts,
			func() error { return e.bury(who) },
			func() error { return s.raiseErasures(tx) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		receipt.Records, receipt.Tombstones, receipt.Sharing = e.records, e.buried, e.sharing
		for _, name := range slices.Sorted(maps.Keys(e.gone)) {
			if e.gone[name] > 0 {
				receipt.Tables = append(receipt.Tables, models.ErasedTable{Table: name, Rows: e.gone[name]})
			}
		}
		if dry {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		return receipt, nil
	}
	if err != nil {
		return models.ErasureReceipt{}, err
	}
	id := newID()
	receipt.ID = &id
	if err := s.scrub(ctx); err != nil {
		problem := "the rows are gone, but the database's file could not be written anew, so that parts of them may " +
			"still stand in it: free space on the disk, and erase the same person again"
		receipt.Problem = &problem
		s.log.Warn("after an erasure the database's file could not be written anew", "code", models.CodeOf(err))
	}
	return receipt, nil
}

// eraser removes one person.
type eraser struct {
	store *Store
	tx    *gorm.DB

	ids map[models.Side][]string // of the person's contacts
	// links are also those that were dropped long ago, as far as a log names them.
	links  []string
	emails []string // match keys
	names  []string // as people wrote them
	reach  []string // further addresses and telephone numbers

	gone                     map[string]int // rows, by table
	records, buried, sharing int
}

// all are the ids of both sides.
func (e *eraser) all() []string { return slices.Concat(e.ids[models.Desk], e.ids[models.Salesforce]) }

func (e *eraser) add(side models.Side, id string) (fresh bool) {
	if id == "" || slices.Contains(e.ids[side], id) {
		return false
	}
	e.ids[side] = append(e.ids[side], id)
	return true
}

// find finds the person's contacts: those of the address or the id, their counterparts, and those
// that were merged with them; and so on until there is no other. The links are locked: no answer of
// a vendor is recorded for them from now on.
func (e *eraser) find(who models.PersonKey) error {
	contact := models.ContactObject
	if who.ID != "" {
		e.add(who.Side, who.ID)
	}
	if err := e.findEmail(who.Email); err != nil {
		return err
	}
	for more := true; more; {
		more = false
		for _, side := range models.Sides {
			if len(e.ids[side]) == 0 {
				continue
			}
			var links []models.Link
			if err := e.store.locked(e.tx).Where("object = ? AND "+idColumn(side)+" IN ?", contact, e.ids[side]).
				Order("id").Find(&links).Error; err != nil {
				return err
			}
			for _, l := range links {
				if !slices.Contains(e.links, l.ID) {
					e.links = append(e.links, l.ID)
				}
				other := l.RecordID(side.Other())
				if other == "" { // the filter parted the two
					other = l.UnlinkedFrom
				}
				more = e.add(side.Other(), other) || more
			}
			var merged []models.MirrorRow
			if err := e.tx.Table(table(side, contact)).Select("id", "merged_into").
				Where("id IN ? AND merged_into <> '' OR merged_into IN ?", e.ids[side], e.ids[side]).Find(&merged).
				Error; err != nil {
				return err
			}
			for _, row := range merged {
				more = e.add(side, row.ID) || more
				more = e.add(side, row.MergedInto) || more
			}
		}
	}
	return e.learn()
}

// findEmail finds the contacts that are known by an address.
func (e *eraser) findEmail(email string) error {
	if email == "" {
		return nil
	}
	contact := models.ContactObject
	e.emails = append(e.emails, email)
	for _, side := range models.Sides {
		for _, key := range []string{"match_key", "second_key"} {
			if key == "second_key" && contact.SecondField(side) == "" {
				continue
			}
			var ids []string
			if err := e.tx.Table(table(side, contact)).Where(key+" = ?", truncate(email)).Pluck("id", &ids).Error; err != nil {
				return err
			}
			for _, id := range ids {
				e.add(side, id)
			}
		}
	}
	return nil
}

// learn reads what the person's contacts are called, and which links of earlier days were theirs.
func (e *eraser) learn() error {
	for _, side := range models.Sides {
		rows, err := mirrors(e.tx, side, models.ContactObject, e.ids[side])
		if err != nil {
			return err
		}
		e.records += len(rows)
		for _, row := range rows {
			for _, email := range emailsOf(side, row.Data) {
				if !slices.Contains(e.emails, email) {
					e.emails = append(e.emails, email)
				}
			}
			if row.Name != "" && !slices.Contains(e.names, row.Name) {
				e.names = append(e.names, row.Name)
			}
			e.reach = append(e.reach, reachedBy(row.Data)...)
		}
	}
	for _, log := range []string{"changes", "failures", "intents"} {
		var ids []string
		if err := e.tx.Table(log).Where("object = ? AND record_id IN ?", models.ContactObject, append(e.all(), none)).
			Distinct().Pluck("link_id", &ids).Error; err != nil {
			return err
		}
		e.links = append(e.links, ids...)
	}
	slices.Sort(e.links)
	e.links = slices.Compact(e.links)
	return nil
}

// none is no id: it keeps a list that may be empty valid SQL.
const none = "-"

// remove removes rows of a table.
func (e *eraser) remove(name, where string, args ...any) error {
	done := e.tx.Exec("DELETE FROM `"+name+"` WHERE "+where, args...)
	e.gone[name] += int(done.RowsAffected)
	return done.Error
}

// mirrors removes the contacts themselves, with what ties them together and what is owed to them.
func (e *eraser) mirrors() error {
	for _, side := range models.Sides {
		if err := e.remove(table(side, models.ContactObject), "id IN ?", append(e.ids[side], none)); err != nil {
			return err
		}
	}
	if err := e.remove("intents", "link_id IN ?", append(e.links, none)); err != nil {
		return err
	}
	return e.remove("links", "id IN ?", append(e.links, none))
}

// logs removes what was noted of the contacts. A conflict knows its link alone: where that was
// dropped long ago, it is the person's by its name.
func (e *eraser) logs() error {
	for _, name := range []string{"failures", "changes", "conflicts"} {
		if err := e.remove(name, "link_id IN ?", append(e.links, none)); err != nil {
			return err
		}
	}
	var orphans []string
	if err := e.tx.Table("conflicts").
		Where("object = ? AND record_name IN ?", models.ContactObject, append(e.names, none)).
		Where("NOT EXISTS (SELECT 1 FROM links l WHERE l.id = conflicts.link_id)").Pluck("id", &orphans).Error; err != nil {
		return err
	}
	return e.remove("conflicts", "id IN ?", append(orphans, none))
}

// related removes roles, notes and activities, how fresh they are, and the tickets. An activity
// goes from its account's card, too.
func (e *eraser) related() error {
	salesforce := append(slices.Clone(e.ids[models.Salesforce]), none)
	var deals []string
	if err := e.tx.Model(&models.OpportunityContact{}).Where("contact_id IN ?", salesforce).
		Pluck("opportunity_id", &deals).Error; err != nil {
		return err
	}
	if err := e.remove("opportunity_contacts", "contact_id IN ?", salesforce); err != nil {
		return err
	}
	var before, after int64
	deals = append(deals, none)
	if err := e.tx.Table("opportunities").Where("id IN ?", deals).Count(&before).Error; err != nil {
		return err
	}
	if err := dropUnheld(e.tx, deals); err != nil {
		return err
	}
	if err := e.tx.Table("opportunities").Where("id IN ?", deals).Count(&after).Error; err != nil {
		return err
	}
	e.gone["opportunities"] += int(before - after)
	for _, name := range []string{"events", "tasks"} {
		var ids []string
		if err := e.tx.Table(name).Where("who_id IN ?", salesforce).Distinct().Pluck("id", &ids).Error; err != nil {
			return err
		}
		for chunk := range chunks(ids) {
			if err := e.remove(name, "id IN ?", chunk); err != nil {
				return err
			}
		}
	}
	if err := e.remove("notes", "contact_id IN ?", salesforce); err != nil {
		return err
	}
	if err := e.remove("related_states", "customer_id IN ?", salesforce); err != nil {
		return err
	}
	if err := e.remove("card_versions", "customer_id IN ?", salesforce); err != nil {
		return err
	}
	if err := touchAll(e.tx); err != nil { // no card that is kept in memory shows the person
		return err
	}
	return e.remove("tickets", "contact_id IN ?", append(slices.Clone(e.ids[models.Desk]), none))
}

// reports takes the person out of forecasts and of the reports of compares.
func (e *eraser) reports() error {
	theirs := func(name, desk, salesforce *string) bool {
		return name != nil && slices.Contains(e.names, *name) ||
			desk != nil && slices.Contains(e.ids[models.Desk], *desk) ||
			salesforce != nil && slices.Contains(e.ids[models.Salesforce], *salesforce)
	}
	var forecasts []models.Rehearsal
	if err := e.tx.Find(&forecasts).Error; err != nil {
		return err
	}
	for _, r := range forecasts {
		if rehearsalWithout(&r, func(one models.RehearsalSample) bool {
			return theirs(one.RecordName, one.DeskID, one.SalesforceID)
		}) {
			e.gone["rehearsals"]++
			if err := e.tx.Save(&r).Error; err != nil {
				return err
			}
		}
	}
	var reports []models.DriftReport
	if err := e.tx.Find(&reports).Error; err != nil {
		return err
	}
	for _, r := range reports {
		if reportWithout(&r, func(one models.DriftSample) bool {
			return theirs(one.RecordName, one.DeskID, one.SalesforceID)
		}) {
			e.gone["drift_reports"]++
			if err := e.tx.Save(&r).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// bury keeps the hashes. An address that contacts have who stay is not the person's alone: it is
// kept only if it was named.
func (e *eraser) bury(who models.PersonKey) error {
	h, err := e.store.hasher(e.tx, true)
	if err != nil {
		return err
	}
	var hashes []string
	for _, side := range models.Sides {
		for _, id := range e.ids[side] {
			hashes = append(hashes, h.record(side, id))
		}
	}
	for _, email := range e.emails {
		n := 0
		for _, side := range models.Sides { // the person's own rows are gone by now
			var left int64
			if err := e.tx.Table(table(side, models.ContactObject)).Where("match_key = ?", truncate(email)).Count(&left).
				Error; err != nil {
				return err
			}
			n += int(left)
		}
		if e.sharing += n; n == 0 || email == who.Email {
			hashes = append(hashes, h.email(email))
		}
	}
	return e.entomb(hashes)
}

// entomb keeps hashes as one person's: that of an earlier erasure where one of them is known.
func (e *eraser) entomb(hashes []string) error {
	known, err := buried(e.tx, slices.Clone(hashes))
	if err != nil {
		return err
	}
	person := newID()
	if len(known) > 0 {
		people := slices.Sorted(maps.Values(known))
		person = people[0]
		if err := e.tx.Model(&tombstone{}).Where("person_id IN ?", people).
			UpdateColumns(map[string]any{"person_id": person}).Error; err != nil {
			return err
		}
	}
	var rows []tombstone
	for _, hash := range hashes {
		rows = append(rows, tombstone{hash, person, e.store.stamp()})
	}
	e.buried = len(rows)
	for chunk := range chunks(rows) {
		if err := e.tx.Clauses(doNothing).Create(&chunk).Error; err != nil {
			return err
		}
	}
	return nil
}
