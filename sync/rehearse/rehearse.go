// Package rehearse forecasts what the sync, or a change of its mapping, would do. It plans as the
// sync does and saves nothing.
package rehearse

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"sidelight/internal/id"
	"sidelight/models"
	"sidelight/sync/gather"
	"sidelight/sync/mapping"
	"sidelight/sync/mirror"
	"sidelight/sync/vendor"
)

// Store is what rehearsing needs to be kept.
type Store interface {
	Integration(ctx context.Context) (models.Integration, error)
	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	Constants(ctx context.Context, object models.SyncObject) ([]models.Constant, error)
	Links(ctx context.Context, object models.SyncObject, after string, limit int) ([]models.LinkState, error)
	SaveRehearsal(ctx context.Context, r models.Rehearsal) error
}

// Config wires a Rehearser.
type Config struct {
	Store  Store
	Mirror *mirror.Mirror
	Gather *gather.Gatherer
	Log    *slog.Logger
	Now    func() time.Time
	// ReadSide reads one object of one side from the stored page on. It fixes the position of the
	// poll before the first page, so that the first poll sees what changes during the load.
	ReadSide func(ctx context.Context, side models.Side, object models.SyncObject) error
	// EnsureMappings saves the standard mapping where there is none.
	EnsureMappings func(ctx context.Context) error
	// Background runs a rehearsal beside the engine's loops.
	Background func(job func(context.Context)) error
}

// Rehearser forecasts.
type Rehearser struct{ Config }

// New makes a rehearser.
func New(c Config) *Rehearser { return &Rehearser{c} }

// rehearsalSamples is how many records of each kind of action a rehearsal shows.
const rehearsalSamples = 5

// proposal is what an admin considers: a mapping of one object and what its new records get, or
// other policies. nil is what is saved.
type proposal struct {
	object    models.SyncObject // "" for policies, which are about all objects
	mappings  []models.FieldMapping
	constants []models.Constant
	policy    models.SyncPolicy
}

// Rehearse forecasts what the sync would do. It reads both sides into the mirrors, plans as the
// sync does and writes nothing to either vendor. It answers a RUNNING rehearsal at once; the
// forecast is stored under its id when it is done.
func (r *Rehearser) Rehearse(ctx context.Context) (models.Rehearsal, error) {
	return r.rehearse(ctx, nil)
}

// RehearseChange forecasts what saving a mapping, or what new records get, would do; nil is what is
// saved. Fields that the mirrors do not hold are read into them; nothing else is saved. What could
// not be saved is BAD_USER_INPUT.
func (r *Rehearser) RehearseChange(
	ctx context.Context, object models.SyncObject, in []models.FieldMappingInput, constants []models.ConstantInput,
) (models.Rehearsal, error) {
	desk, salesforce, err := r.Mirror.DescribeBoth(ctx, object)
	if err != nil {
		return models.Rehearsal{}, err
	}
	proposed, problems := proposal{object: object}, []models.MappingProblem(nil)
	if in != nil {
		proposed.mappings, problems = mapping.Build(object, in, desk, salesforce)
	} else if proposed.mappings, err = r.Store.FieldMappings(ctx, object); err != nil {
		return models.Rehearsal{}, err
	}
	if constants != nil {
		built, more := mapping.BuildConstants(object, constants, proposed.mappings, desk, salesforce)
		proposed.constants, problems = built, append(problems, more...)
	} else if proposed.constants, err = r.Store.Constants(ctx, object); err != nil {
		return models.Rehearsal{}, err
	}
	for _, p := range problems {
		if p.Severity == models.SeverityError {
			return models.Rehearsal{}, models.Errorf(models.CodeBadUserInput, "this cannot be saved: %s", p.Message)
		}
	}
	return r.rehearse(ctx, &proposed)
}

// RehearsePolicy forecasts what a change of the policies would do.
func (r *Rehearser) RehearsePolicy(ctx context.Context, p models.SyncPolicy) (models.Rehearsal, error) {
	return r.rehearse(ctx, &proposal{policy: p})
}

func (r *Rehearser) rehearse(ctx context.Context, proposed *proposal) (models.Rehearsal, error) {
	in, err := r.Store.Integration(ctx)
	if err != nil {
		return models.Rehearsal{}, err
	}
	if !in.Status.Reading() && in.Status != models.StatusPaused {
		return models.Rehearsal{}, models.Errorf(models.CodeConflict, "connect Salesforce and Zoho Desk first")
	}
	if err := r.EnsureMappings(ctx); err != nil {
		return models.Rehearsal{}, err
	}
	out := models.Rehearsal{
		ID: id.New(), Status: models.RunRunning, CreatedAt: r.Now().UTC(), Objects: []models.RehearsalObject{},
	}
	if err := r.Store.SaveRehearsal(ctx, out); err != nil {
		return out, err
	}
	running := out
	return running, r.Background(func(ctx context.Context) {
		out.Status = models.RunDone
		if out.Objects, err = r.forecast(ctx, in, proposed); err != nil {
			r.Log.Warn("a rehearsal failed", "code", models.CodeOf(err), "error", err)
			out.Status = models.RunFailed
		}
		if err := r.Store.SaveRehearsal(context.WithoutCancel(ctx), out); err != nil {
			r.Log.Warn("a rehearsal could not be kept", "error", err)
		}
	})
}

func (r *Rehearser) forecast(
	ctx context.Context, in models.Integration, proposed *proposal,
) ([]models.RehearsalObject, error) {
	if in.Status == models.StatusReady {
		for _, side := range models.Sides {
			for _, object := range models.SyncObjects {
				if err := r.ReadSide(ctx, side, object); err != nil {
					return nil, vendor.WithSide(side, err)
				}
			}
		}
	}
	if proposed != nil {
		proposed.policy.Apply(&in)
	}
	mapped := proposed != nil && proposed.object != ""
	if mapped {
		if err := r.readProposed(ctx, proposed); err != nil {
			return nil, err
		}
	}
	var out []models.RehearsalObject
	for _, object := range models.SyncObjects {
		if mapped && proposed.object != object {
			continue
		}
		planner, err := r.Gather.Planner(ctx, object, in)
		if err != nil {
			return nil, err
		}
		if mapped {
			planner.Mappings, planner.Constants = proposed.mappings, proposed.constants
		}
		f := forecast{
			RehearsalObject: models.RehearsalObject{Object: object}, shown: map[string]int{},
			names:  names(planner.Mappings, planner.Constants),
			called: map[string]*string{},
		}
		links := func(after string) ([]models.LinkState, error) {
			return r.Store.Links(ctx, object, after, gather.PageSize)
		}
		err = gather.EachPage(links, func(page []models.LinkState) error {
			plans, err := r.Gather.Plan(ctx, planner, forecastable(page))
			if err != nil {
				return err
			}
			for i := range page {
				f.called[page[i].ID] = page[i].ShownName()
			}
			for _, p := range plans {
				f.add(p)
			}
			clear(f.called)
			return nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, f.RehearsalObject)
	}
	return out, nil
}

// readProposed reads those fields of a proposed mapping into the mirrors that they do not hold yet.
// That changes no plan: planning reads mapped fields alone.
func (r *Rehearser) readProposed(ctx context.Context, proposed *proposal) error {
	for _, side := range models.Sides {
		on, err := r.Mirror.Reader(ctx, side, proposed.object)
		if err != nil {
			return err
		}
		held := len(on.Fields)
		for _, name := range mapping.Fields(proposed.mappings, side) {
			if !slices.Contains(on.Fields, name) {
				on.Fields = append(on.Fields, name)
			}
		}
		if len(on.Fields) == held {
			continue
		}
		for token := ""; ; {
			page, err := on.List(ctx, on.Fields, token)
			if err != nil {
				return vendor.WithSide(side, err)
			}
			if err := on.Observe(ctx, page.Records, nil); err != nil {
				return err
			}
			if token = page.Next; token == "" {
				break
			}
		}
	}
	return nil
}

// names are the mapping's names, and those of constants, by the sides' fields.
func names(mappings []models.FieldMapping, constants []models.Constant) map[models.Side]map[string]string {
	out := map[models.Side]map[string]string{}
	for _, side := range models.Sides {
		out[side] = map[string]string{}
		for _, m := range mappings {
			out[side][m.Field(side).Name] = m.Name()
		}
	}
	for _, c := range constants {
		if out[c.Side][c.Name] == "" {
			out[c.Side][c.Name] = c.Name
		}
	}
	return out
}

// forecastable plans contacts whose accounts do not exist on the other side yet, since a rehearsal
// creates no account.
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
	case len(p.Failures) > 0 && p.Failures[0].Code == models.CodeAmbiguousMatch:
		f.Ambiguous++
		f.sample("AMBIGUOUS", p, nil)
	case len(p.Failures) > 0:
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
	s := models.RehearsalSample{
		Action: action, RecordName: f.called[p.Link.ID], DeskID: p.Link.DeskID, SalesforceID: p.Link.SalesforceID,
	}
	if in != nil {
		for _, name := range slices.Sorted(maps.Keys(in.Values)) {
			s.Changes = append(
				s.Changes,
				models.FieldChange{Field: f.names[in.Side][name], Side: in.Side, From: in.Before[name], To: in.Values[name]},
			)
		}
	}
	f.Samples = append(f.Samples, s)
}
