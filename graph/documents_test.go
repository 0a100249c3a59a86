package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sidelight/graph/gate"
	"sidelight/models"
)

const knownDocument = "query Who{viewer{subject}}"

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestOnlyKnownDocumentsAreAnsweredWhereThatIsAsked(t *testing.T) {
	byHash := func(hash string) string {
		return `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`
	}
	for _, only := range []bool{true, false} {
		h, err := New(Config{Persisted: map[string]string{hashOf(knownDocument): knownDocument}, OnlyPersisted: only})
		if err != nil {
			t.Fatal(err)
		}
		ask := func(r *http.Request) string {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r.WithContext(WithViewer(context.Background(), agent(0))))
			return w.Body.String()
		}
		post := func(body string) string {
			r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			return ask(r)
		}
		const answered, unknown, refused = `"subject":"agent:1"`, "PersistedQueryNotFound", "FORBIDDEN"
		other := map[bool]string{true: refused, false: answered}[only]
		for name, c := range map[string]struct{ got, want string }{
			"by its hash":         {post(byHash(hashOf(knownDocument))), answered},
			"by its hash, upper":  {post(byHash(strings.ToUpper(hashOf(knownDocument)))), answered},
			"by GET":              {ask(httptest.NewRequest(http.MethodGet, "/graphql?extensions="+url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"`+hashOf(knownDocument)+`"}}`), nil)), answered},
			"as it stands":        {post(query(knownDocument)), answered},
			"by an unknown hash":  {post(byHash(hashOf("x"))), unknown},
			"by no hash":          {post(`{"extensions":{}}`), "errors"},
			"another document":    {post(query(knownDocument + " ")), other},
			"with a hash not its": {post(`{"query":"{viewer{subject scope}}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hashOf(knownDocument) + `"}}}`), other},
		} {
			if !strings.Contains(c.got, c.want) {
				t.Errorf("only known ones %v, %s: %s", only, name, c.got)
			}
		}
	}
	if _, err := New(Config{Persisted: map[string]string{hashOf("x"): knownDocument}}); err == nil || !strings.Contains(err.Error(), hashOf("x")) {
		t.Errorf("a document under another's hash is taken: %v", err)
	}
}

// TestDocumentsThatAreKeptStayFew keeps what callers send from filling the cache.
func TestDocumentsThatAreKeptStayFew(t *testing.T) {
	c := newParsed()
	c.Add(context.Background(), strings.Repeat(" ", maxCachedLength+1), nil)
	if _, kept := c.Get(context.Background(), strings.Repeat(" ", maxCachedLength+1)); kept {
		t.Error("a long document is kept")
	}
	for _, text := range []string{"{" + strings.Repeat("a ", maxSameName+1) + "}", strings.Repeat("{a", maxNesting+1), "{a" + strings.Repeat(" @b", gate.MaxDirectives+1) + "}", strings.Repeat("a1 b2 c3 ", maxTokens),
		"\"\"\" \" { \"\"\" # \" {\n" + strings.Repeat("{a", maxNesting+1)} {
		if err := scan(text); err == nil || err.Extensions["code"] != string(models.CodeTooComplex) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	if err := scan(`query($a:String="{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{@@@@"){a}`); err != nil {
		t.Errorf("a text's own brackets count: %v", err)
	}
}
