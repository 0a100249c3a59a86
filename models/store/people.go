package store

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sidelight/models"
)

func shortest(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func maybe(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}

// Profiles are Desk's profiles with their permissions, by name.
func (s *Store) Profiles(ctx context.Context) ([]models.Profile, error) {
	out := []models.Profile{}
	return out, s.read(ctx).Order("name, id").Find(&out).Error
}

// SaveProfiles keeps the profiles that Desk has. One that is known keeps its permission; a new one begins with the given one.
func (s *Store) SaveProfiles(ctx context.Context, profiles []models.Profile) error {
	if len(profiles) == 0 {
		return nil
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		for i := range profiles {
			profiles[i].UpdatedAt = s.stamp()
		}
		c := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}
		if err := tx.Clauses(c).Create(&profiles).Error; err != nil {
			return err
		}
		return s.raisePolicy(tx)
	})
}

func (s *Store) raisePolicy(tx *gorm.DB) error {
	return tx.Model(&models.Integration{}).Where("id = 1").UpdateColumns(map[string]any{"policy_version": gorm.Expr("policy_version + 1")}).Error
}

// SetProfilePermission changes a profile's permission and raises PolicyVersion. NOT_FOUND.
func (s *Store) SetProfilePermission(ctx context.Context, id string, change models.ProfilePermission) (before, after models.Profile, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		before = models.Profile{}
		if err := s.locked(tx).First(&before, "id = ?", id).Error; err != nil {
			return err
		}
		after = before
		access := change.Apply(before.Permission())
		after.Switches, after.Hidden, after.UpdatedAt = access.Switches, access.Hidden, s.stamp()
		if change.DenyMode != nil {
			after.DenyMode = *change.DenyMode
		}
		if err := tx.Save(&after).Error; err != nil {
			return err
		}
		return s.raisePolicy(tx)
	})
	return before, after, err
}

// PolicyVersion rises with every change of a permission.
func (s *Store) PolicyVersion(ctx context.Context) (int64, error) {
	in, err := s.Integration(ctx)
	return in.PolicyVersion, err
}

// ServiceTokens are the dashboards' tokens, newest first.
func (s *Store) ServiceTokens(ctx context.Context) ([]models.ServiceToken, error) {
	out := []models.ServiceToken{}
	if err := s.read(ctx).Order("created_at DESC, id DESC").Find(&out).Error; err != nil {
		return nil, err
	}
	profiles, err := s.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		for j := range profiles {
			if out[i].ProfileID != nil && *out[i].ProfileID == profiles[j].ID {
				out[i].Profile = &profiles[j]
			}
		}
	}
	return out, nil
}

// CreateServiceToken keeps a token's hash. The token itself is never kept.
func (s *Store) CreateServiceToken(ctx context.Context, t models.ServiceToken) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		if t.ProfileID != nil {
			if err := tx.First(&models.Profile{}, "id = ?", *t.ProfileID).Error; err != nil {
				return known(err)
			}
		}
		return tx.Create(&t).Error
	})
}

// ServiceTokenByHash finds a token. NOT_FOUND.
func (s *Store) ServiceTokenByHash(ctx context.Context, hash []byte) (t models.ServiceToken, err error) {
	return t, known(s.read(ctx).First(&t, "hash = ?", hash).Error)
}

// TouchServiceToken notes a token's use, at most once a minute.
func (s *Store) TouchServiceToken(ctx context.Context, id string) error {
	now := s.stamp()
	stale := "id = ? AND (last_used_at IS NULL OR last_used_at < ?)"
	var n int64
	if err := s.read(ctx).Model(&models.ServiceToken{}).Where(stale, id, now.Add(-time.Minute)).Count(&n).Error; err != nil || n == 0 {
		return err
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&models.ServiceToken{}).Where(stale, id, now.Add(-time.Minute)).UpdateColumns(map[string]any{"last_used_at": now}).Error
	})
}

// ServiceTokenActive tells whether the token was not revoked.
func (s *Store) ServiceTokenActive(ctx context.Context, id string) (bool, error) {
	var n int64
	err := s.read(ctx).Model(&models.ServiceToken{}).Where("id = ? AND revoked_at IS NULL", id).Count(&n).Error
	return n == 1, err
}

// RevokeServiceToken ends a token at once. NOT_FOUND.
func (s *Store) RevokeServiceToken(ctx context.Context, id string) (t models.ServiceToken, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		t = models.ServiceToken{}
		if err := s.locked(tx).First(&t, "id = ?", id).Error; err != nil {
			return err
		}
		if t.RevokedAt == nil {
			now := s.stamp()
			t.RevokedAt = &now
		}
		return tx.Save(&t).Error
	})
	return t, err
}

// CreateSignIn keeps a new sign-in.
func (s *Store) CreateSignIn(ctx context.Context, in models.SignIn) error {
	return s.tx(ctx, func(tx *gorm.DB) error { return tx.Create(&in).Error })
}

// SignIn finds a sign-in. NOT_FOUND; also for one that is over, revoked or another device's.
func (s *Store) SignIn(ctx context.Context, id, device string) (in models.SignIn, err error) {
	return in, known(s.read(ctx).First(&in, "id = ? AND device = ? AND revoked_at IS NULL AND expires_at > ?", id, device, s.stamp()).Error)
}

// RotateSignIn exchanges a sign-in's refresh token for the next one, on the device that it was given to; profile is the agent's present one, "" to
// leave it. UNAUTHENTICATED for a sign-in that is unknown, over or revoked. A token that is not the present one was stolen, or its answer was: the
// sign-in ends.
func (s *Store) RotateSignIn(ctx context.Context, id string, old, next []byte, device, profile string) (models.SignIn, error) {
	refused := models.Errorf(models.CodeUnauthenticated, "the sign-in is over: sign in again")
	var in models.SignIn
	stolen := false
	err := s.tx(ctx, func(tx *gorm.DB) error {
		in, stolen = models.SignIn{}, false
		if err := s.locked(tx).Where("id = ?", id).Limit(1).Find(&in).Error; err != nil {
			return err
		}
		now := s.stamp()
		switch {
		case in.ID == "" || in.RevokedAt != nil || !now.Before(in.ExpiresAt) || in.Device != device:
			return refused
		case !bytes.Equal(in.RefreshHash, old):
			stolen = true
			in.RevokedAt = &now
		default:
			in.RefreshHash = next
			if profile != "" {
				in.ProfileID = profile
			}
		}
		return tx.Save(&in).Error
	})
	if err == nil && stolen {
		err = refused
	}
	return in, err
}

// SessionActive tells whether the sign-in was not revoked.
func (s *Store) SessionActive(ctx context.Context, id string) (bool, error) {
	var n int64
	err := s.read(ctx).Model(&models.SignIn{}).Where("id = ? AND revoked_at IS NULL", id).Count(&n).Error
	return n == 1, err
}

// RevokeSignIn ends a sign-in at once.
func (s *Store) RevokeSignIn(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&models.SignIn{}).Where("id = ? AND revoked_at IS NULL", id).UpdateColumns(map[string]any{"revoked_at": s.stamp()}).Error
	})
}

// signInState is what has to be remembered between sending a browser to a vendor and its coming back.
type signInState struct {
	ID        string `gorm:"primaryKey"`
	Sealed    []byte
	ExpiresAt time.Time
}

// SaveState keeps what has to be remembered of a browser that was sent to a vendor, sealed.
func (s *Store) SaveState(ctx context.Context, id string, plain []byte, ttl time.Duration) error {
	sealed, err := s.seal.seal(plain, "states/"+id)
	if err != nil {
		return err
	}
	now := s.stamp()
	return s.tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("expires_at < ?", now).Delete(&signInState{}).Error; err != nil {
			return err
		}
		return tx.Create(&signInState{ID: id, Sealed: sealed, ExpiresAt: now.Add(ttl)}).Error
	})
}

// TakeState answers it once. NOT_FOUND when it is unknown, over or taken already.
func (s *Store) TakeState(ctx context.Context, id string) ([]byte, error) {
	var row signInState
	err := s.tx(ctx, func(tx *gorm.DB) error {
		row = signInState{}
		if err := s.locked(tx).First(&row, "id = ? AND expires_at > ?", id, s.stamp()).Error; err != nil {
			return err
		}
		return tx.Delete(&row).Error
	})
	if err != nil {
		return nil, err
	}
	return s.seal.open(row.Sealed, "states/"+id)
}

// Audit notes who changed what.
func (s *Store) Audit(ctx context.Context, e models.AuditEntry) error {
	if e.At.IsZero() {
		e.At = s.stamp()
	}
	return s.tx(ctx, func(tx *gorm.DB) error { return tx.Create(&e).Error })
}

// AuditLog says who changed what, latest first.
func (s *Store) AuditLog(ctx context.Context, page models.Page, total bool) (models.Slice[models.AuditEntry], error) {
	k := keyset{name: "audit", columns: []column{{sql: "id", desc: true}}}
	return list(s.read(ctx).Model(&models.AuditEntry{}), k, page, total, func(e models.AuditEntry) []any { return []any{e.ID} })
}
