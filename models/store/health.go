package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Times of looking after the database.
const (
	beatEvery = 10 * time.Second // while it is well
	// againEvery is for a database that is not well; nobody has it written to prove its health more
	// often.
	againEvery  = time.Second
	beatWithin  = 2 * time.Second
	checkEvery  = 24 * time.Hour // the whole file
	recheckWait = 5 * time.Minute
	// fullQuiet is how long nothing may fail before a server's full disk counts as mended: a
	// heartbeat is too small to tell.
	fullQuiet = 5 * time.Second
)

// health is what is known of the database. It is kept in memory, because the database cannot keep
// it while it is in trouble.
type health struct {
	now func() time.Time
	log *slog.Logger
	// wake asks for the database to be looked at now.
	wake chan struct{}
	// quiet is how long nothing must have failed before a full disk counts as mended.
	quiet time.Duration
	// beating lets one heartbeat be written at a time.
	beating chan struct{}

	mu      sync.Mutex
	problem models.DatabaseProblem
	since   time.Time
	// notes is how often trouble was noted, so that a heartbeat that began before the latest one
	// does not end it.
	notes   int
	notedAt time.Time
	beatAt  time.Time
}

func newHealth(now func() time.Time, log *slog.Logger) *health {
	return &health{now: now, log: log, wake: make(chan struct{}, 1), beating: make(chan struct{}, 1)}
}

func (h *health) state() models.DatabaseHealth {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.problem == "" {
		return models.DatabaseHealth{OK: true}
	}
	code, problem, since := h.problem, h.problem.Sentence(), h.since
	return models.DatabaseHealth{Code: &code, Problem: &problem, Since: &since}
}

// note keeps what is wrong. The first moment of a trouble stays while its kind changes; damage
// stays until the whole file was found sound.
func (h *health) note(found diagnosis) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notes++
	h.notedAt = time.Now()
	if h.problem == found.problem || h.problem == models.DatabaseDamaged {
		return
	}
	if h.problem == "" {
		h.since = h.now().UTC().Truncate(time.Microsecond)
	}
	h.problem = found.problem
	h.log.Error("the database is in trouble", "problem", found.problem, "cause", found.cause, "since", h.since)
	h.nudge()
}

// suspect has the database looked at soon.
func (h *health) suspect() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.nudge()
}

func (h *health) nudge() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// healed ends a trouble, unless more of it was noted since.
func (h *health) healed(notes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.problem == "" || h.notes != notes {
		return
	}
	if (h.problem == models.DatabaseFull || h.problem == models.DatabaseDisk) && time.Since(h.notedAt) < h.quiet {
		return
	}
	h.log.Info("the database is well again", "was", h.problem, "since", h.since)
	h.problem = ""
}

func (h *health) noted() (notes int, problem models.DatabaseProblem) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.notes, h.problem
}

// Health says whether the database can be written, as far as is known. It asks nothing of the
// database.
func (s *Store) Health() models.DatabaseHealth { return s.health.state() }

// Beat writes the heartbeat and says whether the database can be written. A heartbeat of the last
// second counts, so that nobody who asks often has much written.
func (s *Store) Beat(ctx context.Context) models.DatabaseHealth {
	h := s.health
	select {
	case h.beating <- struct{}{}:
	case <-ctx.Done():
		return h.state()
	}
	defer func() { <-h.beating }()
	h.mu.Lock()
	fresh := time.Since(h.beatAt) < againEvery
	h.mu.Unlock()
	if !fresh {
		s.beat(ctx)
		h.mu.Lock()
		h.beatAt = time.Now()
		h.mu.Unlock()
	}
	return h.state()
}

// errGone is a heartbeat without a row to write.
var errGone = errors.New("the heartbeat's row is gone")

// beat writes the heartbeat. It may be given up by nobody: an answer that came is worth knowing.
func (s *Store) beat(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatWithin)
	defer cancel()
	notes, problem := s.health.noted()
	if problem == models.DatabaseDamaged {
		return // only reading the whole file can tell that it is sound again
	}
	if problem != "" && s.mysql {
		s.drop() // the address may lead to another server by now
	}
	if err := s.acquireWriter(ctx); err != nil {
		return // this process writes just now, and hears itself how that goes
	}
	defer s.releaseWriter()
	s.forget()
	if problem == models.DatabaseMissing || problem == models.DatabaseReplaced {
		s.file.Load().emptyLog(ctx)
	}
	if problem == models.DatabaseMissing {
		if err := s.putBack(ctx); err != nil {
			s.log.Warn("the database's rows could not be written back yet", "error", err)
		}
	}
	err := s.heartbeat(ctx)
	if err == nil && !s.mysql && (problem == models.DatabaseFull || problem == models.DatabaseDisk) {
		err = s.failed(ctx, s.file.Load().checkSpace(ctx))
	}
	var said *models.Error
	switch {
	case err == nil:
		s.health.healed(notes)
	case errors.Is(err, context.DeadlineExceeded):
		s.health.note(diagnosis{map[bool]models.DatabaseProblem{true: models.DatabaseUnreachable, false: models.DatabaseBusy}[s.mysql], "no answer in time"})
	case errors.Is(err, errGone):
		s.health.note(diagnosis{models.DatabaseEmpty, err.Error()})
	case !errors.As(err, &said):
		// What is wrong was noted where it was found, but for what nobody knows.
		s.health.note(diagnosis{models.DatabaseFailing, "unknown"})
		s.log.Error("the heartbeat cannot be written", "error", err)
	}
}

func (s *Store) heartbeat(ctx context.Context) error {
	const write = "UPDATE heartbeats SET beat_at = ? WHERE id = 1"
	file := s.file.Load()
	if file == nil {
		return s.run(ctx, func(tx *gorm.DB) error {
			done := tx.Exec(write, s.stamp())
			return beaten(done.RowsAffected, done.Error)
		})
	}
	if err := s.writable(); err != nil {
		return s.failed(ctx, err)
	}
	var rows int64
	done, err := file.anchor.ExecContext(ctx, write, s.stamp())
	if err == nil {
		rows, err = done.RowsAffected()
	}
	return s.failed(ctx, beaten(rows, err))
}

func beaten(rows int64, err error) error {
	if err == nil && rows == 0 {
		return errGone
	}
	return err
}

// drop closes the connections that nobody uses.
func (s *Store) drop() {
	if pool, err := s.db.DB(); err == nil {
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(mysqlIdle)
	}
}

// Watch looks after the database until ctx ends: it writes the heartbeat, sooner when something
// failed, and reads the whole of an SQLite file once a day.
func (s *Store) Watch(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	if !s.mysql {
		wg.Go(func() { s.checkDaily(ctx) })
	}
	for {
		wait := beatEvery
		if !s.Beat(ctx).OK {
			wait = againEvery
		}
		if !pause(ctx, againEvery) {
			return
		}
		timer := time.NewTimer(wait - againEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.health.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// pause waits, and tells whether ctx still lasts.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// checkDaily reads the whole file at the start and once a day. While it is damaged it is read again
// sooner: it may have been mended in place.
func (s *Store) checkDaily(ctx context.Context) {
	for {
		wait := checkEvery
		if err := s.check(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the database's file could not be read whole", "error", err)
		}
		if _, problem := s.health.noted(); problem == models.DatabaseDamaged {
			wait = recheckWait
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

// check reads the whole SQLite file, without its indexes' order, and notes damage or its end. It
// reads through a connection of its own: the others remember pages as they were.
func (s *Store) check(ctx context.Context) error {
	notes, problem := s.health.noted()
	own := sql.OpenDB(s.file.Load())
	defer func() { _ = own.Close() }()
	var said string
	err := own.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said)
	found, known := diagnose(err)
	switch {
	case known && found.problem == models.DatabaseDamaged:
		s.health.note(found)
	case err != nil:
		return err
	case said != "ok":
		s.health.note(diagnosis{models.DatabaseDamaged, "quick_check"})
	case problem == models.DatabaseDamaged:
		s.health.healed(notes)
	}
	return nil
}
