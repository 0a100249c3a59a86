package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// anotherOrg are ids of organizations other than those that the worlds begin with.
var anotherOrg = map[models.Side]string{models.Desk: "800000002", models.Salesforce: "00D000000000002EAA"}

// swap puts another organization behind a side's credentials; "" is the first one again.
func (w *world) swap(t *testing.T, side models.Side, org string) {
	t.Helper()
	if org == "" && side == models.Desk {
		org = "700000001"
	}
	w.sim(t, side, http.MethodPost, "/_sim/settings", fmt.Sprintf(`{"orgId":%q}`, org), nil)
}

// halted wants the sync to be halted for the code, and nothing to have been written or deleted.
func (w *world) halted(t *testing.T, code models.Code) models.Integration {
	t.Helper()
	in := w.stands(t)
	if in.Status != models.StatusBroken || in.ReasonCode != code || in.Reason == nil || !strings.Contains(*in.Reason, "as new") {
		t.Fatalf("%s %s %v", in.Status, in.ReasonCode, in.Reason)
	}
	if wrote := w.written(); len(wrote) != 0 {
		t.Fatalf("it wrote %v", wrote)
	}
	return in
}

// turns lets the engine work for a while, and polls each time.
func (w *world) turns() {
	for range 3 {
		w.clock.advance(time.Minute)
		_ = w.proc.turn()
	}
}

func TestAnotherOrganizationBehindTheSameCredentialsHaltsTheSyncUntilAnAdminHasChosen(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		for _, side := range models.Sides {
			t.Run(side.Name(), func(t *testing.T) {
				w := onWorld(t, fresh(t, address))
				ctx := context.Background()
				sf, desk := w.pair(t, map[string]any{"LastName": "Kept", "Title": "first"})
				if in := w.stands(t); in.DeskOrg != "700000001" || !strings.HasPrefix(in.SalesforceOrg, "00D") {
					t.Fatalf("the organizations %q and %q are kept", in.DeskOrg, in.SalesforceOrg)
				}
				w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "edited"})
				w.written()
				w.swap(t, side, anotherOrg[side])
				w.turns()
				w.halted(t, models.CodeOtherOrganization)
				// A new process finds the same, and connecting to it again changes nothing.
				w.proc.kill()
				w.org = w.stands(t).SalesforceOrg // a connection is to one organization
				w.boot(t)
				w.turns()
				must(t, w.proc.engine.Connected(ctx, side))
				w.turns()
				w.halted(t, models.CodeOtherOrganization)
				if _, err := w.proc.engine.Resume(ctx); models.CodeOf(err) != models.CodeConflict {
					t.Errorf("resuming: %v", err)
				}
				if _, err := w.proc.engine.Start(ctx); models.CodeOf(err) != models.CodeConflict {
					t.Errorf("starting: %v", err)
				}
				if _, err := w.proc.engine.Pause(ctx); err != nil {
					t.Fatal(err)
				}
				if _, err := w.proc.engine.Resume(ctx); models.CodeOf(err) != models.CodeConflict {
					t.Errorf("resuming after a pause: %v", err)
				}
				// The earlier one is connected again: it goes on where it was, paused.
				w.swap(t, side, "")
				w.proc.kill()
				w.boot(t)
				must(t, w.proc.engine.Connected(ctx, side))
				if _, err := w.proc.engine.Resume(ctx); err != nil {
					t.Fatal(err)
				}
				w.settle(t)
				if got := w.value(t, models.Desk, desk, "title"); got != "edited" {
					t.Errorf("the title is %q", got)
				}
			})
		}
	})
}

// fresh is a new database of the kind of the address.
func fresh(t *testing.T, address string) string {
	if strings.HasPrefix(address, "sqlite:") {
		return storetest.SQLiteAddress(t)
	}
	return storetest.MariaDB.Shared(t).NewDatabase(t)
}

func TestAnotherOrganizationThatIsTakenAsNewIsReadFromTheBeginning(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	ctx := context.Background()
	for i := range 3 {
		w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Taken ", i), "Email": fmt.Sprintf("taken%d@x.example", i)})
	}
	w.boot(t).connect(t)
	w.settle(t)
	if _, err := w.proc.engine.TakeAnew(ctx, models.Salesforce); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("taking what is the same as new: %v", err)
	}
	w.written()
	w.swap(t, models.Salesforce, anotherOrg[models.Salesforce])
	w.turns()
	w.halted(t, models.CodeOtherOrganization)
	w.proc.kill()
	w.boot(t) // as the server does, with a client for what the credentials lead to now
	in, err := w.proc.engine.TakeAnew(ctx, models.Salesforce)
	must(t, err)
	links, err := w.store.Links(ctx, models.ContactObject, "", 10)
	must(t, err)
	if in.Status != models.StatusReady || in.SalesforceOrg[:15] != anotherOrg[models.Salesforce][:15] || in.Reason != nil || in.LoadedAt != nil || len(links) != 0 {
		t.Fatalf("%+v, %d links", in, len(links))
	}
	if mapped, err := w.store.FieldMappings(ctx, models.ContactObject); err != nil || len(mapped) == 0 {
		t.Errorf("%d mappings are left, %v", len(mapped), err)
	}
	if _, err := w.proc.engine.Start(ctx); err != nil {
		t.Fatal(err)
	}
	w.settle(t)
	for _, side := range models.Sides {
		if n := w.live(t, side, models.ContactObject); n != 3 {
			t.Errorf("%s has %d contacts", side.Name(), n)
		}
	}
	if c, err := w.store.Counts(ctx); err != nil || c.LinkedContacts != 3 {
		t.Errorf("%+v %v", c, err)
	}
}

func TestASideThatWentBackInTimeHaltsTheSync(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(side.Name(), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			ctx := context.Background()
			var old []string
			for i := range 4 {
				sf, _ := w.pair(t, map[string]any{"LastName": fmt.Sprint("Old ", i), "Email": fmt.Sprintf("old%d@x.example", i)})
				old = append(old, sf)
			}
			w.clock.advance(24 * time.Hour)
			for i := range 3 {
				w.edit(t, models.Salesforce, models.ContactObject, old[i], map[string]any{"Title": "since"})
				w.pair(t, map[string]any{"LastName": fmt.Sprint("New ", i), "Email": fmt.Sprintf("new%d@x.example", i)})
			}
			w.settle(t)
			w.clock.advance(time.Hour)
			w.written()
			w.sim(t, side, http.MethodPost, "/_sim/rewind", `{"hours":12}`, nil)
			w.turns()
			w.halted(t, models.CodeWentBack)
			must(t, w.proc.engine.Connected(ctx, side))
			w.turns()
			w.halted(t, models.CodeWentBack)
			if _, err := w.proc.engine.Resume(ctx); models.CodeOf(err) != models.CodeConflict {
				t.Errorf("resuming: %v", err)
			}
			_, err := w.proc.engine.TakeAnew(ctx, side)
			must(t, err)
			_, err = w.proc.engine.Start(ctx)
			must(t, err)
			w.settle(t)
			for _, side := range models.Sides {
				if n := w.live(t, side, models.ContactObject); n != 7 {
					t.Errorf("%s has %d contacts", side.Name(), n)
				}
			}
		})
	}
}

func TestDeletedRecordsAreNotTakenForASideThatWentBack(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	var sf []string
	for i := range 6 {
		sf = append(sf, w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Gone ", i)}))
	}
	w.boot(t).connect(t)
	w.settle(t)
	for _, id := range sf[:5] {
		w.remove(t, models.Salesforce, models.ContactObject, id)
	}
	w.clock.advance(2 * time.Hour)
	check(t, w.proc.turn())
	if in := w.stands(t); in.Status != models.StatusActive {
		t.Errorf("%s %s", in.Status, in.ReasonCode)
	}
}

// A vendor says of what was merged or purged what it says of what an earlier state did not have
// yet: nothing.
func TestManyRecordsGoneWithoutATraceHaltTheSyncUntilAnAdminLetsThemPass(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(side.Name(), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			ctx := context.Background()
			w.pair(t, map[string]any{"LastName": "Stays"})
			w.clock.advance(24 * time.Hour)
			var gone []string
			for i := range 5 {
				sf, desk := w.pair(t, map[string]any{"LastName": fmt.Sprint("Gone ", i)})
				gone = append(gone, map[models.Side]string{models.Salesforce: sf, models.Desk: desk}[side])
			}
			w.clock.advance(2 * time.Hour)
			w.written()
			for _, id := range gone {
				w.remove(t, side, models.ContactObject, id)
				w.purge(t, side, id)
			}
			w.turns()
			in := w.halted(t, models.CodeGoneWithoutTrace)
			if !strings.Contains(*in.Reason, side.Name()+" says nothing any more") || !strings.Contains(*in.Reason, "resume") {
				t.Errorf("%s", *in.Reason)
			}
			must(t, w.proc.engine.Connected(ctx, side))
			w.turns()
			w.halted(t, models.CodeGoneWithoutTrace)

			_, err := w.proc.engine.Pause(ctx)
			must(t, err)
			in, err = w.proc.engine.Resume(ctx)
			if err != nil || in.Status != models.StatusActive || in.Reason != nil {
				t.Fatalf("%s %v: %v", in.Status, in.Reason, err)
			}
			w.clock.advance(2 * time.Hour)
			w.settle(t)
			other := side.Other()
			if n := w.live(t, other, models.ContactObject); n != 6 {
				t.Errorf("%s has %d contacts: the counterparts of what is gone stay", other.Name(), n)
			}
		})
	}
}

func TestMergedRecordsThatOthersOutlastAreNotTakenForASideThatWentBack(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	var gone []string
	for i := range 8 {
		_, desk := w.pair(t, map[string]any{"LastName": fmt.Sprint("Merged ", i)})
		gone = append(gone, desk)
	}
	w.clock.advance(time.Hour)
	w.pair(t, map[string]any{"LastName": "Stays"})
	w.clock.advance(2 * time.Hour)
	for _, id := range gone {
		w.remove(t, models.Desk, models.ContactObject, id)
		w.purge(t, models.Desk, id)
	}
	w.turns()
	if in := w.stands(t); in.Status != models.StatusActive {
		t.Errorf("%s %s", in.Status, in.ReasonCode)
	}
}
