package seed

import (
	"fmt"
	"slices"
	"time"
)

// stage is a step of an opportunity, with its probability in percent.
type stage struct {
	name        string
	probability int
	closed, won bool
}

var stages = []stage{{"Prospecting", 10, false, false}, {"Qualification", 20, false, false}, {"Needs Analysis", 35, false, false},
	{"Proposal/Price Quote", 65, false, false}, {"Negotiation/Review", 80, false, false},
	{"Closed Won", 100, true, true}, {"Closed Lost", 0, true, false}}

// related gives Salesforce's contacts what an agent wants to see beside a ticket. The first contact
// has some of everything, open and closed.
func (m *maker) related() {
	deals := map[int][]int{} // account → its opportunities
	for _, a := range m.world.Accounts {
		if !a.OnSalesforce {
			continue
		}
		for range m.fake.IntN(4) {
			deals[a.ID] = append(deals[a.ID], m.opportunity(a, stages[m.fake.IntN(len(stages))]))
		}
	}
	for i, c := range m.world.Contacts {
		if !c.OnSalesforce {
			continue
		}
		if i == 0 {
			m.richCard(c, deals)
			continue
		}
		deal := 0
		if its := deals[c.AccountID]; len(its) > 0 && m.chance(35) {
			deal = its[m.fake.IntN(len(its))]
			m.role(c.ID, deal, m.chance(50))
		}
		m.activities(c.ID, deal, m.some(30), m.some(25), m.some(35))
	}
}

func (m *maker) richCard(c Contact, deals map[int][]int) {
	deal := 0
	if c.AccountID != 0 {
		account := m.world.Accounts[c.AccountID-1]
		for _, s := range []stage{stages[3], stages[5], stages[1]} {
			deal = m.opportunity(account, s)
			deals[account.ID] = append(deals[account.ID], deal)
			m.role(c.ID, deal, s.name == stages[3].name)
		}
	}
	m.activities(c.ID, deal, 3, 3, 4)
}

// some is none for most contacts, and one to three for percent of them.
func (m *maker) some(percent int) int {
	if !m.chance(percent) {
		return 0
	}
	return m.fake.IntRange(1, 3)
}

func (m *maker) opportunity(a Account, s stage) int {
	id := len(m.world.Opportunities) + 1
	o := Opportunity{ID: id, AccountID: a.ID, Stage: s.name, Probability: s.probability, Closed: s.closed, Won: s.won}
	o.Name = fmt.Sprintf("%s — %s", clip(a.Name, 60), m.fake.RandomString([]string{"renewal", "expansion", "new licences", "pilot", "support plan", "migration"}))
	o.Type = m.fake.RandomString([]string{"New Customer", "Existing Customer - Upgrade", "Existing Customer - Replacement"})
	o.LeadSource = m.fake.RandomString([]string{"Web", "Phone Inquiry", "Partner Referral", "Other"})
	o.Amount = m.fake.IntRange(1, 400) * 500
	o.CloseDate = m.day(1, 240)
	if s.closed {
		o.CloseDate = m.day(-400, -1)
	} else if m.chance(50) {
		o.NextStep = m.fake.RandomString([]string{"Send the quote", "Call back", "Security review", "Wait for budget"})
	}
	o.OwnerID, _ = m.owners()
	o.CreatedAt, o.ModifiedAt = m.moments()
	m.world.Opportunities = append(m.world.Opportunities, o)
	return id
}

func (m *maker) role(contact, deal int, primary bool) {
	created, _ := m.moments()
	m.world.ContactRoles = append(m.world.ContactRoles, ContactRole{ID: len(m.world.ContactRoles) + 1, ContactID: contact,
		OpportunityID: deal, Primary: primary, CreatedAt: created,
		Role: m.fake.RandomString([]string{"Decision Maker", "Business User", "Economic Buyer", "Technical Buyer", "Evaluator"})})
}

func (m *maker) activities(contact, deal, notes, events, tasks int) {
	for i := range notes {
		m.note(contact, i%2 == 0)
	}
	for i := range events {
		m.event(contact, deal, i%2 == 0)
	}
	for i := range tasks {
		m.task(contact, deal, i%2 == 1)
	}
}

func (m *maker) note(contact int, enhanced bool) {
	n := Note{ID: len(m.world.Notes) + 1, ContactID: contact, Enhanced: enhanced}
	n.Title = m.fake.RandomString([]string{"Call summary", "Preferences", "Contract remarks", "Met at the fair", "Escalation history"})
	n.Body = m.fake.Sentence() + " " + m.fake.Sentence()
	n.OwnerID, _ = m.owners()
	n.CreatedAt, _ = m.moments()
	m.world.Notes = append(m.world.Notes, n)
}

func (m *maker) event(contact, deal int, past bool) {
	e := Event{ID: len(m.world.Events) + 1, ContactID: contact, OpportunityID: deal}
	e.Subject = m.fake.RandomString([]string{"Meeting", "Product demo", "Quarterly review", "Site visit", "Kick-off"})
	e.Location = m.fake.RandomString([]string{"", "Online", "Head office", "Customer site"})
	e.Start = m.opts.Now.UTC().Truncate(time.Hour).AddDate(0, 0, m.fake.IntRange(1, 60))
	if past {
		e.Start = m.opts.Now.UTC().Truncate(time.Hour).AddDate(0, 0, -m.fake.IntRange(1, 300))
	}
	e.End, e.AllDay = e.Start.Add(time.Duration(m.fake.IntRange(1, 4))*30*time.Minute), m.chance(10)
	if e.AllDay {
		e.Start = e.Start.Truncate(24 * time.Hour)
		e.End = e.Start
	}
	e.OwnerID, _ = m.owners()
	e.CreatedAt, _ = m.moments()
	m.world.Events = append(m.world.Events, e)
}

func (m *maker) task(contact, deal int, done bool) {
	t := Task{ID: len(m.world.Tasks) + 1, ContactID: contact, OpportunityID: deal, Closed: done}
	t.Subject = m.fake.RandomString([]string{"Call", "Send quote", "Email follow-up", "Check the invoice", "Prepare a demo"})
	t.Status, t.DueDate = m.fake.RandomString([]string{"Not Started", "In Progress", "Waiting on someone else"}), m.day(0, 45)
	if done {
		t.Status, t.DueDate = "Completed", m.day(-300, -1)
	}
	t.Priority = m.fake.RandomString([]string{"High", "Normal", "Normal", "Low"})
	t.Subtype = m.fake.RandomString([]string{"Task", "Call", "Email"})
	if m.chance(40) {
		t.Description = m.fake.Sentence()
	}
	t.OwnerID, _ = m.owners()
	t.CreatedAt, _ = m.moments()
	m.world.Tasks = append(m.world.Tasks, t)
}

// requesters are every tenth contact of Desk. The first is the first contact that is on Desk, one
// that both sides have whenever they share any, and so are the last: what lists show first has
// something to show.
func (m *maker) requesters() []int {
	var alone, shared []int
	n := 0
	for _, c := range m.world.Contacts {
		if !c.OnDesk {
			continue
		}
		if n%10 == 0 && c.OnSalesforce {
			shared = append(shared, c.ID)
		} else if n%10 == 0 {
			alone = append(alone, c.ID)
		}
		n++
	}
	if len(shared) == 0 {
		return alone
	}
	first := shared[0]
	slices.Reverse(shared)
	return append(append([]int{first}, alone...), shared...)
}

// tickets gives Desk one ticket for every ten contacts, and the first contact another one.
func (m *maker) tickets() {
	for i, requester := range m.requesters() {
		t := Ticket{ID: len(m.world.Tickets) + 1, ContactID: requester}
		t.Subject = m.fake.RandomString([]string{"Cannot sign in", "Invoice question", "Export fails", "Delivery is late",
			"How do I add a user?", "App crashes on start", "Change of address", "Feature request"})
		t.Description = m.fake.Sentence()
		t.Status = m.fake.RandomString([]string{"Open", "Open", "On Hold", "Escalated", "Closed"})
		t.Priority = m.fake.RandomString([]string{"", "Low", "Medium", "High"})
		t.Channel = m.fake.RandomString([]string{"Email", "Phone", "Web", "Chat"})
		if i == 0 {
			t.Status, t.Priority = "Open", "High"
		}
		_, t.AgentID = m.owners()
		t.CreatedAt, t.ModifiedAt = m.moments()
		m.world.Tickets = append(m.world.Tickets, t)
	}
}
