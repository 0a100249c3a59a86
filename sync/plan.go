package sync

import (
	"context"
	"time"

	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/reconcile"
)

// planBatch is how many links are planned in one transaction.
const planBatch = 200

// soon is when a link is planned again that waits for its account, or for the plan of another link. The account's own completion wakes it sooner.
const soon = 5 * time.Second

// planner plans the links of one object against one state of the integration, the mapping and the filter.
type planner struct {
	object      models.SyncObject
	mappings    []models.FieldMapping
	filter      models.SyncFilter
	integration models.Integration
	owners      *owners
	runs        runs
	now         time.Time
	matcher     *matcher
	survivors   map[models.Side]map[string]models.LinkState // the links of records that others were merged into
	parted      map[models.Side]map[string]models.LinkState // the links of records from which others were parted
	written     map[string][]models.Change                  // what was written of late, per link
	unanswered  map[string][]models.Intent                  // writes that were given up and may have been done, per link
	absorbed    map[string]bool                             // half links that another plan of this batch takes in
}

// runs are the runs under which links are planned, by what made them dirty; nil where nothing is saved.
type runs map[models.RunTrigger]*models.SyncRun

// of is the id of the link's run.
func (r runs) of(cause models.RunTrigger) string {
	if run := r[cause]; run != nil {
		return run.ID
	}
	for _, run := range r {
		return run.ID
	}
	return ""
}

// planAll plans every dirty link, accounts before contacts, and wakes the executors.
func (e *Engine) planAll(ctx context.Context, trigger models.RunTrigger) error {
	if trigger != models.TriggerInitial {
		if braked, err := e.brake(ctx); err != nil || braked {
			return err
		}
	}
	var unread error
	for _, object := range models.SyncObjects {
		after := ""
		for {
			in, err := e.Store.Integration(ctx)
			if err != nil || !in.Status.Writing() {
				return err
			}
			batch, err := e.Store.DirtyLinks(ctx, object, after, planBatch)
			if err != nil {
				return err
			}
			if len(batch) == 0 {
				break
			}
			after = batch[len(batch)-1].ID
			under, err := e.openRuns(ctx, batch, trigger)
			if err != nil {
				return err
			}
			p, err := e.planner(ctx, object, in)
			if err != nil {
				return err
			}
			p.runs = under
			plans, err := e.plan(ctx, p, batch)
			if err != nil {
				return err
			}
			if plans, err = e.confirm(ctx, p, batch, plans); unread == nil {
				unread = err
			}
			if _, err := e.Store.SavePlans(ctx, in.Epoch, plans); err != nil {
				return err
			}
			for _, ch := range e.writers {
				signal(ch)
			}
			if len(batch) < planBatch {
				break
			}
		}
	}
	if err := e.closeIdleRuns(ctx); err != nil {
		return err
	}
	return unread
}

// openRuns are the runs for what made the links of a batch dirty. The first load is one run.
func (e *Engine) openRuns(ctx context.Context, batch []models.LinkState, trigger models.RunTrigger) (runs, error) {
	out := runs{}
	for i := range batch {
		if cause := e.causeOf(batch[i].Link, trigger); out[cause] == nil {
			run, err := e.openRun(ctx, cause)
			if err != nil {
				return nil, err
			}
			out[cause] = run
		}
		batch[i].Cause = e.causeOf(batch[i].Link, trigger)
	}
	return out, nil
}

func (e *Engine) causeOf(l models.Link, trigger models.RunTrigger) models.RunTrigger {
	switch {
	case trigger == models.TriggerInitial:
		return trigger
	case l.Cause == "" || l.Cause == models.TriggerPoll || l.Cause == models.TriggerInitial:
		return e.triggerOr(trigger)
	}
	return l.Cause
}

// planner reads what planning the object goes by.
func (e *Engine) planner(ctx context.Context, object models.SyncObject, in models.Integration) (*planner, error) {
	mappings, err := e.Store.FieldMappings(ctx, object)
	if err != nil {
		return nil, err
	}
	filter, err := e.Store.SyncFilter(ctx, object)
	if err != nil {
		return nil, err
	}
	usable := mapping.Usable(mappings, in.Drift)
	return &planner{object: object, mappings: usable, filter: filter, integration: in, owners: e.owners(ctx, usable), now: e.Now().UTC()}, nil
}

// plan decides about a batch; it writes nothing.
func (e *Engine) plan(ctx context.Context, p *planner, batch []models.LinkState) (plans []models.LinkPlan, err error) {
	p.absorbed = map[string]bool{}
	if p.matcher, err = e.newMatcher(ctx, p.filter, p.object, batch); err != nil {
		return nil, err
	}
	if p.survivors, err = e.survivors(ctx, p.object, batch); err != nil {
		return nil, err
	}
	if p.parted, err = e.partedFrom(ctx, p.object, batch); err != nil {
		return nil, err
	}
	if p.written, err = e.writtenOfLate(ctx, p.integration, batch, p.now); err != nil {
		return nil, err
	}
	if p.unanswered, err = e.unanswered(ctx, batch); err != nil {
		return nil, err
	}
	plans = make([]models.LinkPlan, 0, len(batch))
	for i := range batch {
		if !p.absorbed[batch[i].ID] {
			plans = append(plans, p.plan(&batch[i]))
		}
	}
	return plans, nil
}

// plan decides about one link.
func (p *planner) plan(s *models.LinkState) (plan models.LinkPlan) {
	if s.Whole() {
		plan = p.planWhole(s, models.LinkPlan{Link: settledLink(s)})
	} else {
		plan = p.planHalf(s)
	}
	plan.RunID = p.runs.of(s.Cause)
	plan.Unchanged = s.Cause == models.TriggerInitial && plan.Link.Whole() && len(plan.Intents) == 0 && plan.Failure == nil && !plan.Part
	return plan
}

// settledLink is the link as it shall be when nothing more is to do: not dirty, not deferred.
func settledLink(s *models.LinkState) models.Link {
	l := s.Link
	l.Dirty, l.PlanAfter = false, nil
	return l
}

// waiting has the link planned again soon: what it depends on is being planned, or written, just now.
func waiting(plan models.LinkPlan) models.LinkPlan {
	plan.Resolved, plan.Link.Dirty, plan.Wait = false, true, soon
	return plan
}

// planWhole reconciles a pair whose two records are known.
func (p *planner) planWhole(s *models.LinkState, plan models.LinkPlan) models.LinkPlan {
	if s.Desk == nil || s.Salesforce == nil {
		return plan // the other record was linked but not read yet: its observation makes the link dirty again
	}
	if outside, rests := p.leaves(s); rests {
		plan.Resolved = true
		plan.Part = outside && p.filter.Leaving == models.LeavingUnlink && plan.Absorb == nil
		return plan
	}
	if s.Desk.DeletedAt != nil || s.Salesforce.DeletedAt != nil {
		return p.planDeleted(s, plan)
	}
	doubtful := p.landed(s)
	input := p.input(s)
	result := reconcile.Reconcile(input)
	doubt(&result, input, doubtful)
	plan.Link.BaseDesk, plan.Link.BaseSalesforce = s.BaseDesk.Clone(), s.BaseSalesforce.Clone()
	if plan.Link.BaseDesk == nil {
		plan.Link.BaseDesk = models.Values{}
	}
	if plan.Link.BaseSalesforce == nil {
		plan.Link.BaseSalesforce = models.Values{}
	}
	byName := p.byName()
	for _, a := range result.Agreed {
		m := byName[a.Field]
		plan.Link.BaseDesk[m.Desk.Name] = a.Desk
		plan.Link.BaseSalesforce[m.Salesforce.Name] = a.Salesforce
	}
	rewritten := p.rewritten(s, &plan.Link, &result)
	for _, seen := range result.Seen {
		m := byName[seen.Field]
		plan.Link.Base(seen.Side)[m.Field(seen.Side).Name] = seen.Value
		delete(plan.Link.Base(seen.Side.Other()), m.Field(seen.Side.Other()).Name)
	}
	for _, c := range result.Conflicts {
		winner := c.Winner
		plan.Conflicts = append(plan.Conflicts, models.Conflict{
			ID: newID(), LinkID: s.ID, Object: p.object, RecordName: nameOf(s), Field: c.Field,
			Base: c.Base, Desk: c.Desk, Salesforce: c.Salesforce, Winner: &winner, At: p.now,
		})
	}
	for _, side := range models.Sides {
		values, before, source := models.Values{}, models.Values{}, models.Values{}
		for _, w := range result.Writes {
			if w.Side != side {
				continue
			}
			m := byName[w.Field]
			values[m.Field(side).Name] = w.Value
			before[m.Field(side).Name] = w.Old
			source[m.Field(side.Other()).Name] = w.Source
		}
		if len(values) > 0 {
			plan.Intents = append(plan.Intents, p.intent(s, side, models.OpUpdate, values, before, source))
		}
	}
	if len(result.Problems) > 0 {
		worst := result.Problems[0]
		plan.Failure = p.failure(s, worst.Target.Other(), worst.Err)
	} else if rewritten != nil {
		plan.Failure = rewritten
	}
	if plan.Failure != nil {
		for i := range plan.Intents {
			plan.Intents[i].Partial = true
		}
	} else {
		plan.Resolved = len(plan.Intents) == 0
		if plan.Resolved {
			plan.Link.SyncedAt = &p.now
		}
	}
	return plan
}

// input gathers what reconcile compares. A field that either mirror does not hold yet is left out: it is compared once it was read.
func (p *planner) input(s *models.LinkState) reconcile.Input {
	in := reconcile.Input{
		Policy: p.integration.ConflictPolicy, Direction: p.integration.Direction,
		DeskAt: s.Desk.ModifiedAt, SalesforceAt: s.Salesforce.ModifiedAt,
	}
	for _, m := range p.mappings {
		desk, onDesk := now(s, m, models.Desk)
		salesforce, onSalesforce := now(s, m, models.Salesforce)
		if !onDesk || !onSalesforce {
			continue
		}
		f := reconcile.Field{
			Name: m.Name(), Rule: m.Rule,
			Desk: cell(s.BaseDesk, m.Desk, desk), Salesforce: cell(s.BaseSalesforce, m.Salesforce, salesforce),
			DeskWritable: m.Desk.Updatable, SalesforceWritable: m.Salesforce.Updatable,
		}
		if m.Desk.Type == models.TypeReference {
			var known bool
			if f.ToDesk, f.ToSalesforce, known = p.references(s, m, desk, salesforce); !known {
				continue
			}
		} else {
			f.ToDesk.Value, f.ToDesk.Err = mapping.Convert(salesforce, m.Salesforce, m.Desk)
			f.ToSalesforce.Value, f.ToSalesforce.Err = mapping.Convert(desk, m.Desk, m.Salesforce)
		}
		in.Fields = append(in.Fields, f)
	}
	return in
}

// now is a side's mapped value in the form in which values are compared; false where the mirror does not hold it yet.
func now(s *models.LinkState, m models.FieldMapping, side models.Side) (models.Value, bool) {
	v, read := s.Row(side).Data[m.Field(side).Name]
	return mapping.Canonical(v, m.Field(side)), read
}

func cell(base models.Values, f models.Field, now models.Value) reconcile.Cell {
	b, ok := base[f.Name]
	return reconcile.Cell{Base: mapping.Canonical(b, f), HasBase: ok, Now: now}
}

// references converts a contact's account through the accounts' links, and an owner through the users' emails. It is unknown while an account that is referred to
// is not linked, or a user has no counterpart: the field then waits, the others go on.
func (p *planner) references(s *models.LinkState, m models.FieldMapping, desk, salesforce models.Value) (toDesk, toSalesforce reconcile.Converted, known bool) {
	if mapping.Owners(m) {
		var onDesk, onSalesforce bool
		toDesk.Value, onDesk = p.owners.counterpart(salesforce, models.Salesforce)
		toSalesforce.Value, onSalesforce = p.owners.counterpart(desk, models.Desk)
		if desk.IsBlank() {
			toSalesforce.Err = models.Errorf(models.CodeRequiredFieldMissing, "in Salesforce every record belongs to somebody")
			toSalesforce.Err.Fields = []string{m.Salesforce.Name}
		}
		return toDesk, toSalesforce, onDesk && onSalesforce
	}
	if (!salesforce.IsBlank() && s.ParentOnDesk == "") || (!desk.IsBlank() && s.ParentOnSalesforce == "") {
		return toDesk, toSalesforce, false
	}
	if !salesforce.IsBlank() {
		toDesk.Value = models.Text(s.ParentOnDesk)
	}
	if !desk.IsBlank() {
		toSalesforce.Value = models.Text(s.ParentOnSalesforce)
	}
	return toDesk, toSalesforce, true
}

func (p *planner) byName() map[string]models.FieldMapping {
	out := make(map[string]models.FieldMapping, len(p.mappings))
	for _, m := range p.mappings {
		out[m.Name()] = m
	}
	return out
}

func (p *planner) intent(s *models.LinkState, side models.Side, op models.IntentOp, values, before, source models.Values) models.Intent {
	return models.Intent{
		ID: newID(), LinkID: s.ID, Object: p.object, Side: side, Op: op, RecordID: s.RecordID(side),
		Values: values, Before: before, Source: source, RunID: p.runs.of(s.Cause), State: models.IntentPending,
		Epoch: p.integration.Epoch,
	}
}

// failure puts an error of the link's record on the source side into the failure log.
func (p *planner) failure(s *models.LinkState, source models.Side, err *models.Error) *models.Failure {
	return &models.Failure{
		ID: newID(), LinkID: s.ID, Object: p.object, Source: source, Target: source.Other(), RecordID: s.RecordID(source),
		RecordName: nameOf(s), Code: err.Code, Message: err.Message, Hint: hintFor(err.Code), Fields: err.Fields,
		Attempts: 1, RunID: p.runs.of(s.Cause), FirstAt: p.now, LastAt: p.now,
	}
}

func nameOf(s *models.LinkState) *string {
	for _, row := range []*models.MirrorRow{s.Salesforce, s.Desk} {
		if row != nil && row.Name != "" {
			return &row.Name
		}
	}
	return nil
}
