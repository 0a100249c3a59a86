package models

import (
	"slices"
	"time"
)

// Selection is what the caller may and wants to see of a customer: nothing else is read.
type Selection struct {
	Contact       bool // the Contact object is wanted and allowed
	Account       bool
	ContactFields Sources // vendor fields of the contact's mirrors
	AccountFields Sources
	// WholeContact and WholeAccount tell that nothing of the object is closed to the caller: its
	// mirrors' values may be read whole, and the fields that are wanted taken out here.
	WholeContact bool
	WholeAccount bool

	// Sections are the related sections wanted and allowed of the contact, AccountSections those of
	// the account.
	Sections        []Need
	AccountSections []Need
	// Pages are the first pages that are shown of those sections; other pages are asked for by
	// themselves.
	Pages []SectionWanted
	// Parent tells that the contact's account may be known: its opportunities are shown with the
	// contact's.
	Parent bool
	// ContactClosed is for a caller who may not know of contacts: the card is its account's, or
	// nobody's.
	ContactClosed bool
	// Hidden are fields of related records, Type.field, that are neither asked of Salesforce nor
	// read.
	Hidden []string
}

// RelatedQuery asks for the stored related records of a contact, of an account, or of both. Ids are
// Salesforce's.
type RelatedQuery struct {
	ContactID string
	AccountID string
	Open      *bool
	First     int
	After     string
	Total     bool
	Hidden    []string // fields, Type.field, that are neither read nor ordered by
}

// OpportunitySum is what the stored opportunities of a customer are worth in one currency.
type OpportunitySum struct {
	Count    int
	Amount   *Decimal
	Currency *string // nil where the organization has one currency
}

// ObserveResult counts what an observation did.
type ObserveResult struct {
	Seen    int
	Changed int
	New     int
	// OldestChange is the vendor's time of the oldest of the changed records; zero without any.
	OldestChange time.Time
	// Doubtful are records of which something else was stored after they were asked for, and that
	// are no newer by the vendor's stamp: nobody can tell which reading is the later one. Where
	// there are some, nothing was stored.
	Doubtful []string
	// Outdated are records of which the row holds a later state than the reading: it was not
	// stored.
	Outdated []string
}

// SectionPage asks for the first page of a section of a card. What its query says of a later page,
// or of a total, is not looked at.
type SectionPage struct {
	Section Need
	Query   RelatedQuery
}

// CardRead asks, in one go, how fresh sections of customers are, when the sides were polled last,
// and for first pages.
type CardRead struct {
	CustomerIDs []string // Salesforce contacts and accounts
	Sections    []Need   // whose states are wanted, also as they are named without hidden fields
	Pages       []SectionPage
}

// CardAnswer answers a CardRead. Of the pages, each has its rows in the slice of its section, at
// its own place; the other slices have none there.
type CardAnswer struct {
	States map[string]map[Need]RelatedState // as RelatedStates
	// Polled is when each side was last asked for changes of all its objects; one that was not yet
	// is absent.
	Polled        map[Side]time.Time
	Opportunities []Slice[Opportunity]
	Notes         []Slice[Note]
	Events        []Slice[Event]
	Tasks         []Slice[Task]
}

// CardFound is a card as it is stored: the head, what was asked for besides, and the answer to
// that. Neither a contact nor an account: nobody's.
type CardFound struct {
	Contact *Contact
	Account *Account
	Read    CardRead
	Answer  CardAnswer
}

// SectionWanted is the first page of a section that a card shows: the contact's, or the account's.
type SectionWanted struct {
	Section   Need
	OfAccount bool
	First     int
	Open      *bool
}

// SectionsRead are first pages that were read together with the head of the card on which they
// stand. Nil has none.
type SectionsRead struct {
	Pages  []SectionPage
	Answer CardAnswer
}

// place is where the answer to a query stands; -1 for one that was not read.
func (r *SectionsRead) place(section Need, q RelatedQuery) int {
	if r == nil || q.After != "" || q.Total {
		return -1
	}
	return slices.IndexFunc(r.Pages, func(p SectionPage) bool {
		of := p.Query
		return p.Section == section && of.ContactID == q.ContactID && of.AccountID == q.AccountID && of.First == q.First &&
			slices.Equal(of.Hidden, q.Hidden) && (of.Open == nil) == (q.Open == nil) && (of.Open == nil || *of.Open == *q.Open)
	})
}

// Opportunities answers a query that was read already.
func (r *SectionsRead) Opportunities(q RelatedQuery) (s Slice[Opportunity], ok bool) {
	if i := r.place(NeedOpportunities, q); i >= 0 {
		return r.Answer.Opportunities[i], true
	}
	return s, false
}

// Notes answers a query that was read already.
func (r *SectionsRead) Notes(q RelatedQuery) (s Slice[Note], ok bool) {
	if i := r.place(NeedNotes, q); i >= 0 {
		return r.Answer.Notes[i], true
	}
	return s, false
}

// Events answers a query that was read already.
func (r *SectionsRead) Events(q RelatedQuery) (s Slice[Event], ok bool) {
	if i := r.place(NeedEvents, q); i >= 0 {
		return r.Answer.Events[i], true
	}
	return s, false
}

// Tasks answers a query that was read already.
func (r *SectionsRead) Tasks(q RelatedQuery) (s Slice[Task], ok bool) {
	if i := r.place(NeedTasks, q); i >= 0 {
		return r.Answer.Tasks[i], true
	}
	return s, false
}
