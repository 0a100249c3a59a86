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
	PolicyVersion(ctx context.Context) (int64, error)
}

// Policy is what every profile may do: a snapshot that is swapped whole. Another replica's change is seen within half a second.
type Policy struct {
	store   policyStore
	log     *slog.Logger
	current atomic.Pointer[snapshot]
	mu      sync.Mutex // one refresh at a time
}

type snapshot struct {
	version int64
	byID    map[string]*models.Profile
	byName  map[string]*models.Profile // nil where two profiles share the name
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
	version, err := p.store.PolicyVersion(ctx)
	if err != nil {
		return err
	}
	if s := p.current.Load(); s != nil && s.version == version {
		return nil
	}
	// The version was read first: a change in between is seen by the next refresh.
	profiles, err := p.store.Profiles(ctx)
	if err != nil {
		return err
	}
	s := &snapshot{version, make(map[string]*models.Profile, len(profiles)), make(map[string]*models.Profile, len(profiles))}
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

// Version is the snapshot's.
func (p *Policy) Version() int64 { return p.current.Load().version }

// Profile finds a profile by id, or by its exact name; nil when there is none, or the name is not one profile's alone.
func (p *Policy) Profile(idOrName string) *models.Profile {
	s := p.current.Load()
	if profile := s.byID[idOrName]; profile != nil {
		return profile
	}
	return s.byName[idOrName]
}
