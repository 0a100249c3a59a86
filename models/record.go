package models

import "time"

// Record is what a vendor says of one of its records, as of ModifiedAt.
type Record struct {
	Side   Side
	Object SyncObject
	ID     string // Salesforce: always 18 characters; Desk: digits
	Values Values // only the fields that were asked for; a field that is absent was not read
	// ModifiedAt is the vendor's own time of the last change (Salesforce SystemModstamp, Desk
	// modifiedTime): the only clock that decides order. Zero when the vendor did not say.
	ModifiedAt time.Time
	// Deleted is positive evidence of a deletion (recycle bin, deleted feed, IsDeleted). Never
	// inferred from absence.
	Deleted bool
	// MergedInto is the surviving record's id where the vendor says that this one lost a merge.
	MergedInto string
	// AskedAt is when the vendor was asked, by our clock. Zero where it does not matter which of
	// two readings was the later one.
	AskedAt time.Time
	// ByID tells that the record was read by its id: what is told is what the vendor holds, and not
	// what a list or an index still shows.
	ByID bool
	// ByUs tells that the vendor attributes the last change to this integration (sourceId,
	// changeOrigin, commitUser).
	ByUs bool
}

// MirrorRow is a record as it is kept here: one row of desk_contacts, desk_accounts,
// salesforce_contacts or salesforce_accounts. Data is the whole record as last seen.
type MirrorRow struct {
	ID         string `gorm:"primaryKey"`
	Name       string // shown name, for search and order
	MatchKey   string // MatchKey of the match field; "" matches nothing
	SecondKey  string // MatchKey of the second match field; "" for none
	ParentID   string // the account's id on the same side; "" for none
	Data       Values
	ModifiedAt time.Time // the vendor's time
	ObservedAt time.Time // ours, for freshness and for doubt, never for order
	DeletedAt  *time.Time
	MergedInto string
}

// UnknownTime stands in a mirror row for a vendor's time that is not known: MySQL has no zero time.
var UnknownTime = time.Unix(0, 0).UTC()

// orUnknown is a vendor's time as a mirror row holds it: to the microsecond, which the databases
// keep.
func orUnknown(t time.Time) time.Time {
	if t.IsZero() {
		return UnknownTime
	}
	return t.UTC().Truncate(time.Microsecond)
}

// LatestReadings keeps the newest of several readings of one record; a deletion goes before an
// equally old life sign. Readings without an id are left out.
func LatestReadings(records []Record) []Record {
	at := make(map[string]int, len(records))
	var out []Record
	for _, r := range records {
		if r.ID == "" {
			continue
		}
		i, seen := at[r.ID]
		switch {
		case !seen:
			at[r.ID] = len(out)
			out = append(out, r)
		case r.ModifiedAt.After(out[i].ModifiedAt) || (r.ModifiedAt.Equal(out[i].ModifiedAt) && !out[i].Deleted):
			out[i] = r
		}
	}
	return out
}

// Observe is the row after a reading, made at the time now by our clock; a nil row is a record that
// was never seen. What is newer than the row, or equally old, replaces the values that were read
// (invariant E20), and so does what is older since a backup was restored. content tells that
// something the sync cares about changed, keep that the row is to be stored. The columns that are
// taken from the values are left as they were.
func (row *MirrorRow) Observe(r Record, now time.Time) (next MirrorRow, content, keep bool) {
	switch {
	case row == nil && r.Deleted:
		return MirrorRow{}, false, false // it came and went without us
	case row == nil:
		return MirrorRow{ID: r.ID, Data: Values{}.With(r.Values), ModifiedAt: orUnknown(r.ModifiedAt), ObservedAt: now},
			true, true
	case row.newerThan(r.ModifiedAt) && !row.restoredSince(r):
		return *row, false, false
	}
	next = *row
	next.ObservedAt = now
	if !r.ModifiedAt.IsZero() {
		next.ModifiedAt = orUnknown(r.ModifiedAt)
	}
	next.Data = row.Data.With(r.Values)
	content = row.Data.differ(r.Values) || r.Deleted != (row.DeletedAt != nil) ||
		(r.MergedInto != "" && r.MergedInto != row.MergedInto)
	switch {
	case !r.Deleted:
		next.DeletedAt, next.MergedInto = nil, ""
	case row.DeletedAt == nil:
		next.DeletedAt, next.MergedInto = &now, r.MergedInto
	case r.MergedInto != "":
		next.MergedInto = r.MergedInto
	}
	return next, content, true
}

// Doubts tells whether the reading may have been made before what the row holds, and the vendor's
// stamp does not tell (invariant E20). A reading that would change nothing is not doubtful.
func (row *MirrorRow) Doubts(r Record) bool {
	if row == nil || r.AskedAt.IsZero() || !row.ObservedAt.After(r.AskedAt) {
		return false
	}
	if !r.ModifiedAt.IsZero() && !orUnknown(r.ModifiedAt).Equal(row.ModifiedAt) {
		return false
	}
	_, content, _ := row.Observe(r, row.ObservedAt)
	return content
}

// Written is the row after a write of ours was answered at the time now by our clock; a nil row is
// a record that was never seen. ok is false when the vendor showed a newer state meanwhile: then
// the row stays as it is.
func (row *MirrorRow) Written(r IntentResult, id string, now time.Time) (next MirrorRow, ok bool) {
	if row == nil {
		row = &MirrorRow{ID: id, ModifiedAt: UnknownTime}
	}
	if row.newerThan(r.ModifiedAt) {
		return *row, false
	}
	next = *row
	next.Data = row.Data.With(r.Intent.Values).With(r.Returned)
	if !r.ModifiedAt.IsZero() {
		next.ModifiedAt = orUnknown(r.ModifiedAt)
	}
	next.ObservedAt = now
	if r.Intent.Op != OpUpdate {
		next.DeletedAt, next.MergedInto = nil, ""
	}
	return next, true
}

// newerThan tells whether the row is of a later change than the vendor's time. A time that is not
// known is taken for the latest.
func (row *MirrorRow) newerThan(t time.Time) bool {
	return !t.IsZero() && orUnknown(t).Before(row.ModifiedAt)
}

// copyLag is by how much a copy of a vendor's records may lag behind: a record that was read by its
// id longer than that after the row was, and is older than the row, went back in time.
const copyLag = 10 * time.Minute

// restoredSince tells whether an older reading shows that the vendor's record is older than it was,
// as after a restored backup, and not a copy that lags behind.
func (row *MirrorRow) restoredSince(r Record) bool {
	return r.ByID && r.AskedAt.Sub(row.ObservedAt) > copyLag
}

// differ tells whether one of the values that were read is not what is held, or was never read.
func (v Values) differ(read Values) bool {
	for name, now := range read {
		if held, known := v[name]; !known || held != now {
			return true
		}
	}
	return false
}
