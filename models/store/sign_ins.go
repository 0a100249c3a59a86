package store

import (
	"bytes"
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// CreateSignIn keeps a new sign-in, with its entry in the audit: one that nobody knows of opens
// nothing.
func (s *Store) CreateSignIn(ctx context.Context, in models.SignIn, e models.AuditEntry) error {
	if err := s.sealGrant(&in); err != nil {
		return err
	}
	in.Name = truncate(in.Name)
	if e.At.IsZero() {
		e.At = s.stamp()
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&in).Error; err != nil {
			return err
		}
		return tx.Create(&e).Error
	})
}

// sealGrant seals what the provider is asked with; without one what is sealed stays.
func (s *Store) sealGrant(in *models.SignIn) (err error) {
	if in.Grant != "" {
		in.Sealed, err = s.seal.seal([]byte(in.Grant), signInPlace(in.ID))
	}
	return err
}

// signInPlace is what a sign-in's sealed column is bound to.
func signInPlace(id string) string { return "sign_ins/" + id }

// SignIn finds a sign-in. NOT_FOUND; also for one that is over, revoked or another device's.
func (s *Store) SignIn(ctx context.Context, id, device string) (in models.SignIn, err error) {
	where := "id = ? AND device = ? AND revoked_at IS NULL AND expires_at > ?"
	if err := s.read(ctx).First(&in, where, id, device, s.stamp()).Error; err != nil || len(in.Sealed) == 0 {
		return in, notFoundError(err)
	}
	plain, err := s.seal.open(in.Sealed, signInPlace(id))
	in.Grant = string(plain)
	return in, err
}

// SignIns are the sign-ins that have not ended; the one that lasts longest comes first.
func (s *Store) SignIns(
	ctx context.Context,
	f models.SignInFilter,
	page models.Page,
	total bool,
) (models.Slice[models.SignIn], error) {
	k := keyset{name: "signIns", columns: []column{{sql: "expires_at", desc: true}, {sql: "id", desc: true}}}
	q := s.read(ctx).Model(&models.SignIn{}).Where("expires_at > ? AND revoked_at IS NULL", s.stamp())
	if f.Scope != nil {
		q = q.Where("scope = ?", *f.Scope)
	}
	q = searched(q, f.Search, "subject", "name")
	out, err := list(q, k, page, total, func(in models.SignIn) []any { return []any{in.ExpiresAt, in.ID} })
	if err != nil {
		return out, err
	}
	profiles, err := s.Profiles(ctx)
	for i := range out.Rows {
		for j := range profiles {
			if out.Rows[i].ProfileID == profiles[j].ID {
				out.Rows[i].Profile = &profiles[j]
			}
		}
	}
	return out, err
}

// ClaimRenewal lets one process alone ask the provider of a sign-in, for a while: a provider takes
// two renewals with the same grant for a theft. It answers false while another one asks, and for a
// refresh token that is not the present one.
func (s *Store) ClaimRenewal(
	ctx context.Context,
	id string,
	present []byte,
	ttl time.Duration,
) (claimed bool, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		now := s.stamp()
		free := "id = ? AND refresh_hash = ? AND revoked_at IS NULL AND (asked_until IS NULL OR asked_until < ?)"
		done := tx.Model(&models.SignIn{}).
			Where(free, id, present, now).
			UpdateColumns(map[string]any{"asked_until": now.Add(ttl)})
		claimed = done.RowsAffected == 1
		return done.Error
	})
	return claimed, err
}

// ReleaseRenewal lets the next process ask: nothing was heard. grant is what the provider is asked
// with from now on, "" for the same.
func (s *Store) ReleaseRenewal(ctx context.Context, id, grant string) error {
	in := models.SignIn{ID: id, Grant: grant}
	if err := s.sealGrant(&in); err != nil {
		return err
	}
	change := map[string]any{"asked_until": nil}
	if grant != "" {
		change["sealed"] = in.Sealed
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&models.SignIn{}).Where("id = ? AND revoked_at IS NULL", id).UpdateColumns(change).Error
	})
}

// RenewedTwice is how long the refresh token before the present one may still come: a tab that was
// duplicated renews with the same one.
const RenewedTwice = 10 * time.Second

// RotateSignIn exchanges a sign-in's refresh token for the next one, on the device that it was
// given to; person is what is said of the person at present. UNAUTHENTICATED for a sign-in that
// is unknown, over or revoked. The token before the present one leaves all as it is for
// RenewedTwice. Any other one was stolen, or its answer was: the sign-in ends.
func (s *Store) RotateSignIn(
	ctx context.Context,
	id string,
	old, next []byte,
	device string,
	person models.Present,
) (models.SignIn, error) {
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
			if bytes.Equal(in.PreviousHash, old) && in.RotatedAt != nil && now.Sub(*in.RotatedAt) < RenewedTwice &&
				!now.Before(*in.RotatedAt) {
				return nil
			}
			stolen = true
			in.RevokedAt, in.Sealed = &now, nil
		default:
			in.PreviousHash, in.RefreshHash, in.RotatedAt, in.AskedUntil = old, next, &now, nil
			in.ProfileID, in.Name = cmp.Or(person.ProfileID, in.ProfileID), cmp.Or(truncate(person.Name), in.Name)
			in.Grant = person.Grant
			if err := s.sealGrant(&in); err != nil {
				return err
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

// RevokeSignIn ends a sign-in at once, and forgets what its provider was asked with. NOT_FOUND.
func (s *Store) RevokeSignIn(ctx context.Context, id string) (in models.SignIn, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		in = models.SignIn{}
		if err := s.locked(tx).First(&in, "id = ?", id).Error; err != nil {
			return err
		}
		if in.RevokedAt == nil {
			now := s.stamp()
			in.RevokedAt = &now
		}
		in.Sealed = nil
		return tx.Save(&in).Error
	})
	return in, err
}
