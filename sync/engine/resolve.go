package engine

import (
	"context"

	"sidelight/internal/id"
	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/plan"
)

// ResolveConflict writes the value that the admin chose to the sides that do not have it. The
// conflict is resolved at once; the writes are owed like all others. It is a CONFLICT while an
// earlier write of the record is owed.
func (e *Engine) ResolveConflict(ctx context.Context, conflict string, choose models.Side) (models.Conflict, error) {
	c, err := e.Store.Conflict(ctx, conflict)
	if err != nil {
		return c, err
	}
	if c.ResolvedAt != nil {
		return c, models.Errorf(models.CodeConflict, "this conflict is resolved already")
	}
	state, err := e.Store.LinkState(ctx, c.LinkID)
	if err != nil {
		return c, err
	}
	m, err := e.mappingNamed(ctx, c.Object, c.Field)
	if err != nil {
		return c, err
	}
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return c, err
	}
	run, err := e.history.Open(ctx, models.TriggerManual)
	if err != nil {
		return c, err
	}
	chosen := map[models.Side]models.Value{models.Desk: c.Desk, models.Salesforce: c.Salesforce}
	if chosen[choose.Other()], err = e.carried(ctx, chosen[choose], m, choose); err != nil {
		return c, err
	}

	p := &plan.Planner{Object: c.Object, Mappings: []models.FieldMapping{m}, Integration: in, Runs: models.RunIDs{models.TriggerManual: run.ID}, Now: e.Now().UTC(), NewID: id.New}
	state.Cause = models.TriggerManual
	planned := models.LinkPlan{Link: state.Link}
	for _, side := range models.Sides {
		row, name := state.Row(side), m.Field(side).Name
		if row == nil || mapping.Canonical(row.Data[name], m.Field(side)) == chosen[side] || !in.Direction.WritesTo(side) {
			continue
		}
		planned.Intents = append(planned.Intents, p.UpdateField(&state, side,
			models.Values{name: chosen[side]}, models.Values{name: row.Data[name]},
			models.Values{m.Field(side.Other()).Name: chosen[side.Other()]}))
	}
	if len(planned.Intents) > 0 {
		saved, err := e.Store.SavePlans(ctx, in.Epoch, []models.LinkPlan{planned})
		if err != nil {
			return c, err
		}
		if saved == 0 {
			return c, models.Errorf(models.CodeConflict, "the record is being written just now: try again")
		}
	}
	c, err = e.Store.ResolveConflict(ctx, conflict, choose)
	e.Wake()
	return c, err
}

// carried is a side's value in the other side's form. A reference is converted by the link of its
// account, or by the email of its user.
func (e *Engine) carried(ctx context.Context, v models.Value, m models.FieldMapping, from models.Side) (models.Value, error) {
	if m.Desk.Type != models.TypeReference {
		converted, refusal := mapping.Carry(m, v, from)
		if refusal != nil {
			return v, refusal
		}
		return converted, nil
	}
	if mapping.Owners(m) {
		if other, known := e.gather.Owners(ctx, []models.FieldMapping{m}).Counterpart(v, from); known {
			return other, nil
		}
		return v, models.Errorf(models.CodeConflict, "no user of %s has the email of this owner: choose the other value, or give one that email", from.Other().Name())
	}
	if v.IsBlank() {
		return v, nil
	}
	links, err := e.Store.LinksByRecord(ctx, models.AccountObject, from, []string{v.String()})
	if err != nil {
		return v, err
	}
	if l, known := links[v.String()]; known && l.Whole() {
		return models.Text(l.RecordID(from.Other())), nil
	}
	return v, models.Errorf(models.CodeConflict, "the account has no counterpart in %s: choose the other value, or see why in the failure log", from.Other().Name())
}

func (e *Engine) mappingNamed(ctx context.Context, object models.SyncObject, name string) (models.FieldMapping, error) {
	mappings, err := e.Store.FieldMappings(ctx, object)
	if err != nil {
		return models.FieldMapping{}, err
	}
	for _, m := range mappings {
		if m.Name() == name {
			return m, nil
		}
	}
	return models.FieldMapping{}, models.Errorf(models.CodeNotFound, "the field %s is no longer mapped", name)
}
