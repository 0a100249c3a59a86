package models

import "time"

// Link ties a Desk record to its Salesforce counterpart. It is made when either is first seen, so
// its id exists before the counterpart does and can mark it. Each side's id stands in at most one
// link of its object.
//
//	      first seen                      matched, or created on the other side
//	(none) ────────▶ half link (one id) ─────────────────────────────────────▶ pair (both ids)
//	                     ▲   │ absorbed by the pair that its record joins          │
//	                     │   ▼                                                     │
//	                     │ (none)                                                  │
//	                     └──── two half links, each unlinked from the other's record ┘
//	                           the filter left a record out, and unlinks what it leaves out
type Link struct {
	ID           string     `gorm:"primaryKey" json:"id"`
	Object       SyncObject `json:"object"`
	DeskID       *string    `json:"deskId"`
	SalesforceID *string    `json:"salesforceId"`
	// BaseDesk and BaseSalesforce are the mapped values that both sides last agreed on, each in its
	// side's own form.
	BaseDesk       Values `json:"-"`
	BaseSalesforce Values `json:"-"`
	// MatchedBy is how the two were found to belong together; "" for a half link.
	MatchedBy MatchedBy `json:"matchedBy"`
	// Version is the compare-and-set number: every writer of the row checks and raises it.
	Version int64 `json:"-"`
	// Dirty says that either record may have changed since the link was last planned.
	Dirty bool `json:"-"`
	// PlanAfter defers planning (a parent that is being created, a back-off), by the database's
	// clock; nil for at once.
	PlanAfter *time.Time `json:"-"`
	// Cause is what made the link dirty: the run under which it is planned.
	Cause RunTrigger `json:"-"`
	// Resting are mapped fields that are left alone for a while.
	Resting Rests `json:"-"`
	// RetriedAt is when an admin last asked to try the link's failure again.
	RetriedAt *time.Time `json:"-"`
	// UnlinkedFrom is, in a half link, the record on the other side from which the filter unlinked
	// it; "" for none.
	UnlinkedFrom string     `gorm:"column:parted" json:"-"`
	SyncedAt     *time.Time `json:"syncedAt"`
	CreatedAt    time.Time  `json:"-"`
}

// MatchedBy is how the two records of a link were found to belong together.
// It is an alias, since the API hands it out as text.
type MatchedBy = string

// Ways to find a counterpart.
const (
	MatchedEmail   MatchedBy = "email"          // both had the email: contacts
	MatchedName    MatchedBy = "name"           // both had the name: accounts
	MatchedSecond  MatchedBy = "secondaryEmail" // one's second email was the other's email
	MatchedCreated MatchedBy = "created"        // the sync made the second one
	MatchedAdmin   MatchedBy = "admin"          // a person tied the two together
	// MatchedMark: the answer to its create was lost, and it carries the link's id; or it carries
	// the mark of an earlier installation, and one record alone has its name.
	MatchedMark MatchedBy = "mark"
	// MatchedValues: the answer to its create was lost, and it has the very values that were sent;
	// or one of the two has no match key, and name and values are nobody else's.
	MatchedValues MatchedBy = "values"
)

// MatchedByKey is how records of the object that share the match field's value are matched.
func MatchedByKey(object SyncObject) MatchedBy {
	if object == AccountObject {
		return MatchedName
	}
	return MatchedEmail
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

// Agree makes what a write was answered with both bases: on the written side what the vendor
// returned of the fields that were sent, or else what was sent; on the other side what that came
// from.
func (l *Link) Agree(in Intent, returned Values) {
	written := in.Values.Clone()
	for name, v := range returned {
		if _, sent := in.Values[name]; sent {
			written[name] = v
		}
	}
	l.SetBase(in.Side, l.Base(in.Side).With(written))
	l.SetBase(in.Side.Other(), l.Base(in.Side.Other()).With(in.Source))
}

// Unlink takes a whole link apart: it stays Salesforce's, and Desk's record gets the half link that
// is returned, under the new id. Each remembers the other's record, so that neither is made a
// second time on the other side, and its own base, should they come together again.
func (l *Link) Unlink(newID string, now time.Time) Link {
	desk := Link{
		ID: newID, Object: l.Object, DeskID: l.DeskID, BaseDesk: l.BaseDesk, UnlinkedFrom: l.RecordID(Salesforce),
		CreatedAt: now, Cause: l.Cause,
	}
	l.UnlinkedFrom = l.RecordID(Desk)
	l.DeskID, l.BaseDesk, l.MatchedBy, l.SyncedAt, l.Dirty = nil, nil, "", nil, false
	return desk
}

// Whole tells whether both records are known.
func (l *Link) Whole() bool { return l.DeskID != nil && l.SalesforceID != nil }

// LinkState is a link with both mirror rows, as the planner reads it. A row is nil where nothing
// was seen yet.
type LinkState struct {
	Link
	Desk       *MirrorRow
	Salesforce *MirrorRow
	// ParentIDs are, per side, the id on that side of the linked account of this contact's account
	// *on the other side*: what a reference to the parent converts to. Empty where the parent is
	// not linked (yet).
	ParentOnDesk       string
	ParentOnSalesforce string
	// ParentFailed tells that waiting for the parent would be in vain: its own sync failed, it is
	// left out, it or its counterpart is deleted, or it is nowhere to be seen.
	ParentFailed bool
}

// Row is the side's mirror row.
func (s *LinkState) Row(side Side) *MirrorRow {
	if side == Desk {
		return s.Desk
	}
	return s.Salesforce
}

// HalfSide is the side whose record a half link knows.
func (s *LinkState) HalfSide() Side {
	if s.DeskID != nil {
		return Desk
	}
	return Salesforce
}

// ShownName is how people know the record; nil when neither row has a name.
func (s *LinkState) ShownName() *string {
	for _, row := range []*MirrorRow{s.Salesforce, s.Desk} {
		if row != nil && row.Name != "" {
			return &row.Name
		}
	}
	return nil
}

// MatchKey is the match key of the link's record on the side; "" for none.
func (s *LinkState) MatchKey(side Side) string {
	if row := s.Row(side); row != nil {
		return row.MatchKey
	}
	return ""
}

// unseenParentWait is how long a contact waits for an account that was never seen. An event about
// the contact may come before the account's; a poll reads accounts first.
const unseenParentWait = 2 * time.Minute

// Parent is what is known of a contact's account on one side.
type Parent struct {
	Seen        bool   // the account has a link
	Counterpart string // its id on the other side; "" for none
	Settled     bool   // nothing is under way for it
	Away        bool   // its counterpart is deleted: nothing can refer to it
}

// SetParent sets what a reference to the account that the contact has on a side converts to. now is
// the database's time, by which waits end.
func (s *LinkState) SetParent(side Side, p Parent, now time.Time) {
	leftOut := p.Seen && p.Counterpart == "" && p.Settled
	nowhere := !p.Seen && now.Sub(s.CreatedAt) > unseenParentWait
	s.ParentFailed = s.ParentFailed || leftOut || nowhere || p.Away
	if p.Away {
		p.Counterpart = ""
	}
	if side == Salesforce {
		s.ParentOnDesk = p.Counterpart
	} else {
		s.ParentOnSalesforce = p.Counterpart
	}
}

// ParentOn is the id on the side of the account that a reference to the parent converts to; ""
// where it is not linked.
func (s *LinkState) ParentOn(side Side) string {
	if side == Desk {
		return s.ParentOnDesk
	}
	return s.ParentOnSalesforce
}

// SurvivorAfterDelete tells whether a pair has lost one of its records to deletion, and which
// side's is left. Such a record may be paired anew.
func (s *LinkState) SurvivorAfterDelete() (survivor Side, lost bool) {
	if !s.Whole() || s.Desk == nil || s.Salesforce == nil {
		return "", false
	}
	for _, side := range Sides {
		if gone, left := s.Row(side.Other()), s.Row(side); gone.DeletedAt != nil && gone.MergedInto == "" &&
			left.DeletedAt == nil {
			return side, true
		}
	}
	return "", false
}

// AlreadyMapped is the failure of a record whose counterpart by the match field is linked to
// another record.
func AlreadyMapped(side Side, object SyncObject) *Error {
	field := object.MatchField(side)
	err := Errorf(
		CodeAlreadyMapped, "the %s %s with the same %s is already mapped to another record", side.Other().Name(),
		object.Singular(), field,
	)
	err.Fields = []string{field}
	return err
}
