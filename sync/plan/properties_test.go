package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sidelight/models"
	"sidelight/sync/plan"
)

// drawn is a link between records that are drawn: read, deleted, merged, with and without bases.
func drawn(t *rapid.T, id string) models.LinkState {
	word := rapid.SampledFrom([]string{"", "a", "b", "VIP"})
	data := func(name, email, title string) string {
		out := name + "=" + word.Draw(t, "name") + " " + email + "=" + rapid.SampledFrom([]string{"", "a@x.example", "b@x.example"}).Draw(t, "email")
		if rapid.Bool().Draw(t, "title read") {
			out += " " + title + "=" + word.Draw(t, "title")
		}
		return out
	}
	onDesk, onSalesforce := data("lastName", "email", "title"), data("LastName", "Email", "Title")
	var s models.LinkState
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		s = half(id, desk, onDesk)
	case 1:
		s = half(id, salesforce, onSalesforce)
	default:
		s = pair(id, onDesk, onSalesforce)
		if rapid.Bool().Draw(t, "agreed") {
			agreed(data("lastName", "email", "title"), data("LastName", "Email", "Title"))(&s)
		}
	}
	for _, side := range models.Sides {
		if row := s.Row(side); row != nil && rapid.IntRange(0, 5).Draw(t, "deleted") == 0 {
			deletedFor(side, rapid.SampledFrom([]time.Duration{time.Minute, time.Hour}).Draw(t, "when"))(&s)
			if rapid.Bool().Draw(t, "merged") {
				row.MergedInto = "elsewhere"
			}
		}
	}
	return s
}

func drawnPlanner(t *rapid.T) *plan.Planner {
	p := planner()
	p.Integration.Direction = rapid.SampledFrom([]models.SyncDirection{models.TwoWay, models.SalesforceToDesk}).Draw(t, "direction")
	p.Integration.ConflictPolicy = rapid.SampledFrom([]models.ConflictPolicy{models.LatestWins, models.SalesforceWins, models.DeskWins}).Draw(t, "policy")
	p.Integration.DeletePolicy = rapid.SampledFrom([]models.DeletePolicy{models.RestoreOnUpdate, models.StayDeleted}).Draw(t, "delete policy")
	if rapid.Bool().Draw(t, "filter") {
		only(p)
	}
	p.Filter.Leaving = rapid.SampledFrom([]models.LeavingPolicy{models.LeavingKeep, models.LeavingUnlink}).Draw(t, "leaving")
	return p
}

func drawnBatch(t *rapid.T) []models.LinkState {
	var out []models.LinkState
	for _, id := range []string{"1", "2", "3", "4"}[:rapid.IntRange(1, 4).Draw(t, "links")] {
		out = append(out, drawn(t, id))
	}
	return out
}

// No link is taken in twice, nothing is written against the direction, nor without a source, and no
// record gets a second counterpart. What is owed, or failed, is not called resolved.
func TestWhateverIsPlannedIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, batch := drawnPlanner(t), drawnBatch(t)
		taken := map[string]bool{}
		for _, one := range p.Plan(batch, facts(batch...)) {
			if id := absorbed(one); id != "" {
				if taken[id] {
					t.Fatalf("link %s is taken in twice: %v", id, told(one))
				}
				taken[id] = true
			}
			seen := map[models.Side]bool{}
			for _, in := range one.Intents {
				if !p.Integration.Direction.WritesTo(in.Side) {
					t.Fatalf("a write against the direction: %v", told(one))
				}
				if seen[in.Side] {
					t.Fatalf("two writes to one side: %v", told(one))
				}
				seen[in.Side] = true
				if source := one.Link.RecordID(in.Side.Other()); source == "" {
					t.Fatalf("a write that comes from no record: %v", told(one))
				}
				if (in.Op == models.OpCreate) != (one.Link.RecordID(in.Side) == "") {
					t.Fatalf("a second counterpart, or an update of none: %v", told(one))
				}
				if one.Resolved {
					t.Fatalf("what is owed is called resolved: %v", told(one))
				}
			}
			if len(one.Failures) > 0 && one.Resolved {
				t.Fatalf("a failure is called resolved: %v", told(one))
			}
			if one.Wait > 0 && (!one.Link.Dirty || len(one.Intents) > 0) {
				t.Fatalf("a plan that waits is lost, or writes: %v", told(one))
			}
		}
	})
}

func absorbed(p models.LinkPlan) string {
	if p.Absorb == nil {
		return ""
	}
	return p.Absorb.ID
}

// The same links and facts give the same plans, and planning leaves the records as they are.
func TestPlanningIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, batch := drawnPlanner(t), drawnBatch(t)
		f := facts(batch...)
		rows := func() (out []models.MirrorRow) {
			for _, s := range batch {
				for _, side := range models.Sides {
					if row := s.Row(side); row != nil {
						kept := *row
						kept.Data = row.Data.Clone()
						out = append(out, kept)
					}
				}
			}
			return out
		}
		before := rows()
		p.NewID = func() string { return "id" }
		first := p.Plan(batch, f)
		if diff := cmp.Diff(first, p.Plan(batch, f), cmp.AllowUnexported(models.Value{})); diff != "" {
			t.Fatalf("planned again (-first +again)\n%s", diff)
		}
		if diff := cmp.Diff(before, rows(), cmp.AllowUnexported(models.Value{})); diff != "" {
			t.Fatalf("planning has changed a record\n%s", diff)
		}
	})
}

// After a plan's writes have arrived the pair is equal, and the next plan writes nothing.
func TestAPlanThatWasWrittenIsFollowedByNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s := planner(), drawn(t, "1")
		if !s.Whole() || s.Desk.DeletedAt != nil || s.Salesforce.DeletedAt != nil {
			t.Skip("only pairs of live records")
		}
		made := p.Plan([]models.LinkState{s}, facts())[0]
		if len(made.Failures) > 0 {
			t.Skip("a required name is blank")
		}
		next := s
		next.Link = made.Link
		for _, in := range made.Intents {
			row := *next.Row(in.Side)
			row.Data = row.Data.With(in.Values)
			if in.Side == desk {
				next.Desk = &row
			} else {
				next.Salesforce = &row
			}
			next.SetBase(in.Side, next.Base(in.Side).With(in.Values))
			next.SetBase(in.Side.Other(), next.Base(in.Side.Other()).With(in.Source))
		}
		again := p.Plan([]models.LinkState{next}, facts())[0]
		if len(again.Intents) > 0 || len(again.Conflicts) > 0 || !again.Resolved {
			t.Fatalf("%v is followed by %v", told(made), told(again))
		}
	})
}
