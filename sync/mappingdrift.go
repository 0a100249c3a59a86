package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// checkMappings compares the mapped fields with what both sides really have now, once per poll. What drifted is left out, or used as it is now, from the next
// planning on; every link is planned again when that changes, so that records which failed for it go through, and fields that come back are made equal.
func (e *Engine) checkMappings(ctx context.Context) error {
	if now := e.Now(); now.Sub(e.lastCheck) < e.Poll && !now.Before(e.lastCheck) && !e.checkNow.Swap(false) {
		return nil
	}
	if e.held(models.Desk) || e.held(models.Salesforce) {
		return nil
	}
	var drift []models.MappingDrift
	for _, object := range models.SyncObjects {
		mappings, err := e.Store.FieldMappings(ctx, object)
		if err != nil {
			return err
		}
		filter, err := e.Store.SyncFilter(ctx, object)
		if err != nil {
			return err
		}
		desk, salesforce, err := e.describeBoth(ctx, object)
		if err != nil {
			return err
		}
		drift = append(drift, mapping.Drifted(mappings, filter, desk, salesforce)...)
	}
	e.lastCheck = e.Now()
	in, err := e.Store.Integration(ctx)
	if err != nil || equalDrift(in.Drift, drift) {
		return err
	}
	if err := e.readAgain(ctx, in.Drift, drift); err != nil {
		return err
	}
	for _, d := range drift {
		if d.Problem != nil {
			e.log.Warn("a mapped field was changed at its vendor", "side", d.Side, "object", d.Object, "code", d.Problem.Code)
		}
	}
	_, err = e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		in.Drift = drift
		return nil
	})
	return err
}

func equalDrift(a, b []models.MappingDrift) bool {
	if len(a) == 0 && len(b) == 0 {
		return true
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// readAgain has the objects read whole whose fields can be used again: the mirrors missed what happened meanwhile.
func (e *Engine) readAgain(ctx context.Context, before, after []models.MappingDrift) error {
	for _, was := range before {
		still := slices.ContainsFunc(after, func(d models.MappingDrift) bool {
			return d.Gone && d.Object == was.Object && d.Side == was.Side && d.Name == was.Name
		})
		if was.Gone && !still {
			if err := e.reload(ctx, was.Side, was.Object); err != nil {
				return err
			}
		}
	}
	return nil
}

// suspectMappings has the mapped fields looked at in the next turn: a vendor refused one.
func (e *Engine) suspectMappings(code models.Code) {
	switch code {
	case models.CodeInvalidParameter, models.CodeReadOnly, models.CodeNoAccess, models.CodeTypeMismatch, models.CodeValueTooLong, models.CodeInvalidPicklist:
		e.checkNow.Store(true)
	}
}
