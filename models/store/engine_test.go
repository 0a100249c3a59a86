package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

func TestAnUpdateWhoseSenderWasLostBeforeAPauseIsPlannedAgainAfterIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		now := t0
		s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		l := dirty(t, s)[0]
		plan := models.LinkPlan{Link: l.Link, Intents: []models.Intent{{ID: "u", LinkID: l.ID, Object: models.ContactObject, Side: models.Salesforce, Op: models.OpUpdate,
			RecordID: "003", State: models.IntentPending, Epoch: in.Epoch, Values: vals("Title", "x")}}}
		plan.Link.Dirty = false
		must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{plan}))
		must[[]models.Intent](t)(s.BeginSending(ctx, claim(t, s, "a")))
		must[models.Integration](t)(s.UpdateIntegration(ctx, func(in *models.Integration) error { in.Epoch++; return nil }))
		now = now.Add(2 * time.Minute)
		if again := claim(t, s, "b"); len(again) != 0 {
			t.Errorf("a write of before the pause was claimed: %+v", again)
		}
		if len(dirty(t, s)) != 1 {
			t.Error("its record is not planned again")
		}
	})
}

func TestALongCallKeepsItsClaimUntilThePause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		now := t0
		s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		owed(t, s, in.Epoch, dirty(t, s)[0])
		ready := must[[]models.Intent](t)(s.BeginSending(ctx, claim(t, s, "a")))
		for range 3 {
			now = now.Add(40 * time.Second)
			if goOn := must[bool](t)(s.RenewIntents(ctx, ready, time.Minute)); !goOn {
				t.Fatal("the call may not go on")
			}
		}
		if len(claim(t, s, "b")) != 0 || must[int](t)(s.Sending(ctx)) != 1 {
			t.Error("the claim was lost although it was renewed")
		}
		must[models.Integration](t)(s.UpdateIntegration(ctx, func(in *models.Integration) error { in.Status, in.Epoch = models.StatusPaused, in.Epoch+1; return nil }))
		if goOn := must[bool](t)(s.RenewIntents(ctx, ready, time.Minute)); goOn {
			t.Error("the call goes on after the pause")
		}
		active(t, s)
		now = now.Add(2 * time.Minute)
		if again := claim(t, s, "b"); len(again) != 1 {
			t.Fatalf("%+v", again)
		}
		if goOn := must[bool](t)(s.RenewIntents(ctx, ready, time.Minute)); goOn {
			t.Error("a call goes on whose claim went to somebody else")
		}
	})
}

func TestTheHistoryCountsWhatWasSavedAndNotWhatWasStale(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		check(t, s.StartRun(ctx, models.SyncRun{ID: "r", Trigger: models.TriggerPoll, Status: models.RunRunning, StartedAt: t0, PhaseAt: t0, UpdatedAt: t0}))
		for i := range 3 {
			observe(t, s, models.Desk, contact(models.Desk, fmt.Sprint(i), fmt.Sprintf("%d@x.example", i), t0))
		}
		var plans []models.LinkPlan
		for i, l := range dirty(t, s) {
			l.Link.Dirty = false
			plan := models.LinkPlan{Link: l.Link, Failures: []models.Failure{{ID: fmt.Sprint("f", i), LinkID: l.ID, Object: l.Object, Source: models.Desk, Target: models.Salesforce,
				RecordID: fmt.Sprint(i), Code: models.CodeTypeMismatch, Attempts: 1, RunID: "r", FirstAt: t0, LastAt: t0}}}
			if i == 1 {
				plan.Link.Version++ // changed since
			}
			plans = append(plans, plan)
		}
		if n := must[int](t)(s.SavePlans(ctx, in.Epoch, plans)); n != 2 {
			t.Fatalf("%d saved", n)
		}
		run := must[*models.SyncRun](t)(s.SyncRun(ctx, "r"))
		if len(run.Tallies) != 1 || run.Tallies[0].Failed != 2 {
			t.Errorf("%+v", run.Tallies)
		}
	})
}

func TestWhatMadeALinkDirtyIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		if got := dirty(t, s)[0].Cause; got != models.TriggerChange {
			t.Errorf("pushed: %s", got)
		}
		c := models.Cursor{Side: models.Desk, Object: models.ContactObject, Kind: models.CursorPoll, Value: "7"}
		must[models.ObserveResult](t)(s.Observe(ctx, models.Desk, models.ContactObject, []models.Record{contact(models.Desk, "1", "b@x.example", t0.Add(time.Second))}, &c))
		if got := dirty(t, s)[0].Cause; got != models.TriggerPoll {
			t.Errorf("polled: %s", got)
		}
		two := models.SalesforceToDesk
		must[models.Integration](t)(s.UpdateIntegration(ctx, func(in *models.Integration) error { in.Direction = two; return nil }))
		if got := dirty(t, s)[0].Cause; got != models.TriggerManual {
			t.Errorf("after a change of direction: %s", got)
		}
	})
}

// Only an attempt that nobody knows the end of is unanswered: not one that was refused for now,
// whatever came of the attempts before.
func TestUnansweredIsWhatWasSentAndWhoseLastAttemptWasNotAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		answers []models.Code // of the attempts one after the other; "" for none
		want    bool
	}{
		"never sent":            {nil, false},
		"its sender died":       {[]models.Code{""}, true},
		"cut off":               {[]models.Code{models.CodeUnknownOutcome}, true},
		"refused for now":       {[]models.Code{models.CodeBusy}, false},
		"cut off, then refused": {[]models.Code{models.CodeUnknownOutcome, models.CodeBusy}, false},
		"refused, then dead":    {[]models.Code{models.CodeBusy, ""}, true},
		"a gateway answered":    {[]models.Code{models.CodeBusy, models.CodeUpstreamUnavailable}, true},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, address string) {
				now := t0.Add(time.Hour)
				s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
				in := active(t, s)
				observe(t, s, models.Desk, contact(models.Desk, "1", "", t0, "lastName", "Ann"))
				l := dirty(t, s)[0]
				plan := models.LinkPlan{Link: l.Link, Intents: []models.Intent{{ID: "u", LinkID: l.ID, Object: models.ContactObject, Side: models.Salesforce, Op: models.OpUpdate,
					RecordID: "003", State: models.IntentPending, Epoch: in.Epoch, Values: vals("Title", "x"), CreatedAt: t0, UpdatedAt: t0}}}
				plan.Link.Dirty = false
				must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{plan}))
				for _, answer := range c.answers {
					now = now.Add(24 * time.Hour)
					claimed := claim(t, s, "a")
					if len(claimed) != 1 {
						t.Fatalf("claimed %+v", claimed)
					}
					sent := must[[]models.Intent](t)(s.BeginSending(ctx, claimed))
					if answer == "" {
						continue
					}
					sent[0].LastCode = answer
					must[int](t)(s.Finish(ctx, []models.IntentResult{{Intent: sent[0], State: models.IntentPending}}))
				}
				now = now.Add(24 * time.Hour)
				last := claim(t, s, "a")
				if got := last[0].Unanswered(); got != c.want {
					t.Errorf("of the claimed one: %v, %+v", got, last[0])
				}
				must[int](t)(s.Finish(ctx, []models.IntentResult{{Intent: last[0], State: models.IntentCancelled}}))
				if got := must[map[string][]models.Intent](t)(s.UnansweredWrites(ctx, []string{l.ID})); len(got[l.ID]) > 0 != c.want {
					t.Errorf("of the cancelled one: %+v", got)
				}
			})
		})
	}
}
