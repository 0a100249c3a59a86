package engine_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// minutes lets so much time go by, with a pass of the leader each minute, after each minute's own
// doing.
func (w *world) minutes(t *testing.T, n int, each func(minute int)) {
	t.Helper()
	for m := range n {
		w.clock.advance(time.Minute)
		each(m)
		check(t, w.proc.engine.Pass(t.Context()))
	}
}

// tells is push of both sides that tells nothing new: a webhook of a ticket, and a stream's beat.
func (w *world) tells(t *testing.T) {
	t.Helper()
	for _, side := range models.Sides {
		check(t, w.proc.engine.Pushed(t.Context(), side))
	}
}

// used are the calls, and Desk's credits, that a day has cost so far by the vendors' own count.
func (w *world) used(side models.Side) int {
	if used := w.proc.remotes[side].Budget().Used; used != nil {
		return *used
	}
	return 0
}

func TestAQuietDayWithPushAliveCostsFewCalls(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Lovelace"})
	w.tells(t)
	w.minutes(t, 60, func(int) { w.tells(t) }) // what the load owes is through
	desk, salesforce := w.used(models.Desk), w.calls(t, models.Salesforce)
	const hours = 6
	w.minutes(t, hours*60, func(m int) {
		if m%4 == 0 {
			check(t, w.proc.engine.Pushed(t.Context(), models.Salesforce))
		}
	})
	desk, salesforce = (w.used(models.Desk)-desk)*24/hours, (w.calls(t, models.Salesforce)-salesforce)*24/hours
	t.Logf("%d credits of Zoho Desk and %d calls to Salesforce a day", desk, salesforce)
	if desk > 2500 || salesforce > 800 || desk == 0 || salesforce == 0 {
		t.Errorf("a day costs %d credits of Zoho Desk (at most 2,500) and %d calls to Salesforce (at most 800)", desk, salesforce)
	}
}

func TestPollsAreCloseTogetherUntilPushIsProvedAndAfterItLeftOutAChange(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, _ := w.pair(t, map[string]any{"LastName": "Lovelace"})
	polls := func(n int, each func(int)) int {
		t.Helper()
		before := w.calls(t, models.Salesforce)
		w.minutes(t, n, each)
		return w.calls(t, models.Salesforce) - before
	}
	interval := func() time.Duration {
		t.Helper()
		d, err := w.proc.engine.PollInterval(t.Context(), models.Salesforce)
		must(t, err)
		return d
	}
	beat := func(int) { check(t, w.proc.engine.Pushed(t.Context(), models.Salesforce)) }
	if n := polls(8, func(int) {}); n < 16 || interval() != time.Minute {
		t.Errorf("unproved: %d calls, every %s", n, interval())
	}
	if n := polls(16, beat); n > 16 || interval() != 8*time.Minute {
		t.Errorf("alive: %d calls, every %s", n, interval())
	}
	// A change of which push says nothing is found by the next poll.
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"LastName": "King"})
	w.minutes(t, 9, beat)
	if got := w.mirrored(t, sf).Data["LastName"].String(); got != "King" {
		t.Fatalf("the mirror has %q", got)
	}
	if n := polls(30, beat); n < 30 {
		t.Errorf("after a missed change: %d calls in half an hour", n)
	}
	w.minutes(t, 31, beat)
	if interval() != 8*time.Minute {
		t.Errorf("an hour after the missed change: every %s", interval())
	}
	// A stream that is quiet proves nothing.
	w.minutes(t, 7, func(int) {})
	if interval() != time.Minute {
		t.Errorf("quiet: every %s", interval())
	}
	// A side that does not answer is asked often.
	beat(0)
	w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"GET /services/data/*/queryAll","status":503}`)
	w.proc.engine.PollNow()
	if err := w.proc.engine.Pass(t.Context()); err == nil {
		t.Error("the poll did not fail")
	}
	if interval() != time.Minute {
		t.Errorf("after a poll that failed: every %s", interval())
	}
	if lag, err := w.proc.engine.LagSeconds(t.Context()); err != nil || lag == nil {
		t.Errorf("%v %v", lag, err)
	}
}

func TestUnansweredCreatesKeepPollsCloseTogether(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Lovelace"})
	w.tells(t)
	check(t, w.proc.turn())
	w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Unanswered", "email": "unanswered@example.com"})
	w.faults(t, models.Salesforce, `{"kind":"drop_after","endpoint":"POST **","times":1}`, `{"kind":"drop_after","endpoint":"PATCH **","times":1}`)
	_ = w.proc.turn()
	if n, err := w.store.UnknownCreates(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d creates are unanswered, %v", n, err)
	}
	if d, err := w.proc.engine.PollInterval(t.Context(), models.Salesforce); err != nil || d != time.Minute {
		t.Errorf("every %s, %v", d, err)
	}
}
