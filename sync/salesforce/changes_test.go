package salesforce_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
)

// newClock is a time that a test moves.
func newClock() *testkit.Clock {
	return testkit.NewClock(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))
}

// timed is an organization, with its client, whose clocks are the test's.
func timed(t *testing.T) (*organization, *testkit.Clock) {
	t.Helper()
	clock := newClock()
	o := start(t, func(cfg *simulator.Config) { cfg.Now, cfg.Contacts = clock.Now, 20 })
	o.Client = o.client(func(cfg *salesforce.Config) { cfg.Now = clock.Now })
	return o, clock
}

// allChanges reads all changes from a cursor on.
func (o *organization) allChanges(cursor string) (records []models.Record, next string, gap bool) {
	o.t.Helper()
	for range 50 {
		page, err := o.Changes(ctx, models.ContactObject, fields, cursor)
		check(o.t, err)
		records, cursor, gap = append(records, page.Records...), page.Cursor, gap || page.Gap
		if !page.More {
			return records, cursor, gap
		}
	}
	o.t.Fatal("the changes do not end")
	return nil, "", false
}

const deletedFeed = "GET /services/data/{version}/sobjects/{object}/deleted/{$}"

func TestARecordThatLeftTheRecycleBinIsStillSeenAsDeleted(t *testing.T) {
	o, clock := timed(t)
	_, mark, _ := o.allChanges("")
	bin, purged, early, back := create(o, "bin", contact("Bin", "")), create(o, "purged", contact("Purged", "")), create(o, "early", contact("Early", "")), create(o, "back", contact("Back", ""))
	for _, r := range []models.WriteResult{bin, purged, back} {
		o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+r.ID, nil)
	}
	o.outside("POST", "/_sim/purge", map[string]any{"ids": []string{purged.ID}})
	o.outside("POST", "/_sim/undelete", map[string]any{"ids": []string{back.ID}})
	clock.Advance(5 * time.Minute)
	records, mark, _ := o.allChanges(mark)
	if slices.ContainsFunc(records, func(r models.Record) bool { return r.ID == purged.ID }) || o.calls(deletedFeed) != 0 {
		t.Error("the feed of deletions was read on a usual poll")
	}
	clock.Advance(30 * time.Minute)
	records, mark, gap := o.allChanges(mark)
	if n := o.calls(deletedFeed); n != 1 || gap {
		t.Errorf("the feed was read %d times, gap: %v", n, gap)
	}
	state := func(records []models.Record, id string) (deleted, told bool) {
		for _, r := range records {
			if r.ID == id {
				deleted, told = r.Deleted, true
			}
		}
		return
	}
	for name, c := range map[string]struct {
		id            string
		deleted, told bool
	}{"in the bin": {bin.ID, true, true}, "purged": {purged.ID, true, true}, "restored": {back.ID, false, true}, "untouched": {early.ID, false, true}} {
		deleted, told := state(records, c.id)
		if _, before := state(records, c.id); deleted != c.deleted || told != c.told && c.told != before {
			t.Errorf("%s: deleted %v, told %v", name, deleted, told)
		}
	}
	// A record that is removed past the bin at once has no change event and is in no query.
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+early.ID, nil)
	o.outside("POST", "/_sim/purge", map[string]any{"ids": []string{early.ID}})
	clock.Advance(31 * time.Minute)
	records, mark, _ = o.allChanges(mark)
	if deleted, told := state(records, early.ID); !deleted || !told {
		t.Errorf("removed at once: deleted %v, told %v", deleted, told)
	}
	if _, told := state(records, purged.ID); told {
		t.Error("an old deletion is told again and again")
	}
	if strings.Contains(mark, `"feed":true`) {
		t.Error(mark)
	}
}

func TestAFeedOfDeletionsThatCannotTellIsAGap(t *testing.T) {
	for name, c := range map[string]struct {
		rule string
		gap  bool
	}{
		"it does not reach back":      {`"status":200,"body":{"deletedRecords":[],"earliestDateAvailable":"2026-11-02T09:30:00.000+0000","latestDateCovered":"2026-11-02T09:31:00.000+0000"}`, true},
		"the bin was emptied":         {`"status":400,"body":[{"message":"x","errorCode":"INVALID_REPLICATION_DATE"}]`, true},
		"too many were deleted":       {`"status":400,"body":[{"message":"x","errorCode":"EXCEEDED_ID_LIMIT"}]`, true},
		"there is no feed":            {`"status":404,"body":[{"message":"x","errorCode":"NOT_FOUND"}]`, false},
		"the user may not see it":     {`"status":403,"body":[{"message":"x","errorCode":"INSUFFICIENT_ACCESS"}]`, false},
		"the object is not in a feed": {`"status":400,"body":[{"message":"x","errorCode":"INVALID_TYPE"}]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			o, clock := timed(t)
			_, mark, _ := o.allChanges("")
			clock.Advance(time.Hour)
			o.fault(`{"kind":"status","endpoint":"GET /services/data/*/sobjects/*/deleted/**",` + c.rule + `}`)
			_, mark, gap := o.allChanges(mark)
			if gap != c.gap {
				t.Errorf("gap: %v", gap)
			}
			if _, _, again := o.allChanges(mark); again {
				t.Error("the same gap is found again and again")
			}
		})
	}
	for name, body := range map[string]string{"without records": `{"latestDateCovered":"2026-11-02T09:31:00.000+0000"}`, "without an id": `{"deletedRecords":[{"deletedDate":"2026-11-02T09:31:00.000+0000"}]}`} {
		o, clock := timed(t)
		_, mark, _ := o.allChanges("")
		clock.Advance(time.Hour)
		page, err := o.Changes(ctx, models.ContactObject, fields, mark)
		check(t, err)
		o.fault(`{"kind":"status","endpoint":"GET /services/data/*/sobjects/*/deleted/**","status":200,"body":` + body + `}`)
		if _, err := o.Changes(ctx, models.ContactObject, fields, page.Cursor); models.CodeOf(err) != models.CodeUpstreamUnavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestManyDeletionsAreReadAThousandAtATime(t *testing.T) {
	o, clock := timed(t)
	_, mark, _ := o.allChanges("")
	clock.Advance(40 * time.Minute)
	type deletion struct {
		ID string `json:"id"`
		At string `json:"deletedDate"`
	}
	told := struct {
		Deleted  []deletion `json:"deletedRecords"`
		Earliest string     `json:"earliestDateAvailable"`
		Latest   string     `json:"latestDateCovered"`
	}{Earliest: "2026-10-20T00:00:00.000+0000", Latest: "2026-11-02T09:19:00.000+0000"}
	for i := range 2500 { // many of them at the same moment
		told.Deleted = append(told.Deleted, deletion{rowID(i), "2026-11-02T09:0" + string(rune('5'+i/1800)) + ":00.000+0000"})
	}
	body, err := json.Marshal(told)
	check(t, err)
	o.fault(`{"kind":"status","endpoint":"GET /services/data/*/sobjects/*/deleted/**","status":200,"body":` + string(body) + `}`)
	seen := map[string]int{}
	for pages, cursor := 0, mark; ; pages++ {
		page, err := o.Changes(ctx, models.ContactObject, fields, cursor)
		check(t, err)
		if len(page.Records) > 1000 {
			t.Errorf("a page of %d records", len(page.Records))
		}
		for _, r := range page.Records {
			if r.Deleted && !r.ModifiedAt.IsZero() {
				seen[r.ID]++
			}
		}
		if cursor = page.Cursor; !page.More {
			break
		}
		if pages > 10 {
			t.Fatal("it does not end")
		}
	}
	for i := range 2500 {
		if seen[rowID(i)] != 1 {
			t.Fatalf("%s was told %d times", rowID(i), seen[rowID(i)])
		}
	}
}

func TestChangesAreOrderedByTheVendorsClockAlone(t *testing.T) {
	for _, skew := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
		o, clock := timed(t)
		mine := o.client(func(cfg *salesforce.Config) {
			cfg.Now = func() time.Time { return clock.Now().Add(skew) }
		})
		page, err := mine.Changes(ctx, models.ContactObject, fields, "")
		check(t, err)
		clock.Advance(time.Second)
		made := create(o, "skewed", contact("Skewed", ""))
		page, err = mine.Changes(ctx, models.ContactObject, fields, page.Cursor)
		check(t, err)
		if page.Gap || !slices.ContainsFunc(page.Records, func(r models.Record) bool { return r.ID == made.ID }) {
			t.Errorf("our clock is %v off: gap %v, %d records", skew, page.Gap, len(page.Records))
		}
	}
}

func TestAPositionOlderThanTheRecycleBinIsAGap(t *testing.T) {
	o, clock := timed(t)
	_, mark, _ := o.allChanges("")
	clock.Advance(13 * 24 * time.Hour)
	_, mark, gap := o.allChanges(mark)
	if gap {
		t.Error("a gap after thirteen days")
	}
	clock.Advance(15 * 24 * time.Hour)
	if _, _, gap = o.allChanges(mark); !gap {
		t.Error("no gap after fifteen days")
	}
}
