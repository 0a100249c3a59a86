package server

import (
	"context"
	"encoding/csv"
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
	SyncRuns(ctx context.Context, f models.SyncRunFilter, page models.Page, total bool) (models.Slice[models.SyncRun], error)
}

// exportPage is how many rows are read at once: a download streams, whatever its length.
const exportPage = 500

// exports are the CSV downloads of the console. They need a token of scope ADMIN.
type exports struct{ store exportStore }

func (e exports) failures(w http.ResponseWriter, r *http.Request) {
	var f models.FailureFilter
	p := params{Values: r.URL.Query()}
	f.Object, f.Target = choice(&p, "object", models.SyncObjects...), choice(&p, "target", models.Sides...)
	f.Code, f.Resolved, f.Since = p.text("code"), p.truth("resolved"), p.time("since")
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

// export streams a list page by page. The first page is read before the answer begins, so that an error is still an error.
func export[T any](w http.ResponseWriter, r *http.Request, name string, header []string, read func(context.Context, models.Page) (models.Slice[T], error), rows func(T) [][]string) {
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
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	out := csv.NewWriter(w)
	_ = out.Write(header)
	for {
		for _, row := range part.Rows {
			for _, line := range rows(row) {
				_ = out.Write(harmless(line)) // a caller that is gone ends the loop below
			}
		}
		out.Flush()
		if out.Error() != nil || !part.PageInfo.HasNextPage {
			return
		}
		page.After = part.PageInfo.EndCursor
		if part, err = read(r.Context(), page); err != nil {
			panic(http.ErrAbortHandler) // the answer has begun: cutting it off is the only way to say that it is not whole
		}
	}
}

// harmless keeps spreadsheets from running a cell as a formula (OWASP, "CSV Injection"). Some read the full-width signs, too.
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
