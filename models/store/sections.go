package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"sidelight/models"
)

// Sections reads what a card shows of related records in one statement: how fresh they are, and
// their first pages. The parts are selects over an index each, put together without a sort or a
// table in between, so their columns are the same: what a part does not have is null.
func (s *Store) Sections(ctx context.Context, r models.CardRead) (models.CardAnswer, error) {
	answer, _, err := s.sections(ctx, r, nil)
	return answer, err
}

// sections also reads the versions of customers, which are those of the rows: one statement sees
// one state of the database.
func (s *Store) sections(ctx context.Context, r models.CardRead, customers []string) (models.CardAnswer, cardVersions, error) {
	var out *sectionRows
	err := s.withCommon(customers, func(all bool) (*sectionRows, error) {
		u := union{sqlite: !s.mysql, layout: sectionLayout}
		u.states(r)
		u.versions(customers)
		if all {
			u.common()
		}
		for i, p := range r.Pages {
			u.page(i, p)
		}
		out = newSectionRows(len(r.Pages))
		return out, s.rows(ctx, u, func(rows *sql.Rows) error {
			var row sectionRow
			if err := rows.Scan(row.into()...); err != nil {
				return err
			}
			return out.take(r, &row)
		})
	})
	if err != nil {
		return models.CardAnswer{}, nil, err
	}
	return out.answer(r), out.versions, nil
}

// withCommon reads with what all cards have in common, or without and takes that from memory: where
// it was read a moment ago, and everybody's version, which is among those of the customers, is
// still the same.
func (s *Store) withCommon(customers []string, read func(all bool) (*sectionRows, error)) error {
	versioned := slices.Contains(customers, everybody)
	if of, version, ok := s.common.fresh(); ok && versioned {
		out, err := read(false)
		if err != nil {
			return err
		}
		if out.versions[everybody] == version {
			out.common = of
			return nil
		}
	}
	asked := time.Now()
	out, err := read(true)
	if err == nil && versioned {
		s.common.keep(asked, out.versions[everybody], out.common)
	}
	return err
}

// rows runs the statement, prepared, and takes each of its rows.
func (s *Store) rows(ctx context.Context, u union, take func(*sql.Rows) error) error {
	hot, err := s.prepare(ctx, u.text.String())
	if err != nil {
		return err
	}
	rows, err := hot.QueryContext(ctx, u.args...)
	if err != nil {
		return s.translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return s.translate(rows.Err())
}

// The parts of the statement that are not pages.
const (
	partState = -1 - iota
	partMirror
	partCursor
	partVersion
	partHead
)

// cell is a column of the statement: texts first, then whole numbers, a fraction and times, so that
// each has one type in all parts.
type cell int

const (
	textCells   = 9
	numberCells = 3
	firstNumber = cell(textCells)
	fraction    = firstNumber + numberCells
	firstTime   = fraction + 1
	allCells    = int(firstTime) + 2
)

// cells are where the columns of each section stand.
var cells = map[models.Need]map[string]cell{
	models.NeedOpportunities: {"id": 0, "name": 1, "stage": 2, "currency": 3, "close_date": 4, "owner_id": 5, "owner_name": 6, "owner_email": 7, "account_id": 8,
		"amount": firstNumber, "open": firstNumber + 1, "won": firstNumber + 2, "probability": fraction, "updated_at": firstTime},
	models.NeedNotes:  {"id": 0, "contact_id": 1, "title": 2, "body": 3, "created_by_id": 4, "created_by_name": 5, "created_at": firstTime, "updated_at": firstTime + 1},
	models.NeedEvents: {"id": 0, "who_id": 1, "subject": 2, "location": 3, "description": 4, "owner_id": 5, "owner_name": 6, "all_day": firstNumber, "starts_at": firstTime, "ends_at": firstTime + 1},
	models.NeedTasks: {"id": 0, "who_id": 1, "subject": 2, "status": 3, "priority": 4, "due_date": 5, "description": 6, "owner_id": 7, "owner_name": 8,
		"open": firstNumber},
}

// roleCell is where the role of an opportunity's contact stands, beside the columns of the
// opportunity.
const roleCell = cell(allCells)

// layout says where the columns stand that parts of several statements have.
type layout struct {
	all          int
	number, time cell // the first of each
}

var sectionLayout = layout{all: allCells + 1, number: firstNumber, time: firstTime}

// union builds the statement.
type union struct {
	sqlite bool
	layout layout
	text   strings.Builder
	args   []any
}

// add adds a part: its columns by cell, what follows FROM, and its values. A part that ends at a
// limit stands by itself.
func (u *union) add(part int, columns map[cell]string, rest string, limited bool, args ...any) {
	open, end := "", ""
	if limited {
		open, end = "(", ")"
		if u.sqlite { // which takes no bare brackets here
			open = "SELECT * FROM ("
		}
	}
	if u.text.Len() > 0 {
		u.text.WriteString(" UNION ALL ")
	}
	u.text.WriteString(open + "SELECT " + strconv.Itoa(part))
	for c := range cell(u.layout.all) {
		u.text.WriteString(", ")
		if name := columns[c]; name != "" {
			u.text.WriteString(name)
		} else {
			u.text.WriteString("NULL")
		}
	}
	u.text.WriteString(" FROM " + rest + end)
	u.args = append(u.args, args...)
}

// marks are the places of values in a list.
func marks(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")" }

func (u *union) states(r models.CardRead) {
	number, time := u.layout.number, u.layout.time
	if len(r.CustomerIDs) > 0 && len(r.Sections) > 0 {
		var args []any
		for _, id := range r.CustomerIDs {
			args = append(args, id)
		}
		for _, section := range r.Sections {
			args = append(args, section)
		}
		u.add(partState, map[cell]string{0: "customer_id", 1: "section", 2: "totals", number: "stale", number + 1: "cut", time: "as_of", time + 1: "marked_at"},
			"`related_states` WHERE customer_id IN "+marks(len(r.CustomerIDs))+" AND section IN "+marks(len(r.Sections)), false, args...)
	}
}

// common adds what all cards have in common.
func (u *union) common() {
	number, time := u.layout.number, u.layout.time
	u.add(partMirror, map[cell]string{0: "object", number: "complete", time: "as_of"}, "`related_mirrors`", false)
	u.add(partCursor, map[cell]string{0: "side", 1: "object", time: "updated_at"}, "`cursors` WHERE kind = ?", false, models.CursorPoll)
}

// versions adds the versions of customers.
func (u *union) versions(customers []string) {
	if len(customers) == 0 {
		return
	}
	args := make([]any, len(customers))
	for i, id := range customers {
		args[i] = id
	}
	u.add(partVersion, map[cell]string{0: "customer_id", u.layout.number: "version"}, "`card_versions` WHERE customer_id IN "+marks(len(args)), false, args...)
}

// page adds the parts of a page.
func (u *union) page(i int, p models.SectionPage) {
	q := p.Query
	limit := " LIMIT " + strconv.Itoa(firstRows(q)+1)
	if p.Section == models.NeedOpportunities {
		columns := u.columns(p, "o.")
		where, args := "", []any{}
		if q.Open != nil {
			where, args = " AND o.closed = ?", []any{!*q.Open}
		}
		if q.AccountID != "" {
			u.add(i, columns, "`opportunities` o WHERE o.account_id = ?"+where+" ORDER BY "+orderBy(opportunityOrder, q, "o.")+limit, true, append([]any{q.AccountID}, args...)...)
		}
		if q.ContactID == "" {
			return
		}
		if !slices.Contains(q.Hidden, "Opportunity.role") {
			columns[roleCell] = "oc.role"
		}
		// All in which the contact has a role, in no order: few, and sorted they would go through a
		// table on disk. Those of its account may be on its page already, without a role.
		u.add(i, columns, "`opportunity_contacts` oc "+u.inOrder()+" `opportunities` o ON o.id = oc.opportunity_id WHERE oc.contact_id = ?"+where, false, append([]any{q.ContactID}, args...)...)
		return
	}
	section := sectionsByCustomer[p.Section]
	args := []any{customerOf(q)}
	where := "`" + section.table + "` WHERE " + section.key + " = ?"
	if q.Open != nil && p.Section == models.NeedTasks {
		where, args = where+" AND closed = ?", append(args, !*q.Open)
	}
	u.add(i, u.columns(p, ""), where+" ORDER BY "+orderBy(section.order, q, "")+limit, true, args...)
}

// sectionsByCustomer are the sections of which each row is one customer's.
var sectionsByCustomer = map[models.Need]struct {
	table, key string
	order      keyset
}{models.NeedNotes: {"notes", "contact_id", noteOrder}, models.NeedEvents: {"events", "who_id", eventOrder}, models.NeedTasks: {"tasks", "who_id", taskOrder}}

// inOrder joins tables in the order in which they are written.
func (u *union) inOrder() string {
	if u.sqlite {
		return "CROSS JOIN"
	}
	return "STRAIGHT_JOIN"
}

// columns are the columns of a page that are not hidden.
func (u *union) columns(p models.SectionPage, prefix string) map[cell]string {
	at := cells[p.Section]
	out := map[cell]string{at["id"]: prefix + "id"}
	if key := sectionsByCustomer[p.Section].key; key != "" {
		out[at[key]] = key
	}
	for _, name := range shown(p.Section, p.Query.Hidden) {
		out[at[name]] = prefix + "`" + name + "`"
	}
	return out
}

func orderBy(k keyset, q models.RelatedQuery, prefix string) string {
	open, _ := k.open(q.Hidden)
	for i, c := range open.columns {
		if prefix != "" {
			open.columns[i].sql = strings.NewReplacer("closed", prefix+"closed", "close_key", prefix+"close_key", "id", prefix+"id").Replace(c.sql)
		}
	}
	return strings.Join(open.span(0, nil, "", false).order, ", ")
}

// sectionRow is a row of the statement.
type sectionRow struct {
	part    int
	texts   [textCells]sql.NullString
	numbers [numberCells]sql.NullInt64
	percent sql.NullFloat64
	times   [2]moment
	role    sql.NullString
}

func (r *sectionRow) into() []any {
	out := make([]any, 0, allCells+2)
	out = append(out, &r.part)
	for i := range r.texts {
		out = append(out, &r.texts[i])
	}
	for i := range r.numbers {
		out = append(out, &r.numbers[i])
	}
	return append(out, &r.percent, &r.times[0], &r.times[1], &r.role)
}

func (r *sectionRow) text(c cell) *string {
	if t := r.texts[c]; t.Valid {
		return &t.String
	}
	return nil
}

func (r *sectionRow) flag(c cell) *bool {
	if n := r.numbers[c-firstNumber]; n.Valid {
		b := n.Int64 != 0
		return &b
	}
	return nil
}
