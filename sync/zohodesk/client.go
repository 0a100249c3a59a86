// Package zohodesk is Sidelight's client of Zoho Desk: OAuth in every data centre, contacts and
// accounts with their changes and deletions, tickets, profiles and agents, and webhooks.
//
// Every error is a *models.Error. A call is sent once; the one exception is a call that was refused
// for an expired access token, which is sent again with a fresh one. A write whose answer was lost
// is UNKNOWN_OUTCOME.
package zohodesk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Config says which organization a Client talks to, and how.
type Config struct {
	// DataCenter names the organization's data centre (us, eu, in, au, jp, ca, cn, sa, sg, ae, uk).
	// Empty is us.
	DataCenter string
	// APIURL and AccountsURL go before the data centre's own hosts; a simulator or a proxy stands
	// there.
	APIURL, AccountsURL string
	// OrgID is the organization, digits. It is sent with every call.
	OrgID string
	// Credentials answers what the client signs in with; it is asked again whenever an access token
	// is needed.
	Credentials func(ctx context.Context) (models.Credentials, error)
	// SaveCredentials keeps the credentials with a new access token, so that other replicas use the
	// same one. Nil keeps nothing.
	SaveCredentials func(ctx context.Context, c models.Credentials) error
	// HTTP sends the requests. Nil is a client with a 30 s timeout. Redirects are never followed.
	HTTP   *http.Client
	Now    func() time.Time
	Logger *slog.Logger
	// SourceID marks our own writes, so that our webhook does not hear of them: a UUID of version
	// 1. Empty derives one from OrgID.
	SourceID string
	// PageSize is how many rows a list is asked for, from 3 to 100. Zero is 50: some modules refuse
	// more.
	PageSize int
	// Parallel is how many calls of the sync run at once. Zero is 5, the smallest edition's limit.
	Parallel int
	// MarkField is the custom text field that holds our link id. Empty is cf_sidelight_link_id.
	MarkField string
	// AgentShare is the part of the day's API credits that is kept for agents. Zero is 0.2; below
	// zero keeps none.
	AgentShare float64
}

// Defaults of Config, and bounds.
const (
	defaultPageSize   = 50
	minPageSize       = 3 // a page begins with a row that was seen, and may come a row short
	maxPageSize       = 100
	defaultParallel   = 5
	defaultMarkField  = "cf_sidelight_link_id"
	defaultAgentShare = 0.2
	defaultTimeout    = 30 * time.Second
)

// Client talks to one Desk organization. It is safe for concurrent use.
type Client struct {
	cfg      Config
	api      string // without a slash at its end
	accounts string
	http     *http.Client
	now      func() time.Time
	log      *slog.Logger

	tokens tokens
	budget budget
	slots  *semaphore.Weighted // one place for each call of the sync that may run at once
	clock  vendor.Clock

	deliveries deliveries
	seenEvents seenEvents

	learned learned
	settled settled
	recent  map[models.SyncObject]*recent

	mu           sync.Mutex
	descriptions map[models.SyncObject]*description
	modules      map[models.SyncObject]string // the ids of their modules
}

// New makes a client. Errors are BAD_USER_INPUT: an unknown data centre, a URL without a host.
func New(cfg Config) (*Client, error) {
	if cfg.DataCenter == "" {
		cfg.DataCenter = "us"
	}
	dc, known := DataCenters[strings.ToLower(cfg.DataCenter)]
	if !known && (cfg.APIURL == "" || cfg.AccountsURL == "") {
		return nil, models.Errorf(models.CodeBadUserInput, "unknown Zoho data centre %q", cfg.DataCenter)
	}
	if cfg.APIURL == "" {
		cfg.APIURL = dc.APIURL
	}
	if cfg.AccountsURL == "" {
		cfg.AccountsURL = dc.AccountsURL
	}
	api, err := baseURL(cfg.APIURL)
	if err != nil {
		return nil, err
	}
	accounts, err := baseURL(cfg.AccountsURL)
	if err != nil {
		return nil, err
	}
	cfg.fill()
	send := http.Client{Timeout: defaultTimeout}
	if cfg.HTTP != nil {
		send = *cfg.HTTP
	}
	send.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Client{
		cfg: cfg, api: api, accounts: accounts, http: &send, now: cfg.Now,
		log: cfg.Logger.With("component", "zohodesk"), slots: semaphore.NewWeighted(int64(cfg.Parallel)),
		descriptions: map[models.SyncObject]*description{}, modules: map[models.SyncObject]string{},
		recent: map[models.SyncObject]*recent{},
	}
	for _, object := range models.SyncObjects {
		c.recent[object] = newRecent()
	}
	c.budget.share = max(cfg.AgentShare, 0)
	return c, nil
}

func (cfg *Config) fill() {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.PageSize <= 0 {
		cfg.PageSize = defaultPageSize
	}
	cfg.PageSize = min(max(cfg.PageSize, minPageSize), maxPageSize)
	if cfg.Parallel <= 0 {
		cfg.Parallel = defaultParallel
	}
	if cfg.MarkField == "" {
		cfg.MarkField = defaultMarkField
	}
	if cfg.AgentShare == 0 {
		cfg.AgentShare = defaultAgentShare
	}
	if cfg.SourceID == "" {
		cfg.SourceID = sourceID(cfg.OrgID)
	}
}

// sourceID derives a UUID from the organization, so that every replica marks its writes alike. It
// has the form of version 1, as in the vendor's example: one of version 4 was once refused.
func sourceID(org string) string {
	sum := sha256.Sum256([]byte("sidelight source " + org))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x10
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func baseURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", models.Errorf(models.CodeBadUserInput, "a Zoho address must look like https://desk.zoho.com")
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/"), nil
}

// Side is Desk.
func (c *Client) Side() models.Side { return models.Desk }

// Limits are those of single writes. A Write sends as many of them beside each other as Desk takes,
// so that one Write at a time is enough.
func (c *Client) Limits() models.WriteLimits {
	return models.WriteLimits{Batch: 10 * c.cfg.Parallel, Parallel: 1}
}

// Budget is the day's API credits. Desk tells only what remains; the limit is the most that was
// ever seen to remain.
func (c *Client) Budget() models.APIBudget { return c.budget.report() }

// KeepForAgents changes the share of the day's API credits that the sync leaves for agents.
func (c *Client) KeepForAgents(share float64) { c.budget.keep(share, c.now()) }

// module is the object's name in paths.
func module(object models.SyncObject) string {
	if object == models.AccountObject {
		return "accounts"
	}
	return "contacts"
}
