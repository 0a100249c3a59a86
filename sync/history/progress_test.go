package history

import (
	"testing"
	"time"

	"sidelight/models"
)

func TestTheRateIsThatOfLateAndSaysNothingWhenItCannotBeKnown(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	run := &models.SyncRun{ID: "r", Phase: "WRITING", UpdatedAt: now}
	var p pace
	step := func(after time.Duration, done int) *float64 {
		now = now.Add(after)
		run.Done, run.UpdatedAt = done, now
		return p.measure(run, now)
	}
	// A run that goes on after a restart has done much already: that says nothing of its speed.
	if r := step(0, 5000); r != nil {
		t.Errorf("after one step the rate is %v", *r)
	}
	for i := range 10 {
		step(time.Second, 5000+100*(i+1))
	}
	if r := step(time.Second, 6100); r == nil || *r < 99 || *r > 101 {
		t.Errorf("a hundred a second: %v", r)
	}
	// A pause of an hour is no part of the rate.
	if r := step(time.Hour, 6101); r != nil {
		t.Errorf("after a pause: %v", *r)
	}
	step(time.Second, 6111)
	r := step(time.Second, 6121)
	if r == nil || *r < 9 || *r > 11 {
		t.Fatalf("ten a second: %v", r)
	}
	total := 6221
	run.Total, run.Rate = &total, r
	if left := progressOf(*run, now).SecondsLeft; left == nil || *left < 9 || *left > 11 {
		t.Errorf("a hundred left at ten a second: %v", left)
	}
	if left := progressOf(*run, now.Add(time.Minute)).SecondsLeft; left != nil {
		t.Errorf("a minute after the last step there are %v seconds left", *left)
	}
	if r := step(time.Second, 6000); r != nil {
		t.Errorf("going back: %v", *r)
	}
}
