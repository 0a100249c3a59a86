package models_test

import (
	"testing"
	"time"

	"sidelight/models"
)

func TestPushIsAliveAsLongAsWhatItToldLasts(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		state models.PushState
		side  models.Side
		age   time.Duration
		want  bool
	}{
		"a webhook of a moment ago":          {models.PushAlive, models.Desk, 0, true},
		"a webhook of the day before":        {models.PushAlive, models.Desk, 24 * time.Hour, true},
		"a webhook of a week ago":            {models.PushAlive, models.Desk, 7 * 24 * time.Hour, false},
		"a stream's batch within its beat":   {models.PushAlive, models.Salesforce, 270 * time.Second, true},
		"a stream that is quiet":             {models.PushAlive, models.Salesforce, 6 * time.Minute, false},
		"nothing was told":                   {models.PushUnproved, models.Desk, 0, false},
		"a change was missed":                {models.PushMissed, models.Salesforce, 0, false},
		"a time ahead, by another's clock":   {models.PushAlive, models.Salesforce, -time.Second, true},
		"a state of another program's":       {models.PushState("?"), models.Desk, 0, false},
		"a missed change of a long time ago": {models.PushMissed, models.Desk, 30 * 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.state.Alive(c.side, now.Add(-c.age), now); got != c.want {
				t.Errorf("alive: %t", got)
			}
		})
	}
}

func TestWhatPushTellsIsNotedOnceAMinuteAndNotSoonAfterAMissedChange(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		state   models.PushState
		age     time.Duration
		want    models.PushState
		changed bool
	}{
		"the first word":                    {models.PushUnproved, 0, models.PushAlive, true},
		"in the same moment":                {models.PushAlive, 0, models.PushAlive, false},
		"within a minute":                   {models.PushAlive, 59 * time.Second, models.PushAlive, false},
		"a minute later":                    {models.PushAlive, time.Minute, models.PushAlive, true},
		"a clock that was set back":         {models.PushAlive, -time.Second, models.PushAlive, true},
		"in the moment of a missed change":  {models.PushMissed, 0, models.PushMissed, false},
		"soon after a missed change":        {models.PushMissed, time.Hour - time.Second, models.PushMissed, false},
		"an hour after a missed change":     {models.PushMissed, time.Hour, models.PushAlive, true},
		"a missed change at a time to come": {models.PushMissed, -time.Second, models.PushAlive, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got, changed := c.state.Told(now.Add(-c.age), now); got != c.want || changed != c.changed {
				t.Errorf("%q, changed: %t", got, changed)
			}
		})
	}
}

func TestAChangeIsMissedWhenPushHadTimeToTellOfIt(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]bool{0: false, 2 * time.Minute: false, 2*time.Minute + time.Second: true, -time.Minute: false} {
		if got := models.Missed(now.Add(-age), now); got != want {
			t.Errorf("%s ago: %t", age, got)
		}
	}
	if models.Missed(time.Time{}, now) {
		t.Error("nothing was changed")
	}
	if models.PollInterval(time.Minute, false) != time.Minute || models.PollInterval(time.Minute, true) != 8*time.Minute {
		t.Error("the interval")
	}
}
