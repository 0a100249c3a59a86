package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// Wipe ends the integration: credentials, mirrors, links, owed writes, related records, positions,
// mappings, the logs that hold customers' data, and the dashboards' tokens. In SQLite's files no
// byte of it is left. Erasures stay: whoever connects again does not bring those people back.
func (s *Store) Wipe(ctx context.Context) error {
	if err := s.wipe(ctx); err != nil {
		return err
	}
	return s.scrub(ctx)
}

func (s *Store) wipe(ctx context.Context) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		now := s.stamp()
		if err := tx.Model(&models.ServiceToken{}).Where("revoked_at IS NULL").
			UpdateColumns(map[string]any{"revoked_at": now}).Error; err != nil {
			return err
		}
		if err := empty(tx, now, slices.Concat(ofRecords, ofConnections)); err != nil {
			return err
		}
		in.Status, in.Resume, in.Reason, in.ReasonCode, in.Brake = models.StatusDeleted, models.StatusNotConnected, nil, "", models.BrakeOff
		in.WaitingUntil, in.Drift = nil, nil
		in.DeskOrg, in.SalesforceOrg = "", ""
		in.LoadedAt, in.PausedAt, in.LastSyncedAt, in.UpdatedAt = nil, nil, nil, now
		in.Epoch++
		in.MappingVersion++
		return tx.Save(&in).Error
	})
}
