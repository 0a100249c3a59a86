package zohodesk

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sidelight/models"
)

// probeEvery is how often one call of the sync goes through while the rest is kept for agents, to
// see whether a new day has begun.
const probeEvery = 15 * time.Minute

// budget counts the day's API credits from the answers. Desk tells what remains, not the limit.
type budget struct {
	mu        sync.Mutex
	share     float64 // kept for agents
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
	b.settle(now)
}

// settle lets the sync go on, or holds it back; b.mu is held.
func (b *budget) settle(now time.Time) {
	if kept := b.kept(); kept == 0 || b.remaining > kept {
		b.nextProbe = time.Time{}
	} else if b.nextProbe.IsZero() {
		b.nextProbe = now.Add(probeEvery)
	}
}

// keep changes the share that is kept for agents, from the next call on.
func (b *budget) keep(share float64, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if share = max(share, 0); share == b.share {
		return
	}
	b.share = share
	b.settle(now)
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
		return &models.Error{
			Code: models.CodeQuotaExhausted, Message: "Zoho Desk's API credits of the day are used up", Retry: true,
			RetryAfter: b.spentUntil.Sub(now),
		}
	}
	if b.nextProbe.IsZero() {
		return nil
	}
	if !now.Before(b.nextProbe) {
		b.nextProbe = now.Add(probeEvery)
		return nil
	}
	return &models.Error{
		Code: models.CodeQuotaExhausted, Message: "the rest of Zoho Desk's API credits of the day is kept for agents",
		Retry: true, RetryAfter: b.nextProbe.Sub(now),
	}
}

func (b *budget) report() models.APIBudget {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := models.APIBudget{Side: models.Desk, KeptPercent: int(math.Round(b.share * 100))}
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
