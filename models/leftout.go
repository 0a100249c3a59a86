package models

// personField says of a Salesforce account and of a contact whether it is half of a person account:
// an account and a contact in one.
const personField = "IsPersonAccount"

// KindFields are the fields of a side that say what kind of record one of the object is: whether it
// is synced at all, and as what.
func (o SyncObject) KindFields(side Side) []string {
	switch {
	case side == Salesforce:
		return []string{personField}
	case o == ContactObject:
		return []string{"isAnonymous", "isSpam"}
	}
	return nil
}

// LeavesOut tells whether a side's record is left out of the sync, whatever the filter says:
// nothing is made of it, and a counterpart that it has rests. Those are Desk's contacts that are
// spam, or visitors who do not say who they are, and Salesforce's accounts that are people: their
// contacts are synced. A field that was not read leaves nothing out.
func (o SyncObject) LeavesOut(side Side, record Values) bool {
	if (o == ContactObject) != (side == Desk) {
		return false
	}
	for _, name := range o.KindFields(side) {
		if record[name].String() == "true" {
			return true
		}
	}
	return false
}

// IsPerson tells whether a Salesforce contact is half of a person account. Its account is no
// account in Desk, and cannot be changed.
func (s *LinkState) IsPerson() bool {
	return s.Object == ContactObject && s.Salesforce != nil && s.Salesforce.Data[personField].String() == "true"
}
