package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"sidelight/models"
)

// maxBody bounds a request's body and address, in bytes.
const maxBody = 256 << 10

type bodyKey struct{}

// withBody reads and checks a POST's body before any transport sees it. The request that it answers
// holds the parameters and the body once more.
func withBody(w http.ResponseWriter, r *http.Request) (*http.Request, *refused) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || kind != mediaJSON || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return r, refusedWith(http.StatusUnsupportedMediaType, models.CodeBadUserInput, "send Content-Type: application/json")
	}
	tooLarge := refusedWith(http.StatusRequestEntityTooLarge, models.CodeTooComplex, "the request is too large")
	if r.ContentLength > maxBody {
		forget(w, r)
		return r, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		w.Header().Set("Connection", "close")
		return r, refusedWith(http.StatusRequestTimeout, models.CodeBadUserInput, "the request did not come whole")
	}
	if len(body) > maxBody {
		forget(w, r)
		return r, tooLarge
	}
	p, refused := decode(body)
	if refused != nil {
		return r, refused
	}
	p.Headers = r.Header
	r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, p))
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r, nil
}

// forget reads a body that is a little too large to its end: an answer that comes while the caller
// still sends is often lost with the connection. What is much too large is not read, and ends the
// connection.
func forget(w http.ResponseWriter, r *http.Request) {
	const little = 4 * maxBody
	if r.ContentLength <= little {
		if n, err := io.Copy(io.Discard, io.LimitReader(r.Body, little)); err == nil && n < little {
			return
		}
	}
	w.Header().Set("Connection", "close")
}

// decode reads a request's body. What is wrong with it is said without repeating any of it.
func decode(body []byte) (*graphql.RawParams, *refused) {
	bad := func(message string) (*graphql.RawParams, *refused) {
		return nil, refusedWith(http.StatusBadRequest, models.CodeBadUserInput, message)
	}
	if !utf8.Valid(body) {
		return bad("the body is not UTF-8")
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return bad("batches are not served: send one request at a time")
	}
	var fields struct {
		Query         *string        `json:"query"`
		OperationName *string        `json:"operationName"`
		Variables     map[string]any `json:"variables"`
		Extensions    map[string]any `json:"extensions"`
	}
	if err := strict(body, &fields); err != nil {
		return bad("the body must be a JSON object with the text query, and with operationName, variables and extensions where they are needed")
	}
	if fields.Query == nil && fields.Extensions == nil {
		return bad("query is missing")
	}
	if broken(body, fields.Variables) {
		return bad("a text holds a NUL character or half of a surrogate pair")
	}
	return &graphql.RawParams{Query: deref(fields.Query), OperationName: deref(fields.OperationName), Variables: fields.Variables, Extensions: fields.Extensions}, nil
}

var errTrailing = errors.New("more than one JSON value")

// strict decodes exactly one JSON value; numbers keep their digits.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

// broken tells whether variables hold text that no database column takes as it stands. The decoder
// has put U+FFFD where a surrogate had no partner: one that the caller did not write.
func broken(body []byte, variables map[string]any) bool {
	written := bytes.Contains(body, []byte("\uFFFD")) || bytes.Contains(bytes.ToLower(body), []byte(`\ufffd`))
	var look func(v any) bool
	text := func(s string) bool {
		return strings.ContainsRune(s, 0) || (!written && strings.ContainsRune(s, utf8.RuneError))
	}
	look = func(v any) bool {
		switch v := v.(type) {
		case string:
			return text(v)
		case []any:
			for _, one := range v {
				if look(one) {
					return true
				}
			}
		case map[string]any:
			for name, one := range v {
				if text(name) || look(one) {
					return true
				}
			}
		}
		return false
	}
	return look(variables)
}
