package engine

import (
	"context"
	"fmt"
	"time"

	"sidelight/models"
	"sidelight/sync/plan"
)

// BrakeLimit is the maximum of records that may be deleted or blanked at once without an admin's
// consent: the larger of a count and a share of all linked records.
type BrakeLimit struct {
	Count int
	Share float64
}

// of is the limit for so many linked records.
func (b BrakeLimit) of(links int) int { return max(b.Count, int(b.Share*float64(links))) }

// massChange counts what one pass of planning would write.
type massChange struct {
	deleted map[models.Side]int // records deleted on the side
	blanked map[models.Side]int // records whose fields would be cleared on the side
}

// brakeWindow is the time over which blanked records are counted together, because a mass change
// that is pushed comes in small portions.
const brakeWindow = time.Hour

// brake looks ahead when many links are dirty, or many were blanked lately. It halts the sync
// before a mass deletion or mass blanking is written; resumeSync lets it through. braked tells that
// the sync was halted.
func (e *Engine) brake(ctx context.Context) (braked bool, err error) {
	in, err := e.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive || in.Brake == models.BrakeReleased {
		return false, err
	}
	if pending, err := e.Store.Pending(ctx); err != nil || pending == 0 {
		return false, err
	}
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return false, err
	}
	links := counts.LinkedContacts + counts.LinkedAccounts
	limit := e.Brake.of(links)
	since := e.Now().Add(-brakeWindow)
	if in.BrakeReleasedAt != nil && in.BrakeReleasedAt.After(since) {
		since = *in.BrakeReleasedAt
	}
	blanked, err := e.Store.BlankedSince(ctx, since)
	if err != nil || counts.Pending+max(blanked[models.Desk], blanked[models.Salesforce]) <= limit {
		return false, err
	}
	ahead, err := e.lookAhead(ctx)
	if err != nil {
		return false, err
	}
	for side, n := range blanked {
		if ahead.blanked[side] > 0 {
			ahead.blanked[side] += n
		}
	}
	for _, side := range models.Sides {
		switch {
		case ahead.deleted[side] > limit:
			return true, e.halt(ctx, models.CodeMassDelete, fmt.Sprintf("%d of %d linked records were deleted in %s at once. Check that this is meant, then resume.",
				ahead.deleted[side], links, side.Name()))
		case ahead.blanked[side] > limit:
			return true, e.halt(ctx, models.CodeMassBlank, fmt.Sprintf("%d of %d linked records would lose values in %s because they were cleared in %s. Check that this is meant, then resume.",
				ahead.blanked[side], links, side.Name(), side.Other().Name()))
		}
	}
	return false, nil
}

// lookAhead plans everything that is dirty and saves nothing.
func (e *Engine) lookAhead(ctx context.Context) (massChange, error) {
	m := massChange{map[models.Side]int{}, map[models.Side]int{}}
	for _, object := range models.SyncObjects {
		err := e.eachDirty(ctx, object, func(p *plan.Planner, batch []models.LinkState) error {
			plans, err := e.gather.Plan(ctx, p, batch)
			if err == nil {
				m.add(batch, plans)
			}
			return err
		})
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

func (m massChange) add(batch []models.LinkState, plans []models.LinkPlan) {
	for i := range batch {
		for _, side := range models.Sides {
			if row := batch[i].Row(side); batch[i].Whole() && row != nil && row.DeletedAt != nil && row.MergedInto == "" {
				m.deleted[side]++
			}
		}
	}
	for _, p := range plans {
		for _, in := range p.Intents {
			for name, v := range in.Values {
				if v.IsBlank() && !in.Before[name].IsBlank() {
					m.blanked[in.Side]++
					break
				}
			}
		}
	}
}

func (e *Engine) halt(ctx context.Context, code models.Code, reason string) error {
	e.log.Warn("the sync was halted before a mass change", "reason", reason)
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Status == models.StatusActive {
			in.Resume, in.Status, in.Reason, in.ReasonCode, in.Brake = in.Status, models.StatusBroken, &reason, code, models.BrakeOn
		}
		return nil
	})
	return err
}

// rearm sets a released brake again once everything that waited is through.
func (e *Engine) rearm(ctx context.Context) error {
	in, err := e.Store.Integration(ctx)
	if err != nil || in.Brake != models.BrakeReleased {
		return err
	}
	_, err = e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Brake == models.BrakeReleased {
			now := e.Now().UTC()
			in.Brake, in.BrakeReleasedAt = models.BrakeOff, &now
		}
		return nil
	})
	return err
}
