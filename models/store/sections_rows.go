package store

import (
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"sidelight/models"
)

// sectionRows sorts the rows of the statement of Sections to what they are of.
type sectionRows struct {
	common
	states        []models.RelatedState
	opportunities []map[string]models.Opportunity // by page and id
	notes         [][]models.Note
	events        [][]models.Event
	tasks         [][]models.Task
	versions      cardVersions
}

func newSectionRows(pages int) *sectionRows {
	return &sectionRows{common: common{mirrors: map[models.RelatedObject]models.RelatedMirror{}}, opportunities: make([]map[string]models.Opportunity, pages), notes: make([][]models.Note, pages),
		events: make([][]models.Event, pages), tasks: make([][]models.Task, pages), versions: cardVersions{}}
}

func (s *sectionRows) take(r models.CardRead, row *sectionRow) error {
	if row.part < 0 {
		return s.known(row.part, row.texts[:], row.numbers[:], row.times[:])
	}
	i := row.part
	switch r.Pages[i].Section {
	case models.NeedOpportunities:
		o, err := opportunityOf(row)
		if err != nil {
			return err
		}
		if s.opportunities[i] == nil {
			s.opportunities[i] = map[string]models.Opportunity{}
		}
		if _, twice := s.opportunities[i][o.ID]; !twice || row.role.Valid {
			s.opportunities[i][o.ID] = o
		}
	case models.NeedNotes:
		s.notes[i] = append(s.notes[i], models.Note{ID: row.texts[0].String, ContactID: row.texts[1].String, Title: row.text(2), Body: row.text(3), CreatedByID: row.text(4), CreatedByName: row.text(5),
			CreatedAt: row.times[0].ptr(), UpdatedAt: row.times[1].ptr()})
	case models.NeedEvents:
		s.events[i] = append(s.events[i], models.Event{ID: row.texts[0].String, WhoID: row.texts[1].String, Subject: row.text(2), Location: row.text(3), Description: row.text(4), OwnerID: row.text(5),
			OwnerName: row.text(6), AllDay: row.flag(firstNumber), StartsAt: row.times[0].ptr(), EndsAt: row.times[1].ptr()})
	case models.NeedTasks:
		s.tasks[i] = append(s.tasks[i], models.Task{ID: row.texts[0].String, WhoID: row.texts[1].String, Subject: row.text(2), Status: row.text(3), Priority: row.text(4), DueDate: (*models.Date)(row.text(5)),
			Description: row.text(6), OwnerID: row.text(7), OwnerName: row.text(8), Open: row.flag(firstNumber)})
	}
	return nil
}

// known takes a row that is of no page: its texts, numbers and times.
func (s *sectionRows) known(part int, texts []sql.NullString, numbers []sql.NullInt64, times []moment) error {
	switch part {
	case partState:
		state := models.RelatedState{CustomerID: texts[0].String, Section: models.Need(texts[1].String), Stale: numbers[0].Int64 != 0, Cut: numbers[1].Int64 != 0, AsOf: at(times[0]), MarkedAt: times[1].ptr()}
		if texts[2].Valid {
			if err := json.Unmarshal([]byte(texts[2].String), &state.Totals); err != nil {
				return err
			}
		}
		s.states = append(s.states, state)
	case partMirror:
		object := models.RelatedObject(texts[0].String)
		s.mirrors[object] = models.RelatedMirror{Object: object, Complete: numbers[0].Int64 != 0, AsOf: times[0].ptr()}
	case partCursor:
		s.cursors = append(s.cursors, models.Cursor{Side: models.Side(texts[0].String), Object: models.SyncObject(texts[1].String), UpdatedAt: at(times[0])})
	case partVersion:
		s.versions[texts[0].String] = numbers[0].Int64
	}
	return nil
}

func opportunityOf(row *sectionRow) (models.Opportunity, error) {
	o := models.Opportunity{ID: row.texts[0].String, Name: row.text(1), Stage: row.text(2), Currency: row.text(3), CloseDate: (*models.Date)(row.text(4)), OwnerID: row.text(5), OwnerName: row.text(6),
		OwnerEmail: row.text(7), AccountID: row.text(8), Open: row.flag(firstNumber + 1), Won: row.flag(firstNumber + 2), UpdatedAt: row.times[0].ptr(), Role: pointer(row.role)}
	if row.percent.Valid {
		o.Probability = &row.percent.Float64
	}
	if n := row.numbers[0]; n.Valid {
		o.Amount = new(models.Decimal)
		return o, o.Amount.Scan(n.Int64)
	}
	return o, nil
}

func pointer(s sql.NullString) *string {
	if !s.Valid {
		return nil
	}
	return &s.String
}

func at(m moment) time.Time {
	if m.at == nil {
		return time.Time{}
	}
	return *m.at
}

// freshness is how fresh the sections are, and when each side was polled last.
func (s *sectionRows) freshness(r models.CardRead) (map[string]map[models.Need]models.RelatedState, map[models.Side]time.Time) {
	return statesOfSections(r.CustomerIDs, r.Sections, s.states, mirroredSections(s.mirrors)), polledAt(s.cursors)
}

func (s *sectionRows) answer(r models.CardRead) models.CardAnswer {
	n := len(r.Pages)
	out := models.CardAnswer{Opportunities: make([]models.Slice[models.Opportunity], n),
		Notes: make([]models.Slice[models.Note], n), Events: make([]models.Slice[models.Event], n), Tasks: make([]models.Slice[models.Task], n)}
	out.States, out.Polled = s.freshness(r)
	for i, p := range r.Pages {
		switch p.Section {
		case models.NeedOpportunities:
			rows := slices.Collect(maps.Values(s.opportunities[i]))
			_, open := opportunityOrder.open(p.Query.Hidden)
			keys := func(o models.Opportunity) []any { return open(opportunityKeys(o)) }
			slices.SortFunc(rows, func(a, b models.Opportunity) int { return slices.CompareFunc(keys(a), keys(b), compareKeys) })
			out.Opportunities[i] = firstPage(rows, p.Query, opportunityOrder, opportunityKeys)
		case models.NeedNotes:
			out.Notes[i] = firstPage(s.notes[i], p.Query, noteOrder, noteKeys)
		case models.NeedEvents:
			out.Events[i] = firstPage(s.events[i], p.Query, eventOrder, eventKeys)
		case models.NeedTasks:
			out.Tasks[i] = firstPage(s.tasks[i], p.Query, taskOrder, taskKeys)
		}
	}
	return out
}

// firstPage is the page that begins a list, of rows in its order of which there is one more than
// the page has where there are more.
func firstPage[T any](rows []T, q models.RelatedQuery, k keyset, values func(T) []any) models.Slice[T] {
	k, open := k.open(q.Hidden)
	out := models.Slice[T]{Rows: []T{}, Cursors: []string{}}
	n := firstRows(q)
	out.PageInfo.HasNextPage = len(rows) > n
	for _, r := range rows[:min(len(rows), n)] {
		out.Rows, out.Cursors = append(out.Rows, r), append(out.Cursors, k.cursor(open(values(r))))
	}
	if len(out.Rows) > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Cursors[0], &out.Cursors[len(out.Cursors)-1]
	}
	return out
}

// firstRows is how many rows the first page of a section has.
func firstRows(q models.RelatedQuery) int {
	if q.First > 0 {
		return q.First
	}
	return defaultRows
}
