package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"sidelight/graph"
	"sidelight/models"
	"sidelight/models/store"
	"sidelight/sync/engine"
	"sidelight/sync/salesforce"
	"sidelight/sync/zohodesk"
)

// connector connects and disconnects the sides: through a browser, or unattended.
type connector struct {
	store   *store.Store
	clients *clients
	engine  *engine.Engine
	policy  *Policy
	config  Config
	demo    bool          // nobody real is connected
	url     func() string // under which browsers reach this server
	log     *slog.Logger
	now     func() time.Time
}

// exchangeTimeout bounds the calls to a vendor while a browser waits.
const exchangeTimeout = 30 * time.Second

// consentTTL is how long an admin may take to consent at the vendor.
const consentTTL = 15 * time.Minute

// consent is what has to be remembered while an admin consents at a vendor.
type consent struct {
	Side         models.Side `json:"side"`
	Subject      string      `json:"subject"` // the admin who began, for the audit
	LoginURL     string      `json:"loginUrl"`
	APIURL       string      `json:"apiUrl"`
	OrgID        string      `json:"orgId"`
	ClientID     string      `json:"clientId"`
	ClientSecret string      `json:"clientSecret"`
	Verifier     string      `json:"verifier"`
	Browser      []byte      `json:"browser"` // hash of the cookie of the browser that began
}

func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func (c *connector) remember(ctx context.Context, k consent) (state string, err error) {
	state = random()
	if k.Browser, err = c.bindBrowser(ctx, state); err != nil {
		return "", err
	}
	if v := graph.ViewerFrom(ctx); v != nil {
		k.Subject = v.Subject
	}
	//nolint:gosec // it is sealed before it is kept
	b, err := json.Marshal(k)
	if err != nil {
		return "", err
	}
	return state, c.store.SaveState(ctx, state, b, consentTTL)
}

func (c *connector) callback(side models.Side) string {
	return c.url() + "/connect/" + strings.ToLower(string(side)) + "/callback"
}

func missing(field, what string) error {
	err := models.Errorf(models.CodeBadUserInput, "%s is needed: %s", field, what)
	err.Fields = []string{field}
	return err
}

func first(values ...string) string {
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

// ConnectSalesforce begins the web-server flow with PKCE. What is not given comes from the flags;
// their secret goes to the host alone that they give it for.
func (c *connector) ConnectSalesforce(ctx context.Context, loginURL, clientID, clientSecret string) (string, error) {
	flags := c.config.Salesforce
	k := consent{Side: models.Salesforce, LoginURL: first(loginURL, flags.URL, "https://login.salesforce.com"), ClientID: first(clientID, flags.ClientID), ClientSecret: first(clientSecret), Verifier: random()}
	if k.ClientID == "" {
		return "", missing("clientId", "the consumer key of the external client app")
	}
	if err := address("loginUrl", &k.LoginURL); err != nil {
		return "", err
	}
	if err := c.admitted("loginUrl", k.LoginURL, c.clients.out.salesforce); err != nil {
		return "", err
	}
	if k.ClientSecret == "" && flags.ClientSecret != "" && k.ClientID == flags.ClientID {
		if !sameHost(k.LoginURL, flags.URL) {
			return "", missing("clientSecret", "the server's own is for another loginUrl")
		}
		k.ClientSecret = flags.ClientSecret
	}
	state, err := c.remember(ctx, k)
	if err != nil {
		return "", err
	}
	challenge := sha256.Sum256([]byte(k.Verifier))
	return salesforce.AuthorizeURL(k.LoginURL, k.ClientID, c.callback(models.Salesforce), state, base64.RawURLEncoding.EncodeToString(challenge[:])), nil
}

// address checks that a field holds an address, and adds the scheme that people leave out.
func address(field string, value *string) error {
	text := *value
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "https" && !loopback(u.Hostname())) {
		return missing(field, "an https address like https://login.salesforce.com")
	}
	*value = u.Scheme + "://" + u.Host
	return nil
}

// sameHost tells whether two addresses are of one host, port and scheme.
func sameHost(a, b string) bool {
	if address("", &a) != nil || address("", &b) != nil {
		return false
	}
	return strings.EqualFold(a, b)
}

// admitted refuses an address that the vendor's secrets may not be sent to.
func (c *connector) admitted(field, address string, client *http.Client) error {
	u, err := url.Parse(address)
	if hosts := client.Transport.(vendorHosts); err != nil || !hosts.admits(u, hosts.own) {
		err := models.Errorf(models.CodeBadUserInput, "%s is not an address of this vendor: whoever runs the server allows others with --allow-vendor-host", field)
		err.Fields = []string{field}
		return err
	}
	return nil
}

// ConnectDesk begins the consent at Zoho. What is not given comes from the flags; their secret goes
// to the data centre alone that they give it for.
func (c *connector) ConnectDesk(ctx context.Context, dataCenter, orgID, clientID, clientSecret string) (string, error) {
	flags := c.config.Desk
	k := consent{Side: models.Desk, OrgID: first(orgID, flags.Org), ClientID: first(clientID, flags.ClientID), ClientSecret: first(clientSecret), LoginURL: flags.AccountsURL, APIURL: flags.URL}
	if k.LoginURL == "" || k.APIURL == "" {
		dc, known := zohodesk.DataCenters[strings.ToLower(first(dataCenter, c.config.Desk.DataCenter, "us"))]
		if !known {
			return "", missing("dataCenter", "us, eu, in, au, jp, ca, cn, sa, sg, ae or uk")
		}
		k.LoginURL, k.APIURL = dc.AccountsURL, dc.APIURL
	}
	own := first(flags.AccountsURL, zohodesk.DataCenters[strings.ToLower(flags.DataCenter)].AccountsURL)
	if k.ClientSecret == "" && k.ClientID == flags.ClientID && sameHost(k.LoginURL, own) {
		k.ClientSecret = flags.ClientSecret
	}
	switch {
	case k.OrgID == "":
		return "", missing("orgId", "the organization id, from Zoho Desk's Setup, Developer Space, API")
	case k.ClientID == "":
		return "", missing("clientId", "the client id, from Zoho's API console")
	case k.ClientSecret == "":
		return "", missing("clientSecret", "the client secret, from Zoho's API console")
	}
	state, err := c.remember(ctx, k)
	if err != nil {
		return "", err
	}
	client, err := c.clients.buildDesk(k.connection(), memoryVault(&models.Credentials{ClientID: k.ClientID, ClientSecret: k.ClientSecret}))
	if err != nil {
		return "", err
	}
	return client.AuthorizeURL(ctx, zohodesk.Authorization{RedirectURI: c.callback(models.Desk), State: state, Offline: true})
}

func (k consent) connection() models.Connection {
	return models.Connection{Side: k.Side, LoginURL: &k.LoginURL, Host: &k.APIURL, OrgID: &k.OrgID}
}

// finish is where a vendor sends the admin's browser back to.
func (c *connector) finish(side models.Side) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		// A code, and no text: the console shows nothing that anyone could write into an address.
		problem := ""
		ctx, cancel := context.WithTimeout(r.Context(), exchangeTimeout)
		defer cancel()
		if err := c.exchange(ctx, side, r); err != nil {
			c.log.Warn("a connection was not made", "side", side, "code", models.CodeOf(err), "error", err)
			problem = "?problem=" + url.QueryEscape(string(models.CodeOf(err))) + "&side=" + strings.ToLower(string(side))
		}
		http.Redirect(w, r, "/console"+problem+"#connect", http.StatusSeeOther)
	}
}

func (c *connector) exchange(ctx context.Context, side models.Side, r *http.Request) error {
	q := r.URL.Query()
	stored, err := c.store.TakeState(ctx, q.Get("state"))
	if err != nil {
		return models.Wrap(err, models.CodeBadUserInput, "this consent is not the one that was begun here, or too old: begin again")
	}
	var k consent
	if err := json.Unmarshal(stored, &k); err != nil || k.Side != side {
		return models.Errorf(models.CodeBadUserInput, "this consent belongs to something else: begin again")
	}
	if !sameBrowser(r, q.Get("state"), k.Browser) {
		return models.Errorf(models.CodeForbidden, "this consent was begun in another browser: begin again in this one")
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return models.Errorf(models.CodeForbidden, "%s did not get the consent", side.Name())
	}
	before, err := c.store.Connection(ctx, side)
	if err != nil {
		return err
	}
	if err := c.accept(ctx, k, q); err != nil {
		return err
	}
	after, err := c.store.Connection(ctx, side)
	if err != nil {
		return err
	}
	target := string(side)
	return c.store.Audit(ctx, models.AuditEntry{At: c.now().UTC(), Subject: k.Subject, Action: "connected", Target: &target,
		Detail: map[string]any{"before": connectionOf(before), "after": connectionOf(after)}})
}

// connectionOf is what an audit entry says of a connection.
func connectionOf(c models.Connection) map[string]any {
	return map[string]any{"connected": c.Connected, "host": text(c.Host), "loginHost": text(c.LoginURL), "organization": text(c.Organization)}
}

// accept exchanges the code that a vendor sent for tokens, and connects with them.
func (c *connector) accept(ctx context.Context, k consent, q url.Values) error {
	if k.Side == models.Salesforce {
		creds, err := salesforce.Exchange(ctx, c.clients.out.salesforce, k.LoginURL, k.ClientID, k.ClientSecret, q.Get("code"), k.Verifier, c.callback(k.Side), c.now)
		if err != nil {
			return err
		}
		if err := c.admitted("instance_url", creds.InstanceURL, c.clients.out.salesforce); err != nil {
			return err
		}
		return c.connect(ctx, models.Connection{Side: k.Side, LoginURL: &k.LoginURL, Host: &creds.InstanceURL}, creds)
	}
	client, err := c.clients.buildDesk(k.connection(), memoryVault(&models.Credentials{ClientID: k.ClientID, ClientSecret: k.ClientSecret}))
	if err != nil {
		return err
	}
	g, err := client.Exchange(ctx, zohodesk.Callback{Code: q.Get("code"), RedirectURI: c.callback(k.Side), Location: q.Get("location"), AccountsServer: q.Get("accounts-server")})
	if err != nil {
		return err
	}
	return c.connect(ctx, models.Connection{Side: k.Side, LoginURL: &g.AccountsURL, Host: &g.APIURL, OrgID: &k.OrgID}, g.Credentials)
}

// connect checks a side with new credentials and saves it; nothing is saved when the vendor refuses
// them.
func (c *connector) connect(ctx context.Context, conn models.Connection, creds models.Credentials) error {
	v := memoryVault(&creds)
	var info models.ConnectionInfo
	var profiles []models.Profile
	if conn.Side == models.Salesforce {
		client, err := c.clients.buildSalesforce(conn, v)
		if err != nil {
			return err
		}
		if info, err = client.Check(ctx); err != nil {
			return err
		}
	} else {
		client, err := c.clients.buildDesk(conn, v)
		if err != nil {
			return err
		}
		if info, err = client.Check(ctx); err != nil {
			return err
		}
		if profiles, err = client.Profiles(ctx); err != nil {
			return err
		}
	}
	now := c.now().UTC()
	conn.Connected, conn.ConnectedAt, conn.Checks, conn.Organization = true, &now, info.Checks, &info.Organization
	if info.Host != "" {
		conn.Host = &info.Host
	}
	if info.OrgID != "" {
		conn.OrgID = &info.OrgID
	}
	renewed, err := v.load(ctx)
	if err != nil {
		return err
	}
	// Nothing of another organization than the one whose records are linked may be read or written.
	if err := c.engine.Connecting(ctx, conn.Side, text(conn.OrgID)); err != nil {
		return err
	}
	if err := c.store.SaveConnection(ctx, conn, &renewed); err != nil {
		return err
	}
	c.clients.forget()
	if conn.Side == models.Desk {
		if err := c.takeProfiles(ctx, profiles); err != nil {
			return err
		}
	}
	return c.engine.Connected(ctx, conn.Side)
}

// TakeOrganization takes what a side's credentials lead to now for the organization whose records
// are linked from now on.
func (c *connector) TakeOrganization(ctx context.Context, side models.Side) (models.Integration, error) {
	in, err := c.engine.Integration(ctx)
	if err != nil {
		return in, err
	}
	conn, err := c.store.Connection(ctx, side)
	if err != nil {
		return in, err
	}
	if !conn.Connected {
		return in, models.Errorf(models.CodeConflict, "connect %s first", side.Name())
	}
	if in.Replaced() && side == models.Salesforce {
		if err := c.follow(ctx, conn); err != nil {
			return in, err
		}
	}
	return c.engine.TakeAnew(ctx, side)
}

// follow connects Salesforce to the organization that its stored credentials lead to now. Zoho Desk
// is connected by the organization's id: there another one is connected first.
func (c *connector) follow(ctx context.Context, conn models.Connection) error {
	creds, err := c.store.Credentials(ctx, conn.Side)
	if err != nil {
		return err
	}
	creds.AccessToken = "" // it may be the earlier organization's
	conn.OrgID = nil
	return c.connect(ctx, conn, creds)
}

// takeProfiles keeps Desk's profiles. Those of the first connection begin with all that a card
// shows: the admin who connects narrows it, and until then nobody works. Lists of everybody are for
// an admin to open; the demo, which has nobody's data, opens them. A profile that appears later
// begins with nothing.
func (c *connector) takeProfiles(ctx context.Context, profiles []models.Profile) error {
	known, err := c.store.Profiles(ctx)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		for i := range profiles {
			profiles[i].Switches = models.CardSwitches
			if c.demo {
				profiles[i].Switches = models.CardSwitches | models.CanLists
			}
		}
	}
	if err := c.store.SaveProfiles(ctx, profiles); err != nil {
		return err
	}
	return c.policy.Refresh(ctx)
}

// Disconnect revokes and forgets a side's credentials. The sync stops; records, links and history
// stay.
func (c *connector) Disconnect(ctx context.Context, side models.Side) error {
	remote, err := c.clients.Remote(side)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	}
	if _, err := c.engine.Disconnected(ctx); err != nil {
		return err
	}
	if err == nil {
		if err := remote.Revoke(ctx); err != nil {
			c.log.Warn("the tokens could not be revoked; they are forgotten here", "side", side, "code", models.CodeOf(err))
		}
	}
	conn, err := c.store.Connection(ctx, side)
	if err != nil {
		return err
	}
	conn.Connected, conn.Checks, conn.Problem, conn.ProblemCode = false, nil, nil, ""
	err = c.store.SaveConnection(ctx, conn, &models.Credentials{})
	c.clients.forget()
	return err
}

// unattended connects what the flags tell how to connect, and begins the first sync if asked. A
// vendor that cannot be reached is tried again; one that refuses the credentials is not.
func (c *connector) unattended(ctx context.Context) {
	for _, side := range models.Sides {
		conn, creds, given, err := c.fromFlags(side)
		for wait := time.Second; given && err == nil && ctx.Err() == nil; wait = min(2*wait, time.Minute) {
			if stored, serr := c.store.Connection(ctx, side); serr == nil && stored.Connected && c.same(ctx, side, conn, stored, creds) {
				err = c.engine.Connected(ctx, side)
				break
			}
			if err = c.connect(ctx, conn, creds); err == nil || !models.MayRetry(err) {
				break
			}
			c.log.Warn("connecting did not succeed yet", "side", side, "code", models.CodeOf(err), "error", err)
			err = nil
			pause(ctx, wait)
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("the side that the flags name is not connected", "side", side, "code", models.CodeOf(err), "error", err)
		}
	}
	if !c.config.Start || ctx.Err() != nil {
		return
	}
	in, err := c.store.Integration(ctx)
	if err == nil && in.Status == models.StatusReady {
		_, err = c.engine.Start(ctx)
	}
	if err != nil {
		c.log.Error("the first sync was not begun", "code", models.CodeOf(err), "error", err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// same tells whether a stored connection is the one that the flags name.
func (c *connector) same(ctx context.Context, side models.Side, conn, stored models.Connection, creds models.Credentials) bool {
	kept, err := c.store.Credentials(ctx, side)
	return err == nil && kept.Grant == creds.Grant && kept.ClientID == creds.ClientID && kept.ClientSecret == creds.ClientSecret &&
		text(conn.LoginURL) == text(stored.LoginURL) && (conn.OrgID == nil || text(conn.OrgID) == text(stored.OrgID)) &&
		(side == models.Salesforce || text(conn.Host) == text(stored.Host))
}

// fromFlags is the connection that the flags name; given is false when they name none.
func (c *connector) fromFlags(side models.Side) (conn models.Connection, creds models.Credentials, given bool, err error) {
	conn.Side = side
	if side == models.Salesforce {
		f := c.config.Salesforce
		conn.LoginURL, conn.Host = &f.URL, &f.URL
		creds = models.Credentials{Grant: "client_credentials", ClientID: f.ClientID, ClientSecret: f.ClientSecret}
		if f.PrivateKey != "" {
			key, err := os.ReadFile(f.PrivateKey)
			if err != nil {
				return conn, creds, true, models.Wrap(err, models.CodeBadUserInput, "--salesforce-private-key cannot be read")
			}
			creds = models.Credentials{Grant: "jwt_bearer", ClientID: f.ClientID, Username: f.Username, PrivateKey: string(key)}
		}
		return conn, creds, f.URL != "" && f.ClientID != "" && (f.ClientSecret != "" || f.PrivateKey != ""), nil
	}
	f := c.config.Desk
	dc := zohodesk.DataCenters[strings.ToLower(f.DataCenter)]
	api, accounts := first(f.URL, dc.APIURL), first(f.AccountsURL, dc.AccountsURL)
	conn.Host, conn.LoginURL, conn.OrgID = &api, &accounts, &f.Org
	creds = models.Credentials{Grant: "authorization_code", ClientID: f.ClientID, ClientSecret: f.ClientSecret, RefreshToken: f.RefreshToken}
	return conn, creds, f.RefreshToken != "", nil
}
