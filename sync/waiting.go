package sync

import (
	"context"
	"time"

	"sidelight/models"
)

// quotaWait is how long the sync leaves a vendor alone that is out of calls and does not say until when.
const quotaWait = 15 * time.Minute

// heed draws the consequence of a vendor's answer that concerns everything: refused credentials stop the sync until an admin mends them; calls that are used
// up let it wait. The error is passed on.
func (e *Engine) heed(ctx context.Context, side models.Side, err error) error {
	switch models.CodeOf(err) {
	case models.CodeBadCredentials:
		return e.breakOn(ctx, at(side, err))
	case models.CodeQuotaExhausted:
		if herr := e.hold(ctx, side, err); herr != nil {
			return herr
		}
	}
	return err
}

// hold keeps the sync from asking a side anything until it has calls again. Agents' own reads go on: part of the calls is kept for them.
func (e *Engine) hold(ctx context.Context, side models.Side, err error) error {
	wait := quotaWait
	if known, ok := asError(err); ok && known.RetryAfter > 0 {
		wait = known.RetryAfter
	}
	until := e.Now().Add(wait).UTC()
	e.mu.Lock()
	e.holds[side] = until
	e.mu.Unlock()
	reason := side.Name() + "'s API calls of the day are used up, or what is left of them is kept for agents. The sync goes on at " + until.Format("2006-01-02 15:04 UTC") + "."
	_, uerr := e.Store.UpdateIntegration(context.WithoutCancel(ctx), func(in *models.Integration) error {
		if in.Status.Writing() {
			in.Reason, in.ReasonCode, in.WaitingUntil = &reason, models.CodeQuotaExhausted, &until
		}
		return nil
	})
	return uerr
}

// held tells whether the side is left alone for want of calls.
func (e *Engine) held(side models.Side) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.Now().Before(e.holds[side])
}

// goOn takes the reason back once the sync waits for nothing any more.
func (e *Engine) goOn(ctx context.Context, in models.Integration) error {
	if in.WaitingUntil == nil || e.held(models.Desk) || e.held(models.Salesforce) || e.Now().Before(*in.WaitingUntil) {
		return nil
	}
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.ReasonCode == models.CodeQuotaExhausted {
			in.Reason, in.ReasonCode = nil, ""
		}
		in.WaitingUntil = nil
		return nil
	})
	return err
}
