package models

import (
	"testing"
)

func TestALinkIsPlannedUnderTheRunOfItsCauseAndAlwaysUnderTheSame(t *testing.T) {
	both := RunIDs{TriggerPoll: "poll", TriggerChange: "change"}
	for name, c := range map[string]struct {
		runs  RunIDs
		cause RunTrigger
		want  string
	}{
		"of its cause":                    {both, TriggerPoll, "poll"},
		"of its cause, among others":      {both, TriggerChange, "change"},
		"of a cause without one":          {both, TriggerRetry, "change"},
		"of a link without a cause":       {RunIDs{TriggerManual: "manual"}, "", "manual"},
		"where nothing is saved":          {RunIDs{}, TriggerPoll, ""},
		"where nobody said of any run":    {nil, TriggerPoll, ""},
		"of its cause, which has no name": {RunIDs{TriggerPoll: "", TriggerChange: "change"}, TriggerPoll, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // the order of a map changes from one walk to the next
				if got := c.runs.Of(c.cause); got != c.want {
					t.Fatalf("it is planned under %q, want %q", got, c.want)
				}
			}
		})
	}
}
