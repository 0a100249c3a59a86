package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// CustomerOpportunities lists a customer's opportunities: open ones first, then by close date. A
// contact's are its account's, and those in which it has a role: each part is read along its own
// index, and they are merged here.
func (s *Store) CustomerOpportunities(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Opportunity], error) {
	k, open := opportunityOrder.open(q.Hidden)
	values := func(o models.Opportunity) []any { return open(opportunityKeys(o)) }
	columns := func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedOpportunities, q.Hidden, "")) }
	part := func(where string, args ...any) (models.Slice[models.Opportunity], error) {
		db := s.read(ctx).Model(&models.Opportunity{}).Where(where, args...)
		if q.Open != nil {
			db = db.Where("closed = ?", !*q.Open)
		}
		return list(db, k, cardPage(q), q.Total, values, columns)
	}
	if q.ContactID == "" {
		return part("account_id = ?", q.AccountID)
	}
	roles, err := s.rolesOf(ctx, q)
	if err != nil {
		return models.Slice[models.Opportunity]{}, err
	}
	ids := slices.Sorted(maps.Keys(roles))
	var parts []models.Slice[models.Opportunity]
	if q.AccountID != "" {
		of, err := part("account_id = ?", q.AccountID)
		if err != nil {
			return of, err
		}
		parts = append(parts, of)
	}
	own, err := part("id IN ? AND (account_id IS NULL OR account_id <> ?)", append(ids, ""), q.AccountID)
	if err != nil {
		return own, err
	}
	out := merged(append(parts, own), cardPage(q), values)
	for i := range out.Rows {
		out.Rows[i].Role = roles[out.Rows[i].ID]
	}
	return out, nil
}

// The orders of a card's sections, each with its rows' values. The database keeps the columns
// closed, close_key and due_key from the open flag and the dates.
var (
	opportunityOrder = keyset{name: "card/opportunities by state", columns: []column{{sql: "closed", field: "Opportunity.open"}, {sql: "close_key", field: "Opportunity.closeDate"}, {sql: "id"}}, customers: true}
	noteOrder        = keyset{name: "card/notes by time", columns: []column{{sql: "created_at", desc: true, nullable: true, field: "Note.createdAt"}, {sql: "id", desc: true}}, customers: true}
	eventOrder       = keyset{name: "card/events by time", columns: []column{{sql: "starts_at", desc: true, nullable: true, field: "Event.startsAt"}, {sql: "id", desc: true}}, customers: true}
	taskOrder        = keyset{name: "card/tasks by state", columns: []column{{sql: "closed", field: "Task.open"}, {sql: "due_key", field: "Task.dueDate"}, {sql: "id"}}, customers: true}
)

func opportunityKeys(o models.Opportunity) []any {
	return []any{closed(o.Open), lastDay(o.CloseDate), o.ID}
}
func noteKeys(n models.Note) []any   { return []any{maybe(n.CreatedAt), n.ID} }
func eventKeys(e models.Event) []any { return []any{maybe(e.StartsAt), e.ID} }
func taskKeys(t models.Task) []any   { return []any{closed(t.Open), lastDay(t.DueDate), t.ID} }

// rolesOf are the contact's roles by opportunity; nil ones where they are hidden.
func (s *Store) rolesOf(ctx context.Context, q models.RelatedQuery) (map[string]*string, error) {
	columns := []string{"opportunity_id", "role"}
	if slices.Contains(q.Hidden, "Opportunity.role") {
		columns = columns[:1]
	}
	var rows []models.OpportunityContact
	if err := s.read(ctx).Select(columns).Where("contact_id = ?", q.ContactID).Find(&rows).Error; err != nil {
		return nil, err
	}
	out := make(map[string]*string, len(rows))
	for _, r := range rows {
		out[r.OpportunityID] = r.Role
	}
	return out, nil
}

// merged is the page that begins where its parts begin: they are parts of one list, in its order.
func merged[T any](parts []models.Slice[T], page models.Page, values func(T) []any) models.Slice[T] {
	type row struct {
		of     T
		cursor string
		values []any
	}
	var rows []row
	out := models.Slice[T]{Rows: []T{}, Cursors: []string{}}
	for _, p := range parts {
		for i, r := range p.Rows {
			rows = append(rows, row{r, p.Cursors[i], values(r)})
		}
		out.PageInfo.HasNextPage = out.PageInfo.HasNextPage || p.PageInfo.HasNextPage
		out.PageInfo.HasPreviousPage = p.PageInfo.HasPreviousPage
		if p.Total != nil {
			total := *p.Total
			if out.Total != nil {
				total += *out.Total
			}
			out.Total = &total
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return slices.CompareFunc(a.values, b.values, compareKeys) })
	n := defaultRows
	if page.First != nil {
		n = *page.First
	}
	if len(rows) > n {
		rows, out.PageInfo.HasNextPage = rows[:n], true
	}
	for _, r := range rows {
		out.Rows, out.Cursors = append(out.Rows, r.of), append(out.Cursors, r.cursor)
	}
	if len(rows) > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Cursors[0], &out.Cursors[len(rows)-1]
	}
	return out
}

// compareKeys compares two values of an ascending order that knows no nulls.
func compareKeys(a, b any) int {
	switch a := a.(type) {
	case int:
		return cmp.Compare(a, b.(int))
	default:
		return cmp.Compare(a.(string), b.(string))
	}
}
