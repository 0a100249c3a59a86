// Package gather reads everything that planning decides from: the planner's settings, and the facts
// of a batch of links.
package gather

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sidelight/internal/id"
	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/plan"
	"sidelight/sync/vendor"
)

// Store is what facts are read from.
type Store interface {
	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	SyncFilter(ctx context.Context, object models.SyncObject) (models.SyncFilter, error)
	// Constants are what new records of the object get.
	Constants(ctx context.Context, object models.SyncObject) ([]models.Constant, error)
	// MatchCandidates reads, for each key, the links (half or whole) whose live mirror row on the
	// side has that match key.
	MatchCandidates(
		ctx context.Context, object models.SyncObject, side models.Side, keys []string,
	) (map[string][]models.LinkState, error)
	// SecondCandidates does so by the second match field.
	SecondCandidates(
		ctx context.Context, object models.SyncObject, side models.Side, keys []string,
	) (map[string][]models.LinkState, error)
	// LinksByRecord reads the links of records of one side; one that is unknown is absent.
	LinksByRecord(
		ctx context.Context, object models.SyncObject, side models.Side, ids []string,
	) (map[string]models.LinkState, error)
	// Namesakes reads the half links of both sides with these names, in lower case, whose record
	// lives; keyless those without a match key alone. They come by name, oldest id first.
	Namesakes(
		ctx context.Context, object models.SyncObject, names []string, keyless bool,
	) (map[string][]models.LinkState, error)
	// Link is the link with the id, nil when there is none.
	Link(ctx context.Context, id string) (*models.Link, error)
	// RecentChanges are the journal's entries of the links since the time, oldest first.
	RecentChanges(ctx context.Context, linkIDs []string, since time.Time) (map[string][]models.Change, error)
	// UnansweredWrites are the creates and updates of the links that were sent, got no answer and
	// were cancelled, oldest first. Those before a later finished write to their side are left out.
	UnansweredWrites(ctx context.Context, linkIDs []string) (map[string][]models.Intent, error)
}

// Gatherer gathers facts.
type Gatherer struct {
	Store    Store
	Remotes  vendor.Remotes
	Throttle *vendor.Throttle
	Log      *slog.Logger
	Now      func() time.Time

	mu     sync.Mutex
	owners *plan.Owners // as they were last read
}

// Planner reads what planning the object goes by.
func (g *Gatherer) Planner(
	ctx context.Context, object models.SyncObject, in models.Integration,
) (*plan.Planner, error) {
	mappings, err := g.Store.FieldMappings(ctx, object)
	if err != nil {
		return nil, err
	}
	filter, err := g.Store.SyncFilter(ctx, object)
	if err != nil {
		return nil, err
	}
	constants, err := g.Store.Constants(ctx, object)
	if err != nil {
		return nil, err
	}
	usable := mapping.Usable(mappings, in.Drift)
	return &plan.Planner{
		Object: object, Mappings: usable, Filter: filter, Constants: constants, Integration: in,
		Owners: g.Owners(ctx, usable), Now: g.Now().UTC(), NewID: id.New,
	}, nil
}

// Plan gathers the facts of a batch and plans it. Nothing is saved.
func (g *Gatherer) Plan(ctx context.Context, p *plan.Planner, batch []models.LinkState) ([]models.LinkPlan, error) {
	facts, err := g.facts(ctx, p, batch)
	if err != nil {
		return nil, err
	}
	return p.Plan(batch, facts), nil
}

// Join plans the pair that a person makes of two half links. Nothing is saved.
func (g *Gatherer) Join(ctx context.Context, p *plan.Planner, s, other models.LinkState) (models.LinkPlan, error) {
	facts, err := g.facts(ctx, p, []models.LinkState{s, other})
	if err != nil {
		return models.LinkPlan{}, err
	}
	return p.Join(&s, &other, facts), nil
}

func (g *Gatherer) facts(ctx context.Context, p *plan.Planner, batch []models.LinkState) (f plan.Facts, err error) {
	f.Candidates = map[models.Side]map[string][]models.LinkState{}
	f.Survivors, f.UnlinkedFrom = map[models.Side]map[string]models.LinkState{}, map[models.Side]map[string]models.LinkState{}
	f.Second = map[models.Side]map[string][]models.LinkState{}
	keys := plan.MatchKeys(batch)
	for _, side := range models.Sides {
		if len(keys) > 0 {
			if f.Candidates[side], err = g.Store.MatchCandidates(ctx, p.Object, side, keys); err != nil {
				return f, err
			}
			if f.Second[side], err = g.Store.SecondCandidates(ctx, p.Object, side, keys); err != nil {
				return f, err
			}
		}
		if f.Survivors[side], err = g.links(ctx, p.Object, side, plan.MergedInto(batch, side)); err != nil {
			return f, err
		}
		if f.UnlinkedFrom[side], err = g.links(ctx, p.Object, side, plan.UnlinkedFrom(batch, side)); err != nil {
			return f, err
		}
	}
	if err := g.namesakes(ctx, p, batch, &f); err != nil {
		return f, err
	}
	if f.Written, err = g.written(ctx, p, batch); err != nil {
		return f, err
	}
	ids := make([]string, len(batch))
	for i := range batch {
		ids[i] = batch[i].ID
	}
	f.LostWrites, err = g.Store.UnansweredWrites(ctx, ids)
	return f, err
}

func (g *Gatherer) links(
	ctx context.Context, object models.SyncObject, side models.Side, ids []string,
) (map[string]models.LinkState, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return g.Store.LinksByRecord(ctx, object, side, ids)
}

// written reads the recent writes to the batch's pairs. None is read during the first load, which
// writes each pair once.
func (g *Gatherer) written(
	ctx context.Context, p *plan.Planner, batch []models.LinkState,
) (map[string][]models.Change, error) {
	var ids []string
	for i := range batch {
		if batch[i].Whole() && batch[i].SyncedAt != nil {
			ids = append(ids, batch[i].ID)
		}
	}
	if len(ids) == 0 || p.Integration.Status == models.StatusLoading {
		return nil, nil
	}
	return g.Store.RecentChanges(ctx, ids, p.Now.Add(-plan.RewriteWindow))
}
