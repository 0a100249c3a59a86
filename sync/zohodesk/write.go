package zohodesk

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"sidelight/models"
)

// Write writes the records one by one, a few beside each other: Desk has no collections. Each
// result stands for itself.
func (c *Client) Write(
	ctx context.Context, object models.SyncObject, writes []models.Write,
) ([]models.WriteResult, error) {
	d, err := c.describe(ctx, object)
	if err != nil {
		return nil, err
	}
	out := make([]models.WriteResult, len(writes))
	var wg sync.WaitGroup
	for i, w := range writes {
		wg.Go(func() {
			result, err := c.write(ctx, object, d, w)
			if err != nil {
				result = models.WriteResult{ID: w.ID, Err: explain(err, d, w.Values)}
				c.forgetContradicted(object, d, result.Err)
			}
			out[i] = result
		})
	}
	wg.Wait()
	return out, nil
}

// describedAnew is how old a description has to be for a refused field to make Desk be asked for
// another.
const describedAnew = time.Minute

// forgetContradicted lets go of a description that a refusal may contradict: the field may have
// been changed in Desk since.
func (c *Client) forgetContradicted(object models.SyncObject, d *description, refusal *models.Error) {
	if len(refusal.Fields) > 0 && !refusal.Retry && c.now().Sub(d.at) >= describedAnew {
		c.forgetDescription(object)
	}
}

func (c *Client) write(
	ctx context.Context, object models.SyncObject, d *description, w models.Write,
) (models.WriteResult, error) {
	switch w.Op {
	case models.OpCreate:
		return c.create(ctx, object, d, w)
	case models.OpUpdate, models.OpRestore:
		if !isID(w.ID) {
			return models.WriteResult{}, models.Errorf(models.CodeNotFound, "Zoho Desk has no such record")
		}
		if w.Op == models.OpRestore {
			if err := c.restore(ctx, object, w.ID); err != nil {
				return models.WriteResult{}, err
			}
		}
		return c.update(ctx, object, d, w)
	}
	return models.WriteResult{}, models.Errorf(models.CodeInternal, "unknown operation %q", w.Op)
}

func (c *Client) create(
	ctx context.Context, object models.SyncObject, d *description, w models.Write,
) (models.WriteResult, error) {
	values := w.Values
	if w.LinkID != "" && d.hasMark(c.cfg.MarkField) {
		values = values.With(models.Values{c.cfg.MarkField: models.Text(w.LinkID)})
	}
	k := call{method: http.MethodPost, path: "/" + module(object), body: c.body(object, values, d, true), effect: onlyOnce}
	return c.put(ctx, d, k, w, "")
}

// update changes the fields that are sent and no others. Nothing to change is no call.
func (c *Client) update(
	ctx context.Context, object models.SyncObject, d *description, w models.Write,
) (models.WriteResult, error) {
	if len(w.Values) == 0 {
		return models.WriteResult{ID: w.ID}, nil
	}
	send := func() (models.WriteResult, error) {
		k := call{
			method: http.MethodPatch, path: "/" + module(object) + "/" + w.ID, body: c.body(object, w.Values, d, false),
			effect: repeats,
		}
		return c.put(ctx, d, k, w, w.ID)
	}
	result, err := send()
	refused := refusedBlanks(d, w.Values, err)
	if len(refused) == 0 {
		return result, err
	}
	c.turnBlanks(object, refused)
	again, errAgain := send()
	still := refusedBlanks(d, w.Values, errAgain)
	if slices.ContainsFunc(still, func(name string) bool { return slices.Contains(refused, name) }) {
		c.turnBlanks(object, still) // it was not the form
	}
	return again, errAgain
}

// clockTolerance is how much older than the answer that brings it a time of change may be, and
// still be that of the write.
const clockTolerance = 5 * time.Second

// changedAt is the time of change in the answer to a write; zero when it is the time before the
// write, which Desk is known to answer.
func (r row) changedAt(answer reply) time.Time {
	at := r.time("modifiedTime")
	if date, err := http.ParseTime(answer.header.Get("Date")); err == nil && at.Before(date.Add(-clockTolerance)) {
		return time.Time{}
	}
	return at
}

// put sends a create or an update and reads the record that Desk answers with.
func (c *Client) put(
	ctx context.Context, d *description, k call, w models.Write, id string,
) (models.WriteResult, error) {
	answer, err := c.do(ctx, k)
	if err != nil {
		return models.WriteResult{}, err
	}
	var r row
	if err := answer.decode(&r); err != nil {
		return models.WriteResult{}, err
	}
	if r.id() == "" || id != "" && r.id() != id {
		return models.WriteResult{}, answer.lost(nil)
	}
	names := make([]string, 0, len(w.Values))
	for name := range w.Values {
		names = append(names, name)
	}
	returned, _ := r.values(d, names)
	return models.WriteResult{
		ID: r.id(), Created: w.Op == models.OpCreate, Returned: returned, ModifiedAt: r.changedAt(answer),
	}, nil
}

// restore takes a record out of the recycle bin. One that is live already is restored; one that is
// in neither place is NOT_FOUND.
func (c *Client) restore(ctx context.Context, object models.SyncObject, id string) error {
	answer, err := c.do(
		ctx,
		call{
			method: http.MethodPost, path: "/recycleBin/restore", body: map[string]any{"ids": []string{id}}, effect: repeats,
		},
	)
	if err != nil && models.CodeOf(err) != models.CodeInvalidParameter && models.CodeOf(err) != models.CodeNotFound {
		return err
	}
	if err == nil && answer.status != http.StatusNoContent {
		done, err := answer.massResults()
		if err != nil {
			return err
		}
		if done[id] {
			return nil
		}
	}
	rec, err := c.readOne(ctx, object, nil, nil, id)
	switch {
	case err != nil:
		return err
	case rec == nil:
		return models.Errorf(models.CodeNotFound, "the record is no longer in Zoho Desk's recycle bin")
	case rec.Deleted:
		return models.Errorf(models.CodeDeleted, "Zoho Desk did not restore the record from its recycle bin")
	}
	return nil
}

// explain names what is wrong with a refused value, by what is known of the field.
func explain(err error, d *description, sent models.Values) *models.Error {
	var refusal *models.Error
	if !asError(err, &refusal) {
		return models.Wrap(err, models.CodeInternal, "the record could not be written")
	}
	if refusal.Code != models.CodeInvalidParameter {
		return refusal
	}
	for _, name := range refusal.Fields {
		f, known := d.byName[name]
		v, was := sent[name]
		if !was {
			continue
		}
		code, why := wrong(f, known, v)
		if code == "" && restricted.MatchString(refusal.Said) {
			code, why = models.CodeReadOnly, "Zoho Desk does not let "+name+" be written"
		}
		if code == "" {
			continue
		}
		out := *refusal
		out.Code, out.Message = code, why
		return &out
	}
	return refusal
}

// restricted is how Desk says that a field may not be written by this user.
var restricted = regexp.MustCompile(`(?i)restricted to update|read[- ]?only|not editable`)

// wrong is why a value does not fit its field; "" when nothing is seen to be wrong.
func wrong(f models.Field, known bool, v models.Value) (models.Code, string) {
	text := v.String()
	switch {
	case !known:
		return models.CodeInvalidParameter, "Zoho Desk has no such field any more"
	case !f.Updatable:
		return models.CodeReadOnly, "Zoho Desk does not let " + f.Name + " be written"
	case f.Required && v.IsBlank():
		return models.CodeRequiredFieldMissing, "Zoho Desk requires a value for " + f.Name
	case f.Length > 0 && utf8.RuneCountInString(text) > f.Length:
		return models.CodeValueTooLong, "the value is longer than " + f.Name + " can hold in Zoho Desk"
	case f.Restricted && !v.IsBlank() && !allowed(f, text):
		return models.CodeInvalidPicklist, "the picklist " + f.Name + " in Zoho Desk does not have the value"
	case f.RefersTo == "accounts" && !v.IsBlank():
		return models.CodeParentMissing, "Zoho Desk does not have the account"
	case !v.IsBlank() && !fits(f.Type, text):
		return models.CodeTypeMismatch, f.Name + " in Zoho Desk takes values of another type"
	}
	return "", ""
}

func allowed(f models.Field, text string) bool {
	if f.Type != models.TypeMultiselect {
		return slices.Contains(f.Picklist, text)
	}
	for _, one := range strings.Split(text, ";") {
		if !slices.Contains(f.Picklist, one) {
			return false
		}
	}
	return true
}

// fits tells whether the text has the form of the type.
func fits(kind models.FieldType, text string) bool {
	switch kind {
	case models.TypeBoolean:
		return text == "true" || text == "false"
	case models.TypeInteger:
		d, err := models.ParseDecimal(text)
		return err == nil && d.Rat().IsInt()
	case models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		_, err := models.ParseDecimal(text)
		return err == nil
	case models.TypeDate:
		_, err := models.ParseDate(text)
		return err == nil
	case models.TypeDateTime:
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	case models.TypeReference:
		return isID(text)
	}
	return true
}
