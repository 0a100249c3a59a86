package gate

import (
	"strings"

	"sidelight/models"
)

// MaxHidden bounds how many single fields a profile may have hidden.
const MaxHidden = 200

// CheckHidden refuses names that hide nothing: a misspelled one would leave open what the admin
// meant to close. Known are further names that may be hidden, in any case. A custom field may be
// hidden before it is mapped. Errors are BAD_USER_INPUT and repeat the name, cut by quote.
func (g *Gate) CheckHidden(names, known []string, quote func(string) string) error {
	fault := func(format string, args ...any) error {
		e := models.Errorf(models.CodeBadUserInput, format, args...)
		e.Fields = []string{"permission", "hiddenFields"}
		return e
	}
	if len(names) > MaxHidden {
		return fault("no more than %d single fields can be hidden: close a switch instead", MaxHidden)
	}
	hideable := g.hideable()
	for _, name := range known {
		hideable[strings.ToLower(name)] = true
	}
	for _, name := range names {
		folded := strings.ToLower(strings.TrimSpace(name))
		_, field, _ := strings.Cut(folded, ".")
		if !hideable[folded] && !custom(folded) && !custom(field) {
			return fault("%q hides nothing: write Type.field as the schema has it, or a mapped field's name", quote(name))
		}
	}
	return nil
}

// custom tells whether a name in lower case is one of a vendor's custom fields.
func custom(name string) bool {
	return strings.HasSuffix(name, "__c") || strings.HasPrefix(name, "cf_")
}

// hideable holds the names under which the schema's fields can be hidden, in lower case. A field
// that is never null cannot be: there is nothing to answer in its place.
func (g *Gate) hideable() map[string]bool {
	out := map[string]bool{}
	for field := range g.rules {
		on, name, _ := strings.Cut(field, ".")
		switch on {
		case "Query", "Mutation", "Subscription", "Viewer", "Access", "Profile":
			continue
		}
		if !g.schema.Types[on].Fields.ForName(name).Type.NonNull {
			out[strings.ToLower(field)] = true
		}
	}
	for object, fields := range VendorFields {
		for _, sources := range fields {
			for _, name := range both(sources) {
				out[name], out[strings.ToLower(object)+"."+name] = true, true
			}
		}
	}
	return out
}
