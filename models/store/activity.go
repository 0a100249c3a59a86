package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sidelight/models"
)

// dayLayout is how a day of UTC is written.
const dayLayout = "2006-01-02"

// syncDay is what the sync did on a day, and what was counted on it.
type syncDay struct {
	Day             string `gorm:"primaryKey"`
	Changed         int
	Failed          int
	DeskCalls       *int
	SalesforceCalls *int
}

// addToDay adds up what was done on the day.
func addToDay(tx *gorm.DB, at time.Time, tallies []models.SyncTally) error {
	row := syncDay{Day: at.UTC().Format(dayLayout)}
	for _, t := range tallies {
		row.Changed += t.Added + t.Updated
		row.Failed += t.Failed
	}
	if row.Changed == 0 && row.Failed == 0 {
		return nil
	}
	add := func(column string, n int) clause.Assignment {
		return clause.Assignment{Column: clause.Column{Name: column}, Value: gorm.Expr("`sync_days`.`"+column+"` + ?", n)}
	}
	c := clause.OnConflict{Columns: []clause.Column{{Name: "day"}}, DoUpdates: clause.Set{add("changed", row.Changed), add("failed", row.Failed)}}
	return tx.Clauses(c).Create(&row).Error
}

// NoteCalls keeps a side's count of API calls for the present day, where it is higher than what is
// kept. A count from before midnight may be kept for the day after it.
func (s *Store) NoteCalls(ctx context.Context, side models.Side, used int) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		now, err := s.databaseTime(tx)
		if err != nil {
			return err
		}
		row, column := syncDay{Day: now.UTC().Format(dayLayout)}, "salesforce_calls"
		if side == models.Desk {
			column = "desk_calls"
			row.DeskCalls = &used
		} else {
			row.SalesforceCalls = &used
		}
		higher := clause.Assignment{Column: clause.Column{Name: column},
			Value: gorm.Expr("CASE WHEN `sync_days`.`"+column+"` > ? THEN `sync_days`.`"+column+"` ELSE ? END", used, used)}
		c := clause.OnConflict{Columns: []clause.Column{{Name: "day"}}, DoUpdates: clause.Set{higher}}
		return tx.Clauses(c).Create(&row).Error
	})
}

// Activity is what the sync did on each day from one on to another, the earliest first. Days
// without anything are there too.
func (s *Store) Activity(ctx context.Context, from, to time.Time) ([]models.ActivityDay, error) {
	from, to = from.UTC().Truncate(24*time.Hour), to.UTC()
	var rows []syncDay
	if err := s.read(ctx).Where("day >= ?", from.Format(dayLayout)).Find(&rows).Error; err != nil {
		return nil, err
	}
	known := map[string]syncDay{}
	for _, row := range rows {
		known[row.Day] = row
	}
	var out []models.ActivityDay
	for at := from; !at.After(to); at = at.AddDate(0, 0, 1) {
		row := known[at.Format(dayLayout)]
		out = append(out, models.ActivityDay{Day: models.Date(at.Format(dayLayout)), Changed: row.Changed, Failed: row.Failed, DeskCalls: row.DeskCalls, SalesforceCalls: row.SalesforceCalls})
	}
	return out, nil
}
