package server

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sidelight/graph"
	"sidelight/models"
)

// exportStore is what the downloads read.
type exportStore interface {
	Failures(ctx context.Context, f models.FailureFilter, page models.Page, total bool) (models.Slice[models.Failure], error)
	AuditLog(ctx context.Context, f models.AuditFilter, page models.Page, total bool) (models.Slice[models.AuditEntry], error)
	SyncRuns(ctx context.Context, f models.SyncRunFilter, page models.Page, total bool) (models.Slice[models.SyncRun], error)
}

// exportPage is how many rows are read at once: a download streams, whatever its length.
const exportPage = 500

// exports are the downloads of the console. They need a token of scope ADMIN.
type exports struct{ store exportStore }

func (e exports) failures(w http.ResponseWriter, r *http.Request) {
	var f models.FailureFilter
	p := params{Values: r.URL.Query()}
	f.Object, f.Target = choice(&p, "object", models.SyncObjects...), choice(&p, "target", models.Sides...)
	f.Search, f.Field, f.Order = p.text("search"), p.text("field"), choice(&p, "orderBy", models.FailureLastDesc, models.FailureLastAsc, models.FailureNameAsc, models.FailureNameDesc, models.FailureAttemptsDesc, models.FailureAttemptsAsc)
	f.Code, f.Resolved, f.Since, f.Cause = p.text("code"), p.truth("resolved"), p.time("since"), p.text("cause")
	if err := p.done(); err != nil {
		writeError(w, err)
		return
	}
	header := []string{"object", "source", "target", "recordId", "recordName", "code", "message", "hint", "fields", "attempts", "firstAt", "lastAt", "nextRetryAt", "resolvedAt"}
	export(w, r, "failures.csv", header, func(ctx context.Context, page models.Page) (models.Slice[models.Failure], error) {
		return e.store.Failures(ctx, f, page, false)
	}, func(f models.Failure) [][]string {
		return [][]string{{string(f.Object), string(f.Source), string(f.Target), f.RecordID, text(f.RecordName), string(f.Code), f.Message, text(f.Hint),
			strings.Join(f.Fields, " "), strconv.Itoa(f.Attempts), stamp(&f.FirstAt), stamp(&f.LastAt), stamp(f.NextRetryAt), stamp(f.ResolvedAt)}}
	})
}

func (e exports) history(w http.ResponseWriter, r *http.Request) {
	var f models.SyncRunFilter
	p := params{Values: r.URL.Query()}
	f.Object, f.Source, f.Since = choice(&p, "object", models.SyncObjects...), choice(&p, "source", models.Sides...), p.time("since")
	f.Status = choice(&p, "status", models.RunRunning, models.RunDone, models.RunStopped, models.RunFailed)
	f.Trigger = choice(&p, "trigger", models.TriggerInitial, models.TriggerChange, models.TriggerPoll, models.TriggerRetry, models.TriggerManual)
	if err := p.done(); err != nil {
		writeError(w, err)
		return
	}
	header := []string{"run", "trigger", "status", "startedAt", "finishedAt", "source", "target", "object", "added", "updated", "unchanged", "failed"}
	export(w, r, "history.csv", header, func(ctx context.Context, page models.Page) (models.Slice[models.SyncRun], error) {
		return e.store.SyncRuns(ctx, f, page, false)
	}, func(run models.SyncRun) [][]string {
		rows := make([][]string, 0, len(run.Tallies))
		for _, t := range run.Tallies {
			rows = append(rows, []string{run.ID, string(run.Trigger), string(run.Status), stamp(&run.StartedAt), stamp(run.FinishedAt),
				string(t.Source), string(t.Target), string(t.Object), strconv.Itoa(t.Added), strconv.Itoa(t.Updated), strconv.Itoa(t.Unchanged), strconv.Itoa(t.Failed)})
		}
		return rows
	})
}

func auditID(a models.AuditEntry) string { return strconv.FormatInt(a.ID, 10) }

// export streams a list as CSV.
func export[T any](w http.ResponseWriter, r *http.Request, name string, header []string, read func(context.Context, models.Page) (models.Slice[T], error), rows func(T) [][]string) {
	out := csv.NewWriter(w)
	stream(w, r, name, "text/csv; charset=utf-8", read, func() { _ = out.Write(header) }, func(row T) {
		for _, line := range rows(row) {
			_ = out.Write(harmless(line)) // a caller that is gone ends the stream
		}
	}, func() error { out.Flush(); return out.Error() })
}

// exportLines streams a list as JSON, a line each.
func exportLines[T any](w http.ResponseWriter, r *http.Request, name string, read func(context.Context, models.Page) (models.Slice[T], error), line func(T) any) {
	var failed error
	out := json.NewEncoder(w)
	stream(w, r, name, "application/jsonl; charset=utf-8", read, func() {}, func(row T) {
		if err := out.Encode(line(row)); err != nil && failed == nil {
			failed = err
		}
	}, func() error { return failed })
}

// stream answers a list page by page. The first page is read before the answer begins, so that an
// error is still an error.
func stream[T any](w http.ResponseWriter, r *http.Request, name, media string, read func(context.Context, models.Page) (models.Slice[T], error), begin func(), write func(T), flush func() error) {
	if viewer := graph.ViewerFrom(r.Context()); viewer == nil {
		writeError(w, models.Errorf(models.CodeUnauthenticated, "sign in first"))
		return
	} else if viewer.Scope != models.ScopeAdmin {
		writeError(w, models.Errorf(models.CodeForbidden, "only an admin may download this"))
		return
	}
	first := exportPage
	page := models.Page{First: &first}
	part, err := read(r.Context(), page)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	begin()
	for {
		for _, row := range part.Rows {
			write(row)
		}
		if flush() != nil || !part.PageInfo.HasNextPage {
			return
		}
		page.After = part.PageInfo.EndCursor
		if part, err = read(r.Context(), page); err != nil {
			// The answer has begun: cutting it off is the only way to say that it is not whole.
			panic(http.ErrAbortHandler)
		}
	}
}

// harmless keeps spreadsheets from running a cell as a formula (OWASP, "CSV Injection"). Some read
// the full-width signs, too.
func harmless(line []string) []string {
	for i, cell := range line {
		if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			line[i] = "'" + cell
		}
	}
	return line
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func stamp(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
