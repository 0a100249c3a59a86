package bench

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// What the sync costs in calls is bounded; how long it takes is not asked.
func TestWhatTheSyncCosts(t *testing.T) {
	// No poll falls in between but those that the test asks for.
	w := newWorld(t, storetest.SQLiteAddress(t), 300, "--poll", "1h")
	load := w.load()
	atMost := func(what string, is, most float64) {
		t.Helper()
		if is > most {
			t.Errorf("%s: %.2f, at most %.2f", what, is, most)
		}
	}
	creates := load["Desk creates"]
	if creates < 100 || load["records read"] < 700 {
		t.Fatalf("nothing was loaded: %s", load)
	}
	atMost("Desk reads of the load", load["Desk reads"], load["records read"]/12+200)
	atMost("Desk credits of the load", load["Desk credits"], 1.3*creates+load["records read"]/4)
	w.poll() // the first one reads what the load made
	costs := models.CountedCosts
	// Desk's rows of the last two minutes are read again by twenties, and a change event may come
	// in between; a quiet poll, which the engine's own test counts, has neither.
	polled := w.poll()
	lists := 3 * (polled.Routes["desk GET /api/v1/accounts"] + polled.Routes["desk GET /api/v1/contacts"] + polled.Routes["desk GET /api/v1/recycleBin"])
	if float64(lists) < costs.Poll.Desk || float64(polled.Salesforce) < costs.Poll.Salesforce {
		t.Errorf("a poll costs %d credits for lists and %d calls, and was counted as %+v", lists, polled.Salesforce, costs.Poll)
	}
	atMost("Salesforce calls of a poll", float64(polled.Salesforce), costs.Poll.Salesforce+2)
	for side, counted := range map[models.Side]models.SideCosts{models.Desk: costs.DeskEdit, models.Salesforce: costs.SalesforceEdit} {
		w.edits(side, 1) // keys and the user's name are asked for once
		f := w.edits(side, 5)
		atMost("Desk credits for an edit in "+side.Name(), f["Desk credits"], counted.Desk+0.4)
		// An echo is read once more where it crosses an answer.
		atMost("Salesforce calls for an edit in "+side.Name(), f["Salesforce calls"], counted.Salesforce+0.8)
		if f["Desk credits"] < counted.Desk {
			t.Errorf("an edit in %s costs less than was counted: %s", side.Name(), f)
		}
	}
	backlog := w.backlog(60)
	atMost("Desk credits for each edit of a backlog", backlog["Desk credits an edit"], costs.SalesforceEdit.Desk+0.5)
	atMost("Salesforce calls for each edit of a backlog", backlog["Salesforce calls an edit"], 1)
	idle := w.idle(3 * time.Second)
	atMost("records planned while nothing happens", idle["records planned"], 0)
	atMost("Desk credits while nothing happens", idle["Desk credits a minute"]/20, costs.Poll.Desk)
}
