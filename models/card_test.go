package models

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// sectionOf names all that tells one first page of a section from another.
func sectionOf(need Need, q RelatedQuery) string {
	open := "any"
	if q.Open != nil {
		open = fmt.Sprint(*q.Open)
	}
	return fmt.Sprintf("%s %q %q %d %q %s", need, q.ContactID, q.AccountID, q.First, q.Hidden, open)
}

// queries draws one of few queries, so that two of them are often the same.
func queries() *rapid.Generator[RelatedQuery] {
	return rapid.Custom(func(t *rapid.T) RelatedQuery {
		return RelatedQuery{
			ContactID: rapid.SampledFrom([]string{"", "003"}).Draw(t, "contact"),
			AccountID: rapid.SampledFrom([]string{"", "001"}).Draw(t, "account"),
			Open:      rapid.SampledFrom([]*bool{nil, ptr(true), ptr(false)}).Draw(t, "open"),
			First:     rapid.SampledFrom([]int{5, 50}).Draw(t, "first"),
			Hidden:    rapid.SampledFrom([][]string{nil, {"Note.body"}}).Draw(t, "hidden"),
		}
	})
}

// readTogether makes the answer to pages: the rows of each carry its number as their id.
func readTogether(pages []SectionPage) *SectionsRead {
	r, n := &SectionsRead{Pages: pages}, len(pages)
	a := &r.Answer
	a.Opportunities, a.Notes = make([]Slice[Opportunity], n), make([]Slice[Note], n)
	a.Events, a.Tasks = make([]Slice[Event], n), make([]Slice[Task], n)
	for i, page := range pages {
		switch id := fmt.Sprint(i); page.Section {
		case NeedOpportunities:
			a.Opportunities[i].Rows = []Opportunity{{ID: id}}
		case NeedNotes:
			a.Notes[i].Rows = []Note{{ID: id}}
		case NeedEvents:
			a.Events[i].Rows = []Event{{ID: id}}
		case NeedTasks:
			a.Tasks[i].Rows = []Task{{ID: id}}
		}
	}
	return r
}

// found is the id of the row with which a section is answered; "" where it was not read.
func found(r *SectionsRead, need Need, q RelatedQuery) (id string) {
	switch need {
	case NeedOpportunities:
		if s, ok := r.Opportunities(q); ok {
			id = s.Rows[0].ID
		}
	case NeedNotes:
		if s, ok := r.Notes(q); ok {
			id = s.Rows[0].ID
		}
	case NeedEvents:
		if s, ok := r.Events(q); ok {
			id = s.Rows[0].ID
		}
	case NeedTasks:
		if s, ok := r.Tasks(q); ok {
			id = s.Rows[0].ID
		}
	}
	return id
}

func TestASectionIsAnsweredByThePageThatWasReadForTheSameQueryAndByNoOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		page := rapid.Custom(func(t *rapid.T) SectionPage {
			return SectionPage{Section: rapid.SampledFrom(RelatedNeeds).Draw(t, "section"), Query: queries().Draw(t, "query")}
		})
		pages := rapid.SliceOfN(page, 0, 12).Draw(t, "pages")
		asked := page.Draw(t, "asked")
		if len(pages) > 0 && rapid.Bool().Draw(t, "one of them") {
			asked = rapid.SampledFrom(pages).Draw(t, "which")
			if asked.Query.Open != nil {
				asked.Query.Open = ptr(*asked.Query.Open) // as another request says it
			}
		}
		want := ""
		for i, p := range pages {
			if want == "" && sectionOf(p.Section, p.Query) == sectionOf(asked.Section, asked.Query) {
				want = fmt.Sprint(i)
			}
		}
		if got := found(readTogether(pages), asked.Section, asked.Query); got != want {
			t.Fatalf("it is answered by page %q, want %q", got, want)
		}
	})
}

func TestALaterPageATotalAndACardThatWasNotReadAreAskedForByThemselves(t *testing.T) {
	for _, need := range RelatedNeeds {
		r := readTogether([]SectionPage{{Section: need, Query: RelatedQuery{ContactID: "003", First: 5}}})
		for name, c := range map[string]struct {
			read  *SectionsRead
			query RelatedQuery
			want  string
		}{
			"the first page":           {r, RelatedQuery{ContactID: "003", First: 5}, "0"},
			"a later page":             {r, RelatedQuery{ContactID: "003", First: 5, After: "cursor"}, ""},
			"a total":                  {r, RelatedQuery{ContactID: "003", First: 5, Total: true}, ""},
			"nothing was read with it": {nil, RelatedQuery{ContactID: "003", First: 5}, ""},
		} {
			if got := found(c.read, need, c.query); got != c.want {
				t.Errorf("%s of %s is answered by page %q, want %q", name, need, got, c.want)
			}
		}
	}
}
