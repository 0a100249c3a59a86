package engine

import (
	"context"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Erase removes a person from everything that is kept here, and keeps them away. Nothing is deleted
// at either vendor. A write that is under way to one may still arrive there; what becomes of it is
// not recorded.
func (e *Engine) Erase(ctx context.Context, who models.PersonKey, dry bool) (models.ErasureReceipt, error) {
	return e.Store.Erase(ctx, who, dry)
}

// LiftErasure lets an erased person in again. Their contacts are read from both sides before, and
// stored together: planned with one side's alone, the other side would be given a duplicate. Where
// a side cannot be read nothing is lifted. While nothing is connected the next load brings them.
func (e *Engine) LiftErasure(ctx context.Context, who models.PersonKey) (models.LiftErasurePayload, error) {
	var out models.LiftErasurePayload
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return out, err
	}
	records := map[models.Side][]models.Record{}
	if in.Status != models.StatusNotConnected && in.Status != models.StatusDeleted {
		if records, err = e.readPerson(ctx, who); err != nil {
			return out, err
		}
	}
	if out.Lifted, err = e.Store.LiftErasure(ctx, who, records); err != nil || out.Lifted == 0 {
		return out, err
	}
	for _, list := range records {
		out.Records += len(list)
	}
	e.Wake()
	return out, nil
}

// readPerson reads the contacts that have the address, or the id and then its address, from both
// sides as the vendors have them: also those that are kept away.
func (e *Engine) readPerson(ctx context.Context, who models.PersonKey) (map[models.Side][]models.Record, error) {
	out := map[models.Side][]models.Record{}
	contact, email := models.ContactObject, who.Email
	if who.ID != "" {
		r, err := e.mirror.Reader(ctx, who.Side, contact)
		if err != nil {
			return nil, err
		}
		found, err := r.Remote.Read(ctx, contact, r.Fields, []string{who.ID})
		if err != nil {
			return nil, vendor.WithSide(who.Side, err)
		}
		out[who.Side] = found
		for _, record := range found {
			email = models.MatchKey(record.Values[contact.MatchField(who.Side)])
		}
	}
	if email == "" {
		return out, nil
	}
	for _, side := range models.Sides {
		r, err := e.mirror.Reader(ctx, side, contact)
		if err != nil {
			return nil, err
		}
		found, err := r.Remote.Find(ctx, contact, r.Fields, models.Find{Match: models.Text(email)})
		if err != nil {
			return nil, vendor.WithSide(side, err)
		}
		out[side] = append(out[side], found...)
	}
	return out, nil
}
