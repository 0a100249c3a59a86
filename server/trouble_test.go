package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

const howItStands = `{integration{status reason reasonCode database{ok code problem since} counts{linkedContacts} salesforce{host}}}`

// ready asks the probe.
func (r *replica) ready() answered {
	r.t.Helper()
	return r.send(r.request(http.MethodGet, "/readyz", "", nil))
}

// troubled waits until every place says what is wrong with the database.
func (r *replica) troubled(admin string, want models.DatabaseProblem) {
	r.t.Helper()
	r.soon("the server is no longer ready", func() bool { return r.ready().status == http.StatusServiceUnavailable })
	if got := r.ready(); got.body["database"] != string(want) || got.body["since"] == nil || got.body["problem"] == nil || got.header.Get("Retry-After") == "" {
		r.t.Errorf("not ready: %s", got.text)
	}
	if !strings.Contains(r.scraped(), "sidelight_database_ok 0") {
		r.t.Error("the metrics do not say it")
	}
	got := r.ask(admin, howItStands)
	if got.data("integration", "status") == nil || got.data("integration", "database", "ok") != false || got.data("integration", "database", "code") != string(want) ||
		got.data("integration", "database", "since") == nil || got.data("integration", "reasonCode") != "UNAVAILABLE" || got.data("integration", "reason") != want.Sentence() {
		r.t.Errorf("the status: %s", got.text)
	}
}

// refused makes a change, which must be refused with a word to try again.
func (r *replica) refused(admin string) {
	r.t.Helper()
	got := r.ask(admin, `mutation{setSyncPolicy(input:{historyDays:31}){historyDays}}`)
	if got.code() != "UNAVAILABLE" || !strings.Contains(got.text, "try again") || got.header.Get("Retry-After") == "" {
		r.t.Errorf("a change: %s", got.text)
	}
}

// refusedInTheEnd makes small changes until one is refused with a word to try again: a full disk
// may leave space for some in the database's own file. Each that was answered is kept.
func (r *replica) refusedInTheEnd(admin string) {
	r.t.Helper()
	days := 40.0
	r.soon("a change is refused", func() bool {
		days++
		got := r.ask(admin, fmt.Sprintf(`mutation{setSyncPolicy(input:{historyDays:%v}){historyDays}}`, days))
		if got.code() == "UNAVAILABLE" {
			if !strings.Contains(got.text, "try again") || got.header.Get("Retry-After") == "" {
				r.t.Errorf("the refusal: %s", got.text)
			}
			return true
		}
		if got := r.ask(admin, `{integration{historyDays}}`); got.data("integration", "historyDays") != days {
			r.t.Errorf("a change that was answered is not kept: %s", got.text)
		}
		return false
	})
}

// healed waits until everything is well again, and changes something.
func (r *replica) healed(admin string) {
	r.t.Helper()
	r.soon("the server is ready again", func() bool { return r.ready().status == http.StatusOK })
	if got := r.ask(admin, howItStands); got.data("integration", "database", "ok") != true || got.data("integration", "database", "problem") != nil || got.data("integration", "reason") != nil ||
		got.data("integration", "counts", "linkedContacts") == nil {
		r.t.Errorf("the status afterwards: %s", got.text)
	}
	if got := r.ask(admin, `mutation{setSyncPolicy(input:{historyDays:33}){historyDays}}`); got.data("setSyncPolicy", "historyDays") != 33.0 {
		r.t.Errorf("a change afterwards: %s", got.text)
	}
}

// arrives waits until Salesforce has a contact that Desk has.
func (h *harness) arrives(out tokens, r *replica, email string) {
	h.Helper()
	r.soon("what was edited meanwhile arrives at the other vendor", func() bool {
		found := h.salesforce(out, http.MethodGet, "/query?q="+url.QueryEscape("SELECT Id FROM Contact WHERE Email = '"+email+"'"), nil)
		return len(list(found["records"])) == 1
	})
}

func TestAFullDiskIsSaidAndNothingIsLost(t *testing.T) {
	disk := storetest.SmallDisk(t, "24m")
	h := newHarness(t, "sqlite:"+filepath.Join(disk.Path, "sidelight.sqlite"))
	r := h.serve(h.connected)
	r.synced()
	admin, out := r.token(models.ScopeAdmin, ""), h.outside()
	if got := r.ready(); got.status != http.StatusOK {
		t.Fatalf("not ready at first: %s", got.text)
	}
	disk.Fill()
	for n := range 40 {
		// What the sync writes of them takes more space than is left in the database's files.
		h.desk(out, http.MethodPost, "/contacts", map[string]any{"lastName": fmt.Sprint("Meanwhile ", n), "email": fmt.Sprintf("meanwhile%d@example.com", n), "description": strings.Repeat("x", 30<<10)})
	}
	r.troubled(admin, models.DatabaseFull)
	r.refusedInTheEnd(admin)
	disk.Free()
	r.healed(admin)
	for _, n := range []int{0, 39} {
		h.arrives(out, r, fmt.Sprintf("meanwhile%d@example.com", n))
	}
}

func TestARemovedFileIsSaidAndItsRowsComeBack(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "database")
	path := filepath.Join(folder, "sidelight.sqlite")
	h := newHarness(t, "sqlite:"+path)
	r := h.serve(h.connected)
	r.synced()
	admin, out := r.token(models.ScopeAdmin, ""), h.outside()
	light := r.policy.Profile("Light Agent").ID
	if got := r.ask(admin, `mutation($p:ID!){setProfilePermission(profileId:$p,permission:{visible:false}){id}}`, "p", light); got.body["errors"] != nil {
		t.Fatal(got.text)
	}
	must(t, os.RemoveAll(folder))
	r.troubled(admin, models.DatabaseMissing)
	r.refused(admin)
	h.desk(out, http.MethodPost, "/contacts", map[string]any{"lastName": "Meanwhile", "email": "meanwhile@example.com"})
	must(t, os.Mkdir(folder, 0o700))
	r.healed(admin)
	h.arrives(out, r, "meanwhile@example.com")
	r.stop()
	again := h.serve(h.connected)
	if got := again.ask(again.token(models.ScopeAdmin, ""), `{profiles{id permission{visible}}}`); !strings.Contains(got.text, `"`+light+`","permission":{"visible":false}`) {
		t.Errorf("the permissions after a restart: %s", got.text)
	}
}

func TestAnEmptyDatabaseBesideAKeyFileIsNotBegunAnew(t *testing.T) {
	onEach(t, func(h *harness) {
		r := h.serve(h.joined)
		r.met()
		r.stop()
		must(h.T, emptied(h))
		c := Config{StoreConfig: StoreConfig{Data: h.data, Database: h.address, KeyFile: filepath.Join(h.data, "key")}, HTTPConfig: HTTPConfig{Listen: "127.0.0.1:0", Rate: 1, Timeout: time.Second},
			LogConfig: LogConfig{LogLevel: "error"}}
		c.Poll = time.Second
		_, err := New(h.Context(), c, Options{})
		if err == nil || !strings.Contains(err.Error(), "--begin-anew") || !strings.Contains(err.Error(), "restore the backup") {
			h.Errorf("serve: %v", err)
		}
		if err := (&MigrateCommand{c.StoreConfig}).Run(h.Context(), &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "--begin-anew") {
			h.Errorf("migrate: %v", err)
		}
		if _, _, err := opened(h.Context(), c.StoreConfig, true); err == nil || !strings.Contains(err.Error(), "--begin-anew") {
			h.Errorf("token and mapping: %v", err)
		}
		r = h.serve(h.joined, func(c *Config) { c.BeginAnew = true })
		r.met()
		r.stop()
		h.serve(h.joined) // what was begun is kept
	})
}

// emptied takes all rows and tables from the database.
func emptied(h *harness) error {
	if path, ok := strings.CutPrefix(h.address, "sqlite:"); ok {
		return os.Truncate(path, 0)
	}
	return storetest.DropTables(h.Context(), h.address)
}

func TestAStartThatFailsLeavesNoKeyFile(t *testing.T) {
	data := t.TempDir()
	c := StoreConfig{Data: data, Database: "mysql:root:hidden@tcp(127.0.0.1:1)/x"}
	err := (&MigrateCommand{c}).Run(t.Context(), &strings.Builder{})
	if models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Fatalf("%v", err)
	}
	if _, err := os.Stat(c.keyFile()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key file was left: %v", err)
	}
	c.Database = "" // the next one begins as the first would have
	must(t, (&MigrateCommand{c}).Run(t.Context(), &strings.Builder{}))
	must(t, (&MigrateCommand{c}).Run(t.Context(), &strings.Builder{}))
}

func TestWhoIsNotSignedInYetIsToldToTryAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sidelight.sqlite")
	h := newHarness(t, "sqlite:"+path)
	r := h.serve(h.joined)
	r.met()
	must(t, h.spoiled(path))
	r.soon("the damage is seen", func() bool { return r.ready().status == http.StatusServiceUnavailable })
	req := r.request(http.MethodPost, "/graphql", "slt_"+strings.Repeat("x", 43), map[string]any{"query": whoAmI})
	if got := r.send(req); got.status != http.StatusServiceUnavailable || got.code() != "UNAVAILABLE" || got.header.Get("Retry-After") == "" {
		t.Errorf("a service token: %d %s", got.status, got.text)
	}
	admin := r.token(models.ScopeAdmin, "")
	if got := r.ask(admin, howItStands); got.data("integration", "database", "code") != string(models.DatabaseDamaged) || got.data("integration", "status") == nil {
		t.Errorf("the status: %s", got.text)
	}
	if got := r.send(r.request(http.MethodGet, "/export/failures.csv", admin, nil)); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("a download: %d %s", got.status, got.text)
	}
}

// spoiled writes nonsense over every page of the file but the first, and has its log forgotten.
func (h *harness) spoiled(path string) error {
	for _, beside := range []string{"", "-wal"} {
		f, err := os.OpenFile(path+beside, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err == nil {
			_, err = f.WriteAt(make([]byte, max(0, info.Size()-4096)), 4096)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}
