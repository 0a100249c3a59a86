// Package server wires Sidelight into one process: configuration, routes, verification of tokens,
// sign-in, connecting both vendors, webhooks, limits, health and metrics.
package server

import (
	"cmp"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	DatabaseCA   string   `name:"database-ca" help:"PEM file of the certificate authority of a mysql: database and its replicas: they are spoken to by TLS alone, and must show a certificate of it for their host." placeholder:"FILE"`
	BeginAnew    bool     `help:"Begin with an empty database although the key file is there already: after a loss, on moving to another database, or at the first start with a key file that was prepared."`
	KeyFile      string   `help:"File with the installation's secret, made when missing. Replicas share it. The default is DIR/sidelight.key." placeholder:"FILE"`
	KeyCommand   string   `help:"Command that prints the installation's secrets instead of a key file, from a key management service: one base64 secret of 32 bytes a line, the newest first." placeholder:"COMMAND"`
}

// dsn is the database's address, by default a file in the data folder.
func (c StoreConfig) dsn() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "sidelight.sqlite")
}

// options say how the database is opened, and tell what is wrong with its address and the
// authority's file. Nothing is touched.
func (c StoreConfig) options() (o store.Options, err error) {
	if err := store.CheckAddress(c.dsn()); err != nil || c.DatabaseCA == "" {
		return o, err
	}
	if !strings.HasPrefix(c.dsn(), "mysql:") {
		return o, fmt.Errorf("--database-ca needs a mysql: --database")
	}
	pem, err := os.ReadFile(c.DatabaseCA)
	if err != nil {
		return o, fmt.Errorf("--database-ca: the file cannot be read: %w", err)
	}
	if o.Authorities = x509.NewCertPool(); !o.Authorities.AppendCertsFromPEM(pem) {
		return o, fmt.Errorf("--database-ca: %s holds no certificate", c.DatabaseCA)
	}
	return o, nil
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
	TLSCert       string        `help:"PEM file of the server's certificate, with those that it needs between; it is read anew when it changes. Without it a proxy in front speaks TLS." placeholder:"FILE"`
	TLSKey        string        `help:"PEM file of its private key." placeholder:"FILE"`
	PublicURL     string        `help:"Address under which browsers and Zoho Desk reach this server, for sign-in and webhooks. The default is the address listened on." placeholder:"URL"`
	TrustedProxy  []string      `help:"Network or address of a proxy in front of this server, whose X-Forwarded-For or Forwarded says who calls; repeatable. Without it everybody behind the proxy shares one limit." placeholder:"CIDR" sep:"none"`
	AllowOrigin   []string      `help:"Origin of a page elsewhere that may call the API; repeatable." placeholder:"ORIGIN" sep:"none"`
	FrameAncestor []string      `help:"Origin that may show the widget in a frame; repeatable. Zoho Desk's own are always allowed." placeholder:"ORIGIN" sep:"none"`
	Rate          int           `help:"Requests a minute for one caller, by each way in." default:"600" placeholder:"N"`
	Sockets       int           `help:"Open WebSockets of one caller." default:"32" placeholder:"N"`
	Subscriptions int           `help:"Subscriptions of one caller." default:"128" placeholder:"N"`
	Parallel      int           `help:"GraphQL queries and mutations of one caller that run at once; others wait up to five seconds." default:"8" placeholder:"N"`
	Timeout       time.Duration `help:"Longest time for one GraphQL request." default:"15s"`
	BodyTimeout   time.Duration `help:"Longest time for a request's body to arrive, and for each part of an answer to be taken." default:"20s"`
	OnlyPersisted bool          `help:"Answer only the GraphQL documents of Sidelight's own pages and of --persisted."`
	Persisted     string        `help:"File of further documents, JSON {sha256: document}." placeholder:"FILE" type:"existingfile"`
	Issuer        []string      `help:"Outside issuer of JWTs: iss=URL;jwks=URL;aud=NAME;profile=/pointer;scope=/pointer;subject=/pointer;agent=/pointer (secret=FILE instead of jwks for HMAC); repeatable." placeholder:"ISSUER" sep:"none"`
}

// bodyTimeout is how long a body may take to arrive.
func (c HTTPConfig) bodyTimeout() time.Duration {
	return cmp.Or(c.BodyTimeout, 20*time.Second)
}

// scheme is what the server itself speaks.
func (c HTTPConfig) scheme() string {
	if c.TLSCert != "" {
		return "https"
	}
	return "http"
}

// publicURL is where browsers reach the server.
func (c HTTPConfig) publicURL(addr net.Addr) (string, error) {
	if c.PublicURL == "" {
		return c.scheme() + "://" + addr.String(), nil
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
	Version      string `help:"API version to use, like 68.0. Without it the newest that the organization serves and Sidelight knows." placeholder:"NN.0"`
	Username     string `help:"User to sign in as with --salesforce-private-key (JWT bearer)." placeholder:"NAME"`
	PrivateKey   string `help:"PEM file of the private key for JWT bearer." placeholder:"FILE"`
}

// OutboundConfig says which hosts the vendors' secrets may go to besides the vendors' own.
type OutboundConfig struct {
	AllowVendorHost []string `help:"Host, or HOST:PORT, that an admin may connect as Salesforce or Zoho Desk besides the vendors' own, inside the network too; repeatable. The hosts of --salesforce-url, --desk-url and --desk-accounts-url are allowed." placeholder:"HOST" sep:"none"`
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
	Poll        time.Duration `help:"How often both sides are asked for changes that were not pushed; eight times as seldom while change events or webhooks are proved to arrive." default:"1m"`
	Lease       time.Duration `help:"How long another replica waits for the writes of one that died; longer than a vendor takes to answer." default:"1m"`
	Drift       time.Duration `help:"How often everything on both sides is compared, to find what neither push nor poll has told; 0 is never." default:"24h"`
	DeletedDays int           `help:"Days that people are kept here who were deleted at their vendor; 0 keeps them." default:"30" placeholder:"N"`
	Start       bool          `help:"Begin the first sync at once, when both sides are connected."`
	AgentShare  float64       `help:"Share of the vendors' API calls that the sync leaves for agents." default:"0.2"`
	MarkField   MarkFields    `embed:"" prefix:"mark-"`
	Fresh       time.Duration `help:"How long opportunities, notes and activities are shown without asking Salesforce again." default:"1m"`
	Related     string        `help:"Which related records dashboards see: opened (those of cards that were opened) or all (kept whole in the background)." enum:"opened,all" default:"opened"`
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

// Config is everything that serve can be told. Every flag is also an environment variable
// SIDELIGHT_….
type Config struct {
	StoreConfig
	HTTPConfig
	LogConfig
	SyncConfig
	OutboundConfig
	RefreshEvery time.Duration    `help:"How long a customer that an agent had read again is not read again once more; 0 reads always." default:"3s"`
	AuditDays    int              `help:"Days that the audit is kept, whatever the history is; 0 keeps it." default:"400" placeholder:"N"`
	AdminProfile []string         `help:"Zoho Desk profile, by name or id, whose agents sign in to the console as admins; repeatable." placeholder:"NAME" sep:"none"`
	OIDC         OIDCConfig       `embed:"" prefix:"oidc-"`
	AdminListen  string           `help:"Address for metrics and profiles, without a sign-in; off has none." default:"127.0.0.1:8090" placeholder:"HOST:PORT"`
	Salesforce   SalesforceConfig `embed:"" prefix:"salesforce-"`
	PubSub       PubSubConfig     `embed:""`
	Desk         DeskConfig       `embed:"" prefix:"desk-"`
}

// files are the contents of files that flags name.
type files struct {
	store     store.Options // with the authority of the database
	pubsubCA  []byte
	persisted map[string]string
	oidc      string // the client secret
}

// read reads them.
func (c Config) read() (f files, err error) {
	if f.store, err = c.options(); err != nil {
		return f, err
	}
	if c.PubSub.CA != "" {
		if f.pubsubCA, err = os.ReadFile(c.PubSub.CA); err != nil {
			return f, fmt.Errorf("--pubsub-ca: the file cannot be read: %w", err)
		}
	}
	f.oidc = c.OIDC.ClientSecret
	if c.OIDC.ClientSecretFile != "" {
		text, err := os.ReadFile(c.OIDC.ClientSecretFile)
		if err != nil {
			return f, fmt.Errorf("--oidc-client-secret-file: the file cannot be read: %w", err)
		}
		if f.oidc = strings.TrimSpace(string(text)); f.oidc == "" {
			return f, fmt.Errorf("--oidc-client-secret-file: %s is empty", c.OIDC.ClientSecretFile)
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

// apiVersion is a version of Salesforce's API.
var apiVersion = regexp.MustCompile(`^[0-9]{2,3}\.0$`)

// Validate names the flag that is wrong, and how to mend it.
func (c *Config) Validate() error {
	for _, check := range []func() error{
		c.validateBounds, c.validateVendors, c.OIDC.validate, c.validateCallers, c.validateHosts,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// validateBounds checks numbers and times, and files that go together.
func (c *Config) validateBounds() error {
	switch {
	case c.Rate < 1:
		return fmt.Errorf("--rate must be at least 1")
	case c.Lease != 0 && c.Lease < 5*time.Second:
		return fmt.Errorf("--lease must be at least 5s")
	case c.Poll < time.Second:
		return fmt.Errorf("--poll must be at least 1s")
	case c.Timeout < time.Second:
		return fmt.Errorf("--timeout must be at least 1s")
	case c.Sockets < 0 || c.Subscriptions < 0 || c.Parallel < 0:
		return fmt.Errorf("--sockets, --subscriptions and --parallel cannot be negative")
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return fmt.Errorf("--tls-cert and --tls-key go together")
	case c.AuditDays < 0 || c.DeletedDays < 0:
		return fmt.Errorf("--audit-days and --deleted-days cannot be negative")
	case c.BodyTimeout != 0 && c.BodyTimeout < time.Second:
		return fmt.Errorf("--body-timeout must be at least 1s")
	case c.AgentShare < 0 || c.AgentShare > 0.9:
		return fmt.Errorf("--agent-share must lie between 0 and 0.9")
	}
	return nil
}

// validateVendors checks what says how the two vendors are reached.
func (c *Config) validateVendors() error {
	switch {
	case c.Desk.RefreshToken != "" && (c.Desk.ClientID == "" || c.Desk.ClientSecret == "" || c.Desk.Org == ""):
		return fmt.Errorf("--desk-refresh-token needs --desk-client-id, --desk-client-secret and --desk-org")
	case c.Salesforce.ClientSecret != "" && (c.Salesforce.ClientID == "" || c.Salesforce.URL == ""):
		return fmt.Errorf("--salesforce-client-secret needs --salesforce-client-id and --salesforce-url")
	case c.Salesforce.Version != "" && !apiVersion.MatchString(c.Salesforce.Version):
		return fmt.Errorf("--salesforce-version is an API version like 68.0")
	case (c.Salesforce.Username == "") != (c.Salesforce.PrivateKey == ""):
		return fmt.Errorf("--salesforce-username and --salesforce-private-key go together")
	case c.Desk.DataCenter != "" && zohodesk.DataCenters[strings.ToLower(c.Desk.DataCenter)].APIURL == "":
		return fmt.Errorf("--desk-data-center: Zoho has no data centre %q: "+
			"it is one of us, eu, in, au, jp, ca, cn, sa, sg, ae and uk", c.Desk.DataCenter)
	case c.PubSub.CA != "" && c.PubSub.Addr == "":
		return fmt.Errorf("--pubsub-ca needs --pubsub")
	}
	return nil
}

// validateCallers checks what says who callers are.
func (c *Config) validateCallers() error {
	if slices.Contains(c.AdminProfile, "") {
		return fmt.Errorf("--admin-profile cannot be empty")
	}
	_, err := parseProxies(c.TrustedProxy)
	return err
}

// validateHosts checks the names of hosts and origins.
func (c *Config) validateHosts() error {
	for _, host := range c.AllowVendorHost {
		if u, err := url.Parse("https://" + host); err != nil || u.Host != host || u.Hostname() == "" {
			return fmt.Errorf("--allow-vendor-host: %q is not a host like salesforce.example or 10.0.0.7:8081", host)
		}
	}
	for _, origin := range append(append([]string{}, c.AllowOrigin...), c.FrameAncestor...) {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Path != "" {
			return fmt.Errorf("%q is not an origin like https://desk.example.com", origin)
		}
	}
	return nil
}
