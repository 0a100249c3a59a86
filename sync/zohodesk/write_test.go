package zohodesk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

func values(pairs ...string) models.Values {
	out := models.Values{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = models.Text(pairs[i+1])
	}
	return out
}

// one writes a single record.
func (r *rig) one(object models.SyncObject, w models.Write) models.WriteResult {
	r.Helper()
	out, err := r.Write(r.Context(), object, []models.Write{w})
	if err != nil || len(out) != 1 {
		r.Fatalf("%+v, %v", out, err)
	}
	return out[0]
}

func (r *rig) read(object models.SyncObject, id string, fields ...string) models.Record {
	r.Helper()
	got, err := r.Read(r.Context(), object, fields, []string{id})
	if err != nil || len(got) != 1 {
		r.Fatalf("%+v, %v", got, err)
	}
	return got[0]
}

func TestACreateCarriesItsValuesAndOurMark(t *testing.T) {
	r := newRig(t, options{})
	w := models.Write{Op: models.OpCreate, LinkID: "0198f2a0-0000-7000-8000-000000000001",
		Values: values("lastName", "Müller", "email", "m@x.example", "cf_customer_tier", "Gold", "cf_newsletter", "true", "cf_birthday", "1990-02-03", "phone", "")}
	got := r.one(models.ContactObject, w)
	if got.Err != nil || got.ID == "" || !got.Created || got.ModifiedAt.IsZero() {
		t.Fatalf("%+v", got)
	}
	for name, v := range w.Values {
		if got.Returned[name] != v {
			t.Errorf("%s came back as %q", name, got.Returned[name])
		}
	}
	rec := r.read(models.ContactObject, got.ID, "cf_sidelight_link_id", "lastName", "cf_newsletter")
	if rec.Values["cf_sidelight_link_id"].String() != w.LinkID || rec.Values["lastName"].String() != "Müller" || rec.Values["cf_newsletter"].String() != "true" {
		t.Errorf("%+v", rec)
	}
}

func TestNumbersKeepEveryDigit(t *testing.T) {
	r := newRig(t, options{})
	for _, n := range []string{"12345678901234567.89", "-0.10", "7"} {
		got := r.one(models.AccountObject, models.Write{Op: models.OpCreate, Values: values("accountName", "N "+n, "annualrevenue", n)})
		if got.Err != nil || got.Returned["annualrevenue"].String() != n {
			t.Errorf("%s came back as %+v", n, got)
		}
	}
}

func TestAnUpdateChangesWhatIsSentAndABlankClears(t *testing.T) {
	r := newRig(t, options{})
	id := r.contact(map[string]any{"lastName": "A", "firstName": "B", "phone": "1", "cf": map[string]any{"cf_customer_tier": "Gold"}})
	got := r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id, Values: values("phone", "", "cf_customer_tier", "", "lastName", "C")})
	if got.Err != nil || got.ID != id || got.Created {
		t.Fatalf("%+v", got)
	}
	rec := r.read(models.ContactObject, id, "lastName", "firstName", "phone", "cf_customer_tier")
	want := values("lastName", "C", "firstName", "B", "phone", "", "cf_customer_tier", "")
	for name, v := range want {
		if rec.Values[name] != v {
			t.Errorf("%s is %q", name, rec.Values[name])
		}
	}
	if before := r.calls()["PATCH /api/v1/contacts/{id}"]; r.one(models.ContactObject, models.Write{Op: models.OpUpdate, ID: id}).Err != nil || before != r.calls()["PATCH /api/v1/contacts/{id}"] {
		t.Error("an update of nothing was sent")
	}
}

func TestARestoreBringsBackAndUpdates(t *testing.T) {
	r := newRig(t, options{})
	id := r.contact(map[string]any{"lastName": "A"})
	r.trash(models.ContactObject, id)
	w := models.Write{Op: models.OpRestore, ID: id, Values: values("lastName", "B")}
	for turn := range 2 { // a restore whose answer was lost is repeated
		if got := r.one(models.ContactObject, w); got.Err != nil {
			t.Fatalf("turn %d: %+v", turn, got)
		}
	}
	if rec := r.read(models.ContactObject, id, "lastName"); rec.Deleted || rec.Values["lastName"].String() != "B" {
		t.Errorf("%+v", rec)
	}
	r.trash(models.ContactObject, id)
	r.raw("POST", "/api/v1/recycleBin/delete", map[string]any{"ids": []string{id}})
	if got := r.one(models.ContactObject, w); got.Err == nil || got.Err.Code != models.CodeNotFound {
		t.Errorf("a record that is gone for good: %+v", got)
	}
}

func TestOneBadRecordDoesNotHoldTheOthers(t *testing.T) {
	r := newRig(t, options{})
	var writes []models.Write
	for i := range r.Limits().Batch {
		v := values("lastName", fmt.Sprint("Batch ", i))
		if i%10 == 3 {
			v = values("email", "no address")
		}
		writes = append(writes, models.Write{Op: models.OpCreate, Values: v})
	}
	got, err := r.Write(r.Context(), models.ContactObject, writes)
	if err != nil || len(got) != len(writes) {
		t.Fatal(err)
	}
	for i, one := range got {
		if (one.Err != nil) != (i%10 == 3) {
			t.Errorf("%d: %+v", i, one)
		}
		if one.Err == nil && one.Returned["lastName"] != writes[i].Values["lastName"] {
			t.Errorf("%d has the answer of another: %+v", i, one)
		}
	}
}

func TestRefusedValuesAreNamedByWhatIsWrong(t *testing.T) {
	r := newRig(t, options{})
	live := r.contact(map[string]any{"lastName": "Live"})
	for name, c := range map[string]struct {
		op     models.IntentOp
		values models.Values
		want   models.Code
		field  string
	}{
		"required":       {models.OpCreate, values("firstName", "A"), models.CodeRequiredFieldMissing, "lastName"},
		"cleared":        {models.OpUpdate, values("lastName", ""), models.CodeRequiredFieldMissing, "lastName"},
		"too long":       {models.OpCreate, values("lastName", "A", "firstName", strings.Repeat("x", 41)), models.CodeValueTooLong, "firstName"},
		"email":          {models.OpCreate, values("lastName", "A", "email", "x"), models.CodeInvalidParameter, "email"},
		"picklist":       {models.OpUpdate, values("cf_customer_tier", "Tin"), models.CodeInvalidPicklist, "cf_customer_tier"},
		"date":           {models.OpUpdate, values("cf_birthday", "yesterday"), models.CodeTypeMismatch, "cf_birthday"},
		"boolean":        {models.OpUpdate, values("cf_newsletter", "perhaps"), models.CodeTypeMismatch, "cf_newsletter"},
		"no account":     {models.OpUpdate, values("accountId", "7000000099999999"), models.CodeParentMissing, "accountId"},
		"no such field":  {models.OpUpdate, values("cf_gone", "x"), models.CodeInvalidParameter, "cf_gone"},
		"read only":      {models.OpUpdate, values("createdTime", "2020-01-01T00:00:00.000Z"), models.CodeReadOnly, "createdTime"},
		"number as text": {models.OpUpdate, values("title", "7"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := models.Write{Op: c.op, Values: c.values}
			if c.op == models.OpUpdate {
				w.ID = live
			}
			got := r.one(models.ContactObject, w)
			if c.want == "" {
				if got.Err != nil {
					t.Fatal(got.Err)
				}
				return
			}
			if got.Err == nil || got.Err.Code != c.want || len(got.Err.Fields) == 0 || got.Err.Fields[0] != c.field || got.Err.Retry {
				t.Fatalf("%+v; want %s of %s", got.Err, c.want, c.field)
			}
			for field, v := range c.values {
				if field != c.field && !v.IsBlank() && strings.Contains(got.Err.Error(), v.String()) && len(v.String()) > 1 {
					t.Errorf("the error shows a value: %v", got.Err)
				}
			}
		})
	}
}

func TestRetryAfterIsTheVendorsWait(t *testing.T) {
	for name, c := range map[string]struct {
		fault string
		want  time.Duration
	}{
		"seconds": {`"status":503,"body":"","headers":{"Retry-After":"7"}`, 7 * time.Second},
		"a date":  {`"status":503,"body":"","headers":{"Retry-After":"+90s"}`, 90 * time.Second},
		"a day":   {`"status":429,"body":{"errorCode":"THRESHOLD_EXCEEDED","message":"x"},"headers":{"Retry-After":"999999"}`, 24 * time.Hour},
		"none":    {`"status":429,"body":{"errorCode":"TOO_MANY_REQUESTS","message":"x"}`, 0},
		"past":    {`"status":503,"body":"","headers":{"Retry-After":"-5"}`, 0},
		"rubbish": {`"status":503,"body":"","headers":{"Retry-After":"soon"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{})
			r.faults(`[{"kind":"status","endpoint":"GET /api/v1/fields",` + c.fault + `}]`)
			_, err := r.Describe(r.Context(), models.ContactObject)
			var e *models.Error
			if !asError(err, &e) || !e.Retry || e.RetryAfter != c.want {
				t.Fatalf("%+v; want to wait %s", e, c.want)
			}
		})
	}
}

func TestACallGivenUpBeforeItIsSentWritesNothing(t *testing.T) {
	r := newRig(t, options{})
	if _, err := r.Describe(r.Context(), models.ContactObject); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.Context())
	cancel()
	before, _ := r.Count(r.Context(), models.ContactObject)
	got, err := r.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpCreate, Values: values("lastName", "No")}})
	if err == nil {
		err = got[0].Err
	}
	if models.CodeOf(err) != models.CodeUpstreamUnavailable || !models.MayRetry(err) {
		t.Errorf("%v", err)
	}
	if after, _ := r.Count(r.Context(), models.ContactObject); after != before {
		t.Error("it was written")
	}
}

func TestFindIsExactWhereTheSearchIsNot(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) { c.PageSize = 5 }})
	mark := "0198f2a0-0000-7000-8000-00000000000a"
	ann := r.contact(map[string]any{"lastName": "Ann", "email": "Ann@x.example", "cf": map[string]any{"cf_sidelight_link_id": mark}})
	r.contact(map[string]any{"lastName": "Joann", "email": "joann@x.example", "cf": map[string]any{"cf_sidelight_link_id": mark + "b"}})
	twin := r.contact(map[string]any{"lastName": "Twin", "email": "ann@x.example"})
	gone := r.contact(map[string]any{"lastName": "Gone", "email": "ann@x.example"})
	r.trash(models.ContactObject, gone)
	for i := range 12 { // enough that none of the above is among the newest
		r.clock.advance(time.Minute)
		r.contact(map[string]any{"lastName": fmt.Sprint("Filler ", i)})
	}
	for name, c := range map[string]struct {
		by   models.Find
		want []string
	}{
		"by match":      {models.Find{Match: models.Text(" ANN@X.example ")}, []string{ann, twin}},
		"by mark":       {models.Find{LinkID: mark}, []string{ann}},
		"by no mark":    {models.Find{LinkID: "0198f2a0-0000-7000-8000"}, nil},
		"by nothing":    {models.Find{}, nil},
		"by a wildcard": {models.Find{Match: models.Text("*@x.example")}, nil},
		"by a space":    {models.Find{Match: models.Text("  ")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := r.Find(r.Context(), models.ContactObject, []string{"lastName"}, c.by)
			if err != nil || len(got) != len(c.want) {
				t.Fatalf("%+v, %v; want %v", got, err, c.want)
			}
			for i, rec := range got {
				if rec.ID != c.want[i] || len(rec.Values) != 1 {
					t.Errorf("%+v; want %s", rec, c.want[i])
				}
			}
		})
	}
}

func TestFindSeesWhatTheIndexHasNotYet(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) { c.PageSize = 5 }})
	r.faults(`[{"kind":"search_lag","seconds":120}]`)
	mark := "0198f2a0-0000-7000-8000-00000000000c"
	id := r.contact(map[string]any{"lastName": "Just made", "email": "just@made.example", "cf": map[string]any{"cf_sidelight_link_id": mark}})
	for i := range 20 {
		r.clock.advance(time.Second)
		r.contact(map[string]any{"lastName": fmt.Sprint("After ", i)})
	}
	for _, by := range []models.Find{{LinkID: mark}, {Match: models.Text("just@made.example")}} {
		got, err := r.Find(r.Context(), models.ContactObject, nil, by)
		if err != nil || len(got) != 1 || got[0].ID != id {
			t.Errorf("%+v: %+v, %v", by, got, err)
		}
	}
}

func TestFindTakesAnyName(t *testing.T) {
	r := newRig(t, options{})
	for _, name := range []string{"A", "R&D, Inc. (EMEA)", "50% off*", "${empty}", "Ünïcode – Ltd.", "日本", "a:b?c/d\\e", "\"quoted\"", "*", ",,"} {
		made := r.one(models.AccountObject, models.Write{Op: models.OpCreate, Values: values("accountName", name)})
		if made.Err != nil {
			t.Fatal(made.Err)
		}
		r.clock.advance(time.Hour) // out of the newest's time
		got, err := r.Find(r.Context(), models.AccountObject, []string{"accountName"}, models.Find{Match: models.Text(strings.ToUpper(name))})
		if err != nil || len(got) != 1 || got[0].ID != made.ID {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
	}
}

func TestOurWritesAreMarkedAsOurs(t *testing.T) {
	r := newRig(t, options{})
	id := sourceID("700000001")
	if len(id) != 36 || id[14] != '1' || !strings.ContainsRune("89ab", rune(id[19])) || id != sourceID("700000001") || id == sourceID("700000002") {
		t.Errorf("source id %s", id)
	}
	if r.cfg.SourceID != id {
		t.Errorf("the client uses %s", r.cfg.SourceID)
	}
}

func TestTheDescriptionIsInOurWords(t *testing.T) {
	r := newRig(t, options{})
	fields, err := r.Describe(r.Context(), models.ContactObject)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]models.Field{}
	for _, f := range fields {
		found[f.Name] = f
	}
	if f := found["lastName"]; f.Type != models.TypeText || f.Length != 200 || !f.Required || !f.Creatable || f.Custom {
		t.Errorf("%+v", f)
	}
	if f := found["cf_customer_tier"]; f.Type != models.TypePicklist || !f.Restricted || len(f.Picklist) != 4 || !f.Custom {
		t.Errorf("%+v", f)
	}
	if f := found["accountId"]; f.Type != models.TypeReference || f.RefersTo != "accounts" {
		t.Errorf("%+v", f)
	}
	if f := found["createdTime"]; f.Type != models.TypeDateTime || f.Creatable || f.Updatable {
		t.Errorf("%+v", f)
	}
	for _, object := range models.SyncObjects {
		if has, err := r.HasMark(r.Context(), object); err != nil || !has {
			t.Errorf("%s: the mark's field is there: %t, %v", object, has, err)
		}
	}
}

func TestEveryTypeOfDeskHasAWord(t *testing.T) {
	for text, want := range map[string]models.Field{
		`{"apiName":"cf_a","type":"Decimal","maxLength":"16","decimalPlaces":2}`:                {Type: models.TypeDecimal, Precision: 16, Scale: 2, Creatable: true},
		`{"apiName":"cf_a","type":"Multiselect","allowedValues":[{"value":"a"},{"value":"b"}]}`: {Type: models.TypeMultiselect, Creatable: true},
		`{"apiName":"cf_a","type":"Formula"}`:                                                   {Type: models.TypeOther},
		`{"apiName":"cf_a","type":"AutoNumber"}`:                                                {Type: models.TypeInteger},
		`{"apiName":"cf_a","type":"Text","isComputed":true}`:                                    {Type: models.TypeText},
		`{"apiName":"cf_a","type":"SomethingNew"}`:                                              {Type: models.TypeOther},
		`{"apiName":"cf_a","type":"LargeText","maxLength":null}`:                                {Type: models.TypeTextArea, Creatable: true},
	} {
		var f describedField
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		got := f.field()
		if got.Type != want.Type || got.Precision != want.Precision || got.Scale != want.Scale || got.Creatable != want.Creatable || got.Updatable != want.Creatable {
			t.Errorf("%s is %+v", text, got)
		}
	}
}
