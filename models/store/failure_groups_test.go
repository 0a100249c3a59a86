package store_test

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestTwentyThousandFailuresAreGroupedAndAGroupIsTriedAgainTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address)
		// Four in ten are open.
		storetest.Fill(t, address, storetest.Size{Contacts: 50_000, Accounts: 10, Failures: 50_000, Runs: 10})
		began := time.Now()
		groups := must[[]models.FailureGroup](t)(s.FailureGroups(ctx, models.FailureFilter{}, 100))
		took, all := time.Since(began), 0
		for _, g := range groups {
			all += g.Count
			if g.ID == "" || g.Code == "" || g.LastAt == nil || g.Object != models.ContactObject || g.Message != "no" {
				t.Fatalf("a group says %+v", g)
			}
		}
		if len(groups) != 16 || all != 20_000 || took > 5*time.Second {
			t.Fatalf("%d groups of %d failures in %s", len(groups), all, took)
		}
		t.Logf("20,000 failures in %s", took)
		if largest := must[[]models.FailureGroup](t)(s.FailureGroups(ctx, models.FailureFilter{}, 3)); len(largest) != 3 || largest[0].ID != groups[0].ID {
			t.Errorf("the largest: %+v", largest)
		}
		code := string(groups[0].Code)
		for _, g := range must[[]models.FailureGroup](t)(s.FailureGroups(ctx, models.FailureFilter{Code: &code}, 100)) {
			if string(g.Code) != code {
				t.Errorf("a filter by %s leaves %+v", code, g)
			}
		}
		one := groups[0]
		of := models.FailureFilter{Cause: &one.ID}
		open, ten := false, 10
		of.Resolved = &open
		page := must[models.Slice[models.Failure]](t)(s.Failures(ctx, of, models.Page{First: &ten}, true))
		if *page.Total != one.Count || len(page.Rows) != 10 || !page.Rows[0].LastAt.Equal(*one.LastAt) || page.Rows[0].Cause != one.ID {
			t.Fatalf("%d rows of %d, the first %+v, of the group %+v", len(page.Rows), *page.Total, page.Rows[0], one)
		}
		began = time.Now()
		if n := must[int](t)(s.RetryFailures(ctx, nil, of)); n != one.Count {
			t.Errorf("%d of %d are tried again", n, one.Count)
		}
		t.Logf("%d tried again in %s", one.Count, time.Since(began))
		if n := len(must[[]models.LinkState](t)(s.DirtyLinks(ctx, models.ContactObject, "", one.Count+1))); n != one.Count {
			t.Errorf("%d links are planned again, of %d failures", n, one.Count)
		}
	})
}

func TestFailuresAreOfOneGroupWhateverTheirValuesAre(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address)
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x", t0), contact(models.Desk, "2", "b@x", t0), contact(models.Desk, "3", "c@x", t0))
		messages := []string{`bad value for restricted picklist field: "Gold"`, `bad value for restricted picklist field: "Silver"`, "the value is too long"}
		for i, l := range dirty(t, s) {
			link := l.Link
			link.Dirty = false
			f := models.Failure{ID: fmt.Sprint("f", i), LinkID: link.ID, Object: link.Object, Source: models.Desk, Target: models.Salesforce, RecordID: fmt.Sprint(i),
				Code: models.CodeInvalidPicklist, Message: messages[i], Attempts: 1, FirstAt: t0, LastAt: t0.Add(time.Duration(i) * time.Second)}
			must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{{Link: link, Failures: []models.Failure{f}}}))
		}
		groups := must[[]models.FailureGroup](t)(s.FailureGroups(ctx, models.FailureFilter{}, 10))
		if len(groups) != 2 || groups[0].Count != 2 || groups[0].Message != messages[1] || groups[1].Count != 1 {
			t.Fatalf("%+v", groups)
		}
		if n := must[int](t)(s.RetryFailures(ctx, nil, models.FailureFilter{Cause: &groups[0].ID})); n != 2 {
			t.Errorf("%d are tried again", n)
		}
	})
}

func TestFailuresFromBeforeCausesWereKeptGetTheirs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, copied string) {
		address := another(t, copied)
		r := raw(t, address)
		check(t, r.UpTo(ctx, 110))
		at := "2026-01-02 03:04:05.000000" + map[bool]string{false: "+00:00"}[r.MySQL]
		for i, message := range []string{"not 'Ann'", "not 'Bob'", "nothing"} {
			_, err := r.ExecContext(ctx, "INSERT INTO failures (id, link_id, object, source, target, record_id, code, message, fields, attempts, run_id, first_at, last_at) "+
				"VALUES (?, ?, 'CONTACT', 'DESK', 'SALESFORCE', '1', 'DUPLICATE', ?, '[]', 1, '', ?, ?)", fmt.Sprint(i), fmt.Sprint(i), message, at, at)
			check(t, err)
		}
		groups := must[[]models.FailureGroup](t)(storetest.Open(t, address).FailureGroups(ctx, models.FailureFilter{}, 10))
		if len(groups) != 2 || groups[0].Count != 2 || groups[0].ID == "" || groups[1].ID == "" {
			t.Errorf("%+v", groups)
		}
	})
}
