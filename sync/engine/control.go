package engine

import (
	"context"
	"fmt"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Connected notes that a side was connected. With both, the integration becomes READY and gets the
// standard mapping.
func (e *Engine) Connected(ctx context.Context, side models.Side) error {
	if err := e.recognise(ctx, side); err != nil {
		return err
	}
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

// Start begins the first load. When it was started already, it answers the run that is going on. It
// is a CONFLICT while paused, broken or not connected.
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
	e.throttle.Clear() // an admin may have raised a vendor's limit
	trigger := models.TriggerManual
	if in.Status == models.StatusLoading {
		trigger = models.TriggerInitial
	} else {
		e.history.SetTrigger(models.TriggerManual)
	}
	run, err := e.history.Open(ctx, trigger)
	if err != nil {
		return models.SyncRun{}, err
	}
	e.PollNow()
	return *run, nil
}

// Pause stops the sync. When it returns, no write is under way and none will be sent, on any
// replica, until Resume.
func (e *Engine) Pause(ctx context.Context) (models.Integration, error) {
	now := e.Now().UTC()
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		switch in.Status {
		case models.StatusPaused:
		case models.StatusLoading, models.StatusActive, models.StatusReady:
			in.Resume, in.Status, in.PausedAt = in.Status, models.StatusPaused, &now
			in.Epoch++
		case models.StatusBroken:
			if in.Status, in.PausedAt = models.StatusPaused, &now; !in.Replaced() {
				in.Reason, in.ReasonCode = nil, ""
			}
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

// awaitQuiet waits until no call is under way. It waits for a sender that died until its claim
// ends.
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

// Resume goes on from where Pause stopped, or lets a mass change or records that are gone without a
// trace pass.
func (e *Engine) Resume(ctx context.Context) (models.Integration, error) {
	now := e.Now().UTC()
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		switch in.Status {
		case models.StatusPaused:
			if !in.AcceptGone(now) && in.Replaced() {
				return models.Errorf(models.CodeConflict, "the sync cannot go on: %s", deref(in.Reason))
			}
			in.Status, in.PausedAt = in.Resume, nil
		case models.StatusLoading, models.StatusActive, models.StatusReady:
		case models.StatusBroken:
			if in.AcceptGone(now) {
				break
			}
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

// SetPolicy changes the direction, the conflict and delete policies, how many days the history is
// kept, and whose cards agents may ask for. A changed direction has everything planned again.
func (e *Engine) SetPolicy(ctx context.Context, p models.SyncPolicy) (models.Integration, error) {
	if p.HistoryDays != nil && (*p.HistoryDays < 1 || *p.HistoryDays > 3650) {
		err := models.Errorf(models.CodeBadUserInput, "historyDays must lie between 1 and 3650")
		err.Fields = []string{"historyDays"}
		return models.Integration{}, err
	}
	if p.AgentShare != nil && (*p.AgentShare < models.MinAgentShare || *p.AgentShare > models.MaxAgentShare) {
		err := models.Errorf(models.CodeBadUserInput,
			"agentShare must lie between %d and %d", models.MinAgentShare, models.MaxAgentShare)
		err.Fields = []string{"agentShare"}
		return models.Integration{}, err
	}
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if p.Direction != nil && *p.Direction != in.Direction {
			in.Epoch++
		}
		p.Apply(in)
		return nil
	})
	if err == nil && p.MatchSecondaryEmail != nil {
		err = e.retryMatching(ctx)
	}
	e.Wake()
	return in, err
}

// retryMatching plans the records again that were not linked for want of a clear counterpart.
func (e *Engine) retryMatching(ctx context.Context) error {
	for _, code := range []string{string(models.CodeAmbiguousMatch), string(models.CodeAlreadyMapped)} {
		if _, err := e.Store.RetryFailures(ctx, nil, models.FailureFilter{Code: &code}); err != nil {
			return err
		}
	}
	return nil
}

// Retry plans the records of failures again, and their resting fields too. A failure is resolved
// when its record goes through.
func (e *Engine) Retry(ctx context.Context, ids []string, f models.FailureFilter) (int, error) {
	n, err := e.Store.RetryFailures(ctx, ids, f)
	e.Wake()
	return n, err
}

// Delete ends the integration. The sync stops, subscriptions and tokens are given back, credentials
// and mirrors are removed. Records on either side stay. A vendor that cannot be reached does not
// prevent it. Delete may be called again, to finish one that was interrupted.
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
			if s, subscribes := remote.(vendor.Subscriber); subscribes {
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

// Prune removes what is older than the history is kept, and people who were deleted at their vendor
// long enough ago.
func (e *Engine) Prune(ctx context.Context) error {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return err
	}
	if in.HistoryDays < 1 {
		return fmt.Errorf("the history's days are not set")
	}
	if err := e.Store.Prune(ctx, e.Now().UTC().AddDate(0, 0, -in.HistoryDays)); err != nil || e.DeletedDays <= 0 {
		return err
	}
	return e.Store.PruneDeleted(ctx, e.Now().UTC().AddDate(0, 0, -e.DeletedDays))
}

func deref[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

// Disconnected notes that a side is about to be disconnected. Nothing is written until it is
// connected again. Links, mirrors and cursors stay.
func (e *Engine) Disconnected(ctx context.Context) (models.Integration, error) {
	in, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Status != models.StatusDeleted {
			in.Status, in.Reason, in.ReasonCode = models.StatusNotConnected, nil, ""
			in.Epoch++
		}
		return nil
	})
	if err != nil {
		return in, err
	}
	return in, e.awaitQuiet(ctx)
}
