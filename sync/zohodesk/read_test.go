package zohodesk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

var contactFields = []string{"accountId", "cf_customer_tier", "cf_newsletter", "description", "email", "firstName", "lastName"}

func TestListReadsEveryLiveRecordOnceWithTheWantedFields(t *testing.T) {
	r := newRig(t, options{contacts: 130, accounts: 20, config: func(c *Config) { c.PageSize = 7 }})
	for _, object := range models.SyncObjects {
		fields := contactFields
		if object == models.AccountObject {
			fields = []string{"accountName", "annualrevenue", "cf_employees"}
		}
		got := r.listAll(object, fields, nil)
		count, err := r.Count(r.Context(), object)
		if err != nil || count != len(got) || len(byID(got)) != len(got) {
			t.Fatalf("%s: listed %d, distinct %d, counted %d, %v", object, len(got), len(byID(got)), count, err)
		}
		for _, rec := range got {
			if rec.ModifiedAt.IsZero() || rec.Object != object || rec.Side != models.Desk || len(rec.Values) != len(fields) {
				t.Fatalf("record %+v does not have all of %v", rec, fields)
			}
		}
	}
}

func TestListLosesAndDoublesNothingWhileRecordsMove(t *testing.T) {
	for _, size := range []int{3, 4, 5, 50} {
		t.Run(fmt.Sprintf("page of %d", size), func(t *testing.T) {
			r := newRig(t, options{contacts: 60, accounts: 10, config: func(c *Config) { c.PageSize = size }})
			before := r.listAll(models.ContactObject, []string{"email"}, nil)
			gone, made := map[string]bool{}, ""
			got := r.listAll(models.ContactObject, []string{"email"}, func(page int) {
				switch page {
				case 1: // what was read already goes: everything behind it moves up
					for _, rec := range before[:3] {
						gone[rec.ID] = true
						r.trash(models.ContactObject, rec.ID)
					}
				case 2:
					for id := range gone {
						r.raw("POST", "/api/v1/recycleBin/restore", map[string]any{"ids": []string{id}})
					}
					r.clock.advance(time.Second)
					made = r.contact(map[string]any{"lastName": "Late"})
				}
			})
			counts := map[string]int{}
			for _, rec := range got {
				counts[rec.ID]++
			}
			for _, rec := range before {
				if counts[rec.ID] != 1 {
					t.Errorf("%s was listed %d times", rec.ID, counts[rec.ID])
				}
			}
			if size < 50 && counts[made] != 1 {
				t.Errorf("the record made while listing was listed %d times", counts[made])
			}
		})
	}
}

func TestListGoesThroughRecordsOfTheSameInstant(t *testing.T) {
	r := newRig(t, options{contacts: 10, accounts: 2, config: func(c *Config) { c.PageSize = 4 }})
	for i := range 23 {
		r.contact(map[string]any{"lastName": fmt.Sprint("Twin ", i)})
	}
	got := r.listAll(models.ContactObject, []string{"lastName"}, nil)
	count, _ := r.Count(r.Context(), models.ContactObject)
	if len(got) != count || len(byID(got)) != count {
		t.Fatalf("listed %d, distinct %d, of %d", len(got), len(byID(got)), count)
	}
}

func TestListReadsOneByOneWhatDeskDoesNotList(t *testing.T) {
	r := newRig(t, options{contacts: 10, accounts: 2})
	r.faults(`[{"kind":"status","endpoint":"GET /api/v1/contacts","contains":"cf_newsletter","status":422,"body":{"errorCode":"UNPROCESSABLE_ENTITY","message":"no"}}]`)
	got := r.listAll(models.ContactObject, contactFields, nil)
	count, _ := r.Count(r.Context(), models.ContactObject)
	if len(got) != count {
		t.Fatalf("listed %d of %d", len(got), count)
	}
	for _, rec := range got {
		if len(rec.Values) != len(contactFields) {
			t.Fatalf("values %v lack some of %v", rec.Values, contactFields)
		}
	}
}

func TestTextOfSeveralLinesIsReadInTwentiesAndNeverAskedOfLists(t *testing.T) {
	r := newRig(t, options{contacts: 10, accounts: 2})
	r.faults(`[{"kind":"drop_before","endpoint":"GET /api/v1/contacts","contains":"description"}]`)
	id := r.contact(map[string]any{"lastName": "Long", "description": "one\ntwo"})
	got := byID(r.listAll(models.ContactObject, contactFields, nil))
	if text := got[id].Values["description"].String(); text != "one\ntwo" {
		t.Errorf("the description is %q", text)
	}
	if one, twenty := r.sent("GET /api/v1/contacts/{id}"), r.sent("GET /api/v1/contacts/contactsByIds"); one != 0 || twenty != 1 {
		t.Errorf("%d reads of one and %d of twenty, of %d records", one, twenty, len(got))
	}
}

func TestTheCountIsOfAllLiveRecords(t *testing.T) {
	r := newRig(t, options{contacts: 30, accounts: 4})
	gone := r.contact(map[string]any{"lastName": "Gone"})
	r.trash(models.ContactObject, gone)
	for object, want := range map[models.SyncObject]int{models.ContactObject: 30, models.AccountObject: 4} {
		if n, err := r.Count(r.Context(), object); err != nil || n != want {
			t.Errorf("%s: %d, %v", object, n, err)
		}
	}
	r.faults(`[{"endpoint":"GET /api/v1/contacts/search","kind":"status","status":200,"body":{"data":[{"id":"1"}]}}]`)
	if n, err := r.Count(r.Context(), models.ContactObject); models.CodeOf(err) != models.CodeUpstreamUnavailable || n != 0 {
		t.Errorf("without a count: %d, %v", n, err)
	}
}

func TestAnUnreadableTokenIsAnExpiredCursor(t *testing.T) {
	r := newRig(t, options{})
	for _, token := range []string{"x", `{"skip":-1,"key":1}`, `{"skip":3}`, `[]`} {
		if _, err := r.List(r.Context(), models.ContactObject, nil, token); models.CodeOf(err) != models.CodeCursorExpired {
			t.Errorf("List with %q: %v", token, err)
		}
		if _, err := r.Changes(r.Context(), models.ContactObject, nil, token); models.CodeOf(err) != models.CodeCursorExpired {
			t.Errorf("Changes with %q: %v", token, err)
		}
	}
}

func TestReadTellsLiveFromDeletedFromUnknown(t *testing.T) {
	r := newRig(t, options{})
	live := r.contact(map[string]any{"lastName": "Live", "cf": map[string]any{"cf_newsletter": true}})
	binned := r.contact(map[string]any{"lastName": "Binned"})
	purged := r.contact(map[string]any{"lastName": "Purged"})
	r.trash(models.ContactObject, binned, purged)
	r.raw("POST", "/api/v1/recycleBin/delete", map[string]any{"ids": []string{purged}})
	got, err := r.Read(r.Context(), models.ContactObject, contactFields, []string{live, binned, purged, live, "nonsense", "../organizations"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].ID != live || got[0].Deleted || got[1].ID != binned || !got[1].Deleted {
		t.Fatalf("read %+v", got)
	}
	if v := got[0].Values["cf_newsletter"]; v.String() != "true" {
		t.Errorf("the boolean is %q", v)
	}
	if v, read := got[0].Values["email"]; !read || !v.IsBlank() {
		t.Errorf("the blank email is %q, read: %t", v, read)
	}
}

func TestReadFindsADeletionInTheRecycleBin(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) { c.PageSize = 3 }})
	var ids []string
	for i := range 9 {
		ids = append(ids, r.contact(map[string]any{"lastName": fmt.Sprint("Gone ", i)}))
		r.clock.advance(time.Second)
		r.trash(models.ContactObject, ids[i])
	}
	r.faults(`[{"kind":"status","endpoint":"GET /api/v1/contacts/*","status":404,"body":{"errorCode":"URL_NOT_FOUND","message":"no"}}]`)
	got, err := r.Read(r.Context(), models.ContactObject, contactFields, []string{ids[0], "7000000099999999"})
	if err != nil || len(got) != 1 || got[0].ID != ids[0] || !got[0].Deleted || got[0].ModifiedAt.IsZero() {
		t.Fatalf("read %+v, %v", got, err)
	}
}

func TestARefusalIsNoDeletion(t *testing.T) {
	for name, c := range map[string]struct {
		fault string
		want  models.Code
	}{
		"forbidden":        {`"kind":"status","status":403,"body":{"errorCode":"FORBIDDEN","message":"no"}`, models.CodeNoAccess},
		"a proxy's 404":    {`"kind":"status","status":404,"body":"<html>not here</html>"`, models.CodeSideUnusable},
		"a page":           {`"kind":"html"`, models.CodeUpstreamUnavailable},
		"an empty object":  {`"kind":"status","status":200,"body":{}`, models.CodeUpstreamUnavailable},
		"an empty answer":  {`"kind":"status","status":200,"body":""`, models.CodeUpstreamUnavailable},
		"a lost answer":    {`"kind":"drop_after"`, models.CodeUpstreamUnavailable},
		"a refused token":  {`"kind":"status","status":401,"body":{"errorCode":"INVALID_OAUTH","message":"no"}`, models.CodeBadCredentials},
		"a server's error": {`"kind":"status","status":500,"body":{"errorCode":"INTERNAL_SERVER_ERROR","message":"no"}`, models.CodeUpstreamUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{})
			id := r.contact(map[string]any{"lastName": "There"})
			if _, err := r.Describe(r.Context(), models.ContactObject); err != nil {
				t.Fatal(err)
			}
			r.faults(`[{"endpoint":"GET /api/v1/contacts/*",` + c.fault + `}]`)
			got, err := r.Read(r.Context(), models.ContactObject, contactFields, []string{id})
			if models.CodeOf(err) != c.want || got != nil {
				t.Fatalf("read %+v, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestAListWithoutDataIsNotAnEmptyList(t *testing.T) {
	r := newRig(t, options{})
	if _, err := r.Describe(r.Context(), models.ContactObject); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{}`, `{"data":null}`, `{"data":[{}]}`, `{"data":[{"id":"1"}]}`, `[]`, `"x"`} {
		r.faults(`[{"endpoint":"GET /api/v1/contacts","kind":"status","status":200,"body":` + body + `}]`)
		if _, err := r.List(r.Context(), models.ContactObject, contactFields, ""); models.CodeOf(err) != models.CodeUpstreamUnavailable {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestChangesBeginNowByTheVendorsClock(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) { // our own clock is a day wrong
		now := c.Now
		c.Now = func() time.Time { return now().Add(24 * time.Hour) }
	}})
	page, err := r.Changes(r.Context(), models.ContactObject, contactFields, "")
	if err != nil || len(page.Records) != 0 || page.More {
		t.Fatalf("%+v, %v", page, err)
	}
	r.clock.advance(time.Minute)
	id := r.contact(map[string]any{"lastName": "New"})
	got, at := r.changesFrom(models.ContactObject, contactFields, page.Cursor)
	if !slices.ContainsFunc(got, func(rec models.Record) bool { return rec.ID == id }) {
		t.Fatalf("the new record is not among %d changes", len(got))
	}
	r.clock.advance(time.Hour)
	_, at = r.changesFrom(models.ContactObject, contactFields, at) // windows overlap
	if got, _ := r.changesFrom(models.ContactObject, contactFields, at); len(got) != 0 {
		t.Fatalf("%d changes though nothing changed since", len(got))
	}
}

func TestChangesSayWhatWasMadeChangedAndDeleted(t *testing.T) {
	r := newRig(t, options{contacts: 60, accounts: 10, config: func(c *Config) { c.PageSize = 4 }})
	all := r.listAll(models.ContactObject, contactFields, nil)
	page, err := r.Changes(r.Context(), models.ContactObject, contactFields, "")
	if err != nil {
		t.Fatal(err)
	}
	r.clock.advance(10 * time.Minute)
	want := map[string]bool{}
	for i, rec := range all[:25] {
		r.raw("PATCH", "/api/v1/contacts/"+rec.ID, map[string]any{"description": fmt.Sprint("edit ", i)})
		want[rec.ID] = true
	}
	made := r.contact(map[string]any{"lastName": "New"})
	want[made] = true
	deleted := []string{all[30].ID, all[31].ID, all[32].ID, all[33].ID, all[34].ID, all[35].ID}
	r.trash(models.ContactObject, deleted...)
	r.faults(`[{"kind":"search_lag","seconds":3600}]`)

	got, _ := r.changesFrom(models.ContactObject, contactFields, page.Cursor)
	found := byID(got)
	for id := range want {
		if rec, ok := found[id]; !ok || rec.Deleted {
			t.Errorf("change of %s: %+v", id, rec)
		}
	}
	for _, id := range deleted {
		if rec, ok := found[id]; !ok || !rec.Deleted {
			t.Errorf("deletion of %s: %+v", id, rec)
		}
	}
	if len(found) != len(want)+len(deleted) {
		t.Errorf("%d records changed, %d were told", len(want)+len(deleted), len(found))
	}
}

func TestChangesMissNothingThatMovesWhileTheyAreRead(t *testing.T) {
	r := newRig(t, options{contacts: 40, accounts: 10, config: func(c *Config) { c.PageSize = 3 }})
	all := r.listAll(models.ContactObject, contactFields, nil)
	page, err := r.Changes(r.Context(), models.ContactObject, contactFields, "")
	if err != nil {
		t.Fatal(err)
	}
	r.clock.advance(10 * time.Minute)
	for _, rec := range all {
		r.clock.advance(time.Second)
		r.raw("PATCH", "/api/v1/contacts/"+rec.ID, map[string]any{"title": "first"})
	}
	got := map[string]models.Record{}
	at, turn := page.Cursor, 0
	for more := true; more; turn++ {
		p, err := r.Changes(r.Context(), models.ContactObject, []string{"title"}, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range p.Records {
			got[rec.ID] = rec
		}
		at, more = p.Cursor, p.More
		if turn < 5 {
			// The newest, which were handed out already, go; the oldest, which were not, come to
			// the top.
			r.trash(models.ContactObject, all[len(all)-1-2*turn].ID, all[len(all)-2-2*turn].ID)
			r.clock.advance(time.Second)
			r.raw("PATCH", "/api/v1/contacts/"+all[turn].ID, map[string]any{"title": "second"})
		}
	}
	later, _ := r.changesFrom(models.ContactObject, []string{"title"}, at)
	for _, rec := range later {
		got[rec.ID] = rec
	}
	for i, rec := range all {
		seen, ok := got[rec.ID]
		switch {
		case !ok:
			t.Errorf("the change of %s was missed", rec.ID)
		case i < 5 && seen.Values["title"].String() != "second":
			t.Errorf("the second change of %s was missed: %+v", rec.ID, seen)
		case i >= len(all)-10 && !seen.Deleted:
			t.Errorf("the deletion of %s was missed", rec.ID)
		}
	}
}

func TestACursorOlderThanTheRecycleBinIsAGap(t *testing.T) {
	r := newRig(t, options{})
	page, err := r.Changes(r.Context(), models.ContactObject, contactFields, "")
	if err != nil {
		t.Fatal(err)
	}
	r.clock.advance(31 * 24 * time.Hour)
	page, err = r.Changes(r.Context(), models.ContactObject, contactFields, page.Cursor)
	if err != nil || !page.Gap || page.Cursor == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	page, err = r.Changes(r.Context(), models.ContactObject, contactFields, page.Cursor)
	if err != nil || page.Gap {
		t.Fatalf("after the gap: %+v, %v", page, err)
	}
}

func TestRowsAreReadInEveryFormThatDeskSends(t *testing.T) {
	at := time.Date(2016, 5, 4, 9, 57, 17, 0, time.UTC)
	for text, want := range map[string]time.Time{`"2016-05-04T09:57:17.000Z"`: at, `"2016-05-04T09:57:17Z"`: at, `"2016-05-04T11:57:17+02:00"`: at, `1462355837000`: at, `"1462355837000"`: at,
		`null`: {}, `""`: {}, `"yesterday"`: {}, `0`: {}, `-1`: {}, `{}`: {}} {
		if got := (row{"t": json.RawMessage(text)}).time("t"); !got.Equal(want) {
			t.Errorf("%s is %s", text, got)
		}
	}
	for text, want := range map[string]string{`"12"`: "12", `12`: "12", `12.5`: "", `"12x"`: "", `"../12"`: "", `null`: "", `true`: "", `[]`: "", `"` + strings.Repeat("1", 31) + `"`: ""} {
		if got := (row{"id": json.RawMessage(text)}).id(); got != want {
			t.Errorf("id %s is %q", text, got)
		}
	}
}
