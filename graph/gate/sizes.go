package gate

import (
	"fmt"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Bounds of what one operation says. Mutations carry an admin's settings.
const (
	maxListed, maxListedByAdmin = 100, 1_000
	maxText, maxTextByAdmin     = 1_000, 10_000 // runes
)

// sized finds lists and texts that are too long, in variables and in the document.
type sized struct{ list, text int }

func sizesOf(op ast.Operation) sized {
	if op == ast.Mutation {
		return sized{maxListedByAdmin, maxTextByAdmin}
	}
	return sized{maxListed, maxText}
}

// value looks into a variable's value, and answers what is wrong with it, "" for nothing.
func (s sized) value(v any) string {
	switch v := v.(type) {
	case string:
		return s.string(v)
	case map[string]any:
		for _, member := range v {
			if fault := s.value(member); fault != "" {
				return fault
			}
		}
		return ""
	}
	list := each(v)
	if len(list) > s.list {
		return fmt.Sprintf("a list may hold %d values", s.list)
	}
	for _, one := range list {
		if _, plain := one.(string); plain || isMap(one) || isList(one) {
			if fault := s.value(one); fault != "" {
				return fault
			}
		}
	}
	return ""
}

func isMap(v any) bool  { _, ok := v.(map[string]any); return ok }
func isList(v any) bool { _, ok := v.([]any); return ok }

func (s sized) string(text string) string {
	if len(text) > s.text && utf8.RuneCountInString(text) > s.text {
		return fmt.Sprintf("a text may have %d characters", s.text)
	}
	return ""
}

// literal looks into a value of the document. Its variables are noted in texts, and looked at by
// themselves: once, however often they are used.
func (s sized) literal(v *ast.Value, texts map[string]bool) string {
	if v == nil {
		return ""
	}
	switch v.Kind {
	case ast.StringValue, ast.BlockValue:
		return s.string(v.Raw)
	case ast.Variable:
		texts[v.Raw] = true
	case ast.ListValue:
		if len(v.Children) > s.list {
			return fmt.Sprintf("a list may hold %d values", s.list)
		}
	}
	for _, c := range v.Children {
		if fault := s.literal(c.Value, texts); fault != "" {
			return fault
		}
	}
	return ""
}

// isCursor tells whether an argument is a cursor: those are longer than other texts, and have a
// bound of their own.
func isCursor(name string) bool { return name == "after" || name == "before" }

// variables refuses values that are too long. A variable that is given as a cursor, and as nothing
// else, is left to the cursor's own bound.
func (s sized) variables(rc *graphql.OperationContext, cursors, texts map[string]bool) string {
	for name, v := range rc.Variables {
		if cursors[name] && !texts[name] {
			continue
		}
		if fault := s.value(v); fault != "" {
			return fault
		}
	}
	return ""
}
