package compare

import (
	"fmt"
	"time"

	"sidelight/models"
	"sidelight/sync/plan"
)

// samples is how many records a report names for each reason.
const samples = 5

// report is the part of a report about one object, while it is being made.
type report struct {
	models.DriftObject
	at map[reasonKey]int
	// vanished are the records of which a side says nothing any more; gone counts those of them
	// that no admin has let pass, and back those that are older than they were.
	vanished   map[models.Side]map[string]bool
	gone, back map[models.Side]int
	accepted   *time.Time
}

// newReport begins the part about one object. What was gone without a trace before accepted, an
// admin has let pass.
func newReport(object models.SyncObject, accepted *time.Time) report {
	return report{DriftObject: models.DriftObject{Object: object}, at: map[reasonKey]int{}, gone: map[models.Side]int{}, back: map[models.Side]int{}, accepted: accepted,
		vanished: map[models.Side]map[string]bool{models.Desk: {}, models.Salesforce: {}}}
}

// older tells whether a record that was just read is older than its mirror and differs from it: the
// side went back, or its stamps do.
func (d *report) older(side models.Side, row *models.MirrorRow, r models.Record) bool {
	if row == nil || r.Deleted || r.ModifiedAt.IsZero() || !row.ModifiedAt.After(r.ModifiedAt) || row.DeletedAt == nil && len(differing(row.Data, r.Values)) == 0 {
		return false
	}
	if row.DeletedAt == nil {
		d.back[side]++
	}
	return true
}

func (d *report) vanish(side models.Side, id string, row *models.MirrorRow) {
	d.vanished[side][id] = true
	if models.LostSince(row, d.accepted) {
		d.gone[side]++
	}
}

// vanishedOf tells whether a side says nothing any more of one of the link's records.
func (d *report) vanishedOf(s *models.LinkState) bool {
	for _, side := range models.Sides {
		if d.vanished[side][s.RecordID(side)] {
			return true
		}
	}
	return false
}

type reasonKey struct {
	reason models.DriftReason
	side   models.Side
}

func (d *report) records(side models.Side, n int) {
	if side == models.Desk {
		d.DeskRecords += n
	} else {
		d.SalesforceRecords += n
	}
}

// note counts a record under its reason, and keeps the first few as samples.
func (d *report) note(reason models.DriftReason, side models.Side, sample models.DriftSample) {
	key := reasonKey{reason, side}
	i, known := d.at[key]
	if !known {
		i = len(d.Differences)
		d.at[key] = i
		diff := models.DriftDifference{Reason: reason, Message: messages[reason]}
		switch {
		case side != "":
			diff.Side = &side
			diff.Message = fmt.Sprintf(diff.Message, side.Name())
		case reason == models.DriftVanished:
			diff.Message = "A side says nothing any more of one of the two."
		}
		d.Differences = append(d.Differences, diff)
	}
	d.Differences[i].Count++
	if len(d.Differences[i].Samples) < samples {
		d.Differences[i].Samples = append(d.Differences[i].Samples, sample)
	}
}

// messages say what each reason means. Those that are found on one side name it.
var messages = map[models.DriftReason]string{
	models.DriftMissed:        "%s had changed these without Sidelight noticing. They are taken over now.",
	models.DriftVanished:      "%s no longer lists these and says nothing of what became of them. Nothing was done: if they are gone, delete or merge their counterparts yourself.",
	models.DriftDeleted:       "One of the two stands in a recycle bin, and the other was not changed since.",
	models.DriftWaiting:       "A change is on its way.",
	models.DriftFailed:        "The failure log says why these are not equal.",
	models.DriftOutside:       "These are outside the filter, or not synced for what they are: spam, or a person account.",
	models.DriftKeptApart:     "Both sides' values are known and kept: a rule, the direction or a vendor's own way of writing keeps them unlike.",
	models.DriftUnexplained:   "Nothing accounted for these. They are planned again now.",
	models.DriftNoCounterpart: "These stand alone: the direction or the delete policy keeps them from having a counterpart.",
}

// account puts a link into the report.
func (d *report) account(s *models.LinkState, a plan.Account) {
	if a.Pair {
		d.Pairs++
	}
	if a.Equal {
		d.Equal++
	}
	if a.Alone {
		d.Alone++
	}
	if a.Reason != "" {
		d.note(a.Reason, "", models.DriftSample{RecordName: s.ShownName(), DeskID: s.DeskID, SalesforceID: s.SalesforceID, Fields: a.Fields})
	}
}

func sampleOf(side models.Side, id string, row *models.MirrorRow, fields []string) models.DriftSample {
	s := models.DriftSample{Fields: fields}
	if side == models.Desk {
		s.DeskID = &id
	} else {
		s.SalesforceID = &id
	}
	if row != nil && row.Name != "" {
		s.RecordName = &row.Name
	}
	return s
}
