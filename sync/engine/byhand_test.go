package engine_test

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// Two Salesforce contacts have the email of one in Desk: only a person can say which one it is.
func TestAPersonTiesContactsThatTheMatchCannotTellApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		first := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "One", "Email": "shared@x.example", "Title": "Boss"})
		second := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Two", "Email": "shared@x.example"})
		desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Somebody", "email": "shared@x.example"})
		w.boot(t).connect(t)
		w.settle(t)
		if len(w.failures(t)) == 0 || w.counterpart(t, models.ContactObject, models.Desk, desk) != "" {
			t.Fatalf("they were told apart: %+v", w.failures(t))
		}
		link, err := w.proc.engine.LinkContact(t.Context(), desk, second)
		must(t, err)
		if link.MatchedBy != models.MatchedAdmin || link.RecordID(models.Salesforce) != second {
			t.Errorf("%+v", link)
		}
		w.settle(t)
		if got := w.counterpart(t, models.ContactObject, models.Desk, desk); got != second {
			t.Errorf("tied to %q, want %q", got, second)
		}
		if got := w.value(t, models.Desk, desk, "lastName"); got != w.value(t, models.Salesforce, second, "LastName") {
			t.Errorf("the names differ: %v", got)
		}
		for name, c := range map[string]struct {
			desk string
			to   string
			want models.Code
		}{
			"again":      {desk, second, models.CodeAlreadyMapped},
			"to another": {desk, first, models.CodeAlreadyMapped},
			"nobody":     {"1", first, models.CodeNotFound},
			"to nobody":  {desk, "003000000000000AAA", models.CodeAlreadyMapped},
		} {
			if _, err := w.proc.engine.LinkContact(t.Context(), c.desk, c.to); models.CodeOf(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestFieldsShowSomeOfTheirValues(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Lovelace", "Email": "ada@x.example"})
	for side, field := range map[models.Side]string{models.Salesforce: "LastName", models.Desk: "lastName"} {
		list, err := w.proc.engine.FieldSamples(t.Context(), side, models.ContactObject)
		must(t, err)
		found := false
		for _, s := range list {
			found = found || s.Field == field && len(s.Values) == 1 && s.Values[0] == "Lovelace"
		}
		if !found {
			t.Errorf("%s: %+v", side, list)
		}
	}
}
