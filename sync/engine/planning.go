package engine

import (
	"context"

	"sidelight/models"
	"sidelight/sync/gather"
	"sidelight/sync/plan"
)

// eachDirty plans the dirty links of the object page by page, with a planner of that moment. It
// stops where the sync may not write any more.
func (e *Engine) eachDirty(ctx context.Context, object models.SyncObject, do func(p *plan.Planner, batch []models.LinkState) error) error {
	var in models.Integration
	dirty := func(after string) (page []models.LinkState, err error) {
		if in, err = e.Store.Integration(ctx); err != nil || !in.Status.Writing() {
			return nil, err
		}
		return e.Store.DirtyLinks(ctx, object, after, gather.PageSize)
	}
	return gather.EachPage(dirty, func(page []models.LinkState) error {
		p, err := e.gather.Planner(ctx, object, in)
		if err != nil {
			return err
		}
		return do(p, page)
	})
}

// planAll plans every dirty link, accounts before contacts, and wakes the executors.
func (e *Engine) planAll(ctx context.Context, trigger models.RunTrigger) error {
	if trigger != models.TriggerInitial {
		if braked, err := e.brake(ctx); err != nil || braked {
			return err
		}
	}
	var unread error
	for _, object := range models.SyncObjects {
		err := e.eachDirty(ctx, object, func(p *plan.Planner, batch []models.LinkState) (err error) {
			if p.Runs, err = e.history.OpenFor(ctx, batch, trigger); err != nil {
				return err
			}
			plans, err := e.gather.Plan(ctx, p, batch)
			if err != nil {
				return err
			}
			if plans, err = e.confirm(ctx, p, batch, plans); unread == nil {
				unread = err
			}
			if _, err := e.Store.SavePlans(ctx, p.Integration.Epoch, plans); err != nil {
				return err
			}
			for _, ch := range e.writers {
				signal(ch)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := e.closeIdle(ctx); err != nil {
		return err
	}
	return unread
}

// closeIdle sets a released brake again and closes the runs of single changes, once nothing is
// owed.
func (e *Engine) closeIdle(ctx context.Context) error {
	pending, err := e.Store.Pending(ctx)
	if err != nil || pending > 0 {
		return err
	}
	if err := e.rearm(ctx); err != nil {
		return err
	}
	return e.history.CloseIdle(ctx)
}
