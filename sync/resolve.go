package sync

import (
	"context"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// ResolveConflict writes the value that the admin chose to both sides, as far as they do not have it. The conflict is resolved at once; the
// writes go the way of all writes. It is a CONFLICT while an earlier write of the record is still owed.
func (e *Engine) ResolveConflict(ctx context.Context, id string, choose models.Side) (models.Conflict, error) {
	c, err := e.Store.Conflict(ctx, id)
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
	run, err := e.openRun(ctx, models.TriggerManual)
	if err != nil {
		return c, err
	}
	chosen := map[models.Side]models.Value{models.Desk: c.Desk, models.Salesforce: c.Salesforce}
	if chosen[choose.Other()], err = e.carried(ctx, chosen[choose], m, choose); err != nil {
		return c, err
	}

	p := &planner{object: c.Object, mappings: []models.FieldMapping{m}, integration: in, runs: runs{models.TriggerManual: run}, now: e.Now().UTC()}
	state.Cause = models.TriggerManual
	plan := models.LinkPlan{Link: state.Link}
	for _, side := range models.Sides {
		row, name := state.Row(side), m.Field(side).Name
		if row == nil || mapping.Canonical(row.Data[name], m.Field(side)) == chosen[side] || !in.Direction.WritesTo(side) {
			continue
		}
		plan.Intents = append(plan.Intents, p.intent(&state, side, models.OpUpdate,
			models.Values{name: chosen[side]}, models.Values{name: row.Data[name]},
			models.Values{m.Field(side.Other()).Name: chosen[side.Other()]}))
	}
	if len(plan.Intents) > 0 {
		saved, err := e.Store.SavePlans(ctx, in.Epoch, []models.LinkPlan{plan})
		if err != nil {
			return c, err
		}
		if saved == 0 {
			return c, models.Errorf(models.CodeConflict, "the record is being written just now: try again")
		}
	}
	c, err = e.Store.ResolveConflict(ctx, id, choose)
	e.Wake()
	return c, err
}

// carried is a side's value in the other side's form; a reference goes by the link of the account, or the email of the user, that it refers to.
func (e *Engine) carried(ctx context.Context, v models.Value, m models.FieldMapping, from models.Side) (models.Value, error) {
	if m.Desk.Type != models.TypeReference {
		converted, refusal := mapping.Convert(v, m.Field(from), m.Field(from.Other()))
		if refusal != nil {
			return v, refusal
		}
		return converted, nil
	}
	if mapping.Owners(m) {
		if other, known := e.owners(ctx, []models.FieldMapping{m}).counterpart(v, from); known {
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
