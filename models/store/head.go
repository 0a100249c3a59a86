package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"sidelight/models"
)

// head reads a contact and its account in one statement, for a key that names a record. ok is false
// where that does not tell: the record is not linked or does not live, one of a pair's records is
// gone, which may be by a merge, or one of both is not wanted. Each of those is then read by
// itself, and nothing that is not wanted is named in a statement.
func (s *Store) head(ctx context.Context, key models.CustomerKey, sel models.Selection) (contact *models.Contact, account *models.Account, ok bool, err error) {
	h, err := s.readHead(ctx, key, sel)
	if h == nil || err != nil {
		return nil, nil, false, err
	}
	return h.shown.contact, h.shown.account, true, nil
}

// recordOf is the side's record that a key names; "" where it names none.
func recordOf(key models.CustomerKey) (side models.Side, id string) {
	switch {
	case key.DeskContactID != nil:
		return models.Desk, *key.DeskContactID
	case key.SalesforceID != nil:
		return models.Salesforce, models.SalesforceID(*key.SalesforceID)
	}
	return models.Desk, ""
}

// heads are a contact and its account, nil where it has none.
type heads struct {
	contact *models.Contact
	account *models.Account
}

// readHead is nil where one statement does not tell.
func (s *Store) readHead(ctx context.Context, key models.CustomerKey, sel models.Selection) (*headRead, error) {
	side, id := recordOf(key)
	if id == "" || !sel.Account || !sel.Parent || !anyField(sel.ContactFields) || !anyField(sel.AccountFields) {
		return nil, nil
	}
	statement := s.headStatement(side, sel)
	hot, err := s.prepare(ctx, statement)
	if err != nil {
		return nil, err
	}
	row := hot.QueryRowContext(ctx, headArgs(id)...)
	var c, a headRow
	var deskParent, salesforceParent sql.NullString
	err = row.Scan(append(append(c.into(), &deskParent, &salesforceParent), a.into()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.translate(err)
	}
	if !c.whole() {
		return nil, nil
	}
	// The references have columns of their own.
	desk, salesforce := models.ContactObject.ParentField(models.Desk), models.ContactObject.ParentField(models.Salesforce)
	c.pick(models.Sources{Desk: leaving(sel.ContactFields.Desk, desk), Salesforce: leaving(sel.ContactFields.Salesforce, salesforce)}, sel.WholeContact)
	a.pick(sel.AccountFields, sel.WholeAccount)
	out := &headRead{rows: [2]headRow{c, a}, shown: pairsOf(&c, &a)}
	out.shown.contact.DeskParentID, out.shown.contact.SalesforceParentID = filled(deskParent), filled(salesforceParent)
	return out, nil
}

// headRead is what one statement read: the rows, and what they show.
type headRead struct {
	rows  [2]headRow // the contact's and the account's
	shown heads
}

func pairsOf(c, a *headRow) heads {
	out := heads{contact: &models.Contact{Pair: c.pair(models.ContactObject)}}
	if a.link.Valid {
		out.account = &models.Account{Pair: a.pair(models.AccountObject)}
	}
	return out
}

func anyField(s models.Sources) bool { return len(s.Salesforce)+len(s.Desk) > 0 }

// headStatement is the text: the contact's account is the one that Salesforce refers to, else
// Desk's.
func (s *Store) headStatement(side models.Side, sel models.Selection) string {
	desk, salesforce := models.ContactObject.ParentField(models.Desk), models.ContactObject.ParentField(models.Salesforce)
	data := func(alias string, fields []string, whole bool, as string) string {
		if whole && len(fields) > 0 {
			// MariaDB parses the document once for each field that it takes out.
			return alias + ".data AS " + as
		}
		return jsonColumns(alias, fields, as)
	}
	columns := func(link string, names [2]string, fields models.Sources, whole bool) string {
		out := link
		for _, c := range mirrorColumns(names) {
			out += ", " + c
		}
		return out + ", " + data(names[0], fields.Desk, whole, "desk_data") + ", " + data(names[1], fields.Salesforce, whole, "salesforce_data")
	}
	return "SELECT " + columns(strings.Join(contactLink[:], ", "), [2]string{"d", "s"},
		models.Sources{Desk: leaving(sel.ContactFields.Desk, desk), Salesforce: leaving(sel.ContactFields.Salesforce, salesforce)}, sel.WholeContact) +
		", d.parent_id, s.parent_id, " + columns(strings.Join(accountLink[:], ", "), [2]string{"ad", "af"}, sel.AccountFields, sel.WholeAccount) +
		" FROM " + headTables(side)
}

// contactLink and accountLink are the columns of both links in the order of headRow, mirrorColumns
// those of a pair's mirrors that are not values.
var (
	contactLink = [7]string{"l.id", "l.live", "l.version", "l.desk_id", "l.salesforce_id", "l.matched_by", "l.synced_at"}
	accountLink = [7]string{ownOf("id"), ownOf("live"), ownOf("version"), eitherOf("desk_id"), eitherOf("salesforce_id"), ownOf("matched_by"), eitherOf("synced_at")}
)

func mirrorColumns(names [2]string) [6]string {
	return [6]string{names[0] + ".id", names[1] + ".id", names[0] + ".modified_at", names[1] + ".modified_at", names[0] + ".observed_at", names[1] + ".observed_at"}
}

// The contact's account is linked as a, else as b.
func ownOf(name string) string { return "COALESCE(a." + name + ", b." + name + ")" }
func eitherOf(name string) string {
	return "CASE WHEN a.id IS NULL THEN b." + name + " ELSE a." + name + " END"
}

// headTables are the tables behind a head, and which row it is; headArgs are its values.
func headTables(side models.Side) string {
	return "links l LEFT JOIN desk_contacts d ON d.id = l.desk_id AND d.deleted_at IS NULL LEFT JOIN salesforce_contacts s ON s.id = l.salesforce_id AND s.deleted_at IS NULL" +
		" LEFT JOIN links a ON a.object = ? AND a.salesforce_id = s.parent_id LEFT JOIN links b ON b.object = ? AND b.desk_id = d.parent_id AND a.id IS NULL" +
		" LEFT JOIN desk_accounts ad ON ad.id = " + eitherOf("desk_id") + " AND ad.deleted_at IS NULL" +
		" LEFT JOIN salesforce_accounts af ON af.id = " + eitherOf("salesforce_id") + " AND af.deleted_at IS NULL" +
		" WHERE l.object = ? AND l." + idColumn(side) + " = ?"
}

func headArgs(id string) []any {
	return []any{models.AccountObject, models.AccountObject, models.ContactObject, id}
}

// headRow is a link with the wanted part of its mirrors, as columns of headStatement.
type headRow struct {
	link                         sql.NullString
	live                         sql.NullBool
	version                      sql.NullInt64
	linkedDesk, linkedSalesforce sql.NullString
	matchedBy                    sql.NullString
	synced                       moment
	desk, salesforce             sql.NullString
	modified, observed           [2]moment
	data                         [2]models.Values
}

func (r *headRow) into() []any {
	return []any{&r.link, &r.live, &r.version, &r.linkedDesk, &r.linkedSalesforce, &r.matchedBy, &r.synced, &r.desk, &r.salesforce, &r.modified[0], &r.modified[1], &r.observed[0], &r.observed[1],
		&r.data[0], &r.data[1]}
}

// whole tells that the record lives, and so does each one that is linked with it.
func (r *headRow) whole() bool {
	return r.live.Bool && r.linkedDesk == r.desk && r.linkedSalesforce == r.salesforce
}

func (r *headRow) pair(object models.SyncObject) models.Pair {
	return models.Pair{ID: r.link.String, Object: object, DeskID: filled(r.desk), SalesforceID: filled(r.salesforce), MatchedBy: filled(r.matchedBy), SyncedAt: r.synced.ptr(),
		DeskModifiedAt: r.modified[0].ptr(), SalesforceModifiedAt: r.modified[1].ptr(), ObservedAt: earlier(r.observed[0].ptr(), r.observed[1].ptr()), ReadAt: r.observed[1].ptr(), DeskData: r.data[0], SalesforceData: r.data[1]}
}

// pick leaves of values that were read whole the fields that are wanted; one that a record does not
// have is blank, as it is where the database takes them out.
func (r *headRow) pick(fields models.Sources, whole bool) {
	if !whole {
		return
	}
	for i, names := range [][]string{fields.Desk, fields.Salesforce} {
		if r.data[i] == nil {
			continue
		}
		out := make(models.Values, len(names))
		for _, name := range names {
			if fieldName.MatchString(name) {
				out[name] = r.data[i][name]
			}
		}
		r.data[i] = out
	}
}

// filled is a text that is neither null nor empty.
func filled(s sql.NullString) *string {
	if s.String == "" {
		return nil
	}
	return &s.String
}
