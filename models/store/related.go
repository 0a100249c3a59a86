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

// SaveTicket keeps whose ticket it is. After the integration was deleted nothing is stored.
func (s *Store) SaveTicket(ctx context.Context, t models.Ticket) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		if gone, err := s.deleted(tx); err != nil || gone {
			return err
		}
		return tx.Clauses(replace).Create(&t).Error
	})
}

// PolledAt is when each side was last asked for changes of all its objects, and the answer stored. A side that was not yet is absent.
func (s *Store) PolledAt(ctx context.Context) (map[models.Side]time.Time, error) {
	var rows []models.Cursor
	if err := s.read(ctx).Where("kind = ?", models.CursorPoll).Find(&rows).Error; err != nil {
		return nil, err
	}
	out, objects := map[models.Side]time.Time{}, map[models.Side]int{}
	for _, r := range rows {
		objects[r.Side]++
		if at, seen := out[r.Side]; !seen || r.UpdatedAt.Before(at) {
			out[r.Side] = r.UpdatedAt
		}
	}
	maps.DeleteFunc(out, func(side models.Side, _ time.Time) bool { return objects[side] < len(models.SyncObjects) })
	return out, nil
}

// RelatedStates says how fresh the sections of customers are, by customer and section. A section that was never read is absent; one that is mirrored is as fresh as the
// mirror, for every customer.
func (s *Store) RelatedStates(ctx context.Context, customerIDs []string, sections []models.Need) (map[string]map[models.Need]models.RelatedState, error) {
	var rows []models.RelatedState
	if err := s.read(ctx).Where("customer_id IN ? AND section IN ?", customerIDs, sections).Find(&rows).Error; err != nil {
		return nil, err
	}
	mirrored, err := s.mirroredSections(ctx)
	if err != nil {
		return nil, err
	}
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
	return out, nil
}

// mirroredSections are the sections that are mirrored whole, with their times.
func (s *Store) mirroredSections(ctx context.Context) (map[models.Need]time.Time, error) {
	mirrors, err := s.RelatedMirrors(ctx)
	if err != nil {
		return nil, err
	}
	out := map[models.Need]time.Time{}
	for _, object := range models.RelatedObjects {
		at, seen := out[object.Section()]
		m := mirrors[object]
		switch {
		case !m.Complete || m.AsOf == nil:
			out[object.Section()] = time.Time{} // opportunities are whole only together with their roles
		case !seen || m.AsOf.Before(at):
			out[object.Section()] = *m.AsOf
		}
	}
	maps.DeleteFunc(out, func(_ models.Need, at time.Time) bool { return at.IsZero() })
	return out, nil
}

// SaveRelated replaces the sections that were read, and says how fresh they are. After the integration was deleted nothing is stored.
func (s *Store) SaveRelated(ctx context.Context, r models.Related) error {
	customer := r.ContactID
	if customer == "" {
		customer = r.AccountID
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		if gone, err := s.deleted(tx); err != nil || gone {
			return err
		}
		mirrors, err := relatedMirrors(tx)
		if err != nil {
			return err
		}
		for _, section := range r.Read {
			keep := slices.Contains(r.Cut, section) && kept(mirrors, section)
			if err := saveSection(tx, section, customer, r, keep); err != nil {
				return err
			}
			part := section.Without(r.Hidden)
			states := []models.RelatedState{{CustomerID: customer, Section: part, AsOf: r.AsOf}}
			if section == models.NeedOpportunities && r.AccountID != "" && r.AccountID != customer {
				states = append(states, models.RelatedState{CustomerID: r.AccountID, Section: part, AsOf: r.AsOf})
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
		return nil
	})
}

// keepMarks leaves stale what was marked after it was asked for: the answer may be older than the change. It goes by the database's clock; how long ago it was asked, this
// process knows.
func (s *Store) keepMarks(tx *gorm.DB, states []models.RelatedState) error {
	now, err := s.databaseTime(tx)
	if err != nil {
		return err
	}
	here := s.stamp() // right after the database's: what comes between them makes asked earlier than it was
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

// deleted tells whether the integration was deleted, and holds its row, so that what is stored does not come after that.
func (s *Store) deleted(tx *gorm.DB) (bool, error) {
	var in models.Integration
	err := s.locked(tx).First(&in, 1).Error
	return in.Status == models.StatusDeleted, err
}

// kept tells whether the section's records are mirrored: those that a card leaves out are there all the same.
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

// saveOpportunities keeps the opportunities of a contact and of its account. One that is neither's any more goes, unless another contact has a role in it.
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
		held := tx.Model(&models.OpportunityContact{}).Select("opportunity_id")
		if err := tx.Where("account_id = ? AND id NOT IN ? AND id NOT IN (?)", r.AccountID, ids, held).Delete(&models.Opportunity{}).Error; err != nil {
			return err
		}
	}
	if len(r.Opportunities) == 0 {
		return nil
	}
	return tx.Clauses(replaceShown(models.NeedOpportunities, r.Hidden)).CreateInBatches(r.Opportunities, batchRows).Error
}

// pruneRelated removes what no card and no mirror has read since the time, and with it the states: it is read again when it is asked for.
func pruneRelated(tx *gorm.DB, before time.Time) error {
	for _, rows := range []any{&models.OpportunityContact{}, &models.Opportunity{}, &models.Note{}, &models.Event{}, &models.Task{}, &models.RelatedState{}, &models.Ticket{}} {
		if err := tx.Where("as_of < ?", before).Delete(rows).Error; err != nil {
			return err
		}
	}
	// A mirror that has stood still for so long begins anew.
	return tx.Model(&models.RelatedMirror{}).Where("as_of < ?", before).UpdateColumns(map[string]any{"complete": false, "reading": false, "began_at": nil, "as_of": nil}).Error
}

// swapRoles replaces a contact's roles. Where it was not asked what they are, those that are known stay as they are.
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

// dropUnheld removes those of the opportunities that are on nobody's card any more. Mirrored ones stay.
func dropUnheld(tx *gorm.DB, ids []string) error {
	mirrors, err := relatedMirrors(tx)
	if err != nil || kept(mirrors, models.NeedOpportunities) {
		return err
	}
	for chunk := range chunks(ids) {
		held := tx.Model(&models.OpportunityContact{}).Select("opportunity_id").Where("opportunity_id IN ?", chunk)
		shown := tx.Model(&models.RelatedState{}).Select("customer_id").Where("section = ?", models.NeedOpportunities)
		if err := tx.Where("id IN ? AND id NOT IN (?) AND (account_id IS NULL OR account_id NOT IN (?))", chunk, held, shown).Delete(&models.Opportunity{}).Error; err != nil {
			return err
		}
	}
	return nil
}

// opportunityRow is an opportunity with the role of the contact asked about.
type opportunityRow struct {
	models.Opportunity `gorm:"embedded"`
	ContactRole        *string
}

// CustomerOpportunities lists a customer's opportunities: open ones first, then by close date.
func (s *Store) CustomerOpportunities(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Opportunity], error) {
	db := s.read(ctx).Table("opportunities o")
	roles := s.read(ctx).Model(&models.OpportunityContact{}).Select("opportunity_id").Where("contact_id = ?", q.ContactID)
	switch {
	case q.ContactID != "" && q.AccountID != "":
		db = db.Where("(o.account_id = ? OR o.id IN (?))", q.AccountID, roles)
	case q.ContactID != "":
		db = db.Where("o.id IN (?)", roles)
	default:
		db = db.Where("o.account_id = ?", q.AccountID)
	}
	if q.Open != nil {
		db = db.Where("o.open = ?", *q.Open)
	}
	k, open := keyset{name: "card/opportunities", columns: []column{{sql: "COALESCE(o.open, 0)", desc: true, field: "Opportunity.open"}, {sql: "o.close_date", nullable: true, field: "Opportunity.closeDate"},
		{sql: "o.id"}}}.open(q.Hidden)
	rows, err := list(db, k, cardPage(q), q.Total, func(r opportunityRow) []any { return open([]any{flag(r.Open), day(r.CloseDate), r.ID}) },
		func(tx *gorm.DB) *gorm.DB {
			columns := selected(models.NeedOpportunities, q.Hidden, "o.")
			if q.ContactID == "" || slices.Contains(q.Hidden, "Opportunity.role") {
				return tx.Select(columns)
			}
			return tx.Select(columns+", (SELECT oc.role FROM opportunity_contacts oc WHERE oc.opportunity_id = o.id AND oc.contact_id = ?) AS contact_role", q.ContactID)
		})
	out := models.Slice[models.Opportunity]{Rows: []models.Opportunity{}, Cursors: rows.Cursors, PageInfo: rows.PageInfo, Total: rows.Total}
	for _, r := range rows.Rows {
		r.Role = r.ContactRole
		out.Rows = append(out.Rows, r.Opportunity)
	}
	return out, err
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

// flag is a boolean as both databases compare it.
func flag(b *bool) any {
	if b != nil && *b {
		return 1
	}
	return 0
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
	k, open := keyset{name: "card/notes", columns: []column{{sql: "created_at", desc: true, nullable: true, field: "Note.createdAt"}, {sql: "id"}}}.open(q.Hidden)
	return list(s.read(ctx).Model(&models.Note{}).Where("contact_id = ?", customerOf(q)), k, cardPage(q), q.Total,
		func(n models.Note) []any { return open([]any{maybe(n.CreatedAt), n.ID}) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedNotes, q.Hidden, "", "contact_id")) })
}

// Events lists a customer's events, the latest start first.
func (s *Store) Events(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Event], error) {
	k, open := keyset{name: "card/events", columns: []column{{sql: "starts_at", desc: true, nullable: true, field: "Event.startsAt"}, {sql: "id"}}}.open(q.Hidden)
	return list(s.read(ctx).Model(&models.Event{}).Where("who_id = ?", customerOf(q)), k, cardPage(q), q.Total,
		func(e models.Event) []any { return open([]any{maybe(e.StartsAt), e.ID}) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedEvents, q.Hidden, "", "who_id")) })
}

// Tasks lists a customer's tasks: open ones first, then by due date.
func (s *Store) Tasks(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Task], error) {
	db := s.read(ctx).Model(&models.Task{}).Where("who_id = ?", customerOf(q))
	if q.Open != nil {
		db = db.Where("open = ?", *q.Open)
	}
	k, open := keyset{name: "card/tasks", columns: []column{{sql: "COALESCE(open, 0)", desc: true, field: "Task.open"}, {sql: "due_date", nullable: true, field: "Task.dueDate"}, {sql: "id"}}}.open(q.Hidden)
	return list(db, k, cardPage(q), q.Total, func(t models.Task) []any { return open([]any{flag(t.Open), day(t.DueDate), t.ID}) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedTasks, q.Hidden, "", "who_id")) })
}
