package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestADayKeepsWhatWasDoneAndTheHighestCountOfCalls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := storetest.Open(t, another(t, address))
		for side, counts := range map[models.Side][]int{models.Desk: {7, 30, 12}, models.Salesforce: {5}} {
			for _, n := range counts {
				check(t, s.NoteCalls(ctx, side, n))
			}
		}
		now := time.Now()
		got := must[[]models.ActivityDay](t)(s.Activity(ctx, now.AddDate(0, 0, -2), now))
		if len(got) != 3 || got[0].DeskCalls != nil {
			t.Fatalf("%+v", got)
		}
		want := models.ActivityDay{Day: got[2].Day, DeskCalls: ptr(30), SalesforceCalls: ptr(5)}
		if diff := cmp.Diff(want, got[2]); diff != "" {
			t.Error(diff)
		}
	})
}
