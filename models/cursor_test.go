package models

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWhatAPushNamedIsAChangeAndWhatWasLookedForAPoll(t *testing.T) {
	for name, c := range map[string]struct {
		cursor *Cursor
		want   RunTrigger
	}{
		"a webhook":    {nil, TriggerChange},
		"change event": {&Cursor{Kind: CursorStream}, TriggerChange},
		"poll":         {&Cursor{Kind: CursorPoll}, TriggerPoll},
		"load":         {&Cursor{Kind: CursorLoad}, TriggerPoll},
		"compare":      {&Cursor{Kind: CursorDrift}, TriggerPoll},
	} {
		if got := c.cursor.Trigger(); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAPollGoesOnWhereItsStoredCursorSays(t *testing.T) {
	for name, c := range map[string]struct {
		cursor PollCursor
		want   string
	}{
		"at the beginning":              {PollCursor{}, ""},
		"settled":                       {PollCursor{Position: "2026-03-01"}, "2026-03-01"},
		"between pages":                 {PollCursor{Position: "page 2", BetweenPages: true}, "+page 2"},
		"between pages, at their first": {PollCursor{BetweenPages: true}, "+"},
	} {
		if got := c.cursor.String(); got != c.want {
			t.Errorf("%s: it is stored as %q, want %q", name, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := PollCursor{Position: rapid.StringMatching(`([^+].*)?`).Draw(t, "position"), BetweenPages: rapid.Bool().Draw(t, "between pages")}
		if got := ParsePollCursor(want.String()); got != want {
			t.Fatalf("%+v came back as %+v", want, got)
		}
	})
}
