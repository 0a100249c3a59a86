package server

import (
	"context"
	"io"
	"net/http"
	"time"

	"sidelight/models"
	"sidelight/sync/zohodesk"
)

// Bounds of webhooks in.
const (
	maxDelivery  = 4 << 20
	webhookEvery = 15 * time.Minute
	handleWithin = 2 * time.Minute
)

// webhook takes a delivery of Zoho Desk: it is verified, answered at once, and looked into afterwards. It says only that something may have changed,
// so that one that is lost or doubled does no harm.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		writeError(w, models.Errorf(models.CodeTooComplex, "the delivery is too large"))
		return
	}
	desk, err := s.clients.Desk()
	if err != nil {
		writeError(w, models.Errorf(models.CodeNotFound, "Zoho Desk is not connected"))
		return
	}
	if err := desk.VerifyWebhook(r.Context(), r.Header, body); err != nil {
		s.log.Info("a delivery was refused", "code", models.CodeOf(err), "error", err)
		writeError(w, err)
		return
	}
	events, err := zohodesk.ParseWebhook(body)
	if err != nil {
		writeError(w, err)
		return
	}
	w.WriteHeader(http.StatusOK)
	go s.heard(context.WithoutCancel(r.Context()), desk.Fresh(events))
}

// heard looks into what a delivery named.
func (s *Server) heard(ctx context.Context, events []zohodesk.WebhookEvent) {
	ctx, cancel := context.WithTimeout(ctx, handleWithin)
	defer cancel()
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

// keepWebhook makes and repairs the subscription at Desk, where browsers and Desk can reach this server.
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
