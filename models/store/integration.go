package store

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sidelight/models"
)

var (
	doNothing = clause.OnConflict{DoNothing: true}
	replace   = clause.OnConflict{UpdateAll: true}
)

// locked reads rows that this transaction is about to change. SQLite locks the database as a whole when the transaction begins.
func (s *Store) locked(tx *gorm.DB) *gorm.DB {
	if s.mysql {
		return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	return tx
}

// Integration reads the one row.
func (s *Store) Integration(ctx context.Context) (in models.Integration, err error) {
	return in, known(s.read(ctx).First(&in, 1).Error)
}

// UpdateIntegration changes the one row under its lock; an error from change rolls back and is passed on. Another direction, or another state of the vendors'
// fields, has every link planned again in the same transaction.
func (s *Store) UpdateIntegration(ctx context.Context, change func(*models.Integration) error) (models.Integration, error) {
	var in models.Integration
	err := s.tx(ctx, func(tx *gorm.DB) error {
		in = models.Integration{}
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		before := in
		if err := change(&in); err != nil {
			in = before
			return err
		}
		in.UpdatedAt = s.stamp()
		if err := tx.Save(&in).Error; err != nil {
			return err
		}
		if in.Direction == before.Direction && reflect.DeepEqual(in.Drift, before.Drift) {
			return nil
		}
		return s.dirty(tx.Where("1 = 1"), models.TriggerManual)
	})
	return in, err
}

// Connection reads a side's connection; a side that was never connected has the zero one.
func (s *Store) Connection(ctx context.Context, side models.Side) (models.Connection, error) {
	c := models.Connection{}
	err := s.read(ctx).Where("side = ?", side).Limit(1).Find(&c).Error
	c.Side = side
	return c, err
}

// SetConnectionProblem notes why the connection does not work; "" clears it.
func (s *Store) SetConnectionProblem(ctx context.Context, side models.Side, code models.Code, problem string) error {
	var text *string
	if problem != "" {
		text = &problem
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&models.Connection{}).Where("side = ?", side).UpdateColumns(map[string]any{"problem": text, "problem_code": code}).Error
	})
}

// SaveConnection keeps a connection with its credentials, sealed. Without credentials the kept ones stay.
func (s *Store) SaveConnection(ctx context.Context, c models.Connection, credentials *models.Credentials) error {
	c.UpdatedAt = s.stamp()
	return s.tx(ctx, func(tx *gorm.DB) error {
		if credentials != nil {
			sealed, err := s.sealCredentials(c.Side, *credentials)
			if err != nil {
				return err
			}
			c.Secrets = sealed
			return tx.Clauses(replace).Create(&c).Error
		}
		return tx.Model(&models.Connection{}).Where("side = ?", c.Side).Select("*").Omit("secrets", "side").UpdateColumns(&c).Error
	})
}

func place(side models.Side) string { return "connections/" + string(side) }

func (s *Store) sealCredentials(side models.Side, c models.Credentials) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return s.seal.seal(plain, place(side))
}

// Credentials opens a side's credentials. NOT_FOUND when it is not connected; BAD_CREDENTIALS when the key does not open them.
func (s *Store) Credentials(ctx context.Context, side models.Side) (models.Credentials, error) {
	var out models.Credentials
	c, err := s.Connection(ctx, side)
	if err != nil {
		return out, err
	}
	if len(c.Secrets) == 0 {
		return out, models.Errorf(models.CodeNotFound, "%s is not connected", side.Name())
	}
	plain, err := s.seal.open(c.Secrets, place(side))
	if err != nil {
		return out, models.Wrap(err, models.CodeBadCredentials, "the stored credentials of %s cannot be opened with this key file: connect again", side.Name())
	}
	return out, json.Unmarshal(plain, &out)
}

// SaveCredentials keeps credentials whose tokens were renewed. A side that was disconnected meanwhile stays so.
func (s *Store) SaveCredentials(ctx context.Context, side models.Side, c models.Credentials) error {
	sealed, err := s.sealCredentials(side, c)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&models.Connection{}).Where("side = ? AND connected = ?", side, true).UpdateColumns(map[string]any{"secrets": sealed}).Error
	})
}

// Cursor is the stored position, "" when there is none.
func (s *Store) Cursor(ctx context.Context, side models.Side, object models.SyncObject, kind string) (string, error) {
	var c models.Cursor
	err := s.read(ctx).Where("side = ? AND object = ? AND kind = ?", side, object, kind).Limit(1).Find(&c).Error
	return c.Value, err
}

// SetCursor stores a position by itself.
func (s *Store) SetCursor(ctx context.Context, c models.Cursor) error {
	return s.keep(ctx, func(tx *gorm.DB) error { return s.saveCursor(tx, c) })
}

func (s *Store) saveCursor(tx *gorm.DB, c models.Cursor) error {
	var err error
	if c.UpdatedAt, err = s.databaseTime(tx); err != nil {
		return err
	}
	return tx.Clauses(replace).Create(&c).Error
}

// lease is a named claim that one process holds at a time.
type lease struct {
	Name  string `gorm:"primaryKey"`
	Owner string
	Fence int64
	Until time.Time `gorm:"column:until_"`
}

// AcquireLease takes or renews a lease by the database's clock; the fence rises with each new holder.
func (s *Store) AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, held bool, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		fence, held = 0, false
		if err := tx.Clauses(doNothing).Create(&lease{Name: name, Until: unknownTime}).Error; err != nil {
			return err
		}
		var l lease
		if err := s.locked(tx).First(&l, "name = ?", name).Error; err != nil {
			return err
		}
		now, err := s.databaseTime(tx)
		if err != nil {
			return err
		}
		if l.Owner != owner && now.Before(l.Until) {
			return nil
		}
		if l.Owner != owner {
			l.Fence++
		}
		l.Owner, l.Until, fence, held = owner, now.Add(ttl), l.Fence, true
		return tx.Save(&l).Error
	})
	return fence, held, err
}

// ReleaseLease gives a lease back, if the owner still holds it.
func (s *Store) ReleaseLease(ctx context.Context, name, owner string) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&lease{}).Where("name = ? AND owner = ?", name, owner).UpdateColumns(map[string]any{"until_": unknownTime, "owner": ""}).Error
	})
}

// Setting is a small value kept for the process itself, "" when it was never set.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	var row setting
	err := s.read(ctx).Where("name = ?", name).Limit(1).Find(&row).Error
	return row.Value, err
}

// SetSetting keeps a small value.
func (s *Store) SetSetting(ctx context.Context, name, value string) error {
	return s.tx(ctx, func(tx *gorm.DB) error { return tx.Clauses(replace).Create(&setting{name, value}).Error })
}

type setting struct {
	Name  string `gorm:"primaryKey"`
	Value string
}

// FieldMappings reads the object's mapping in its order.
func (s *Store) FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error) {
	out := []models.FieldMapping{}
	return out, s.read(ctx).Where("object = ?", object).Order("position, id").Find(&out).Error
}

// ReplaceFieldMappings replaces the object's mapping and has every one of its links planned again; what was owed under the old one is not sent. refetch also
// forgets how far the object was read, so that the mirrors get the new fields.
func (s *Store) ReplaceFieldMappings(ctx context.Context, object models.SyncObject, mappings []models.FieldMapping, refetch bool) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		if err := tx.Where("object = ?", object).Delete(&models.FieldMapping{}).Error; err != nil {
			return err
		}
		if len(mappings) > 0 {
			if err := tx.CreateInBatches(mappings, batchRows).Error; err != nil {
				return err
			}
		}
		in.Drift = slices.DeleteFunc(in.Drift, func(d models.MappingDrift) bool { return d.Object == object })
		return s.replan(tx, in, object, refetch)
	})
}

// replan has every link of the object planned again under a new epoch.
func (s *Store) replan(tx *gorm.DB, in models.Integration, object models.SyncObject, refetch bool) error {
	in.MappingVersion++
	in.Epoch++
	in.UpdatedAt = s.stamp()
	if err := tx.Save(&in).Error; err != nil {
		return err
	}
	if refetch {
		if err := tx.Where("object = ? AND kind = ?", object, models.CursorLoad).Delete(&models.Cursor{}).Error; err != nil {
			return err
		}
	}
	return s.dirty(tx.Where("object = ?", object), models.TriggerManual)
}

// SyncFilter is the object's filter; without one it has no conditions.
func (s *Store) SyncFilter(ctx context.Context, object models.SyncObject) (models.SyncFilter, error) {
	f := models.SyncFilter{Object: object, Leaving: models.LeavingKeep}
	err := s.read(ctx).Where("object = ?", object).Limit(1).Find(&f).Error
	return f, err
}

// SaveSyncFilter replaces the object's filter and has every one of its links planned again, as ReplaceFieldMappings does.
func (s *Store) SaveSyncFilter(ctx context.Context, f models.SyncFilter, refetch bool) error {
	f.UpdatedAt = s.stamp()
	return s.tx(ctx, func(tx *gorm.DB) error {
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		if err := tx.Clauses(replace).Create(&f).Error; err != nil {
			return err
		}
		return s.replan(tx, in, f.Object, refetch)
	})
}

// PollCursors are the positions of all polls, with the database's time of each.
func (s *Store) PollCursors(ctx context.Context) ([]models.Cursor, error) {
	var out []models.Cursor
	return out, s.read(ctx).Where("kind = ?", models.CursorPoll).Order("updated_at").Find(&out).Error
}
