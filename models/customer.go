package models

import (
	"slices"
	"strings"
	"time"
)

// CustomerKey says whose card is wanted. Exactly one is set.
type CustomerKey struct {
	DeskTicketID  *string
	DeskContactID *string
	DeskAccountID *string
	Email         *string
	SalesforceID  *string
}

// Customer is the card's head. Related records hang on the contact and the account.
type Customer struct {
	Contact *Contact
	Account *Account
	Link    *Link
	AsOf    *time.Time
	Stale   *bool
}

// Pair is one link joined with as much of its two mirror rows as the caller may and wants to see.
type Pair struct {
	ID                   string // the link's id
	Object               SyncObject
	DeskID               *string
	SalesforceID         *string
	MatchedBy            *MatchedBy
	SyncedAt             *time.Time
	DeskModifiedAt       *time.Time
	SalesforceModifiedAt *time.Time
	ObservedAt           *time.Time // the older of both rows' observation
	ReadAt               *time.Time `gorm:"-"` // when Salesforce's record was last read
	DeskData             Values
	SalesforceData       Values
	// DeskParentID and SalesforceParentID are the contact's account on each side.
	DeskParentID       *string
	SalesforceParentID *string
}

// text is the first of the named fields that is not blank: Salesforce's, then Desk's.
func (p *Pair) text(salesforce, desk string) *string {
	if v := p.SalesforceData[salesforce]; !v.IsBlank() {
		return v.Ptr()
	}
	if p.SalesforceID != nil && salesforce != "" {
		if _, read := p.SalesforceData[salesforce]; read {
			return nil
		}
	}
	return p.DeskData[desk].Ptr()
}

// UpdatedAt is the later of both sides' last changes.
func (p *Pair) UpdatedAt() *time.Time {
	if p.DeskModifiedAt == nil || (p.SalesforceModifiedAt != nil && p.SalesforceModifiedAt.After(*p.DeskModifiedAt)) {
		return p.SalesforceModifiedAt
	}
	return p.DeskModifiedAt
}

// CreatedAt is when Salesforce, or else Desk, made the record.
func (p *Pair) CreatedAt() *time.Time {
	s := p.text("CreatedDate", "createdTime")
	if s == nil {
		return nil
	}
	t, err := time.Parse(time.RFC3339, *s)
	if err != nil {
		return nil
	}
	t = t.UTC()
	return &t
}

// Owner is the Salesforce owner.
func (p *Pair) Owner() *User {
	id := p.SalesforceData["OwnerId"]
	name := p.SalesforceData["Owner.Name"]
	if id.IsBlank() && name.IsBlank() {
		return nil
	}
	return &User{ID: id.String(), Name: name.Ptr(), Email: p.SalesforceData["Owner.Email"].Ptr()}
}

func (p *Pair) address(prefix string) *Address {
	a := &Address{
		Street:     p.text(prefix+"Street", "street"),
		City:       p.text(prefix+"City", "city"),
		State:      p.text(prefix+"State", "state"),
		PostalCode: p.text(prefix+"PostalCode", map[string]string{"Mailing": "zip", "Billing": "code"}[prefix]),
		Country:    p.text(prefix+"Country", "country"),
	}
	if *a == (Address{}) {
		return nil
	}
	return a
}

// Contact is a customer's contact: a Pair seen with a contact's fields.
type Contact struct {
	Pair
	Sections *SectionsRead // read together with it
}

func (c *Contact) FirstName() *string       { return c.text("FirstName", "firstName") }
func (c *Contact) LastName() *string        { return c.text("LastName", "lastName") }
func (c *Contact) Email() *string           { return c.text("Email", "email") }
func (c *Contact) Phone() *string           { return c.text("Phone", "phone") }
func (c *Contact) Mobile() *string          { return c.text("MobilePhone", "mobile") }
func (c *Contact) Title() *string           { return c.text("Title", "title") }
func (c *Contact) Department() *string      { return c.text("Department", "") }
func (c *Contact) MailingAddress() *Address { return c.address("Mailing") }

// Name is the full name.
func (c *Contact) Name() *string {
	var parts []string
	for _, p := range []*string{c.FirstName(), c.LastName()} {
		if p != nil {
			parts = append(parts, *p)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	s := strings.Join(parts, " ")
	return &s
}

// Account is a customer's account: a Pair seen with an account's fields.
type Account struct {
	Pair
	Sections *SectionsRead // read together with it
}

func (a *Account) Name() *string            { return a.text("Name", "accountName") }
func (a *Account) Website() *string         { return a.text("Website", "website") }
func (a *Account) Phone() *string           { return a.text("Phone", "phone") }
func (a *Account) Industry() *string        { return a.text("Industry", "industry") }
func (a *Account) BillingAddress() *Address { return a.address("Billing") }

// AnnualRevenue is exact; nil when blank or no number.
func (a *Account) AnnualRevenue() *Decimal {
	s := a.text("AnnualRevenue", "annualrevenue")
	if s == nil {
		return nil
	}
	d, err := ParseDecimal(*s)
	if err != nil {
		return nil
	}
	return &d
}

// NumberOfEmployees is nil when blank or no whole number.
func (a *Account) NumberOfEmployees() *int {
	s := a.text("NumberOfEmployees", "")
	if s == nil {
		return nil
	}
	r := Decimal(*s).Rat()
	if !r.IsInt() || !r.Num().IsInt64() {
		return nil
	}
	n := int(r.Num().Int64())
	return &n
}

// ContactSources are, per API field of Contact, the vendor fields it is read from: what a query
// must select.
var ContactSources = map[string]Sources{
	"name":       {[]string{"FirstName", "LastName"}, []string{"firstName", "lastName"}},
	"firstName":  {[]string{"FirstName"}, []string{"firstName"}},
	"lastName":   {[]string{"LastName"}, []string{"lastName"}},
	"email":      {[]string{"Email"}, []string{"email"}},
	"phone":      {[]string{"Phone"}, []string{"phone"}},
	"mobile":     {[]string{"MobilePhone"}, []string{"mobile"}},
	"title":      {[]string{"Title"}, []string{"title"}},
	"department": {[]string{"Department"}, nil},
	"mailingAddress": {
		[]string{"MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry"},
		[]string{"street", "city", "state", "zip", "country"},
	},
	"owner":     {[]string{"OwnerId", "Owner.Name", "Owner.Email"}, nil},
	"createdAt": {[]string{"CreatedDate"}, []string{"createdTime"}},
}

// AccountSources are the same for Account.
var AccountSources = map[string]Sources{
	"name":              {[]string{"Name"}, []string{"accountName"}},
	"website":           {[]string{"Website"}, []string{"website"}},
	"phone":             {[]string{"Phone"}, []string{"phone"}},
	"industry":          {[]string{"Industry"}, []string{"industry"}},
	"annualRevenue":     {[]string{"AnnualRevenue"}, []string{"annualrevenue"}},
	"numberOfEmployees": {[]string{"NumberOfEmployees"}, nil},
	"billingAddress": {
		[]string{"BillingStreet", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry"},
		[]string{"street", "city", "state", "code", "country"},
	},
	"owner":     {[]string{"OwnerId", "Owner.Name", "Owner.Email"}, nil},
	"createdAt": {[]string{"CreatedDate"}, []string{"createdTime"}},
}

// Sources are the vendor fields behind one API field.
type Sources struct{ Salesforce, Desk []string }

// CardFields are the fields of a side that the card shows whether mapped or not: the mirrors hold
// them besides the mapped ones.
func CardFields(side Side, object SyncObject) []string {
	table := ContactSources
	if object == AccountObject {
		table = AccountSources
	}
	seen := map[string]bool{}
	var out []string
	for _, s := range table {
		list := s.Salesforce
		if side == Desk {
			list = s.Desk
		}
		for _, f := range list {
			if !seen[f] {
				seen[f] = true
				out = append(out, f)
			}
		}
	}
	slices.Sort(out)
	return out
}

// FieldValue is one mapped field as shown, with its reason from the journal.
type FieldValue struct {
	Name      string
	Label     *string
	Value     any // nil, string, bool, json.Number or []string
	Source    *Side
	ChangedAt *time.Time
	Rule      *FieldRule
	Replaced  any
}
