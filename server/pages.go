package server

import (
	"io/fs"
	"net/http"
	"strings"
)

// pages serves the built pages under their plain names, and their assets, whose names change with their content, for a year.
type pages struct{ files fs.FS }

const unbuilt = `<!doctype html><html lang="en"><title>Sidelight</title><p>This binary was built without its pages. Run <code>make pages</code> and build it again. The API is at <a href="/graphql">/graphql</a>.</p></html>`

func (p pages) page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, err := fs.ReadFile(p.files, name+".html")
		status := http.StatusOK
		if err != nil {
			text, status = []byte(unbuilt), http.StatusNotFound
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.WriteHeader(status)
		_, _ = w.Write(text) // the caller may be gone
	}
}

// asset serves a file below assets/; a folder is not listed.
func (p pages) asset() http.Handler {
	files := http.FileServerFS(p.files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		files.ServeHTTP(w, r)
	})
}
