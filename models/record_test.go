package models

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// at is a vendor's time, or ours, some seconds into a day.
func at(seconds int) time.Time { return time.Date(2026, 3, 1, 0, 0, seconds, 0, time.UTC) }

// byText compares canonical values, which hide their text.
var byText = cmp.Comparer(func(a, b Value) bool { return a == b })

func TestOfSeveralReadingsOfOneRecordTheLatestStands(t *testing.T) {
	for name, c := range map[string]struct{ readings, want []Record }{
		"none":                      {},
		"without an id":             {[]Record{{ModifiedAt: at(1)}}, nil},
		"after one without an id":   {[]Record{{ModifiedAt: at(1)}, {ID: "1"}}, []Record{{ID: "1"}}},
		"of two records":            {[]Record{{ID: "2"}, {ID: "1"}}, []Record{{ID: "2"}, {ID: "1"}}},
		"the later one comes last":  {[]Record{{ID: "1", ModifiedAt: at(1)}, {ID: "1", ModifiedAt: at(2)}}, []Record{{ID: "1", ModifiedAt: at(2)}}},
		"the later one comes first": {[]Record{{ID: "1", ModifiedAt: at(2)}, {ID: "1", ModifiedAt: at(1)}}, []Record{{ID: "1", ModifiedAt: at(2)}}},
		"equally old":               {[]Record{{ID: "1", MergedInto: "first"}, {ID: "1", MergedInto: "second"}}, []Record{{ID: "1", MergedInto: "second"}}},
		"a deletion, then an equally old life sign": {[]Record{{ID: "1", Deleted: true}, {ID: "1"}}, []Record{{ID: "1", Deleted: true}}},
		"a life sign, then an equally old deletion": {[]Record{{ID: "1"}, {ID: "1", Deleted: true}}, []Record{{ID: "1", Deleted: true}}},
		"a later life sign after a deletion":        {[]Record{{ID: "1", Deleted: true}, {ID: "1", ModifiedAt: at(1)}}, []Record{{ID: "1", ModifiedAt: at(1)}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, LatestReadings(c.readings), byText); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// held is a row that was last changed at second 10 and read at second 12.
func held(change ...func(*MirrorRow)) *MirrorRow {
	row := &MirrorRow{ID: "1", Name: "Ada", MatchKey: "ada", ParentID: "9", Data: texts("phone", "1", "title", "VIP"), ModifiedAt: at(10), ObservedAt: at(12)}
	for _, one := range change {
		one(row)
	}
	return row
}

func TestARowHoldsTheNewerOfTwoReadings(t *testing.T) {
	const now = 20
	gone := func(row *MirrorRow) { row.DeletedAt = ptr(at(11)) }
	merged := func(row *MirrorRow) { row.DeletedAt, row.MergedInto = ptr(at(11)), "2" }
	read := func(change ...func(*MirrorRow)) MirrorRow {
		return *held(append([]func(*MirrorRow){func(row *MirrorRow) { row.ObservedAt = at(now) }}, change...)...)
	}
	for name, c := range map[string]struct {
		row           *MirrorRow
		reading       Record
		want          MirrorRow
		content, keep bool
	}{
		"seen for the first time": {nil, Record{ID: "1", Values: texts("phone", "1"), ModifiedAt: at(10).Add(time.Nanosecond)},
			MirrorRow{ID: "1", Data: texts("phone", "1"), ModifiedAt: at(10), ObservedAt: at(now)}, true, true},
		"seen for the first time, with neither values nor a time": {nil, Record{ID: "1"}, MirrorRow{ID: "1", Data: Values{}, ModifiedAt: UnknownTime, ObservedAt: at(now)}, true, true},
		"it came and went without us":                             {nil, Record{ID: "1", Deleted: true}, MirrorRow{}, false, false},
		"older":                                                   {held(), Record{ID: "1", Values: texts("phone", "2"), ModifiedAt: at(9)}, *held(), false, false},
		"equally old and equal":                                   {held(), Record{ID: "1", Values: texts("phone", "1"), ModifiedAt: at(10)}, read(), false, true},
		"equally old and different": {held(), Record{ID: "1", Values: texts("phone", "2"), ModifiedAt: at(10)},
			read(func(row *MirrorRow) { row.Data = texts("phone", "2", "title", "VIP") }), true, true},
		"newer": {held(), Record{ID: "1", Values: texts("phone", "2"), ModifiedAt: at(11)},
			read(func(row *MirrorRow) { row.Data, row.ModifiedAt = texts("phone", "2", "title", "VIP"), at(11) }), true, true},
		"newer and equal": {held(), Record{ID: "1", Values: texts("phone", "1"), ModifiedAt: at(11)}, read(func(row *MirrorRow) { row.ModifiedAt = at(11) }), false, true},
		"the vendor did not say when": {held(), Record{ID: "1", Values: texts("phone", "2")},
			read(func(row *MirrorRow) { row.Data = texts("phone", "2", "title", "VIP") }), true, true},
		"a field that was never read": {held(), Record{ID: "1", Values: Values{"fax": Blank}},
			read(func(row *MirrorRow) { row.Data = row.Data.With(Values{"fax": Blank}) }), true, true},
		"deleted": {held(), Record{ID: "1", Deleted: true}, read(func(row *MirrorRow) { row.DeletedAt = ptr(at(now)) }), true, true},
		"deleted by a merge": {held(), Record{ID: "1", Deleted: true, MergedInto: "2"},
			read(func(row *MirrorRow) { row.DeletedAt, row.MergedInto = ptr(at(now)), "2" }), true, true},
		"deleted still":                              {held(gone), Record{ID: "1", Deleted: true}, read(gone), false, true},
		"deleted, as it turns out by a merge":        {held(gone), Record{ID: "1", Deleted: true, MergedInto: "2"}, read(merged), true, true},
		"merged still":                               {held(merged), Record{ID: "1", Deleted: true, MergedInto: "2"}, read(merged), false, true},
		"merged, of which this reading says nothing": {held(merged), Record{ID: "1", Deleted: true}, read(merged), false, true},
		"older, read by its id soon after the row": {held(), Record{ID: "1", Values: texts("phone", "2"), ModifiedAt: at(9), ByID: true, AskedAt: at(12 + 600)},
			*held(), false, false},
		"older, listed long after the row":                     {held(), Record{ID: "1", Values: texts("phone", "2"), ModifiedAt: at(9), AskedAt: at(12 + 601)}, *held(), false, false},
		"older, read by its id at a time that does not matter": {held(), Record{ID: "1", Values: texts("phone", "2"), ModifiedAt: at(9), ByID: true}, *held(), false, false},
		"older, read by its id long after the row": {held(), Record{ID: "1", Values: texts("phone", "2"), ModifiedAt: at(9), ByID: true, AskedAt: at(12 + 601)},
			read(func(row *MirrorRow) { row.Data, row.ModifiedAt = texts("phone", "2", "title", "VIP"), at(9) }), true, true},
		"deleted in an older state, read by its id long after the row": {held(), Record{ID: "1", Deleted: true, ModifiedAt: at(9), ByID: true, AskedAt: at(12 + 601)},
			read(func(row *MirrorRow) { row.ModifiedAt, row.DeletedAt = at(9), ptr(at(now)) }), true, true},
		"restored": {held(merged), Record{ID: "1"}, read(), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			next, content, keep := c.row.Observe(c.reading, at(now))
			if diff := cmp.Diff(c.want, next, byText); diff != "" || content != c.content || keep != c.keep {
				t.Errorf("content %t, keep %t: %s", content, keep, diff)
			}
		})
	}
}

func TestAReadingThatCrossedTheRowsOwnIsDoubted(t *testing.T) {
	for name, c := range map[string]struct {
		row     *MirrorRow
		reading Record
		want    bool
	}{
		"never seen":                       {nil, Record{Values: texts("phone", "2"), ModifiedAt: at(10), AskedAt: at(11)}, false},
		"crossed, of one second":           {held(), Record{Values: texts("phone", "2"), ModifiedAt: at(10), AskedAt: at(11)}, true},
		"crossed, without a time":          {held(), Record{Values: texts("phone", "2"), AskedAt: at(11)}, true},
		"crossed, with nothing new":        {held(), Record{Values: texts("phone", "1"), ModifiedAt: at(10), AskedAt: at(11)}, false},
		"crossed, of a later change":       {held(), Record{Values: texts("phone", "2"), ModifiedAt: at(11), AskedAt: at(11)}, false},
		"crossed, of an earlier change":    {held(), Record{Values: texts("phone", "2"), ModifiedAt: at(9), AskedAt: at(11)}, false},
		"asked when the row had been read": {held(), Record{Values: texts("phone", "2"), ModifiedAt: at(10), AskedAt: at(12)}, false},
		"of which order does not matter":   {held(), Record{Values: texts("phone", "2"), ModifiedAt: at(10)}, false},
		"a deletion, crossed":              {held(), Record{Deleted: true, ModifiedAt: at(10), AskedAt: at(11)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.row.Doubts(c.reading); got != c.want {
				t.Errorf("doubted: %t", got)
			}
		})
	}
}

func TestAWriteIsInItsRowUnlessTheVendorShowedANewerState(t *testing.T) {
	const now = 20
	gone := func(row *MirrorRow) { row.DeletedAt, row.MergedInto = ptr(at(11)), "2" }
	of := func(op IntentOp, modified time.Time) IntentResult {
		return IntentResult{Intent: Intent{Op: op, Values: texts("phone", "2", "title", "Boss")}, Returned: texts("title", "boss", "fax", "3"), ModifiedAt: modified}
	}
	wrote := func(change ...func(*MirrorRow)) MirrorRow {
		return *held(append([]func(*MirrorRow){func(row *MirrorRow) {
			row.Data, row.ObservedAt = texts("phone", "2", "title", "boss", "fax", "3"), at(now)
		}}, change...)...)
	}
	for name, c := range map[string]struct {
		row    *MirrorRow
		result IntentResult
		want   MirrorRow
		ok     bool
	}{
		"created": {nil, of(OpCreate, at(15)), MirrorRow{ID: "1", Data: texts("phone", "2", "title", "boss", "fax", "3"), ModifiedAt: at(15), ObservedAt: at(now)}, true},
		"created, without a time": {nil, of(OpCreate, time.Time{}),
			MirrorRow{ID: "1", Data: texts("phone", "2", "title", "boss", "fax", "3"), ModifiedAt: UnknownTime, ObservedAt: at(now)}, true},
		"updated":                                   {held(), of(OpUpdate, at(15)), wrote(func(row *MirrorRow) { row.ModifiedAt = at(15) }), true},
		"updated within the second":                 {held(), of(OpUpdate, at(10)), wrote(), true},
		"updated, without a time":                   {held(), of(OpUpdate, time.Time{}), wrote(), true},
		"updated, and changed again by somebody":    {held(), of(OpUpdate, at(9)), *held(), false},
		"updated although it was deleted meanwhile": {held(gone), of(OpUpdate, at(15)), wrote(gone, func(row *MirrorRow) { row.ModifiedAt = at(15) }), true},
		"restored": {held(gone), of(OpRestore, at(15)), wrote(func(row *MirrorRow) { row.ModifiedAt = at(15) }), true},
	} {
		t.Run(name, func(t *testing.T) {
			next, ok := c.row.Written(c.result, "1", at(now))
			if diff := cmp.Diff(c.want, next, byText); diff != "" || ok != c.ok {
				t.Errorf("ok %t: %s", ok, diff)
			}
		})
	}
}
