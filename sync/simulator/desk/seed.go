package desk

import (
	"slices"
	"strconv"
	"time"

	"sidelight/sync/simulator/seed"
)

// Where the ids of the first records begin: sixteen digits, like the vendor's. New ids go on from
// firstSerial.
const (
	agentIDs    = 7000000000100000
	accountIDs  = 7000000005000000
	contactIDs  = 7000000010000000
	ticketIDs   = 7000000030000000
	firstSerial = 7000000050000000
	firstTicket = 100
)

func idFrom(base, n int) string { return strconv.Itoa(base + n) }

// seed fills an empty state from the world and journals it in one step; s.mu is held.
func (s *Server) seed() error {
	world := s.cfg.World
	if len(world.Agents) == 0 { // a Desk has at least the one who set it up
		world.Agents = seed.Generate(seed.Options{Now: s.cfg.Now()}).Agents
	}
	for _, a := range world.Agents {
		id := idFrom(agentIDs, a.ID)
		s.apply(put{kindAgent, id, &agent{ID: id, FirstName: a.FirstName, LastName: a.LastName, Email: a.Email, Profile: a.Profile}}, time.Time{})
	}
	var accounts, contacts []*record
	for _, a := range world.Accounts {
		if a.OnDesk {
			accounts = append(accounts, seededAccount(a))
		}
	}
	for _, c := range world.Contacts {
		if c.OnDesk {
			contacts = append(contacts, seededContact(c))
		}
	}
	s.applyAll(kindAccount, accounts)
	s.applyAll(kindContact, contacts)
	for _, t := range world.Tickets {
		s.apply(put{kindTicket, idFrom(ticketIDs, t.ID), s.seededTicket(t)}, time.Time{})
	}
	s.apply(put{kindGrant, RefreshToken, &grant{AgentID: s.agentOrder[0], Scopes: []string{"*"}}}, time.Time{})
	s.contacts.recent, s.accounts.recent = nil, nil
	return s.log.Rewrite(s.snapshot())
}

// applyAll stores records in the order that their index by time takes in fastest.
func (s *Server) applyAll(kind string, records []*record) {
	slices.SortFunc(records, inOrder)
	for _, r := range records {
		s.apply(put{kind, r.ID, r}, time.Time{})
	}
}

// whole is a time as the vendor keeps it.
func whole(t time.Time) time.Time { return t.Truncate(time.Second) }

func seededAccount(a seed.Account) *record {
	return &record{ID: idFrom(accountIDs, a.ID), Created: whole(a.CreatedAt), Modified: whole(a.ModifiedAt), Values: filled(map[string]string{
		"accountName": a.Name, "website": a.Website, "phone": a.Phone, "fax": a.Fax, "industry": a.Industry,
		"annualrevenue": strconv.Itoa(a.AnnualRevenue), "street": a.Street, "city": a.City, "state": a.State, "country": a.Country,
		"code": a.PostalCode, "description": a.Description, "ownerId": idFrom(agentIDs, a.AgentID),
		"cf_region": a.Region, "cf_employees": strconv.Itoa(a.Employees),
	})}
}

func seededContact(c seed.Contact) *record {
	values := map[string]string{
		"firstName": c.FirstName, "lastName": c.LastName, "email": c.Email, "phone": c.Phone, "mobile": c.Mobile, "title": c.Title, "type": c.DeskType,
		"street": c.Street, "city": c.City, "state": c.State, "country": c.Country, "zip": c.PostalCode, "description": c.Description,
		"ownerId": idFrom(agentIDs, c.AgentID), "cf_customer_tier": c.CustomerTier, "cf_newsletter": strconv.FormatBool(c.NewsletterDesk), "cf_birthday": c.Birthday,
	}
	if c.AccountID != 0 {
		values["accountId"] = idFrom(accountIDs, c.AccountID)
	}
	return &record{ID: idFrom(contactIDs, c.ID), Created: whole(c.CreatedAt), Modified: whole(c.ModifiedAt), Values: filled(values)}
}

// filled leaves the blanks out.
func filled(values map[string]string) map[string]string {
	for name, value := range values {
		if value == "" {
			delete(values, name)
		}
	}
	return values
}

func (s *Server) seededTicket(t seed.Ticket) *ticket {
	contact := idFrom(contactIDs, t.ContactID)
	out := &ticket{ID: idFrom(ticketIDs, t.ID), Number: firstTicket + t.ID, ContactID: contact, AssigneeID: idFrom(agentIDs, t.AgentID), Subject: t.Subject,
		Description: t.Description, Status: t.Status, Priority: t.Priority, Channel: t.Channel, Created: whole(t.CreatedAt), Modified: whole(t.ModifiedAt)}
	if r := s.contacts.live[contact]; r != nil {
		out.Email, out.Phone = r.Values["email"], r.Values["phone"]
	}
	return out
}
