package remotetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

func testWrite(t *testing.T, harness Harness) {
	for name, run := range map[string]func(*organization){
		"create": writesCreate, "update": writesUpdate, "restore": writesRestore, "refusals": writesRefused, "duplicates": writesDuplicate,
		"one bad among many": writesBadAmongMany, "in bulk": writesInBulk, "nothing": writesNothing,
	} {
		t.Run(name, func(t *testing.T) { run(harness.open(t, small)) })
	}
}

func writesCreate(h *organization) {
	side := h.remote.Side()
	account := h.write(models.AccountObject, models.Write{Op: models.OpCreate, LinkID: mark(1), Values: h.account("Ünïcode & Sons")})
	if account.Err != nil || !account.Created || account.ID == "" {
		h.Fatalf("%+v", account)
	}
	values := h.contact("Zoë 日本語", "zoe@write.example").With(models.Values{
		h.Contact.Note: models.Text("O'Neil \"&\" <b>"), models.ContactObject.ParentField(side): models.Text(account.ID), h.Contact.Choice: models.Blank})
	got := h.create(mark(2), values)
	if got.Err != nil || !got.Created || got.ID == "" || got.ModifiedAt.IsZero() {
		h.Fatalf("%+v", got)
	}
	r := h.read(models.ContactObject, got.ID)
	if r == nil || !r.ModifiedAt.Equal(got.ModifiedAt) {
		h.Fatalf("written at %s, read %+v", got.ModifiedAt, r)
	}
	for name, v := range values {
		if r.Values[name] != v {
			h.Errorf("%s: sent %q, read %q", name, v, r.Values[name])
		}
		if back, told := got.Returned[name]; got.Returned != nil && told && back != r.Values[name] {
			h.Errorf("%s: returned %q, read %q", name, back, r.Values[name])
		}
	}
	h.finds("the mark", h.find(models.ContactObject, models.Find{LinkID: mark(2)}), got.ID)
	if n := h.Written(models.ContactObject, models.OpCreate); n != 1 {
		h.Errorf("%d contacts were made", n)
	}
}

func writesUpdate(h *organization) {
	made := h.create(mark(1), h.contact("Before", "before@write.example").With(models.Values{h.Contact.Note: models.Text("note")}))
	h.Advance(time.Minute)
	got := h.write(models.ContactObject, models.Write{Op: models.OpUpdate, ID: made.ID, Values: models.Values{h.Contact.Name: models.Text("After")}})
	if got.Err != nil || got.ID != made.ID || got.Created || !got.ModifiedAt.IsZero() && !got.ModifiedAt.After(made.ModifiedAt) {
		h.Fatalf("%+v", got)
	}
	r := h.read(models.ContactObject, made.ID)
	if r.Values[h.Contact.Name] != models.Text("After") || r.Values[h.Contact.Note] != models.Text("note") || r.Values[models.ContactObject.MatchField(h.remote.Side())].IsBlank() {
		h.Errorf("more than the name has changed: %v", r.Values)
	}
	got = h.write(models.ContactObject, models.Write{Op: models.OpUpdate, ID: made.ID, Values: models.Values{h.Contact.Note: models.Blank}})
	if v, told := got.Returned[h.Contact.Note]; got.Err != nil || told && !v.IsBlank() {
		h.Errorf("clearing: %+v", got)
	}
	if r := h.read(models.ContactObject, made.ID); !r.Values[h.Contact.Note].IsBlank() || r.Values[h.Contact.Name] != models.Text("After") {
		h.Errorf("a blank did not clear: %v", r.Values)
	}
	h.Trash(models.ContactObject, made.ID)
	written := h.Written(models.ContactObject, models.OpUpdate)
	for _, id := range []string{made.ID, h.Absent(models.ContactObject)} {
		got = h.write(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id, Values: h.contact("No", "")})
		if got.Err == nil || got.Err.Code != models.CodeDeleted && got.Err.Code != models.CodeNotFound {
			h.Errorf("one that is not live: %+v", got)
		}
	}
	if n := h.Written(models.ContactObject, models.OpUpdate); n != written {
		h.Errorf("%d more updates", n-written)
	}
}

func writesRestore(h *organization) {
	made := h.create(mark(1), h.contact("Before", "").With(models.Values{h.Contact.Note: models.Text("note")}))
	h.Trash(models.ContactObject, made.ID)
	h.Advance(time.Minute)
	for turn := range 2 { // the second time it is live already
		got := h.write(models.ContactObject, models.Write{Op: models.OpRestore, ID: made.ID, Values: models.Values{h.Contact.Name: models.Text(fmt.Sprint("Back ", turn))}})
		if got.Err != nil || got.ID != made.ID || got.Created {
			h.Errorf("turn %d: %+v", turn, got)
		}
		r := h.read(models.ContactObject, made.ID)
		if r == nil || r.Deleted || r.Values[h.Contact.Name] != models.Text(fmt.Sprint("Back ", turn)) || r.Values[h.Contact.Note] != models.Text("note") {
			h.Errorf("turn %d: %+v", turn, r)
		}
	}
	if n := h.Written(models.ContactObject, models.OpRestore); n != 1 {
		h.Errorf("restored %d times", n)
	}
	got := h.write(models.ContactObject, models.Write{Op: models.OpRestore, ID: h.Absent(models.ContactObject), Values: h.contact("No", "")})
	if got.Err == nil || got.Err.Code != models.CodeNotFound {
		h.Errorf("one that is nowhere: %+v", got)
	}
}

func writesRefused(h *organization) {
	side := h.remote.Side()
	live := h.create(mark(1), h.contact("Live", "live@write.example"))
	parent := models.ContactObject.ParentField(side)
	email := models.ContactObject.MatchField(side)
	for name, c := range map[string]struct {
		field string
		value string
		codes []models.Code
	}{
		"too long":           {h.Contact.Note, strings.Repeat("x", h.Contact.Max+1), []models.Code{models.CodeValueTooLong}},
		"long in bytes only": {h.Contact.Note, strings.Repeat("日", h.Contact.Max), nil},
		"picklist":           {h.Contact.Choice, "None of them", []models.Code{models.CodeInvalidPicklist}},
		"required":           {h.Contact.Name, "", []models.Code{models.CodeRequiredFieldMissing}},
		"unknown reference":  {parent, h.Absent(models.AccountObject), []models.Code{models.CodeParentMissing}},
		"no reference":       {parent, "nonsense", []models.Code{models.CodeTypeMismatch, models.CodeParentMissing, models.CodeInvalidParameter}},
		"email":              {email, "nobody at all", []models.Code{models.CodeInvalidParameter}},
	} {
		for _, op := range []models.IntentOp{models.OpCreate, models.OpUpdate} {
			before := h.Written(models.ContactObject, op)
			w := models.Write{Op: op, LinkID: mark(100 + before), Values: h.contact("Bad", "").With(models.Values{c.field: models.Text(c.value)})}
			if op == models.OpUpdate {
				w = models.Write{Op: op, ID: live.ID, Values: models.Values{c.field: models.Text(c.value)}}
			}
			got := h.write(models.ContactObject, w)
			if c.codes == nil {
				if got.Err != nil {
					h.Errorf("%s, %s: %v", name, op, got.Err)
				}
				continue
			}
			if got.Err == nil {
				h.Errorf("%s, %s: taken", name, op)
				continue
			}
			private := []string{c.value}
			if c.value == "" {
				private = nil
			}
			if e := h.typed(got.Err, private, c.codes...); e.Retry || !slices.Contains(e.Fields, c.field) {
				h.Errorf("%s, %s: %+v", name, op, e)
			}
			if n := h.Written(models.ContactObject, op); n != before {
				h.Errorf("%s, %s: %d records were written", name, op, n-before)
			}
		}
	}
	if r := h.read(models.ContactObject, live.ID); r.Values[h.Contact.Name] != models.Text("Live") {
		h.Errorf("%v", r.Values)
	}
}

func writesDuplicate(h *organization) {
	h.Unique()
	h.create(mark(1), h.contact("First", "twice@write.example"))
	got := h.create(mark(2), h.contact("First", "twice@write.example"))
	if got.Err == nil || got.Err.Code != models.CodeDuplicate || got.Err.Retry {
		h.Errorf("%+v", got)
	}
	if n := h.Written(models.ContactObject, models.OpCreate); n != 1 {
		h.Errorf("%d contacts were made", n)
	}
}

func writesBadAmongMany(h *organization) {
	n := min(h.remote.Limits().Batch, 40)
	bad, tooLong := n/3, models.Text(strings.Repeat("x", h.Contact.Max+1))
	beside := h.Create(models.ContactObject, h.contact("Beside", ""))
	var writes []models.Write
	for i := range n {
		writes = append(writes, models.Write{Op: models.OpCreate, LinkID: mark(i), Values: h.contact(fmt.Sprint("Number ", i), "")})
	}
	writes[bad].Values[h.Contact.Note] = tooLong
	for _, op := range []models.IntentOp{models.OpCreate, models.OpUpdate} {
		before := h.Written(models.ContactObject, op)
		results, err := h.remote.Write(h.Context(), models.ContactObject, writes)
		h.must(err)
		if len(results) != n {
			h.Fatalf("%d results of %d writes", len(results), n)
		}
		for i, r := range results {
			if i == bad {
				if r.Err == nil || r.Err.Code != models.CodeValueTooLong {
					h.Errorf("%s: the bad one: %+v", op, r)
				}
				continue
			}
			if r.Err != nil {
				h.Fatalf("%s: number %d fell with the bad one: %v", op, i, r.Err)
			}
			if rec := h.read(models.ContactObject, r.ID); rec == nil || rec.Values[h.Contact.Name] != writes[i].Values[h.Contact.Name] {
				h.Fatalf("%s: the result of number %d is that of %+v", op, i, rec)
			}
			writes[i] = models.Write{Op: models.OpUpdate, ID: r.ID, Values: h.contact(fmt.Sprint("Changed ", i), "")}
		}
		if got := h.Written(models.ContactObject, op) - before; got != n-1 {
			h.Errorf("%s: %d of %d were written", op, got, n-1)
		}
		writes[bad] = models.Write{Op: models.OpUpdate, ID: beside, Values: models.Values{h.Contact.Note: tooLong}}
	}
}

// writesInBulk: a vendor with a bulk way keeps every promise of a single call there.
func writesInBulk(h *organization) {
	limits := h.remote.Limits()
	if limits.Bulk == 0 {
		return
	}
	n := limits.Batch + 20
	bad := n / 2
	var writes []models.Write
	for i := range n {
		writes = append(writes, models.Write{Op: models.OpCreate, LinkID: mark(i), Values: h.contact(fmt.Sprint("Bulk \"", i, "\", new\nline"), "").With(models.Values{h.Contact.Note: models.Blank})})
	}
	writes[bad].Values[h.Contact.Note] = models.Text(strings.Repeat("x", h.Contact.Max+1))
	for _, op := range []models.IntentOp{models.OpCreate, models.OpUpdate} {
		before := h.Written(models.ContactObject, op)
		results, err := h.remote.Write(h.Context(), models.ContactObject, writes)
		h.must(err)
		if len(results) != len(writes) {
			h.Fatalf("%d results of %d writes", len(results), len(writes))
		}
		var changes []models.Write
		for i, r := range results {
			if op == models.OpCreate && i == bad {
				if r.Err == nil || r.Err.Code != models.CodeValueTooLong {
					h.Errorf("the bad one: %+v", r)
				}
				continue
			}
			if r.Err != nil {
				h.Fatalf("%s: number %d: %v", op, i, r.Err)
			}
			changes = append(changes, models.Write{Op: models.OpUpdate, ID: r.ID, Values: models.Values{h.Contact.Note: models.Text(fmt.Sprint("Note ", i))}})
			if i%40 != 0 {
				continue
			}
			rec := h.read(models.ContactObject, r.ID)
			if rec == nil || op == models.OpCreate && rec.Values[h.Contact.Name] != writes[i].Values[h.Contact.Name] || op == models.OpUpdate && rec.Values[h.Contact.Note] != writes[i].Values[h.Contact.Note] {
				h.Fatalf("%s: the result of number %d is that of %+v", op, i, rec)
			}
		}
		if got := h.Written(models.ContactObject, op) - before; got != n-1 {
			h.Errorf("%s: %d of %d were written", op, got, n-1)
		}
		writes = changes
	}
}

func writesNothing(h *organization) {
	for _, writes := range [][]models.Write{nil, {}} {
		if results, err := h.remote.Write(h.Context(), models.ContactObject, writes); err != nil || len(results) != 0 {
			h.Errorf("%+v, %v", results, err)
		}
	}
}
