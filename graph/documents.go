package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"

	"sidelight/graph/gate"
	"sidelight/models"
)

// Limits of a document, looked for before it is parsed: validation costs the square of what
// repeats, and names every single fault. Ours use a tenth.
const (
	maxTokens   = 1500
	maxNesting  = 36 // of brackets of any kind: fields, arguments and values
	maxSameName = 100
)

// documents finds safe-listed documents by their hash, and looks at others before they are parsed.
type documents struct {
	persisted map[string]string
	only      bool
	known     graphql.Cache[*ast.QueryDocument]
}

// ExtensionName implements graphql.HandlerExtension.
func (documents) ExtensionName() string { return "Documents" }

// Validate implements graphql.HandlerExtension.
func (documents) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator.
func (d documents) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	if p.Query == "" {
		hash := ""
		if x, ok := p.Extensions["persistedQuery"].(map[string]any); ok {
			hash, _ = x["sha256Hash"].(string)
		}
		if hash == "" {
			return nil // the executor says what is missing
		}
		text, known := d.persisted[strings.ToLower(hash)]
		if !known {
			return gate.Refusal(models.CodeNotFound, "PersistedQueryNotFound")
		}
		p.Query = text
		return nil
	}
	if d.only {
		sum := sha256.Sum256([]byte(p.Query))
		if _, known := d.persisted[hex.EncodeToString(sum[:])]; !known {
			return gate.Refusal(models.CodeForbidden, "this server answers only the documents that it knows")
		}
	}
	if _, known := d.known.Get(ctx, p.Query); known {
		return nil
	}
	return scan(p.Query)
}

// checkPersisted makes sure that each document stands under its own hash.
func checkPersisted(documents map[string]string) error {
	for hash, text := range documents {
		if sum := sha256.Sum256([]byte(text)); hash != hex.EncodeToString(sum[:]) {
			return fmt.Errorf("the document under %s has another hash: it must be the SHA-256 of its text, in lower-case hex", hash)
		}
	}
	return nil
}

// scan refuses what no operation of this schema has. What it cannot read the parser will name.
func scan(query string) *gqlerror.Error {
	l := lexer.New(&ast.Source{Input: query})
	nesting, directives := 0, 0
	names := map[string]int{}
	for tokens := 0; ; tokens++ {
		t, err := l.ReadToken()
		if err != nil || t.Kind == lexer.EOF {
			return nil
		}
		if tokens >= maxTokens {
			return gate.Refusal(models.CodeTooComplex, "the document is too long")
		}
		switch t.Kind {
		case lexer.BraceL, lexer.BracketL, lexer.ParenL:
			nesting++
		case lexer.BraceR, lexer.BracketR, lexer.ParenR:
			nesting--
		case lexer.At:
			directives++
		case lexer.Name:
			names[t.Value]++
			if names[t.Value] > maxSameName {
				return gate.Refusal(models.CodeTooComplex, "the document repeats itself")
			}
		}
		switch {
		case nesting > maxNesting:
			return gate.Refusal(models.CodeTooComplex, "the operation is nested too deep")
		case directives > gate.MaxDirectives:
			return gate.Refusal(models.CodeTooComplex, "the operation has too many directives")
		}
	}
}

// Bounds of the cache of parsed documents: what a caller sends stays in it.
const (
	maxCached       = 256
	maxCachedLength = 8 << 10
)

// parsed are the documents that were parsed and found valid, by their text. They are shared:
// nothing may change them.
type parsed struct {
	current atomic.Pointer[lru.LRU[*ast.QueryDocument]]
}

func newParsed() *parsed {
	c := &parsed{}
	c.forget()
	return c
}

// forget forgets all: a document may name a person.
func (c *parsed) forget() { c.current.Store(lru.New[*ast.QueryDocument](maxCached)) }

// Get implements graphql.Cache.
func (c *parsed) Get(ctx context.Context, query string) (*ast.QueryDocument, bool) {
	return c.current.Load().Get(ctx, query)
}

// Add implements graphql.Cache.
func (c *parsed) Add(ctx context.Context, query string, doc *ast.QueryDocument) {
	if len(query) <= maxCachedLength {
		c.current.Load().Add(ctx, query, doc)
	}
}
