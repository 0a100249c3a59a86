package sync

import (
	"context"
	"errors"
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

// triggerOr is the trigger of what was found: what an admin has asked for since, or the fallback.
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
	pending, err := e.Store.Pending(ctx)
	if err != nil || pending > 0 {
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
		if run == nil {
			continue
		}
		if len(run.Tallies) == 0 && trigger != models.TriggerManual {
			err = e.dropRun(ctx, run)
		} else {
			err = e.closeRun(ctx, run, models.RunDone)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropRun takes a run out of the history that found nothing to do: what an admin has asked for stays in it.
func (e *Engine) dropRun(ctx context.Context, run *models.SyncRun) error {
	if err := e.Store.DropRun(ctx, run.ID); err != nil {
		return err
	}
	now := e.Now().UTC()
	run.Status, run.Phase = models.RunDone, "DONE"
	e.watchers.tell(*run, now)
	return e.touched(ctx, now)
}

func (e *Engine) closeRun(ctx context.Context, run *models.SyncRun, status models.RunStatus) error {
	now := e.Now().UTC()
	run.Status, run.FinishedAt, run.Phase, run.UpdatedAt = status, &now, "DONE", now
	if err := e.Store.UpdateRun(ctx, *run); err != nil {
		return err
	}
	e.watchers.tell(*run, now)
	return e.touched(ctx, now)
}

// touched notes when everything was last through.
func (e *Engine) touched(ctx context.Context, now time.Time) error {
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		in.LastSyncedAt = &now
		return nil
	})
	return err
}
