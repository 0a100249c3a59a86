package zohodesk

import (
	"context"

	"sidelight/models"
)

// Users lists the active agents: to whom contacts and accounts can belong.
func (c *Client) Users(ctx context.Context) ([]models.User, error) {
	agents, err := c.Agents(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]models.User, 0, len(agents))
	for _, a := range agents {
		if a.Active {
			out = append(out, models.User{ID: a.ID, Name: models.Text(a.Name).Ptr(), Email: models.Text(a.Email).Ptr()})
		}
	}
	return out, nil
}
