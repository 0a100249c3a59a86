package salesforce

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"sidelight/models"
)

const (
	// maxBulk is how many records one Write takes: what Salesforce processes as one batch.
	maxBulk = 10_000
	// maxUpload bounds an upload, in bytes: the vendor takes 150 MB after its own encoding (facts
	// §3).
	maxUpload = 100 << 20
	// ingestWait bounds the wait for an ingest whose caller has no deadline.
	ingestWait = time.Hour
	// stopWait is how long the job of a caller that has gone is watched until it stands still.
	stopWait = 3 * time.Second
	// clears is what stands for null in an upload; an empty value leaves the field alone.
	clears = "#N/A"
	// startTries is how often a job is told to begin, resultTries how often a list of results is
	// asked for.
	startTries  = 3
	resultTries = 4
)

// upload is what an ingest job writes. Each row is known by its key: results come in any order.
type upload struct {
	operation string // upsert or update
	key       string // the mark's field, or Id
	csv       []byte
	rows      map[string]int // the write of each key
}

// newUpload makes the upload of writes with one operation. It is false for writes that bulk jobs
// cannot express, or would fail as a whole for: a create without a mark, a value that means null
// there, a field that may not be written, two writes of one record.
func (c *Client) newUpload(d *description, writes []models.Write, marked bool) (upload, bool) {
	u := upload{operation: "update", key: "Id", rows: make(map[string]int, len(writes))}
	switch {
	case writes[0].Op == models.OpCreate && marked:
		u.operation, u.key = "upsert", c.cfg.MarkField
	case writes[0].Op != models.OpUpdate:
		return u, false
	}
	header := columnsOf(u.key, writes)
	for _, name := range header[1:] {
		if f, ok := d.byName[name]; !ok || !f.Updatable || (u.operation == "upsert" && !f.Creatable) || name == u.key {
			return u, false
		}
	}
	u.csv = csvLine(nil, header)
	row := make([]string, len(header))
	for i, w := range writes {
		row[0] = w.ID
		if u.operation == "upsert" {
			row[0] = w.LinkID
		}
		if _, twice := u.rows[row[0]]; twice || row[0] == "" {
			return u, false
		}
		u.rows[row[0]] = i
		for j, name := range header[1:] {
			v, written := w.Values[name]
			text, ok := cell(v, d.byName[name].Type, u.operation == "update")
			if !ok {
				return u, false
			}
			if row[j+1] = text; !written {
				row[j+1] = ""
			}
		}
		if u.csv = csvLine(u.csv, row); len(u.csv) > maxUpload {
			return u, false
		}
	}
	return u, true
}

// columnsOf are the columns of an upload: the key, then every field that one of the writes has.
func columnsOf(key string, writes []models.Write) []string {
	header := []string{key}
	for _, w := range writes {
		for name := range w.Values {
			if !slices.Contains(header, name) {
				header = append(header, name)
			}
		}
	}
	slices.Sort(header[1:])
	return header
}

// cell is a value as an upload has it; false for text that would be taken for null.
func cell(v models.Value, kind models.FieldType, blanks bool) (string, bool) {
	text := strings.TrimSpace(v.String())
	switch {
	case text == clears:
		return "", false
	case text == "" && kind == models.TypeBoolean:
		return "false", true
	case text == "" && blanks:
		return clears, true
	case text == "":
		return "", true
	}
	return v.String(), true
}

// ingest writes in one bulk job. Nothing is written before the job is told that its upload is
// complete: an error until then means that nothing was sent.
func (c *Client) ingest(
	ctx context.Context, object models.SyncObject, writes []models.Write, u upload,
) ([]models.WriteResult, error) {
	body := map[string]string{
		"object": sobject(object), "operation": u.operation, "lineEnding": "LF", "columnDelimiter": "COMMA",
		"contentType": "CSV",
	}
	if u.operation == "upsert" {
		body["externalIdFieldName"] = u.key
	}
	made, err := c.createJob(ctx, ingestJob, body)
	if err != nil {
		return nil, err
	}
	if _, err := c.do(ctx, call{method: http.MethodPut, path: c.jobPath(ingestJob, made.ID) + "/batches", body: u.csv, upload: true, header: http.Header{"Content-Type": {"text/csv; charset=UTF-8"}}}); err != nil {
		c.dropJob(ctx, ingestJob, made.ID, false)
		return nil, err
	}
	if err := c.startIngest(ctx, made.ID); err != nil {
		if c.abandon(ctx, made.ID) {
			return nil, err
		}
		return c.failed(writes, lost(repeats, err))
	}
	now, err := c.awaitJob(ctx, ingestJob, made.ID, ingestWait)
	if err != nil || !now.ended() {
		// Given up. What the job did until it was stopped is told as far as it can be learned soon.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), tidyTimeout)
		defer cancel()
		if err := c.moveJob(ctx, ingestJob, made.ID, jobAborted); err != nil {
			c.log.Debug("a bulk job could not be aborted", "code", models.CodeOf(err))
		}
		now, _ = c.awaitJob(ctx, ingestJob, made.ID, stopWait)
	}
	out, _ := c.failed(writes, lost(repeats, err))
	if now.ended() {
		c.outcomes(ctx, object, writes, u, now, out)
	}
	c.dropJob(ctx, ingestJob, made.ID, true)
	return out, nil
}

// startIngest tells the job that its upload is complete. When the answer is lost, the job itself
// says whether it was told. An error means that it was not seen to begin.
func (c *Client) startIngest(ctx context.Context, id string) error {
	for try := 1; ; try++ {
		err := c.moveJob(ctx, ingestJob, id, jobUploaded)
		if err == nil {
			return nil
		}
		var now job
		if lookErr := c.get(ctx, c.jobPath(ingestJob, id), nil, &now); lookErr == nil && now.State != jobOpen {
			return nil
		}
		if try == startTries || !pauseFor(ctx, c.cfg.Pace) {
			return err
		}
	}
}

// abandon ends a job that was not seen to begin; true when it certainly wrote nothing.
func (c *Client) abandon(ctx context.Context, id string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTimeout)
	defer cancel()
	if err := c.moveJob(ctx, ingestJob, id, jobAborted); err != nil {
		c.log.Debug("a bulk job could not be aborted", "code", models.CodeOf(err))
	}
	var now job
	err := c.get(ctx, c.jobPath(ingestJob, id), nil, &now)
	c.dropJob(ctx, ingestJob, id, true)
	return err == nil && now.State == jobAborted && now.Processed == 0
}

// outcomes reads what became of each row into out. One that stands in none of the lists is left as
// it is there.
func (c *Client) outcomes(
	ctx context.Context, object models.SyncObject, writes []models.Write, u upload, ended job, out []models.WriteResult,
) {
	path := c.jobPath(ingestJob, ended.ID)
	c.results(ctx, path+"/successfulResults", u, func(i int, row func(string) string) {
		out[i] = models.WriteResult{ID: row("sf__Id"), Created: row("sf__Created") == "true"}
	})
	c.results(ctx, path+"/failedResults", u, func(i int, row func(string) string) {
		out[i] = c.refusedWrite(ctx, object, writes[i], ingestError(row("sf__Error")).refusal(), u.operation == "upsert")
	})
	unread := unprocessed(ended)
	c.results(ctx, path+"/unprocessedrecords", u, func(i int, _ func(string) string) {
		out[i] = models.WriteResult{ID: writes[i].ID, Err: unread}
	})
}

// results reads one list of results row by row. What cannot be read is left as it is.
func (c *Client) results(ctx context.Context, path string, u upload, each func(i int, row func(string) string)) {
	pause := c.cfg.Pace
	for try := 1; ; try++ {
		err := c.readResults(ctx, path, u, each)
		if err == nil {
			return
		}
		if try == resultTries || !models.MayRetry(err) || !pauseFor(ctx, pause) {
			c.log.Warn(
				"a list of a bulk job's results could not be read: what it would have told stays unknown", "code",
				models.CodeOf(err),
			)
			return
		}
		pause *= 2
	}
}

func (c *Client) readResults(
	ctx context.Context, path string, u upload, each func(i int, row func(string) string),
) error {
	d, err := c.download(ctx, path, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	rows := newCSVReader(d)
	first, err := rows.read()
	if errors.Is(err, io.EOF) {
		return nil // an empty list may come without its header
	}
	if err != nil {
		return brokenPage(err)
	}
	header := slices.Clone(first)
	at := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
	}
	key := at(u.key)
	if key < 0 {
		return models.Errorf(models.CodeInternal, "a list of a bulk job's results does not name the records")
	}
	for {
		row, err := rows.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && len(row) != len(header) {
			err = errCSVFields
		}
		if err != nil {
			return brokenPage(err)
		}
		if i, ours := u.rows[row[key]]; ours {
			each(i, func(name string) string {
				if j := at(name); j >= 0 {
					return row[j]
				}
				return ""
			})
		}
	}
}

// ingestError reads sf__Error: CODE:message:fields --
func ingestError(text string) vendorError {
	code, rest, _ := strings.Cut(text, ":")
	rest, _, _ = strings.Cut(rest, "--")
	e := vendorError{StatusCode: strings.TrimSpace(code), Message: rest}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		e.Message = rest[:i]
		for name := range strings.SplitSeq(rest[i+1:], ",") {
			e.Fields = append(e.Fields, strings.TrimSpace(name))
		}
	}
	return e
}

// unprocessed is why rows of a job were not come to. A file that was not understood stays so; what
// else ends a job passes.
func unprocessed(ended job) *models.Error {
	if strings.HasPrefix(ended.Problem, "InvalidBatch") || strings.HasPrefix(ended.Problem, "ClientInputError") {
		return models.Errorf(models.CodeInvalidParameter, "Salesforce did not understand the data of a bulk job")
	}
	return &models.Error{
		Code: models.CodeBusy, Message: "Salesforce ended a bulk job before it came to the record", Retry: true,
	}
}

// inBatches writes records in several calls of a size, one after another. Once something was sent,
// what fails stands in the results.
func inBatches(
	writes []models.Write, size int, send func([]models.Write) ([]models.WriteResult, error),
) ([]models.WriteResult, error) {
	out := make([]models.WriteResult, 0, len(writes))
	for chunk := range slices.Chunk(writes, size) {
		results, err := send(chunk)
		if err != nil && len(out) == 0 {
			return nil, err
		}
		if err != nil {
			return append(out, allRefused(writes[len(out):], err)...), nil
		}
		out = append(out, results...)
	}
	return out, nil
}
