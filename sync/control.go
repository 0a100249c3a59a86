package sync

import (
	"context"
	"fmt"
	"time"

	"sidelight/models"
)

// Integration is the one row that says how the sync stands.
func (e *Engine) Integration(ctx context.Context) (models.Integration, error) {
	return e.Store.Integration(ctx)
}

// Counts are the figures of the status screen.
func (e *Engine) Counts(ctx context.Context) (models.SyncCounts, error) { return e.Store.Counts(ctx) }

// Budgets are both vendors' counts of our API calls, as far as they are connected. A side that is waited for says until when.
func (e *Engine) Budgets(context.Context) []models.APIBudget {
	var out []models.APIBudget
	for _, side := range models.Sides {
		remote, err := e.Remotes.Remote(side)
		if err != nil {
			continue
		}
		b := remote.Budget()
		e.mu.Lock()
		until := e.holds[side]
		e.mu.Unlock()
		if e.Now().Before(until) {
			b.ResetsAt = &until
		}
		out = append(out, b)
	}
	return out
}

// LagSeconds is how long the oldest change that is not on the other side yet has been waiting; 0 when nothing waits, nil before the first load. While a side
// cannot be asked what changed, nobody knows: then it is the time since it last could, push or no push.
func (e *Engine) LagSeconds(ctx context.Context) (*float64, error) {
	in, err := e.Store.Integration(ctx)
	if err != nil || in.LoadedAt == nil {
		return nil, err
	}
	waiting, unasked, err := e.Store.Lag(ctx)
	if err != nil {
		return nil, err
	}
	if unasked > 2*e.Poll+lagSlack {
		waiting = max(waiting, unasked)
	}
	lag := waiting.Seconds()
	return &lag, nil
}

// lagSlack is how late a poll may be without anything being wrong.
const lagSlack = 15 * time.Second

// Connected says that a side was connected. With both, the integration becomes READY and gets the standard mapping.
func (e *Engine) Connected(ctx context.Context, side models.Side) error {
	if err := e.Mended(ctx, side); err != nil {
		return err
	}
	for _, s := range models.Sides {
		if _, err := e.Remotes.Remote(s); err != nil {
			return nil // the other one is still to come
		}
	}
	if err := e.ensureMappings(ctx); err != nil {
		return err
	}
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Status == models.StatusNotConnected || in.Status == models.StatusDeleted {
			in.Status, in.Reason = models.StatusReady, nil
		}
		return nil
	})
	return err
}

// Start begins the first load. Started already, it answers the run that is going on; it is a CONFLICT while paused, broken or not connected.
func (e *Engine) Start(ctx context.Context) (models.SyncRun, error) {
	if in, err := e.Store.Integration(ctx); err != nil {
		return models.SyncRun{}, err
	} else if in.Status == models.StatusReady {
		if err := e.ensureMappings(ctx); err != nil {
			return models.SyncRun{}, err
		}
	}
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		switch in.Status {
		case models.StatusReady:
			in.Status, in.Reason = models.StatusLoading, nil
		case models.StatusLoading, models.StatusActive:
		case models.StatusPaused:
			return models.Errorf(models.CodeConflict, "the sync is paused: resume it")
		case models.StatusNotConnected, models.StatusDeleted:
			return models.Errorf(models.CodeConflict, "connect Salesforce and Zoho Desk first")
		default:
			return models.Errorf(models.CodeConflict, "the sync cannot start: %s", deref(in.Reason))
		}
		return nil
	})
	if err != nil {
		return models.SyncRun{}, err
	}
	e.mu.Lock()
	clear(e.holds) // an admin may have raised a vendor's limit
	e.mu.Unlock()
	trigger := models.TriggerManual
	if in.Status == models.StatusLoading {
		trigger = models.TriggerInitial
	} else {
		e.setTrigger(models.TriggerManual)
	}
	run, err := e.openRun(ctx, trigger)
	if err != nil {
		return models.SyncRun{}, err
	}
	e.PollNow()
	return *run, nil
}

// Pause stops the exchange. When it returns, no write is under way and none will leave, on any replica, until Resume.
func (e *Engine) Pause(ctx context.Context) (models.Integration, error) {
	now := e.Now().UTC()
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		switch in.Status {
		case models.StatusPaused:
		case models.StatusLoading, models.StatusActive, models.StatusReady:
			in.Resume, in.Status, in.PausedAt = in.Status, models.StatusPaused, &now
			in.Epoch++
		case models.StatusBroken:
			in.Status, in.PausedAt, in.Reason, in.ReasonCode = models.StatusPaused, &now, nil, ""
			in.Epoch++
		default:
			return models.Errorf(models.CodeConflict, "there is nothing to pause")
		}
		return nil
	})
	if err != nil {
		return in, err
	}
	return in, e.awaitQuiet(ctx)
}

// awaitQuiet waits until no call is under way. A sender that died is waited for until its lease ends.
func (e *Engine) awaitQuiet(ctx context.Context) error {
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		n, err := e.Store.Sending(ctx)
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return models.Wrap(ctx.Err(), models.CodeUpstreamUnavailable, "the sync is paused, but %d writes were still under way", n)
		case <-poll.C:
		}
	}
}

// Resume goes on from where Pause stopped.
func (e *Engine) Resume(ctx context.Context) (models.Integration, error) {
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		switch in.Status {
		case models.StatusPaused:
			in.Status, in.PausedAt = in.Resume, nil
		case models.StatusLoading, models.StatusActive, models.StatusReady:
		case models.StatusBroken:
			if in.Brake != models.BrakeOn {
				return models.Errorf(models.CodeConflict, "the sync cannot go on: %s", deref(in.Reason))
			}
			in.Status, in.Reason, in.ReasonCode, in.Brake = in.Resume, nil, "", models.BrakeReleased
		default:
			return models.Errorf(models.CodeConflict, "the sync is not paused")
		}
		return nil
	})
	e.PollNow()
	return in, err
}

// SetPolicy changes direction, conflict and delete policy, and how long the history is kept. What was planned under another direction
// is planned again.
func (e *Engine) SetPolicy(ctx context.Context, p models.SyncPolicy) (models.Integration, error) {
	if p.HistoryDays != nil && (*p.HistoryDays < 1 || *p.HistoryDays > 3650) {
		err := models.Errorf(models.CodeBadUserInput, "historyDays must lie between 1 and 3650")
		err.Fields = []string{"historyDays"}
		return models.Integration{}, err
	}
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if p.Direction != nil && *p.Direction != in.Direction {
			in.Direction = *p.Direction
			in.Epoch++
		}
		if p.ConflictPolicy != nil {
			in.ConflictPolicy = *p.ConflictPolicy
		}
		if p.DeletePolicy != nil {
			in.DeletePolicy = *p.DeletePolicy
		}
		if p.HistoryDays != nil {
			in.HistoryDays = *p.HistoryDays
		}
		return nil
	})
	e.Wake()
	return in, err
}

// Retry has the records of failures planned again, those included that rest. A failure leaves the log's open ones when its record is through.
func (e *Engine) Retry(ctx context.Context, ids []string, f models.FailureFilter) (int, error) {
	n, err := e.Store.RetryFailures(ctx, ids, f)
	e.Wake()
	return n, err
}

// Delete ends the integration (PRODUCT.md 1.12): the sync stops, subscriptions and tokens are given back, credentials and mirrors are removed. Records on
// either side stay. A vendor that cannot be reached does not keep the deletion from happening. It may be asked for again: one that was interrupted is
// finished then.
func (e *Engine) Delete(ctx context.Context) error {
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		in.Status, in.Resume, in.Reason, in.ReasonCode, in.WaitingUntil = models.StatusDeleted, models.StatusNotConnected, nil, "", nil
		in.Epoch++
		return nil
	})
	if err != nil {
		return err
	}
	if err := e.awaitQuiet(ctx); err != nil {
		return err
	}
	for _, side := range models.Sides {
		if remote, err := e.Remotes.Remote(side); err == nil {
			if s, subscribes := remote.(Subscriber); subscribes {
				if err := s.Unsubscribe(ctx); err != nil {
					e.log.Warn("the subscription could not be removed; what it sends is refused from now on", "side", side, "code", models.CodeOf(err))
				}
			}
			if err := remote.Revoke(ctx); err != nil {
				e.log.Warn("the tokens could not be revoked; they are forgotten here", "side", side, "code", models.CodeOf(err))
			}
		}
	}
	return e.Store.Wipe(ctx)
}

// Prune removes what is older than the history is kept.
func (e *Engine) Prune(ctx context.Context) error {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return err
	}
	if in.HistoryDays < 1 {
		return fmt.Errorf("the history's days are not set")
	}
	return e.Store.Prune(ctx, e.Now().UTC().AddDate(0, 0, -in.HistoryDays))
}

func deref[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

// Disconnected says that a side is about to be disconnected: nothing is written any more, and connecting again is needed before the sync goes on. Links,
// mirrors and cursors stay.
func (e *Engine) Disconnected(ctx context.Context) (models.Integration, error) {
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Status != models.StatusDeleted {
			in.Status, in.Reason = models.StatusNotConnected, nil
			in.Epoch++
		}
		return nil
	})
	if err != nil {
		return in, err
	}
	return in, e.awaitQuiet(ctx)
}
