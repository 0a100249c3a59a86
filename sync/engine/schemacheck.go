package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// schemaCheck notes when the mapped fields were last compared with the vendors' descriptions. now
// asks for another check in the next pass.
type schemaCheck struct {
	last time.Time
	now  atomic.Bool
}

// checkMappings compares the mapped fields with what both sides have now, once per poll. The next
// planning leaves out a field that is gone, and uses one that changed as it is now. Every link is
// planned again when the result changes, so that failed records go through and returned fields
// become equal.
func (e *Engine) checkMappings(ctx context.Context) error {
	if now := e.Now(); now.Sub(e.schema.last) < e.Poll && !now.Before(e.schema.last) && !e.schema.now.Swap(false) {
		return nil
	}
	if e.throttle.Throttled(models.Desk) || e.throttle.Throttled(models.Salesforce) {
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
		desk, salesforce, err := e.mirror.DescribeBoth(ctx, object)
		if err != nil {
			return err
		}
		drift = append(drift, mapping.Drifted(mappings, filter, desk, salesforce)...)
	}
	e.schema.last = e.Now()
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

// readAgain reads the objects whole whose fields can be used again, because the mirrors missed the
// changes meanwhile.
func (e *Engine) readAgain(ctx context.Context, before, after []models.MappingDrift) error {
	for _, was := range before {
		still := slices.ContainsFunc(after, func(d models.MappingDrift) bool {
			return d.Gone && d.Object == was.Object && d.Side == was.Side && d.Name == was.Name
		})
		if was.Gone && !still {
			if err := e.observer.Reload(ctx, was.Side, was.Object); err != nil {
				return err
			}
		}
	}
	return nil
}

// suspect checks the mapped fields in the next pass, because a vendor refused one.
func (s *schemaCheck) suspect(code models.Code) {
	switch code {
	case models.CodeInvalidParameter, models.CodeReadOnly, models.CodeNoAccess, models.CodeTypeMismatch, models.CodeValueTooLong, models.CodeInvalidPicklist:
		s.now.Store(true)
	}
}
