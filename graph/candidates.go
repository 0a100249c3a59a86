package graph

import (
	"context"
	"strings"

	"sidelight/models"
)

// maxCandidates is how many contacts are offered to be linked with, and of how many that are found
// they are chosen.
const (
	maxCandidates  = 25
	candidatesRead = 200
)

// linkCandidates are Salesforce contacts without a counterpart whose name or email has the text.
func (r *Resolver) linkCandidates(ctx context.Context, search string) ([]*models.Contact, error) {
	search = strings.TrimSpace(search)
	if len([]rune(search)) < 2 {
		err := models.Errorf(models.CodeBadUserInput, "search needs two characters at least")
		err.Fields = []string{"search"}
		return nil, err
	}
	columns, err := r.columns(ctx, r.children(ctx, here(ctx), "Contact"), models.ContactObject)
	if err != nil {
		return nil, err
	}
	first := candidatesRead
	found, err := r.Store.Contacts(ctx, models.ContactFilter{Search: &search}, r.contactOrder(ctx, nil), models.Page{First: &first}, columns, false)
	if err != nil {
		return nil, err
	}
	var out []*models.Contact
	for i := range found.Rows {
		if c := &found.Rows[i]; c.SalesforceID != nil && c.DeskID == nil && len(out) < maxCandidates {
			out = append(out, c)
		}
	}
	return out, nil
}
