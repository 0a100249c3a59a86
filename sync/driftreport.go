package sync

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"sidelight/models"
)

// driftObject is a report that is being made.
type driftObject struct {
	models.DriftObject
	at map[driftKey]int
}

type driftKey struct {
	reason models.DriftReason
	side   models.Side
}

func (d *driftObject) records(side models.Side, n int) {
	if side == models.Desk {
		d.DeskRecords += n
	} else {
		d.SalesforceRecords += n
	}
}

// note counts a record under its reason, and keeps the first few as samples.
func (d *driftObject) note(reason models.DriftReason, side models.Side, sample models.DriftSample) {
	key := driftKey{reason, side}
	i, known := d.at[key]
	if !known {
		i = len(d.Differences)
		d.at[key] = i
		diff := models.DriftDifference{Reason: reason, Message: driftMessages[reason]}
		if side != "" {
			diff.Side = &side
			diff.Message = fmt.Sprintf(diff.Message, side.Name())
		}
		d.Differences = append(d.Differences, diff)
	}
	d.Differences[i].Count++
	if len(d.Differences[i].Samples) < driftSamples {
		d.Differences[i].Samples = append(d.Differences[i].Samples, sample)
	}
}

// driftMessages say what each reason means. Those that are found on one side name it.
var driftMessages = map[models.DriftReason]string{
	models.DriftMissed:        "%s had changed these without Sidelight noticing. They are taken over now.",
	models.DriftVanished:      "%s no longer lists these and says nothing of what became of them. Nothing was done: if they are gone, delete or merge their counterparts yourself.",
	models.DriftDeleted:       "One of the two stands in a recycle bin, and the other was not changed since.",
	models.DriftWaiting:       "A change is on its way.",
	models.DriftFailed:        "The failure log says why these are not equal.",
	models.DriftOutside:       "The filter leaves these alone.",
	models.DriftKeptApart:     "Both sides' values are known and kept: a rule, the direction or a vendor's own way of writing keeps them unlike.",
	models.DriftUnexplained:   "Nothing accounted for these. They are planned again now.",
	models.DriftNoCounterpart: "These stand alone: the direction or the delete policy keeps them from having a counterpart.",
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

// only are the values of data whose fields were seen.
func only(data, seen models.Values) models.Values {
	out := make(models.Values, len(seen))
	for name := range seen {
		if v, held := data[name]; held {
			out[name] = v
		}
	}
	return out
}

func differing(data, seen models.Values) []string {
	var out []string
	for name, v := range seen {
		if was, held := data[name]; !held || was != v {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// span is a range of records as one figure: how many, and the sum of their hashes.
type span struct {
	count int
	sum   uint64
}

func (s *span) add(id string, at time.Time, values models.Values) {
	s.count++
	s.sum += hashOf(id, at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano))
	for name, v := range values {
		s.sum += hashOf(id, name, v.String())
	}
}

func hashOf(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// fingerprints is a set of ids in eight bytes each.
type fingerprints struct{ list []uint64 }

func (f *fingerprints) add(id string) { f.list = append(f.list, hashOf(id)) }
func (f *fingerprints) sort()         { slices.Sort(f.list) }
func (f *fingerprints) has(id string) bool {
	_, found := slices.BinarySearch(f.list, hashOf(id))
	return found
}
