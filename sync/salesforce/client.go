// Package salesforce is Sidelight's client of Salesforce: OAuth, contacts and accounts with their
// changes and deletions over REST, the customer card in one composite call, and change events over
// the Pub/Sub API.
//
// Every error is a *models.Error. A call is sent once; the one exception is a call that was refused
// for an expired session, which is sent again with a fresh one. A write whose answer was lost is
// UNKNOWN_OUTCOME.
package salesforce

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Config says which organization a Client talks to, and how.
type Config struct {
	// LoginURL is where tokens come from: https://login.salesforce.com, https://test.salesforce.com
	// or My Domain.
	LoginURL string
	// InstanceURL is where the API is; what the token endpoint answers goes before it.
	InstanceURL string
	// OrgID is the organization that the client serves, of 15 or 18 characters. Empty takes the
	// first that the credentials lead to.
	OrgID string
	// APIVersion pins the version of the API, like "68.0". Empty takes the newest that the
	// organization serves and the client knows.
	APIVersion string
	// Credentials answers what the client signs in with; it is asked again whenever an access token
	// is needed.
	Credentials func(ctx context.Context) (models.Credentials, error)
	// SaveCredentials keeps the credentials with new tokens. A rotated refresh token is of no use
	// when it is not kept, so that its error is the call's. Nil keeps nothing.
	SaveCredentials func(ctx context.Context, c models.Credentials) error
	// HTTP sends the requests. Nil is a client with a 60 s timeout. Redirects are never followed.
	HTTP   *http.Client
	Now    func() time.Time
	Logger *slog.Logger
	// ClientName marks our own calls, where the vendor notes it (Sforce-Call-Options). Empty is
	// sidelight.
	ClientName string
	// MarkField is the unique external-id field that holds our link id. Empty is
	// Sidelight_Link_Id__c.
	MarkField string
	// AgentShare is the part of the day's API calls that is kept for agents. Zero is 0.2; below
	// zero keeps none.
	AgentShare float64
	// Parallel is how many calls of the sync run at once. Zero is 5, what the smallest edition
	// allows of long calls.
	Parallel int
	// PageSize is how many rows an answer to a query holds, from 200 to 2,000. Zero is 2,000.
	PageSize int
	// BulkFrom is from how many records on an object is listed by a bulk query. Zero is 2,000.
	BulkFrom int
	// StreamSilence is after how long a change stream that says nothing is taken for dead. Zero is
	// 5 minutes: the vendor says something every 270 s.
	StreamSilence time.Duration
	// Pace is the first wait for something that is about to happen, such as the end of a bulk job;
	// further waits grow. Zero is 200 ms.
	Pace time.Duration
	// PubSubAddr is the Pub/Sub API, HOST:PORT; empty streams nothing. PubSubCA is a PEM
	// certificate authority to trust besides the system's.
	PubSubAddr string
	PubSubCA   []byte
	// DialPubSub reaches the Pub/Sub API; nil is the network.
	DialPubSub func(ctx context.Context, address string) (net.Conn, error)
}

const (
	defaultMarkField  = "Sidelight_Link_Id__c"
	defaultClientName = "sidelight"
	defaultAgentShare = 0.2
	defaultParallel   = 5
	defaultTimeout    = 60 * time.Second
	defaultPace       = 200 * time.Millisecond
	maxBatch          = 200 // records of one collection call
)

// Client talks to one Salesforce organization. It is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client
	now  func() time.Time
	log  *slog.Logger

	tokens   tokens
	versions versions
	sizes    callSizes
	budget   budget
	clock    vendor.Clock
	bulk     bulkLists
	slots    *semaphore.Weighted // one place for each call of the sync that may run at once

	mu           sync.Mutex
	descriptions map[string]*description
	who          identity
}

// New makes a client. Errors are BAD_USER_INPUT: an address without a host.
func New(cfg Config) (*Client, error) {
	for name, address := range map[string]*string{"login address": &cfg.LoginURL, "instance address": &cfg.InstanceURL} {
		u, err := url.Parse(*address)
		if *address != "" && (err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http")) {
			return nil, models.Errorf(models.CodeBadUserInput, "the Salesforce %s is not an address like https://example.my.salesforce.com", name)
		}
		if *address != "" {
			*address = u.Scheme + "://" + u.Host
		}
	}
	if cfg.LoginURL == "" {
		return nil, models.Errorf(models.CodeBadUserInput, "the Salesforce login address is missing")
	}
	cfg.fill()
	send := http.Client{Timeout: defaultTimeout}
	if cfg.HTTP != nil {
		send = *cfg.HTTP
	}
	send.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Client{cfg: cfg, http: &send, now: cfg.Now, log: cfg.Logger.With("component", "salesforce"), slots: semaphore.NewWeighted(int64(cfg.Parallel)),
		descriptions: map[string]*description{}}
	c.tokens.org = cfg.OrgID
	c.budget.share = max(cfg.AgentShare, 0)
	c.versions.pinned, c.versions.chosen = cfg.APIVersion != "", cfg.APIVersion
	return c, nil
}

func (cfg *Config) fill() {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.ClientName == "" {
		cfg.ClientName = defaultClientName
	}
	if cfg.MarkField == "" {
		cfg.MarkField = defaultMarkField
	}
	if cfg.AgentShare == 0 {
		cfg.AgentShare = defaultAgentShare
	}
	if cfg.BulkFrom == 0 {
		cfg.BulkFrom = bulkFrom
	}
	if cfg.StreamSilence == 0 {
		cfg.StreamSilence = streamSilence
	}
	if cfg.Pace == 0 {
		cfg.Pace = defaultPace
	}
	if cfg.Parallel == 0 {
		cfg.Parallel = defaultParallel
	}
	if cfg.PageSize == 0 {
		cfg.PageSize = pageSize
	}
	cfg.PageSize = min(max(cfg.PageSize, minPageSize), pageSize)
}

// Side is Salesforce.
func (c *Client) Side() models.Side { return models.Salesforce }

// Limits are those of collection calls, and of bulk jobs.
func (c *Client) Limits() models.WriteLimits {
	return models.WriteLimits{Batch: maxBatch, Parallel: c.cfg.Parallel, Bulk: maxBulk}
}

// Budget is the vendor's count of the organization's API calls in 24 hours, as of the latest
// answer.
func (c *Client) Budget() models.APIBudget { return c.budget.report() }

// KeepForAgents changes the share of the day's API calls that the sync leaves for agents.
func (c *Client) KeepForAgents(share float64) { c.budget.keep(share, c.now()) }

// base is the path of the REST API.
func (c *Client) base() string { return "/services/data/v" + c.version() }

// sobject is the vendor's name of an object.
func sobject(object models.SyncObject) string {
	if object == models.AccountObject {
		return "Account"
	}
	return "Contact"
}
