package store

import (
	"context"
	"time"

	"sidelight/models"
)

// How long readers are waited for until the write-ahead log can be emptied.
const (
	truncateTries = 50
	truncateWait  = 100 * time.Millisecond
)

// scrub leaves nothing of removed rows in the files of SQLite: it writes the file anew and empties
// the write-ahead log. SQLite overwrites what is deleted (secure_delete), but leaves copies where a
// page was split or moved before. A database server keeps its files in its own way.
func (s *Store) scrub(ctx context.Context) error {
	if s.mysql {
		return nil
	}
	if err := s.acquireWriter(ctx); err != nil {
		return err
	}
	defer s.releaseWriter()
	if err := s.writable(); err != nil {
		return s.failed(ctx, err)
	}
	conn, err := s.file.Load().pool.current.Load().Conn(ctx)
	if err != nil {
		return s.failed(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "VACUUM"); err != nil {
		return s.failed(ctx, err)
	}
	for range truncateTries {
		var busy, pages, moved int
		if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
			return s.failed(ctx, err)
		}
		if busy == 0 {
			return nil
		}
		if !pause(ctx, truncateWait) {
			return s.givenUp(ctx)
		}
	}
	return models.Errorf(models.CodeConflict, "the write-ahead log is being read")
}
