package salesforce

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// bulkRoutes are those of Bulk API 2.0.
func (s *Server) bulkRoutes(api func(string, handler)) {
	for _, kind := range []string{queryJob, ingestJob} {
		of := func(handle func(*call, *job) (any, error)) handler {
			return func(c *call) (any, error) {
				j, err := s.job(c, kind)
				if err != nil {
					return nil, err
				}
				return handle(c, j)
			}
		}
		path := "/jobs/" + kind
		api("GET "+path, func(*call) (any, error) { return s.listJobs(kind) })
		api("GET "+path+"/{id}", of(s.showJob))
		api("PATCH "+path+"/{id}", of(s.moveJob))
		api("DELETE "+path+"/{id}", of(s.dropJob))
		if kind == queryJob {
			api("POST "+path, s.createQueryJob)
			api("GET "+path+"/{id}/results", of(s.jobResults))
			api("GET "+path+"/{id}/resultPages", of(s.jobPages))
			continue
		}
		api("POST "+path, s.createIngestJob)
		api("PUT "+path+"/{id}/batches", of(s.upload))
		api("GET "+path+"/{id}/successfulResults", of(s.successfulRows))
		api("GET "+path+"/{id}/failedResults", of(s.failedRows))
		api("GET "+path+"/{id}/unprocessedrecords", of(s.unprocessedRows))
	}
}

func (s *Server) job(c *call, kind string) (*job, error) {
	if err := s.forgetJobs(); err != nil {
		return nil, err
	}
	j := s.jobs[c.request.PathValue("id")]
	if j == nil || j.Kind != kind {
		return nil, notFound()
	}
	return j, nil
}

// info is a job as the vendor tells it.
func (j *job) info() map[string]any {
	number, _ := strconv.ParseFloat(j.Version, 64)
	out := map[string]any{"id": j.ID, "operation": j.Operation, "object": j.Object, "createdById": j.CreatedBy, "createdDate": audited(j.Created),
		"systemModstamp": audited(j.Created), "state": j.state(), "concurrencyMode": "Parallel", "contentType": "CSV",
		"apiVersion": json.RawMessage(strconv.FormatFloat(number, 'f', 1, 64)), "lineEnding": j.LineEnding, "columnDelimiter": j.Delimiter}
	if j.Kind == ingestJob {
		out["contentUrl"] = "services/data/v" + j.Version + "/jobs/ingest/" + j.ID + "/batches"
		if j.ExternalID != "" {
			out["externalIdFieldName"] = j.ExternalID
		}
	}
	return out
}

// newJob numbers a job and fills in what is the same for both kinds.
func (s *Server) newJob(c *call, kind, lineEnding, delimiter string) (*job, error) {
	if err := s.forgetJobs(); err != nil {
		return nil, err
	}
	if lineEnding == "" {
		lineEnding = "LF"
	}
	if delimiter == "" {
		delimiter = "COMMA"
	}
	if lineEndings[lineEnding] == "" || delimiters[delimiter] == 0 {
		return nil, badRequest("INVALIDJOB", "unknown lineEnding or columnDelimiter")
	}
	s.serial++
	return &job{ID: makeID("750", s.serial), Kind: kind, LineEnding: lineEnding, Delimiter: delimiter, Version: c.version, Created: s.now(), CreatedBy: c.session.User}, nil
}

func (s *Server) createQueryJob(c *call) (any, error) {
	var in struct {
		Operation, Query, LineEnding, ColumnDelimiter string
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Operation != "query" && in.Operation != "queryAll" {
		return nil, badRequest("INVALIDJOB", "operation is query or queryAll")
	}
	if s.usage.queryJobs >= maxQueryJobs {
		return nil, badRequest("EXCEEDEDQUOTA", "ApiBulkV2QueryJobs Limit exceeded.")
	}
	j, err := s.newJob(c, queryJob, in.LineEnding, in.ColumnDelimiter)
	if err != nil {
		return nil, err
	}
	j.Operation, j.State = in.Operation, jobComplete
	if err := s.runQuery(c, j, in.Query); err != nil {
		return nil, err
	}
	s.usage.queryJobs++
	if err := s.commit(s.serialPut(), put{Kind: kindJob, ID: j.ID, Value: j}); err != nil {
		return nil, err
	}
	j.unannounced = 2
	return j.info(), nil
}

var ingestOperations = []string{"insert", "update", "upsert", "delete", "hardDelete"}

func (s *Server) createIngestJob(c *call) (any, error) {
	var in struct {
		Object, Operation, ExternalIDFieldName, LineEnding, ColumnDelimiter string
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	table, err := s.writableTable(in.Object)
	if err != nil {
		return nil, badRequest("INVALIDENTITY", "Entity '"+in.Object+"' is not supported by the Bulk API.")
	}
	f := table.field(in.ExternalIDFieldName)
	switch {
	case !slices.Contains(ingestOperations, in.Operation):
		return nil, badRequest("INVALIDJOB", "operation is one of "+strings.Join(ingestOperations, ", "))
	case (in.Operation == "upsert") != (in.ExternalIDFieldName != ""):
		return nil, badRequest("INVALIDJOB", "externalIdFieldName belongs to upsert, which needs it")
	case in.Operation == "upsert" && (f == nil || !f.externalID && !f.idLookup):
		return nil, badRequest("INVALIDJOB", "Field name provided, "+in.ExternalIDFieldName+" is not an External ID or indexed field for "+table.name)
	case s.usage.batches >= maxBatches:
		return nil, badRequest("EXCEEDEDQUOTA", "ApiBatchItems Limit exceeded.")
	}
	j, err := s.newJob(c, ingestJob, in.LineEnding, in.ColumnDelimiter)
	if err != nil {
		return nil, err
	}
	j.Operation, j.Object, j.State = in.Operation, table.name, jobOpen
	if f != nil {
		j.ExternalID = f.name
	}
	return j.info(), s.commit(s.serialPut(), put{Kind: kindJob, ID: j.ID, Value: j})
}

func (s *Server) listJobs(kind string) (any, error) {
	if err := s.forgetJobs(); err != nil {
		return nil, err
	}
	records := []any{}
	for _, j := range s.sortedJobs(kind) {
		records = append(records, j.info())
	}
	return map[string]any{"done": true, "nextRecordsUrl": nil, "records": records}, nil
}

// showJob tells how far a job is; each look sees it a step further.
func (s *Server) showJob(_ *call, j *job) (any, error) {
	if j.unannounced > 0 {
		j.unannounced--
	}
	out := j.info()
	processed, failed := len(j.Rows)+len(j.Outcomes), 0
	for _, o := range j.Outcomes {
		if o.Error != "" {
			failed++
		}
	}
	if j.unannounced > 0 {
		processed, failed = 0, 0
	}
	maps.Copy(out, map[string]any{"jobType": map[string]string{queryJob: "V2Query", ingestJob: "V2Ingest"}[j.Kind], "numberRecordsProcessed": processed, "retries": 0, "totalProcessingTime": 1})
	if j.Kind == ingestJob {
		maps.Copy(out, map[string]any{"numberRecordsFailed": failed, "apiActiveProcessingTime": 1, "apexProcessingTime": 0})
	}
	if j.Problem != "" && j.unannounced == 0 {
		out["errorMessage"] = j.Problem
	}
	return out, nil
}

// moveJob closes the upload, which starts the work, or aborts.
func (s *Server) moveJob(c *call, j *job) (any, error) {
	var in struct{ State string }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	done := j.unannounced == 0 && j.State != jobOpen
	switch {
	case in.State == jobAborted && !done:
		next := *j
		next.State, next.unannounced, next.Rows, next.Upload = jobAborted, 0, nil, ""
		return next.info(), s.commit(put{Kind: kindJob, ID: j.ID, Value: &next})
	case in.State == jobUploaded && j.Kind == ingestJob && j.State == jobOpen && j.Upload != "":
		next := *j
		if err := s.runIngest(c, &next); err != nil {
			return nil, err
		}
		s.jobs[j.ID] = &next
		next.unannounced = 2
		return next.info(), nil
	}
	return nil, badRequest("INVALIDJOBSTATE", "Job state can't be changed from "+j.state()+" to "+in.State)
}

func (s *Server) dropJob(_ *call, j *job) (any, error) {
	if j.unannounced > 0 || j.State == jobOpen {
		return nil, badRequest("INVALIDJOBSTATE", "Job state must be UploadComplete, JobComplete, Aborted or Failed to be deleted")
	}
	return nil, s.commit(put{Kind: kindJob, ID: j.ID})
}

// maxUpload is how many bytes one upload may have.
const maxUpload = 150 << 20

// upload takes the data of an ingest, once.
func (s *Server) upload(c *call, j *job) (any, error) {
	switch {
	case j.State != jobOpen:
		return nil, badRequest("INVALIDJOBSTATE", "Job "+j.ID+" is not open")
	case j.Upload != "":
		return nil, badRequest("INVALIDJOBSTATE", "Found multiple contents for job: <"+j.ID+">, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.")
	case !strings.HasPrefix(c.request.Header.Get("Content-Type"), "text/csv"):
		return nil, badRequest("INVALIDBATCH", "the content type of an upload is text/csv")
	case !utf8.Valid(c.body) || len(c.body) == 0:
		return nil, badRequest("INVALIDBATCH", "an upload is CSV in UTF-8")
	}
	next := *j
	next.Upload = string(c.body)
	c.status = http.StatusCreated
	return nil, s.commit(put{Kind: kindJob, ID: j.ID, Value: &next})
}

func (s *Server) pageSize() int {
	if s.settings.BulkPage > 0 {
		return s.settings.BulkPage
	}
	return bulkPage
}

// finished refuses results that are not there yet.
func (c *call) finished(j *job) error {
	switch {
	case j.state() != jobComplete:
		return badRequest("INVALIDJOBSTATE", "results can be read of a job in the state JobComplete only; this one is in "+j.state())
	case j.Kind == queryJob && c.version != j.Version:
		return failure(http.StatusConflict, "INVALIDJOB", "the job was made with API version "+j.Version)
	}
	return nil
}

// A locator is the position of a page, coded so that nobody reads it.
func locatorOf(position int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(position)))
}

func (j *job) position(locator string) (int, error) {
	if locator == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(locator)
	at, bad := strconv.Atoi(string(text))
	if err != nil || bad != nil || at < 0 || at > len(j.Rows) {
		return 0, badRequest("INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	return at, nil
}

// jobResults is a page of a query's rows. Every page begins with the header.
func (s *Server) jobResults(c *call, j *job) (any, error) {
	if err := c.finished(j); err != nil {
		return nil, err
	}
	q := c.request.URL.Query()
	from, err := j.position(q.Get("locator"))
	if err != nil {
		return nil, err
	}
	size := s.pageSize()
	if text := q.Get("maxRecords"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, badRequest("INVALID_INPUT", "maxRecords is a number above zero")
		}
		size = min(n, size)
	}
	to := min(from+size, len(j.Rows))
	next := "null"
	if to < len(j.Rows) {
		next = locatorOf(to)
	}
	c.header.Set("Sforce-Locator", next)
	c.header.Set("Sforce-NumberOfRecords", strconv.Itoa(to-from))
	return j.csv(j.Header, j.Rows[from:to]), nil
}

func (j *job) csv(header, lines []string) raw {
	return raw{"text/csv", []byte(j.line(header) + strings.Join(lines, ""))}
}

const (
	maxResultPages   = 5
	resultPagesSince = 58.0 // the first API version that has them
)

// jobPages names up to five pages that can be fetched at the same time.
func (s *Server) jobPages(c *call, j *job) (any, error) {
	if v, _ := strconv.ParseFloat(c.version, 64); v < resultPagesSince {
		return nil, notFound()
	}
	if err := c.finished(j); err != nil {
		return nil, err
	}
	at, err := j.position(c.request.URL.Query().Get("locator"))
	if err != nil {
		return nil, err
	}
	base := c.base() + "/jobs/query/" + j.ID + "/"
	pages := []any{}
	for ; len(pages) < maxResultPages && (at < len(j.Rows) || at == 0 && len(pages) == 0); at += s.pageSize() {
		pages = append(pages, map[string]string{"resultUrl": base + "results?locator=" + locatorOf(at)})
	}
	out := map[string]any{"resultPages": pages, "done": at >= len(j.Rows)}
	if at < len(j.Rows) {
		out["nextRecordUrl"] = base + "resultPages?locator=" + locatorOf(at)
	}
	return out, nil
}

func (s *Server) successfulRows(c *call, j *job) (any, error) {
	return j.rowsOf(c, []string{"sf__Id", "sf__Created"}, func(o outcome) ([]string, bool) {
		return []string{o.ID, strconv.FormatBool(o.Created)}, o.Error == ""
	})
}

func (s *Server) failedRows(c *call, j *job) (any, error) {
	return j.rowsOf(c, []string{"sf__Id", "sf__Error"}, func(o outcome) ([]string, bool) {
		return []string{o.ID, o.Error}, o.Error != ""
	})
}

// rowsOf are the uploaded rows that are chosen, each with two columns in front. The vendor promises
// no order; here it is the reverse, so that nobody relies on one.
func (j *job) rowsOf(c *call, columns []string, choose func(outcome) ([]string, bool)) (any, error) {
	if j.State != jobFailed && j.State != jobAborted {
		if err := c.finished(j); err != nil {
			return nil, err
		}
	}
	var lines []string
	for _, o := range slices.Backward(j.Outcomes) {
		if front, chosen := choose(o); chosen {
			lines = append(lines, strings.TrimSuffix(j.line(front), lineEndings[j.LineEnding])+string(delimiters[j.Delimiter])+o.Line)
		}
	}
	return j.csv(append(columns, j.Header...), lines), nil
}

// unprocessedRows are those of a job that failed before it came to them.
func (s *Server) unprocessedRows(c *call, j *job) (any, error) {
	if j.State == jobFailed && j.unannounced == 0 {
		return raw{"text/csv", []byte(j.Upload)}, nil
	}
	if err := c.finished(j); err != nil {
		return nil, err
	}
	return j.csv(j.Header, nil), nil
}

// bulkLimits is how many jobs and batches are left of 24 hours.
func (s *Server) bulkLimits() map[string]any {
	return map[string]any{"DailyBulkV2QueryJobs": limit(maxQueryJobs, s.usage.queryJobs), "DailyBulkApiBatches": limit(maxBatches, s.usage.batches)}
}

func limit(most, used int) map[string]int {
	return map[string]int{"Max": most, "Remaining": most - used}
}
