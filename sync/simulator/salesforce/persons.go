package salesforce

import (
	"slices"
	"strings"
)

// A person account is an account and a contact in one, tied for good: the account shows the
// contact's fields under other names, each change is a change of both, and neither the account's
// name nor the contact's account can be written.

// personFields are the fields of a person account that are its contact's, and the contact's names.
var personFields = [][2]string{
	{"Salutation", "Salutation"}, {"FirstName", "FirstName"}, {"LastName", "LastName"}, {"PersonEmail", "Email"},
	{"PersonTitle", "Title"}, {"PersonMobilePhone", "MobilePhone"}, {"PersonDepartment", "Department"},
	{"PersonMailingStreet", "MailingStreet"}, {"PersonMailingCity", "MailingCity"},
	{"PersonMailingState", "MailingState"}, {"PersonMailingPostalCode", "MailingPostalCode"},
	{"PersonMailingCountry", "MailingCountry"}, {"Phone", "Phone"}, {"Fax", "Fax"},
}

// ofPersonsAlone tells whether a field of accounts is one that only people have.
func ofPersonsAlone(name string) bool {
	is := func(p [2]string) bool { return p[0] == name }
	return name != "Phone" && name != "Fax" && slices.ContainsFunc(personFields, is)
}

// ofThePerson are those that the contact does not take: they are written through the account.
var ofThePerson = []string{"Salutation", "FirstName", "LastName", "AccountId", "RecordTypeId"}

// personRecordType is the record type that makes an account a person's.
var personRecordType = recordType{Name: "Person Account", DeveloperName: "PersonAccount", person: true}

// recordTypesOf are the record types of an object: with person accounts, that of persons, too.
func (set *settings) recordTypesOf(object string) []recordType {
	list := set.RecordTypes[object]
	if object != "Account" || !set.PersonAccounts {
		return list
	}
	if len(list) == 0 {
		list = []recordType{{Name: "Business Account", DeveloperName: "Business", Default: true}}
	}
	return append(slices.Clone(list), personRecordType)
}

// havePersons gives accounts and contacts the fields of person accounts; s.mu is held.
func (s *Server) havePersons() {
	accounts, contacts := s.db.table("Account"), s.db.table("Contact")
	own := []*field{
		checkbox("IsPersonAccount", "Is Person Account", readOnly),
		reference("PersonContactId", "Contact ID", "PersonContact", "", toContact, readOnly),
	}
	for _, pair := range personFields {
		if pair[0] != pair[1] || slices.Contains(ofThePerson, pair[0]) {
			f := *contacts.field(pair[1])
			f.name, f.required, f.indexed, f.compound = pair[0], false, false, ""
			own = append(own, &f)
		}
	}
	for _, f := range own {
		accounts.drop(f.name)
		if s.settings.PersonAccounts {
			accounts.add(f)
		}
	}
	contacts.drop("IsPersonAccount")
	if s.settings.PersonAccounts {
		contacts.add(checkbox("IsPersonAccount", "Is Person Account", readOnly))
	}
	for _, t := range []*table{accounts, contacts} {
		for id, r := range t.rows {
			if s.settings.PersonAccounts && r.values["IsPersonAccount"] == nil {
				t.rows[id] = r.with("IsPersonAccount", false)
			}
		}
	}
}

// isPersonType tells whether a record type makes an account a person's.
func (s *Server) isPersonType(id string) bool {
	for i, one := range s.settings.recordTypesOf("Account") {
		if one.person && one.id("Account", i) == id {
			return true
		}
	}
	return false
}

// person checks what is written to an account or a contact where there are person accounts.
func (t *tx) person(r *row, input map[string]any) error {
	if !t.s.settings.PersonAccounts {
		return nil
	}
	var wrong []string
	is := r.is("IsPersonAccount")
	for name := range input {
		f := r.table.field(name)
		switch {
		case f == nil:
		case r.table.name == "Contact" && is && slices.Contains(ofThePerson, f.name),
			r.table.name == "Account" && is && f.name == "Name",
			r.table.name == "Account" && !is && ofPersonsAlone(f.name):
			wrong = append(wrong, f.name)
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		names := strings.Join(wrong, ", ")
		said := "Account: bad field names on insert/update call: " + names
		return badRequest("INVALID_FIELD_FOR_INSERT_UPDATE", said, wrong...)
	}
	return nil
}

// belongs refuses a further contact of a person account.
func (t *tx) belongs(r *row) error {
	account := t.s.db.table("Account").rows[r.text("AccountId")]
	if r.table.name == "Contact" && !r.is("IsPersonAccount") && account != nil && account.is("IsPersonAccount") {
		return badRequest(
			"FIELD_INTEGRITY_EXCEPTION", "Account ID: a person account has its own contact and no other", "AccountId",
		)
	}
	return nil
}

// makePerson makes the contact of a person account that is about to be made. The account's row gets
// its id.
func (t *tx) makePerson(account *row) (contact *row) {
	contacts := t.s.db.table("Contact")
	contact = &row{table: contacts, values: map[string]any{"IsDeleted": false}}
	for _, f := range contacts.fields {
		shared := slices.Contains([]string{"OwnerId", "CreatedById", "CreatedDate"}, f.name)
		if v, given := account.values[f.name]; shared && given {
			contact.values[f.name] = v
		} else if f.kind == "boolean" {
			contact.values[f.name] = false
		}
	}
	contact.values["Id"], contact.values["IsPersonAccount"] = contacts.nextID(), true
	account.values["PersonContactId"], account.values["IsPersonAccount"] = contact.id(), true
	return contact
}

// tie carries what was written to one half of a person account to the other, which is written, too,
// whatever was changed. made is the new contact of a new account.
func (t *tx) tie(r, made *row) {
	account, contact := r, made
	switch {
	case !r.is("IsPersonAccount"):
		return
	case r.table.name == "Contact":
		account, contact = t.edit(t.s.db.table("Account").rows[r.text("AccountId")]), r
	case made == nil:
		contact = t.edit(t.s.db.table("Contact").rows[r.text("PersonContactId")])
	}
	from, to, a, b := account, contact, 0, 1
	if r == contact {
		from, to, a, b = contact, account, 1, 0
	}
	for _, pair := range personFields {
		if v := from.values[pair[a]]; v == nil {
			delete(to.values, pair[b])
		} else {
			to.values[pair[b]] = v
		}
	}
	t.stamp(to)
	derive(contact.table.object, contact.values)
	account.values["Name"] = contact.values["Name"]
	if made != nil {
		contact.values["AccountId"] = account.id()
		t.set("CREATE", contact)
		return
	}
	t.set("UPDATE", to)
}
