package salesforce

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sameState is a configuration edit that keeps the state in a file.
func sameState(path string) func(*Config) {
	return func(c *Config) { c.StatePath = path }
}

func TestARestartFindsEverythingAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	first := newRig(t, sameState(path))
	kept := first.make("Contact", obj{"LastName": "Kept", "Sidelight_Link_Id__c": "k1"})
	gone := first.make("Contact", obj{"LastName": "Gone"})
	first.call("DELETE", "/sobjects/Contact/"+gone, nil).want(204)
	purged := first.make("Contact", obj{"LastName": "Purged"})
	first.call("DELETE", "/sobjects/Contact/"+purged, nil).want(204)
	first.send("POST", "/_sim/purge", obj{"ids": arr{purged}}).want(204)
	grant := first.exchange(ClientID, first.approve(ClientID), verifier).want(200).text("refresh_token")
	first.send("POST", "/_sim/settings", obj{"duplicateRule": "block"}).want(200)
	query := first.queryJob(obj{"operation": "query", "query": "SELECT Id FROM Contact"})
	open := first.call("POST", "/jobs/ingest", obj{"object": "Contact", "operation": "insert"}).want(200).text("id")
	first.call("PUT", "/jobs/ingest/"+open+"/batches", "LastName\nLoaded\n", "Content-Type", "text/csv").want(201)
	done, _ := first.ingest(obj{"object": "Contact", "operation": "insert"}, "LastName\nBefore\n")

	second := newRig(t, sameState(path))
	second.token = first.token
	if got := second.call("GET", "/sobjects/Contact/Sidelight_Link_Id__c/k1", nil).want(200); got.text("Id") != kept {
		t.Error(got.raw)
	}
	second.call("GET", "/sobjects/Contact/"+gone, nil).refused(404, "ENTITY_IS_DELETED")
	if _, held := second.server.purged[purged]; !held {
		t.Error("a purged record was forgotten")
	}
	second.refresh(ClientID, grant).want(200)
	if got := second.send("GET", "/_sim/settings", nil).want(200); got.text("duplicateRule") != "block" {
		t.Error(got.raw)
	}
	if rows := second.call("GET", "/jobs/query/"+query+"/results", nil).want(200).csv(','); len(rows) != 62 {
		t.Errorf("%d rows", len(rows))
	}
	if rows := second.call("GET", "/jobs/ingest/"+done+"/successfulResults", nil).want(200).csv(','); len(rows) != 2 {
		t.Error(rows)
	}
	second.call("PATCH", "/jobs/ingest/"+open, obj{"state": jobUploaded}).want(200)
	if rows := second.rows("SELECT Id FROM Contact WHERE LastName IN ('Loaded', 'Before')"); len(rows) != 2 {
		t.Error(rows)
	}
	if again := second.make("Contact", obj{"LastName": "After"}); again == kept || again == gone {
		t.Error("an id was given twice")
	}
	if string(first.server.PubSubCAPEM()) != string(second.server.PubSubCAPEM()) {
		t.Error("another certificate")
	}
}

func TestATornLastLineLosesOnlyItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	first := newRig(t, sameState(path))
	first.make("Contact", obj{"LastName": "Whole"})
	first.make("Contact", obj{"LastName": "Torn"})
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(t.TempDir(), "torn.jsonl")
	if err := os.WriteFile(torn, raw[:len(raw)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	second := newRig(t, sameState(torn))
	if rows := second.rows("SELECT LastName FROM Contact WHERE LastName IN ('Whole', 'Torn')"); len(rows) != 1 || rows[0]["LastName"] != "Whole" {
		t.Error(rows)
	}
}

func TestCompactingKeepsTheStateAndTheReplayIds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	first := newRig(t, sameState(path))
	id := first.make("Contact", obj{"LastName": "x"})
	first.server.mu.Lock()
	for range 4000 { // enough superseded lines
		tx := first.server.begin(first.server.admin(), "")
		tx.set("", tx.edit(first.server.db.find(id)))
		if err := tx.commit(); err != nil {
			t.Error(err)
		}
	}
	first.server.mu.Unlock()
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	second := newRig(t, sameState(path))
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if after.Size() > before.Size()*2/3 {
		t.Errorf("%d bytes after %d", after.Size(), before.Size())
	}
	if first.server.bus.newest() != second.server.bus.newest() || len(second.server.bus.retained()) != 1 {
		t.Error("the change events are not the same")
	}
	third := newRig(t, sameState(path))
	if rows := third.rows("SELECT Id FROM Contact"); len(rows) != 61 {
		t.Errorf("%d contacts", len(rows))
	}
}

func TestRowsStandInOrderAfterEachStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	for _, start := range []string{"first", "second"} {
		r := newRig(t, func(c *Config) { c.StatePath = path })
		for _, table := range r.server.db.sorted() {
			if !slices.IsSorted(table.ids) || len(table.ids) != len(table.rows) {
				t.Errorf("%s start: %d ids of %d rows of %s, or not in order", start, len(table.ids), len(table.rows), table.name)
			}
			if !slices.IsSortedFunc(table.stamps, func(a, b stamp) int { return strings.Compare(a.at, b.at) }) {
				t.Errorf("%s start: the changes of %s are not in order", start, table.name)
			}
		}
		r.make("Contact", obj{"LastName": "Late"})
		if err := r.server.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestValidationRulesOutliveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	first := newRig(t, sameState(path))
	first.settings(obj{"rules": arr{obj{"object": "Contact", "field": "Title", "matches": "^Rule", "text": "Not on the list."}}})
	second := newRig(t, sameState(path))
	second.token = first.token
	broken := obj{"LastName": "Ruled", "Title": "Rule Breaker"}
	second.call("POST", "/sobjects/Contact", broken).refused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
	id, _ := second.ingest(obj{"object": "Contact", "operation": "insert"}, "LastName,Title\nRuled,Rule Breaker\nFree,Clerk\n")
	failed := second.call("GET", "/jobs/ingest/"+id+"/failedResults", nil).want(200)
	if rows := failed.csv(','); len(rows) != 2 || !strings.Contains(failed.raw, "FIELD_CUSTOM_VALIDATION_EXCEPTION:Not on the list.:Title --") {
		t.Errorf("of a bulk job: %s", failed.raw)
	}
}
