package graph

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/vikstrous/dataloadgen"

	"sidelight/models"
)

type loaderKey struct{}

// parent names an account on one side.
type parent struct {
	side models.Side
	id   string
}

// loaders are an operation's: accounts that many rows refer to are read at once, each selection of
// columns by itself.
type loaders struct {
	mu     sync.Mutex
	bySets map[string]*dataloadgen.Loader[parent, *models.Account]
	// cards are read together: a card's account is there already when its contact asks for it.
	cards map[*models.Contact]*models.Account
}

func withLoaders(ctx context.Context) context.Context {
	return context.WithValue(ctx, loaderKey{}, &loaders{bySets: map[string]*dataloadgen.Loader[parent, *models.Account]{}, cards: map[*models.Contact]*models.Account{}})
}

// together notes what was read together for a card.
func together(ctx context.Context, contact *models.Contact, account *models.Account) {
	if l, ok := ctx.Value(loaderKey{}).(*loaders); ok && contact != nil && account != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.cards[contact] = account
	}
}

// accountOfContact is the contact's account: the card's, where the contact is a card's.
func (r *Resolver) accountOfContact(ctx context.Context, c *models.Contact) (*models.Account, error) {
	if l, ok := ctx.Value(loaderKey{}).(*loaders); ok {
		l.mu.Lock()
		account := l.cards[c]
		l.mu.Unlock()
		if account != nil {
			return account, nil
		}
	}
	return r.accountOf(ctx, c.SalesforceParentID, c.DeskParentID)
}

// accountOf is the account that a record refers to: by Salesforce's reference, else by Desk's; nil
// when it is not known here.
func (r *Resolver) accountOf(ctx context.Context, salesforceID, deskID *string) (*models.Account, error) {
	columns, err := r.columns(ctx, r.children(ctx, here(ctx), "Account"), models.AccountObject)
	if err != nil {
		return nil, err
	}
	l := r.loader(ctx, columns)
	for _, p := range []parent{{models.Salesforce, deref(salesforceID)}, {models.Desk, deref(deskID)}} {
		if p.id == "" {
			continue
		}
		account, err := l.Load(ctx, p)
		if errors.Is(err, dataloadgen.ErrNotFound) {
			continue
		}
		return account, err
	}
	return nil, nil
}

func (r *Resolver) loader(ctx context.Context, columns models.Sources) *dataloadgen.Loader[parent, *models.Account] {
	set, _ := ctx.Value(loaderKey{}).(*loaders)
	key := strings.Join(columns.Salesforce, ",") + "|" + strings.Join(columns.Desk, ",")
	set.mu.Lock()
	defer set.mu.Unlock()
	if set.bySets[key] == nil {
		set.bySets[key] = dataloadgen.NewMappedLoader(func(ctx context.Context, keys []parent) (map[parent]*models.Account, error) {
			return r.accounts(ctx, keys, columns)
		}, dataloadgen.WithWait(time.Millisecond))
	}
	return set.bySets[key]
}

func (r *Resolver) accounts(ctx context.Context, keys []parent, columns models.Sources) (map[parent]*models.Account, error) {
	ids := map[models.Side][]string{}
	for _, k := range keys {
		ids[k.side] = append(ids[k.side], k.id)
	}
	out := map[parent]*models.Account{}
	for side, read := range map[models.Side]func(context.Context, []string, models.Sources) (map[string]*models.Account, error){
		models.Salesforce: r.Store.AccountsBySalesforceID, models.Desk: r.Store.AccountsByDeskID,
	} {
		if len(ids[side]) == 0 {
			continue
		}
		found, err := read(ctx, ids[side], columns)
		if err != nil {
			return nil, err
		}
		for id, a := range found {
			out[parent{side, id}] = a
		}
	}
	return out, nil
}
