package salesforce

import (
	"context"

	"sidelight/models"
)

// Users lists the active users: to whom contacts and accounts can belong.
func (c *Client) Users(ctx context.Context) ([]models.User, error) {
	a, err := c.query(ctx, "SELECT Id,Name,Email FROM User WHERE IsActive = true ORDER BY Id", false)
	var out []models.User
	for {
		if err != nil {
			return nil, err
		}
		for _, r := range *a.Records {
			out = append(out, models.User{ID: r.text("Id"), Name: r.ptr("Name"), Email: r.ptr("Email")})
		}
		if a.Next == "" {
			return out, nil
		}
		a, err = c.page(ctx, a.Next, nil)
	}
}
