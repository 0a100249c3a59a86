package store

import (
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sidelight/models"
)

// batchRows is how many rows one statement holds: SQLite takes 32,766 parameters, the widest row
// has some twenty.
const batchRows = 500

// table is the mirror of a side's object.
func table(side models.Side, object models.SyncObject) string {
	return strings.ToLower(string(side)) + "_" + object.Singular() + "s"
}

// idColumn is the link's column that holds the side's id.
func idColumn(side models.Side) string { return strings.ToLower(string(side)) + "_id" }

// linkRow is a link with what only lists and the lag need: the keys by which it is ordered and
// found, taken from the mirrors. They are kept beside the link so that a list of either side's
// records is one walk along one index.
type linkRow struct {
	models.Link `gorm:"embedded"`
	DirtySince  *time.Time // when the oldest change that is not on the other side was observed
	Live        bool       // one of the records is not deleted
	NameKey     string
	MatchKey    string
	MovedAt     time.Time // the later of both vendors' times
}

func (linkRow) TableName() string { return "links" }

// nameOf is a record's shown name.
func nameOf(side models.Side, object models.SyncObject, v models.Values) string {
	if object == models.AccountObject {
		return v[object.MatchField(side)].String()
	}
	first, last := v["FirstName"], v["LastName"]
	if side == models.Desk {
		first, last = v["firstName"], v["lastName"]
	}
	return strings.TrimSpace(first.String() + " " + last.String())
}

// deriveColumns takes a mirror row's own columns from its values.
func deriveColumns(row *models.MirrorRow, side models.Side, object models.SyncObject) {
	row.Name = nameOf(side, object, row.Data)
	row.MatchKey = truncate(models.MatchKey(row.Data[object.MatchField(side)]))
	row.SecondKey = ""
	if second := object.SecondField(side); second != "" {
		row.SecondKey = truncate(models.MatchKey(row.Data[second]))
	}
	row.ParentID = ""
	if parent := object.ParentField(side); parent != "" {
		row.ParentID = row.Data[parent].String()
	}
}

// keyLength is the length of the indexed keys, in characters.
const keyLength = 191

func truncate(s string) string {
	n := 0
	for i := range s {
		if n == keyLength {
			return s[:i]
		}
		n++
	}
	return s
}

// key takes the link's keys from its mirror rows: Salesforce's where it has one that lives, else
// Desk's.
func (l *linkRow) key(desk, salesforce *models.MirrorRow) {
	l.Live, l.NameKey, l.MatchKey, l.MovedAt = false, "", "", models.UnknownTime
	for _, row := range []*models.MirrorRow{desk, salesforce} {
		if row == nil {
			continue
		}
		if row.ModifiedAt.After(l.MovedAt) {
			l.MovedAt = row.ModifiedAt
		}
		if row.DeletedAt == nil {
			l.Live, l.NameKey, l.MatchKey = true, truncate(strings.ToLower(row.Name)), row.MatchKey
		}
	}
}

// mirrors reads mirror rows by id.
func mirrors(tx *gorm.DB, side models.Side, object models.SyncObject, ids []string) (map[string]*models.MirrorRow, error) {
	out := make(map[string]*models.MirrorRow, len(ids))
	for chunk := range chunks(ids) {
		var rows []models.MirrorRow
		if err := tx.Table(table(side, object)).Where("id IN ?", chunk).Find(&rows).Error; err != nil {
			return nil, err
		}
		for i := range rows {
			out[rows[i].ID] = &rows[i]
		}
	}
	return out, nil
}

// chunks cuts a list into parts that fit one statement.
func chunks[T any](list []T) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			n := min(len(list), batchRows)
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

// upsert writes rows whole, new or not.
func upsert[T any](tx *gorm.DB, name string, rows []T) error {
	for chunk := range chunks(rows) {
		if err := tx.Table(name).Clauses(clause.OnConflict{UpdateAll: true}).Create(&chunk).Error; err != nil {
			return err
		}
	}
	return nil
}

// updateLinkKeys takes the keys of links anew from their mirrors, and saves the links.
func (s *Store) updateLinkKeys(tx *gorm.DB, object models.SyncObject, links []*linkRow) error {
	rows := map[models.Side]map[string]*models.MirrorRow{}
	for _, side := range models.Sides {
		var ids []string
		for _, l := range links {
			if id := l.RecordID(side); id != "" {
				ids = append(ids, id)
			}
		}
		var err error
		if rows[side], err = mirrors(tx, side, object, ids); err != nil {
			return err
		}
	}
	out := make([]linkRow, 0, len(links))
	for _, l := range links {
		l.key(rows[models.Desk][l.RecordID(models.Desk)], rows[models.Salesforce][l.RecordID(models.Salesforce)])
		out = append(out, *l)
	}
	return upsert(tx, "links", out)
}

// dirty marks the links of the query for planning again, because of the trigger; "" leaves the
// reason that was there.
func (s *Store) dirty(links *gorm.DB, cause models.RunTrigger) error {
	change := map[string]any{
		"dirty": true, "plan_after": nil, "version": gorm.Expr("version + 1"), "dirty_since": gorm.Expr("COALESCE(dirty_since, ?)", s.stamp()),
	}
	if cause != "" {
		change["cause"] = cause
	}
	return links.Table("links").UpdateColumns(change).Error
}

var (
	doNothing = clause.OnConflict{DoNothing: true}
	replace   = clause.OnConflict{UpdateAll: true}
)
