package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sidelight/models/store/storetest"
)

// demonstrated is a running demo that mirrors everything, as a dashboard's author has it.
type demonstrated struct {
	*installation
	salesforce string
	token      string // a service token
	env        []string
}

func demonstrate(t *testing.T, address string) *demonstrated {
	t.Helper()
	bin, data := program(t), t.TempDir()
	p := launch(t, bin, "demo", "--related", "all", "--database", address, "--listen", "127.0.0.1:0", "--data", data, "--salesforce-listen", "127.0.0.1:0", "--pubsub-listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0",
		"--contacts", "150", "--accounts", "40")
	url := p.until(`GraphQL\s+(http\S+)/graphql`)[1]
	d := &demonstrated{installation: &installation{t, bin, url, data, address}, salesforce: p.until(`Simulated Salesforce\s+(http\S+)`)[1]}
	d.env = append(os.Environ(), "SIDELIGHT="+url, "SIDELIGHT_DATA="+data, "SIDELIGHT_DATABASE="+address, "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"))
	admin := d.installation.token("admin", "")
	soon(t, "everything is mirrored", func() bool {
		mirrors, _ := at(d.ask(admin, "{ relatedMirrors { complete } }"), "data", "relatedMirrors").([]any)
		return len(mirrors) == 4 && !slices.ContainsFunc(mirrors, func(m any) bool { return at(m, "complete") != true })
	})
	return d
}

// shell runs a block of the guide and answers what it printed.
func (d *demonstrated) shell(block, dir string) string {
	d.t.Helper()
	cmd := exec.Command("sh", "-eu", "-c", block)
	cmd.Dir, cmd.Env = dir, append(d.env, "TOKEN="+d.token)
	out, err := cmd.Output()
	if err != nil {
		d.t.Fatalf("%v: %s", err, block)
	}
	return string(out)
}

// blocks are the commands of a guide, by a word that they hold.
func blocks(t *testing.T, guide string) []string {
	t.Helper()
	text, err := os.ReadFile(guide)
	must(t, err)
	var out []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	return out
}

// deals are the live opportunities as the vendor holds them.
func (d *demonstrated) deals() []map[string]any {
	var out []map[string]any
	dump := call(d.t, "GET", d.salesforce+"/_sim/dump", "", nil)
	for _, r := range dump["Opportunity"].([]any) {
		if row := r.(map[string]any); row["IsDeleted"] != true {
			out = append(out, row)
		}
	}
	return out
}

type figure struct {
	count            int
	amount, weighted *big.Rat
}

func rat(v any) *big.Rat {
	r, ok := new(big.Rat).SetString(fmt.Sprint(v))
	if !ok {
		return new(big.Rat)
	}
	return r
}

// sums groups what holds and adds it up.
func (d *demonstrated) sums(key func(r map[string]any) string, holds func(r map[string]any) bool) map[string]figure {
	out := map[string]figure{}
	for _, r := range d.deals() {
		if !holds(r) {
			continue
		}
		k := key(r)
		f, seen := out[k]
		if !seen {
			f.amount, f.weighted = new(big.Rat), new(big.Rat)
		}
		f.count++
		f.amount.Add(f.amount, rat(r["Amount"]))
		f.weighted.Add(f.weighted, new(big.Rat).Quo(new(big.Rat).Mul(rat(r["Amount"]), rat(r["Probability"])), big.NewRat(100, 1)))
		out[k] = f
	}
	return out
}

func open(r map[string]any) bool { return r["IsClosed"] != true }

// same compares buckets of the API with sums of the vendor's rows.
func same(t *testing.T, what string, buckets any, key string, want map[string]figure) {
	t.Helper()
	list, _ := buckets.([]any)
	if len(list) == 0 || len(list) != len(want) {
		t.Errorf("%s: %d groups, the vendor has %d", what, len(list), len(want))
		return
	}
	for _, b := range list {
		w, ok := want[fmt.Sprint(at(b, key))]
		if !ok || int(at(b, "count").(float64)) != w.count || rat(at(b, "amount")).Cmp(w.amount) != 0 {
			t.Errorf("%s: %v, the vendor has %+v", what, b, w)
		}
		if weighted := at(b, "weightedAmount"); weighted != nil && rat(weighted).Cmp(w.weighted) != 0 {
			t.Errorf("%s: weighted %v, want %v", what, weighted, w.weighted.FloatString(4))
		}
	}
}

func TestTheGuideToDashboardsHoldsAgainstTheDemo(t *testing.T) {
	storetest.Each(t, theGuideToDashboardsHolds)
}

func theGuideToDashboardsHolds(t *testing.T, address string) {
	d := demonstrate(t, address)
	stage := func(r map[string]any) string { return r["StageName"].(string) }
	month := func(r map[string]any) string { return r["CloseDate"].(string)[:7] }
	won := func(r map[string]any) bool { return r["StageName"] == "Closed Won" }
	openOnes := 0
	for _, r := range d.deals() {
		if open(r) {
			openOnes++
		}
	}
	ran := 0
	t.Run("commands", func(t *testing.T) {
		for _, block := range blocks(t, "../docs/dashboards.md") {
			if strings.Contains(block, "opportunities.csv") {
				continue
			}
			ran++
			var answer map[string]any
			if err := json.Unmarshal([]byte(d.shell(block, "")), &answer); err != nil || answer["errors"] != nil || answer["data"] == nil {
				t.Fatalf("%v: %v: %s", err, answer, block)
			}
			data := answer["data"]
			switch {
			case strings.Contains(block, "createServiceToken"):
				d.token = at(data, "createServiceToken", "token").(string)
			case strings.Contains(block, "groupBy: STAGE"):
				same(t, "by stage", at(data, "pipeline"), "label", d.sums(stage, open))
			case strings.Contains(block, "groupBy: CLOSE_MONTH"):
				same(t, "by month", at(data, "pipeline"), "key", d.sums(month, won))
			case strings.Contains(block, "AMOUNT_DESC"):
				largest := new(big.Rat)
				for _, r := range d.deals() {
					if a := rat(r["Amount"]); open(r) && a.Cmp(largest) > 0 {
						largest = a
					}
				}
				nodes := at(data, "opportunities", "nodes").([]any)
				if int(at(data, "opportunities", "totalCount").(float64)) != openOnes || len(nodes) != 3 || rat(at(nodes[0], "amount")).Cmp(largest) != 0 {
					t.Errorf("%v; %d are open, the largest is %s", data, openOnes, largest.FloatString(2))
				}
			case strings.Contains(block, "contacts("):
				if n := at(data, "contacts", "totalCount").(float64); n < 150 {
					t.Errorf("only %v contacts", n)
				}
			case strings.Contains(block, "relatedMirrors"):
				if n := len(at(data, "relatedMirrors").([]any)); n != 4 {
					t.Errorf("%d mirrors", n)
				}
			default:
				t.Errorf("nobody looks at what this says: %s", block)
			}
		}
		if ran != 6 {
			t.Errorf("%d commands were run", ran)
		}
	})
	t.Run("the file for Metabase", func(t *testing.T) {
		dir := t.TempDir()
		for _, block := range blocks(t, "../docs/dashboards.md") {
			if strings.Contains(block, "opportunities.csv") {
				d.shell(block, dir)
			}
		}
		text, err := os.ReadFile(filepath.Join(dir, "opportunities.csv"))
		must(t, err)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if len(lines) != len(d.deals())+1 {
			t.Errorf("%d lines for %d opportunities", len(lines)-1, len(d.deals()))
		}
	})
	t.Run("the Grafana dashboard", func(*testing.T) { d.grafana(stage, month, won, openOnes) })
	t.Run("a token that was revoked", func(*testing.T) {
		admin := d.installation.token("admin", "")
		id := at(at(d.ask(admin, "{ serviceTokens { id } }"), "data", "serviceTokens").([]any)[0], "id").(string)
		if got := d.ask(admin, `mutation { revokeServiceToken(id: "`+id+`") { revokedAt } }`); got["errors"] != nil {
			t.Fatal(got)
		}
		if got := d.ask(d.token, "{ viewer { subject } }"); got["data"] != nil {
			t.Errorf("it still answers: %v", got)
		}
	})
}

// grafana asks what each panel asks, picks the rows and columns as the data source does, and
// compares the figures.
func (d *demonstrated) grafana(stage, month func(map[string]any) string, won func(map[string]any) bool, openOnes int) {
	t := d.t
	text, err := os.ReadFile("../docs/grafana/sidelight.json")
	must(t, err)
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct {
				URL     string `json:"url"`
				Root    string `json:"root_selector"`
				Options struct {
					Query string `json:"body_graphql_query"`
				} `json:"url_options"`
				Columns []struct{ Selector, Text, Type string }
			}
		}
	}
	must(t, json.Unmarshal(text, &board))
	want := map[string]func(rows any){
		"Open pipeline by stage": func(rows any) { same(t, "by stage", rows, "label", d.sums(stage, open)) },
		"Open pipeline by owner": func(rows any) {
			same(t, "by owner", rows, "key", d.sums(func(r map[string]any) string { return r["OwnerId"].(string) }, open))
		},
		"Won by month": func(rows any) { same(t, "won by month", rows, "key", d.sums(month, won)) },
		"Accounts with the most in the pipeline": func(rows any) {
			all := d.sums(func(r map[string]any) string { return fmt.Sprint(r["AccountId"]) }, open)
			largest := slices.MaxFunc(slices.Collect(maps.Values(all)), func(a, b figure) int { return a.amount.Cmp(b.amount) })
			if list := rows.([]any); len(list) != min(len(all), 20) || rat(at(list[0], "amount")).Cmp(largest.amount) != 0 {
				t.Errorf("%d of %d accounts, the largest %v", len(list), len(all), list[0])
			}
		},
		"Closing next": func(rows any) {
			if n := len(rows.([]any)); n != min(openOnes, 50) {
				t.Errorf("%d rows, %d are open", n, openOnes)
			}
		},
		"Contacts changed last": func(rows any) {
			if n := len(rows.([]any)); n != 50 {
				t.Errorf("%d contacts", n)
			}
		},
		"How fresh this is": func(rows any) {
			if n := len(rows.([]any)); n != 4 {
				t.Errorf("%d mirrors", n)
			}
		},
	}
	if len(board.Panels) != len(want) {
		t.Errorf("%d panels, %d are looked at", len(board.Panels), len(want))
	}
	for _, panel := range board.Panels {
		for _, target := range panel.Targets {
			got := call(t, "POST", d.url+target.URL, "Bearer "+d.token, object{"query": target.Options.Query})
			rows := at(got, strings.Split(target.Root, ".")...)
			if got["errors"] != nil || rows == nil {
				t.Errorf("%s: %v", panel.Title, got)
				continue
			}
			for _, c := range target.Columns {
				if !slices.ContainsFunc(rows.([]any), func(r any) bool { return at(r, strings.Split(c.Selector, ".")...) != nil }) && c.Selector != "currency" {
					// The demo has one currency.
					t.Errorf("%s: no row has %s", panel.Title, c.Selector)
				}
			}
			want[panel.Title](rows)
		}
	}
}
