package desk

import (
	"strings"
	"testing"
	"time"
)

func (r *rig) signIn() {
	r.Helper()
	r.token = r.tokenFor(map[string][]string{"grant_type": {"refresh_token"}, "refresh_token": {RefreshToken}})["access_token"].(string)
}

func (r *rig) settings(body string) {
	r.Helper()
	if a := r.do("POST", "/_sim/settings", body, nil); a.status != 200 {
		r.Fatalf("settings: %d %s", a.status, a.text)
	}
}

func TestAnAutomationRewritesWhatIsWrittenAndNothingElse(t *testing.T) {
	r := newRig(t)
	before := r.contact(map[string]any{"lastName": "Before", "title": "old"})
	r.settings(`{"automations":[{"object":"contacts","field":"title","do":"append","value":"!"},{"object":"contacts","field":"city","do":"upper"}]}`)
	title := func(id string) string { return r.must("GET", "/contacts/"+id, nil).text1("title") }
	made := r.must("POST", "/contacts", map[string]any{"lastName": "After", "title": "new", "city": "Köln"})
	if made.text1("title") != "new!" || made.text1("city") != "KÖLN" {
		t.Error(made.text)
	}
	r.must("PATCH", "/contacts/"+before, map[string]any{"phone": "1"})
	r.must("PATCH", "/contacts/"+before, map[string]any{"title": "old"})
	if got := title(before); got != "old" {
		t.Errorf("writes that do not change the title made it %q", got)
	}
	r.must("PATCH", "/contacts/"+before, map[string]any{"title": strings.Repeat("x", 100)})
	if got := title(before); got != strings.Repeat("x", 100) {
		t.Errorf("beyond its length the title is %q", got)
	}
	if n := r.faults.Stats().Counts["contacts.automation"]; n != 3 {
		t.Errorf("%d rewritings were counted", n)
	}
	r.settings(`{"automations":[]}`)
	r.must("PATCH", "/contacts/"+before, map[string]any{"title": "plain"})
	if got := title(before); got != "plain" {
		t.Errorf("an automation that was removed made the title %q", got)
	}
	for _, wrong := range []string{`{"object":"contacts","field":"email","do":"upper"}`, `{"object":"Contact","field":"title","do":"upper"}`, `{"object":"contacts","field":"title","do":"swap"}`} {
		if a := r.do("POST", "/_sim/settings", `{"automations":[`+wrong+`]}`, nil); a.status != 400 || !strings.Contains(a.text1("error"), "automations[0]") {
			t.Errorf("%s: %d %s", wrong, a.status, a.text)
		}
	}
}

func TestTheRecycleBinEmptiesItselfAfter60Days(t *testing.T) {
	r := newRig(t)
	early, late := r.contact(map[string]any{"lastName": "Early"}), r.contact(map[string]any{"lastName": "Late"})
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{early}})
	r.clock.advance(24 * time.Hour)
	r.signIn()
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{late}})
	inBin := func() int { return len(r.must("GET", "/recycleBin", nil).rows()) }
	r.clock.advance(59*24*time.Hour - time.Minute)
	r.signIn()
	if n := inBin(); n != 2 {
		t.Errorf("after almost 60 days: %d", n)
	}
	r.clock.advance(2 * time.Minute)
	if n := inBin(); n != 1 {
		t.Errorf("after 60 days: %d", n)
	}
	if a := r.call("GET", "/contacts/"+early, nil); a.status != 404 {
		t.Errorf("what was purged reads %d %s", a.status, a.text)
	}
	r.clock.advance(24 * time.Hour)
	r.signIn()
	if n := inBin(); n != 0 {
		t.Errorf("after 61 days: %d", n)
	}
}

func TestControlCountsDumpsAndResets(t *testing.T) {
	r := newRig(t)
	id := r.contact(map[string]any{"lastName": "Counted"})
	r.must("GET", "/contacts/"+id, nil)
	stats := r.do("GET", "/_sim/stats", nil, nil)
	calls, counts := stats.body["calls"].(map[string]any), stats.body["counts"].(map[string]any)
	if calls["GET /api/v1/contacts/{id}"] != 1.0 || calls["POST /api/v1/contacts"] != 1.0 || counts["contacts.create"] != 1.0 {
		t.Error(stats.text)
	}
	if dump := r.do("GET", "/_sim/dump", nil, nil); !strings.Contains(dump.text, id) {
		t.Error("the dump does not hold the new contact")
	}
	if a := r.do("POST", "/_sim/reset", nil, nil); a.status != 204 {
		t.Fatal(a.status, a.text)
	}
	if dump := r.do("GET", "/_sim/dump", nil, nil); strings.Contains(dump.text, id) {
		t.Error("after a reset the dump still holds the new contact")
	}
	if stats := r.do("GET", "/_sim/stats", nil, nil); stats.body["total"] != 0.0 {
		t.Error(stats.text)
	}
}
