package widget

import (
	"context"
	"time"

	"sidelight/models"
)

// Bounds of what is known of who may see a ticket. It is read again when it is older than
// sightFresh; while Desk does not answer, it goes on until it is older than sightAtMost.
const (
	sightFresh  = 5 * time.Minute
	sightAtMost = time.Hour
	sightPause  = 5 * time.Second // without a question after one that was not answered
)

// TicketFacts are whose ticket it is and who works on it, as of late; nil for a ticket that Desk
// does not have. Where Desk does not answer, and what is known is too old, that is an error.
func (s *Service) TicketFacts(ctx context.Context, id string) (*models.Ticket, error) {
	known, err := s.Store.Ticket(ctx, id)
	if err != nil {
		return nil, err
	}
	usable := func(most time.Duration) bool {
		return known != nil && known.DepartmentID != "" && s.Now().Sub(known.AsOf) < most
	}
	if usable(sightFresh) || (usable(sightAtMost) && s.Now().Sub(time.Unix(0, s.unanswered.Load())) < sightPause) {
		return known, nil
	}
	t, err := s.readTicket(ctx, id)
	switch {
	case err == nil:
		return t, nil
	case models.CodeOf(err) == models.CodeNotFound:
		return nil, nil
	case usable(sightAtMost):
		if models.CodeOf(err) != models.CodeRateLimited { // a caller's own fault leaves the others alone
			s.unanswered.Store(s.Now().UnixNano())
		}
		return known, nil
	}
	return nil, err
}

// readTicket asks Desk for a ticket and keeps what it says. Those who ask for the same one at the
// same time share the answer; who gives up leaves it to the others.
func (s *Service) readTicket(ctx context.Context, id string) (*models.Ticket, error) {
	answer := s.reads.DoChan("ticket/"+id, func() (any, error) {
		var t models.Ticket
		err := s.untilClosed(func(closing context.Context) error {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Deadline) // whoever asks pays
			defer cancel()
			defer context.AfterFunc(closing, cancel)()
			desk, err := s.Desk()
			if err != nil {
				return err
			}
			if t, err = desk.Ticket(ctx, id); err != nil {
				return err
			}
			t.AsOf = s.Now().UTC()
			t, err = s.Store.SaveTicket(ctx, t)
			return err
		})
		return &t, err
	})
	select {
	case a := <-answer:
		if a.Err != nil {
			return nil, a.Err
		}
		return a.Val.(*models.Ticket), nil
	case <-ctx.Done():
		return nil, models.Wrap(ctx.Err(), models.CodeUpstreamUnavailable, "Zoho Desk did not answer in time")
	}
}
