package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// ofRecords are the tables that hold what is known of records, ofConnections those that an admin
// has set up.
var (
	ofRecords = []string{"desk_contacts", "desk_accounts", "salesforce_contacts", "salesforce_accounts", "links", "intents", "cursors",
		"opportunities", "opportunity_contacts", "notes", "events", "tasks", "related_states", "related_mirrors", "card_versions", "tickets", "failures", "conflicts", "changes",
		"rehearsals", "drift_reports", "sync_days"}
	ofConnections = []string{"sync_filters", "constants", "connections", "field_mappings", "sign_ins", "sign_in_states"}
)

// empty deletes all rows of tables, and ends the runs that are going on.
func empty(tx *gorm.DB, now time.Time, tables []string) error {
	for _, name := range tables {
		if err := tx.Exec("DELETE FROM `" + name + "`").Error; err != nil {
			return err
		}
	}
	if err := touchAll(tx); err != nil {
		return err
	}
	return tx.Model(&models.SyncRun{}).Where("status = ?", models.RunRunning).
		UpdateColumns(map[string]any{"status": models.RunStopped, "finished_at": now}).Error
}

// BeginAnew takes the organization for the one whose records of the side are linked from now on:
// mirrors, links, owed writes, related records, positions and the logs about records go.
// Connections, mappings, filters and permissions stay.
func (s *Store) BeginAnew(ctx context.Context, side models.Side, org string) (models.Integration, error) {
	var in models.Integration
	err := s.tx(ctx, func(tx *gorm.DB) error {
		in = models.Integration{}
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		now := s.stamp()
		if err := empty(tx, now, ofRecords); err != nil {
			return err
		}
		in.SetOrg(side, org)
		in.BeginAnew()
		in.UpdatedAt = now
		return tx.Save(&in).Error
	})
	return in, err
}

// LatestMoved reads the links of an object whose records were changed last, by the vendors' times.
func (s *Store) LatestMoved(ctx context.Context, object models.SyncObject, limit int) ([]models.LinkState, error) {
	return s.states(ctx, object, s.along(s.read(ctx), "links", "links_by_moved_at").Where("object = ? AND live = ?", object, true).Order("moved_at DESC, id DESC").Limit(limit))
}
