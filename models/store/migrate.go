package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"sidelight/models"
)

//go:embed migrations
var migrations embed.FS

// provider knows the migrations and which of them the database has.
func (s *Store) provider(pool *sql.DB) (*goose.Provider, error) {
	dialect, folder := goose.DialectSQLite3, "migrations/sqlite"
	if s.mysql {
		dialect, folder = goose.DialectMySQL, "migrations/mysql"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, pool, files, goose.WithDisableGlobalRegistry(true))
}

// migrate brings the tables up to date. Where they are, it asks for no more than reading and
// writing rows: a server may run as a user who may not change tables.
func (s *Store) migrate(ctx context.Context, pool *sql.DB, kept bool) error {
	provider, err := s.provider(pool)
	if err != nil {
		return err
	}
	now, known, err := provider.GetVersions(ctx)
	switch {
	case refused(err):
		return mayNotMigrate(err)
	case err != nil:
		return unreachable(err)
	case now > known:
		return models.Errorf(models.CodeConflict, "the database is of a newer version of Sidelight (%d; this one knows %d): run that version, or restore the backup from before it", now, known)
	case kept:
		var rows int64
		if now > 0 {
			if err := pool.QueryRowContext(ctx, "SELECT COUNT(*) FROM integrations").Scan(&rows); err != nil {
				return unreachable(err)
			}
		}
		if rows == 0 {
			return errEmpty()
		}
	}
	if pending, err := provider.HasPending(ctx); err != nil {
		return models.Wrap(err, models.CodeInternal, "the database's tables cannot be brought up to date")
	} else if pending {
		if err := s.up(ctx, pool, provider); err != nil {
			return err
		}
		if err := s.keepCauses(ctx); err != nil {
			return err
		}
	}
	return s.seed(ctx)
}

// up runs the migrations that the database does not have yet. One process of a database server does
// at a time; the others wait.
func (s *Store) up(ctx context.Context, pool *sql.DB, provider *goose.Provider) error {
	if s.mysql {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return unreachable(err)
		}
		defer func() { _ = conn.Close() }()
		var got sql.NullInt64
		if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK('sidelight.migrate', 60)").Scan(&got); err != nil || got.Int64 != 1 {
			return models.Wrap(err, models.CodeUpstreamUnavailable, "another process migrates the database and does not come to an end")
		}
		defer func() {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT RELEASE_LOCK('sidelight.migrate')")
		}()
	}
	if _, err := provider.Up(ctx); refused(err) {
		return mayNotMigrate(err)
	} else if _, trouble := diagnose(err); trouble {
		return unreachable(err)
	} else if err != nil {
		return models.Wrap(err, models.CodeInternal, "the database's tables cannot be brought up to date")
	}
	return nil
}

// refused tells whether the database's user may not do something to a table.
func refused(err error) bool {
	var e *mysqldriver.MySQLError
	return errors.As(err, &e) && e.Number == 1142
}

func mayNotMigrate(err error) error {
	return models.Wrap(err, models.CodeConflict, "the database is not of this version, and the user of --database may not change its tables: run `sidelight migrate` as one who may")
}

// seed makes the one integration.
func (s *Store) seed(ctx context.Context) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(doNothing).Create(&models.Integration{
			ID: 1, Status: models.StatusNotConnected, Resume: models.StatusNotConnected, Direction: models.TwoWay, ConflictPolicy: models.LatestWins,
			DeletePolicy: models.RestoreOnUpdate, HistoryDays: models.DefaultHistoryDays, AgentCards: models.AnyCustomer,
			UpdatedAt: s.stamp(),
		}).Error
	})
}
