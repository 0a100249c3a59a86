package models

import "time"

// Org is the id of the organization whose records of the side are linked; "" when none is known.
func (in *Integration) Org(side Side) string {
	if side == Desk {
		return in.DeskOrg
	}
	return in.SalesforceOrg
}

// SetOrg notes the organization whose records of the side are linked.
func (in *Integration) SetOrg(side Side, id string) {
	if side == Desk {
		in.DeskOrg = id
	} else {
		in.SalesforceOrg = id
	}
}

// Replaced tells whether a side is not what its links were made with: nothing is read or written
// until it is again, or until an admin takes it as a new one.
func (in *Integration) Replaced() bool {
	switch in.ReasonCode {
	case CodeOtherOrganization, CodeWentBack, CodeGoneWithoutTrace:
		return true
	}
	return false
}

// AcceptGone lets the sync go on with records gone that a side knows nothing of any more. It
// answers false where that is not why the sync was halted.
func (in *Integration) AcceptGone(now time.Time) bool {
	if in.ReasonCode != CodeGoneWithoutTrace {
		return false
	}
	in.GoneAcceptedAt = &now
	in.Returned()
	return true
}

// Replace halts the sync because of a side that is not what its links were made with. A paused sync
// stays paused. It keeps the first reason.
func (in *Integration) Replace(code Code, reason string) {
	if in.Status == StatusDeleted || in.Replaced() {
		return
	}
	if in.Status != StatusBroken && in.Status != StatusPaused {
		in.Resume, in.Status = in.Status, StatusBroken
	}
	in.Reason, in.ReasonCode, in.WaitingUntil, in.Brake = &reason, code, nil, BrakeOff
	in.Epoch++
}

// Returned ends Replace: both sides are again what their links were made with.
func (in *Integration) Returned() {
	if !in.Replaced() {
		return
	}
	if in.Status == StatusBroken {
		in.Status = in.Resume
	}
	in.Reason, in.ReasonCode = nil, ""
}

// BeginAnew makes the integration ready for a first sync: nothing that was known of the records is
// kept.
func (in *Integration) BeginAnew() {
	in.Status, in.Resume, in.Reason, in.ReasonCode, in.Brake = StatusReady, StatusReady, nil, "", BrakeOff
	in.WaitingUntil, in.LoadedAt, in.PausedAt, in.LastSyncedAt, in.BrakeReleasedAt, in.GoneAcceptedAt = nil, nil, nil, nil, nil, nil
	in.Epoch++
}
