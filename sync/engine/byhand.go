package engine

import (
	"context"
	"time"

	"sidelight/models"
)

// LinkContact ties a Desk contact without a counterpart to a Salesforce contact that has none
// either, as a person says. What both have differently is decided as at a match.
func (e *Engine) LinkContact(ctx context.Context, deskID, salesforceID string) (*models.Link, error) {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return nil, err
	}
	if !in.Status.Writing() {
		return nil, models.Errorf(models.CodeConflict, "the sync does not run now: link the contacts when it does")
	}
	mine, err := e.unlinked(ctx, models.Desk, deskID, "deskId")
	if err != nil {
		return nil, err
	}
	other, err := e.unlinked(ctx, models.Salesforce, salesforceID, "salesforceId")
	if err != nil {
		return nil, err
	}
	run, err := e.history.Open(ctx, models.TriggerManual)
	if err != nil {
		return nil, err
	}
	p, err := e.gather.Planner(ctx, models.ContactObject, in)
	if err != nil {
		return nil, err
	}
	mine.Cause, p.Runs = models.TriggerManual, models.RunIDs{models.TriggerManual: run.ID}
	planned, err := e.gather.Join(ctx, p, mine, other)
	if err != nil {
		return nil, err
	}
	saved, err := e.Store.SavePlans(ctx, in.Epoch, []models.LinkPlan{planned})
	if err != nil {
		return nil, err
	}
	if saved == 0 {
		return nil, models.Errorf(models.CodeConflict, "one of the contacts is being written just now: try again")
	}
	e.Wake()
	state, err := e.Store.LinkState(ctx, mine.ID)
	return &state.Link, err
}

// unlinked is the link of a live contact that has no counterpart.
func (e *Engine) unlinked(ctx context.Context, side models.Side, id, argument string) (models.LinkState, error) {
	links, err := e.Store.LinksByRecord(ctx, models.ContactObject, side, []string{id})
	if err != nil {
		return models.LinkState{}, err
	}
	s, known := links[id]
	var refusal *models.Error
	switch row := s.Row(side); {
	case !known || row == nil:
		refusal = models.Errorf(models.CodeNotFound, "%s has no contact with this id that was read yet", side.Name())
	case row.DeletedAt != nil:
		refusal = models.Errorf(models.CodeNotFound, "the contact is deleted in %s", side.Name())
	case s.Whole():
		refusal = models.Errorf(models.CodeAlreadyMapped, "the contact in %s has a counterpart already", side.Name())
	default:
		return s, nil
	}
	refusal.Fields = []string{argument}
	return s, refusal
}

// samples is how many records are read for FieldSamples, and how many values a field shows.
const samples = 3

// FieldSamples are values of the side's fields, out of a few records that are read now.
func (e *Engine) FieldSamples(ctx context.Context, side models.Side, object models.SyncObject) ([]models.FieldSample, error) {
	fields, err := e.mirror.Describe(ctx, side, object)
	if err != nil {
		return nil, err
	}
	links, err := e.Store.Links(ctx, object, "", 10*samples)
	if err != nil {
		return nil, err
	}
	var ids, names []string
	for i := range links {
		if row := links[i].Row(side); row != nil && row.DeletedAt == nil && len(ids) < samples {
			ids = append(ids, row.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	for _, f := range fields {
		names = append(names, f.Name)
	}
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return nil, err
	}
	records, err := remote.Read(ctx, object, names, ids)
	if err != nil {
		return nil, err
	}
	var out []models.FieldSample
	for _, name := range names {
		s := models.FieldSample{Field: name}
		for _, record := range records {
			if v := record.Values[name]; !v.IsBlank() {
				s.Values = append(s.Values, v.String())
			}
		}
		if len(s.Values) > 0 {
			out = append(out, s)
		}
	}
	return out, nil
}

// callsEvery is how often the vendors' counts of our calls are kept.
const callsEvery = time.Minute

// noteCalls keeps the vendors' counts of our calls, day by day. Every replica has counts of its
// own; the highest is kept.
func (e *Engine) noteCalls(ctx context.Context) {
	last := map[models.Side]int{}
	for ctx.Err() == nil {
		for _, b := range e.Budgets(ctx) {
			if b.Used == nil || last[b.Side] == *b.Used {
				continue
			}
			if err := e.Store.NoteCalls(ctx, b.Side, *b.Used); err != nil && ctx.Err() == nil {
				e.log.Warn("the count of API calls could not be kept", "side", b.Side, "error", err)
				continue
			}
			last[b.Side] = *b.Used
		}
		e.wait(ctx, nil, callsEvery)
	}
}

// Activity is what the sync did on the last days, today included.
func (e *Engine) Activity(ctx context.Context, days int) ([]models.ActivityDay, error) {
	now := e.Now()
	return e.Store.Activity(ctx, now.AddDate(0, 0, 1-days), now)
}
