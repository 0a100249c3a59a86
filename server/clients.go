package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/sync/related"
	"sidelight/sync/salesforce"
	"sidelight/sync/vendor"
	"sidelight/sync/zohodesk"
	"sidelight/widget"
)

// clients are the vendors' clients of the stored connections. A connection that was changed, here
// or by another replica, gets a new client.
type clients struct {
	store  *store.Store
	config Config
	out    *outbound
	frugal *frugal
	pubsub []byte // certificate authority for the Pub/Sub API besides the system's
	log    *slog.Logger
	now    func() time.Time

	mu         sync.Mutex
	salesforce client[*salesforce.Client]
	desk       client[*zohodesk.Client]
}

// client is one side's client with the connection that it was made for.
type client[C budgeted] struct {
	made    C
	is      bool
	conn    models.Connection
	checked time.Time
}

// recheck is how old the knowledge of a connection may be.
const recheck = time.Second

// current tells whether the client may be used without a look at the database.
func (c *client[C]) current(now time.Time) bool {
	return c.is && now.Sub(c.checked) < recheck && !now.Before(c.checked)
}

// forget makes the next call look at the database.
func (c *clients) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.salesforce.checked, c.desk.checked = time.Time{}, time.Time{}
}

// renew has the next call make new clients: those that there are remember records.
func (c *clients) renew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.salesforce, c.desk = client[*salesforce.Client]{}, client[*zohodesk.Client]{}
}

func notConnected(side models.Side) error {
	return models.Errorf(models.CodeNotFound, "%s is not connected", side.Name())
}

// budgeted is a client whose share of calls for agents can be changed.
type budgeted interface{ KeepForAgents(share float64) }

// get answers the side's client, made anew when its connection has changed.
func get[C budgeted](
	c *clients, slot *client[C], side models.Side, build func(models.Connection) (C, error),
) (C, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var none C
	now := c.now()
	if slot.current(now) {
		return slot.made, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := c.store.Connection(ctx, side)
	if err != nil {
		return none, err
	}
	if !conn.Connected {
		*slot = client[C]{}
		return none, notConnected(side)
	}
	if !slot.is || !slot.conn.UpdatedAt.Equal(conn.UpdatedAt) {
		made, err := build(conn)
		if err != nil {
			return none, err
		}
		*slot = client[C]{made: made, is: true, conn: conn}
	}
	in, err := c.store.Integration(ctx)
	if err != nil {
		return none, err
	}
	slot.made.KeepForAgents(c.agentShare(in))
	slot.checked = now
	return slot.made, nil
}

// agentShare is the share of the vendors' calls that is kept for agents: the admin's, or else the
// server's own.
func (c *clients) agentShare(in models.Integration) float64 {
	if in.AgentShare != nil {
		return float64(*in.AgentShare) / 100
	}
	return c.config.AgentShare
}

// Salesforce is the connected client; NOT_FOUND when there is none.
func (c *clients) Salesforce() (*salesforce.Client, error) {
	return get(c, &c.salesforce, models.Salesforce, func(conn models.Connection) (*salesforce.Client, error) {
		return c.buildSalesforce(conn, c.stored(models.Salesforce))
	})
}

// Desk is the connected client; NOT_FOUND when there is none.
func (c *clients) Desk() (*zohodesk.Client, error) {
	return get(c, &c.desk, models.Desk, func(conn models.Connection) (*zohodesk.Client, error) {
		return c.buildDesk(conn, c.stored(models.Desk))
	})
}

// Remote is the side as the engine sees it.
func (c *clients) Remote(side models.Side) (vendor.Remote, error) {
	if side == models.Desk {
		return c.Desk()
	}
	return c.Salesforce()
}

// relatedSalesforce is Salesforce as those see it who follow related records.
func (c *clients) relatedSalesforce() (related.Remote, error) { return c.Salesforce() }

// host is where a connected side's own pages are, and its organization; "" when it is not
// connected. A list asks for every row, so it is not read each time.
func (c *clients) host(_ context.Context, side models.Side) (host, organization string) {
	if _, err := c.Remote(side); err != nil {
		return "", ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	conn := c.salesforce.conn
	if side == models.Desk {
		conn = c.desk.conn
	}
	return text(conn.Host), text(conn.Organization)
}

// cardSalesforce and cardDesk are the sides as the card sees them.
func (c *clients) cardSalesforce() (widget.Salesforce, error) { return c.Salesforce() }
func (c *clients) cardDesk() (widget.Desk, error) {
	desk, err := c.Desk()
	return frugalDesk{desk, c.frugal}, err
}

// vault is where a client's credentials come from and go to.
type vault struct {
	load func(context.Context) (models.Credentials, error)
	save func(context.Context, models.Credentials) error
}

// stored is the vault of a connection that exists.
func (c *clients) stored(side models.Side) vault {
	return vault{
		load: func(ctx context.Context) (models.Credentials, error) { return c.store.Credentials(ctx, side) },
		save: func(ctx context.Context, creds models.Credentials) error {
			return c.store.SaveCredentials(ctx, side, creds)
		},
	}
}

// memoryVault is the vault of a connection that is being made: it keeps what the vendor answers
// until the connection is saved.
func memoryVault(creds *models.Credentials) vault {
	var mu sync.Mutex
	return vault{
		load: func(context.Context) (models.Credentials, error) {
			mu.Lock()
			defer mu.Unlock()
			return *creds, nil
		},
		save: func(_ context.Context, renewed models.Credentials) error {
			mu.Lock()
			defer mu.Unlock()
			*creds = renewed
			return nil
		},
	}
}

func (c *clients) buildSalesforce(conn models.Connection, v vault) (*salesforce.Client, error) {
	return salesforce.New(salesforce.Config{
		HTTP: c.out.salesforce, LoginURL: text(conn.LoginURL), InstanceURL: text(conn.Host), OrgID: text(conn.OrgID), APIVersion: c.config.Salesforce.Version, Credentials: v.load, SaveCredentials: v.save,
		Now: c.now, Logger: c.log, MarkField: c.config.MarkField.Salesforce, AgentShare: c.config.AgentShare, PubSubAddr: c.config.PubSub.Addr, PubSubCA: c.pubsub,
	})
}

func (c *clients) buildDesk(conn models.Connection, v vault) (*zohodesk.Client, error) {
	return zohodesk.New(zohodesk.Config{
		HTTP: c.out.desk, APIURL: text(conn.Host), AccountsURL: text(conn.LoginURL), OrgID: text(conn.OrgID), Credentials: v.load, SaveCredentials: v.save, Now: c.now, Logger: c.log,
		MarkField: c.config.MarkField.Desk, AgentShare: c.config.AgentShare,
	})
}
