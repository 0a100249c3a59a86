package history

import (
	"context"
	"sync"
	"time"

	"sidelight/models"
)

const (
	// paceWindow is the stretch of time that the rate is computed from.
	paceWindow = 30 * time.Second
	// paceLeast is the shortest stretch that a rate is computed from.
	paceLeast = time.Second
	// paceStale is how long after the last step the rate and the time left are still shown.
	paceStale = 20 * time.Second
)

// pace measures how fast a phase of a run moves. It ignores what the run did before this process
// began or before a pause.
type pace struct {
	mu     sync.Mutex
	of     string // run and phase
	points []pacePoint
}

type pacePoint struct {
	at   time.Time
	done int
}

// measure notes a step and answers the records per second of late; nil while that cannot be told.
func (p *pace) measure(run *models.SyncRun, now time.Time) *float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if key := run.ID + string(run.Phase); p.of != key {
		p.of, p.points = key, nil
	}
	if n := len(p.points); n > 0 &&
		(now.Sub(p.points[n-1].at) > paceStale || now.Before(p.points[n-1].at) || run.Done < p.points[n-1].done) {
		p.points = nil
	}
	p.points = append(p.points, pacePoint{now, run.Done})
	for len(p.points) > 2 && now.Sub(p.points[0].at) > paceWindow {
		p.points = p.points[1:]
	}
	first := p.points[0]
	span := now.Sub(first.at)
	if span < paceLeast || run.Done <= first.done {
		return nil
	}
	rate := float64(run.Done-first.done) / span.Seconds()
	return &rate
}

// step keeps a run's progress and tells those who follow it.
func (h *History) step(ctx context.Context, run *models.SyncRun) error {
	run.UpdatedAt = h.Now().UTC()
	run.Rate = h.pace.measure(run, run.UpdatedAt)
	h.watchers.tell(*run, run.UpdatedAt)
	return h.Store.UpdateRun(ctx, *run)
}

// Phase begins a phase of the run, unless it is in it already.
func (h *History) Phase(ctx context.Context, run *models.SyncRun, phase models.RunPhase, total *int) error {
	if run.Phase == phase {
		return nil
	}
	run.Phase, run.Done, run.Total, run.PhaseAt = phase, 0, total, h.Now().UTC()
	return h.step(ctx, run)
}

// Reading makes the function that moves the progress of the reading phase. count is asked once for
// the total. The total grows where a list has grown meanwhile. The function may be called from
// several goroutines.
func (h *History) Reading(
	ctx context.Context, run *models.SyncRun, count func(context.Context) (int, error),
) (func(context.Context, int) error, error) {
	if run.Phase != models.PhaseReading {
		return func(context.Context, int) error { return nil }, nil
	}
	if run.Total == nil {
		total, err := count(ctx)
		if err != nil {
			return nil, err
		}
		run.Total = &total
	}
	var mu sync.Mutex
	return func(ctx context.Context, n int) error {
		mu.Lock()
		defer mu.Unlock()
		run.Done = max(0, run.Done+n)
		total := max(*run.Total, run.Done)
		run.Total = &total
		return h.step(ctx, run)
	}, nil
}

// Owed moves the progress of the writing phase. The progress never goes back: what is found to be
// owed later makes the total grow.
func (h *History) Owed(ctx context.Context, run *models.SyncRun, owed int) error {
	total := run.Done + owed
	if run.Total != nil {
		total = max(*run.Total, total)
	}
	run.Total, run.Done = &total, total-owed
	return h.step(ctx, run)
}

// Progress is the progress of the run that is going on, nil when there is none. The rate is left
// out while the sync may not write.
func (h *History) Progress(ctx context.Context) (*models.SyncProgress, error) {
	run, err := h.Store.LatestRun(ctx)
	if err != nil || run == nil || run.Status != models.RunRunning {
		return nil, err
	}
	in, err := h.Store.Integration(ctx)
	if err != nil {
		return nil, err
	}
	if !in.Status.Writing() {
		run.Rate = nil
	}
	p := progressOf(*run, h.Now())
	return &p, nil
}

// progressOf adds the time left of the phase, once it can be told.
func progressOf(run models.SyncRun, now time.Time) models.SyncProgress {
	p := models.SyncProgress{
		RunID: &run.ID, Phase: string(run.Phase), Object: run.Object, Done: run.Done, Total: run.Total,
	}
	if run.Rate == nil || now.Sub(run.UpdatedAt) > paceStale {
		return p
	}
	p.RecordsPerSecond = run.Rate
	if run.Total != nil {
		left := float64(max(*run.Total-run.Done, 0)) / *run.Rate
		p.SecondsLeft = &left
	}
	return p
}
