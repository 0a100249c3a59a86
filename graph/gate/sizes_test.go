package gate

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"sidelight/models"
)

func TestTextsAndListsOfAnOperationAreBounded(t *testing.T) {
	g := smallGate(t)
	text := func(n int) string { return strings.Repeat("ä", n) } // two bytes each
	names := func(n int) []any { return slices.Repeat([]any{"a"}, n) }
	literal := func(n int) string { return "[" + strings.Repeat(`"a",`, n) + "]" }
	for _, c := range []struct {
		name  string
		query string
		vars  map[string]any
		want  string // the message; "" for none
	}{
		{"a text", `{things(filter:{name:"` + text(maxText) + `"}){id}}`, nil, ""},
		{"a longer text", `{things(filter:{name:"` + text(maxText+1) + `"}){id}}`, nil, "a text may have 1000 characters"},
		{"a longer block of text", `{things(filter:{name:"""` + text(maxText+1) + `"""}){id}}`, nil, "a text may have 1000 characters"},
		{"a longer text deep in lists", `{things(filter:{and:[{name:"a"},{and:[{name:"` + text(maxText+1) + `"}]}]}){id}}`, nil, "a text may have 1000 characters"},
		{"a list", `{plain(names:` + literal(maxListed) + `){id}}`, nil, ""},
		{"a longer list", `{plain(names:` + literal(maxListed+1) + `){id}}`, nil, "a list may hold 100 values"},
		{"a text in a variable", `query($n:String){plain(name:$n){id}}`, map[string]any{"n": text(maxText)}, ""},
		{"a longer text in a variable", `query($n:[String!]){plain(names:$n){id}}`, map[string]any{"n": []any{"a", text(maxText + 1)}}, "a text may have 1000 characters"},
		{"a list in a variable", `query($n:[String!]){plain(names:$n){id}}`, map[string]any{"n": names(maxListed)}, ""},
		{"a longer list in a variable", `query($n:[String!]){plain(names:$n){id}}`, map[string]any{"n": names(maxListed + 1)}, "a list may hold 100 values"},
		{"deep in a variable", `query($f:Filter){things(filter:$f){id}}`, map[string]any{"f": map[string]any{"and": []any{map[string]any{"name": text(maxText + 1)}}}}, "a text may have 1000 characters"},
		{"deep in a variable of any shape", `query($r:Raw){plain(raw:$r){id}}`, map[string]any{"r": []any{1, []any{2, []any{text(maxText + 1)}}}}, "a text may have 1000 characters"},
		{"numbers in a variable of any shape", `query($r:Raw){plain(raw:$r){id}}`, map[string]any{"r": []any{1, true, nil, 2.5}}, ""},
		{"a cursor has a bound of its own", `{plain(after:"` + text(maxText+1) + `"){id}}`, nil, ""},
		{"a cursor in a variable", `query($c:String){plain(after:$c){id}}`, map[string]any{"c": text(maxText + 1)}, ""},
		{"a variable that is a cursor and a text", `query($c:String){plain(after:$c,name:$c){id}}`, map[string]any{"c": text(maxText)}, ""},
		{"a longer one that is a cursor and a text", `query($c:String){plain(after:$c,name:$c){id}}`, map[string]any{"c": text(maxText + 1)}, "a text may have 1000 characters"},
		{"a longer one that is a cursor and deep in an input", `query($c:String){plain(after:$c){id} things(filter:{and:[{name:$c}]}){id}}`, map[string]any{"c": text(maxText + 1)}, "a text may have 1000 characters"},
		{"an admin's text", `mutation{change(name:"` + text(maxTextByAdmin) + `"){id}}`, nil, ""},
		{"an admin's longer text", `mutation{change(name:"` + text(maxTextByAdmin+1) + `"){id}}`, nil, "a text may have 10000 characters"},
		{"an admin's list", `mutation($n:[String!]){change(names:$n){id}}`, map[string]any{"n": names(maxListedByAdmin)}, ""},
		{"an admin's longer list", `mutation($n:[String!]){change(names:$n){id}}`, map[string]any{"n": names(maxListedByAdmin + 1)}, "a list may hold 1000 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := g.Judge(agent(0), operation(t, g, c.query, c.vars))
			got := ""
			if err != nil {
				got = err.Message
			}
			if got != c.want || (err != nil && code(err) != models.CodeBadUserInput) {
				t.Errorf("refused with %q (%s), want %q", got, code(err), c.want)
			}
		})
	}
	for _, name := range []string{"after", "before", "first", ""} {
		if got := isCursor(name); got != (name == "after" || name == "before") {
			t.Errorf("%s is a cursor: %s", name, strconv.FormatBool(got))
		}
	}
}
