// Package e2e tests the built program: it runs its commands as their users do.
package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sidelight/models/store/storetest"
)

func TestMain(m *testing.M) {
	storetest.Main(m, func() {
		if path, err := built(); err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	})
}

// built is the built program, made once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sidelight-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sidelight")
	if out, err := exec.Command("go", "build", "-o", path, "sidelight").CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("%w: %s", err, out), os.RemoveAll(dir))
	}
	return path, nil
})

func program(t *testing.T) string {
	t.Helper()
	path, err := built()
	must(t, err)
	return path
}

// process is a running demo or simulate, with its output.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	out *bufio.Reader
	log *bytes.Buffer
}

func launch(t *testing.T, bin string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(bin, args...), log: &bytes.Buffer{}}
	storetest.Bind(p.cmd)
	pipe, err := p.cmd.StdoutPipe()
	must(t, err)
	p.cmd.Stderr = p.log
	p.cmd.Env = append(os.Environ(), "SIDELIGHT_LOG_LEVEL=warn")
	must(t, p.cmd.Start())
	p.out = bufio.NewReader(pipe)
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("it logged: %s", p.log.String())
		}
	})
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until reads output up to a line that matches, and answers the match.
func (p *process) until(pattern string) []string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	for {
		line, err := p.out.ReadString('\n')
		if m := re.FindStringSubmatch(line); m != nil {
			return m
		}
		if err != nil {
			p.t.Fatalf("the output ended before %q: %v", pattern, err)
		}
	}
}

// interrupt ends it as a person would; it must end well.
func (p *process) interrupt() {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(os.Interrupt))
	_, _ = io.Copy(io.Discard, p.out)
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("it did not end well: %v", err)
	}
}

// vendors are the two simulators in a process of their own, so that killing Sidelight leaves them
// alone.
type vendors struct {
	*process
	salesforce, desk string
	pubsub, ca       string
	token            string // of Salesforce, as another program has one
	deskToken        string
}

func simulated(t *testing.T, bin string, contacts int) *vendors {
	t.Helper()
	dir := t.TempDir()
	v := &vendors{process: launch(t, bin, "simulate", "--state", dir, "--salesforce-listen", "127.0.0.1:0", "--pubsub-listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0",
		"--contacts", fmt.Sprint(contacts), "--accounts", fmt.Sprint(contacts/5))}
	v.salesforce = v.until(`Salesforce\s+(http\S+)`)[1]
	v.pubsub = v.until(`Pub/Sub\s+(\S+)`)[1]
	v.ca = filepath.Join(dir, "pubsub-ca.pem")
	v.desk = v.until(`Zoho Desk\s+(http\S+)`)[1]
	v.token = v.form(v.salesforce+"/services/oauth2/token", "grant_type=client_credentials&client_id=demo&client_secret=demo-secret")
	v.deskToken = v.form(v.desk+"/oauth/v2/token", "grant_type=refresh_token&client_id=demo&client_secret=demo-secret&refresh_token=demo-refresh")
	return v
}

func (v *vendors) form(url, body string) string {
	v.t.Helper()
	res, err := http.Post(url, "application/x-www-form-urlencoded", strings.NewReader(body))
	must(v.t, err)
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	must(v.t, json.NewDecoder(res.Body).Decode(&answer))
	return answer.Token
}

// serve starts Sidelight on the vendors.
func (v *vendors) serve(t *testing.T, bin, data, address string) (*process, string) {
	t.Helper()
	p := launch(t, bin, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data", data, "--database", address, "--poll", "1s", "--lease", "5s", "--start", "--salesforce-url", v.salesforce, "--salesforce-client-id", "demo",
		"--salesforce-client-secret", "demo-secret", "--pubsub", v.pubsub, "--pubsub-ca", v.ca, "--desk-url", v.desk, "--desk-accounts-url", v.desk, "--desk-client-id", "demo",
		"--desk-client-secret", "demo-secret", "--desk-refresh-token", "demo-refresh", "--desk-org", "700000001")
	return p, p.until(`serves on (http\S+)`)[1]
}

type object = map[string]any

// call sends JSON and reads JSON.
func call(t *testing.T, method, url, auth string, body any) object {
	t.Helper()
	raw, _ := json.Marshal(body)
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", auth)
	req.Header.Set("orgId", "700000001")
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	text, err := io.ReadAll(res.Body)
	must(t, err)
	out := object{"status": res.StatusCode}
	_ = json.Unmarshal(text, &out)
	return out
}

func (v *vendors) sf(method, path string, body any) object {
	return call(v.t, method, v.salesforce+"/services/data/v68.0"+path, "Bearer "+v.token, body)
}

func (v *vendors) zoho(method, path string, body any) object {
	return call(v.t, method, v.desk+"/api/v1"+path, "Zoho-oauthtoken "+v.deskToken, body)
}

// soon waits until something holds.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	within(t, time.Minute, what, holds)
}

// within waits until something holds, for so long at most.
func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen: %s", what)
		}
		<-tick.C
	}
}

// installation is Sidelight as its users see it.
type installation struct {
	t    *testing.T
	bin  string
	url  string
	data string
	db   string
}

func (i *installation) token(scope, profile string) string {
	i.t.Helper()
	args := []string{"token", "--data", i.data, "--database", i.db, "--scope", scope}
	if profile != "" {
		args = append(args, "--profile", profile)
	}
	out, err := exec.Command(i.bin, args...).Output()
	must(i.t, err)
	return strings.TrimSpace(string(out))
}

func (i *installation) ask(token, query string) object {
	i.t.Helper()
	return call(i.t, http.MethodPost, i.url+"/graphql", "Bearer "+token, object{"query": query})
}

// at digs into an answer.
func at(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (i *installation) active(admin string) func() bool {
	return func() bool {
		return at(i.ask(admin, "{integration{status}}"), "data", "integration", "status") == "ACTIVE"
	}
}

func TestAnEditAProfileAndAStrangerFromEndToEnd(t *testing.T) {
	bin := program(t)
	storetest.Each(t, func(t *testing.T, address string) {
		v := simulated(t, bin, 100)
		data := t.TempDir()
		_, url := v.serve(t, bin, data, address)
		i := &installation{t, bin, url, data, address}
		admin := i.token("admin", "")
		soon(t, "the first sync is done", i.active(admin))

		t.Run("a contact made in Salesforce is in Desk, and the other way round", func(t *testing.T) {
			account := v.sf("POST", "/sobjects/Account", object{"Name": "Ōkami & Söhne"})["id"]
			made := v.sf("POST", "/sobjects/Contact", object{"LastName": "O’Hara", "Email": "ohara@okami.example", "AccountId": account})["id"]
			soon(t, "the contact is in Desk, with its account", func() bool {
				found, _ := v.zoho("GET", "/contacts/search?limit=5&email=ohara@okami.example", nil)["data"].([]any)
				return len(found) == 1 && at(v.zoho("GET", "/contacts/"+at(found[0], "id").(string)+"?include=accounts", nil), "account", "accountName") == "Ōkami & Söhne"
			})
			other := v.zoho("POST", "/contacts", object{"lastName": "From Desk", "email": "from@desk.example"})["id"].(string)
			var id string
			soon(t, "the contact is in Salesforce", func() bool {
				id, _ = at(i.ask(admin, `{customer(by:{deskContactId:"`+other+`"}){contact{salesforceId}}}`), "data", "customer", "contact", "salesforceId").(string)
				return id != ""
			})
			v.sf("PATCH", "/sobjects/Contact/"+id, object{"Title": "Captain"})
			v.zoho("PATCH", "/contacts/"+other, object{"phone": "+1 555 0100"})
			soon(t, "both edits are on both sides", func() bool {
				s, d := v.sf("GET", "/sobjects/Contact/"+id, nil), v.zoho("GET", "/contacts/"+other, nil)
				return s["Phone"] == "+1 555 0100" && s["Title"] == "Captain" && d["title"] == "Captain" && d["phone"] == "+1 555 0100"
			})
			if made == nil {
				t.Error("the account's contact was not made")
			}
		})

		t.Run("what a profile may not see is neither shown nor asked for", func(t *testing.T) {
			ticket := at(v.zoho("GET", "/tickets?limit=1&sortBy=-ticketNumber", nil)["data"].([]any)[0], "id").(string)
			agent, query := i.token("agent", "Light Agent"), `{customer(by:{deskTicketId:"`+ticket+`"}){contact{name opportunities{nodes{name}} notes{nodes{title}}}}}`
			profile := ""
			for _, p := range at(i.ask(admin, "{profiles{id name}}"), "data", "profiles").([]any) {
				if at(p, "name") == "Light Agent" {
					profile = at(p, "id").(string)
				}
			}
			if closed := i.ask(admin, `mutation{setProfilePermission(profileId:"`+profile+`",permission:{opportunities:false}){permission{opportunities}}}`); closed["errors"] != nil {
				t.Fatal(closed)
			}
			call(t, "POST", v.salesforce+"/_sim/faults", "", object{"rules": []any{}})
			before := fmt.Sprint(at(call(t, "GET", v.salesforce+"/_sim/stats", "", nil), "counts", "query Opportunity"))
			got := i.ask(agent, query)
			if at(got, "data", "customer", "contact", "opportunities") != nil || at(got, "data", "customer", "contact", "name") == nil ||
				!strings.Contains(fmt.Sprint(got["extensions"]), "Contact.opportunities") {
				t.Errorf("the agent got %v", got)
			}
			if after := fmt.Sprint(at(call(t, "GET", v.salesforce+"/_sim/stats", "", nil), "counts", "query Opportunity")); after != before {
				t.Errorf("Salesforce was asked for opportunities: %s, then %s", before, after)
			}
			full := i.ask(admin, query)
			if nodes, _ := at(full, "data", "customer", "contact", "opportunities", "nodes").([]any); len(nodes) == 0 {
				t.Errorf("the admin got %v", full)
			}
		})

		t.Run("nobody gets nothing", func(t *testing.T) {
			for name, token := range map[string]string{"none": "", "nonsense": "x.y.z"} {
				got := call(t, "POST", i.url+"/graphql", strings.TrimSpace("Bearer "+token), object{"query": "{viewer{subject}}"})
				if got["status"] != http.StatusUnauthorized || got["data"] != nil {
					t.Errorf("%s: %v", name, got)
				}
			}
		})
	})
}

func TestAFirstSyncThatIsKilledGoesOnAndDoublesNothing(t *testing.T) {
	t.Parallel() // it waits most of the time
	bin := program(t)
	storetest.Two(t, func(t *testing.T, address string) {
		v := simulated(t, bin, 400)
		data := t.TempDir()
		for round := range 3 {
			p, _ := v.serve(t, bin, data, address)
			time.AfterFunc(time.Duration(400+300*round)*time.Millisecond, func() { _ = p.cmd.Process.Signal(syscall.SIGKILL) })
			_, _ = io.Copy(io.Discard, p.out)
			_ = p.cmd.Wait()
		}
		p, url := v.serve(t, bin, data, address)
		i := &installation{t, bin, url, data, address}
		admin := i.token("admin", "")
		within(t, recovery, "the first sync is done", i.active(admin))
		within(t, recovery, "nothing is owed", func() bool {
			return fmt.Sprint(at(i.ask(admin, "{integration{counts{pending}}}"), "data", "integration", "counts", "pending")) == "0"
		})
		sf, desk := call(t, "GET", v.salesforce+"/_sim/dump", "", nil), call(t, "GET", v.desk+"/_sim/dump", "", nil)
		marks := map[string]int{}
		for _, r := range sf["Contact"].([]any) {
			if m, ok := at(r, "Sidelight_Link_Id__c").(string); ok {
				marks["salesforce "+m]++
			}
		}
		for _, r := range desk["contacts"].([]any) {
			if m, ok := at(r, "cf", "cf_sidelight_link_id").(string); ok && m != "" {
				marks["desk "+m]++
			}
		}
		for m, n := range marks {
			if n > 1 {
				t.Errorf("%s was made %d times", m, n)
			}
		}
		// Half of each side's contacts are the other side's too, less those that are ambiguous.
		linked := at(i.ask(admin, "{integration{counts{linkedContacts openFailures}}}"), "data", "integration", "counts")
		if len(marks) < 300 || at(linked, "linkedContacts").(float64)+at(linked, "openFailures").(float64) < 580 {
			t.Errorf("%d marks, %v", len(marks), linked)
		}
		p.interrupt()
	})
}
