// Package server wires Sidelight into one process: configuration, routes, verification of tokens, sign-in, connecting both vendors, webhooks,
// limits, health and metrics.
package server

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sidelight/models/store"
	"sidelight/sync/zohodesk"
	"sidelight/widget"
)

// StoreConfig says where the data is.
type StoreConfig struct {
	Data         string   `help:"Folder for the embedded database and the key file." default:"data" placeholder:"DIR"`
	Database     string   `help:"Where the data is kept: sqlite:FILE or mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME. The default is sqlite:DIR/sidelight.sqlite." placeholder:"DSN"`
	ReadDatabase []string `help:"Read replicas of a mysql: database, for the lists and figures of dashboards." placeholder:"DSN" sep:"none"`
	KeyFile      string   `help:"File with the installation's secret, made when missing. Replicas share it. The default is DIR/sidelight.key." placeholder:"FILE"`
}

// dsn is the database's address, by default a file in the data folder.
func (c StoreConfig) dsn() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "sidelight.sqlite")
}

func (c StoreConfig) keyFile() string {
	if c.KeyFile != "" {
		return c.KeyFile
	}
	return filepath.Join(c.Data, "sidelight.key")
}

// prepare makes the data folder and tells what is wrong with it.
func (c StoreConfig) prepare() error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("--data: the folder cannot be made: %w: choose another", err)
	}
	probe, err := os.CreateTemp(c.Data, ".probe-*")
	if err != nil {
		return fmt.Errorf("--data: the folder %s cannot be written: give this user access to it, or choose another", c.Data)
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}

// LogConfig says what is logged, and how.
type LogConfig struct {
	LogLevel  string `help:"Least level logged: debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
	LogFormat string `help:"text or json." enum:"text,json" default:"text"`
}

// Logger logs to w.
func (c LogConfig) Logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel))
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// HTTPConfig says how Sidelight is reached and what a caller may ask of it.
type HTTPConfig struct {
	Listen        string        `help:"Address to listen on; port 0 takes a free one." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	PublicURL     string        `help:"Address under which browsers and Zoho Desk reach this server, for sign-in and webhooks. The default is the address listened on." placeholder:"URL"`
	AllowOrigin   []string      `help:"Origin of a page elsewhere that may call the API; repeatable." placeholder:"ORIGIN" sep:"none"`
	FrameAncestor []string      `help:"Origin that may show the widget in a frame; repeatable. Zoho Desk's own are always allowed." placeholder:"ORIGIN" sep:"none"`
	Rate          int           `help:"GraphQL requests a minute for one caller." default:"600" placeholder:"N"`
	Timeout       time.Duration `help:"Longest time for one GraphQL request." default:"15s"`
	OnlyPersisted bool          `help:"Answer only the GraphQL documents of Sidelight's own pages and of --persisted."`
	Persisted     string        `help:"File of further documents, JSON {sha256: document}." placeholder:"FILE" type:"existingfile"`
	Issuer        []string      `help:"Outside issuer of JWTs: iss=URL;jwks=URL;aud=NAME;profile=/pointer;scope=/pointer;subject=/pointer (secret=FILE instead of jwks for HMAC); repeatable." placeholder:"ISSUER" sep:"none"`
}

// publicURL is where browsers reach the server.
func (c HTTPConfig) publicURL(addr net.Addr) (string, error) {
	if c.PublicURL == "" {
		return "http://" + addr.String(), nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.Path != "" && u.Path != "/" {
		return "", fmt.Errorf("--public-url: %q is not an address like https://sidelight.example", c.PublicURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

// SalesforceConfig connects Salesforce. Without a secret an admin connects it in the console.
type SalesforceConfig struct {
	URL          string `help:"Login address: https://login.salesforce.com, https://test.salesforce.com or My Domain." placeholder:"URL"`
	ClientID     string `help:"Consumer key of the connected app." placeholder:"KEY"`
	ClientSecret string `help:"Consumer secret; connects without a browser (client credentials)." placeholder:"SECRET"`
	Username     string `help:"User to sign in as with --salesforce-private-key (JWT bearer)." placeholder:"NAME"`
	PrivateKey   string `help:"PEM file of the private key for JWT bearer." placeholder:"FILE"`
}

// PubSubConfig reaches Salesforce's Pub/Sub API.
type PubSubConfig struct {
	Addr string `name:"pubsub" help:"Pub/Sub API, for change events: api.pubsub.salesforce.com:7443. Without it changes are polled." placeholder:"HOST:PORT"`
	CA   string `name:"pubsub-ca" help:"PEM file of a certificate authority to trust for it besides the system's." placeholder:"FILE"`
}

// DeskConfig connects Zoho Desk. Without a refresh token an admin connects it in the console.
type DeskConfig struct {
	URL          string `help:"API address; the default follows from the data centre." placeholder:"URL"`
	AccountsURL  string `help:"Zoho Accounts address; the default follows from the data centre." placeholder:"URL"`
	DataCenter   string `help:"Zoho data centre: us, eu, in, au, jp, ca, cn, sa, sg, ae or uk." default:"us" placeholder:"NAME"`
	ClientID     string `help:"Client id of the Zoho API client." placeholder:"ID"`
	ClientSecret string `help:"Client secret of the Zoho API client." placeholder:"SECRET"`
	RefreshToken string `help:"Refresh token; connects without a browser." placeholder:"TOKEN"`
	Org          string `help:"Zoho Desk organization id." placeholder:"ID"`
}

// SyncConfig tunes the sync.
type SyncConfig struct {
	Poll       time.Duration `help:"How often both sides are asked for changes that were not pushed." default:"1m"`
	Lease      time.Duration `help:"How long another replica waits for the writes of one that died; longer than a vendor takes to answer." default:"1m"`
	Drift      time.Duration `help:"How often everything on both sides is compared, to find what neither push nor poll has told; 0 is never." default:"24h"`
	Start      bool          `help:"Begin the first sync at once, when both sides are connected."`
	AgentShare float64       `help:"Share of the vendors' API calls that the sync leaves for agents." default:"0.2"`
	MarkField  MarkFields    `embed:"" prefix:"mark-"`
	Fresh      time.Duration `help:"How long opportunities, notes and activities are shown without asking Salesforce again." default:"1m"`
	Related    string        `help:"Which related records dashboards see: opened (those of cards that were opened) or all (kept whole in the background)." enum:"opened,all" default:"opened"`
}

// drift is how often the engine compares everything; it takes zero for its own default.
func (c SyncConfig) drift() time.Duration {
	if c.Drift <= 0 {
		return -1
	}
	return c.Drift
}

// MarkFields name the custom fields that hold our link ids, where the admin has added them.
type MarkFields struct {
	Salesforce string `help:"Unique external-id field on Salesforce contacts and accounts that marks what Sidelight created." default:"Sidelight_Link_Id__c" placeholder:"NAME"`
	Desk       string `help:"Custom text field on Zoho Desk contacts and accounts for the same." default:"cf_sidelight_link_id" placeholder:"NAME"`
}

// Config is everything that serve can be told. Every flag is also an environment variable SIDELIGHT_….
type Config struct {
	StoreConfig
	HTTPConfig
	LogConfig
	SyncConfig
	Salesforce SalesforceConfig `embed:"" prefix:"salesforce-"`
	PubSub     PubSubConfig     `embed:""`
	Desk       DeskConfig       `embed:"" prefix:"desk-"`
}

// files are the contents of files that flags name.
type files struct {
	pubsubCA  []byte
	persisted map[string]string
}

// read reads them.
func (c Config) read() (f files, err error) {
	if err := store.CheckAddress(c.dsn()); err != nil {
		return f, err
	}
	if c.PubSub.CA != "" {
		if f.pubsubCA, err = os.ReadFile(c.PubSub.CA); err != nil {
			return f, fmt.Errorf("--pubsub-ca: the file cannot be read: %w", err)
		}
	}
	f.persisted = widget.Documents()
	if c.Persisted == "" {
		return f, nil
	}
	b, err := os.ReadFile(c.Persisted)
	if err != nil {
		return f, fmt.Errorf("--persisted: the file cannot be read: %w", err)
	}
	var more map[string]string
	if json.Unmarshal(b, &more) != nil {
		return f, fmt.Errorf("--persisted: %s is not JSON of the form {\"sha256 in hex\": \"document\"}", c.Persisted)
	}
	maps.Copy(f.persisted, more)
	return f, nil
}

// Validate names the flag that is wrong, and how to mend it.
func (c *Config) Validate() error {
	switch {
	case c.Rate < 1:
		return fmt.Errorf("--rate must be at least 1")
	case c.Lease != 0 && c.Lease < 5*time.Second:
		return fmt.Errorf("--lease must be at least 5s")
	case c.Poll < time.Second:
		return fmt.Errorf("--poll must be at least 1s")
	case c.Timeout < time.Second:
		return fmt.Errorf("--timeout must be at least 1s")
	case c.AgentShare < 0 || c.AgentShare > 0.9:
		return fmt.Errorf("--agent-share must lie between 0 and 0.9")
	case c.Desk.RefreshToken != "" && (c.Desk.ClientID == "" || c.Desk.ClientSecret == "" || c.Desk.Org == ""):
		return fmt.Errorf("--desk-refresh-token needs --desk-client-id, --desk-client-secret and --desk-org")
	case c.Salesforce.ClientSecret != "" && (c.Salesforce.ClientID == "" || c.Salesforce.URL == ""):
		return fmt.Errorf("--salesforce-client-secret needs --salesforce-client-id and --salesforce-url")
	case (c.Salesforce.Username == "") != (c.Salesforce.PrivateKey == ""):
		return fmt.Errorf("--salesforce-username and --salesforce-private-key go together")
	case c.Desk.DataCenter != "" && zohodesk.DataCenters[strings.ToLower(c.Desk.DataCenter)].APIURL == "":
		return fmt.Errorf("--desk-data-center: Zoho has no data centre %q: it is one of us, eu, in, au, jp, ca, cn, sa, sg, ae and uk", c.Desk.DataCenter)
	case c.PubSub.CA != "" && c.PubSub.Addr == "":
		return fmt.Errorf("--pubsub-ca needs --pubsub")
	}
	for _, origin := range append(append([]string{}, c.AllowOrigin...), c.FrameAncestor...) {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Path != "" {
			return fmt.Errorf("%q is not an origin like https://desk.example.com", origin)
		}
	}
	return nil
}
