package salesforce_test

import (
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/sync/salesforce"
)

// A value that Salesforce cannot even read makes it refuse the whole call of 200 records, whichever
// of them holds it.
func TestOneRecordForWhichTheWholeCallIsRefusedFailsAlone(t *testing.T) {
	for name, mark := range map[string]string{"by mark": "Sidelight_Link_Id__c", "without a mark": "No_Such_Mark__c"} {
		t.Run(name, func(t *testing.T) {
			o := start(t)
			o.Client = o.client(func(c *salesforce.Config) { c.MarkField = mark })
			o.fault(`{"kind":"status","contains":"Poison","status":400,"body":[{"errorCode":"JSON_PARSER_ERROR","message":"no"}]}`)
			writes := make([]models.Write, 150)
			for i := range writes {
				last := "Fine"
				if i == 97 {
					last = "Poison"
				}
				writes[i] = models.Write{Op: models.OpCreate, LinkID: fmt.Sprint("link-", i), Values: contact(last, fmt.Sprintf("p%d@x.example", i))}
			}
			out, err := o.Write(ctx, models.ContactObject, writes)
			check(t, err)
			for i, r := range out {
				if want := i == 97; (r.Err != nil && r.Err.Code == models.CodeTypeMismatch) != want || (r.ID == "") != want {
					t.Fatalf("record %d: %+v", i, r)
				}
			}
			if fine, poison := o.standing("Contact", "LastName", "Fine"), o.standing("Contact", "LastName", "Poison"); fine != 149 || poison != 0 {
				t.Errorf("%d and %d stand there", fine, poison)
			}
		})
	}
}
