package sync

import (
	"context"
	"time"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// ownersFor is how long the lists of users are taken as what is there now.
const ownersFor = 5 * time.Minute

// owners pairs the users of both sides by email: what a reference to an owner converts to.
type owners struct {
	at     time.Time
	emails map[models.Side]map[string]string // by id
	ids    map[models.Side]map[string]string // by email
}

// counterpart is the other side's user with the same email; false when there is none.
func (o *owners) counterpart(of models.Value, on models.Side) (models.Value, bool) {
	if of.IsBlank() {
		return models.Blank, true
	}
	if o == nil {
		return models.Blank, false
	}
	id, known := o.ids[on.Other()][o.emails[on][of.String()]]
	return models.Text(id), known
}

// owners reads the users of both sides where the mapping refers to them. A list that cannot be read leaves owners alone; everything else is planned.
func (e *Engine) owners(ctx context.Context, mappings []models.FieldMapping) *owners {
	mapped := false
	for _, m := range mappings {
		mapped = mapped || mapping.Owners(m)
	}
	if !mapped {
		return nil
	}
	e.mu.Lock()
	held := e.people
	e.mu.Unlock()
	now := e.Now()
	if held != nil && now.Sub(held.at) < ownersFor && !now.Before(held.at) {
		return held
	}
	read := &owners{at: now, emails: map[models.Side]map[string]string{}, ids: map[models.Side]map[string]string{}}
	for _, side := range models.Sides {
		if err := e.readUsers(ctx, side, read); err != nil {
			e.log.Warn("the users could not be read: owners are left as they are", "side", side, "code", models.CodeOf(err))
			return held
		}
	}
	e.mu.Lock()
	e.people = read
	e.mu.Unlock()
	return read
}

// readUsers reads one side's users. An email that two of them share pairs nobody.
func (e *Engine) readUsers(ctx context.Context, side models.Side, into *owners) error {
	into.emails[side], into.ids[side] = map[string]string{}, map[string]string{}
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return err
	}
	directory, ok := remote.(Directory)
	if !ok || e.held(side) {
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
		if _, taken := into.ids[side][email]; taken {
			shared[email] = true
		}
		into.emails[side][u.ID], into.ids[side][email] = email, u.ID
	}
	for email := range shared {
		delete(into.ids[side], email)
	}
	return nil
}
