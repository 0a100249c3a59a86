package plan

import (
	"time"

	"sidelight/models"
	"sidelight/sync/reconcile"
)

// A field is in a rewrite loop when, within RewriteWindow, the same value was written to it
// sameRewrites times and was replaced by the same other value each time; or when manyRewrites
// writes of any value were replaced. People who edit in turns do not come back to the same two
// values.
const (
	RewriteWindow = time.Hour
	sameRewrites  = 3
	manyRewrites  = 12
)

// rewriteFailure is the failure of a field whose writes an automation only rewrites again.
func (p *Planner) rewriteFailure(s *models.LinkState, w reconcile.Write) models.Failure {
	err := models.Errorf(
		models.CodePingPong, "%s changes %s again after each of our writes: it is left alone", w.Side.Name(),
		p.label(w.Side, w.Field),
	)
	err.Fields = []string{w.Field}
	return p.fieldFailure(s, w.Side.Other(), w.Field, err)
}

// isRewriteLoop tells whether the write would repeat what was rewritten before.
func (p *Planner) isRewriteLoop(s *models.LinkState, w reconcile.Write) bool {
	var history []models.Change
	for _, c := range p.facts.Written[s.ID] {
		if c.Side == w.Side && c.Field == w.Field && (s.RetriedAt == nil || c.At.After(*s.RetriedAt)) {
			history = append(history, c)
		}
	}
	same, all := 0, 0
	for i, c := range history {
		next := w.Old
		if i+1 < len(history) {
			next = history[i+1].Old
		}
		if next == c.New {
			continue
		}
		all++
		if c.New == w.Value && next == w.Old {
			same++
		}
	}
	return same >= sameRewrites || all >= manyRewrites
}

// label is the field as people of the side call it.
func (p *Planner) label(side models.Side, name string) string {
	for _, m := range p.Mappings {
		if m.Name() != name {
			continue
		}
		if label := m.Field(side).Label; label != "" {
			return label
		}
		return m.Field(side).Name
	}
	return name
}
