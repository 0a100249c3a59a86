package plan

import (
	"time"

	"sidelight/models"
)

// Owners pairs the users of both sides by email: what a reference to an owner converts to.
type Owners struct {
	ReadAt time.Time
	Emails map[models.Side]map[string]string // by id
	IDs    map[models.Side]map[string]string // by email
}

// Counterpart is the other side's user with the same email; false when there is none.
func (o *Owners) Counterpart(of models.Value, on models.Side) (models.Value, bool) {
	if of.IsBlank() {
		return models.Blank, true
	}
	if o == nil {
		return models.Blank, false
	}
	id, known := o.IDs[on.Other()][o.Emails[on][of.String()]]
	return models.Text(id), known
}
