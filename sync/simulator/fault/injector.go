// Package fault makes a simulated vendor misbehave on demand, and counts what it was asked.
//
// A script is a list of rules. HTTP faults act in Middleware, before or after the vendor's handler;
// effects act inside the vendor, which asks Effect about them. Every rule acts by count ("after N,
// times M"), by probability, or both; the dice are seeded, so the same script and the same calls
// give the same faults.
package fault

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// ringSize is how many of the last requests are kept.
const ringSize = 1000

// Injector holds the fault script and the statistics of one vendor. Methods may be called from
// several goroutines.
type Injector struct {
	now func() time.Time

	mu       sync.Mutex
	dice     *rand.Rand
	rules    []*active
	imitated func(*rand.Rand) time.Duration
	since    time.Time
	calls    map[string]int64
	counts   map[string]int64
	fired    map[string]int64
	ring     []*entry
	next     int
	total    int64
}

type active struct {
	Rule
	seen  int
	acted int
}

// New returns an Injector without rules. now is the true clock; seed decides the dice.
func New(now func() time.Time, seed uint64) *Injector {
	//nolint:gosec // faults come again from their seed
	in := &Injector{now: now, dice: rand.New(rand.NewPCG(seed, 0x51de11947))}
	in.ResetStats()
	return in
}

// Load replaces the script: {"rules":[{"kind":…}]}, or the bare list of rules. When it is wrong the
// script in force stays, and the error names the rule and the field.
func (in *Injector) Load(script []byte) error {
	rules, err := parse(script)
	if err != nil {
		return err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.rules = make([]*active, len(rules))
	for i, rule := range rules {
		in.rules[i] = &active{Rule: rule}
	}
	return nil
}

// Clear removes every rule.
func (in *Injector) Clear() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.rules = nil
}

// Imitate sets the latency that every answer has without any rule: "" or "zero" for none,
// "realistic" for what the vendors show (most answers between 80 and 400 ms, now and then over a
// second), or a duration.
func (in *Injector) Imitate(latency string) error {
	var draw func(*rand.Rand) time.Duration
	switch latency {
	case "", "zero", "none":
	case "realistic":
		draw = func(dice *rand.Rand) time.Duration {
			ms := 160 * math.Exp(0.5*dice.NormFloat64())
			return time.Duration(min(max(ms, 60), 3000) * float64(time.Millisecond))
		}
	default:
		fixed, err := time.ParseDuration(latency)
		if err != nil || fixed < 0 {
			return fmt.Errorf("latency %q is neither zero, realistic nor a duration", latency)
		}
		draw = func(*rand.Rand) time.Duration { return fixed }
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.imitated = draw
	return nil
}

// Now is the vendor's clock: the true one, moved by a clock_skew rule. Vendors stamp records,
// tokens and the Date header with it.
func (in *Injector) Now() time.Time {
	if skew, on := in.Effect(ClockSkew); on {
		return in.now().Add(skew.Offset())
	}
	return in.now()
}

// Effect says whether an effect of this kind acts now, and by which rule. Each call is one occasion
// for the rule's count and dice. A rule with On acts only when one of the subjects is equal to it.
func (in *Injector) Effect(kind string, subjects ...string) (Rule, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, rule := range in.rules {
		if rule.Kind != kind || !rule.about(subjects) {
			continue
		}
		if in.acts(rule) {
			return rule.Rule, true
		}
	}
	return Rule{}, false
}

// Refuses says whether a record that is written together with others, together in all, is refused,
// and by which rule. The text is what the record's values say.
func (in *Injector) Refuses(object string, together int, text func() string) (Rule, bool) {
	return in.RefusesAny([]string{object}, together, text)
}

// RefusesAny is Refuses for a record that a rule can be about by several names: its object, its id.
func (in *Injector) RefusesAny(subjects []string, together int, text func() string) (Rule, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, rule := range in.rules {
		if rule.Kind != RecordFail || !rule.about(subjects) || together <= rule.Above {
			continue
		}
		if rule.Contains != "" && !strings.Contains(text(), rule.Contains) {
			continue
		}
		if in.acts(rule) {
			return rule.Rule, true
		}
	}
	return Rule{}, false
}

func (a *active) about(subjects []string) bool {
	if a.On == "" {
		return true
	}
	for _, subject := range subjects {
		if subject == a.On {
			return true
		}
	}
	return false
}

// acts takes one occasion from the rule; in.mu is held.
func (in *Injector) acts(rule *active) bool {
	rule.seen++
	if rule.seen <= rule.After || rule.Times > 0 && rule.acted >= rule.Times {
		return false
	}
	if rule.Probability > 0 && in.dice.Float64() >= rule.Probability {
		return false
	}
	rule.acted++
	if rule.Kind != ClockSkew && rule.Kind != SearchLag {
		// States rather than events: counting them says nothing.
		in.fired[rule.Kind]++
	}
	return true
}

// RuleState is a rule of the script in force, with how often it matched and how often it acted.
type RuleState struct {
	Rule
	Seen  int `json:"seen"`
	Acted int `json:"acted"`
}

// Rules returns the script in force.
func (in *Injector) Rules() []RuleState {
	in.mu.Lock()
	defer in.mu.Unlock()
	out := make([]RuleState, len(in.rules))
	for i, rule := range in.rules {
		out[i] = RuleState{Rule: rule.Rule, Seen: rule.seen, Acted: rule.acted}
	}
	return out
}

// Stats counts what the vendor was asked since Since.
type Stats struct {
	Since time.Time `json:"since"`
	// Total is the number of HTTP calls.
	Total int64 `json:"total"`
	// Calls is HTTP calls by "METHOD pattern", whatever became of them.
	Calls map[string]int64 `json:"calls"`
	// Counts is what the vendor counted: writes by kind, queries by object.
	Counts map[string]int64 `json:"counts"`
	// Faults is how often faults and effects acted, by kind.
	Faults map[string]int64 `json:"faults"`
}

// Stats returns a copy of the statistics.
func (in *Injector) Stats() Stats {
	in.mu.Lock()
	defer in.mu.Unlock()
	return Stats{Since: in.since, Total: in.total, Calls: maps.Clone(in.calls), Counts: maps.Clone(in.counts), Faults: maps.Clone(in.fired)}
}

// Count adds n to the counter of this kind ("contact.create", "query.Opportunity").
func (in *Injector) Count(kind string, n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.counts[kind] += int64(n)
}

// ResetStats sets every counter to zero and forgets the requests.
func (in *Injector) ResetStats() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.since = in.now()
	in.calls, in.counts, in.fired = map[string]int64{}, map[string]int64{}, map[string]int64{}
	in.ring, in.next, in.total = nil, 0, 0
}
