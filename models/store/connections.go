package store

import (
	"context"
	"encoding/json"

	"gorm.io/gorm"

	"sidelight/models"
)

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

// SaveConnection keeps a connection with its credentials, sealed. Without credentials the kept ones
// stay.
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
	//nolint:gosec // it is sealed before it is kept
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return s.seal.seal(plain, place(side))
}

// Credentials opens a side's credentials. NOT_FOUND when it is not connected; BAD_CREDENTIALS when
// the key does not open them.
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

// SaveCredentials keeps credentials whose tokens were renewed. A side that was disconnected
// meanwhile stays so.
func (s *Store) SaveCredentials(ctx context.Context, side models.Side, c models.Credentials) error {
	sealed, err := s.sealCredentials(side, c)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&models.Connection{}).Where("side = ? AND connected = ?", side, true).UpdateColumns(map[string]any{"secrets": sealed}).Error
	})
}
