package bench

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"sidelight/models"
)

var writePlan = flag.Bool("plan", false, "write the planner's table into docs/operating.md anew")

const (
	operating = "../docs/operating.md"
	planBegin = "<!-- go test ./bench -run TestThePlannersTable -plan -->\n"
	planEnd   = "<!-- the end of what it writes -->\n"
	// licences and agentShare are what the table is made for: agents and users with a licence, and
	// the share that the sync leaves for agents.
	licences   = 10
	agentShare = 0.2
	// everyMinute and atRest are polls a day: of a minute, and while push is proved alive.
	everyMinute = 24 * 60
	atRest      = everyMinute / 8
)

// plansTable is the planner's table.
func plansTable() string {
	var out strings.Builder
	head := "| contacts | changed a day |"
	for _, p := range models.APIPlans {
		head += fmt.Sprintf(" %s %s |", p.Side.Name(), p.Name)
	}
	out.WriteString(head + "\n|" + strings.Repeat("---|", len(models.APIPlans)+2) + "\n| | *the sync may use* |")
	for _, p := range models.APIPlans {
		fmt.Fprintf(&out, " *%s* |", thousands(p.For(licences, agentShare)))
	}
	for _, contacts := range []int{5_000, 20_000, 100_000, 500_000} {
		for _, changed := range []float64{0, 0.01, 0.05, 0.2} {
			fmt.Fprintf(&out, "\n| %s | %g%% |", thousands(float64(contacts)), changed*100)
			for _, p := range models.APIPlans {
				out.WriteString(" " + verdict(p, models.SyncSize{Contacts: contacts, Accounts: contacts / 5, Changed: changed, Polls: polls(p)}) + " |")
			}
		}
	}
	return out.String() + "\n"
}

func polls(p models.APIPlan) int {
	if p.Pushes {
		return atRest
	}
	return everyMinute
}

// verdict is what a day costs of a plan, and whether that is too much.
func verdict(p models.APIPlan, s models.SyncSize) string {
	limit := p.For(licences, agentShare)
	day, compare := p.Of(models.CountedCosts.Day(s)), p.Of(models.CountedCosts.Compare(s))
	text := thousands(day) + " + " + thousands(compare)
	switch {
	case day > limit:
		return "**" + text + "**"
	case day+compare > limit:
		return text + " †"
	}
	return text
}

// thousands writes a number for people: three digits that count.
func thousands(n float64) string {
	if n >= 1000 {
		unit := math.Pow(10, math.Floor(math.Log10(n))-2)
		n = math.Round(n/unit) * unit
	}
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func TestThePlannersTableIsWhatTheCountedCostsComeTo(t *testing.T) {
	text, err := os.ReadFile(operating)
	must(t, err)
	before, rest, begins := strings.Cut(string(text), planBegin)
	is, after, ends := strings.Cut(rest, planEnd)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table", operating)
	}
	want := plansTable()
	if *writePlan {
		must(t, os.WriteFile(operating, []byte(before+planBegin+want+planEnd+after), 0o644))
		return
	}
	if is != want {
		t.Errorf("the table is another: go test ./bench -run TestThePlannersTable -plan writes it. It is\n%s", want)
	}
}
