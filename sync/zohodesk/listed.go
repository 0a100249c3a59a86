package zohodesk

import (
	"context"

	"sidelight/models"
)

// Listed are those of the fields that Desk gives in lists; each of the others costs a call for
// every record.
func (c *Client) Listed(ctx context.Context, object models.SyncObject, fields []string) ([]string, error) {
	d, err := c.describe(ctx, object)
	if err != nil {
		return nil, err
	}
	return d.listed(fields), nil
}
