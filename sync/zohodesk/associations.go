package zohodesk

import (
	"context"
	"encoding/json"
	"net/http"

	"sidelight/models"
)

// Association is a contact's tie to an account. One of a contact's accounts is primary: the one in
// its accountId.
type Association struct {
	AccountID   string
	AccountName string
	Primary     bool
}

// Associations lists the accounts of a contact. NOT_FOUND when there is no such contact.
func (c *Client) Associations(ctx context.Context, contactID string) ([]Association, error) {
	if !isID(contactID) {
		return nil, noSuchContact()
	}
	rows, err := c.allRows(ctx, "/contacts/"+contactID+"/accounts", nil)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil, noSuchContact()
	}
	if err != nil {
		return nil, err
	}
	out := make([]Association, len(rows))
	for i, r := range rows {
		var mapping row
		// Without it, which one is primary is not known.
		_ = json.Unmarshal(r["mappingInfo"], &mapping)
		out[i] = Association{
			AccountID: r.id(), AccountName: r.text("accountName"), Primary: mapping.text("mappingType") == "PRIMARY",
		}
	}
	return out, nil
}

func noSuchContact() *models.Error {
	return models.Errorf(models.CodeNotFound, "there is no such contact in Zoho Desk")
}

// Associate ties a contact to accounts, whose tickets it may see in the help centre; the first of a
// contact that has none becomes its primary one. Doing it again changes nothing. PARENT_MISSING
// when Desk does not have one of the accounts: the others are tied.
func (c *Client) Associate(ctx context.Context, contactID string, accountIDs ...string) error {
	rows := make([]map[string]any, len(accountIDs))
	for i, id := range accountIDs {
		rows[i] = map[string]any{"id": id, "isAccountTicketsViewable": true}
	}
	return c.changeAssociations(ctx, contactID, "associateAccounts", accountIDs, map[string]any{"data": rows})
}

// Dissociate unties a contact from accounts. PARENT_MISSING when it was not tied to one of them:
// the others are untied.
func (c *Client) Dissociate(ctx context.Context, contactID string, accountIDs ...string) error {
	return c.changeAssociations(ctx, contactID, "dissociateAccounts", accountIDs, map[string]any{"ids": accountIDs})
}

func (c *Client) changeAssociations(
	ctx context.Context, contactID, action string, accountIDs []string, body map[string]any,
) error {
	if len(accountIDs) == 0 {
		return nil
	}
	if !isID(contactID) {
		return noSuchContact()
	}
	answer, err := c.do(
		ctx, call{method: http.MethodPost, path: "/contacts/" + contactID + "/" + action, body: body, effect: repeats},
	)
	if models.CodeOf(err) == models.CodeNotFound {
		return noSuchContact()
	}
	if err != nil {
		return err
	}
	done, err := answer.massResults()
	if err != nil {
		return err
	}
	for _, id := range accountIDs {
		if !done[id] {
			return models.Errorf(
				models.CodeParentMissing, "Zoho Desk does not have one of the accounts, or the contact is not tied to it",
			)
		}
	}
	return nil
}
