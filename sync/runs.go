package sync

import (
	"context"
	"errors"
	stdsync "sync"
	"time"

	"github.com/google/uuid"

	"sidelight/models"
)

// newID is a sortable id (UUIDv7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

func asError(err error) (*models.Error, bool) {
	var e *models.Error
	ok := errors.As(err, &e)
	return e, ok
}

// openRun is the run of the trigger that is going on, or a new one.
func (e *Engine) openRun(ctx context.Context, trigger models.RunTrigger) (*models.SyncRun, error) {
	run, err := e.Store.OpenRun(ctx, trigger)
	if err != nil || run != nil {
		return run, err
	}
	now := e.Now().UTC()
	run = &models.SyncRun{ID: newID(), Trigger: trigger, Status: models.RunRunning, StartedAt: now, Phase: "READING", PhaseAt: now, UpdatedAt: now}
	return run, e.Store.StartRun(ctx, *run)
}

// triggerOr is the trigger of what is planned next: a retry or a push that was asked for since, or the fallback.
func (e *Engine) triggerOr(fallback models.RunTrigger) models.RunTrigger {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.nextTrigger == "" || fallback == models.TriggerInitial {
		return fallback
	}
	return e.nextTrigger
}

func (e *Engine) setTrigger(t models.RunTrigger) {
	e.mu.Lock()
	e.nextTrigger = t
	e.mu.Unlock()
}

// closeIdleRuns ends the runs of single changes once nothing is owed any more.
func (e *Engine) closeIdleRuns(ctx context.Context) error {
	counts, err := e.Store.Counts(ctx)
	if err != nil || counts.Pending > 0 {
		return err
	}
	e.setTrigger("")
	if err := e.rearm(ctx); err != nil {
		return err
	}
	for _, trigger := range []models.RunTrigger{models.TriggerChange, models.TriggerPoll, models.TriggerRetry, models.TriggerManual} {
		run, err := e.Store.OpenRun(ctx, trigger)
		if err != nil {
			return err
		}
		if run != nil {
			if err := e.closeRun(ctx, run, models.RunDone); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) closeRun(ctx context.Context, run *models.SyncRun, status models.RunStatus) error {
	now := e.Now().UTC()
	run.Status, run.FinishedAt, run.Phase, run.UpdatedAt = status, &now, "DONE", now
	if err := e.Store.UpdateRun(ctx, *run); err != nil {
		return err
	}
	e.watchers.tell(*run, now)
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		in.LastSyncedAt = &now
		return nil
	})
	return err
}

// phase begins a phase of the run, unless it is in it already.
func (e *Engine) phase(ctx context.Context, run *models.SyncRun, phase string, total *int) error {
	if run.Phase == phase {
		return nil
	}
	now := e.Now().UTC()
	run.Phase, run.Done, run.Total, run.PhaseAt, run.UpdatedAt = phase, 0, total, now, now
	if err := e.Store.UpdateRun(ctx, *run); err != nil {
		return err
	}
	e.watchers.tell(*run, now)
	return nil
}

// readingProgress counts what is to be read and answers the function that moves the bar.
func (e *Engine) readingProgress(ctx context.Context, run *models.SyncRun) (func(context.Context, int) error, error) {
	if run.Phase != "READING" {
		return func(context.Context, int) error { return nil }, nil
	}
	if run.Total == nil {
		total := 0
		for _, side := range models.Sides {
			remote, err := e.Remotes.Remote(side)
			if err != nil {
				return nil, err
			}
			for _, object := range models.SyncObjects {
				n, err := remote.Count(ctx, object)
				if err != nil {
					return nil, at(side, err)
				}
				total += max(n, 0)
			}
		}
		run.Total = &total
	}
	var mu stdsync.Mutex
	return func(ctx context.Context, n int) error {
		mu.Lock()
		defer mu.Unlock()
		run.Done += n
		run.UpdatedAt = e.Now().UTC()
		e.watchers.tell(*run, run.UpdatedAt)
		return e.Store.UpdateRun(ctx, *run)
	}, nil
}

// progressOwed moves the bar of the writing phase: done is what was owed at most, less what is still owed.
func (e *Engine) progressOwed(ctx context.Context, run *models.SyncRun, owed int) error {
	total := owed
	if run.Total != nil {
		total = max(*run.Total, owed)
	}
	run.Total, run.Done, run.UpdatedAt = &total, total-owed, e.Now().UTC()
	e.watchers.tell(*run, run.UpdatedAt)
	return e.Store.UpdateRun(ctx, *run)
}

// Progress is the progress of what is going on; nil when nothing is.
func (e *Engine) Progress(ctx context.Context) (*models.SyncProgress, error) {
	run, err := e.Store.LatestRun(ctx)
	if err != nil || run == nil || run.Status != models.RunRunning {
		return nil, err
	}
	p := progressOf(*run, e.Now())
	return &p, nil
}

// progressOf adds the rate and the time left, once both can be told.
func progressOf(run models.SyncRun, now time.Time) models.SyncProgress {
	p := models.SyncProgress{RunID: &run.ID, Phase: run.Phase, Object: run.Object, Done: run.Done, Total: run.Total}
	if elapsed := now.Sub(run.PhaseAt).Seconds(); run.Done > 0 && elapsed > 0.2 {
		rate := float64(run.Done) / elapsed
		p.RecordsPerSecond = &rate
		if run.Total != nil {
			left := float64(max(*run.Total-run.Done, 0)) / rate
			p.SecondsLeft = &left
		}
	}
	return p
}

// tallyPlans counts what planning alone decided: pairs of the first load that were equal already, and records that failed.
func tallyPlans(run *models.SyncRun, object models.SyncObject, plans []models.LinkPlan) []models.SyncTally {
	t := newTallies()
	for _, p := range plans {
		switch {
		case p.Failure != nil:
			t.of(run.ID, p.Failure.Target, object).Failed++
		case run.Trigger == models.TriggerInitial && p.Link.Whole() && len(p.Intents) == 0 && !p.Remove:
			t.of(run.ID, models.Desk, object).Unchanged++
		}
	}
	return t.list()
}

// tallyResults counts what came of sent intents.
func tallyResults(target models.Side, results []models.IntentResult) []models.SyncTally {
	t := newTallies()
	for _, r := range results {
		switch {
		case r.State == models.IntentFailed:
			t.of(r.Intent.RunID, target, r.Intent.Object).Failed++
		case r.State == models.IntentDone && r.Intent.Op == models.OpUpdate:
			t.of(r.Intent.RunID, target, r.Intent.Object).Updated++
		case r.State == models.IntentDone:
			t.of(r.Intent.RunID, target, r.Intent.Object).Added++
		}
	}
	return t.list()
}

type tallies map[models.SyncTally]*models.SyncTally

func newTallies() tallies { return tallies{} }

func (t tallies) of(runID string, target models.Side, object models.SyncObject) *models.SyncTally {
	key := models.SyncTally{RunID: runID, Source: target.Other(), Target: target, Object: object}
	if t[key] == nil {
		row := key
		t[key] = &row
	}
	return t[key]
}

func (t tallies) list() []models.SyncTally {
	out := make([]models.SyncTally, 0, len(t))
	for _, row := range t {
		out = append(out, *row)
	}
	return out
}
