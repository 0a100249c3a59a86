package sync

import (
	"context"
	"maps"
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// rehearsalSamples is how many records of each kind of action a rehearsal shows.
const rehearsalSamples = 5

// proposal is a mapping of one object that an admin thinks of; nil where it is the saved one.
type proposal struct {
	object   models.SyncObject
	mappings []models.FieldMapping
}

// Rehearse forecasts what the sync would do: it reads both sides into the mirrors, runs the same planning as the real thing and writes
// nothing to either vendor. The answer is RUNNING at once; the forecast is stored under its id when it is done.
func (e *Engine) Rehearse(ctx context.Context) (models.Rehearsal, error) { return e.rehearse(ctx, nil) }

// RehearseMapping forecasts what saving a mapping would lead to. Nothing is saved; fields that the mirrors do not hold yet are read into them. A mapping that could not
// be saved is BAD_USER_INPUT.
func (e *Engine) RehearseMapping(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput) (models.Rehearsal, error) {
	desk, salesforce, err := e.describeBoth(ctx, object)
	if err != nil {
		return models.Rehearsal{}, err
	}
	mappings, problems := mapping.Build(object, in, desk, salesforce)
	for _, p := range problems {
		if p.Severity == models.SeverityError {
			return models.Rehearsal{}, models.Errorf(models.CodeBadUserInput, "this mapping cannot be saved: %s", p.Message)
		}
	}
	return e.rehearse(ctx, &proposal{object, mappings})
}

func (e *Engine) rehearse(ctx context.Context, proposed *proposal) (models.Rehearsal, error) {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return models.Rehearsal{}, err
	}
	if !in.Status.Reading() && in.Status != models.StatusPaused {
		return models.Rehearsal{}, models.Errorf(models.CodeConflict, "connect Salesforce and Zoho Desk first")
	}
	if err := e.ensureMappings(ctx); err != nil {
		return models.Rehearsal{}, err
	}
	r := models.Rehearsal{ID: newID(), Status: models.RunRunning, CreatedAt: e.Now().UTC(), Objects: []models.RehearsalObject{}}
	if err := e.Store.SaveRehearsal(ctx, r); err != nil {
		return r, err
	}
	running := r
	return running, e.background(func(ctx context.Context) {
		r.Status = models.RunDone
		if r.Objects, err = e.forecast(ctx, in, proposed); err != nil {
			e.log.Warn("a rehearsal failed", "code", models.CodeOf(err), "error", err)
			r.Status = models.RunFailed
		}
		if err := e.Store.SaveRehearsal(context.WithoutCancel(ctx), r); err != nil {
			e.log.Warn("a rehearsal could not be kept", "error", err)
		}
	})
}

func (e *Engine) forecast(ctx context.Context, in models.Integration, proposed *proposal) ([]models.RehearsalObject, error) {
	if in.Status == models.StatusReady {
		for _, side := range models.Sides {
			for _, object := range models.SyncObjects {
				if err := e.readSide(ctx, side, object, func(context.Context, int) error { return nil }); err != nil {
					return nil, at(side, err)
				}
			}
		}
	}
	if proposed != nil {
		if err := e.readProposed(ctx, proposed); err != nil {
			return nil, err
		}
	}
	var out []models.RehearsalObject
	for _, object := range models.SyncObjects {
		if proposed != nil && proposed.object != object {
			continue
		}
		planner, err := e.planner(ctx, object, in)
		if err != nil {
			return nil, err
		}
		if proposed != nil {
			planner.mappings = proposed.mappings
		}
		f := forecast{RehearsalObject: models.RehearsalObject{Object: object}, shown: map[string]int{}, names: planner.names(), called: map[string]*string{}}
		after := ""
		for {
			batch, err := e.Store.Links(ctx, object, after, planBatch)
			if err != nil {
				return nil, err
			}
			if len(batch) == 0 {
				break
			}
			after = batch[len(batch)-1].ID
			plans, err := e.plan(ctx, planner, forecastable(batch))
			if err != nil {
				return nil, err
			}
			for i := range batch {
				f.called[batch[i].ID] = nameOf(&batch[i])
			}
			for _, p := range plans {
				f.add(p)
			}
			clear(f.called)
		}
		out = append(out, f.RehearsalObject)
	}
	return out, nil
}

// readProposed reads the fields of a proposed mapping into the mirrors that they do not hold yet. Nothing follows from that: planning looks at mapped fields.
func (e *Engine) readProposed(ctx context.Context, proposed *proposal) error {
	for _, side := range models.Sides {
		r, err := e.reader(ctx, side, proposed.object)
		if err != nil {
			return err
		}
		held := len(r.fields)
		for _, name := range mapping.Fields(proposed.mappings, side) {
			if !slices.Contains(r.fields, name) {
				r.fields = append(r.fields, name)
			}
		}
		if len(r.fields) == held {
			continue
		}
		for token := ""; ; {
			page, err := r.list(ctx, r.fields, token)
			if err != nil {
				return at(side, err)
			}
			if err := r.keep(ctx, page.Records, nil); err != nil {
				return err
			}
			if token = page.Next; token == "" {
				break
			}
		}
	}
	return nil
}

// names are the mapping's names by the sides' fields.
func (p *planner) names() map[models.Side]map[string]string {
	out := map[models.Side]map[string]string{}
	for _, side := range models.Sides {
		out[side] = map[string]string{}
		for _, m := range p.mappings {
			out[side][m.Field(side).Name] = m.Name()
		}
	}
	return out
}

// forecastable lets contacts be planned whose accounts do not exist on the other side yet: in a rehearsal nothing will create them.
func forecastable(batch []models.LinkState) []models.LinkState {
	for i := range batch {
		batch[i].ParentFailed = true
	}
	return batch
}

// forecast adds plans up.
type forecast struct {
	models.RehearsalObject
	shown  map[string]int
	names  map[models.Side]map[string]string // mapping names by the sides' fields
	called map[string]*string                // shown names by link
	paired map[string]bool
}

func (f *forecast) add(p models.LinkPlan) {
	// A pair is found from both of its halves when they lie in different batches: it counts once.
	if f.paired[p.Link.ID] {
		return
	}
	if p.Absorb != nil {
		if f.paired == nil {
			f.paired = map[string]bool{}
		}
		f.paired[p.Absorb.ID] = true
		f.Matched++
		f.sample("MATCH", p, nil)
	}
	switch {
	case p.Failure != nil && p.Failure.Code == models.CodeAmbiguousMatch:
		f.Ambiguous++
		f.sample("AMBIGUOUS", p, nil)
	case p.Failure != nil:
		f.Problems++
		f.sample("PROBLEM", p, nil)
	}
	for _, in := range p.Intents {
		switch {
		case in.Op == models.OpUpdate && in.Side == models.Desk:
			f.UpdateInDesk++
		case in.Op == models.OpUpdate:
			f.UpdateInSalesforce++
		case in.Side == models.Desk:
			f.CreateInDesk++
		default:
			f.CreateInSalesforce++
		}
		f.sample(string(in.Op), p, &in)
	}
}

func (f *forecast) sample(action string, p models.LinkPlan, in *models.Intent) {
	if f.shown[action] >= rehearsalSamples {
		return
	}
	f.shown[action]++
	s := models.RehearsalSample{Action: action, RecordName: f.called[p.Link.ID], DeskID: p.Link.DeskID, SalesforceID: p.Link.SalesforceID}
	if in != nil {
		for _, name := range slices.Sorted(maps.Keys(in.Values)) {
			s.Changes = append(s.Changes, models.FieldChange{Field: f.names[in.Side][name], Side: in.Side, From: in.Before[name], To: in.Values[name]})
		}
	}
	f.Samples = append(f.Samples, s)
}
