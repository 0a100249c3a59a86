package remotetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

func (h *organization) find(object models.SyncObject, by models.Find) []string {
	h.Helper()
	found, err := h.remote.Find(h.Context(), object, h.fields(object), by)
	h.must(err)
	ids := []string{}
	for _, r := range found {
		if r.Deleted || r.Side != h.remote.Side() || r.Object != object || len(r.Values) < len(h.fields(object)) {
			h.Errorf("found %+v", r)
		}
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return ids
}

func (h *organization) finds(what string, got []string, want ...string) {
	h.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) && len(got)+len(want) > 0 {
		h.Errorf("%s: found %v; want %v", what, got, want)
	}
}

func testFind(t *testing.T, harness Harness) {
	t.Run("by our mark exactly", func(t *testing.T) {
		h := harness.open(t, small)
		one, two := h.create("Mark-1", h.contact("One", "")), h.create("Mark-12", h.contact("Two", ""))
		if one.Err != nil || two.Err != nil {
			t.Fatal(one.Err, two.Err)
		}
		h.finds("Mark-1", h.find(models.ContactObject, models.Find{LinkID: "Mark-1"}), one.ID)
		h.finds("Mark-12", h.find(models.ContactObject, models.Find{LinkID: "Mark-12"}), two.ID)
		for _, no := range []string{"Mark-", "mark-1", "Mark-*", "Mark-%", "Mark-_", "*", "' OR Name != '", "Mark-123", "ark-1"} {
			h.finds(no, h.find(models.ContactObject, models.Find{LinkID: no}))
		}
		h.Trash(models.ContactObject, one.ID)
		h.finds("in the bin", h.find(models.ContactObject, models.Find{LinkID: "Mark-1"}))
	})
	t.Run("at once after it was made", func(t *testing.T) {
		h := harness.open(t, small)
		h.Faults(`[{"kind":"search_lag","seconds":90}]`)
		made := h.create(mark(1), h.contact("Just made", "just@made.example"))
		h.finds("by mark", h.find(models.ContactObject, models.Find{LinkID: mark(1)}), made.ID)
		h.finds("by email", h.find(models.ContactObject, models.Find{Match: models.Text("just@made.example")}), made.ID)
	})
	t.Run("by email", func(t *testing.T) {
		h := harness.open(t, small)
		ids := map[string]string{}
		for _, email := range []string{"a_b@find.example", "axb@find.example", "ann@find.example", "joann@find.example", "ann@find.example.org", "o'neil@find.example",
			"plus+tag@find.example", "MiXed@Find.Example", "jürgen@find.example"} {
			ids[email] = h.Create(models.ContactObject, h.contact("Found", email))
		}
		twin := h.Create(models.ContactObject, h.contact("Twin", "ann@find.example"))
		gone := h.Create(models.ContactObject, h.contact("Gone", "ann@find.example"))
		h.Trash(models.ContactObject, gone)
		h.Advance(time.Hour)
		for email, id := range ids {
			want := []string{id}
			if email == "ann@find.example" {
				want = append(want, twin)
			}
			for _, form := range []string{email, strings.ToUpper(email), "  " + email + "\t", strings.ToLower(email)} {
				h.finds(form, h.find(models.ContactObject, models.Find{Match: models.Text(form)}), want...)
			}
		}
		for _, no := range []string{"*@find.example", "%@find.example", "_nn@find.example", "ann@find.example*", "find.example", "${empty}", "${notempty}", "' OR Email != '",
			"ann@find.example,joann@find.example", "\\", "\"", "@", "a", " ", "", "*", "%"} {
			h.finds(no, h.find(models.ContactObject, models.Find{Match: models.Text(no)}))
		}
	})
	t.Run("accounts by name", func(t *testing.T) {
		h := harness.open(t, small)
		ids := map[string]string{}
		for _, name := range []string{"A", "R&D, Inc. (EMEA)", "50% off*", "Ünïcode – Ltd.", "日本", "a:b?c/d\\e", "\"quoted\"", "O'Neil & Sons", "*", "Acme", "Acme Inc"} {
			ids[name] = h.Create(models.AccountObject, h.account(name))
		}
		h.Advance(time.Hour)
		for name, id := range ids {
			h.finds(name, h.find(models.AccountObject, models.Find{Match: models.Text(" " + strings.ToUpper(name))}), id)
		}
		h.finds("part of a name", h.find(models.AccountObject, models.Find{Match: models.Text("Acm")}))
	})
}
