package zohodesk

import (
	"context"

	"sidelight/models"
)

// Marks reads the marks of records, by the record's id; one without a mark is absent.
func (c *Client) Marks(ctx context.Context, object models.SyncObject, ids []string) (map[string]string, error) {
	records, err := c.Read(ctx, object, []string{c.cfg.MarkField}, ids)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range records {
		if mark := r.Values[c.cfg.MarkField].String(); mark != "" {
			out[r.ID] = mark
		}
	}
	return out, nil
}
