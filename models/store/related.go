package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Ticket is what is known of a Desk ticket; nil when nothing is.
func (s *Store) Ticket(ctx context.Context, id string) (*models.Ticket, error) {
	var out []models.Ticket
	if err := s.read(ctx).Where("id = ?", id).Find(&out).Error; err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// SaveTicket keeps whose ticket it is, and answers what it kept: an erased person's is nobody's, or
// its account's. After the integration was deleted nothing is stored.
func (s *Store) SaveTicket(ctx context.Context, t models.Ticket) (models.Ticket, error) {
	err := s.tx(ctx, func(tx *gorm.DB) error {
		gone, erasures, err := s.deleted(tx)
		if err != nil || gone {
			return err
		}
		erased, err := s.erasedContacts(tx, erasures, models.Desk, []string{t.ContactID})
		if err != nil {
			return err
		}
		if erased[t.ContactID] {
			t.ContactID = ""
		}
		return tx.Clauses(replace).Create(&t).Error
	})
	return t, err
}

// polledAt is when each side was last asked for changes of all its objects, and the answer stored,
// by the positions of its polls. A side that was not yet is absent.
func polledAt(rows []models.Cursor) map[models.Side]time.Time {
	out, objects := map[models.Side]time.Time{}, map[models.Side]int{}
	for _, r := range rows {
		objects[r.Side]++
		if at, seen := out[r.Side]; !seen || r.UpdatedAt.Before(at) {
			out[r.Side] = r.UpdatedAt
		}
	}
	maps.DeleteFunc(out, func(side models.Side, _ time.Time) bool { return objects[side] < len(models.SyncObjects) })
	return out
}

// RelatedStates says how fresh the sections of customers are, by customer and section. A section
// that was never read is absent; one that is mirrored is as fresh as the mirror, for every
// customer.
func (s *Store) RelatedStates(ctx context.Context, customerIDs []string, sections []models.Need) (map[string]map[models.Need]models.RelatedState, error) {
	var rows []models.RelatedState
	if err := s.read(ctx).Where("customer_id IN ? AND section IN ?", customerIDs, sections).Find(&rows).Error; err != nil {
		return nil, err
	}
	mirrors, err := s.RelatedMirrors(ctx)
	if err != nil {
		return nil, err
	}
	return statesOfSections(customerIDs, sections, rows, mirroredSections(mirrors)), nil
}

// statesOfSections lays the stored states over what the mirrors keep.
func statesOfSections(customerIDs []string, sections []models.Need, rows []models.RelatedState, mirrored map[models.Need]time.Time) map[string]map[models.Need]models.RelatedState {
	out := make(map[string]map[models.Need]models.RelatedState, len(customerIDs))
	for _, id := range customerIDs {
		out[id] = map[models.Need]models.RelatedState{}
		for _, section := range sections {
			if at, ok := mirrored[section]; ok {
				out[id][section] = models.RelatedState{CustomerID: id, Section: section, AsOf: at, Mirrored: true}
			}
		}
	}
	for _, r := range rows {
		if m, ok := out[r.CustomerID][r.Section]; ok {
			r.Mirrored = true
			if m.AsOf.After(r.AsOf) && !r.Stale {
				r.AsOf = m.AsOf
			}
		}
		out[r.CustomerID][r.Section] = r
	}
	return out
}

// mirroredSections are the sections that are mirrored whole, with their times.
func mirroredSections(mirrors map[models.RelatedObject]models.RelatedMirror) map[models.Need]time.Time {
	out := map[models.Need]time.Time{}
	for _, object := range models.RelatedObjects {
		at, seen := out[object.Section()]
		m := mirrors[object]
		switch {
		case !m.Complete || m.AsOf == nil:
			// Opportunities are whole only together with their roles.
			out[object.Section()] = time.Time{}
		case !seen || m.AsOf.Before(at):
			out[object.Section()] = *m.AsOf
		}
	}
	maps.DeleteFunc(out, func(_ models.Need, at time.Time) bool { return at.IsZero() })
	return out
}

// SaveRelated replaces the sections that were read, and says how fresh they are. After the
// integration was deleted nothing is stored, and nothing of an erased person ever.
func (s *Store) SaveRelated(ctx context.Context, r models.Related) error {
	customer := r.ContactID
	if customer == "" {
		customer = r.AccountID
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		gone, erasures, err := s.deleted(tx)
		if err != nil || gone {
			return err
		}
		if away, err := s.withoutErased(tx, erasures, &r); err != nil || away {
			return err
		}
		mirrors, err := relatedMirrors(tx)
		if err != nil {
			return err
		}
		others, err := sharing(tx, r)
		if err != nil {
			return err
		}
		for _, section := range r.Read {
			keep := slices.Contains(r.Cut, section) && kept(mirrors, section)
			if err := saveSection(tx, section, customer, r, keep); err != nil {
				return err
			}
			part := section.Without(r.Hidden)
			cut := slices.Contains(r.Cut, section)
			states := []models.RelatedState{{CustomerID: customer, Section: part, AsOf: r.AsOf, Cut: cut, Totals: r.Totals[section]}}
			if section == models.NeedOpportunities && r.AccountID != "" && r.AccountID != customer {
				states = append(states, models.RelatedState{CustomerID: r.AccountID, Section: part, AsOf: r.AsOf, Cut: cut})
			}
			if part != section { // there may be new rows now of which others have not seen all
				whole := tx.Model(&models.RelatedState{}).Where("customer_id IN ? AND section = ?", []string{customer, r.AccountID}, section)
				if err := whole.UpdateColumns(map[string]any{"stale": true}).Error; err != nil {
					return err
				}
			}
			if err := s.keepMarks(tx, states); err != nil {
				return err
			}
			if err := tx.Clauses(replace).Create(&states).Error; err != nil {
				return err
			}
		}
		if unseen(r) {
			return touchAll(tx)
		}
		return touch(tx, append(others, customer, r.AccountID))
	})
}

// unseen tells that opportunities were read for a caller who may not know whose they are: nobody
// looks whose cards they are on, and everybody's are read anew.
func unseen(r models.Related) bool {
	return slices.Contains(r.Read, models.NeedOpportunities) && slices.Contains(r.Hidden, "Opportunity.account")
}

// sharing are the other customers on whose cards a customer's opportunities are, were, or will be:
// those that are stored and those that were read.
func sharing(tx *gorm.DB, r models.Related) ([]string, error) {
	if !slices.Contains(r.Read, models.NeedOpportunities) || unseen(r) {
		return nil, nil
	}
	var ids, out []string
	for _, o := range r.Opportunities {
		ids = append(ids, o.ID)
		if o.AccountID != nil {
			out = append(out, *o.AccountID)
		}
	}
	if r.ContactID != "" {
		var had []string
		if err := tx.Model(&models.OpportunityContact{}).Where("contact_id = ?", r.ContactID).Pluck("opportunity_id", &had).Error; err != nil {
			return nil, err
		}
		ids = append(ids, had...)
	}
	stored, err := customersOfOpportunities(tx, sortedIDs(ids))
	return append(out, stored...), err
}

// keepMarks leaves stale what was marked after it was asked for: the answer may be older than the
// change. It goes by the database's clock; how long ago it was asked, this process knows.
func (s *Store) keepMarks(tx *gorm.DB, states []models.RelatedState) error {
	now, err := s.databaseTime(tx)
	if err != nil {
		return err
	}
	// Right after the database's: what comes between them makes asked earlier than it was.
	here := s.stamp()
	for i, state := range states {
		var old []models.RelatedState
		if err := tx.Where("customer_id = ? AND section = ?", state.CustomerID, state.Section).Find(&old).Error; err != nil {
			return err
		}
		asked := now.Add(-max(here.Sub(state.AsOf), 0))
		if len(old) > 0 && old[0].MarkedAt != nil && !old[0].MarkedAt.Before(asked) {
			states[i].Stale, states[i].MarkedAt = true, old[0].MarkedAt
		}
	}
	return nil
}

// deleted tells whether the integration was deleted, and how often people were erased. It holds the
// integration's row, so that what is stored does not come after either.
func (s *Store) deleted(tx *gorm.DB) (gone bool, erasures int64, err error) {
	var in models.Integration
	err = s.locked(tx).First(&in, 1).Error
	return in.Status == models.StatusDeleted, in.Erasures, err
}

// kept tells whether the section's records are mirrored: those that a card leaves out are there all
// the same.
func kept(mirrors map[models.RelatedObject]models.RelatedMirror, section models.Need) bool {
	for object, m := range mirrors {
		if object.Section() == section && m.BeganAt != nil {
			return true
		}
	}
	return false
}

// saveSection replaces a section's rows; keep only adds to them.
func saveSection(tx *gorm.DB, section models.Need, customer string, r models.Related, keep bool) error {
	switch section {
	case models.NeedOpportunities:
		return saveOpportunities(tx, r, keep)
	case models.NeedNotes:
		for i := range r.Notes {
			r.Notes[i].ContactID, r.Notes[i].AsOf = customer, r.AsOf
		}
		return swapShown(tx, tx.Where("contact_id = ?", customer), r.Notes, section, r.Hidden, keep, func(n models.Note) string { return n.ID })
	case models.NeedEvents:
		for i := range r.Events {
			r.Events[i].WhoID, r.Events[i].AsOf = customer, r.AsOf
		}
		return swapShown(tx, tx.Where("who_id = ?", customer), r.Events, section, r.Hidden, keep, func(e models.Event) string { return e.ID })
	case models.NeedTasks:
		for i := range r.Tasks {
			r.Tasks[i].WhoID, r.Tasks[i].AsOf = customer, r.AsOf
		}
		return swapShown(tx, tx.Where("who_id = ?", customer), r.Tasks, section, r.Hidden, keep, func(t models.Task) string { return t.ID })
	}
	return models.Errorf(models.CodeInternal, "%s is no section", section)
}

// swap replaces the rows of a condition; keep only adds to them.
func swap[T any](tx, old *gorm.DB, rows []T, keep bool) error {
	if !keep {
		var zero T
		if err := old.Delete(&zero).Error; err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(replace).CreateInBatches(rows, batchRows).Error
}

// swapShown replaces the rows of a condition; of those that stay it keeps what was not asked for.
func swapShown[T any](tx, old *gorm.DB, rows []T, section models.Need, hidden []string, keep bool, id func(T) string) error {
	if len(section.HiddenOf(hidden)) == 0 {
		return swap(tx, old, rows, keep)
	}
	if !keep {
		ids := []string{""}
		for _, r := range rows {
			ids = append(ids, id(r))
		}
		var zero T
		if err := old.Where("id NOT IN ?", ids).Delete(&zero).Error; err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(replaceShown(section, hidden)).CreateInBatches(rows, batchRows).Error
}

// saveOpportunities keeps the opportunities of a contact and of its account. One that is neither's
// any more goes, unless another contact has a role in it.
func saveOpportunities(tx *gorm.DB, r models.Related, keep bool) error {
	ids := []string{""}
	for i := range r.Opportunities {
		r.Opportunities[i].AsOf = r.AsOf
		ids = append(ids, r.Opportunities[i].ID)
	}
	if r.ContactID != "" {
		roles := slices.DeleteFunc(slices.Clone(r.Roles), func(role models.OpportunityContact) bool { return role.ContactID != r.ContactID })
		for i := range roles {
			roles[i].AsOf = &r.AsOf
		}
		var left []string // what the contact had a role in and has none any more
		if err := tx.Model(&models.OpportunityContact{}).Where("contact_id = ? AND opportunity_id NOT IN ?", r.ContactID, ids).Pluck("opportunity_id", &left).Error; err != nil {
			return err
		}
		if err := swapRoles(tx, r, roles, ids, keep); err != nil {
			return err
		}
		if err := dropUnheld(tx, left); err != nil {
			return err
		}
	}
	if r.AccountID != "" && !keep {
		if err := tx.Where("account_id = ? AND id NOT IN ? AND "+unheld, r.AccountID, ids).Delete(&models.Opportunity{}).Error; err != nil {
			return err
		}
	}
	if len(r.Opportunities) == 0 {
		return nil
	}
	return tx.Clauses(replaceShown(models.NeedOpportunities, r.Hidden)).CreateInBatches(r.Opportunities, batchRows).Error
}

// swapRoles replaces a contact's roles. Where it was not asked what they are, those that are known
// stay as they are.
func swapRoles(tx *gorm.DB, r models.Related, roles []models.OpportunityContact, ids []string, keep bool) error {
	of := tx.Where("contact_id = ?", r.ContactID)
	if !slices.Contains(r.Hidden, "Opportunity.role") {
		return swap(tx, of, roles, keep)
	}
	if !keep {
		if err := of.Where("opportunity_id NOT IN ?", ids).Delete(&models.OpportunityContact{}).Error; err != nil {
			return err
		}
	}
	if len(roles) == 0 {
		return nil
	}
	return tx.Clauses(doNothing).CreateInBatches(roles, batchRows).Error
}

// unheld tells that no contact has a role in an opportunity.
const unheld = "NOT EXISTS (SELECT 1 FROM opportunity_contacts oc WHERE oc.opportunity_id = opportunities.id)"

// dropUnheld removes those of the opportunities that are on nobody's card any more. Mirrored ones
// stay.
func dropUnheld(tx *gorm.DB, ids []string) error {
	mirrors, err := relatedMirrors(tx)
	if err != nil || kept(mirrors, models.NeedOpportunities) {
		return err
	}
	for chunk := range chunks(ids) {
		shown := "NOT EXISTS (SELECT 1 FROM related_states rs WHERE rs.customer_id = opportunities.account_id AND rs.section = ?)"
		if err := tx.Where("id IN ? AND "+unheld+" AND "+shown, chunk, models.NeedOpportunities).Delete(&models.Opportunity{}).Error; err != nil {
			return err
		}
	}
	return nil
}

func cardPage(q models.RelatedQuery) models.Page {
	p := models.Page{}
	if q.First > 0 {
		p.First = &q.First
	}
	if q.After != "" {
		p.After = &q.After
	}
	return p
}

// closed is the column of the same name: 0 for what is open.
func closed(open *bool) any {
	if open != nil && *open {
		return 0
	}
	return 1
}

// lastDay is a date as the columns close_key and due_key keep it: none comes last.
func lastDay(d *models.Date) any {
	if d == nil {
		return "~"
	}
	return string(*d)
}

func day(d *models.Date) any {
	if d == nil {
		return nil
	}
	return string(*d)
}

func customerOf(q models.RelatedQuery) string {
	if q.ContactID != "" {
		return q.ContactID
	}
	return q.AccountID
}

// Notes lists a customer's notes, newest first.
func (s *Store) Notes(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Note], error) {
	k, open := noteOrder.open(q.Hidden)
	return list(s.read(ctx).Model(&models.Note{}).Where("contact_id = ?", customerOf(q)), k, cardPage(q), q.Total,
		func(n models.Note) []any { return open(noteKeys(n)) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedNotes, q.Hidden, "", "contact_id")) })
}

// Events lists a customer's events, the latest start first.
func (s *Store) Events(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Event], error) {
	k, open := eventOrder.open(q.Hidden)
	return list(s.read(ctx).Model(&models.Event{}).Where("who_id = ?", customerOf(q)), k, cardPage(q), q.Total,
		func(e models.Event) []any { return open(eventKeys(e)) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedEvents, q.Hidden, "", "who_id")) })
}

// Tasks lists a customer's tasks: open ones first, then by due date.
func (s *Store) Tasks(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Task], error) {
	db := s.read(ctx).Model(&models.Task{}).Where("who_id = ?", customerOf(q))
	if q.Open != nil {
		db = db.Where("closed = ?", !*q.Open)
	}
	k, open := taskOrder.open(q.Hidden)
	return list(db, k, cardPage(q), q.Total, func(t models.Task) []any { return open(taskKeys(t)) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedTasks, q.Hidden, "", "who_id")) })
}
