package zohodesk

import (
	"slices"

	"sidelight/models"
)

// nullable are the fields that the vendor's files let null clear. Every other field, and every
// custom one, is text there: its blank is "".
var nullable = map[models.SyncObject][]string{
	models.ContactObject: {
		"lastName", "firstName", "accountId", "secondaryEmail", "phone", "mobile", "ownerId", "type", "email",
	},
	models.AccountObject: {"website", "accountName", "phone", "email"},
}

// blank is a field's blank as the organization takes it: nil or "".
func (c *Client) blank(object models.SyncObject, name string) any {
	null := slices.Contains(nullable[object], name)
	if c.learned.holds(about(blankOther, module(object), name), c.now()) {
		null = !null
	}
	if null {
		return nil
	}
	return ""
}

// turnBlanks lets the named fields' blanks be written the other way from now on.
func (c *Client) turnBlanks(object models.SyncObject, names []string) {
	for _, name := range names {
		what := about(blankOther, module(object), name)
		if c.learned.holds(what, c.now()) {
			c.learned.forget(what)
		} else {
			c.learned.note(what, c.now())
		}
	}
}

// refusedBlanks are the fields of a refused write that may have been refused for the form of their
// blanks.
func refusedBlanks(d *description, sent models.Values, err error) (names []string) {
	var refusal *models.Error
	if !asError(err, &refusal) ||
		refusal.Code != models.CodeInvalidParameter && refusal.Code != models.CodeRequiredFieldMissing {
		return nil
	}
	for _, name := range refusal.Fields {
		if v, was := sent[name]; was && v.IsBlank() && !d.byName[name].Required {
			names = append(names, name)
		}
	}
	return names
}
