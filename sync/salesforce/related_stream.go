package salesforce

import (
	"context"
	"strings"

	"sidelight/models"
)

// StreamRelated hands over the change events of a kind of related record after replay until ctx
// ends or the stream fails, as Stream does.
func (c *Client) StreamRelated(
	ctx context.Context, object models.RelatedObject, replay string,
	handle func(context.Context, models.RelatedBatch) error,
) error {
	return c.subscribe(
		ctx,
		relatedSObject(object),
		replay,
		func(ctx context.Context, changes []change, replay string) error {
			return handle(ctx, relatedHints(object, changes, replay))
		},
	)
}

// relatedHints are what the events say: which records, and whose they are now as far as that was
// set or changed.
func relatedHints(object models.RelatedObject, changes []change, replay string) models.RelatedBatch {
	out := models.RelatedBatch{Object: object, Replay: replay}
	for _, e := range changes {
		if e.changeType == "GAP_OVERFLOW" {
			out.Overflow = true
			continue
		}
		hint := models.RelatedHint{Deleted: e.changeType == "DELETE" || e.changeType == "GAP_DELETE"}
		if who := e.id("WhoId"); strings.HasPrefix(who, contactPrefix) {
			hint.ContactID = who
		}
		if what := e.id("WhatId"); strings.HasPrefix(what, accountPrefix) {
			hint.AccountID = what
		}
		if object == models.RelatedOpportunities {
			hint.AccountID = e.id("AccountId")
		}
		for _, id := range e.ids {
			hint.ID = id
			out.Hints = append(out.Hints, hint)
		}
	}
	return out
}

// id is an id among an event's fields; "" when it has none, or an update left it as it was.
func (e change) id(name string) string {
	id, _ := e.fields[name].(string)
	return id
}
