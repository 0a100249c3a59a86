package zohodesk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

// set changes the simulated organization.
func (r *rig) set(settings string) { r.Helper(); r.raw("POST", "/_sim/settings", settings) }

// ways are the organizations that the vendor's files, its pages and live answers each make likely.
var ways = map[string]string{
	"as live answers were":  `{}`,
	"as the files say":      `{"blanks":"documented","searchRows":"listed","byIds":"listed","strictValues":true,"binModule":"moduleId"}`,
	"as older clients know": `{"picklists":"allowedValues","millisecondTimes":true,"oldModifiedTime":false,"defaultOwner":false,"binModule":"module"}`,
	"against the files":     `{"blanks":"null","picklists":"none","spamFound":true}`,
}

// TestEveryWayIsTaken: what a client of the sync does comes out the same, whichever of the
// disagreeing sources is right.
func TestEveryWayIsTaken(t *testing.T) {
	for name, settings := range ways {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{contacts: 30, accounts: 4})
			r.set(settings)
			mark := "0198f2a0-0000-7000-8000-00000000000a"
			made := r.one(models.ContactObject, models.Write{Op: models.OpCreate, LinkID: mark, Values: values("lastName", "Ways", "email", "ways@both.example", "city", "Ulm",
				"phone", "+1 555 0100", "description", "one\ntwo", "cf_newsletter", "true", "cf_customer_tier", "Gold")})
			if made.Err != nil {
				t.Fatal(made.Err)
			}
			r.clock.advance(time.Minute)
			cleared := r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: made.ID,
				Values: values("firstName", "All", "city", "", "phone", "", "description", "", "cf_customer_tier", "", "cf_newsletter", "false")})
			if cleared.Err != nil {
				t.Fatal(cleared.Err)
			}
			now := r.read(models.ContactObject, made.ID, contactFields...)
			for field, want := range map[string]string{"firstName": "All", "lastName": "Ways", "city": "", "phone": "", "description": "", "cf_customer_tier": "", "cf_newsletter": "false"} {
				if got := r.read(models.ContactObject, made.ID, field).Values[field].String(); got != want {
					t.Errorf("%s is %q, want %q", field, got, want)
				}
			}
			if !cleared.ModifiedAt.IsZero() && !cleared.ModifiedAt.Equal(now.ModifiedAt) {
				t.Errorf("the write says %s, the record %s", cleared.ModifiedAt, now.ModifiedAt)
			}
			for _, by := range []models.Find{{LinkID: mark}, {Match: models.Text("WAYS@both.example")}} {
				if found, err := r.Find(r.Context(), models.ContactObject, contactFields, by); err != nil || len(found) != 1 || found[0].ID != made.ID {
					t.Errorf("%+v: %+v, %v", by, found, err)
				}
			}
			if listed := r.listAll(models.ContactObject, contactFields, nil); len(listed) != 31 {
				t.Errorf("%d are listed", len(listed))
			}
			if n, err := r.Count(r.Context(), models.ContactObject); err != nil || n != 31 {
				t.Errorf("%d are counted: %v", n, err)
			}
			r.trash(models.ContactObject, made.ID)
			if gone := r.read(models.ContactObject, made.ID, "lastName"); !gone.Deleted {
				t.Errorf("in the bin: %+v", gone)
			}
			back := r.one(models.ContactObject, models.Write{Op: models.OpRestore, ID: made.ID, Values: values("city", "Bonn")})
			if back.Err != nil || r.read(models.ContactObject, made.ID, "city").Values["city"].String() != "Bonn" {
				t.Errorf("restored: %+v", back)
			}
		})
	}
}

// TestWhatABlankWantsToBeIsFoundOutOnceAnHour: the refused form costs one call more the first time,
// and none after it.
func TestWhatABlankWantsToBeIsFoundOutOnceAnHour(t *testing.T) {
	r := newRig(t, options{})
	r.set(`{"blanks":"null"}`)
	id := r.contact(map[string]any{"lastName": "Blank"})
	const patch = "PATCH /api/v1/contacts/{id}"
	clears := func() (calls int) {
		t.Helper()
		before := r.sent(patch)
		if got := r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id, Values: values("city", "", "state", "")}); got.Err != nil {
			t.Fatal(got.Err)
		}
		return r.sent(patch) - before
	}
	if first, second := clears(), clears(); first != 2 || second != 1 {
		t.Errorf("%d calls, then %d", first, second)
	}
	r.clock.advance(learnedFor)
	r.set(`{"blanks":"documented"}`)
	if after := clears(); after != 1 {
		t.Errorf("%d calls once what was learned is old", after)
	}
}

func TestABlankThatIsRefusedForAnotherReasonIsSentTwiceAtMost(t *testing.T) {
	r := newRig(t, options{})
	r.set(`{"rules":[{"object":"contacts","field":"city","matches":"^$","text":"A contact has a city."}]}`)
	id := r.contact(map[string]any{"lastName": "City", "city": "Ulm"})
	got := r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id, Values: values("city", "", "title", "X")})
	if got.Err == nil || got.Err.Said != "city: A contact has a city." || fmt.Sprint(got.Err.Fields) != "[city]" || r.sent("PATCH /api/v1/contacts/{id}") != 2 {
		t.Fatalf("%+v after %d calls", got.Err, r.sent("PATCH /api/v1/contacts/{id}"))
	}
	r.set(`{"rules":[{"object":"contacts","field":"city","matches":"Atlantis","text":"x"}]}`)
	got = r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id, Values: values("city", "")})
	if got.Err != nil || r.sent("PATCH /api/v1/contacts/{id}") != 3 {
		t.Errorf("the right form was unlearned: %+v after %d calls", got.Err, r.sent("PATCH /api/v1/contacts/{id}"))
	}
}

// TestTheVendorsWordsReachTheFailure and stay out of what is logged.
func TestTheVendorsWordsReachTheFailure(t *testing.T) {
	r := newRig(t, options{})
	id := r.contact(map[string]any{"lastName": "Worded"})
	r.set(`{"rules":[{"object":"contacts","field":"title","matches":"^Rule","text":"Job titles must come from the HR list\n(rule HR-12)."},
		{"object":"contacts","field":"city","matches":"Atlantis","text":"` + strings.Repeat("No such city. ", 60) + `","unnamed":true}],
		"fields":{"contacts":{"mobile":{"readOnly":true}}}}`)
	for name, c := range map[string]struct {
		field, value, said string
		code               models.Code
		fields             string
	}{
		"a rule that names its field": {"title", "Rule Breaker", "title: Job titles must come from the HR list (rule HR-12).", models.CodeInvalidParameter, "[title]"},
		"a rule that names none":      {"city", "Atlantis", "No such city.", models.CodeInvalidParameter, "[]"},
		"a field that is closed":      {"mobile", "1", "mobile: Either the field is invalid", models.CodeReadOnly, "[mobile]"},
		"a value of no use":           {"email", "nora/haddad@field.example", "email: not an email address", models.CodeInvalidParameter, "[email]"},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id, Values: values(c.field, c.value)})
			if got.Err == nil || got.Err.Code != c.code || !strings.HasPrefix(got.Err.Said, c.said) || fmt.Sprint(got.Err.Fields) != c.fields || got.Err.Retry {
				t.Fatalf("%+v", got.Err)
			}
			if len([]rune(got.Err.Said)) > models.MaxSaid || strings.Contains(got.Err.Error(), got.Err.Said) {
				t.Errorf("the words are too long, or logged: %s", got.Err.Error())
			}
		})
	}
}

func TestReadsByIDComeInTwenties(t *testing.T) {
	r := newRig(t, options{contacts: 60, accounts: 12})
	var ids []string
	for _, rec := range r.listAll(models.ContactObject, nil, nil) {
		ids = append(ids, rec.ID)
	}
	const one, twenty = "GET /api/v1/contacts/{id}", "GET /api/v1/contacts/contactsByIds"
	read := func() (ones, twenties int) {
		t.Helper()
		before, beforeTwenty := r.sent(one), r.sent(twenty)
		got, err := r.Read(r.Context(), models.ContactObject, contactFields, ids)
		if err != nil || len(got) != 60 {
			t.Fatalf("%d of 60, %v", len(got), err)
		}
		for i, rec := range got {
			if rec.ID != ids[i] || len(rec.Values) != len(contactFields) || rec.ModifiedAt.IsZero() {
				t.Fatalf("%+v", rec)
			}
		}
		return r.sent(one) - before, r.sent(twenty) - beforeTwenty
	}
	if ones, twenties := read(); ones != 0 || twenties != 3 {
		t.Errorf("%d and %d calls", ones, twenties)
	}
	r.set(`{"byIds":"listed"}`)
	if ones, twenties := read(); ones != 60 || twenties == 0 {
		t.Errorf("short rows: %d and %d calls", ones, twenties)
	}
	if ones, twenties := read(); ones != 60 || twenties != 0 {
		t.Errorf("once that is known: %d and %d calls", ones, twenties)
	}
	r.set(`{"byIds":"whole"}`)
	r.clock.advance(learnedFor)
	if ones, twenties := read(); ones != 0 || twenties != 3 {
		t.Errorf("an hour later: %d and %d calls", ones, twenties)
	}
	r.trash(models.ContactObject, ids[0], ids[30])
	got, err := r.Read(r.Context(), models.ContactObject, contactFields, ids)
	if err != nil || len(got) != 60 || !got[0].Deleted || !got[30].Deleted || got[1].Deleted {
		t.Errorf("two in the bin: %d, %v", len(got), err)
	}
}

func TestPicklistsAreReadUnderEitherKeyAndOpenWithoutValues(t *testing.T) {
	for picklists, restricted := range map[string]bool{"pickListValues": true, "allowedValues": true, "none": false} {
		t.Run(picklists, func(t *testing.T) {
			r := newRig(t, options{})
			r.set(`{"picklists":"` + picklists + `","fields":{"contacts":{"cf_hobbies":{"type":"Multiselect","values":[{"value":"chess"},{"value":"go"}]}}}}`)
			for range 3 {
				fields, err := r.Describe(r.Context(), models.ContactObject)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range fields {
					if f.Name == "cf_customer_tier" && (f.Restricted != restricted || len(f.Picklist) != map[bool]int{true: 4, false: 0}[restricted]) ||
						f.Name == "cf_hobbies" && (f.Type != models.TypeMultiselect || f.Restricted != restricted) {
						t.Errorf("%+v", f)
					}
				}
				r.clock.advance(describeFor)
			}
			if old, want := r.sent("GET /api/v1/organizationFields"), map[bool]int{true: 0, false: 1}[restricted]; old != want {
				t.Errorf("the older description was asked for %d times", old)
			}
		})
	}
}

func TestSpamIsNeitherGoneNorDeleted(t *testing.T) {
	r := newRig(t, options{})
	id := r.contact(map[string]any{"lastName": "Spam"})
	r.raw("POST", "/api/v1/contacts/markSpam", map[string]any{"ids": []string{id}, "isSpam": true})
	if got := r.read(models.ContactObject, id, "isSpam", "isAnonymous"); got.Deleted || got.Values["isSpam"].String() != "true" || got.Values["isAnonymous"].String() != "false" {
		t.Errorf("%+v", got)
	}
}

// TestALookAtTheNewestAsksForNoMoreThanChanged: a burst of our own creates does not make every
// search read all of it again.
func TestALookAtTheNewestAsksForNoMoreThanChanged(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) { c.PageSize = 5 }})
	r.faults(`[{"kind":"search_lag","seconds":120}]`)
	for i := range 40 {
		r.contact(map[string]any{"lastName": fmt.Sprint("Burst ", i), "email": fmt.Sprintf("b%d@burst.example", i)})
		r.clock.advance(time.Second)
	}
	const list = "GET /api/v1/contacts"
	find := func(email string) (pages int) {
		t.Helper()
		before := r.sent(list)
		if got, err := r.Find(r.Context(), models.ContactObject, nil, models.Find{Match: models.Text(email)}); err != nil || len(got) != 1 {
			t.Fatalf("%s: %d, %v", email, len(got), err)
		}
		return r.sent(list) - before
	}
	first := find("b3@burst.example")
	id := r.contact(map[string]any{"lastName": "Late", "email": "late@burst.example"})
	if again := find("late@burst.example"); again >= first || again > 4 {
		t.Errorf("%d pages, after %d", again, first)
	}
	r.clock.advance(15 * time.Second)
	find("late@burst.example")
	r.raw("PATCH", "/api/v1/contacts/"+id, map[string]any{"email": "edited@burst.example"})
	if again := find("edited@burst.example"); again > 1 {
		t.Errorf("%d pages for one change", again)
	}
	if got, _ := r.Find(r.Context(), models.ContactObject, nil, models.Find{Match: models.Text("late@burst.example")}); len(got) != 0 {
		t.Errorf("under its former email: %+v", got)
	}
}

func TestARefusedFieldIsDescribedAnew(t *testing.T) {
	r := newRig(t, options{})
	id := r.contact(map[string]any{"lastName": "Closed"})
	write := func() *models.Error {
		return r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id, Values: values("title", "X")}).Err
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	r.set(`{"fields":{"contacts":{"title":{"hidden":true}}}}`)
	r.clock.advance(describedAnew)
	const fields = "GET /api/v1/fields"
	before := r.sent(fields)
	for range 5 {
		if err := write(); err == nil || fmt.Sprint(err.Fields) != "[title]" || !strings.Contains(err.Said, "'title'") {
			t.Fatalf("%+v", err)
		}
	}
	if n := r.sent(fields) - before; n != 1 {
		t.Errorf("it was described %d times", n)
	}
}
