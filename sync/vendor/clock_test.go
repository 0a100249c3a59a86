package vendor_test

import (
	"net/http"
	"testing"
	"time"

	"sidelight/sync/vendor"
)

func TestTheVendorsClockIsReadFromItsAnswers(t *testing.T) {
	ours := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	var v vendor.Clock
	if !v.At(ours).Equal(ours) {
		t.Error("unknown, it is not ours")
	}
	v.Observe(http.Header{"Date": {ours.Add(26 * time.Hour).Format(http.TimeFormat)}}, ours)
	v.Observe(http.Header{"Date": {"yesterday"}}, ours)
	if got := v.At(ours.Add(time.Minute)); !got.Equal(ours.Add(26*time.Hour + time.Minute)) {
		t.Errorf("%v", got)
	}
}
