package widget

import (
	"context"
	"time"

	"sidelight/models"
)

// Store is what the card reads and keeps. models/store implements it.
type Store interface {
	// Customer reads the pair behind the key with the selected columns only, contact and account in one joined query. Desk ticket
	// ids are resolved before. (nil, nil, nil) when nobody matches.
	Customer(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Contact, *models.Account, error)
	// PolledAt is when each side was last asked for changes of all its objects.
	PolledAt(ctx context.Context) (map[models.Side]time.Time, error)
	Ticket(ctx context.Context, id string) (*models.Ticket, error) // nil when unknown
	SaveTicket(ctx context.Context, t models.Ticket) error

	// RelatedStates says how fresh the sections of customers are (Salesforce contact and account ids); one that was never read is absent.
	RelatedStates(ctx context.Context, customerIDs []string, sections []models.Need) (map[string]map[models.Need]models.RelatedState, error)
	// SaveRelated replaces the sections in r.Read for the customer, and their states.
	SaveRelated(ctx context.Context, r models.Related) error

	CustomerOpportunities(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Opportunity], error) // open first, then close date
	Notes(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Note], error)                        // newest first
	Events(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Event], error)                      // latest start first
	Tasks(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Task], error)                        // open first, then due date
	// CardVersions are words that differ once a card has moved, by the ids in w; what is unknown is absent.
	CardVersions(ctx context.Context, w models.CardWatch) (map[string]string, error)

	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	// FieldHistory answers the latest journal entry of each of the link's fields that are named.
	FieldHistory(ctx context.Context, linkID string, fields ...string) (map[string]models.Change, error)
}

// Salesforce is what the card asks Salesforce for.
type Salesforce interface {
	// Related reads the sections in one API call. Sections that failed are absent from Read; an error means that none was read.
	Related(ctx context.Context, q models.RelatedRequest) (models.Related, error)
}

// Desk is what the card asks Desk for.
type Desk interface {
	Ticket(ctx context.Context, id string) (models.Ticket, error) // NOT_FOUND
}
