package engine

import (
	"context"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// unusableWait is how long a side is left alone whose answers are about no record: a wrong address,
// a retired API version, a proxy.
const unusableWait = 20 * time.Second

// quotaWait is how long a vendor is left alone that is out of calls and does not say until when.
const quotaWait = 15 * time.Minute

// handleVendorError acts on an error that concerns a whole side, and answers the error. Refused
// credentials stop the sync until an admin connects the side again. A used-up quota lets it wait.
func (e *Engine) handleVendorError(ctx context.Context, side models.Side, err error) error {
	switch models.CodeOf(err) {
	case models.CodeBadCredentials:
		return e.breakOn(ctx, vendor.WithSide(side, err))
	case models.CodeOtherOrganization:
		if known, ok := models.AsError(err); ok {
			if herr := e.replaced(ctx, known.Code, known.Message+"."); herr != nil {
				return herr
			}
		}
	case models.CodeQuotaExhausted:
		if herr := e.outOfCalls(ctx, side, err); herr != nil {
			return herr
		}
	case models.CodeSideUnusable:
		if herr := e.unusable(ctx, side, err); herr != nil {
			return herr
		}
	}
	return err
}

// outOfCalls leaves a side alone until it has calls again. Agents' own reads go on, since part of
// the calls is kept for them.
func (e *Engine) outOfCalls(ctx context.Context, side models.Side, err error) error {
	wait := quotaWait
	if known, ok := models.AsError(err); ok && known.RetryAfter > 0 {
		wait = known.RetryAfter
	}
	until := e.Now().Add(wait).UTC()
	return e.throttleSide(ctx, side, models.CodeQuotaExhausted, until,
		side.Name()+"'s API calls of the day are used up, or what is left of them is kept for agents. The sync goes on at "+until.Format("2006-01-02 15:04 UTC")+".")
}

// unusable says at the connection and in the status why a side cannot be used. No record is at
// fault: what is owed waits, and goes through once the side can be used.
func (e *Engine) unusable(ctx context.Context, side models.Side, err error) error {
	if side == "" {
		side = vendor.SideOf(err)
	}
	known, ok := models.AsError(err)
	if !ok || side == "" {
		return nil
	}
	if serr := e.Store.SetConnectionProblem(context.WithoutCancel(ctx), side, known.Code, known.Explain()); serr != nil {
		return serr
	}
	return e.throttleSide(ctx, side, known.Code, e.Now().Add(unusableWait).UTC(), known.Explain())
}

// throttleSide leaves a side alone until a time and gives the status its reason.
func (e *Engine) throttleSide(ctx context.Context, side models.Side, code models.Code, until time.Time, reason string) error {
	e.throttle.Throttle(side, until)
	_, err := e.Store.UpdateIntegration(context.WithoutCancel(ctx), func(in *models.Integration) error {
		if in.Status.Writing() {
			in.Reason, in.ReasonCode, in.WaitingUntil = &reason, code, &until
		}
		return nil
	})
	return err
}

// unthrottle removes the reason once the sync waits for nothing any more.
func (e *Engine) unthrottle(ctx context.Context, in models.Integration) error {
	if in.WaitingUntil == nil || e.throttle.Throttled(models.Desk) || e.throttle.Throttled(models.Salesforce) || e.Now().Before(*in.WaitingUntil) {
		return nil
	}
	if in.ReasonCode == models.CodeSideUnusable {
		if err := e.usable(ctx); err != nil {
			return err
		}
	}
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.ReasonCode == models.CodeQuotaExhausted || in.ReasonCode == models.CodeSideUnusable {
			in.Reason, in.ReasonCode = nil, ""
		}
		in.WaitingUntil = nil
		return nil
	})
	return err
}

// usable removes the problem of connections that could not be used: the next call says whether they
// can.
func (e *Engine) usable(ctx context.Context) error {
	for _, side := range models.Sides {
		c, err := e.Store.Connection(ctx, side)
		if err != nil || c.ProblemCode != models.CodeSideUnusable {
			continue
		}
		if err := e.Store.SetConnectionProblem(ctx, side, "", ""); err != nil {
			return err
		}
	}
	return nil
}

// breakOn moves the integration to BROKEN when the error is one that only an admin can mend.
func (e *Engine) breakOn(ctx context.Context, err error) error {
	if models.CodeOf(err) != models.CodeBadCredentials {
		return err
	}
	side := vendor.SideOf(err)
	if e.justConnected(ctx, side) {
		return err
	}
	reason := side.Name() + " no longer accepts the credentials: connect it again"
	_, uerr := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if !in.Status.Writing() {
			return nil
		}
		in.Resume, in.Status, in.Reason, in.ReasonCode, in.WaitingUntil = in.Status, models.StatusBroken, &reason, models.CodeBadCredentials, nil
		return nil
	})
	if uerr == nil && side != "" {
		uerr = e.Store.SetConnectionProblem(ctx, side, models.CodeBadCredentials, reason)
	}
	if uerr != nil {
		return uerr
	}
	return err
}

// connectionSettles is how long calls with the replaced credentials may still run after a new
// connection, here or in another replica.
const connectionSettles = 5 * time.Second

// justConnected tells whether refused credentials may be the replaced ones of a side that was just
// connected again. The next call tells.
func (e *Engine) justConnected(ctx context.Context, side models.Side) bool {
	if side == "" {
		return false
	}
	c, err := e.Store.Connection(ctx, side)
	if err != nil || !c.Connected || c.ConnectedAt == nil {
		return false
	}
	age := e.Now().Sub(*c.ConnectedAt)
	return age >= 0 && age < connectionSettles
}

// Mended notes that a side was connected again: a broken integration goes back to its earlier
// status, unless a side is still not what its links were made with.
func (e *Engine) Mended(ctx context.Context, side models.Side) error {
	if err := e.Store.SetConnectionProblem(ctx, side, "", ""); err != nil {
		return err
	}
	before, err := e.Store.Integration(ctx)
	if err != nil {
		return err
	}
	back := before.Replaced() && e.returned(ctx, before)
	_, err = e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if back {
			in.Returned()
		}
		if in.Status == models.StatusBroken && !in.Replaced() && in.Brake != models.BrakeOn {
			in.Status, in.Reason, in.ReasonCode = in.Resume, nil, ""
		}
		return nil
	})
	e.Wake()
	return err
}
