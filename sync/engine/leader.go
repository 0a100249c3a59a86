package engine

import (
	"context"

	"sidelight/models"
	"sidelight/sync/vendor"
)

const leaderLease = "leader"

// lead is the loop of the one engine that observes and plans. It holds the leader's lease as long
// as it can.
func (e *Engine) lead(ctx context.Context) {
	for ctx.Err() == nil {
		_, err := e.leases.Run(ctx, leaderLease, func(ctx context.Context, _ int64) error {
			for ctx.Err() == nil {
				if err := e.Pass(ctx); err != nil && ctx.Err() == nil {
					e.log.Warn("a pass did not finish", "code", models.CodeOf(err), "error", err)
				}
				e.wait(ctx, e.leader, e.tick())
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			e.log.Warn("the leader's lease could not be asked for", "code", models.CodeOf(err), "error", err)
		}
		e.wait(ctx, e.leader, e.tick())
	}
}

// Pass is one turn of the leader: load or poll, then plan everything that is dirty.
func (e *Engine) Pass(ctx context.Context) error {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return err
	}
	if err := e.unthrottle(ctx, in); err != nil {
		return err
	}
	if in.Status.Writing() && in.WaitingUntil == nil {
		// A side is left alone only while the status says so: what broke or paused the sync
		// meanwhile has taken the reason away. The next call says whether there still is one.
		e.throttle.Clear()
	}
	if in.Status.Writing() {
		if goOn, err := e.checkSides(ctx, in); err != nil || !goOn {
			return err
		}
	}
	switch in.Status {
	case models.StatusLoading:
		if e.throttle.Throttled(models.Desk) || e.throttle.Throttled(models.Salesforce) {
			return nil
		}
		err := e.checkMappings(ctx)
		if err == nil {
			err = e.load(ctx)
		}
		return e.handleVendorError(ctx, vendor.SideOf(err), err)
	case models.StatusActive:
		err := e.observer.Poll(ctx)
		if checkErr := e.checkMappings(ctx); err == nil {
			err = checkErr
		}
		if _, retryErr := e.Store.RetryDue(ctx); err == nil {
			err = retryErr
		}
		if planErr := e.planAll(ctx, models.TriggerPoll); err == nil {
			err = planErr
		}
		return e.handleVendorError(ctx, vendor.SideOf(err), err)
	}
	return nil
}

// load is the first load. It reads both sides whole, matches and writes until nothing is owed, and
// then makes the sync ACTIVE. Each page is stored with its cursor, so that a load that was killed
// resumes after its last page.
func (e *Engine) load(ctx context.Context) error {
	run, err := e.history.Open(ctx, models.TriggerInitial)
	if err != nil {
		return err
	}
	progress, err := e.history.Reading(ctx, run, e.countAll)
	if err != nil {
		return err
	}
	if err := e.observer.ReadAll(ctx, progress); err != nil {
		return err
	}
	if err := e.history.Phase(ctx, run, models.PhaseWriting, nil); err != nil {
		return err
	}
	if err := e.planAll(ctx, models.TriggerInitial); err != nil {
		return err
	}
	if err := e.pollUnknown(ctx); err != nil {
		return err
	}
	settled, err := e.settled(ctx, run)
	if err != nil || !settled {
		return err
	}
	now := e.Now().UTC()
	_, err = e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Status == models.StatusLoading {
			in.Status, in.LoadedAt, in.LastSyncedAt = models.StatusActive, &now, &now
		}
		return nil
	})
	if err != nil {
		return err
	}
	e.log.Info("the first load is done")
	return e.history.Close(ctx, run, models.RunDone)
}

// pollUnknown polls both sides while creates of the load are unanswered, to find what they made.
func (e *Engine) pollUnknown(ctx context.Context) error {
	n, err := e.Store.UnknownCreates(ctx)
	if err != nil || n == 0 {
		return err
	}
	return e.observer.Poll(ctx)
}

// settled tells whether nothing is owed to either side, and moves the progress.
func (e *Engine) settled(ctx context.Context, run *models.SyncRun) (bool, error) {
	pending, err := e.Store.Pending(ctx)
	if err != nil {
		return false, err
	}
	return pending == 0, e.history.Owed(ctx, run, pending)
}

// countAll counts the records of both sides.
func (e *Engine) countAll(ctx context.Context) (int, error) {
	total := 0
	for _, side := range models.Sides {
		remote, err := e.Remotes.Remote(side)
		if err != nil {
			return 0, err
		}
		for _, object := range models.SyncObjects {
			n, err := remote.Count(ctx, object)
			if err != nil {
				return 0, vendor.WithSide(side, err)
			}
			total += max(n, 0)
		}
	}
	return total, nil
}
