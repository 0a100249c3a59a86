// Package history keeps the runs of the sync: what began them, how far they are, and who follows
// their progress.
package history

import (
	"context"
	"sync"
	"time"

	"sidelight/internal/id"
	"sidelight/models"
)

// Store is what runs need to be kept.
type Store interface {
	Integration(ctx context.Context) (models.Integration, error)
	UpdateIntegration(ctx context.Context, change func(*models.Integration) error) (models.Integration, error)
	StartRun(ctx context.Context, run models.SyncRun) error
	UpdateRun(ctx context.Context, run models.SyncRun) error // status, progress, finishedAt
	DropRun(ctx context.Context, run string) error           // of a run that did nothing
	OpenRun(ctx context.Context, trigger models.RunTrigger) (*models.SyncRun, error)
	LatestRun(ctx context.Context) (*models.SyncRun, error)
}

// History opens, moves and closes runs.
type History struct {
	Store Store
	Now   func() time.Time

	pace     pace
	watchers watchers

	mu          sync.Mutex
	nextTrigger models.RunTrigger
}

// Open is the run of the trigger that is going on, or a new one.
func (h *History) Open(ctx context.Context, trigger models.RunTrigger) (*models.SyncRun, error) {
	run, err := h.Store.OpenRun(ctx, trigger)
	if err != nil || run != nil {
		return run, err
	}
	now := h.Now().UTC()
	run = &models.SyncRun{
		ID: id.New(), Trigger: trigger, Status: models.RunRunning, StartedAt: now, Phase: models.PhaseReading, PhaseAt: now,
		UpdatedAt: now,
	}
	return run, h.Store.StartRun(ctx, *run)
}

// triggerOr is the trigger of what was found: what an admin has asked for since, or the fallback.
func (h *History) triggerOr(fallback models.RunTrigger) models.RunTrigger {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.nextTrigger == "" || fallback == models.TriggerInitial {
		return fallback
	}
	return h.nextTrigger
}

// SetTrigger names what an admin has asked for. It is the trigger of everything that is found from
// now on, until nothing is owed any more.
func (h *History) SetTrigger(t models.RunTrigger) {
	h.mu.Lock()
	h.nextTrigger = t
	h.mu.Unlock()
}

// CloseIdle ends the runs of single changes. It is called when nothing is owed any more.
func (h *History) CloseIdle(ctx context.Context) error {
	h.SetTrigger("")
	triggers := []models.RunTrigger{models.TriggerChange, models.TriggerPoll, models.TriggerRetry, models.TriggerManual}
	for _, trigger := range triggers {
		run, err := h.Store.OpenRun(ctx, trigger)
		if err != nil {
			return err
		}
		if run == nil {
			continue
		}
		if len(run.Tallies) == 0 && trigger != models.TriggerManual {
			err = h.dropRun(ctx, run)
		} else {
			err = h.Close(ctx, run, models.RunDone)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropRun removes a run that found nothing to do. A run that an admin has asked for is kept.
func (h *History) dropRun(ctx context.Context, run *models.SyncRun) error {
	if err := h.Store.DropRun(ctx, run.ID); err != nil {
		return err
	}
	now := h.Now().UTC()
	run.Status, run.Phase = models.RunDone, models.PhaseDone
	h.watchers.tell(*run, now)
	return h.touched(ctx, now)
}

// Close ends a run.
func (h *History) Close(ctx context.Context, run *models.SyncRun, status models.RunStatus) error {
	now := h.Now().UTC()
	run.Status, run.FinishedAt, run.Phase, run.UpdatedAt = status, &now, models.PhaseDone, now
	if err := h.Store.UpdateRun(ctx, *run); err != nil {
		return err
	}
	h.watchers.tell(*run, now)
	return h.touched(ctx, now)
}

// touched notes the time at which nothing was owed.
func (h *History) touched(ctx context.Context, now time.Time) error {
	_, err := h.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		in.LastSyncedAt = &now
		return nil
	})
	return err
}

// OpenFor opens the runs for what made the links of a batch dirty, and notes each link's cause. The
// first load is one run.
func (h *History) OpenFor(
	ctx context.Context, batch []models.LinkState, trigger models.RunTrigger,
) (models.RunIDs, error) {
	out := models.RunIDs{}
	for i := range batch {
		cause := h.causeOf(batch[i].Link, trigger)
		if _, open := out[cause]; !open {
			run, err := h.Open(ctx, cause)
			if err != nil {
				return nil, err
			}
			out[cause] = run.ID
		}
		batch[i].Cause = cause
	}
	return out, nil
}

func (h *History) causeOf(l models.Link, trigger models.RunTrigger) models.RunTrigger {
	switch {
	case trigger == models.TriggerInitial:
		return trigger
	case l.Cause == "" || l.Cause == models.TriggerPoll || l.Cause == models.TriggerInitial:
		return h.triggerOr(trigger)
	}
	return l.Cause
}
