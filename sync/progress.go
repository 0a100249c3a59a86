package sync

import (
	"context"
	stdsync "sync"
	"time"

	"sidelight/models"
)

const (
	// paceWindow is the stretch of time from which the rate is told: long enough to be calm, short enough that a pause is soon forgotten.
	paceWindow = 30 * time.Second
	// paceLeast is the shortest stretch that tells anything.
	paceLeast = time.Second
	// paceStale is after how long without a step nothing is said of the time left.
	paceStale = 20 * time.Second
)

// pace measures how fast a phase of a run moves of late. What a run did before this process began, or before a pause, says nothing of it.
type pace struct {
	mu     stdsync.Mutex
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
	if key := run.ID + run.Phase; p.of != key {
		p.of, p.points = key, nil
	}
	if n := len(p.points); n > 0 && (now.Sub(p.points[n-1].at) > paceStale || now.Before(p.points[n-1].at) || run.Done < p.points[n-1].done) {
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
func (e *Engine) step(ctx context.Context, run *models.SyncRun) error {
	run.UpdatedAt = e.Now().UTC()
	run.Rate = e.pace.measure(run, run.UpdatedAt)
	e.watchers.tell(*run, run.UpdatedAt)
	return e.Store.UpdateRun(ctx, *run)
}

// phase begins a phase of the run, unless it is in it already.
func (e *Engine) phase(ctx context.Context, run *models.SyncRun, phase string, total *int) error {
	if run.Phase == phase {
		return nil
	}
	run.Phase, run.Done, run.Total, run.PhaseAt = phase, 0, total, e.Now().UTC()
	return e.step(ctx, run)
}

// readingProgress counts what is to be read and answers the function that moves the bar. A list that has grown meanwhile makes the whole grow.
func (e *Engine) readingProgress(ctx context.Context, run *models.SyncRun) (func(context.Context, int) error, error) {
	if run.Phase != "READING" {
		return func(context.Context, int) error { return nil }, nil
	}
	if run.Total == nil {
		total := 0
		for _, side := range models.Sides {
			remote, err := e.Remotes.Remote(side)
			if err != nil {
				return nil, err
			}
			for _, object := range models.SyncObjects {
				n, err := remote.Count(ctx, object)
				if err != nil {
					return nil, at(side, err)
				}
				total += max(n, 0)
			}
		}
		run.Total = &total
	}
	var mu stdsync.Mutex
	return func(ctx context.Context, n int) error {
		mu.Lock()
		defer mu.Unlock()
		run.Done = max(0, run.Done+n)
		total := max(*run.Total, run.Done)
		run.Total = &total
		return e.step(ctx, run)
	}, nil
}

// progressOwed moves the bar of the writing phase. It never goes back: what is found to be owed besides makes the whole grow.
func (e *Engine) progressOwed(ctx context.Context, run *models.SyncRun, owed int) error {
	total := run.Done + owed
	if run.Total != nil {
		total = max(*run.Total, total)
	}
	run.Total, run.Done = &total, total-owed
	return e.step(ctx, run)
}

// Progress is the progress of what is going on; nil when nothing is. While the sync may not write nothing is said of the time left.
func (e *Engine) Progress(ctx context.Context) (*models.SyncProgress, error) {
	run, err := e.Store.LatestRun(ctx)
	if err != nil || run == nil || run.Status != models.RunRunning {
		return nil, err
	}
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return nil, err
	}
	if !in.Status.Writing() {
		run.Rate = nil
	}
	p := progressOf(*run, e.Now())
	return &p, nil
}

// progressOf adds the time left of the phase, once it can be told.
func progressOf(run models.SyncRun, now time.Time) models.SyncProgress {
	p := models.SyncProgress{RunID: &run.ID, Phase: run.Phase, Object: run.Object, Done: run.Done, Total: run.Total}
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
