package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"

	"sidelight/graph"
	"sidelight/models"
)

func TestNoCellIsRunAsAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x",
		"": "", "plain": "plain", "a=b": "a=b", "Ōkami": "Ōkami", "'=1": "'=1",
	} {
		if got := harmless([]string{cell})[0]; got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
}

// endless is a failure log of many rows that are made as they are read.
type endless struct{ rows int }

func (endless) AuditLog(context.Context, models.AuditFilter, models.Page, bool) (models.Slice[models.AuditEntry], error) {
	return models.Slice[models.AuditEntry]{}, nil
}

func (e endless) Failures(_ context.Context, _ models.FailureFilter, page models.Page, _ bool) (models.Slice[models.Failure], error) {
	from := 0
	if page.After != nil {
		from, _ = strconv.Atoi(*page.After)
	}
	out := models.Slice[models.Failure]{}
	for i := from; i < min(from+*page.First, e.rows); i++ {
		out.Rows = append(out.Rows, models.Failure{RecordID: fmt.Sprint(i), Message: "a message that has the usual length of a message that says what is wrong"})
	}
	next := fmt.Sprint(from + len(out.Rows))
	out.PageInfo.HasNextPage, out.PageInfo.EndCursor = from+len(out.Rows) < e.rows, &next
	return out, nil
}

func (endless) SyncRuns(context.Context, models.SyncRunFilter, models.Page, bool) (models.Slice[models.SyncRun], error) {
	return models.Slice[models.SyncRun]{}, nil
}

// counting is an answer of which only the length is kept, and the most memory that was held
// meanwhile.
type counting struct {
	header http.Header
	bytes  int
	writes int
	most   uint64
}

func (c *counting) Header() http.Header { return c.header }
func (c *counting) WriteHeader(int)     {}
func (c *counting) Write(b []byte) (int, error) {
	c.bytes += len(b)
	if c.writes++; c.writes%2000 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		c.most = max(c.most, m.HeapAlloc)
	}
	return len(b), nil
}

func TestADownloadOfAnyLengthTakesTheMemoryOfAPage(t *testing.T) {
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := &counting{header: http.Header{}}
	r := httptest.NewRequest(http.MethodGet, "/export/failures.csv", nil)
	r = r.WithContext(graph.WithViewer(r.Context(), &models.Viewer{Scope: models.ScopeAdmin}))
	exports{store: endless{rows: 200_000}}.failures(w, r)
	if grown := int64(w.most) - int64(before.HeapAlloc); w.bytes < 16<<20 || grown > 4<<20 {
		t.Errorf("%d bytes took %d bytes of memory", w.bytes, grown)
	} else {
		t.Logf("%d MB took %d KB of memory", w.bytes>>20, grown>>10)
	}
}
