package desk

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sidelight/sync/simulator/seed"
)

// on starts a Desk on a journal; it is closed with the test.
func on(t *testing.T, path string, edit ...func(*Config)) *rig {
	t.Helper()
	return newRig(t, append(edit, func(c *Config) { c.StatePath = path })...)
}

func dumped(r *rig) string {
	r.Helper()
	return r.do("GET", "/_sim/dump", nil, nil).text
}

// wear does everything that leaves a trace in the journal.
func wear(r *rig) {
	r.Helper()
	account := r.account(map[string]any{"accountName": "Kept Ltd"})
	id := r.contact(map[string]any{"lastName": "Kept", "email": "kept@state.example", "accountId": account})
	lost := r.contact(map[string]any{"lastName": "Lost"})
	r.must("PATCH", "/contacts/"+id, map[string]any{"phone": "5"})
	r.must("POST", "/contacts/"+id+"/merge", map[string]any{"ids": []string{lost}})
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{r.contact(map[string]any{"lastName": "Binned"})}})
	r.must("POST", "/tickets", map[string]any{"subject": "Kept too", "contactId": id})
	r.subscribe(newSubscriber(r.T), map[string]any{"Ticket_Update": nil})
}

func TestARestartFindsTheSameState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.jsonl")
	first := on(t, path)
	wear(first)
	before := dumped(first)
	keys := first.do("GET", "/.well-known/jwks.json", nil, nil).text

	// The journal goes before the world.
	again := on(t, path, func(c *Config) { c.World = seed.World{} })
	if after := dumped(again); after != before {
		t.Errorf("before %s\nafter %s", before, after)
	}
	if again.do("GET", "/.well-known/jwks.json", nil, nil).text != keys {
		t.Error("the signing key is another")
	}
	again.token = first.token
	again.must("GET", "/myinfo", nil)
	if found := again.must("GET", "/contacts/search?email=kept@state.example", nil).rows(); len(found) != 1 {
		t.Errorf("found %v", found)
	}
	if id := again.contact(map[string]any{"lastName": "Later"}); strings.Contains(before, id) {
		t.Errorf("id %s was given before", id)
	}
}

// A kill in the middle of a write leaves the state before that write, and all of a write or nothing
// of it.
func TestAKillInAWriteLosesThatWriteAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.jsonl")
	r := on(t, path)
	wear(r)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before := dumped(r)
	a, b := r.contact(map[string]any{"lastName": "Torn A"}), r.contact(map[string]any{"lastName": "Torn B"})
	mid, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// One line for both.
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{a, b}})
	end, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ size, live, binned int }{
		{len(whole) + 1, 0, 0}, {len(mid) - 1, 1, 0}, {len(mid), 2, 0}, {len(mid) + 1, 2, 0}, {len(end) - 1, 2, 0}, {len(end), 0, 2},
	} {
		torn := filepath.Join(t.TempDir(), "desk.jsonl")
		if err := os.WriteFile(torn, end[:tc.size], 0o600); err != nil {
			t.Fatal(err)
		}
		got := on(t, torn)
		if tc.live == 0 && tc.binned == 0 && dumped(got) != before {
			t.Errorf("cut at %d: another state", tc.size)
		}
		live := len(got.must("GET", "/contacts/search?lastName=Torn*", nil).rows())
		binned := 0
		for _, one := range got.must("GET", "/recycleBin", nil).rows() {
			if strings.HasPrefix(one["displayName"].(string), "Torn") {
				binned++
			}
		}
		if live != tc.live || binned != tc.binned {
			t.Errorf("cut at %d: %d live, %d in the bin; want %d and %d", tc.size, live, binned, tc.live, tc.binned)
		}
		got.contact(map[string]any{"lastName": "Goes on"})
	}
}

func TestAnOvergrownJournalIsCompacted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.jsonl")
	r := on(t, path, func(c *Config) { c.DailyCredits = 1_000_000 })
	id := r.contact(map[string]any{"lastName": "Busy"})
	for range 1300 {
		r.must("PATCH", "/contacts/"+id, map[string]any{"title": "x"})
	}
	before := dumped(r)
	grown, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	again := on(t, path)
	if dumped(again) != before {
		t.Error("another state")
	}
	if small, err := os.Stat(path); err != nil || small.Size() >= grown.Size()/2 {
		t.Errorf("%d bytes of %d are left (%v)", small.Size(), grown.Size(), err)
	}
	again.must("PATCH", "/contacts/"+id, map[string]any{"title": "y"})
	if last := on(t, path); dumped(last) != dumped(again) {
		t.Error("what came after the compaction is lost")
	}
}

func TestResetBringsBackTheFirstStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.jsonl")
	r := on(t, path)
	before := dumped(r)
	wear(r)
	mustLoad(r, `[{"kind":"latency","latency":1}]`)
	if a := r.do("POST", "/_sim/reset", nil, nil); a.status != 204 {
		t.Fatalf("reset: %d %s", a.status, a.text)
	}
	if dumped(r) != before || dumped(on(t, path)) != before {
		t.Error("not the state of the first start")
	}
	if a := r.call("GET", "/myinfo", nil); a.status != 401 {
		t.Errorf("tokens outlive the reset: %d", a.status)
	}
	if got := r.tokenFor(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {RefreshToken}}); got["access_token"] == nil {
		t.Errorf("the fixed refresh token: %v", got)
	}
	if rules := r.do("GET", "/_sim/faults", nil, nil).body["rules"].([]any); len(rules) != 0 {
		t.Errorf("faults outlive the reset: %v", rules)
	}
}
