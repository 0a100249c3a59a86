package engine

import (
	"context"
	"time"

	"sidelight/models"
)

// Integration is the one row that says how the sync stands.
func (e *Engine) Integration(ctx context.Context) (models.Integration, error) {
	return e.Store.Integration(ctx)
}

// Counts are the figures of the status screen.
func (e *Engine) Counts(ctx context.Context) (models.SyncCounts, error) { return e.Store.Counts(ctx) }

// Budgets are both vendors' counts of our API calls, for the connected sides. A throttled side says
// until when.
func (e *Engine) Budgets(context.Context) []models.APIBudget {
	var out []models.APIBudget
	for _, side := range models.Sides {
		remote, err := e.Remotes.Remote(side)
		if err != nil {
			continue
		}
		b := remote.Budget()
		if e.throttle.Throttled(side) {
			until := e.throttle.Until(side)
			b.ResetsAt = &until
		}
		out = append(out, b)
	}
	return out
}

// LagSeconds is the age of the oldest change that is not on the other side yet, in seconds. It is 0
// when nothing waits and nil before the first load. While a side cannot be polled the lag is
// unknown; it is the time since the last poll then.
func (e *Engine) LagSeconds(ctx context.Context) (*float64, error) {
	in, err := e.Store.Integration(ctx)
	if err != nil || in.LoadedAt == nil {
		return nil, err
	}
	waiting, unasked, err := e.Store.Lag(ctx)
	if err != nil {
		return nil, err
	}
	for side, since := range unasked {
		interval, err := e.PollInterval(ctx, side)
		if err != nil {
			return nil, err
		}
		if since > 2*interval+lagSlack {
			waiting = max(waiting, since)
		}
	}
	lag := waiting.Seconds()
	return &lag, nil
}

// PollInterval is how long the side may go without being asked for changes: longer while push is
// proved alive.
func (e *Engine) PollInterval(ctx context.Context, side models.Side) (time.Duration, error) {
	return e.observer.Interval(ctx, side)
}

// lagSlack is how late a poll may be before the lag grows.
const lagSlack = 15 * time.Second

// Progress is the progress of the run that is going on, nil when there is none.
func (e *Engine) Progress(ctx context.Context) (*models.SyncProgress, error) {
	return e.history.Progress(ctx)
}

// Watch hands over the progress whenever it moves, until ctx or the engine ends; then the channel
// closes.
func (e *Engine) Watch(ctx context.Context) <-chan models.SyncProgress { return e.history.Watch(ctx) }

// PollNow polls both sides in the next pass, whatever the interval says, and wakes the engine.
func (e *Engine) PollNow() { e.observer.PollNow() }

// Pushed notes that push of a side told of something: it is alive.
func (e *Engine) Pushed(ctx context.Context, side models.Side) error {
	return e.observer.Pushed(ctx, side, models.SyncObjects...)
}

// Hint reads records again that may have changed (a webhook) and wakes the planner. Hints are
// dropped while the sync is not active: the next poll finds the changes.
func (e *Engine) Hint(ctx context.Context, side models.Side, object models.SyncObject, hints []models.Hint) error {
	return e.observer.Hint(ctx, side, object, hints)
}

// Describe lists the fields that the side really has now.
func (e *Engine) Describe(ctx context.Context, side models.Side, object models.SyncObject) ([]models.Field, error) {
	return e.mirror.Describe(ctx, side, object)
}

// Rehearse forecasts what the sync would do.
func (e *Engine) Rehearse(ctx context.Context) (models.Rehearsal, error) {
	return e.rehearse.Rehearse(ctx)
}

// RehearseChange forecasts what saving a mapping, or what new records get, would lead to; nil is
// what is saved.
func (e *Engine) RehearseChange(
	ctx context.Context, object models.SyncObject, in []models.FieldMappingInput, constants []models.ConstantInput,
) (models.Rehearsal, error) {
	return e.rehearse.RehearseChange(ctx, object, in, constants)
}

// RehearsePolicy forecasts what a change of the policies would lead to.
func (e *Engine) RehearsePolicy(ctx context.Context, p models.SyncPolicy) (models.Rehearsal, error) {
	return e.rehearse.RehearsePolicy(ctx, p)
}

// CheckDrift begins a compare of everything, unless one is going on.
func (e *Engine) CheckDrift(ctx context.Context) (models.DriftReport, error) {
	return e.comparer.Begin(ctx)
}

// CompareAll makes a whole report at once.
func (e *Engine) CompareAll(ctx context.Context, r *models.DriftReport) error {
	return e.comparer.All(ctx, r)
}

// DriftReport is the latest report; nil when nothing was compared yet.
func (e *Engine) DriftReport(ctx context.Context) (*models.DriftReport, error) {
	return e.Store.DriftReport(ctx)
}

// compareTick is how often it is asked whether a compare is due.
const compareTick = 5 * time.Minute

// compareDaily begins compares as they fall due.
func (e *Engine) compareDaily(ctx context.Context) {
	if e.Drift < 0 {
		return
	}
	for ctx.Err() == nil {
		if err := e.comparer.Daily(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("a compare could not be begun", "code", models.CodeOf(err), "error", err)
		}
		e.wait(ctx, nil, min(compareTick, max(e.Drift/4, time.Second)))
	}
}
