package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// maxPrepared bounds how many texts stay prepared: each takes memory on every connection, and a
// MySQL server has some 16,000 places for all its clients.
const maxPrepared = 64

// prepared keeps the hot statements prepared, one a text. Texts differ by what is asked for and
// what is hidden, so there are few.
type prepared struct {
	mu   sync.RWMutex
	pool *sql.DB // of the statements; another one takes its place when an SQLite file was put back
	kept map[string]*sql.Stmt
}

// of is the prepared statement of a text. Where too many are kept, all begin anew: those that are
// under way end first.
func (p *prepared) of(ctx context.Context, pool *sql.DB, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	s := p.kept[text]
	if p.pool != pool {
		s = nil
	}
	p.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	made, err := pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.kept[text]; s != nil && p.pool == pool { // somebody else was faster
		return s, made.Close()
	}
	if p.kept == nil || len(p.kept) >= maxPrepared || p.pool != pool {
		if err := p.drop(); err != nil {
			return nil, errors.Join(err, made.Close())
		}
		p.pool, p.kept = pool, map[string]*sql.Stmt{}
	}
	p.kept[text] = made
	return made, nil
}

func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.drop()
}

func (p *prepared) drop() error {
	var errs []error
	for _, s := range p.kept {
		errs = append(errs, s.Close())
	}
	p.kept = nil
	return errors.Join(errs...)
}

// prepare is the prepared statement of a hot read in plain SQL, on the connections that the
// database has now.
func (s *Store) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	pool, err := s.db.DB()
	if err != nil {
		return nil, err
	}
	statement, err := s.hot.of(ctx, pool, text)
	return statement, s.translate(err)
}
