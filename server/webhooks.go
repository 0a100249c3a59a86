package server

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"sidelight/internal/sample"
	"sidelight/models"
	"sidelight/sync/zohodesk"
)

// Bounds of webhooks in.
const (
	maxDelivery  = 4 << 20
	webhookEvery = 15 * time.Minute
	handleWithin = 2 * time.Minute
)

// webhook takes a delivery of Zoho Desk: its signature is verified before a byte of its body is
// read, and it is answered at once and looked into afterwards. It says only that something may have
// changed, so that one that is lost or doubled does no harm.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	desk, err := s.clients.Desk()
	if err != nil {
		writeError(w, models.Errorf(models.CodeNotFound, "Zoho Desk is not connected"))
		return
	}
	if err := desk.VerifyWebhook(r.Context(), r.Header, nil); err != nil {
		// The signature says nothing of the body.
		if skipped, ok := s.refused.Next(); ok {
			s.log.Info("a delivery was refused", "code", models.CodeOf(err), "error", err, "refusedUnlogged", skipped)
		}
		writeError(w, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		writeError(w, models.Errorf(models.CodeTooComplex, "the delivery is too large, or did not come whole"))
		return
	}
	events, err := zohodesk.ParseWebhook(body)
	if err != nil {
		writeError(w, err)
		return
	}
	events = s.delivered.newEvents(r.Header.Get("X-ZDesk-JWT"), body, events)
	w.WriteHeader(http.StatusOK)
	if len(events) == 0 {
		return
	}
	unseen := desk.Unseen(events)
	s.afterwards.Go(func(ctx context.Context) { s.dispatchWebhook(ctx, unseen) })
}

// Bounds of what deliveries may cause: each event costs a call to Zoho Desk or more. The poll finds
// what is passed over.
const (
	eventsAMinute = 600
	eventsAtOnce  = 1000
	maxDelivered  = 20_000
	deliveredFor  = 90 * time.Minute // longer than a signature is good for
)

// delivered are the deliveries that were taken, and how many more events are looked into.
type delivered struct {
	mu    sync.Mutex
	seen  map[[32]byte]time.Time
	limit *rate.Limiter
	lines *sample.Lines
	log   *slog.Logger
}

func newDelivered(log *slog.Logger) *delivered {
	return &delivered{seen: map[[32]byte]time.Time{}, limit: rate.NewLimiter(rate.Every(time.Minute/eventsAMinute), eventsAtOnce), lines: sample.New(), log: log}
}

// newEvents are the events to look into: none of a delivery that was taken before, and no more than
// the limit takes. A signature says nothing of its body, so that the two together tell a delivery
// from another.
func (d *delivered) newEvents(signature string, body []byte, events []zohodesk.WebhookEvent) []zohodesk.WebhookEvent {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	sum := sha256.Sum256(append([]byte(signature+"\n"), body...))
	if at, taken := d.seen[sum]; taken && now.Sub(at) < deliveredFor {
		return nil
	}
	if len(d.seen) >= maxDelivered {
		maps.DeleteFunc(d.seen, func(_ [32]byte, at time.Time) bool { return now.Sub(at) >= deliveredFor })
	}
	if len(d.seen) >= maxDelivered {
		clear(d.seen)
	}
	d.seen[sum] = now
	for n := range events {
		if !d.limit.AllowN(now, 1) {
			if skipped, ok := d.lines.Next(); ok {
				d.log.Warn("Zoho Desk delivers more events than are looked into; the poll finds the others", "events", len(events)-n, "unlogged", skipped)
			}
			return events[:n]
		}
	}
	return events
}

// dispatchWebhook looks into what a delivery named.
func (s *Server) dispatchWebhook(ctx context.Context, events []zohodesk.WebhookEvent) {
	ctx, cancel := context.WithTimeout(ctx, handleWithin)
	defer cancel()
	if err := s.engine.Pushed(ctx, models.Desk); err != nil {
		s.log.Warn("that webhooks come was not noted", "code", models.CodeOf(err))
	}
	hints := map[models.SyncObject][]models.Hint{}
	for _, e := range events {
		switch {
		case e.TicketID != "":
			if err := s.card.Warm(ctx, e.TicketID); err != nil {
				s.log.Info("a new ticket's card was not warmed", "code", models.CodeOf(err))
			}
		case e.Object != "":
			hints[e.Object] = append(hints[e.Object], e.Hint)
		}
	}
	for _, object := range models.SyncObjects {
		if len(hints[object]) == 0 {
			continue
		}
		if err := s.engine.Hint(ctx, models.Desk, object, hints[object]); err != nil {
			s.log.Warn("what a webhook named could not be read; the poll will find it", "object", object, "code", models.CodeOf(err))
		}
	}
}

// keepWebhook makes and repairs the subscription at Desk, where browsers and Desk can reach this
// server.
func (s *Server) keepWebhook(ctx context.Context) {
	for ctx.Err() == nil {
		wait := webhookEvery
		in, err := s.store.Integration(ctx)
		desk, derr := s.clients.Desk()
		switch {
		case s.config.PublicURL == "" && !s.options.Demo:
			return // Desk could not reach an address that only this machine knows
		case err != nil || derr != nil || !in.Status.Writing():
			wait = 2 * time.Second
		default:
			if err := desk.EnsureWebhook(ctx, s.url+"/webhooks/desk"); err != nil && ctx.Err() == nil {
				s.log.Warn("Zoho Desk does not push changes; they are polled", "code", models.CodeOf(err), "error", err)
			}
		}
		pause(ctx, wait)
	}
}
