package salesforce_test

import (
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/sync/salesforce"
)

// A limit that Apex counts over all records of a call is met with smaller calls; the size that
// passes is kept, and grows again.
func TestACallThatIsTooLargeIsSentAgainInSmallerOnes(t *testing.T) {
	for _, c := range []struct {
		name   string
		client func(*salesforce.Config)
	}{
		{"with a mark", func(*salesforce.Config) {}},
		{"without a mark", func(cfg *salesforce.Config) { cfg.MarkField = "None__c" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := start(t)
			client := o.client(c.client)
			o.fault(`{"kind":"record_fail","on":"Contact","above":60,"code":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"T: System.LimitException: Too many SOQL queries: 101"}`)
			writes := make([]models.Write, 400)
			for i := range writes {
				writes[i] = models.Write{Op: models.OpCreate, LinkID: fmt.Sprint("size-", i), Values: contact(fmt.Sprint("Size", i), "")}
			}
			before := o.calls("")
			var made int
			for chunk := 0; chunk < len(writes); chunk += 200 {
				results, err := client.Write(ctx, models.ContactObject, writes[chunk:chunk+200])
				check(t, err)
				for i, r := range results {
					if r.Err != nil || r.ID == "" {
						t.Fatalf("record %d: %v", chunk+i, r.Err)
					}
					made++
				}
			}
			// 200, 100, then 50 at a time: 4 + 4 passes, two refusals; each pass is read back.
			if calls := o.calls("") - before; made != 400 || calls > 2*8+2+8 {
				t.Errorf("%d records with %d calls", made, calls)
			}
		})
	}
}

// A record that is refused even alone for a limit is one failure; the others of its call go
// through.
func TestARecordThatIsTooMuchAloneFailsAlone(t *testing.T) {
	o := start(t)
	o.fault(`{"kind":"record_fail","on":"Contact","contains":"Poison","code":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"T: System.LimitException: Apex CPU time limit exceeded"}`)
	writes := make([]models.Write, 50)
	for i := range writes {
		name := fmt.Sprint("Alone", i)
		if i == 33 {
			name = "Poison"
		}
		writes[i] = models.Write{Op: models.OpCreate, LinkID: fmt.Sprint("alone-", i), Values: contact(name, "")}
	}
	results, err := o.Write(ctx, models.ContactObject, writes)
	check(t, err)
	for i, r := range results {
		if (i == 33) != (r.Err != nil) {
			t.Errorf("record %d: %v", i, r.Err)
		}
	}
	if e := results[33].Err; e == nil || e.Code != models.CodeCallTooLarge || e.Said == "" {
		t.Errorf("the failure is %v", e)
	}
}

// The rows of a bulk job that its batches were too large for are written in calls of their own.
func TestRowsThatABulkBatchWasTooLargeForAreWrittenInCalls(t *testing.T) {
	o := start(t)
	o.fault(`{"kind":"record_fail","on":"Contact","above":100,"code":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"T: System.LimitException: Apex CPU time limit exceeded"}`)
	writes := make([]models.Write, 300)
	for i := range writes {
		writes[i] = models.Write{Op: models.OpCreate, LinkID: fmt.Sprint("bulk-", i), Values: contact(fmt.Sprint("Bulk", i), "")}
	}
	results, err := o.Write(ctx, models.ContactObject, writes)
	check(t, err)
	for i, r := range results {
		if r.Err != nil {
			t.Fatalf("record %d: %v", i, r.Err)
		}
	}
	for i := range 300 {
		if n := o.standing("Contact", "LastName", fmt.Sprint("Bulk", i)); n != 1 {
			t.Fatalf("record %d stands there %d times", i, n)
		}
	}
}
