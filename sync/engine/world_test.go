package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/sync/simulator"
)

// world is both vendors and one database under a clock that moves only when it is told to. Engines
// come and go in it (proc). Nothing runs by itself: a test drives an engine step by step, so that a
// history of a week takes milliseconds.
type world struct {
	vendors *simulator.Running
	http    *http.Client    // the test's and the users'
	wire    *http.Transport // the engines'
	address string          // of the database
	clock   clock
	skew    time.Duration // how wrong the engine's own clock is
	store   *store.Store  // the test's own view of the database

	// What the organizations are like.
	marked map[models.Side]bool // has a field for our mark
	batch  int                  // records of one call to Desk; 0 is what fits
	// org is the organization that Salesforce's connection is to; "" is the first that it leads to.
	org  string
	bulk int // from how many records on a bulk way is taken; 0 is the default

	proc        *proc
	mu          sync.Mutex
	writes      []write // what engines wrote since the last look
	credentials map[models.Side]*kept
	sessions    map[models.Side]string // of the vendors' own users
}

// failer is what the world needs of a test, whether rapid runs it or not.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// kept are the credentials as the connection's row would keep them.
type kept struct {
	mu sync.Mutex
	c  models.Credentials
}

func (k *kept) load(context.Context) (models.Credentials, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.c, nil
}

func (k *kept) save(_ context.Context, c models.Credentials) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.c = c
	return nil
}

// newWorld starts empty vendors in memory over a new database.
func newWorld(t failer, address string) *world {
	t.Helper()
	w := &world{address: address, marked: map[models.Side]bool{models.Desk: true, models.Salesforce: true}, sessions: map[models.Side]string{},
		credentials: map[models.Side]*kept{
			models.Salesforce: {c: models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"}},
			models.Desk:       {c: models.Credentials{ClientID: "demo", ClientSecret: "demo-secret", RefreshToken: "demo-refresh"}},
		}}
	w.clock.now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	check(t, migrated(address))
	var err error
	w.vendors, err = simulator.Start(context.Background(), simulator.Config{InMemory: true, Now: w.clock.Now, Seed: 1})
	check(t, err)
	// The test's own connections: those of engines are cut by faults.
	dial := func(ctx context.Context, _, address string) (net.Conn, error) { return w.vendors.Dial(ctx, address) }
	w.http, w.wire = &http.Client{Transport: &http.Transport{DialContext: dial}}, &http.Transport{DialContext: dial}
	w.store = w.openStore(t)
	return w
}

// template is an empty SQLite database with all its tables: making them takes longer than most
// tests.
var template = sync.OnceValues(func() (raw []byte, err error) {
	dir, err := os.MkdirTemp("", "sidelight-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "template.sqlite")
	s, err := store.Open(context.Background(), "sqlite:"+path, store.Options{Seal: storetest.Key})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrated puts the template where a new SQLite database is to be.
func migrated(address string) error {
	path, isFile := strings.CutPrefix(address, "sqlite:")
	if _, err := os.Stat(path); !isFile || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	raw, err := template()
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o600)
}

func (w *world) openStore(t failer) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), w.address, store.Options{Seal: storetest.Key, Now: w.clock.Now})
	check(t, err)
	return s
}

func (w *world) close(t failer) {
	t.Helper()
	if w.proc != nil {
		w.proc.kill()
	}
	check(t, w.store.Close())
	w.http.CloseIdleConnections()
	w.wire.CloseIdleConnections()
	check(t, w.vendors.Close())
}

func check(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// onWorld is a world for one plain test, with a running but idle engine that is connected to both
// sides.
func onWorld(t *testing.T, address string) *world {
	t.Helper()
	w := newWorld(t, address)
	t.Cleanup(func() { w.close(t) })
	return w
}

func (w *world) url(side models.Side) string {
	if side == models.Desk {
		return w.vendors.DeskURL
	}
	return w.vendors.SalesforceURL
}

// sim talks to a simulator's control surface.
func (w *world) sim(t failer, side models.Side, method, path, body string, into any) {
	t.Helper()
	status, text := w.send(t, side, method, path, nil, []byte(body))
	if status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if into != nil {
		check(t, json.Unmarshal(text, into))
	}
}

func (w *world) send(t failer, side models.Side, method, path string, header http.Header, body []byte) (int, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, w.url(side)+path, bytes.NewReader(body))
	check(t, err)
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := w.http.Do(req)
	check(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(t, err)
	return res.StatusCode, text
}

// user calls a vendor's API as its own users' programs do: not one of the engine's clients, and
// without the faults. A refusal is answered, not failed on.
func (w *world) user(t failer, side models.Side, method, path string, body any) (status int, out map[string]any) {
	t.Helper()
	raw, err := json.Marshal(body)
	check(t, err)
	for range 2 {
		header := http.Header{"Content-Type": {"application/json"}, "Orgid": {"700000001"}}
		if side == models.Desk {
			header.Set("Authorization", "Zoho-oauthtoken "+w.sessions[side])
		} else {
			header.Set("Authorization", "Bearer "+w.sessions[side])
		}
		var text []byte
		status, text = w.send(t, side, method, path, header, raw)
		out = map[string]any{}
		_ = json.Unmarshal(text, &out)
		if status != http.StatusUnauthorized {
			if status >= 300 {
				out["refused"] = string(text)
			}
			return status, out
		}
		w.signIn(t, side)
	}
	t.Fatalf("%s does not let its own user in", side.Name())
	return 0, nil
}

func (w *world) signIn(t failer, side models.Side) {
	t.Helper()
	path, form := "/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {"demo"}, "client_secret": {"demo-secret"}}
	if side == models.Desk {
		path, form = "/oauth/v2/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {"demo"}, "client_secret": {"demo-secret"}, "refresh_token": {"demo-refresh"}}
	}
	var got struct {
		Token string `json:"access_token"`
		Error string
	}
	for range 2 {
		status, text := w.send(t, side, http.MethodPost, path, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
		err := json.Unmarshal(text, &got)
		if err == nil && got.Token != "" {
			w.sessions[side] = got.Token
			return
		}
		if got.Error != "Access Denied" {
			t.Fatalf("signing in to %s: %d %s", side.Name(), status, text)
		}
		// So many tokens are given in ten minutes, and engines have theirs from the same login.
		w.clock.advance(10 * time.Minute)
	}
	t.Fatalf("signing in to %s: too many tokens for ever", side.Name())
}

const rest = "/services/data/v68.0"

func place(side models.Side, object models.SyncObject) string {
	switch {
	case side == models.Desk && object == models.AccountObject:
		return "/api/v1/accounts"
	case side == models.Desk:
		return "/api/v1/contacts"
	case object == models.AccountObject:
		return rest + "/sobjects/Account"
	}
	return rest + "/sobjects/Contact"
}

// create makes a record as a user would, and answers its id.
func (w *world) create(t failer, side models.Side, object models.SyncObject, values map[string]any) string {
	t.Helper()
	status, out := w.user(t, side, http.MethodPost, place(side, object), values)
	id, _ := out["id"].(string)
	if id == "" {
		t.Fatalf("a user cannot create a %s in %s: %d %v", object.Singular(), side.Name(), status, out)
	}
	return id
}

// edit changes a record as a user would; false when the vendor refuses.
func (w *world) edit(t failer, side models.Side, object models.SyncObject, id string, values map[string]any) bool {
	t.Helper()
	status, _ := w.user(t, side, http.MethodPatch, place(side, object)+"/"+id, values)
	return status < 300
}

// remove deletes a record as a user would.
func (w *world) remove(t failer, side models.Side, object models.SyncObject, id string) bool {
	t.Helper()
	var status int
	if side == models.Desk {
		status, _ = w.user(t, side, http.MethodPost, place(side, object)+"/moveToTrash", map[string]any{object.Singular() + "Ids": []string{id}})
	} else {
		status, _ = w.user(t, side, http.MethodDelete, place(side, object)+"/"+id, nil)
	}
	return status < 300
}

// restore takes a record out of the recycle bin as a user would.
func (w *world) restore(t failer, side models.Side, id string) bool {
	t.Helper()
	var status int
	if side == models.Desk {
		status, _ = w.user(t, side, http.MethodPost, "/api/v1/recycleBin/restore", map[string]any{"ids": []string{id}})
	} else {
		status, _ = w.user(t, side, http.MethodPost, "/_sim/undelete", map[string]any{"ids": []string{id}})
	}
	return status < 300
}

// rec is a record as a vendor's dump shows it.
type rec struct {
	side    models.Side
	object  models.SyncObject
	id      string
	values  map[string]string
	deleted bool
	into    string // the survivor of a merge
}

// dump is everything that both vendors hold, by side and object, oldest id first.
func (w *world) dump(t failer) map[models.Side]map[models.SyncObject][]rec {
	t.Helper()
	out := map[models.Side]map[models.SyncObject][]rec{models.Desk: {}, models.Salesforce: {}}
	var sf map[string][]map[string]any
	w.sim(t, models.Salesforce, http.MethodGet, "/_sim/dump", "", &sf)
	for object, name := range map[models.SyncObject]string{models.ContactObject: "Contact", models.AccountObject: "Account"} {
		for _, row := range sf[name] {
			r := rec{side: models.Salesforce, object: object, values: flat(row)}
			r.id, r.deleted, r.into = r.values["Id"], row["IsDeleted"] == true, r.values["MasterRecordId"]
			out[models.Salesforce][object] = append(out[models.Salesforce][object], r)
		}
	}
	var desk struct {
		Contacts, Accounts, RecycleBin []map[string]any
	}
	w.sim(t, models.Desk, http.MethodGet, "/_sim/dump", "", &desk)
	add := func(object models.SyncObject, rows []map[string]any, deleted bool) {
		for _, row := range rows {
			r := rec{side: models.Desk, object: object, values: flat(row), deleted: deleted}
			r.id = r.values["id"]
			out[models.Desk][object] = append(out[models.Desk][object], r)
		}
	}
	add(models.ContactObject, desk.Contacts, false)
	add(models.AccountObject, desk.Accounts, false)
	for _, row := range desk.RecycleBin {
		object := models.ContactObject
		if _, account := row["accountName"]; account {
			object = models.AccountObject
		}
		add(object, []map[string]any{row}, true)
	}
	for _, objects := range out {
		for _, list := range objects {
			slices.SortFunc(list, func(a, b rec) int { return strings.Compare(a.id, b.id) })
		}
	}
	return out
}

// flat are a row's values as text, custom fields of Desk among the others. A blank is "".
func flat(row map[string]any) map[string]string {
	out := map[string]string{}
	for name, v := range row {
		switch v := v.(type) {
		case nil:
		case map[string]any:
			if name == "cf" {
				for name, v := range flat(v) {
					out[name] = v
				}
			}
		case string:
			out[name] = v
		case float64:
			out[name] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			out[name] = fmt.Sprint(v)
		}
	}
	return out
}

// faults sets a side's fault script.
func (w *world) faults(t failer, side models.Side, rules ...string) {
	t.Helper()
	w.sim(t, side, http.MethodPost, "/_sim/faults", "["+strings.Join(rules, ",")+"]", nil)
}

// counted is one of a simulator's own counters.
func (w *world) counted(t failer, side models.Side, counter string) int {
	t.Helper()
	var stats struct{ Counts map[string]int }
	w.sim(t, side, http.MethodGet, "/_sim/stats", "", &stats)
	return stats.Counts[counter]
}

// written are the calls of engines that changed something since the last look.
func (w *world) written() []write {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.writes
	w.writes = nil
	return out
}
