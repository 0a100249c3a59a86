package server

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sidelight/models"
)

// policyStore is what the snapshot is made from.
type policyStore interface {
	Profiles(ctx context.Context) ([]models.Profile, error)
	Integration(ctx context.Context) (models.Integration, error)
}

// Policy is what every profile may do: a snapshot that is swapped whole. Another replica's change
// is seen within half a second, and so is that people were erased.
type Policy struct {
	store    policyStore
	log      *slog.Logger
	current  atomic.Pointer[snapshot]
	mu       sync.Mutex // one refresh at a time
	erasures int64
	// forget is called when people were erased, or let in again, since it was last called.
	forget func()
}

type snapshot struct {
	version int64
	byID    map[string]*models.Profile
	byName  map[string]*models.Profile // nil where two profiles share the name
	cards   models.AgentCards
}

// policyPoll is how often the version is compared with the database's.
const policyPoll = 500 * time.Millisecond

// NewPolicy reads the first snapshot.
func NewPolicy(ctx context.Context, store policyStore, log *slog.Logger) (*Policy, error) {
	p := &Policy{store: store, log: log}
	return p, p.Refresh(ctx)
}

// Run follows changes until ctx ends.
func (p *Policy) Run(ctx context.Context) {
	t := time.NewTicker(policyPoll)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := p.Refresh(ctx); err != nil && ctx.Err() == nil {
				p.log.Warn("permissions could not be read again; the last ones hold", "error", err)
			}
		}
	}
}

// Refresh swaps the snapshot if the policy has changed since.
func (p *Policy) Refresh(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	in, err := p.store.Integration(ctx)
	if err != nil {
		return err
	}
	if in.Erasures != p.erasures && p.forget != nil {
		p.forget()
	}
	p.erasures = in.Erasures
	version := in.PolicyVersion
	before := p.current.Load()
	if before != nil && before.version == version {
		if before.cards != in.AgentCards {
			same := *before
			same.cards = in.AgentCards
			p.current.Store(&same)
		}
		return nil
	}
	// The version was read first: a change in between is seen by the next refresh.
	profiles, err := p.store.Profiles(ctx)
	if err != nil {
		return err
	}
	s := &snapshot{
		version: version, cards: in.AgentCards,
		byID:   make(map[string]*models.Profile, len(profiles)),
		byName: make(map[string]*models.Profile, len(profiles)),
	}
	for i := range profiles {
		profile := &profiles[i]
		s.byID[profile.ID] = profile
		if _, twice := s.byName[profile.Name]; twice {
			profile = nil
		}
		s.byName[profiles[i].Name] = profile
	}
	p.current.Store(s)
	return nil
}

// forgets says what this process does when people were erased.
func (p *Policy) forgets(forget func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget = forget
}

// Version is the snapshot's.
func (p *Policy) Version() int64 { return p.current.Load().version }

// AgentCards says whose cards agents may ask for.
func (p *Policy) AgentCards() models.AgentCards { return p.current.Load().cards }

// Profile finds a profile by id, or by its exact name; nil when there is none, or the name is not
// one profile's alone.
func (p *Policy) Profile(idOrName string) *models.Profile {
	s := p.current.Load()
	if profile := s.byID[idOrName]; profile != nil {
		return profile
	}
	return s.byName[idOrName]
}
