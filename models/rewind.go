package models

import "time"

const (
	// stampSlack is by how much a stamp may be older than the mirror's without meaning anything:
	// vendors keep whole seconds, and say milliseconds in some answers.
	stampSlack = 2 * time.Second
	// minGone is how many records must be gone without a trace to mean more than that a few were
	// merged or purged by hand.
	minGone = 5
)

// Rewound tells by records of one side that were read again whether the side went back in time:
// CodeWentBack where some are older than they were, CodeGoneWithoutTrace where most are only gone,
// and "" where neither is so. rows are what the mirror holds of them. A vendor's stamps only grow,
// and what somebody deletes stands in a recycle bin first, so that the vendor still knows it.
//
// A merge or a purge leaves no trace either. An earlier state has lost exactly what was made after
// it, so a record that is gone counts only when its stamp is at least as new as those of all
// records that are still as they were. What an admin has let pass before accepted does not count.
func Rewound(rows []MirrorRow, read []Record, accepted *time.Time) Code {
	held := make(map[string]Record, len(read))
	for _, r := range read {
		held[r.ID] = r
	}
	var asWas time.Time // the newest stamp of a record that is as it was
	older := 0
	for i := range rows {
		r, ok := held[rows[i].ID]
		if !ok || r.Deleted || r.ModifiedAt.IsZero() {
			continue
		}
		switch {
		case rows[i].ShownOlder(r):
			older++
		case r.ModifiedAt.Sub(rows[i].ModifiedAt) <= stampSlack && r.ModifiedAt.After(asWas):
			asWas = r.ModifiedAt
		}
	}
	gone := 0
	for i := range rows {
		if _, ok := held[rows[i].ID]; !ok && !rows[i].ModifiedAt.Before(asWas.Add(-stampSlack)) && LostSince(&rows[i], accepted) {
			gone++
		}
	}
	switch {
	case 2*(older+gone) <= len(rows):
		return ""
	case older > 0:
		return CodeWentBack
	case gone >= minGone:
		return CodeGoneWithoutTrace
	}
	return ""
}

// LostSince tells whether a record that is gone without a trace was still changed after an admin
// last let records pass that were gone.
func LostSince(row *MirrorRow, accepted *time.Time) bool {
	return accepted == nil || row != nil && row.ModifiedAt.After(*accepted)
}

// ShownOlder tells whether a reading is of an earlier change than the row, by more than what the
// precision of vendors' stamps explains.
func (row *MirrorRow) ShownOlder(r Record) bool {
	return !r.ModifiedAt.IsZero() && row.ModifiedAt.Sub(r.ModifiedAt) > stampSlack
}
