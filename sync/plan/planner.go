// Package plan decides what is to be done about links. It is pure: it reads and writes nothing. It
// decides from Facts, which are gathered before, and answers a LinkPlan for each link.
package plan

import (
	"time"

	"sidelight/models"
)

// soon is the wait of a link that depends on its account, or on the plan of another link. The
// account's completion wakes it sooner.
const soon = 5 * time.Second

// Facts are what is known besides the links themselves, for the links of one batch.
type Facts struct {
	// Candidates are the links by match key, per side, of the unpaired records' keys.
	Candidates map[models.Side]map[string][]models.LinkState
	// Second are the links whose record has such a key as its second one.
	Second map[models.Side]map[string][]models.LinkState
	// Survivors are the links of records that records of the batch were merged into, per side, by
	// the record's id.
	Survivors map[models.Side]map[string]models.LinkState
	// UnlinkedFrom are the links of the records from which the filter unlinked records of the
	// batch, per side, by the record's id.
	UnlinkedFrom map[models.Side]map[string]models.LinkState
	// Namesakes are the half links of both sides by name, of the names of the batch's half links,
	// where one of the two has no match key.
	Namesakes map[string][]models.LinkState
	// Marked are, per side, the records of Namesakes that carry the mark of an earlier
	// installation.
	Marked map[models.Side]map[string]bool
	// Written is what was written of late, by link, oldest first.
	Written map[string][]models.Change
	// LostWrites are the writes that were sent, never answered and given up, by link, oldest first.
	LostWrites map[string][]models.Intent
}

// Planner plans the links of one object against one state of the integration, the mapping and the
// filter.
type Planner struct {
	Object      models.SyncObject
	Mappings    []models.FieldMapping
	Filter      models.SyncFilter
	Constants   []models.Constant // what new records get
	Integration models.Integration
	Owners      *Owners
	Runs        models.RunIDs
	Now         time.Time
	// NewID makes the ids of intents, conflicts and failures.
	NewID func() string

	facts    Facts
	matcher  matcher
	absorbed map[string]bool // half links that another plan of this batch takes in
}

// Plan decides about a batch from what is known about it.
func (p *Planner) Plan(batch []models.LinkState, facts Facts) []models.LinkPlan {
	p.facts, p.absorbed = facts, map[string]bool{}
	p.matcher = matcher{object: p.Object, filter: p.Filter, by: facts.Candidates}
	plans := make([]models.LinkPlan, 0, len(batch))
	for i := range batch {
		if !p.absorbed[batch[i].ID] {
			plans = append(plans, p.one(&batch[i]))
		}
	}
	return plans
}

// one plans one link: it is the one switch between paired and unpaired records.
func (p *Planner) one(s *models.LinkState) (plan models.LinkPlan) {
	if s.Whole() {
		plan = p.planPaired(s, models.LinkPlan{Link: settledLink(s)})
	} else {
		plan = p.planUnpaired(s)
	}
	plan.RunID = p.Runs.Of(s.Cause)
	plan.Unchanged = s.Cause == models.TriggerInitial && plan.Link.Whole() && len(plan.Intents) == 0 &&
		len(plan.Failures) == 0 && !plan.Unlink
	return plan
}

// settledLink is the link as it shall be when nothing more is to do: not dirty, not deferred.
func settledLink(s *models.LinkState) models.Link {
	l := s.Link
	l.Dirty, l.PlanAfter = false, nil
	return l
}

// deferPlan plans the link again soon, because what it depends on is being planned or written now.
func deferPlan(plan models.LinkPlan) models.LinkPlan {
	plan.Resolved, plan.Link.Dirty, plan.Wait = false, true, soon
	return plan
}

func (p *Planner) byName() map[string]models.FieldMapping {
	out := make(map[string]models.FieldMapping, len(p.Mappings))
	for _, m := range p.Mappings {
		out[m.Name()] = m
	}
	return out
}

func (p *Planner) intent(
	s *models.LinkState, side models.Side, op models.IntentOp, values, before, source models.Values,
) models.Intent {
	return models.Intent{
		ID: p.NewID(), LinkID: s.ID, Object: p.Object, Side: side, Op: op, RecordID: s.RecordID(side),
		Values: values, Before: before, Source: source, RunID: p.Runs.Of(s.Cause), State: models.IntentPending,
		Epoch: p.Integration.Epoch,
	}
}

// failure puts an error of the link's record on the source side into the failure log.
func (p *Planner) failure(s *models.LinkState, source models.Side, err *models.Error) models.Failure {
	return models.Failure{
		ID: p.NewID(), LinkID: s.ID, Object: p.Object, Source: source, Target: source.Other(), RecordID: s.RecordID(source),
		RecordName: s.ShownName(), Code: err.Code, Message: err.Explain(), Hint: models.HintFor(err.Code), Fields: err.Fields,
		Attempts: 1, RunID: p.Runs.Of(s.Cause), FirstAt: p.Now, LastAt: p.Now,
	}
}

// fieldFailure puts an error of one field into the failure log.
func (p *Planner) fieldFailure(
	s *models.LinkState, source models.Side, field string, err *models.Error,
) models.Failure {
	f := p.failure(s, source, err)
	f.Field = field
	return f
}

// UpdateField owes one side one value: what an admin has chosen, whatever the rules say.
func (p *Planner) UpdateField(
	s *models.LinkState, side models.Side, values, before, source models.Values,
) models.Intent {
	return p.intent(s, side, models.OpUpdate, values, before, source)
}

// Fail is the failure of the link's record on the source side.
func (p *Planner) Fail(s *models.LinkState, source models.Side, err *models.Error) models.Failure {
	return p.failure(s, source, err)
}
