// Package reconcile is the three-way merge of one linked pair of records. It is pure: no clock, no
// context, no I/O.
//
// Its laws, each a property test: swapping the sides swaps the plan; after the plan both sides
// agree; every edit survives or stands in a conflict; any part of the plan may be lost and the next
// pass still converges; a pair that agreed is left alone.
package reconcile

import (
	"time"

	"sidelight/models"
)

// Cell is one side's value of a field: now, and when both sides last agreed.
type Cell struct {
	Base    models.Value
	HasBase bool // false before the first agreement
	Now     models.Value
}

// edited tells whether the value moved since the agreement.
func (c Cell) edited() bool { return c.Now != c.Base }

// cleared tells whether the side blanked a value that it was seen with: an edit, also where nothing
// was agreed on yet.
func (c Cell) cleared() bool { return c.HasBase && !c.Base.IsBlank() && c.Now.IsBlank() }

// Converted is the other side's value in this side's form, or why it has none.
type Converted struct {
	Value models.Value
	Err   *models.Error
}

// Field is one mapped field of the pair.
type Field struct {
	Name             string // the mapping's name
	Rule             models.FieldRule
	Desk, Salesforce Cell
	// ToDesk is Salesforce's value in Desk's form, ToSalesforce the other way round.
	ToDesk, ToSalesforce Converted
	// A side whose field cannot be written is a source only.
	DeskWritable, SalesforceWritable bool
}

func (f *Field) cell(side models.Side) Cell {
	if side == models.Desk {
		return f.Desk
	}
	return f.Salesforce
}

// To is the other side's value in the side's form.
func (f *Field) To(side models.Side) Converted {
	if side == models.Desk {
		return f.ToDesk
	}
	return f.ToSalesforce
}

// paired tells whether the field was agreed on before.
func (f *Field) paired() bool { return f.Desk.HasBase && f.Salesforce.HasBase }

// Agree tells whether both values mean the same: one conversion that hits is enough, since
// conversions may lose in one direction.
func (f *Field) Agree() bool {
	return (f.ToDesk.Err == nil && f.ToDesk.Value == f.Desk.Now) ||
		(f.ToSalesforce.Err == nil && f.ToSalesforce.Value == f.Salesforce.Now)
}

// Input is one linked pair.
type Input struct {
	Fields    []Field
	Policy    models.ConflictPolicy
	Direction models.SyncDirection
	// The vendors' own times of the records' last changes; zero where unknown.
	DeskAt, SalesforceAt time.Time
}

// Write is one field to be written to one side.
type Write struct {
	Side   models.Side
	Field  string
	Value  models.Value // in the side's form
	Old    models.Value // the side's value that it replaces
	Source models.Value // the other side's value that it comes from
	Rule   models.FieldRule
}

// Agreement says that both values mean the same, or are left as they are: they are the new base,
// which was another before.
type Agreement struct {
	Field            string
	Desk, Salesforce models.Value
}

// Sighting is a value that was seen on one side and not agreed on: the side's own base, so that its
// edits are told from what was there. The other side then has none: two sightings are no agreement.
type Sighting struct {
	Field string
	Side  models.Side
	Value models.Value
}

// Conflict is an edit that lost.
type Conflict struct {
	Field                  string
	Base, Desk, Salesforce models.Value
	Winner                 models.Side
}

// Problem is a value that cannot be carried over.
type Problem struct {
	Field  string
	Target models.Side
	Err    *models.Error
}

// Plan is what is to be done, in the order of the fields.
type Plan struct {
	Writes    []Write
	Agreed    []Agreement
	Seen      []Sighting
	Conflicts []Conflict
	Problems  []Problem
}

// Reconcile decides about every field by itself, so that edits to different fields on both sides
// both survive.
//
//   - Values that mean the same are recorded, not written. A pair in which nothing moved since has
//     an empty plan.
//   - An edit on one side goes to the other, where rule and direction let it; blank is a value like
//     any other.
//   - Edits on both sides: the rule's preferred side wins, else the policy's; the loser stands in a
//     conflict.
//   - A one-way rule restores the source's value; the edit that it replaces stands in a conflict.
//   - At the first pairing a blank is filled and never erases, unless its side was seen with a
//     value before: that is an edit. Two different values are a conflict.
func Reconcile(in Input) Plan {
	var p Plan
	for i := range in.Fields {
		p.field(&in, &in.Fields[i])
	}
	return p
}

func (p *Plan) field(in *Input, f *Field) {
	flow := flowOf(in, f)
	switch {
	case f.Rule == models.RuleOff || flow == (flows{}):
	case f.Agree():
		p.agreed(f)
	case !f.paired():
		p.firstPairing(in, f, flow)
	case !f.Desk.edited() && !f.Salesforce.edited():
		// Unlike values that were agreed on: one side keeps the value in its own form.
		p.agreed(f)
	case flow.oneWay():
		p.oneWay(f, flow.only())
	case !f.Salesforce.edited():
		p.write(f, models.Salesforce)
	case !f.Desk.edited():
		p.write(f, models.Desk)
	default:
		p.conflict(f, winner(in, f))
	}
}

// firstPairing decides about values that were never agreed on.
func (p *Plan) firstPairing(in *Input, f *Field, flow flows) {
	desk, salesforce := f.Desk.Now, f.Salesforce.Now
	switch {
	case desk.IsBlank() && !flow.toDesk, salesforce.IsBlank() && !flow.toSalesforce:
		// The blank side is the source alone: it has nothing to give. Both are left as they are,
		// which is no agreement: what the target holds was never the source's, and replacing it
		// later is a conflict.
		p.Seen = append(p.Seen, Sighting{Field: f.Name, Side: flow.only(), Value: f.cell(flow.only()).Now})
	case f.Desk.cleared() || f.Salesforce.cleared():
		p.conflict(f, firstWinner(in, f, flow))
	case desk.IsBlank():
		p.write(f, models.Desk)
	case salesforce.IsBlank():
		p.write(f, models.Salesforce)
	default:
		p.conflict(f, firstWinner(in, f, flow))
	}
}

// firstWinner is whose value stays at the first pairing: the source's where there is one.
func firstWinner(in *Input, f *Field, flow flows) models.Side {
	if flow.oneWay() {
		return flow.only().Other()
	}
	return winner(in, f)
}

// oneWay makes the target what the source says.
func (p *Plan) oneWay(f *Field, target models.Side) {
	if f.cell(target).edited() {
		p.conflict(f, target.Other())
		return
	}
	p.write(f, target)
}

// conflict writes the winner's value over the other one, which is kept in the conflict. A value
// that cannot be written replaces nothing, so it is a problem and no conflict yet.
func (p *Plan) conflict(f *Field, winner models.Side) {
	if p.write(f, winner.Other()) {
		p.Conflicts = append(
			p.Conflicts,
			Conflict{Field: f.Name, Base: f.Salesforce.Base, Desk: f.Desk.Now, Salesforce: f.Salesforce.Now, Winner: winner},
		)
	}
}

func (p *Plan) write(f *Field, target models.Side) bool {
	c := f.To(target)
	if c.Err != nil {
		p.Problems = append(p.Problems, Problem{Field: f.Name, Target: target, Err: c.Err})
		return false
	}
	p.Writes = append(
		p.Writes,
		Write{
			Side: target, Field: f.Name, Value: c.Value, Old: f.cell(target).Now, Source: f.cell(target.Other()).Now,
			Rule: f.Rule,
		},
	)
	return true
}

// agreed notes a new base. What both sides agreed on before and have still is the base already.
func (p *Plan) agreed(f *Field) {
	if f.paired() && !f.Desk.edited() && !f.Salesforce.edited() {
		return
	}
	p.Agreed = append(p.Agreed, Agreement{Field: f.Name, Desk: f.Desk.Now, Salesforce: f.Salesforce.Now})
}

// flows are the ways that a field's values may take.
type flows struct{ toDesk, toSalesforce bool }

func (w flows) oneWay() bool { return w.toDesk != w.toSalesforce }

// only is the target of a one-way flow.
func (w flows) only() models.Side {
	if w.toDesk {
		return models.Desk
	}
	return models.Salesforce
}

// flowOf is what the field's rule, the direction and the fields themselves all allow.
func flowOf(in *Input, f *Field) flows {
	w := flows{toDesk: true, toSalesforce: true}
	switch f.Rule {
	case models.RuleSalesforceToDesk:
		w.toSalesforce = false
	case models.RuleDeskToSalesforce:
		w.toDesk = false
	}
	w.toDesk = w.toDesk && f.DeskWritable && in.Direction.WritesTo(models.Desk)
	w.toSalesforce = w.toSalesforce && f.SalesforceWritable && in.Direction.WritesTo(models.Salesforce)
	return w
}

// winner is whose value stays when both sides were edited. Times that are unknown or equal say
// nothing: then Salesforce's does.
func winner(in *Input, f *Field) models.Side {
	switch f.Rule {
	case models.RulePreferSalesforce:
		return models.Salesforce
	case models.RulePreferSalesforceUnlessBlank:
		if f.Salesforce.Now.IsBlank() {
			return models.Desk
		}
		return models.Salesforce
	case models.RulePreferDesk:
		return models.Desk
	}
	switch in.Policy {
	case models.SalesforceWins:
		return models.Salesforce
	case models.DeskWins:
		return models.Desk
	}
	if !in.DeskAt.IsZero() && !in.SalesforceAt.IsZero() && in.DeskAt.After(in.SalesforceAt) {
		return models.Desk
	}
	return models.Salesforce
}
