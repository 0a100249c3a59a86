package plan

import (
	"slices"

	"sidelight/models"
)

// of is the planner for one link. Half of a person account has an account in Salesforce that is
// itself: it is no account in Desk and never another one, so for it the account is not mapped.
func (p *Planner) of(s *models.LinkState) *Planner {
	if !s.IsPerson() {
		return p
	}
	own := *p
	own.Mappings = slices.DeleteFunc(slices.Clone(p.Mappings), func(m models.FieldMapping) bool {
		return m.Salesforce.Name == p.Object.ParentField(models.Salesforce)
	})
	return &own
}
