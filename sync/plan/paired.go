package plan

import (
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/reconcile"
)

// planPaired reconciles a pair: it compares base, Desk and Salesforce field by field, and decides
// what is owed to either side.
func (p *Planner) planPaired(s *models.LinkState, plan models.LinkPlan) models.LinkPlan {
	if s.Desk == nil || s.Salesforce == nil {
		return plan // one record was not read yet; its observation makes the link dirty
	}
	p = p.of(s)
	if outside, rests := p.leaves(s); rests { // the filter leaves it out
		plan.Resolved = true
		plan.Unlink = outside && p.Filter.Leaving == models.LeavingUnlink && plan.Absorb == nil
		return plan
	}
	if s.Desk.DeletedAt != nil || s.Salesforce.DeletedAt != nil {
		return p.planDeleted(s, plan)
	}
	doubtful := p.adoptLostUpdates(s)
	input := p.input(s)
	result := reconcile.Reconcile(input)
	logDoubtfulBlanks(&result, input, doubtful)
	var rewritten []models.Failure
	plan.Link.Resting, plan.Keeps, rewritten = p.rest(s, &input, &result)
	plan.Keeps = append(plan.Keeps, p.unread(&input)...)
	plan.Link.BaseDesk, plan.Link.BaseSalesforce = p.bases(s, &result)
	for _, c := range result.Conflicts {
		winner := c.Winner
		plan.Conflicts = append(plan.Conflicts, models.Conflict{
			ID: p.NewID(), LinkID: s.ID, Object: p.Object, RecordName: s.ShownName(), Field: c.Field,
			Base: c.Base, Desk: c.Desk, Salesforce: c.Salesforce, Winner: &winner, At: p.Now,
		})
	}
	plan.Intents = append(plan.Intents, p.updates(s, result.Writes)...)
	for _, problem := range result.Problems {
		if !p.awaitsParent(s, problem.Err) {
			plan.Failures = append(plan.Failures, p.fieldFailure(s, problem.Target.Other(), problem.Field, problem.Err))
		}
	}
	plan.Failures = append(plan.Failures, rewritten...)
	plan.Resolved = len(plan.Intents) == 0
	if plan.Resolved && len(plan.Failures) == 0 {
		plan.Link.SyncedAt = &p.Now
	}
	return plan
}

// bases are the new bases: the old ones, with what both sides agree on, and with what was seen on
// one side alone. The latter is no agreement, so the other side has no base of that field.
func (p *Planner) bases(s *models.LinkState, result *reconcile.Plan) (desk, salesforce models.Values) {
	bases := models.Link{
		BaseDesk: models.Values{}.With(s.BaseDesk), BaseSalesforce: models.Values{}.With(s.BaseSalesforce),
	}
	byName := p.byName()
	for _, a := range result.Agreed {
		m := byName[a.Field]
		bases.BaseDesk[m.Desk.Name] = a.Desk
		bases.BaseSalesforce[m.Salesforce.Name] = a.Salesforce
	}
	for _, seen := range result.Seen {
		m := byName[seen.Field]
		bases.Base(seen.Side)[m.Field(seen.Side).Name] = seen.Value
		delete(bases.Base(seen.Side.Other()), m.Field(seen.Side.Other()).Name)
	}
	return bases.BaseDesk, bases.BaseSalesforce
}

// updates are the intents that make the writes: at most one for each side.
func (p *Planner) updates(s *models.LinkState, writes []reconcile.Write) (out []models.Intent) {
	byName := p.byName()
	for _, side := range models.Sides {
		values, before, source := models.Values{}, models.Values{}, models.Values{}
		for _, w := range writes {
			if w.Side != side {
				continue
			}
			m := byName[w.Field]
			values[m.Field(side).Name] = w.Value
			before[m.Field(side).Name] = w.Old
			source[m.Field(side.Other()).Name] = w.Source
		}
		if len(values) > 0 {
			out = append(out, p.intent(s, side, models.OpUpdate, values, before, source))
		}
	}
	return out
}

// input is what reconcile compares. It leaves out a field that either mirror does not hold yet.
func (p *Planner) input(s *models.LinkState) reconcile.Input {
	in := reconcile.Input{
		Policy: p.Integration.ConflictPolicy, Direction: p.Integration.Direction,
		DeskAt: s.Desk.ModifiedAt, SalesforceAt: s.Salesforce.ModifiedAt,
	}
	for _, m := range p.Mappings {
		desk, onDesk := currentValue(s, m, models.Desk)
		salesforce, onSalesforce := currentValue(s, m, models.Salesforce)
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
			f.ToDesk.Value, f.ToDesk.Err = p.carry(s, m, salesforce, models.Salesforce)
			f.ToSalesforce.Value, f.ToSalesforce.Err = p.carry(s, m, desk, models.Desk)
		}
		in.Fields = append(in.Fields, f)
	}
	return in
}

// carry makes a side's value into the other side's, among the choices that the rest of the record
// leaves there.
func (p *Planner) carry(
	s *models.LinkState, m models.FieldMapping, v models.Value, from models.Side,
) (models.Value, *models.Error) {
	m, err := mapping.Narrow(p.Mappings, m, from, s.Row(from).Data, s.Row(from.Other()).Data)
	if err != nil {
		return models.Blank, err
	}
	return mapping.Carry(m, v, from)
}

// unread are the mapped fields that could not be compared, because a side was not read with them
// yet: nothing is known of their failures.
func (p *Planner) unread(in *reconcile.Input) []string {
	var out []string
	for _, m := range p.Mappings {
		if m.Rule != models.RuleOff &&
			!slices.ContainsFunc(in.Fields, func(f reconcile.Field) bool { return f.Name == m.Name() }) {
			out = append(out, m.Name())
		}
	}
	return out
}

// currentValue is a side's mapped value in the form in which values are compared; false where the
// mirror does not hold it yet.
func currentValue(s *models.LinkState, m models.FieldMapping, side models.Side) (models.Value, bool) {
	v, read := s.Row(side).Data[m.Field(side).Name]
	return mapping.Canonical(v, m.Field(side)), read
}

func cell(base models.Values, f models.Field, now models.Value) reconcile.Cell {
	b, ok := base[f.Name]
	return reconcile.Cell{Base: mapping.Canonical(b, f), HasBase: ok, Now: now}
}

// references converts a contact's account through the accounts' links, and an owner through the
// users' emails. An account that has no counterpart on a side cannot be carried there; an edit the
// other way still can. Unknown owners are left alone.
func (p *Planner) references(
	s *models.LinkState, m models.FieldMapping, desk, salesforce models.Value,
) (toDesk, toSalesforce reconcile.Converted, known bool) {
	if mapping.Owners(m) {
		var onDesk, onSalesforce bool
		toDesk.Value, onDesk = p.Owners.Counterpart(salesforce, models.Salesforce)
		toSalesforce.Value, onSalesforce = p.Owners.Counterpart(desk, models.Desk)
		if desk.IsBlank() {
			toSalesforce.Err = models.Errorf(models.CodeRequiredFieldMissing, "in Salesforce every record belongs to somebody")
			toSalesforce.Err.Fields = []string{m.Salesforce.Name}
		}
		return toDesk, toSalesforce, onDesk && onSalesforce
	}
	return parentOn(s, m, models.Desk, salesforce), parentOn(s, m, models.Salesforce, desk), true
}

// parentOn is what a reference to an account becomes on the side.
func parentOn(s *models.LinkState, m models.FieldMapping, side models.Side, from models.Value) (c reconcile.Converted) {
	switch id := s.ParentOn(side); {
	case from.IsBlank():
	case id == "":
		c.Err = mapping.ParentMissing(m.Field(side), side)
	default:
		c.Value = models.Text(id)
	}
	return c
}

// awaitsParent tells whether a problem is over once the account is linked, which is under way: that
// wakes the contact.
func (p *Planner) awaitsParent(s *models.LinkState, err *models.Error) bool {
	return err.Code == models.CodeParentMissing && !s.ParentFailed
}
