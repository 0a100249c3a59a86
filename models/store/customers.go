package store

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// fieldName is what may stand in a JSON path: the vendors' own names, and paths over a relation.
var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]*$`)

// jsonColumns selects the named fields of a mirror's values, and nothing else of them. NULL where
// there is no row or nothing is wanted.
func jsonColumns(alias string, fields []string, as string) string {
	var parts []string
	fields = slices.Clone(fields)
	slices.Sort(fields)
	for _, f := range slices.Compact(fields) {
		if fieldName.MatchString(f) {
			parts = append(parts, `'`+f+`', JSON_EXTRACT(`+alias+`.data, '$."`+f+`"')`)
		}
	}
	if len(parts) == 0 {
		return "NULL AS " + as
	}
	return "CASE WHEN " + alias + ".id IS NULL THEN NULL ELSE JSON_OBJECT(" + strings.Join(parts, ", ") + ") END AS " + as
}

// leaving are the names without one.
func leaving(names []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == one })
}

// pairRow is a link joined with the wanted part of its mirrors.
type pairRow struct {
	models.Pair        `gorm:"embedded"`
	DeskObservedAt     *time.Time
	SalesforceObserved *time.Time `gorm:"column:salesforce_observed_at"`
}

// pairs reads links with the wanted part of their mirrors, by id. Records that are deleted are left
// out of their pair. What a contact refers to as its account is read where parents asks for it, or
// the columns name the reference.
func (s *Store) pairs(q *gorm.DB, object models.SyncObject, ids []string, columns models.Sources, parents bool) (map[string]models.Pair, error) {
	out := make(map[string]models.Pair, len(ids))
	desk, salesforce := object.ParentField(models.Desk), object.ParentField(models.Salesforce)
	// The reference has a column of its own.
	values := models.Sources{Desk: leaving(columns.Desk, desk), Salesforce: leaving(columns.Salesforce, salesforce)}
	selected := []string{"l.id", "l.object", "d.id AS desk_id", "s.id AS salesforce_id", "l.matched_by", "l.synced_at", "d.modified_at AS desk_modified_at",
		"s.modified_at AS salesforce_modified_at", "d.observed_at AS desk_observed_at", "s.observed_at AS salesforce_observed_at",
		jsonColumns("d", values.Desk, "desk_data"), jsonColumns("s", values.Salesforce, "salesforce_data")}
	if parents = parents || slices.Contains(columns.Desk, desk) || slices.Contains(columns.Salesforce, salesforce); parents && desk != "" {
		selected = append(selected, "NULLIF(d.parent_id, '') AS desk_parent_id", "NULLIF(s.parent_id, '') AS salesforce_parent_id")
	}
	for chunk := range chunks(ids) {
		var rows []pairRow
		err := q.Session(&gorm.Session{}).Table("links l").Select(strings.Join(selected, ", ")).
			Joins("LEFT JOIN "+table(models.Desk, object)+" d ON d.id = l.desk_id AND d.deleted_at IS NULL").
			Joins("LEFT JOIN "+table(models.Salesforce, object)+" s ON s.id = l.salesforce_id AND s.deleted_at IS NULL").
			Where("l.id IN ?", chunk).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			p := r.Pair
			p.ObservedAt, p.ReadAt = earlier(r.DeskObservedAt, r.SalesforceObserved), r.SalesforceObserved
			if p.MatchedBy != nil && *p.MatchedBy == "" {
				p.MatchedBy = nil
			}
			out[p.ID] = p
		}
	}
	return out, nil
}

func earlier(a, b *time.Time) *time.Time {
	if a == nil || (b != nil && b.Before(*a)) {
		return b
	}
	return a
}

// Customer reads the pair behind the key with the selected columns only. Desk ticket ids are
// resolved before. Nil, nil when nobody matches.
func (s *Store) Customer(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Contact, *models.Account, error) {
	if contact, account, ok, err := s.head(ctx, key, sel); ok || err != nil {
		return contact, account, err
	}
	return s.byParts(ctx, key, sel)
}

// byParts finds whose key it is, and reads contact and account each by itself.
func (s *Store) byParts(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Contact, *models.Account, error) {
	contactID, accountID, err := s.resolve(ctx, key)
	if err != nil || (contactID == "" && accountID == "") {
		return nil, nil, err
	}
	var contact *models.Contact
	if contactID != "" {
		found, err := s.pairs(s.read(ctx), models.ContactObject, []string{contactID}, sel.ContactFields, sel.Account || sel.Parent)
		if err != nil {
			return nil, nil, err
		}
		if p, ok := found[contactID]; ok {
			contact = &models.Contact{Pair: p}
			if accountID, err = s.accountOf(ctx, p); err != nil {
				return nil, nil, err
			}
		}
	}
	if accountID == "" || !sel.Account || contact != nil && !sel.Parent {
		return contact, nil, nil
	}
	found, err := s.pairs(s.read(ctx), models.AccountObject, []string{accountID}, sel.AccountFields, false)
	if err != nil {
		return nil, nil, err
	}
	p, ok := found[accountID]
	if !ok {
		return contact, nil, nil
	}
	return contact, &models.Account{Pair: p}, nil
}

// resolve finds the link behind a key, "" when nobody matches. A contact is found by email even if
// several share it: one that is linked goes before others. A record that was merged into another is
// the other; one that lives on neither side is nobody.
func (s *Store) resolve(ctx context.Context, key models.CustomerKey) (contactID, accountID string, err error) {
	var l mergedLink
	switch {
	case key.DeskContactID != nil:
		l, err = s.linkOf(ctx, models.Desk, *key.DeskContactID, models.ContactObject)
	case key.DeskAccountID != nil:
		l, err = s.linkOf(ctx, models.Desk, *key.DeskAccountID, models.AccountObject)
	case key.SalesforceID != nil:
		l, err = s.linkOf(ctx, models.Salesforce, models.SalesforceID(*key.SalesforceID), models.SyncObjects...)
	case key.Email != nil:
		email := truncate(models.MatchKey(models.Text(*key.Email)))
		if email == "" {
			return "", "", nil
		}
		err = s.read(ctx).Table("links").Select("id", "object", "live").Limit(1).Where("object = ? AND live = ? AND match_key = ?", models.ContactObject, true, email).
			Order("(desk_id IS NOT NULL AND salesforce_id IS NOT NULL) DESC, id").Find(&l).Error
	}
	switch {
	case err != nil || !l.Live:
		return "", "", err
	case l.Object == models.AccountObject:
		return "", l.ID, nil
	}
	return l.ID, "", nil
}

// maxMerges bounds how many merges are followed after each other.
const maxMerges = 8

// mergedLink is a link with what its records were merged into.
type mergedLink struct {
	ID             string
	Object         models.SyncObject
	Live           bool
	DeskInto       string
	SalesforceInto string
}

// linkOf is the living link of a side's record, or of the one that it, or its counterpart, was
// merged into; the zero link where there is none.
func (s *Store) linkOf(ctx context.Context, side models.Side, id string, objects ...models.SyncObject) (mergedLink, error) {
	for _, object := range objects {
		l, err := s.survivor(ctx, side, id, object)
		if err != nil || l.ID != "" {
			return l, err
		}
	}
	return mergedLink{}, nil
}

func (s *Store) survivor(ctx context.Context, side models.Side, id string, object models.SyncObject) (last mergedLink, err error) {
	for range maxMerges {
		var found []mergedLink
		err := s.read(ctx).Table("links l").Select("l.id, l.object, l.live, COALESCE(d.merged_into, '') AS desk_into, COALESCE(s.merged_into, '') AS salesforce_into").
			Joins("LEFT JOIN "+table(models.Desk, object)+" d ON d.id = l.desk_id").Joins("LEFT JOIN "+table(models.Salesforce, object)+" s ON s.id = l.salesforce_id").
			Where("l.object = ? AND l."+idColumn(side)+" = ?", object, id).Limit(1).Find(&found).Error
		if err != nil {
			return last, err
		}
		into := map[models.Side]string{}
		if len(found) > 0 {
			if found[0].Live {
				last = found[0]
			}
			into[models.Desk], into[models.Salesforce] = found[0].DeskInto, found[0].SalesforceInto
		} else {
			var rows []models.MirrorRow // its link went with the merge
			if err := s.read(ctx).Table(table(side, object)).Select("merged_into").Where("id = ?", id).Find(&rows).Error; err != nil {
				return last, err
			}
			if len(rows) > 0 {
				into[side] = rows[0].MergedInto
			}
		}
		switch {
		case into[side] != "":
			id = into[side]
		case into[side.Other()] != "":
			id = into[side.Other()]
			side = side.Other()
		default:
			return last, nil
		}
	}
	return last, nil
}

// accountOf finds the link of a contact's account: by Salesforce's reference, else by Desk's.
func (s *Store) accountOf(ctx context.Context, contact models.Pair) (string, error) {
	for _, parent := range []struct {
		side models.Side
		id   *string
	}{{models.Salesforce, contact.SalesforceParentID}, {models.Desk, contact.DeskParentID}} {
		if parent.id == nil {
			continue
		}
		var l models.Link
		err := s.read(ctx).Select("id").Where("object = ? AND "+idColumn(parent.side)+" = ?", models.AccountObject, *parent.id).Limit(1).Find(&l).Error
		if err != nil || l.ID != "" {
			return l.ID, err
		}
	}
	return "", nil
}

// Contacts lists the contacts of either side, each pair once.
func (s *Store) Contacts(ctx context.Context, f models.ContactFilter, order models.ContactOrder, page models.Page, columns models.Sources, total bool) (models.Slice[models.Contact], error) {
	smallResult := f.AccountID != nil // found by an index of its own
	q := s.replica(ctx).Model(&linkRow{}).Where(withoutIndex("object", smallResult)+" = ? AND "+withoutIndex("live", smallResult)+" = ?", models.ContactObject, true)
	if f.Email != nil {
		q = q.Where("match_key = ?", truncate(models.MatchKey(models.Text(*f.Email))))
	}
	if f.AccountID != nil {
		account, err := s.accountLink(ctx, *f.AccountID)
		if err != nil {
			return models.Slice[models.Contact]{}, err
		}
		q = s.childrenOf(q, account)
	}
	rows, err := s.linkList(applySearch(q, f.Search, f.UpdatedSince, true, string(order)), smallResult || f.Email != nil, "contacts", string(order), page, total)
	if err != nil {
		return models.Slice[models.Contact]{}, err
	}
	return joined(s, s.replica(ctx), models.ContactObject, rows, columns, func(p models.Pair) models.Contact { return models.Contact{Pair: p} })
}

// Accounts lists the accounts of either side, each pair once.
func (s *Store) Accounts(ctx context.Context, f models.AccountFilter, order models.AccountOrder, page models.Page, columns models.Sources, total bool) (models.Slice[models.Account], error) {
	q := s.replica(ctx).Model(&linkRow{}).Where("object = ? AND live = ?", models.AccountObject, true)
	if f.Name != nil {
		q = q.Where("match_key = ?", truncate(models.MatchKey(models.Text(*f.Name))))
	}
	rows, err := s.linkList(applySearch(q, f.Search, f.UpdatedSince, false, string(order)), f.Name != nil, "accounts", string(order), page, total)
	if err != nil {
		return models.Slice[models.Account]{}, err
	}
	return joined(s, s.replica(ctx), models.AccountObject, rows, columns, func(p models.Pair) models.Account { return models.Account{Pair: p} })
}

// accountLink finds an account by our id or by either vendor's; the zero link when there is none.
// Each way has an index of its own.
func (s *Store) accountLink(ctx context.Context, id string) (l models.Link, err error) {
	for _, by := range []struct{ column, id string }{{"id", id}, {"salesforce_id", models.SalesforceID(id)}, {"desk_id", id}} {
		err = s.read(ctx).Where("object = ? AND "+by.column+" = ?", models.AccountObject, by.id).Limit(1).Find(&l).Error
		if err != nil || l.ID != "" {
			return l, err
		}
	}
	return l, nil
}

// childrenOf are the links of the contacts whose account it is on either side: few beside all there
// are, so they are found first, and in the order that is written here: SQLite keeps to it in a
// cross join.
func (s *Store) childrenOf(q *gorm.DB, account models.Link) *gorm.DB {
	none := "\x00" // no record has this parent
	of := func(side models.Side) *gorm.DB {
		id := account.RecordID(side)
		if id == "" {
			id = none
		}
		return s.db.Session(&gorm.Session{NewDB: true}).Table(table(side, models.ContactObject)+" c").Select("l.id AS child_id").
			Joins("CROSS JOIN links l ON l.object = ? AND l."+idColumn(side)+" = c.id", models.ContactObject).Where("c.parent_id = ?", id)
	}
	return q.Table("(? UNION ?) child", of(models.Salesforce), of(models.Desk)).Joins("CROSS JOIN links ON links.id = child.child_id")
}

var likeEscape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// applySearch restricts to a search and a time. The indexes of the orders hold what is compared:
// since enters one by its time only where that is the order.
func applySearch(q *gorm.DB, search *string, since *time.Time, email bool, order string) *gorm.DB {
	if search != nil && strings.TrimSpace(*search) != "" {
		like := "%" + likeEscape.Replace(strings.ToLower(strings.TrimSpace(*search))) + "%"
		if email {
			q = q.Where("(name_key LIKE ? ESCAPE '!' OR match_key LIKE ? ESCAPE '!')", like, like)
		} else {
			q = q.Where("name_key LIKE ? ESCAPE '!'", like)
		}
	}
	if since != nil {
		q = q.Where(withoutIndex("moved_at", !strings.HasPrefix(order, "UPDATED"))+" >= ?", earliest(*since))
	}
	return q
}

// linkList reads one page of links in an order that an index of the links has. smallResult tells
// that the query leaves a handful by an index of its own: those are sorted.
func (s *Store) linkList(q *gorm.DB, smallResult bool, name, order string, page models.Page, total bool) (models.Slice[linkRow], error) {
	by, desc := strings.CutSuffix(order, "_DESC")
	by = strings.TrimSuffix(by, "_ASC")
	c := map[string]string{"NAME": "name_key", "EMAIL": "match_key", "UPDATED": "moved_at"}[by]
	if c == "" {
		c, by = "name_key", "NAME"
	}
	k := keyset{name: name + "/" + by + map[bool]string{true: "-"}[desc], columns: []column{{sql: withoutIndex(c, smallResult), desc: desc}, {sql: "id", desc: desc}}}
	return list(q, k, page, total, func(l linkRow) []any {
		return []any{map[string]any{"name_key": l.NameKey, "match_key": l.MatchKey, "moved_at": l.MovedAt}[c], l.ID}
	}, func(tx *gorm.DB) *gorm.DB { return tx.Select("id", c) })
}

// joined turns a page of links into a page of what they stand for.
func joined[T any](s *Store, q *gorm.DB, object models.SyncObject, rows models.Slice[linkRow], columns models.Sources, of func(models.Pair) T) (models.Slice[T], error) {
	out := models.Slice[T]{Rows: []T{}, Cursors: rows.Cursors, PageInfo: rows.PageInfo, Total: rows.Total}
	ids := make([]string, len(rows.Rows))
	for i, r := range rows.Rows {
		ids[i] = r.ID
	}
	found, err := s.pairs(q, object, ids, columns, false)
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		p, ok := found[id]
		if !ok {
			p = models.Pair{ID: id, Object: object} // removed between the two reads
		}
		out.Rows = append(out.Rows, of(p))
	}
	return out, nil
}

// AccountsBySalesforceID reads accounts by Salesforce id; missing ones are absent.
func (s *Store) AccountsBySalesforceID(ctx context.Context, ids []string, columns models.Sources) (map[string]*models.Account, error) {
	return s.accountsBy(ctx, models.Salesforce, ids, columns)
}

// AccountsByDeskID reads accounts by Desk id; missing ones are absent.
func (s *Store) AccountsByDeskID(ctx context.Context, ids []string, columns models.Sources) (map[string]*models.Account, error) {
	return s.accountsBy(ctx, models.Desk, ids, columns)
}

func (s *Store) accountsBy(ctx context.Context, side models.Side, ids []string, columns models.Sources) (map[string]*models.Account, error) {
	out := map[string]*models.Account{}
	for chunk := range chunks(ids) {
		var links []models.Link
		if err := s.read(ctx).Select("id", "desk_id", "salesforce_id").Where("object = ? AND "+idColumn(side)+" IN ?", models.AccountObject, chunk).Find(&links).Error; err != nil {
			return nil, err
		}
		linkIDs := make([]string, len(links))
		for i := range links {
			linkIDs[i] = links[i].ID
		}
		found, err := s.pairs(s.read(ctx), models.AccountObject, linkIDs, columns, false)
		if err != nil {
			return nil, err
		}
		for i := range links {
			if p, ok := found[links[i].ID]; ok {
				out[links[i].RecordID(side)] = &models.Account{Pair: p}
			}
		}
	}
	return out, nil
}
