package models

import "time"

// Link ties a Desk record to its Salesforce counterpart. It is made when either is first seen, so its id exists before
// the counterpart does and can mark it (DESIGN.md 3, "Creating without duplicates"). Until both ids are known it is a
// half link. Each side's id stands in at most one link of its object.
type Link struct {
	ID           string     `gorm:"primaryKey" json:"id"`
	Object       SyncObject `json:"object"`
	DeskID       *string    `json:"deskId"`
	SalesforceID *string    `json:"salesforceId"`
	// BaseDesk and BaseSalesforce are the mapped values that both sides last agreed on, each in its side's own form.
	BaseDesk       Values `json:"-"`
	BaseSalesforce Values `json:"-"`
	MatchedBy      string `json:"matchedBy"` // email, name, created, mark, values; "" for a half link
	// Version is the compare-and-set number: every writer of the row checks and raises it.
	Version int64 `json:"-"`
	// Dirty says that either record may have changed since the link was last planned.
	Dirty bool `json:"-"`
	// PlanAfter defers planning (a parent that is being created, a back-off), by the database's clock; nil for at once.
	PlanAfter *time.Time `json:"-"`
	// Cause is what made the link dirty: the run under which it is planned.
	Cause RunTrigger `json:"-"`
	// Resting are mapped fields, by the mapping's names, that are left alone because a vendor's automation rewrites them; a retry ends it.
	Resting Strings `json:"-"`
	// RetriedAt is when an admin last asked to try the link's failure again.
	RetriedAt *time.Time `json:"-"`
	// Parted is, in a half link, the record on the other side from which the filter parted it; "" for none.
	Parted    string     `json:"-"`
	SyncedAt  *time.Time `json:"syncedAt"`
	CreatedAt time.Time  `json:"-"`
}

// RecordID is the id of the side's record, "" when unknown.
func (l *Link) RecordID(side Side) string {
	p := l.SalesforceID
	if side == Desk {
		p = l.DeskID
	}
	if p == nil {
		return ""
	}
	return *p
}

// SetRecordID sets the side's id; "" clears it.
func (l *Link) SetRecordID(side Side, id string) {
	var p *string
	if id != "" {
		p = &id
	}
	if side == Desk {
		l.DeskID = p
	} else {
		l.SalesforceID = p
	}
}

// Base is the side's base.
func (l *Link) Base(side Side) Values {
	if side == Desk {
		return l.BaseDesk
	}
	return l.BaseSalesforce
}

// SetBase replaces the side's base.
func (l *Link) SetBase(side Side, v Values) {
	if side == Desk {
		l.BaseDesk = v
	} else {
		l.BaseSalesforce = v
	}
}

// Whole tells whether both records are known.
func (l *Link) Whole() bool { return l.DeskID != nil && l.SalesforceID != nil }

// LinkState is a link with both mirror rows, as the planner reads it. A row is nil where nothing was seen yet.
type LinkState struct {
	Link
	Desk       *MirrorRow
	Salesforce *MirrorRow
	// ParentIDs are, per side, the id on that side of the linked account of this contact's account *on the other side*:
	// what a reference to the parent converts to. Empty where the parent is not linked (yet).
	ParentOnDesk       string
	ParentOnSalesforce string
	// ParentFailed tells that waiting for the parent would be in vain: its own sync failed, it is left out, it or its counterpart is deleted, or it
	// is nowhere to be seen.
	ParentFailed bool
}

// Row is the side's mirror row.
func (s *LinkState) Row(side Side) *MirrorRow {
	if side == Desk {
		return s.Desk
	}
	return s.Salesforce
}
