package vendor_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

func TestAWaitLastsUntilItsEndAndNotLongerThanTheClockTells(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		now  time.Time
		want bool
	}{
		"as it begins":                   {start, true},
		"just before its end":            {start.Add(time.Minute - 1), true},
		"at its end":                     {start.Add(time.Minute), false},
		"after the clock was set back":   {start.Add(-24 * time.Hour), false},
		"after the clock was set onward": {start.Add(24 * time.Hour), false},
	} {
		t.Run(name, func(t *testing.T) {
			now := start
			throttle := vendor.Throttle{Now: func() time.Time { return now }}
			throttle.Throttle(models.Desk, start.Add(time.Minute))
			now = c.now
			if got := throttle.Throttled(models.Desk); got != c.want {
				t.Errorf("left alone: %t", got)
			}
			if throttle.Throttled(models.Salesforce) {
				t.Error("the other side is left alone, too")
			}
			now = start
			if got := throttle.Throttled(models.Desk); got != c.want {
				t.Errorf("left alone once the clock is right again: %t; what was over stays over", got)
			}
			if throttle.Clear(); throttle.Throttled(models.Desk) {
				t.Error("it is left alone after all waits were ended")
			}
		})
	}
}
