package remotetest

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
)

// now is the cursor "now".
func (h *organization) now(object models.SyncObject) string {
	h.Helper()
	page, err := h.remote.Changes(h.Context(), object, h.fields(object), "")
	h.must(err)
	if len(page.Records) != 0 || page.More || page.Gap || page.Cursor == "" {
		h.Fatalf("the first page is %+v", page)
	}
	return page.Cursor
}

// poll reads changes from a cursor until there are no more, each page with a client of its own.
func (h *organization) poll(object models.SyncObject, cursor string) (told map[string]models.Record, next string) {
	h.Helper()
	told = map[string]models.Record{}
	for range 1000 {
		page, err := h.Remote().Changes(h.Context(), object, h.fields(object), cursor)
		h.must(err)
		if page.Cursor == "" || page.Gap {
			h.Fatalf("a page without a cursor, or with a gap: %+v", page)
		}
		for _, r := range page.Records {
			if r.Side != h.remote.Side() || r.Object != object || r.ID == "" {
				h.Fatalf("%+v", r)
			}
			told[r.ID] = r
		}
		if cursor = page.Cursor; !page.More {
			return told, cursor
		}
	}
	h.Fatal("there is always more")
	return nil, ""
}

func testChanges(t *testing.T, harness Harness) {
	for name, run := range map[string]func(*organization){
		"what was made, changed, deleted, restored and merged is told": toldChanges,
		"windows overlap":                    overlappingWindows,
		"now is the vendor's now":            vendorsNow,
		"what comes after the cursor counts": laterChanges,
	} {
		t.Run(name, func(t *testing.T) { run(harness.open(t, small)) })
	}
	t.Run("no stored cursor passes what was not handed over", func(t *testing.T) { everyCursor(harness.open(t, harness.overPage())) })
	t.Run("a failed page is read again", func(t *testing.T) { failedPages(harness.open(t, harness.overPage())) })
	t.Run("a cursor that is too old is a gap", func(t *testing.T) {
		h := harness.open(t, small)
		cursor := h.now(models.ContactObject)
		h.Advance(harness.Kept + 24*time.Hour)
		page, err := h.remote.Changes(h.Context(), models.ContactObject, h.fields(models.ContactObject), cursor)
		if models.CodeOf(err) == models.CodeCursorExpired {
			return
		}
		if err != nil || !page.Gap || page.Cursor == "" || page.More {
			t.Fatalf("%+v, %v", page, err)
		}
		h.poll(models.ContactObject, page.Cursor)
	})
	t.Run("a cursor that is none has expired", func(t *testing.T) {
		h := harness.open(t, small)
		for _, cursor := range []string{"nonsense", "{}", "[]", `{"since":"yesterday"}`, "\x00"} {
			if _, err := h.remote.Changes(h.Context(), models.ContactObject, nil, cursor); models.CodeOf(err) != models.CodeCursorExpired {
				t.Errorf("%q: %v", cursor, err)
			}
		}
	})
}

func toldChanges(h *organization) {
	for _, object := range models.SyncObjects {
		shape := h.shape(object)
		named := func(name string) models.Values { return models.Values{shape.Name: models.Text(name)} }
		var old [7]string
		for i := range old {
			old[i] = h.Create(object, named(fmt.Sprint("Old ", i)))
		}
		h.Advance(time.Hour)
		h.Create(object, named("Newest"))
		cursor := h.now(object)
		h.Advance(10 * time.Minute)
		made := h.Create(object, named("Made"))
		h.Update(object, old[0], models.Values{shape.Note: models.Text("changed")})
		h.Trash(object, old[1])
		h.Trash(object, old[2])
		h.Restore(object, old[2])
		h.Update(object, old[3], models.Values{shape.Note: models.Text("then deleted")})
		h.Trash(object, old[3])
		h.Merge(object, old[4], old[5])
		told, _ := h.poll(object, cursor)

		if r := told[made]; r.Deleted || r.Values[shape.Name] != models.Text("Made") || r.ModifiedAt.IsZero() || len(r.Values) != len(h.fields(object)) {
			h.Errorf("%s made: %+v", object, r)
		}
		if r := told[old[0]]; r.Deleted || r.Values[shape.Note] != models.Text("changed") {
			h.Errorf("%s changed: %+v", object, r)
		}
		for _, i := range []int{1, 3} {
			if r := told[old[i]]; !r.Deleted || r.ModifiedAt.IsZero() || r.MergedInto != "" {
				h.Errorf("%s deleted: %+v", object, r)
			}
		}
		if r, ok := told[old[2]]; !ok || r.Deleted {
			h.Errorf("%s restored: %+v, told: %t", object, r, ok)
		}
		if _, ok := told[old[6]]; ok {
			h.Errorf("%s: one that nobody touched for an hour was told", object)
		}
		loser, ok := told[old[5]]
		read := h.read(object, old[5])
		switch {
		case h.NamesSurvivor && (!loser.Deleted || loser.MergedInto != old[4] || read == nil || read.MergedInto != old[4] || !read.Deleted):
			h.Errorf("%s merged: told %+v, read %+v", object, loser, read)
		case !h.NamesSurvivor && (ok && !loser.Deleted || read != nil && !read.Deleted):
			h.Errorf("%s that lost a merge is told as live: %+v, %+v", object, loser, read)
		}
		if r, ok := told[old[4]]; !ok || r.Deleted {
			h.Errorf("%s that survived a merge: %+v, told: %t", object, r, ok)
		}
	}
}

// overlappingWindows: what was changed shortly before the mark is told once more, since a
// transaction may have become visible only after it.
func overlappingWindows(h *organization) {
	id := h.Create(models.ContactObject, h.contact("Just before", ""))
	h.Advance(30 * time.Second)
	told, next := h.poll(models.ContactObject, h.now(models.ContactObject))
	if _, ok := told[id]; !ok {
		h.Error("a change half a minute before the first mark is not told")
	}
	if told, _ = h.poll(models.ContactObject, next); told[id].ID == "" {
		h.Error("nor before the next")
	}
}

// vendorsNow: our own clock may be a day wrong.
func vendorsNow(h *organization) {
	for _, wrong := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		h.Skew(wrong)
		h.remote = h.Remote()
		cursor := h.now(models.ContactObject)
		h.Advance(10 * time.Minute)
		id := h.Create(models.ContactObject, h.contact("New", ""))
		if told, _ := h.poll(models.ContactObject, cursor); told[id].ID == "" {
			h.Errorf("with a clock that is %s wrong, a new record is not told", wrong)
		}
	}
}

// laterChanges: each poll goes on where the one before ended, over empty ones too.
func laterChanges(h *organization) {
	cursor := h.now(models.ContactObject)
	for i := range 4 {
		h.Advance(7 * time.Minute)
		var told map[string]models.Record
		if told, cursor = h.poll(models.ContactObject, cursor); len(told) > 2 {
			h.Errorf("%d records were told of a quiet window", len(told))
		}
		id := h.Create(models.ContactObject, h.contact(fmt.Sprint("Later ", i), ""))
		if told, cursor = h.poll(models.ContactObject, cursor); told[id].ID == "" {
			h.Errorf("round %d: the change right after a poll is not told", i)
		}
	}
}

// changeAll changes every contact, at the same instant, and answers their ids.
func (h *organization) changeAll() []string {
	h.Helper()
	all, _ := h.listFrom(models.ContactObject, "", nil)
	var writes []models.Write
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
		writes = append(writes, models.Write{Op: models.OpUpdate, ID: r.ID, Values: models.Values{h.Contact.Note: models.Text("first")}})
	}
	for batch := h.remote.Limits().Batch; len(writes) > 0; {
		n := min(batch, len(writes))
		results, err := h.remote.Write(h.Context(), models.ContactObject, writes[:n])
		h.must(err)
		for _, r := range results {
			if r.Err != nil {
				h.Fatal(r.Err)
			}
		}
		writes = writes[n:]
	}
	return ids
}

func everyCursor(h *organization) {
	first := h.now(models.ContactObject)
	h.Advance(10 * time.Minute)
	ids := h.changeAll()
	handed := map[string]bool{}
	cursor, pages := first, 0
	for more := true; more; pages++ {
		page, err := h.Remote().Changes(h.Context(), models.ContactObject, h.fields(models.ContactObject), cursor)
		h.must(err)
		for _, r := range page.Records {
			handed[r.ID] = true
		}
		cursor, more = page.Cursor, page.More
		// Whoever stored this cursor and no more gets the rest from it.
		rest, _ := h.poll(models.ContactObject, cursor)
		for _, id := range ids {
			if _, ok := rest[id]; !ok && !handed[id] {
				h.Fatalf("after page %d the cursor has passed %s, which was not handed over", pages+1, id)
			}
		}
	}
	if pages < 2 {
		h.Errorf("%d changes came on one page", len(ids))
	}
}

// failedPages: every page fails once; meanwhile records that were not told yet go on changing.
func failedPages(h *organization) {
	cursor := h.now(models.ContactObject)
	h.Advance(10 * time.Minute)
	ids := h.changeAll()
	told := map[string]models.Record{}
	pages := 0
	for more := true; more; pages++ {
		if pages > 1000 {
			h.Fatal("there is always more")
		}
		h.Faults("[" + rule("GET "+h.At.API, once(`"kind":"reset"`)) + "]")
		if page, err := h.remote.Changes(h.Context(), models.ContactObject, h.fields(models.ContactObject), cursor); err == nil || len(page.Records) > 0 {
			h.Fatalf("a page that was cut off: %+v, %v", page, err)
		}
		h.Faults("")
		page, err := h.remote.Changes(h.Context(), models.ContactObject, h.fields(models.ContactObject), cursor)
		h.must(err)
		for _, r := range page.Records {
			told[r.ID] = r
		}
		cursor, more = page.Cursor, page.More
		if pages == 0 {
			h.Advance(time.Second)
			h.Update(models.ContactObject, ids[0], models.Values{h.Contact.Note: models.Text("second")})
			h.Update(models.ContactObject, ids[len(ids)-1], models.Values{h.Contact.Note: models.Text("second")})
			h.Trash(models.ContactObject, ids[1], ids[len(ids)-2])
		}
	}
	later, _ := h.poll(models.ContactObject, cursor)
	for id, r := range later {
		told[id] = r
	}
	for i, id := range ids {
		r, ok := told[id]
		switch {
		case !ok:
			h.Errorf("the change of record %d is not told", i)
		case (i == 0 || i == len(ids)-1) && r.Values[h.Contact.Note] != models.Text("second"):
			h.Errorf("the second change of record %d is not told: %+v", i, r)
		case (i == 1 || i == len(ids)-2) && !r.Deleted:
			h.Errorf("the deletion of record %d is not told: %+v", i, r)
		}
	}
}
