package salesforce

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"

	"sidelight/models"
)

// result is what became of one record of a collection call.
type result struct {
	ID      string        `json:"id"`
	Success bool          `json:"success"`
	Created bool          `json:"created"`
	Errors  []vendorError `json:"errors"`
}

// Write writes records of one object with one operation: in one collection call, or more than two
// hundred in one bulk job where each record can be told by our mark or its id. A create goes as an
// upsert by our mark where the organization has the field: then even one that is sent twice makes
// one record.
func (c *Client) Write(
	ctx context.Context, object models.SyncObject, writes []models.Write,
) ([]models.WriteResult, error) {
	if len(writes) == 0 {
		return nil, nil
	}
	if len(writes) > maxBulk {
		return nil, models.Errorf(
			models.CodeInternal, "%d records were to be written at once, where %d may be", len(writes), maxBulk,
		)
	}
	d, err := c.describe(ctx, sobject(object))
	if err != nil {
		return nil, err
	}
	marked, err := c.HasMark(ctx, object)
	if err != nil {
		return nil, err
	}
	inCalls := func(writes []models.Write) ([]models.WriteResult, error) {
		return c.sizes.inCalls(object, writes, func(batch []models.Write) ([]models.WriteResult, error) {
			if batch[0].Op == models.OpRestore {
				return c.restore(ctx, object, d, batch)
			}
			return c.collection(ctx, object, d, batch, marked && batch[0].Op == models.OpCreate)
		})
	}
	if len(writes) > maxBatch {
		if u, ok := c.newUpload(d, writes, marked); ok {
			out, err := c.ingest(ctx, object, writes, u)
			if !refusedForGood(err) {
				c.readBack(ctx, object, writes, out)
				return resendTooLarge(writes, out, inCalls), err
			}
			c.log.Warn(
				"the organization takes no bulk job; records are written in batches", "object", object, "code",
				models.CodeOf(err),
			)
		}
	}
	return inCalls(writes)
}

// resendTooLarge sends the records again, in calls of their own, for which a bulk job's batches
// were too large.
func resendTooLarge(
	writes []models.Write, results []models.WriteResult, inCalls func([]models.Write) ([]models.WriteResult, error),
) []models.WriteResult {
	var again []models.Write
	var at []int
	for i, r := range results {
		if r.Err != nil && r.Err.Code == models.CodeCallTooLarge {
			again, at = append(again, writes[i]), append(at, i)
		}
	}
	if len(again) == 0 {
		return results
	}
	later, err := inCalls(again)
	if err != nil {
		later = allRefused(again, err)
	}
	for j, i := range at {
		results[i] = later[j]
	}
	return results
}

func (c *Client) collection(
	ctx context.Context, object models.SyncObject, d *description, writes []models.Write, marked bool,
) ([]models.WriteResult, error) {
	records := make([]map[string]any, len(writes))
	for i, w := range writes {
		records[i] = map[string]any{"attributes": map[string]string{"type": sobject(object)}}
		for name, v := range w.Values {
			if w.Op != models.OpCreate || !v.IsBlank() {
				records[i][name] = wire(v, d.byName[name].Type)
			}
		}
		switch {
		case w.Op != models.OpCreate:
			records[i]["id"] = w.ID
		case marked:
			records[i][c.cfg.MarkField] = w.LinkID
		}
	}
	k := call{
		method: http.MethodPatch, path: c.base() + "/composite/sobjects",
		body: map[string]any{"allOrNone": false, "records": records}, effect: repeats, whole: true,
	}
	switch {
	case marked:
		k.path += "/" + sobject(object) + "/" + c.cfg.MarkField
	case writes[0].Op == models.OpCreate:
		k.method, k.effect = http.MethodPost, onlyOnce
	}
	r, err := c.do(ctx, k)
	var results []result
	if err == nil {
		if err = r.decode(&results); err == nil && len(results) != len(writes) {
			err = lost(k.effect, errors.New("the list of results has another length"))
		}
	}
	if refused := ofContent(err); refused != nil && len(writes) == 1 {
		return []models.WriteResult{{ID: writes[0].ID, Err: refused}}, nil
	} else if refused != nil {
		// One record is enough for the whole call to be refused, and nothing of it was written:
		// halves find it, and the others go through.
		return inBatches(writes, (len(writes)+1)/2, func(half []models.Write) ([]models.WriteResult, error) {
			return c.collection(ctx, object, d, half, marked)
		})
	}
	if err != nil {
		return c.failed(writes, err)
	}
	out := make([]models.WriteResult, len(writes))
	for i, one := range results {
		out[i] = models.WriteResult{ID: one.ID, Created: one.Created || k.method == http.MethodPost}
		if !one.Success {
			out[i] = c.refusedWrite(ctx, object, writes[i], one.refusal(), marked)
		}
	}
	c.readBack(ctx, object, writes, out)
	return out, nil
}

// ofContent is the refusal of a call for what stands in its records; nil where every record would
// be refused the same, or the error passes.
func ofContent(err error) *models.Error {
	var e *models.Error
	if !asError(err, &e) || e.Retry {
		return nil
	}
	switch e.Code {
	case models.CodeTypeMismatch, models.CodeInvalidParameter, models.CodeParameterMissing,
		models.CodeRequiredFieldMissing, models.CodeValueTooLong, models.CodeInvalidPicklist, models.CodeParentMissing,
		models.CodeDeleted, models.CodeDuplicate, models.CodeReadOnly:
		return e
	}
	return nil
}

// failed tells a call of which nothing was sent from one whose outcome is unknown.
func (c *Client) failed(writes []models.Write, err error) ([]models.WriteResult, error) {
	var e *models.Error
	if !asError(err, &e) || e.Code != models.CodeUnknownOutcome {
		return nil, err
	}
	out := make([]models.WriteResult, len(writes))
	for i := range out {
		out[i] = models.WriteResult{ID: writes[i].ID, Err: e}
	}
	return out, nil
}

// refusal is the first of the errors.
func (r result) refusal() refusal {
	if len(r.Errors) == 0 {
		return refusal{}
	}
	return r.Errors[0].refusal()
}

// refusedWrite turns a refusal into a result. Two upserts of the same mark that meet refuse one of
// them, whose record is then there.
func (c *Client) refusedWrite(
	ctx context.Context, object models.SyncObject, w models.Write, r refusal, marked bool,
) models.WriteResult {
	if r.code == "DUPLICATE_VALUE" && marked && slices.Contains(r.fields, c.cfg.MarkField) {
		if found, err := c.Find(ctx, object, nil, models.Find{LinkID: w.LinkID}); err == nil && len(found) == 1 {
			return models.WriteResult{ID: found[0].ID}
		}
	}
	refused := r.err()
	if contradicts(refused) {
		c.describeAgain(describedAnew)
	}
	return models.WriteResult{ID: w.ID, Err: refused}
}

// readBack reads what was written: the vendor trims and rounds, and its time of the change orders
// it. Without it the values are taken as sent.
func (c *Client) readBack(
	ctx context.Context, object models.SyncObject, writes []models.Write, results []models.WriteResult,
) {
	var ids, fields []string
	for i, r := range results {
		if r.Err != nil {
			continue
		}
		ids = append(ids, r.ID)
		for name := range writes[i].Values {
			fields = append(fields, name)
		}
	}
	if len(ids) == 0 {
		return
	}
	slices.Sort(fields)
	records, err := c.Read(ctx, object, slices.Compact(fields), ids)
	if err != nil {
		c.log.Debug("what was written could not be read back", "object", object, "code", models.CodeOf(err))
		return
	}
	byID := make(map[string]models.Record, len(records))
	for _, r := range records {
		byID[r.ID] = r
	}
	for i := range results {
		if r, ok := byID[results[i].ID]; ok && results[i].Err == nil {
			results[i].ModifiedAt, results[i].Returned = r.ModifiedAt, models.Values{}
			for name := range writes[i].Values {
				if v, read := r.Values[name]; read {
					results[i].Returned[name] = v
				}
			}
		}
	}
}

// undeleteBody is the SOAP call undelete, which REST does not have.
func undeleteBody(session string, writes []models.Write) []byte {
	var b bytes.Buffer
	b.WriteString(
		`<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><e:Header><SessionHeader><sessionId>`,
	)
	_ = xml.EscapeText(&b, []byte(session)) // a buffer takes everything
	b.WriteString(`</sessionId></SessionHeader></e:Header><e:Body><undelete>`)
	for _, w := range writes {
		b.WriteString("<ids>")
		_ = xml.EscapeText(&b, []byte(w.ID))
		b.WriteString("</ids>")
	}
	b.WriteString(`</undelete></e:Body></e:Envelope>`)
	return b.Bytes()
}

type undeleteAnswer struct {
	Fault   string `xml:"Body>Fault>faultcode"`
	Results []struct {
		ID      string `xml:"id"`
		Success bool   `xml:"success"`
		Errors  []struct {
			StatusCode string `xml:"statusCode"`
		} `xml:"errors"`
	} `xml:"Body>undeleteResponse>result"`
}

// restore takes records out of the recycle bin and updates them.
func (c *Client) restore(
	ctx context.Context, object models.SyncObject, d *description, writes []models.Write,
) ([]models.WriteResult, error) {
	answered, err := c.undelete(ctx, writes)
	if err != nil {
		return c.failed(writes, err)
	}
	live, err := c.liveAlready(ctx, object, writes, answered)
	if err != nil {
		return nil, err
	}
	out := make([]models.WriteResult, len(writes))
	var back []models.Write
	var at []int
	for i, one := range answered.Results {
		if one.Success || live[writes[i].ID] {
			w := writes[i]
			w.Op = models.OpUpdate
			back, at = append(back, w), append(at, i)
			continue
		}
		code := ""
		if len(one.Errors) > 0 {
			code = one.Errors[0].StatusCode
		}
		out[i] = models.WriteResult{ID: writes[i].ID, Err: refusal{code: code}.err()}
	}
	if len(back) == 0 {
		return out, nil
	}
	updated, err := c.collection(ctx, object, d, back, false)
	for j, i := range at {
		if err != nil {
			// Restored, and the values are still owed: the same restore goes through again.
			out[i] = models.WriteResult{
				ID: writes[i].ID, Err: unavailable(err, "the record was restored; its values could not be written yet"),
			}
		} else {
			out[i] = updated[j]
		}
	}
	return out, nil
}

// liveAlready are those of the refused records that are not deleted: an earlier restore, whose
// answer was lost, has done its work.
func (c *Client) liveAlready(
	ctx context.Context, object models.SyncObject, writes []models.Write, answered undeleteAnswer,
) (map[string]bool, error) {
	var ids []string
	for i, one := range answered.Results {
		if !one.Success && len(one.Errors) > 0 && one.Errors[0].StatusCode == "UNDELETE_FAILED" {
			ids = append(ids, writes[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	records, err := c.Read(ctx, object, nil, ids)
	if err != nil {
		return nil, unavailable(err, "Salesforce did not say whether records are restored already")
	}
	live := map[string]bool{}
	for _, r := range records {
		live[r.ID] = !r.Deleted
	}
	return live, nil
}

// undelete makes the SOAP call. A session that has ended comes as a fault with status 500.
func (c *Client) undelete(ctx context.Context, writes []models.Write) (undeleteAnswer, error) {
	var out undeleteAnswer
	token, _, err := c.token(ctx, "")
	if err != nil {
		return out, err
	}
	r, err := c.do(
		ctx,
		call{
			method: http.MethodPost, path: "/services/Soap/u/" + c.version(), body: undeleteBody(token, writes),
			effect: repeats, header: http.Header{"Content-Type": {"text/xml; charset=UTF-8"}, "Soapaction": {`""`}},
		},
	)
	if err != nil {
		return out, err
	}
	if err := xml.Unmarshal(r.body, &out); err != nil || len(out.Results) != len(writes) {
		return out, lost(repeats, errors.New("the answer is not the XML that was expected"))
	}
	return out, nil
}
