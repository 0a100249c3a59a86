package gather

import (
	"context"
	"time"

	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/plan"
	"sidelight/sync/vendor"
)

// ownersFor is how long the lists of users are taken as what is there now.
const ownersFor = 5 * time.Minute

// Owners reads the users of both sides where the mapping has an owner's field. When a list cannot
// be read, owners are not synced until it can; other fields are.
func (g *Gatherer) Owners(ctx context.Context, mappings []models.FieldMapping) *plan.Owners {
	mapped := false
	for _, m := range mappings {
		mapped = mapped || mapping.Owners(m)
	}
	if !mapped {
		return nil
	}
	g.mu.Lock()
	held := g.owners
	g.mu.Unlock()
	now := g.Now()
	if held != nil && now.Sub(held.ReadAt) < ownersFor && !now.Before(held.ReadAt) {
		return held
	}
	read := &plan.Owners{
		ReadAt: now, Emails: map[models.Side]map[string]string{}, IDs: map[models.Side]map[string]string{},
	}
	for _, side := range models.Sides {
		if err := g.readUsers(ctx, side, read); err != nil {
			g.Log.Warn("the users could not be read: owners are left as they are", "side", side, "code", models.CodeOf(err))
			return held
		}
	}
	g.mu.Lock()
	g.owners = read
	g.mu.Unlock()
	return read
}

// readUsers reads one side's users. An email that two users share matches neither.
func (g *Gatherer) readUsers(ctx context.Context, side models.Side, into *plan.Owners) error {
	into.Emails[side], into.IDs[side] = map[string]string{}, map[string]string{}
	remote, err := g.Remotes.Remote(side)
	if err != nil {
		return err
	}
	directory, ok := remote.(vendor.Directory)
	if !ok || g.Throttle.Throttled(side) {
		return models.Errorf(models.CodeUpstreamUnavailable, "%s does not list its users now", side.Name())
	}
	users, err := directory.Users(ctx)
	if err != nil {
		return err
	}
	shared := map[string]bool{}
	for _, u := range users {
		if u.Email == nil {
			continue
		}
		email := models.MatchKey(models.Text(*u.Email))
		if _, taken := into.IDs[side][email]; taken {
			shared[email] = true
		}
		into.Emails[side][u.ID], into.IDs[side][email] = email, u.ID
	}
	for email := range shared {
		delete(into.IDs[side], email)
	}
	return nil
}
