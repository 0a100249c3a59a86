package graph

import (
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/graph/gate"
	"sidelight/models"
)

// selectionKey tells selections apart: by the field of a parsed document, which all who send its
// text share, and by the view. A changed permission is another view.
type selectionKey struct {
	field *ast.Field
	view  *gate.View
}

// selections are the selections of cards that were used last.
type selections struct {
	mu   sync.Mutex
	kept *simplelru.LRU[selectionKey, models.Selection]
}

func (s *selections) find(key selectionKey) (models.Selection, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		return models.Selection{}, false
	}
	return s.kept.Get(key)
}

// keep keeps the selection of a document of that length: longer ones than are kept themselves are
// not the same document when they come again.
func (s *selections) keep(key selectionKey, sel models.Selection, length int) {
	if length > maxCachedLength {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		// Refuses a size of zero alone.
		s.kept, _ = simplelru.NewLRU[selectionKey, models.Selection](maxCached, nil)
	}
	s.kept.Add(key, sel)
}

// forget forgets all: what a document says may name a person.
func (s *selections) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = nil
}

// varies tells whether what is selected depends on variables, or on the mapping of fields.
func varies(set ast.SelectionSet) bool {
	return slices.ContainsFunc(set, func(s ast.Selection) bool {
		switch s := s.(type) {
		case *ast.Field:
			return s.Name == "fields" || anyVariable(s.Directives) || slices.ContainsFunc(s.Arguments, isVariable) ||
				varies(s.SelectionSet)
		case *ast.InlineFragment:
			return anyVariable(s.Directives) || varies(s.SelectionSet)
		case *ast.FragmentSpread:
			return anyVariable(s.Directives) || s.Definition == nil || varies(s.Definition.SelectionSet)
		}
		return true
	})
}

func anyVariable(list ast.DirectiveList) bool {
	return slices.ContainsFunc(list, func(d *ast.Directive) bool {
		return slices.ContainsFunc(d.Arguments, isVariable)
	})
}

func isVariable(a *ast.Argument) bool { return hasVariable(a.Value) }

func hasVariable(v *ast.Value) bool {
	return v == nil || v.Kind == ast.Variable ||
		slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return hasVariable(c.Value) })
}
