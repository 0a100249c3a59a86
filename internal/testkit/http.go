package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Reply is what came back for a call.
type Reply struct {
	Status int
	Header http.Header
	Text   string
	Body   map[string]any // nil where the text is no JSON object
}

// Data goes down a path into the data of a GraphQL answer.
func (r Reply) Data(path ...string) any { return Dig(r.Body["data"], path...) }

// Code is the code of the first GraphQL error; "" where there is none.
func (r Reply) Code() string {
	errors := List(r.Body, "errors")
	if len(errors) == 0 {
		return ""
	}
	code, _ := Dig(errors[0], "extensions", "code").(string)
	return code
}

// Request makes a request. A payload is sent as JSON, a string as it is, nil not at all. Headers
// are given as name and value in turn.
func Request(t testing.TB, method, url string, payload any, header ...string) *http.Request {
	t.Helper()
	var body io.Reader
	kind := ""
	switch p := payload.(type) {
	case nil:
	case string:
		body = strings.NewReader(p)
	default:
		raw, err := json.Marshal(p)
		Must(t, err)
		body, kind = bytes.NewReader(raw), "application/json"
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	Must(t, err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

// Send sends a request and reads the answer. A call that is not answered ends the test.
func Send(t testing.TB, client *http.Client, req *http.Request) Reply {
	t.Helper()
	res, err := client.Do(req)
	Must(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	Must(t, err)
	out := Reply{Status: res.StatusCode, Header: res.Header, Text: string(text)}
	_ = json.Unmarshal(text, &out.Body) // a text that is no object leaves it nil
	return out
}

// Ask sends a GraphQL operation with a token. Variables are given as name and value in turn.
func Ask(t testing.TB, client *http.Client, url, token, query string, variables ...any) Reply {
	t.Helper()
	body := map[string]any{"query": query}
	if len(variables) > 0 {
		named := map[string]any{}
		for i := 0; i+1 < len(variables); i += 2 {
			named[variables[i].(string)] = variables[i+1]
		}
		body["variables"] = named
	}
	var header []string
	if token != "" {
		header = []string{"Authorization", "Bearer " + token}
	}
	return Send(t, client, Request(t, http.MethodPost, url, body, header...))
}

// Dig goes down a path of JSON objects; nil where it ends early.
func Dig(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

// List is the list at the end of a path; nil where there is none.
func List(v any, path ...string) []any {
	l, _ := Dig(v, path...).([]any)
	return l
}
