package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sidelight/models"
)

// Card reads the head of a card, and what want asks for once that is known: pages of sections, and
// how fresh they are. Rows that were read before are shown again where the database says, in one
// statement, that they are what it would read now. How fresh they are is always read.
func (s *Store) Card(ctx context.Context, key models.CustomerKey, sel models.Selection, want func(*models.Contact, *models.Account) models.CardRead) (models.CardFound, error) {
	name := keptName(key, sel)
	if k := s.kept.get(name); k != nil {
		found, same, err := s.stillSame(ctx, key, k)
		if same || err != nil {
			return found, err
		}
		s.kept.drop(name)
	}
	h, err := s.readHead(ctx, key, sel)
	if err != nil {
		return models.CardFound{}, err
	}
	if h == nil {
		return s.cardByParts(ctx, key, sel, want)
	}
	read := want(h.shown.contact, h.shown.account)
	answer, versions, err := s.sections(ctx, read, whosePages(read.Pages))
	if err != nil {
		return models.CardFound{}, err
	}
	// The versions come from the statements that read the rows: they are not newer.
	s.kept.keep(name, &keptCard{rows: h.rows, parents: parentsOf(h.shown.contact), read: read, versions: versions, pages: pagesOnly(answer)})
	return models.CardFound{Contact: h.shown.contact, Account: h.shown.account, Read: read, Answer: answer}, nil
}

func (s *Store) cardByParts(ctx context.Context, key models.CustomerKey, sel models.Selection, want func(*models.Contact, *models.Account) models.CardRead) (models.CardFound, error) {
	contact, account, err := s.byParts(ctx, key, sel)
	if err != nil || (contact == nil && account == nil) {
		return models.CardFound{}, err
	}
	out := models.CardFound{Contact: contact, Account: account, Read: want(contact, account)}
	out.Answer, err = s.Sections(ctx, out.Read)
	return out, err
}

// keptCard is a card as it was read, with what tells whether it would be read the same now. It is
// never changed: callers share it.
type keptCard struct {
	rows     [2]headRow // the contact's and the account's, with their values
	parents  [2]*string // the contact's account at each vendor
	read     models.CardRead
	versions cardVersions
	pages    models.CardAnswer // without freshness
}

func parentsOf(c *models.Contact) [2]*string {
	return [2]*string{c.DeskParentID, c.SalesforceParentID}
}

// pagesOnly are the pages of an answer, in slices of their own: callers note in theirs how fresh a
// page is.
func pagesOnly(a models.CardAnswer) models.CardAnswer {
	return models.CardAnswer{Opportunities: slices.Clone(a.Opportunities), Notes: slices.Clone(a.Notes), Events: slices.Clone(a.Events), Tasks: slices.Clone(a.Tasks)}
}

// keptName tells apart what is read differently: whose card, and every column, page and hidden
// field of both statements. Callers of whom something else is hidden never share a card.
func keptName(key models.CustomerKey, sel models.Selection) string {
	side, id := recordOf(key)
	if id == "" || sel.ContactClosed {
		return "" // not kept
	}
	var b strings.Builder
	list := func(words []string) {
		b.WriteString(strconv.Itoa(len(words)))
		for _, w := range words {
			b.WriteString("," + strconv.Quote(w))
		}
		b.WriteByte(';')
	}
	needs := func(of []models.Need) {
		words := make([]string, len(of))
		for i, n := range of {
			words[i] = string(n)
		}
		list(words)
	}
	b.WriteString(string(side) + strconv.Quote(id))
	for _, flag := range []bool{sel.Contact, sel.Account, sel.WholeContact, sel.WholeAccount, sel.Parent} {
		b.WriteString(strconv.FormatBool(flag)[:1])
	}
	for _, fields := range []models.Sources{sel.ContactFields, sel.AccountFields} {
		list(fields.Salesforce)
		list(fields.Desk)
	}
	needs(sel.Sections)
	needs(sel.AccountSections)
	for _, p := range sel.Pages {
		open := "any"
		if p.Open != nil {
			open = strconv.FormatBool(*p.Open)
		}
		b.WriteString(string(p.Section) + " " + strconv.FormatBool(p.OfAccount) + " " + strconv.Itoa(p.First) + " " + open + ";")
	}
	list(sel.Hidden)
	return b.String()
}

// Where the columns of a head stand in the statement that asks for versions: texts, then whole
// numbers, then times; those of the contact go before those of the account.
const (
	versionTexts   = 2 * 6
	versionNumbers = 2 * 2
	versionTimes   = 2 * 5
)

var versionLayout = layout{all: versionTexts + versionNumbers + versionTimes, number: versionTexts, time: versionTexts + versionNumbers}

// versionRow is a row of that statement.
type versionRow struct {
	part    int
	texts   [versionTexts]sql.NullString
	numbers [versionNumbers]sql.NullInt64
	times   [versionTimes]moment
}

func (r *versionRow) into() []any {
	out := make([]any, 0, 1+versionLayout.all)
	out = append(out, &r.part)
	for i := range r.texts {
		out = append(out, &r.texts[i])
	}
	for i := range r.numbers {
		out = append(out, &r.numbers[i])
	}
	for i := range r.times {
		out = append(out, &r.times[i])
	}
	return out
}

// head is the contact's row, n being 0, or the account's.
func (r *versionRow) head(n int) headRow {
	t, i, m := r.texts[n*6:], r.numbers[n*2:], r.times[n*5:]
	return headRow{link: t[0], linkedDesk: t[1], linkedSalesforce: t[2], matchedBy: t[3], desk: t[4], salesforce: t[5], live: sql.NullBool{Bool: i[0].Int64 != 0, Valid: i[0].Valid}, version: i[1],
		synced: m[0], modified: [2]moment{m[1], m[2]}, observed: [2]moment{m[3], m[4]}}
}

// headCells are the columns of the head.
func headCells() map[cell]string {
	out := map[cell]string{}
	for n, of := range []struct {
		link    [7]string
		mirrors [6]string
	}{{contactLink, mirrorColumns([2]string{"d", "s"})}, {accountLink, mirrorColumns([2]string{"ad", "af"})}} {
		l, m := of.link, of.mirrors
		for i, name := range []string{l[0], l[3], l[4], l[5], m[0], m[1]} {
			out[cell(n*6+i)] = name
		}
		out[versionLayout.number+cell(n*2)], out[versionLayout.number+cell(n*2+1)] = l[1], l[2]
		for i, name := range []string{l[6], m[2], m[3], m[4], m[5]} {
			out[versionLayout.time+cell(n*5+i)] = name
		}
	}
	return out
}

// stillSame answers a card with the rows that are kept, and how fresh they are now; same is false
// where the database holds others.
func (s *Store) stillSame(ctx context.Context, key models.CustomerKey, k *keptCard) (found models.CardFound, same bool, err error) {
	side, id := recordOf(key)
	customers := whosePages(k.read.Pages)
	var out *sectionRows
	var now *versionRow
	err = s.withCommon(customers, func(all bool) (*sectionRows, error) {
		u := union{sqlite: !s.mysql, layout: versionLayout}
		u.add(partHead, headCells(), headTables(side), false, headArgs(id)...)
		u.states(k.read)
		u.versions(customers)
		if all {
			u.common()
		}
		out, now = newSectionRows(0), nil
		return out, s.rows(ctx, u, func(rows *sql.Rows) error {
			row := &versionRow{}
			if err := rows.Scan(row.into()...); err != nil {
				return err
			}
			if row.part == partHead {
				now = row
				return nil
			}
			return out.known(row.part, row.texts[:], row.numbers[:], row.times[:])
		})
	})
	if err != nil || now == nil {
		return found, false, err
	}
	c, a := now.head(0), now.head(1)
	if !c.whole() || !c.sameAs(&k.rows[0]) || !a.sameAs(&k.rows[1]) || !maps.Equal(out.versions, k.versions) {
		return found, false, nil
	}
	c.data, a.data = k.rows[0].data, k.rows[1].data
	shown := pairsOf(&c, &a)
	shown.contact.DeskParentID, shown.contact.SalesforceParentID = k.parents[0], k.parents[1]
	found = models.CardFound{Contact: shown.contact, Account: shown.account, Read: k.read, Answer: pagesOnly(k.pages)}
	found.Answer.States, found.Answer.Polled = out.freshness(k.read)
	return found, true, nil
}

// sameAs tells whether the values behind two rows are the same: the link's version counts what was
// observed, planned and written, and the times tell a database that was put back.
func (r *headRow) sameAs(o *headRow) bool {
	for i := range r.modified {
		if !r.modified[i].equal(o.modified[i]) || !r.observed[i].equal(o.observed[i]) {
			return false
		}
	}
	return r.link == o.link && r.version == o.version && r.desk == o.desk && r.salesforce == o.salesforce && r.linkedDesk == o.linkedDesk && r.linkedSalesforce == o.linkedSalesforce
}
