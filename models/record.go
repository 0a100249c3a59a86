package models

import "time"

// Record is what a vendor says of one of its records, as of ModifiedAt.
type Record struct {
	Side   Side
	Object SyncObject
	ID     string // Salesforce: always 18 characters; Desk: digits
	Values Values // only the fields that were asked for; a field that is absent was not read
	// ModifiedAt is the vendor's own time of the last change (Salesforce SystemModstamp, Desk modifiedTime): the only
	// clock that decides order. Zero when the vendor did not say.
	ModifiedAt time.Time
	// Deleted is positive evidence of a deletion (recycle bin, deleted feed, IsDeleted). Never inferred from absence.
	Deleted bool
	// MergedInto is the surviving record's id where the vendor says that this one lost a merge.
	MergedInto string
	// AskedAt is when the vendor was asked, by our clock. Zero where it does not matter which of two readings was the later one.
	AskedAt time.Time
	// ByUs tells that the vendor attributes the last change to this integration (sourceId, changeOrigin, commitUser).
	ByUs bool
}

// MirrorRow is a record as it is kept here: one row of desk_contacts, desk_accounts, salesforce_contacts or
// salesforce_accounts. Data is the whole record as last seen.
type MirrorRow struct {
	ID         string `gorm:"primaryKey"`
	Name       string // shown name, for search and order
	MatchKey   string // MatchKey of the match field; "" matches nothing
	ParentID   string // the account's id on the same side; "" for none
	Data       Values
	ModifiedAt time.Time // the vendor's time
	ObservedAt time.Time // ours, for freshness and for doubt, never for order
	DeletedAt  *time.Time
	MergedInto string
}
