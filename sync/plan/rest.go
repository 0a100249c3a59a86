package plan

import (
	"slices"

	"sidelight/models"
	"sidelight/sync/reconcile"
)

// rest takes the writes of resting fields out of the plan, and lets fields rest that an automation
// rewrites. It answers the fields that rest from now on, those whose open failure stays as it is,
// and the failures of those that begin to rest.
func (p *Planner) rest(
	s *models.LinkState, in *reconcile.Input, result *reconcile.Plan,
) (resting models.Rests, keeps []string, failures []models.Failure) {
	for _, rest := range s.Resting {
		if p.stillRests(rest, in, result) {
			resting, keeps = append(resting, rest), append(keeps, rest.Field)
		}
	}
	result.Writes = slices.DeleteFunc(result.Writes, func(w reconcile.Write) bool {
		if !slices.Contains(keeps, w.Field) {
			if !p.isRewriteLoop(s, w) {
				return false
			}
			resting = append(resting, models.Rest{Field: w.Field, Side: w.Side, Sent: w.Value, Code: models.CodePingPong})
			failures = append(failures, p.rewriteFailure(s, w))
		}
		result.Conflicts = slices.DeleteFunc(result.Conflicts, func(c reconcile.Conflict) bool { return c.Field == w.Field })
		return true
	})
	return resting, keeps, failures
}

// stillRests tells whether a field goes on resting: both sides differ, and nothing else is to be
// written than what rests.
func (p *Planner) stillRests(rest models.Rest, in *reconcile.Input, result *reconcile.Plan) bool {
	at := slices.IndexFunc(in.Fields, func(f reconcile.Field) bool { return f.Name == rest.Field })
	if at < 0 { // not mapped any more, or not read yet, or a constant that was refused
		return slices.ContainsFunc(
			p.Mappings, func(m models.FieldMapping) bool { return m.Name() == rest.Field && m.Rule != models.RuleOff },
		) || slices.ContainsFunc(p.Constants, func(c models.Constant) bool {
			return c.Name == rest.Field && c.Side == rest.Side && models.Text(c.Value) == rest.Sent
		})
	}
	f := &in.Fields[at]
	if f.Agree() || f.Rule == models.RuleOff {
		return false
	}
	for _, w := range result.Writes {
		if w.Field == rest.Field {
			return rest.Covers(w.Side, w.Value)
		}
	}
	// Nothing is owed: the side kept less than it was sent. That stays to be said while the source
	// holds what was sent.
	to := f.To(rest.Side)
	return to.Err == nil && rest.Covers(rest.Side, to.Value)
}
