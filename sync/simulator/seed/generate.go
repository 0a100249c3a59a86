package seed

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode"

	"github.com/brianvoe/gofakeit/v7"
)

// span is how far back the world reaches.
const span = 2 * 365 * 24 * time.Hour

// maker holds what the steps of Generate share.
type maker struct {
	opts  Options
	fake  *gofakeit.Faker
	world World
	names map[string]bool // account names in use
}

// Generate makes the world. With the same options it is the same to the last byte.
func Generate(opts Options) World {
	opts.Contacts, opts.Accounts = max(opts.Contacts, 0), max(opts.Accounts, 0)
	opts.Overlap = min(max(opts.Overlap, 0), 1)
	m := &maker{
		opts:  opts,
		fake:  gofakeit.NewFaker(rand.NewPCG(opts.Seed, 0x5eed), false),
		names: map[string]bool{},
	}
	m.staff()
	m.accounts()
	m.contacts()
	m.related()
	m.tickets()
	return m.world
}

// sides calls each for every record of a kind that has perSide on each side: the shared ones first,
// then those of Salesforce alone, then those of Desk alone.
func (m *maker) sides(perSide int, each func(id int, onSalesforce, onDesk bool)) {
	shared := int(float64(perSide)*m.opts.Overlap + 0.5)
	id := 0
	for range shared {
		id++
		each(id, true, true)
	}
	for range perSide - shared {
		id++
		each(id, true, false)
	}
	for range perSide - shared {
		id++
		each(id, false, true)
	}
}

// moments draws when a record was made and last changed, both before Now.
func (m *maker) moments() (created, modified time.Time) {
	made := m.within(span)
	created = m.opts.Now.Add(-made).UTC().Truncate(time.Millisecond)
	return created, m.opts.Now.Add(-time.Minute - time.Duration(m.fake.Float64()*float64(made-time.Minute))).UTC().Truncate(time.Millisecond)
}

// within draws a time span between two minutes and limit.
func (m *maker) within(limit time.Duration) time.Duration {
	return 2*time.Minute + time.Duration(m.fake.Float64()*float64(limit-2*time.Minute))
}

func (m *maker) chance(percent int) bool { return m.fake.IntN(100) < percent }

func (m *maker) day(from, to int) string {
	return m.opts.Now.UTC().AddDate(0, 0, m.fake.IntRange(from, to)).Format(time.DateOnly)
}

func (m *maker) phone() string {
	return fmt.Sprintf("+1 %d 555 01%02d", m.fake.IntRange(201, 989), m.fake.IntN(100))
}

func (m *maker) staff() {
	m.world.Users = []User{
		{1, "Ada", "Admin", "admin@sidelight.example", "admin@sidelight.example", "System Administrator"},
		{2, "Zoë", "Sales", "zoe.sales@sidelight.example", "zoe.sales@sidelight.example", "Account Executive"},
		{3, "Priya", "Raman", "priya.raman@sidelight.example", "priya.raman@sidelight.example", "Account Executive"},
		{4, "Tomás", "Ibáñez", "tomas.ibanez@sidelight.example", "tomas.ibanez@sidelight.example", "Customer Success Manager"},
	}
	m.world.Agents = []Agent{
		{1, "Ada", "Admin", "admin@sidelight.example", "Support Administrator"},
		{2, "Max", "Manager", "manager@sidelight.example", "Support Manager"},
		{3, "Anna", "Agent", "agent@sidelight.example", "Agent"},
		{4, "Lina", "Light", "light@sidelight.example", "Light Agent"},
		{5, "Jürgen", "Weiß", "jurgen.weiss@sidelight.example", "Agent"},
		{6, "Chidi", "Okafor", "chidi.okafor@sidelight.example", "Agent"},
	}
}

func (m *maker) owners() (user, agent int) {
	return 1 + m.fake.IntN(len(m.world.Users)), 1 + m.fake.IntN(len(m.world.Agents))
}

var industries = []string{"Agriculture", "Banking", "Construction", "Consulting", "Education", "Energy", "Engineering",
	"Healthcare", "Insurance", "Manufacturing", "Retail", "Technology", "Telecommunications", "Transportation"}

// worldlyCompanies stand among the made-up ones, so that names outside ASCII are met early.
var worldlyCompanies = []string{"Müller & Söhne GmbH", "Société Générale d'Énergie", "Łódź Metalworks", "株式会社 青空",
	"Grupo Peña", "Ærø Shipping", "ООО «Северный ветер»", "Türk Çelik A.Ş.", "O'Brien & Co", "北京清风科技"}

func (m *maker) accounts() {
	salesforceTwin, deskTwin := "", ""
	m.sides(m.opts.Accounts, func(id int, onSalesforce, onDesk bool) {
		a := Account{ID: id, OnSalesforce: onSalesforce, OnDesk: onDesk, Name: m.companyName(id)}
		// A name that two companies of one side have: about one in a hundred of those that are on
		// one side only.
		switch {
		case onSalesforce && onDesk:
		case onSalesforce:
			salesforceTwin = m.twin(&a.Name, salesforceTwin)
		default:
			deskTwin = m.twin(&a.Name, deskTwin)
		}
		host := fmt.Sprintf("%s%d.example", slug(a.Name, "company"), id)
		place := m.fake.Address()
		a.Website, a.Phone = "https://www."+host, m.phone()
		if m.chance(30) {
			a.Fax = m.phone()
		}
		a.Industry = m.fake.RandomString(industries)
		a.Street, a.City, a.State, a.Country, a.PostalCode = place.Street, clip(place.City, 30), clip(place.State, 30), "United States", place.Zip
		if m.chance(50) {
			a.Description = m.fake.ProductDescription()
		}
		a.Employees = m.fake.IntRange(2, 20000)
		a.AnnualRevenue = a.Employees * m.fake.IntRange(40, 260) * 1000
		a.Region = m.fake.RandomString(Regions)
		a.OwnerID, a.AgentID = m.owners()
		a.CreatedAt, a.ModifiedAt = m.moments()
		m.world.Accounts = append(m.world.Accounts, a)
	})
}

func (m *maker) companyName(id int) string {
	name := m.fake.Company()
	if id%25 == 3 {
		name = worldlyCompanies[(id/25)%len(worldlyCompanies)]
	}
	if m.names[strings.ToLower(name)] {
		name = fmt.Sprintf("%s %s %d", name, m.fake.RandomString([]string{"Group", "Holdings", "Partners", "International"}), id)
	}
	m.names[strings.ToLower(name)] = true
	return name
}

// twin gives one record in a hundred the value of an earlier record of its side, and returns the
// value to give next.
func (m *maker) twin(value *string, earlier string) string {
	if earlier != "" && m.chance(1) {
		*value = earlier
		return ""
	}
	if earlier == "" {
		return *value
	}
	return earlier
}

// slug is the ASCII letters and digits of a name, or other when too few are left.
func slug(name, other string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
		}
	}
	if b.Len() < 2 {
		return other
	}
	return clip(b.String(), 24)
}

func clip(s string, length int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), length)])
}
