package models_test

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
)

// TestASideWentBackWhenMostOfWhatChangedLastIsOlderOrGone gives each record the minute of its stamp
// in the mirror and the minute that the vendor says now; -1 is gone without a trace, and -2 lies in
// the recycle bin.
func TestASideWentBackWhenMostOfWhatChangedLastIsOlderOrGone(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	accepted := at(50)
	const gone, deleted = -1, -2
	type seen struct{ was, is int }
	for name, c := range map[string]struct {
		seen     []seen
		accepted *time.Time
		want     models.Code
	}{
		"nothing is known":                              {nil, nil, ""},
		"nothing changed":                               {[]seen{{1, 1}, {2, 2}, {3, 3}}, nil, ""},
		"edits go on":                                   {[]seen{{1, 60}, {2, 61}, {3, 3}}, nil, ""},
		"most are older":                                {[]seen{{30, 3}, {31, 4}, {5, 5}}, nil, models.CodeWentBack},
		"half are older":                                {[]seen{{30, 3}, {31, 4}, {5, 5}, {6, 6}}, nil, ""},
		"one is older, others are gone":                 {[]seen{{30, 3}, {31, gone}, {32, gone}, {5, 5}}, nil, models.CodeWentBack},
		"all are gone":                                  {[]seen{{30, gone}, {31, gone}, {32, gone}, {33, gone}, {34, gone}}, nil, models.CodeGoneWithoutTrace},
		"a few are gone":                                {[]seen{{30, gone}, {31, gone}, {32, gone}, {33, gone}}, nil, ""},
		"the newest are gone":                           {[]seen{{30, gone}, {31, gone}, {32, gone}, {33, gone}, {34, gone}, {5, 5}, {6, 6}}, nil, models.CodeGoneWithoutTrace},
		"what is gone is no newer than what stays":      {[]seen{{30, gone}, {31, gone}, {32, gone}, {33, gone}, {34, gone}, {35, 35}}, nil, ""},
		"what is gone was changed at the same time":     {[]seen{{30, gone}, {30, gone}, {30, gone}, {30, gone}, {30, gone}, {30, 30}}, nil, models.CodeGoneWithoutTrace},
		"the newest that stays was edited since":        {[]seen{{30, gone}, {31, gone}, {32, gone}, {33, gone}, {34, gone}, {5, 70}}, nil, models.CodeGoneWithoutTrace},
		"all lie in the recycle bin":                    {[]seen{{30, deleted}, {31, deleted}, {32, deleted}, {33, deleted}, {34, deleted}}, nil, ""},
		"an admin let pass what is gone":                {[]seen{{30, gone}, {31, gone}, {32, gone}, {33, gone}, {34, gone}}, &accepted, ""},
		"as many are gone since an admin let some pass": {[]seen{{51, gone}, {52, gone}, {53, gone}, {54, gone}, {55, gone}}, &accepted, models.CodeGoneWithoutTrace},
		"what is older is never let pass":               {[]seen{{30, 3}, {31, 4}, {5, 5}}, &accepted, models.CodeWentBack},
	} {
		t.Run(name, func(t *testing.T) {
			var rows []models.MirrorRow
			var read []models.Record
			for i, s := range c.seen {
				id := fmt.Sprint(i)
				rows = append(rows, models.MirrorRow{ID: id, ModifiedAt: at(s.was)})
				switch s.is {
				case gone:
				case deleted:
					read = append(read, models.Record{ID: id, ModifiedAt: at(s.was), Deleted: true})
				default:
					read = append(read, models.Record{ID: id, ModifiedAt: at(s.is)})
				}
			}
			if got := models.Rewound(rows, read, c.accepted); got != c.want {
				t.Errorf("it says %q, not %q", got, c.want)
			}
		})
	}
}

// TestAStampThatLostItsMilliseconds: vendors say whole seconds in some answers.
func TestAStampThatLostItsMillisecondsIsNotOlder(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 999e6, time.UTC)
	rows := []models.MirrorRow{{ID: "1", ModifiedAt: at}}
	for by, want := range map[time.Duration]models.Code{time.Second: "", 2 * time.Second: "", 2*time.Second + time.Millisecond: models.CodeWentBack} {
		if got := models.Rewound(rows, []models.Record{{ID: "1", ModifiedAt: at.Add(-by)}}, nil); got != want {
			t.Errorf("%s older: %q, not %q", by, got, want)
		}
	}
	if got := models.Rewound(rows, []models.Record{{ID: "1"}}, nil); got != "" {
		t.Errorf("a record without a stamp: %q", got)
	}
}
