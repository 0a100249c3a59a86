package models

// Side is one of the two vendors.
type Side string

// The two sides, named as in the API.
const (
	Desk       Side = "DESK"
	Salesforce Side = "SALESFORCE"
)

// Sides lists both sides, in the order in which they are shown.
var Sides = []Side{Desk, Salesforce}

// Other is the opposite side.
func (s Side) Other() Side {
	if s == Desk {
		return Salesforce
	}
	return Desk
}

// Name is the side as people call it.
func (s Side) Name() string {
	if s == Desk {
		return "Zoho Desk"
	}
	return "Salesforce"
}

// SyncObject is a kind of record that is kept the same on both sides.
type SyncObject string

// The synced objects, named as in the API.
const (
	ContactObject SyncObject = "CONTACT"
	AccountObject SyncObject = "ACCOUNT"
)

// SyncObjects lists the objects parents first: an account exists before its contacts do.
var SyncObjects = []SyncObject{AccountObject, ContactObject}

// Singular is the object as people call one.
func (o SyncObject) Singular() string {
	if o == AccountObject {
		return "account"
	}
	return "contact"
}

// ParentField is the field of a contact that refers to its account, "" for objects without a
// parent.
func (o SyncObject) ParentField(side Side) string {
	switch {
	case o != ContactObject:
		return ""
	case side == Desk:
		return "accountId"
	default:
		return "AccountId"
	}
}

// MatchField is the field by which records of the object are matched: email for contacts, name for
// accounts.
func (o SyncObject) MatchField(side Side) string {
	switch {
	case o == ContactObject && side == Desk:
		return "email"
	case o == ContactObject:
		return "Email"
	case side == Desk:
		return "accountName"
	default:
		return "Name"
	}
}

// SecondField is a further field by which people know a record: Desk's second email of a contact;
// "" where there is none.
func (o SyncObject) SecondField(side Side) string {
	if o == ContactObject && side == Desk {
		return "secondaryEmail"
	}
	return ""
}

// NameField is the one field without which neither vendor takes a record of the object: the last
// name, or the account's name.
func (o SyncObject) NameField(side Side) string {
	switch {
	case o == AccountObject:
		return o.MatchField(side)
	case side == Desk:
		return "lastName"
	default:
		return "LastName"
	}
}
