package graph

import (
	"context"
	"strings"

	"sidelight/models"
)

// maxHidden bounds how many single fields a profile may have hidden.
const maxHidden = 200

// checkHidden refuses names that hide nothing: a misspelt one would leave open what the admin meant to close. Those that are hidden already may stay: what they named may be
// gone by now.
func (r *Resolver) checkHidden(ctx context.Context, profileID string, names []string) error {
	fault := func(format string, args ...any) error {
		e := models.Errorf(models.CodeBadUserInput, format, args...)
		e.Fields = []string{"permission", "hiddenFields"}
		return e
	}
	if len(names) > maxHidden {
		return fault("no more than %d single fields can be hidden: close a switch instead", maxHidden)
	}
	known, err := r.hideable(ctx)
	if err != nil {
		return err
	}
	profiles, err := r.Store.Profiles(ctx)
	if err != nil {
		return err
	}
	for _, p := range profiles {
		if p.ID == profileID {
			for _, h := range p.Hidden {
				known[strings.ToLower(h)] = true
			}
		}
	}
	for _, name := range names {
		folded := strings.ToLower(strings.TrimSpace(name))
		_, field, _ := strings.Cut(folded, ".")
		custom := strings.HasSuffix(folded, "__c") || strings.HasPrefix(folded, "cf_") || strings.HasSuffix(field, "__c") || strings.HasPrefix(field, "cf_")
		if !known[folded] && !custom {
			return fault("%q hides nothing: write Type.field as the schema has it, or a mapped field's name", short(name))
		}
	}
	return nil
}

// hideable are the names under which single fields can be hidden, in lower case.
func (r *Resolver) hideable(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for field := range r.gate.rules {
		on, name, _ := strings.Cut(field, ".")
		switch on {
		case "Query", "Mutation", "Subscription", "Viewer", "Access", "Profile":
			continue
		}
		if !r.gate.schema.Types[on].Fields.ForName(name).Type.NonNull {
			out[strings.ToLower(field)] = true
		}
	}
	add := func(object, name string) {
		out[strings.ToLower(name)], out[strings.ToLower(object+"."+name)] = true, true
	}
	for object, fields := range objects {
		for _, s := range fields {
			for _, name := range append(append([]string{}, s.Salesforce...), s.Desk...) {
				add(object, name)
			}
		}
	}
	for object, kind := range map[string]models.SyncObject{"Contact": models.ContactObject, "Account": models.AccountObject} {
		mappings, err := r.Store.FieldMappings(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, m := range mappings {
			add(object, m.Salesforce.Name)
			add(object, m.Desk.Name)
		}
	}
	return out, nil
}
