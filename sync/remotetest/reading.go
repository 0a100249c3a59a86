package remotetest

import (
	"slices"
	"testing"

	"sidelight/models"
)

func testDescribe(t *testing.T, harness Harness) {
	h := harness.open(t, small)
	for _, object := range models.SyncObjects {
		fields, err := h.remote.Describe(h.Context(), object)
		h.must(err)
		byName := map[string]models.Field{}
		for _, f := range fields {
			if _, twice := byName[f.Name]; twice || f.Name == "" || f.Label == "" || f.Type == "" {
				t.Errorf("%s: field %+v", object, f)
			}
			if f.Type == models.TypeOther && (f.Creatable || f.Updatable) {
				t.Errorf("%s: %s is of no known type and can be written", object, f.Name)
			}
			byName[f.Name] = f
		}
		shape := h.shape(object)
		if f := byName[shape.Name]; f.Type != models.TypeText || !f.Required || !f.Creatable || !f.Updatable || f.Length == 0 {
			t.Errorf("%s: the name is %+v", object, f)
		}
		if f := byName[shape.Note]; f.Length != shape.Max || f.Required || !f.Updatable {
			t.Errorf("%s: the note is %+v", object, f)
		}
		if f := byName[shape.Choice]; f.Type != models.TypePicklist || !f.Restricted || len(f.Picklist) < 2 {
			t.Errorf("%s: the picklist is %+v", object, f)
		}
		if parent := object.ParentField(h.remote.Side()); parent != "" {
			if f := byName[parent]; f.Type != models.TypeReference || f.RefersTo == "" || !f.Creatable || !f.Updatable {
				t.Errorf("%s: the parent is %+v", object, f)
			}
		}
		if f := byName[object.MatchField(h.remote.Side())]; f.Type != models.TypeEmail && f.Type != models.TypeText {
			t.Errorf("%s: the match field is %+v", object, f)
		}
		if has, err := h.remote.HasMark(h.Context(), object); err != nil || !has {
			t.Errorf("%s: the mark's field is there: %t, %v", object, has, err)
		}
	}
	if l := h.remote.Limits(); l.Batch < 1 || l.Parallel < 1 || l.Bulk != 0 && l.Bulk < l.Batch {
		t.Errorf("limits %+v", l)
	}
}

func testCount(t *testing.T, harness Harness) {
	h := harness.open(t, small)
	count := func(want int) {
		t.Helper()
		if n, err := h.remote.Count(h.Context(), models.ContactObject); err != nil || n != want {
			t.Errorf("counted %d, %v; want %d", n, err, want)
		}
	}
	count(small)
	id := h.Create(models.ContactObject, h.contact("One more", ""))
	count(small + 1)
	h.Trash(models.ContactObject, id)
	count(small)
}

// listFrom reads pages from a token to the end, each with a client of its own; between comes after
// each page that holds records.
func (h *organization) listFrom(object models.SyncObject, token string, between func(page int)) (all []models.Record, pages int) {
	h.Helper()
	for range 10_000 {
		page, err := h.Remote().List(h.Context(), object, h.fields(object), token)
		h.must(err)
		all = append(all, page.Records...)
		if len(page.Records) > 0 {
			pages++
		}
		if page.Next == "" {
			return all, pages
		}
		token = page.Next
		if between != nil && len(page.Records) > 0 {
			between(pages)
		}
	}
	h.Fatal("the list does not end")
	return nil, 0
}

func testList(t *testing.T, harness Harness) {
	t.Run("every record once", func(t *testing.T) {
		h := harness.open(t, harness.overPage())
		odd := h.contact("Zoë  O'Brien 日本語 \"💡\" \\ ﷽", "")
		id := h.Create(models.ContactObject, odd)
		all, pages := h.listFrom(models.ContactObject, "", nil)
		if pages < 2 {
			t.Errorf("%d records are on one page", len(all))
		}
		seen := map[string]int{}
		for _, r := range all {
			seen[r.ID]++
			if r.Side != h.remote.Side() || r.Object != models.ContactObject || r.ModifiedAt.IsZero() || r.Deleted || r.MergedInto != "" {
				t.Fatalf("%+v", r)
			}
			for _, name := range h.fields(models.ContactObject) {
				if _, read := r.Values[name]; !read {
					t.Fatalf("%s was not read of %+v", name, r)
				}
			}
			if len(r.Values) != len(h.fields(models.ContactObject)) {
				t.Fatalf("more was read than asked for: %+v", r)
			}
			if r.ID == id {
				if r.Values[h.Contact.Name] != odd[h.Contact.Name] || !r.Values[h.Contact.Note].IsBlank() {
					t.Errorf("listed as %v", r.Values)
				}
			}
		}
		if want := harness.overPage() + 1; len(seen) != want || len(all) != want {
			t.Errorf("%d rows of %d records; there are %d", len(all), len(seen), want)
		}
	})
	t.Run("goes on after any stored page", func(t *testing.T) {
		h := harness.open(t, harness.overPage())
		want, _ := h.listFrom(models.ContactObject, "", nil)
		for stop := 1; ; stop++ { // whoever listed is gone after as many answers
			told, token, client := map[string]int{}, "", h.Remote()
			for range stop {
				page, err := client.List(h.Context(), models.ContactObject, h.fields(models.ContactObject), token)
				h.must(err)
				for _, r := range page.Records {
					told[r.ID]++
				}
				if token = page.Next; token == "" {
					break
				}
			}
			if token == "" {
				if stop < 2 {
					t.Errorf("%d records came with %d answers", len(told), stop-1)
				}
				return
			}
			rest, _ := h.listFrom(models.ContactObject, token, nil)
			for _, r := range rest {
				told[r.ID]++
			}
			for _, r := range want {
				if told[r.ID] != 1 {
					t.Fatalf("stopped after %d answers, %s was told %d times", stop, r.ID, told[r.ID])
				}
			}
		}
	})
	t.Run("nothing is lost while records go and come", func(t *testing.T) {
		h := harness.open(t, harness.overPage())
		before, _ := h.listFrom(models.ContactObject, "", nil)
		gone := map[string]bool{}
		got, _ := h.listFrom(models.ContactObject, "", func(page int) {
			if page == 1 {
				for _, r := range before[:3] {
					gone[r.ID] = true
					h.Trash(models.ContactObject, r.ID)
				}
				h.Create(models.ContactObject, h.contact("Late", ""))
			}
		})
		counts := map[string]int{}
		for _, r := range got {
			counts[r.ID]++
		}
		for _, r := range before {
			if counts[r.ID] != 1 && !gone[r.ID] {
				t.Errorf("%s was listed %d times", r.ID, counts[r.ID])
			}
		}
	})
	t.Run("accounts too", func(t *testing.T) {
		h := harness.open(t, small)
		all, _ := h.listFrom(models.AccountObject, "", nil)
		if len(all) != small/5 {
			t.Errorf("%d accounts", len(all))
		}
	})
}

func testRead(t *testing.T, harness Harness) {
	h := harness.open(t, small)
	for _, object := range models.SyncObjects {
		t.Run(string(object), func(t *testing.T) {
			fields := h.fields(object)
			values := h.contact("Live", "live@read.example")
			if object == models.AccountObject {
				values = h.account("Live")
			}
			live, binned := h.Create(object, values), h.Create(object, values.With(models.Values{h.shape(object).Name: models.Text("Binned")}))
			h.Advance(1e9)
			h.Trash(object, binned)
			absent := h.Absent(object)
			got, err := h.remote.Read(h.Context(), object, fields, []string{binned, absent, live, live})
			h.must(err)
			found := map[string]models.Record{}
			for _, r := range got {
				found[r.ID] = r
			}
			if r := found[live]; r.Deleted || r.ModifiedAt.IsZero() || r.Values[h.shape(object).Name] != models.Text("Live") || len(r.Values) != len(fields) {
				t.Errorf("the live one: %+v", r)
			}
			if r, told := found[live].Values[h.shape(object).Note]; !told || !r.IsBlank() {
				t.Errorf("a blank reads %q, told: %t", r, told)
			}
			if r, told := found[binned]; !told || !r.Deleted || r.ModifiedAt.IsZero() {
				t.Errorf("the one in the recycle bin: %+v", r)
			}
			if len(found) != 2 {
				t.Errorf("of one that nobody knows something was told: %v", names(map[string]string{"live": live, "binned": binned, "absent": absent}))
			}
			h.Restore(object, binned)
			if r := h.read(object, binned); r == nil || r.Deleted {
				t.Errorf("the restored one: %+v", r)
			}
		})
	}
	t.Run("ids that are none", func(t *testing.T) {
		live := h.Create(models.ContactObject, h.contact("Beside", ""))
		got, err := h.remote.Read(h.Context(), models.ContactObject, h.fields(models.ContactObject), []string{"", "nonsense", "../organizations", "x' OR Id != '", live})
		if err != nil || len(got) != 1 || got[0].ID != live {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := h.remote.Read(h.Context(), models.ContactObject, nil, nil); err != nil || len(got) != 0 {
			t.Errorf("nothing asked: %+v, %v", got, err)
		}
	})
	t.Run("more than one call takes", func(t *testing.T) {
		h := harness.open(t, 250)
		all, _ := h.listFrom(models.ContactObject, "", nil)
		var ids []string
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		slices.Reverse(ids)
		got, err := h.remote.Read(h.Context(), models.ContactObject, h.fields(models.ContactObject), ids)
		h.must(err)
		told := map[string]bool{}
		for _, r := range got {
			told[r.ID] = true
		}
		if len(told) != 250 || len(got) != 250 {
			t.Errorf("%d of 250, %d rows", len(told), len(got))
		}
	})
}
