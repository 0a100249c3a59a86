package salesforce_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/salesforce"
)

func TestAnUpsertThatAnotherOneOvertookFindsItsRecord(t *testing.T) {
	o := start(t)
	o.fault(`{"kind":"upsert_race","times":1}`)
	r := create(o, "raced", contact("Raced", ""))
	if r.Err != nil || r.ID == "" {
		t.Errorf("%+v", r)
	}
	if again := create(o, "raced", contact("Raced", "")); again.ID != r.ID {
		t.Errorf("%+v", again)
	}
	if n := o.standing("Contact", "LastName", "Raced"); n != 1 {
		t.Errorf("%d records stand there", n)
	}
	o.fault(`{"kind":"upsert_race","after":7,"times":3}`)
	for i, r := range o.write(creates(person)) {
		if r.Err != nil || r.ID == "" {
			t.Errorf("%d in bulk: %+v", i, r)
		}
	}
	if n := o.standing("Contact", "LastName", "Bulk"); n != many {
		t.Errorf("%d records stand there", n)
	}
}

func TestACardWithASectionThatFailsShowsTheOthers(t *testing.T) {
	o := start(t)
	page, err := o.List(ctx, models.ContactObject, fields, "")
	check(t, err)
	request := models.RelatedRequest{ContactID: page.Records[0].ID, Sections: []models.Need{models.NeedOpportunities, models.NeedNotes, models.NeedEvents, models.NeedTasks}}
	o.fault(`{"kind":"part_fail","on":"tasks","status":500,"body":[{"errorCode":"UNKNOWN_EXCEPTION","message":"x"}]}`)
	got, err := o.Related(ctx, request)
	check(t, err)
	if len(got.Read) != 3 || slices.Contains(got.Read, models.NeedTasks) {
		t.Errorf("read %v", got.Read)
	}
	o.fault(`{"kind":"part_fail","on":"GET","status":400,"body":[{"errorCode":"QUERY_TIMEOUT","message":"x"}]}`)
	if _, err := o.Related(ctx, request); models.CodeOf(err) != models.CodeBusy || !models.MayRetry(err) {
		t.Errorf("all of it failed: %v", err)
	}
}

func TestTheVendorsOwnStreamFaultsAreErrorsToo(t *testing.T) {
	t.Parallel()
	o := start(t)
	f := o.follow(o.Client, "")
	position := f.replay
	check(t, f.stop())
	listen := func(c *salesforce.Client, replay string) error {
		return c.Stream(ctx, models.ContactObject, replay, func(context.Context, models.StreamBatch) error { return nil })
	}
	for rule, want := range map[string]models.Code{
		`{"kind":"stream_refuse","on":"Contact","code":"service.unavailable"}`:                             models.CodeUpstreamUnavailable,
		`{"kind":"stream_refuse","on":"Contact","code":"topic.not.found"}`:                                 models.CodeNoAccess,
		`{"kind":"stream_refuse","on":"Contact","code":"subscription.limit.exceeded"}`:                     models.CodeBusy,
		`{"kind":"stream_refuse","on":"Contact","after":1,"code":"service.protection.triggered"}`:          models.CodeBusy,
		`{"kind":"stream_refuse","on":"Contact","after":1,"code":"service.auth.error"}`:                    models.CodeBadCredentials,
		`{"kind":"stream_refuse","on":"schema","code":"service.auth.headers.invalid"}`:                     models.CodeBadCredentials,
		`{"kind":"stream_refuse","on":"Contact","after":1,"code":"subscription.fetch.replayid.corrupted"}`: models.CodeCursorExpired,
		`{"kind":"replay_expired"}`: models.CodeCursorExpired,
	} {
		o.fault(rule)
		if err := listen(o.client(func(*salesforce.Config) {}), position); models.CodeOf(err) != want {
			t.Errorf("%s: %v", rule, err)
		}
	}
	o.fault("")
	for _, id := range []string{hex.EncodeToString([]byte("shorter")), hex.EncodeToString([]byte{255, 255, 255, 255, 255, 255, 255, 255})} {
		if err := listen(o.Client, id); models.CodeOf(err) != models.CodeCursorExpired {
			t.Errorf("position %s: %v", id, err)
		}
	}
	// A stream that breaks off goes on behind what it had handed over.
	missed := create(o, "missed-by-the-stream", contact("Missed", ""))
	o.fault(`{"kind":"stream_break","times":1}`)
	if err := listen(o.Client, position); models.CodeOf(err) != models.CodeUpstreamUnavailable || !models.MayRetry(err) {
		t.Errorf("%v", err)
	}
	o.follow(o.Client, position).of(missed.ID)
	o.fault(`{"kind":"stream_silence"}`)
	if err := listen(o.client(func(cfg *salesforce.Config) { cfg.StreamSilence = time.Second }), position); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Errorf("silence: %v", err)
	}
}

func TestAVendorWhoseClockIsWrongIsStillRight(t *testing.T) {
	for _, hours := range []int{-26, 26} {
		o := start(t)
		o.fault(fmt.Sprintf(`{"kind":"clock_skew","seconds":%d}`, hours*3600))
		c := o.client(func(*salesforce.Config) {})
		page, err := c.Changes(ctx, models.ContactObject, fields, "")
		check(t, err)
		made, err := c.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpCreate, LinkID: "skewed", Values: contact("Skewed", "")}})
		check(t, err)
		page, err = c.Changes(ctx, models.ContactObject, fields, page.Cursor)
		check(t, err)
		i := slices.IndexFunc(page.Records, func(r models.Record) bool { return r.ID == made[0].ID })
		if page.Gap || i < 0 || time.Until(page.Records[i].ModifiedAt).Round(time.Hour) != time.Duration(hours)*time.Hour {
			t.Errorf("%d hours: gap %v, %d records", hours, page.Gap, len(page.Records))
		}
	}
}
