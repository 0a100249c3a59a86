package salesforce

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/soql"
)

const (
	// jobLife is how long a bulk job and its results are kept.
	jobLife = 7 * 24 * time.Hour
	// bulkPage is how many rows a page of results has at most.
	bulkPage = 50_000
	// maxQueryJobs and maxBatches are allowed in 24 hours; a batch is 10,000 uploaded records.
	maxQueryJobs = 10_000
	maxBatches   = 15_000
	batchRows    = 10_000
)

// The kinds of bulk job, as they stand in paths.
const (
	queryJob  = "query"
	ingestJob = "ingest"
)

// The states of a bulk job.
const (
	jobOpen     = "Open"
	jobUploaded = "UploadComplete"
	jobRunning  = "InProgress"
	jobComplete = "JobComplete"
	jobFailed   = "Failed"
	jobAborted  = "Aborted"
)

// job is a bulk job. Its work is done at once; state tells it as the vendor would, one step per
// look.
type job struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Operation  string    `json:"operation"`
	Object     string    `json:"object"`
	ExternalID string    `json:"externalId,omitempty"`
	LineEnding string    `json:"lineEnding"`
	Delimiter  string    `json:"delimiter"`
	Version    string    `json:"version"`
	Created    time.Time `json:"created"`
	CreatedBy  string    `json:"createdBy"`
	State      string    `json:"state"`
	Problem    string    `json:"problem,omitempty"`
	Header     []string  `json:"header,omitempty"`
	Rows       []string  `json:"rows,omitempty"`   // of a query, as lines of CSV
	Upload     string    `json:"upload,omitempty"` // of an ingest
	// Outcomes are those of an ingest, in the order of the upload's rows.
	Outcomes    []outcome `json:"outcomes,omitempty"`
	unannounced int       // how many looks still see an earlier state
}

// outcome is what became of one uploaded row, which is kept as a line of CSV.
type outcome struct {
	ID      string `json:"id,omitempty"`
	Created bool   `json:"created,omitempty"`
	Error   string `json:"error,omitempty"`
	Line    string `json:"line"`
}

// state is how far the job seems to be.
func (j *job) state() string {
	switch j.unannounced {
	case 2:
		return jobUploaded
	case 1:
		return jobRunning
	}
	return j.State
}

var delimiters = map[string]rune{"COMMA": ',', "TAB": '\t', "PIPE": '|', "SEMICOLON": ';', "CARET": '^', "BACKQUOTE": '`'}

var lineEndings = map[string]string{"LF": "\n", "CRLF": "\r\n"}

// line is one row of results: every value quoted.
func (j *job) line(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
	}
	return strings.Join(quoted, string(delimiters[j.Delimiter])) + lineEndings[j.LineEnding]
}

// runQuery answers a query job; an error is why the vendor does not take it.
func (s *Server) runQuery(c *call, j *job, text string) error {
	fault.Note(c.request.Context(), text)
	statement, err := soql.Prepare(text, s.db, s.now())
	if err != nil {
		return err
	}
	switch {
	case statement.Count():
		return badRequest("API_ERROR", "Aggregate functions are not supported in Bulk Query")
	case statement.HasOffset():
		return badRequest("API_ERROR", "OFFSET is not supported in Bulk Query")
	case !statement.Flat():
		return badRequest("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data or child relationships not supported in Bulk Query")
	}
	j.Object, j.Header = statement.Object().Name(), statement.Columns()
	kinds := make([]soql.Type, len(j.Header))
	for i, path := range j.Header {
		if kinds[i] = s.typeOfPath(statement.Object(), path); kinds[i] == soql.Compound {
			return badRequest("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")
		}
	}
	for _, object := range append(statement.Queried(), statement.Traversed()...) {
		s.faults.Count("query "+object, 1)
	}
	for _, r := range statement.Select(j.Operation == "queryAll") {
		values := statement.Values(r)
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = plain(wire(v, kinds[i]))
		}
		j.Rows = append(j.Rows, j.line(texts))
	}
	return nil
}

// typeOfPath is the type of a field behind parents, such as Account.AnnualRevenue.
func (s *Server) typeOfPath(o soql.Object, path string) soql.Type {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		relation, _ := o.Parent(name)
		parent, ok := s.db.Object(relation.Object)
		if !ok {
			return soql.Text
		}
		o = parent
	}
	f, _ := o.Field(names[len(names)-1])
	return f.Type
}

// runIngest writes what was uploaded. Each row stands or falls alone; a header that cannot be read
// fails the job.
func (s *Server) runIngest(c *call, j *job) error {
	rows, problem := j.parseUpload(s.db.table(j.Object))
	if problem != "" {
		j.State, j.Problem = jobFailed, problem
		return s.commit(put{Kind: kindJob, ID: j.ID, Value: j})
	}
	s.usage.batches += (len(rows) + batchRows - 1) / batchRows
	return s.transact(c, func(t *tx) error {
		table, seen := s.db.table(j.Object), map[string]bool{}
		t.together = min(len(rows), maxCollection) // triggers run for two hundred rows at a time
		j.Outcomes = make([]outcome, len(rows))
		for i, row := range rows {
			back := t.savepoint()
			out := outcome{Line: j.line(row)}
			var err error
			if out.ID, out.Created, err = t.ingest(j, table, j.input(row), seen); err != nil {
				if kept := new(keptError); !errors.As(err, &kept) {
					back()
				}
				e := asAPIError(err)
				out.Error = e.Code + ":" + e.Message + ":" + strings.Join(e.Fields, ",") + " --"
			}
			j.Outcomes[i] = out
		}
		j.State, j.Upload = jobComplete, ""
		t.puts = append(t.puts, put{Kind: kindJob, ID: j.ID, Value: j})
		return nil
	})
}

// carriageReturn stands for a CR while rows are parsed. It is no character, so that no value has
// it.
const carriageReturn = "\ufdd0"

// parseUpload reads the header and the rows, or says why the vendor fails the whole job.
func (j *job) parseUpload(table *table) (rows [][]string, problem string) {
	first, _, _ := strings.Cut(j.Upload, "\n")
	if strings.HasSuffix(first, "\r") != (j.LineEnding == "CRLF") {
		return nil, "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is " + j.LineEnding
	}
	text := strings.TrimPrefix(j.Upload, "\ufeff")
	if j.LineEnding == "LF" { // then a CR is part of a value, which encoding/csv would drop
		text = strings.ReplaceAll(text, "\r", carriageReturn)
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = delimiters[j.Delimiter]
	rows, err := reader.ReadAll()
	for _, row := range rows {
		for i, value := range row {
			row[i] = strings.ReplaceAll(value, carriageReturn, "\r")
		}
	}
	if err != nil || len(rows) == 0 {
		return nil, "InvalidBatch : Failed to parse CSV"
	}
	j.Header = rows[0]
	for _, name := range j.Header {
		field, _, nested := strings.Cut(name, ".")
		if nested && table.parentField(field) == nil || !nested && table.field(field) == nil {
			return nil, "InvalidBatch : Field name not found : " + name
		}
	}
	return rows[1:], ""
}

// input is a row as a record: blanks are left out, #N/A clears, Account.Number__c names a parent.
func (j *job) input(row []string) map[string]any {
	out := map[string]any{}
	for i, name := range j.Header {
		var value any = row[i]
		switch row[i] {
		case "":
			continue
		case "#N/A":
			value = nil
		}
		if relation, field, nested := strings.Cut(name, "."); nested {
			out[relation] = map[string]any{field: value}
			continue
		}
		out[name] = value
	}
	return out
}

// ingest does the job's operation on one record.
func (t *tx) ingest(j *job, table *table, input map[string]any, seen map[string]bool) (id string, created bool, err error) {
	text := func(name string) string {
		for k, v := range input {
			if strings.EqualFold(k, name) {
				value, _ := v.(string)
				return value
			}
		}
		return ""
	}
	switch j.Operation {
	case "insert":
		r, err := t.insert(table, input)
		if err != nil {
			return "", false, err
		}
		return r.id(), true, nil
	case "upsert":
		value := text(j.ExternalID)
		if value == "" {
			return "", false, badRequest("MISSING_ARGUMENT", j.ExternalID+" not specified")
		}
		r, created, err := t.upsert(table, j.ExternalID, value, input, seen)
		if err != nil {
			return "", false, err
		}
		return r.id(), created, nil
	}
	id = text("Id")
	if id == "" {
		return "", false, badRequest("MISSING_ARGUMENT", "Id not specified")
	}
	r, err := t.s.record(table, id)
	if err != nil {
		if e := asAPIError(err); e.status == 404 && e.Code == "NOT_FOUND" {
			err = badRequest("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
		}
		return id, false, err
	}
	switch j.Operation {
	case "update":
		_, err = t.change(r, input)
	case "delete":
		err = t.discard(r, "")
	default:
		t.purge(r)
	}
	return r.id(), false, err
}

// plain is a value as CSV has it.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.RawMessage:
		return string(v)
	}
	return ""
}

// forgetJobs drops what the vendor keeps no longer; s.mu is held.
func (s *Server) forgetJobs() error {
	var puts []put
	for id, j := range s.jobs {
		if s.now().Sub(j.Created) > jobLife {
			puts = append(puts, put{Kind: kindJob, ID: id})
		}
	}
	return s.commit(puts...)
}

// sortedJobs are the jobs of a kind, the newest first.
func (s *Server) sortedJobs(kind string) []*job {
	var out []*job
	for _, j := range s.jobs {
		if j.Kind == kind {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b *job) int { return strings.Compare(b.ID, a.ID) })
	return out
}
