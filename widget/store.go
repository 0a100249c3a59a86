package widget

import (
	"context"

	"sidelight/models"
)

// Store is what the card reads and keeps. models/store implements it.
type Store interface {
	// Card reads a card's head, and what want asks for once that is known. Rows that are kept are
	// shown where they are what would be read now.
	Card(ctx context.Context, key models.CustomerKey, sel models.Selection, want func(*models.Contact, *models.Account) models.CardRead) (models.CardFound, error)
	// Customer reads the pair behind the key with the selected columns only, contact and account in
	// one joined query. Desk ticket ids are resolved before. (nil, nil, nil) when nobody matches.
	Customer(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Contact, *models.Account, error)
	// Sections reads, in one go, how fresh sections are, when the sides were last asked for changes
	// of all their objects, and first pages.
	Sections(ctx context.Context, r models.CardRead) (models.CardAnswer, error)
	Ticket(ctx context.Context, id string) (*models.Ticket, error) // nil when unknown
	// SaveTicket answers the ticket as it is kept: an erased person's is nobody's.
	SaveTicket(ctx context.Context, t models.Ticket) (models.Ticket, error)

	// RelatedStates says how fresh the sections of customers are (Salesforce contact and account
	// ids); one that was never read is absent.
	RelatedStates(ctx context.Context, customerIDs []string, sections []models.Need) (map[string]map[models.Need]models.RelatedState, error)
	// SaveRelated replaces the sections in r.Read for the customer, and their states.
	SaveRelated(ctx context.Context, r models.Related) error

	// CustomerOpportunities are listed open ones first, then by close date.
	CustomerOpportunities(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Opportunity], error)
	// OpportunitySums adds up the stored opportunities of the customer, currencies apart.
	OpportunitySums(ctx context.Context, q models.RelatedQuery) ([]models.OpportunitySum, error)
	// Notes are listed newest first.
	Notes(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Note], error)
	// Events are listed by their start, the latest first.
	Events(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Event], error)
	// Tasks are listed open ones first, then by due date.
	Tasks(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Task], error)
	// CardVersions are words that differ once a card has moved, by the ids in w; what is unknown is
	// absent.
	CardVersions(ctx context.Context, w models.CardWatch) (map[string]string, error)

	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	// FieldHistory answers the latest journal entry of each of the link's fields that are named.
	FieldHistory(ctx context.Context, linkID string, fields ...string) (map[string]models.Change, error)
}

// Salesforce is what the card asks Salesforce for.
type Salesforce interface {
	// Related reads the sections in one API call. Sections that failed are absent from Read; an
	// error means that none was read.
	Related(ctx context.Context, q models.RelatedRequest) (models.Related, error)
}

// Desk is what the card asks Desk for.
type Desk interface {
	Ticket(ctx context.Context, id string) (models.Ticket, error) // NOT_FOUND
}
