package models

// Selection is what the caller may and wants to see of a customer: nothing else is read.
type Selection struct {
	Contact       bool // the Contact object is wanted and allowed
	Account       bool
	ContactFields Sources // vendor fields of the contact's mirrors
	AccountFields Sources

	// Sections are the related sections wanted and allowed of the contact, AccountSections those of the account.
	Sections        []Need
	AccountSections []Need
	// Parent tells that the contact's account may be known: its opportunities are shown with the contact's.
	Parent bool
	// Hidden are fields of related records, Type.field, that are neither asked of Salesforce nor read.
	Hidden []string
}

// RelatedQuery asks for the stored related records of a contact, of an account, or of both. Ids are Salesforce's.
type RelatedQuery struct {
	ContactID string
	AccountID string
	Open      *bool
	First     int
	After     string
	Total     bool
	Hidden    []string // fields, Type.field, that are neither read nor ordered by
}

// ObserveResult counts what an observation did.
type ObserveResult struct {
	Seen    int
	Changed int
	New     int
	// Doubtful are records of which something else was stored after they were asked for, and that are no newer by the vendor's stamp: nobody can tell which reading
	// is the later one. Where there are some, nothing was stored.
	Doubtful []string
}
