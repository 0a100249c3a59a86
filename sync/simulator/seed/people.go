package seed

import (
	"fmt"
	"strings"
	"time"
)

// worldlyPeople stand among the made-up ones: letters that fold, letters that do not, right-to-left
// and wide ones.
var worldlyPeople = [][2]string{{"Zoë", "Brontë"}, {"Łukasz", "Żółkiewski"}, {"José", "Núñez"}, {"Søren", "Ærøskøbing"},
	{"花子", "田中"}, {"Владимир", "Козлов"}, {"محمد", "العربي"}, {"Nguyễn", "Thị Ánh"}, {"Siobhán", "O’Néill"}, {"İpek", "Yıldız"},
	{"François", "Lefèvre"}, {"Jürgen", "Groß"}, {"Anaïs", "D'Étoile"}, {"Ólafur", "Þórðarson"}, {"민준", "김"}, {"Χρήστος", "Παπαδόπουλος"}}

// accountsOf lists, for a kind of contact, the accounts that are on every side it is on.
func (m *maker) accountsOf(onSalesforce, onDesk bool) []int {
	var ids []int
	for _, a := range m.world.Accounts {
		if (!onSalesforce || a.OnSalesforce) && (!onDesk || a.OnDesk) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

func (m *maker) contacts() {
	homes := map[[2]bool][]int{
		{true, true}:  m.accountsOf(true, true),
		{true, false}: m.accountsOf(true, false),
		{false, true}: m.accountsOf(false, true),
	}
	salesforceTwin, deskTwin := "", ""
	m.sides(m.opts.Contacts, func(id int, onSalesforce, onDesk bool) {
		c := Contact{ID: id, OnSalesforce: onSalesforce, OnDesk: onDesk}
		c.FirstName, c.LastName = m.fake.FirstName(), m.fake.LastName()
		if id%12 == 5 {
			name := worldlyPeople[(id/12)%len(worldlyPeople)]
			c.FirstName, c.LastName = name[0], name[1]
		}
		if m.chance(20) {
			c.Salutation = m.fake.RandomString([]string{"Mr.", "Ms.", "Mx.", "Dr.", "Prof."})
		}
		c.Email = fmt.Sprintf("%s.%s%d@%s", slug(c.FirstName, "mail"), slug(c.LastName, "person"), id,
			m.fake.RandomString([]string{"mail.example", "post.example", "inbox.example"}))

		if near := homes[[2]bool{onSalesforce, onDesk}]; len(near) > 0 && (id == 1 || m.chance(94)) {
			c.AccountID = near[m.fake.IntN(len(near))]
			if id == 1 {
				c.AccountID = near[0] // the first ticket's customer always has a company
			}
			if account := m.world.Accounts[c.AccountID-1]; m.chance(80) {
				_, host, _ := strings.Cut(account.Website, "www.")
				c.Email = fmt.Sprintf("%s.%s%d@%s", slug(c.FirstName, "mail"), slug(c.LastName, "person"), id, host)
			}
		}

		// Only a contact that stands on one side can go without an email, or share one: people who
		// are on both sides are told by it.
		switch {
		case onSalesforce && onDesk:
		case m.chance(5):
			c.Email = ""
		case onSalesforce:
			salesforceTwin = m.twin(&c.Email, salesforceTwin)
		default:
			deskTwin = m.twin(&c.Email, deskTwin)
		}
		m.dress(&c)
		m.world.Contacts = append(m.world.Contacts, c)
	})
}

// dress fills in what no other record depends on.
func (m *maker) dress(c *Contact) {
	if m.chance(90) {
		c.Phone = m.phone()
	}
	if m.chance(60) {
		c.Mobile = m.phone()
	}
	c.Title, c.Department = clip(m.fake.JobTitle(), 100), m.fake.RandomString([]string{"Finance", "IT", "Operations", "Purchasing", "Sales", "Support"})
	if m.chance(80) {
		place := m.fake.Address()
		c.Street, c.City, c.State, c.Country, c.PostalCode = place.Street, clip(place.City, 30), clip(place.State, 30), "United States", place.Zip
	}
	if m.chance(25) {
		c.Description = m.fake.Sentence()
	}
	c.DeskType = m.fake.RandomString([]string{"", "", "paidUser", "trialUser"})
	c.OwnerID, c.AgentID = m.owners()
	if m.chance(75) {
		c.CustomerTier = m.fake.RandomString(Tiers)
	}
	c.Newsletter = m.chance(40)
	c.NewsletterDesk = c.Newsletter != m.chance(5)
	if m.chance(50) {
		c.Birthday = m.fake.DateRange(time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2004, 12, 31, 0, 0, 0, 0, time.UTC)).Format(time.DateOnly)
	}
	c.LoyaltyPoints = m.fake.IntN(5000)
	c.CreatedAt, c.ModifiedAt = m.moments()
}
