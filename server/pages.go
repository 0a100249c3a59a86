package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// pages serves the built pages under their plain names, and their assets, whose names change with
// their content, for a year. The build leaves compressed copies beside the files (.br, .gz); a
// caller that takes one gets it as it is. Files are embedded, so that nothing changes while the
// process lives.
type pages struct{ files map[string]servedFile }

// servedFile is one file in the encodings that the build made of it, the smallest first and the
// plain one last.
type servedFile struct {
	mediaType string
	copies    []encodedCopy
}

type encodedCopy struct {
	encoding string // "" is the plain file
	body     []byte
	etag     string
}

// encodings are those that the build makes, by the ending of their files, in the order of
// preference.
var encodings = []struct{ ending, name string }{{".br", "br"}, {".gz", "gzip"}, {"", ""}}

const unbuilt = `<!doctype html><html lang="en"><title>Sidelight</title><p>This binary was built without its pages. Run <code>make pages</code> and build it again. The API is at <a href="/graphql">/graphql</a>.</p></html>`

// newPages reads the built files.
func newPages(files fs.FS) pages {
	p := pages{files: map[string]servedFile{}}
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") || path.Base(name)[0] == '.' {
			return nil // embedded files can be read: what is not there is not served
		}
		f := servedFile{mediaType: mediaType(name)}
		for _, e := range encodings {
			if body, err := fs.ReadFile(files, name+e.ending); err == nil {
				sum := sha256.Sum256(body)
				f.copies = append(f.copies, encodedCopy{e.name, body, `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`})
			}
		}
		p.files[name] = f
		return nil
	})
	return p
}

// mediaType is a file's type by its name; the system's table may lack those that browsers insist
// on.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// page serves a page, which is asked about again each time: its assets' names may have changed.
func (p pages) page(name string) http.HandlerFunc {
	f, built := p.files[name+".html"]
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		if !built {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(unbuilt)) // the caller may be gone
			return
		}
		f.serve(w, r)
	}
}

// asset serves a file below assets/; a folder is not listed.
func (p pages) asset(w http.ResponseWriter, r *http.Request) {
	f, ok := p.files[strings.TrimPrefix(path.Clean(r.URL.Path), "/")]
	if !ok || strings.HasSuffix(r.URL.Path, "/") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	f.serve(w, r)
}

// serve answers with the first copy that the caller takes, or that it has it already.
func (f servedFile) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	if len(f.copies) > 1 {
		h.Set("Vary", "Accept-Encoding")
	}
	for _, c := range f.copies {
		if c.encoding != "" && !takes(r.Header.Get("Accept-Encoding"), c.encoding) {
			continue
		}
		if c.encoding != "" {
			h.Set("Content-Encoding", c.encoding)
		}
		h.Set("ETag", c.etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(c.body))
		return
	}
}

// takes tells whether an Accept-Encoding header names the encoding and does not refuse it with q=0
// (RFC 9110, 12.5.3).
func takes(accepted, encoding string) bool {
	for one := range strings.SplitSeq(accepted, ",") {
		name, parameters, _ := strings.Cut(one, ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		weight := strings.ToLower(strings.ReplaceAll(parameters, " ", ""))
		return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
	}
	return false
}
