package salesforce_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/salesforce"
)

// millionRows is a Salesforce with very many contacts: each page of a bulk query is made while it
// is sent, so that nothing of it is held.
type millionRows struct {
	rows, page int
	look       func()
}

const (
	rowHeader   = `"Id","SystemModstamp","LastModifiedById","FirstName","LastName","Email","Phone","Title","Description","AccountId","Birthdate"` + "\n"
	rowDescribe = `{"fields":[{"name":"Id","type":"id"},{"name":"SystemModstamp","type":"datetime"},{"name":"LastModifiedById","type":"reference"},{"name":"FirstName","type":"string"},
{"name":"LastName","type":"string"},{"name":"Email","type":"email"},{"name":"Phone","type":"phone"},{"name":"Title","type":"string"},{"name":"Description","type":"textarea"},
{"name":"AccountId","type":"reference"},{"name":"Birthdate","type":"date"}]}`
	rowJob = `{"id":"750000000000001AAA","state":"JobComplete"}`
)

func rowID(n int) string { return fmt.Sprintf("003%012dAAA", n) }

func (m *millionRows) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const job = "/services/data/v68.0/jobs/query/750000000000001AAA"
	w.Header().Set("Content-Type", "application/json")
	locator, _ := strconv.Atoi(r.URL.Query().Get("locator"))
	switch r.Method + " " + r.URL.Path {
	case "POST /services/oauth2/token":
		_, _ = fmt.Fprintf(w, `{"access_token":"00D!x","instance_url":"http://%s"}`, r.Host)
	case "GET /services/data":
		_, _ = io.WriteString(w, `[{"version":"68.0"}]`)
	case "GET /services/data/v68.0/sobjects/Contact/describe":
		_, _ = io.WriteString(w, rowDescribe)
	case "GET /services/data/v68.0/query":
		_, _ = fmt.Fprintf(w, `{"totalSize":%d,"done":true,"records":[]}`, m.rows)
	case "POST /services/data/v68.0/jobs/query", "GET " + job:
		_, _ = io.WriteString(w, rowJob)
	case "DELETE " + job:
		w.WriteHeader(http.StatusNoContent)
	case "GET " + job + "/resultPages":
		var pages []string
		for at := locator; at < m.rows && len(pages) < 5; at += m.page {
			pages = append(pages, fmt.Sprintf(`{"resultUrl":"%s/results?locator=%d"}`, job, at))
		}
		next := locator + len(pages)*m.page
		_, _ = fmt.Fprintf(w, `{"resultPages":[%s],"nextRecordUrl":"%s/resultPages?locator=%d","done":%t}`, strings.Join(pages, ","), job, next, next >= m.rows)
	case "GET " + job + "/results":
		m.results(w, r, locator)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (m *millionRows) results(w http.ResponseWriter, r *http.Request, from int) {
	to := min(from+m.page, m.rows)
	next := "null"
	if to < m.rows {
		next = strconv.Itoa(to)
	}
	w.Header().Set("Content-Type", "text/csv")
	w.Header().Set("Sforce-Locator", next)
	w.Header().Set("Sforce-NumberOfRecords", strconv.Itoa(to-from))
	out := io.Writer(w)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		packed, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		defer packed.Close()
		out = packed
	}
	_, _ = io.WriteString(out, rowHeader)
	var line []byte
	for n := from; n < to; n++ {
		line = append(line[:0], '"')
		line = append(line, rowID(n)...)
		line = append(line, `","2026-11-01T10:00:00.000Z","005000000000001AAA","Zoë","Person `...)
		line = strconv.AppendInt(line, int64(n), 10)
		line = append(line, `","p`...)
		line = strconv.AppendInt(line, int64(n), 10)
		line = append(line, `@example.com","+49 30 1234567","Head of ""Things""","Two lines,`+"\r\n"+`and a comma: the usual remark about a customer.","001000000000001AAA","1980-02-29"`+"\n"...)
		if _, err := out.Write(line); err != nil {
			return
		}
		if n%10_000 == 0 {
			m.look()
		}
	}
}

func heapNow() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func TestAMillionRowsStreamThroughFlatMemory(t *testing.T) {
	rows := 1_000_000
	if racing {
		rows = 60_000
	}
	runtime.GC()
	before := heapNow()
	var peak atomic.Uint64
	look := func() {
		for now := heapNow(); ; {
			if was := peak.Load(); now <= was || peak.CompareAndSwap(was, now) {
				return
			}
		}
	}
	server := httptest.NewServer(&millionRows{rows: rows, page: 50_000, look: look})
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client, err := salesforce.New(salesforce.Config{LoginURL: server.URL, HTTP: &http.Client{Transport: transport}, Credentials: func(context.Context) (models.Credentials, error) {
		return models.Credentials{Grant: "client_credentials", ClientID: "c", ClientSecret: "s"}, nil
	}})
	check(t, err)
	names := []string{"FirstName", "LastName", "Email", "Phone", "Title", "Description", "AccountId", "Birthdate"}
	started, seen := time.Now(), 0
	for token := ""; ; {
		page, err := client.List(ctx, models.ContactObject, names, token)
		check(t, err)
		for _, r := range page.Records {
			if r.ID != rowID(seen) || len(r.Values) != len(names) || !strings.Contains(r.Values["Description"].String(), "\r\n") {
				t.Fatalf("row %d: %+v", seen, r)
			}
			seen++
		}
		look()
		if token = page.Next; token == "" {
			break
		}
	}
	grown := float64(peak.Load()-before) / (1 << 20)
	t.Logf("%d rows in %.1f s, the heap grew by %.1f MiB at most", seen, time.Since(started).Seconds(), grown)
	if seen != rows || grown > 64 {
		t.Errorf("%d rows of %d, the heap grew by %.1f MiB", seen, rows, grown)
	}
}
