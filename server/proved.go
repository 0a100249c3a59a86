package server

import (
	"crypto/sha256"
	"reflect"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// maxProved bounds how many tokens are kept: each is valid, and has at most maxToken bytes.
const maxProved = 1024

// provedTokens are the tokens whose signature was verified last, by their hash. A signature that
// was good stays good as long as its issuer has the key: that, and what ends by the clock, is
// looked at each time. Whether a token was revoked, and what its profile may see, is not kept at
// all.
type provedTokens struct {
	now  func() time.Time
	mu   sync.Mutex
	list *simplelru.LRU[[sha256.Size]byte, *provedToken]
}

type provedToken struct {
	issuer *trusted
	token  *jwt.Token // never changed: callers share its claims
	key    any        // with which it was verified, or among which
	checks *jwt.Validator
}

func newProvedTokens(now func() time.Time) *provedTokens {
	p := &provedTokens{now: now}
	// Refuses a size of zero alone.
	p.list, _ = simplelru.NewLRU[[sha256.Size]byte, *provedToken](maxProved, nil)
	return p
}

// claims are those of a token that was verified before and would be now; no issuer where that is to
// be found out.
func (p *provedTokens) claims(token string) (*trusted, jwt.MapClaims) {
	if len(token) > maxToken {
		return nil, nil
	}
	hash := sha256.Sum256([]byte(token))
	p.mu.Lock()
	t, kept := p.list.Get(hash)
	p.mu.Unlock()
	if !kept {
		return nil, nil
	}
	key, err := t.issuer.key(t.token)
	if err != nil || !reflect.DeepEqual(key, t.key) || t.checks.Validate(t.token.Claims) != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.list.Remove(hash)
		return nil, nil
	}
	return t.issuer, t.token.Claims.(jwt.MapClaims)
}

// keep notes a token that was verified with the key.
func (p *provedTokens) keep(token string, issuer *trusted, parsed *jwt.Token, key any) {
	hash := sha256.Sum256([]byte(token))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list.Add(hash, &provedToken{issuer, parsed, key, jwt.NewValidator(issuer.claims(p.now)...)})
}
