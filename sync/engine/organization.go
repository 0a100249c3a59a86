package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// choice is what an admin can do about a side that is not what its links were made with.
func choice(code models.Code) string {
	if code == models.CodeGoneWithoutTrace {
		return " Nothing is read or written until you resume, if they were merged or purged (their counterparts stay), or take this side as new, if it went back in time."
	}
	return " Nothing is read or written until you connect the earlier one again, or take this one as new."
}

// Connecting notes that a side is about to be connected to an organization. Where the records that
// are linked are another one's, the sync is halted before anything of the new one can be read or
// written.
func (e *Engine) Connecting(ctx context.Context, side models.Side, org string) error {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return err
	}
	if other, err := e.belongs(ctx, in, side, org); err != nil || !other {
		return err
	}
	return e.awaitQuiet(ctx)
}

// recognise compares the organization that a connected side leads to with the one whose records are
// linked.
func (e *Engine) recognise(ctx context.Context, side models.Side) error {
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return err
	}
	org, err := remote.Organization(ctx)
	if models.CodeOf(err) == models.CodeOtherOrganization {
		if err := e.handleVendorError(ctx, side, vendor.WithSide(side, err)); models.CodeOf(err) != models.CodeOtherOrganization {
			return err
		}
		return nil // the status says so
	}
	if err != nil {
		return nil // it cannot be told now: the first pass tells
	}
	return e.Connecting(ctx, side, org)
}

// belongs compares the organization that a side leads to with the one whose records are linked.
// other tells that it is another one: the sync is halted. While nothing is linked any organization
// will do.
func (e *Engine) belongs(ctx context.Context, in models.Integration, side models.Side, org string) (other bool, err error) {
	known := in.Org(side)
	if org == "" || sameOrganization(known, org) {
		return false, nil
	}
	if known != "" {
		if other, err = e.anyLink(ctx); err != nil {
			return false, err
		}
	}
	if other {
		return true, e.replaced(ctx, models.CodeOtherOrganization, fmt.Sprintf("%s leads to another organization (%s) than the one whose records are linked (%s).", side.Name(), org, known))
	}
	_, err = e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		in.SetOrg(side, org)
		return nil
	})
	return false, err
}

// sameOrganization compares ids. Salesforce's have 15 characters, or 18 of which the last three
// follow from the others.
func sameOrganization(a, b string) bool {
	if strings.HasPrefix(a, "00D") && len(a) >= 15 && len(b) >= 15 {
		return a[:15] == b[:15]
	}
	return a == b
}

// anyLink tells whether any record is known.
func (e *Engine) anyLink(ctx context.Context) (bool, error) {
	for _, object := range models.SyncObjects {
		links, err := e.Store.Links(ctx, object, "", 1)
		if err != nil || len(links) > 0 {
			return len(links) > 0, err
		}
	}
	return false, nil
}

// replaced halts the sync because a side is not what its links were made with.
func (e *Engine) replaced(ctx context.Context, code models.Code, reason string) error {
	e.log.Warn("the sync was halted: a side is not what its links were made with", "code", code)
	reason += choice(code)
	_, err := e.Store.UpdateIntegration(context.WithoutCancel(ctx), func(in *models.Integration) error {
		in.Replace(code, reason)
		return nil
	})
	return err
}

// checkSides makes sure, before anything is read, that each side is the one that its links were
// made with: the same organization, and not as it was some time ago. goOn tells that the pass may
// go on.
func (e *Engine) checkSides(ctx context.Context, in models.Integration) (goOn bool, err error) {
	for _, side := range models.Sides {
		if e.throttle.Throttled(side) {
			continue
		}
		remote, err := e.Remotes.Remote(side)
		if err != nil {
			continue // the pass meets it
		}
		org, err := remote.Organization(ctx)
		if models.CodeOf(err) == models.CodeOtherOrganization {
			return false, e.handleVendorError(ctx, side, vendor.WithSide(side, err))
		}
		if err != nil {
			continue // the pass meets it
		}
		if other, err := e.belongs(ctx, in, side, org); err != nil || other {
			return false, err
		}
		if in.LoadedAt == nil || e.Now().Sub(e.lookedBack[side]).Abs() < lookBackEvery {
			continue
		}
		back, err := e.wentBack(ctx, in, side)
		if err != nil {
			continue // the pass meets it; it is looked at again then
		}
		if back != "" {
			return false, e.replaced(ctx, back, wentBackReason(side, back))
		}
		e.lookedBack[side] = e.Now()
	}
	return true, nil
}

// returned tells whether both sides are what their links were made with.
func (e *Engine) returned(ctx context.Context, in models.Integration) bool {
	for _, side := range models.Sides {
		remote, err := e.Remotes.Remote(side)
		if err != nil {
			return false
		}
		if org, err := remote.Organization(ctx); err != nil || in.Org(side) != "" && !sameOrganization(in.Org(side), org) {
			return false
		}
		if in.ReasonCode == models.CodeOtherOrganization {
			continue // the next passes look whether it went back
		}
		if back, err := e.wentBack(ctx, in, side); err != nil || back != "" {
			return false
		}
	}
	return true
}

// TakeAnew takes a side as it is now for the one whose records are linked from now on: everything
// that was known of records is forgotten, as after deleteIntegration, and the sync is READY to be
// started. Connections, mappings and permissions stay.
func (e *Engine) TakeAnew(ctx context.Context, side models.Side) (models.Integration, error) {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return in, err
	}
	if !in.Replaced() {
		return in, models.Errorf(models.CodeConflict, "%s is what its links were made with: there is nothing to take as new", side.Name())
	}
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return in, err
	}
	org, err := remote.Organization(ctx)
	if err != nil {
		return in, err
	}
	if _, err := remote.Count(ctx, models.ContactObject); err != nil {
		return in, err // nothing is forgotten for the sake of a side that does not answer
	}
	if err := e.awaitQuiet(ctx); err != nil {
		return in, err
	}
	if in, err = e.Store.BeginAnew(ctx, side, org); err != nil {
		return in, err
	}
	err = e.Store.SetConnectionProblem(ctx, side, "", "")
	return in, err
}

// lookBackEvery is how often a side is looked at for having gone back in time.
const lookBackEvery = time.Hour
