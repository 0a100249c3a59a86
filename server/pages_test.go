package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func TestPagesAreServedCompressedAndNotTwice(t *testing.T) {
	p := newPages(fstest.MapFS{
		"console.html": {Data: []byte("<p>plain</p>")}, "console.html.br": {Data: []byte("brotli")}, "console.html.gz": {Data: []byte("gzip")},
		"assets/a-1.js": {Data: []byte("plain js")}, "assets/a-1.js.br": {Data: []byte("brotli js")}, "assets/tiny.css": {Data: []byte("a{}")}, ".keep": {},
	})
	get := func(url string, header ...string) *httptest.ResponseRecorder {
		t.Helper()
		r, w := httptest.NewRequest(http.MethodGet, url, nil), httptest.NewRecorder()
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		if url == "/console" {
			p.page("console")(w, r)
		} else {
			p.asset(w, r)
		}
		return w
	}
	for _, c := range []struct{ url, accept, encoding, body string }{
		{"/console", "gzip, deflate, br, zstd", "br", "brotli"},
		{"/console", "gzip", "gzip", "gzip"},
		{"/console", "br;q=0, gzip;q=0.5", "gzip", "gzip"},
		{"/console", "", "", "<p>plain</p>"},
		{"/assets/a-1.js", "gzip", "", "plain js"}, // there is no such copy
		{"/assets/a-1.js", "br", "br", "brotli js"},
		{"/assets/tiny.css", "br", "", "a{}"},
	} {
		w := get(c.url, "Accept-Encoding", c.accept)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != c.encoding || w.Body.String() != c.body || w.Header().Get("ETag") == "" {
			t.Errorf("%s with %q: %d %v %s", c.url, c.accept, w.Code, w.Header(), w.Body)
		}
		if again := get(c.url, "Accept-Encoding", c.accept, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d", c.url, again.Code)
		}
	}
	if a, b := get("/console", "Accept-Encoding", "br"), get("/console"); a.Header().Get("ETag") == b.Header().Get("ETag") || a.Header().Get("Vary") != "Accept-Encoding" || a.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("two encodings are told apart by nothing: %v %v", a.Header(), b.Header())
	}
	if got := get("/assets/a-1.js").Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("an asset is kept by %q", got)
	}
	if got := get("/console").Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("a page is kept by %q", got)
	}
	for _, url := range []string{"/assets/", "/assets/none.js", "/assets/a-1.js.br", "/assets/../.keep", "/.keep"} {
		if w := get(url); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", url, w.Code)
		}
	}
}
