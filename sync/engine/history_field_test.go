package engine_test

import (
	"fmt"
	"net/http"
	"os"

	"pgregory.net/rapid"

	"sidelight/models"
)

// refusals are what organizations' own rules and triggers do to single records: a lock within a
// trigger's error, a limit of the call, a field that a rule refuses.
var refusals = map[models.Side][]string{
	models.Salesforce: {
		`"kind":"record_fail","code":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"T: execution of BeforeUpdate caused by: System.DmlException: first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access"`,
		`"kind":"record_fail","code":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"T: System.LimitException: Apex CPU time limit exceeded","above":1`,
		`"kind":"record_fail","code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"not so","fields":["Title"],"contains":"Title"`,
		`"kind":"record_fail","code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"not so","fields":[],"contains":"Title"`,
	},
	models.Desk: {
		`"kind":"record_fail","status":422,"body":{"errorCode":"INVALID_DATA","message":"not so","errors":[{"fieldName":"/title","errorType":"invalid","errorMessage":"not so"}]},"contains":"title"`,
	},
}

// times draws how Desk stamps its records.
func (h *history) times(t *rapid.T) {
	h.world.sim(t, models.Desk, http.MethodPost, "/_sim/settings", fmt.Sprintf(`{"millisecondTimes":%t,"oldModifiedTime":%t}`,
		rapid.Bool().Draw(t, "milliseconds"), rapid.IntRange(0, 3).Draw(t, "old times") == 0), nil)
}

// misfortune is something that befalls an organization while the engine works: the API version of
// the calls is gone, or another organization stands behind the credentials. mend ends it.
func (h *history) misfortune(t *rapid.T) (name string, mend func()) {
	set := func(side models.Side, settings string) {
		h.world.sim(t, side, http.MethodPost, "/_sim/settings", settings, nil)
	}
	switch rapid.IntRange(0, 15).Draw(t, "misfortune") {
	case 0:
		set(models.Salesforce, `{"versions":["60.0"]}`)
		return "version 68.0 is gone", func() { set(models.Salesforce, `{"versions":[]}`) }
	case 1:
		// A write is still sent now and then before the organization is looked at: the long proofs
		// show it.
		if os.Getenv("SIDELIGHT_TEST_LONG") == "" {
			return "", func() {}
		}
		side := drawSide(t)
		first := map[models.Side]string{models.Desk: "700000001", models.Salesforce: h.world.org}[side]
		held := fmt.Sprint(h.world.dump(t)[side])
		set(side, fmt.Sprintf(`{"orgId":%q}`, anotherOrg[side]))
		return side.Name() + another, func() {
			if now := fmt.Sprint(h.world.dump(t)[side]); now != held {
				h.broken(t, "something was written to another organization of %s: %s, then %s", side.Name(), held, now)
			}
			for _, w := range h.world.unheard() {
				// Desk's calls name the organization, and another one refuses them. A session of
				// Salesforce belongs to the first organization: it has ended.
				if w.side == side && side == models.Salesforce && !w.ended.Load() {
					h.broken(t, "%s %s was sent to another organization of %s", w.method, w.path, side.Name())
				}
			}
			set(side, fmt.Sprintf(`{"orgId":%q}`, first))
		}
	}
	return "", func() {}
}

// reconnect is what an admin does once the first organization is back.
func (h *history) reconnect(t failer, misfortune string) {
	for _, side := range models.Sides {
		if misfortune == side.Name()+another {
			if h.world.proc != nil {
				h.world.proc.kill() // a connection that is made again has a new client
			}
			h.say("the first organization is connected again: %v", h.proc(t).engine.Connected(h.ctx, side))
		}
	}
}

const another = " is another organization"

// unheard are the calls that changed something since the last look; they stay to be looked at.
func (w *world) unheard() []write {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writes
}

// noSpam takes back what agents said of spam: it has no counterpart.
func (h *history) noSpam(t failer) {
	for _, r := range h.world.dump(t)[models.Desk][models.ContactObject] {
		if r.values["isSpam"] == "true" && !r.deleted {
			h.world.spam(t, r.id, false)
		}
	}
}

// spam marks one of Desk's contacts as spam, or takes that back. The engine has seen it: one that
// it has never seen may be made a second time.
func (h *history) spam(t *rapid.T) {
	r := h.drawLive(t, models.Desk, models.ContactObject, false)
	links, err := h.world.store.LinksByRecord(h.ctx, r.object, r.side, []string{r.id})
	check(t, err)
	if _, seen := links[r.id]; !seen {
		t.Skip("the engine has not seen it yet")
	}
	is := r.values["isSpam"] != "true"
	h.world.spam(t, r.id, is)
	h.say("an agent says of %s %s that it is spam: %t", r.object, r.id, is)
}
