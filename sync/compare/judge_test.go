package compare

import (
	"testing"
	"time"

	"sidelight/models"
)

func TestAListedRecordIsJudgedByItsRowOnlyWhereTheListIsTheLaterOne(t *testing.T) {
	at := func(seconds int) time.Time { return time.Date(2026, 3, 1, 0, 0, seconds, 0, time.UTC) }
	one, two := models.Values{"phone": models.Text("1")}, models.Values{"phone": models.Text("2")}
	held := models.MirrorRow{ID: "7", Data: models.Values{"phone": models.Text("1"), "title": models.Text("VIP")}, ModifiedAt: at(10), ObservedAt: at(12)}
	deleted := held
	deleted.DeletedAt = &held.ObservedAt
	for name, c := range map[string]struct {
		listed models.Record
		row    *models.MirrorRow
		want   verdict
	}{
		"equal":                        {models.Record{Values: one, ModifiedAt: at(10), AskedAt: at(20)}, &held, equal},
		"equal, and the list is older": {models.Record{Values: one, ModifiedAt: at(9), AskedAt: at(20)}, &held, equal},
		"equal, and the list is older by more than stamps are rough": {models.Record{Values: one, ModifiedAt: at(7), AskedAt: at(20)}, &held, unsure},
		"equal to the microsecond":                                   {models.Record{Values: one, ModifiedAt: at(10).Add(time.Nanosecond), AskedAt: at(20)}, &held, equal},
		"equal, and changed since":                                   {models.Record{Values: one, ModifiedAt: at(11), AskedAt: at(20)}, &held, unsure},
		"unequal of one time":                                        {models.Record{Values: two, ModifiedAt: at(10), AskedAt: at(20)}, &held, unequal},
		"unequal, and the list is newer":                             {models.Record{Values: two, ModifiedAt: at(11), AskedAt: at(20)}, &held, unsure},
		"unequal, and the list is older":                             {models.Record{Values: two, ModifiedAt: at(9), AskedAt: at(20)}, &held, unsure},
		"unequal, and read after the list":                           {models.Record{Values: two, ModifiedAt: at(10), AskedAt: at(11)}, &held, unsure},
		"unequal, and read with the list":                            {models.Record{Values: two, ModifiedAt: at(10), AskedAt: at(12)}, &held, unequal},
		"held as deleted":                                            {models.Record{Values: one, ModifiedAt: at(10), AskedAt: at(20)}, &deleted, unsure},
		"never seen":                                                 {models.Record{Values: one, ModifiedAt: at(10), AskedAt: at(20)}, nil, unsure},
		"a field that the mirror never held":                         {models.Record{Values: models.Values{"fax": models.Text("3")}, ModifiedAt: at(10), AskedAt: at(20)}, &held, unequal},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judge(c.listed, c.row); got != c.want {
				t.Errorf("it is judged %d, want %d", got, c.want)
			}
		})
	}
}
