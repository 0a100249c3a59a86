package store_test

import (
	"fmt"
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
			plan := models.LinkPlan{Link: l.Link, Failure: &models.Failure{ID: fmt.Sprint("f", i), LinkID: l.ID, Object: l.Object, Source: models.Desk, Target: models.Salesforce,
				RecordID: fmt.Sprint(i), Code: models.CodeTypeMismatch, Attempts: 1, RunID: "r", FirstAt: t0, LastAt: t0}}
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
