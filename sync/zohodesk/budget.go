package zohodesk

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"sidelight/models"
)

// probeEvery is how often one call of the sync goes through while the rest is kept for agents, to see whether a new day has begun.
const probeEvery = 15 * time.Minute

// budget counts the day's API credits from the answers. Desk tells what remains, not the limit.
type budget struct {
	share float64 // kept for agents

	mu        sync.Mutex
	known     bool
	remaining int
	limit     int
	// nextProbe is when the sync may look again; zero while nothing is held back.
	nextProbe time.Time
	// spentUntil is when the vendor's own refusal ends.
	spentUntil time.Time
}

func (b *budget) observe(h http.Header, now time.Time) {
	remaining, err := strconv.Atoi(h.Get("X-Rate-Limit-Remaining-v3"))
	if err != nil {
		return
	}
	weight, _ := strconv.Atoi(h.Get("X-Rate-Limit-Request-Weight-v3"))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known, b.remaining = true, max(remaining, 0)
	b.limit = max(b.limit, remaining+max(weight, 0))
	if kept := b.kept(); kept == 0 || b.remaining > kept {
		b.nextProbe = time.Time{}
	} else if b.nextProbe.IsZero() {
		b.nextProbe = now.Add(probeEvery)
	}
}

// refused notes a refusal for want of credits.
func (b *budget) refused(r refusal, h http.Header, now time.Time) {
	b.observe(h, now)
	if r.status != http.StatusTooManyRequests || r.code != vendorThreshold {
		return
	}
	wait := r.retryAfter
	if wait == 0 {
		wait = probeEvery
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spentUntil = now.Add(wait)
}

// kept is how many credits are the agents'; b.mu is held.
func (b *budget) kept() int { return int(b.share * float64(b.limit)) }

// admit lets a call of the sync through, or is QUOTA_EXHAUSTED.
func (b *budget) admit(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.spentUntil) {
		return &models.Error{Code: models.CodeQuotaExhausted, Message: "Zoho Desk's API credits of the day are used up", Retry: true, RetryAfter: b.spentUntil.Sub(now)}
	}
	if b.nextProbe.IsZero() {
		return nil
	}
	if !now.Before(b.nextProbe) {
		b.nextProbe = now.Add(probeEvery)
		return nil
	}
	return &models.Error{Code: models.CodeQuotaExhausted, Message: "the rest of Zoho Desk's API credits of the day is kept for agents", Retry: true, RetryAfter: b.nextProbe.Sub(now)}
}

func (b *budget) report() models.APIBudget {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := models.APIBudget{Side: models.Desk}
	if !b.known {
		return out
	}
	used, limit, kept := b.limit-b.remaining, b.limit, b.kept()
	out.Used, out.Limit, out.KeptForAgents = &used, &limit, &kept
	if !b.spentUntil.IsZero() {
		at := b.spentUntil.UTC()
		out.ResetsAt = &at
	}
	return out
}
