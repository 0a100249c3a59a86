package graph

import (
	"context"

	"sidelight/models"
)

// checkHidden refuses names that hide nothing. Names that the profile has hidden already may stay:
// the field that they named may be gone by now.
func (r *Resolver) checkHidden(ctx context.Context, profileID string, names []string) error {
	var known []string
	profiles, err := r.Store.Profiles(ctx)
	if err != nil {
		return err
	}
	for _, p := range profiles {
		if p.ID == profileID {
			known = append(known, p.Hidden...)
		}
	}
	for object, kind := range map[string]models.SyncObject{"Contact": models.ContactObject, "Account": models.AccountObject} {
		mappings, err := r.Store.FieldMappings(ctx, kind)
		if err != nil {
			return err
		}
		for _, m := range mappings {
			for _, name := range []string{m.Salesforce.Name, m.Desk.Name} {
				known = append(known, name, object+"."+name)
			}
		}
	}
	return r.gate.CheckHidden(names, known, short)
}
