package e2e

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

// rounds is how often the crash test kills the program on each store.
var rounds = flag.Int("rounds", 1, "how often the crash test kills the program on each store")

// recovery is how long what was interrupted may take: claims of the dead last, and what they had
// begun to create is looked for before it is made again.
const recovery = 5 * time.Minute

// wound is the damage of a crash test: what users wrote while the program was being killed.
type wound struct {
	side  models.Side
	id    string
	value string
}

// crash is one database and two vendors that go on while the program is killed again and again.
type crash struct {
	t       *testing.T
	vendors *vendors
	dice    *rand.Rand
	first   map[models.Side][]string // the contacts that were there before, by side
	fresh   map[models.Side]int      // how many of those were edited
	person  map[string]string        // who they are: the same on both sides for the same email
	touched map[string]bool          // those who were edited
	made    map[string]bool          // contacts that users made meanwhile
	edits   []wound
}

func newCrash(t *testing.T, v *vendors) *crash {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := &crash{t: t, vendors: v, dice: rand.New(rand.NewPCG(seed, 1)), first: map[models.Side][]string{}, fresh: map[models.Side]int{}, person: map[string]string{}, touched: map[string]bool{}, made: map[string]bool{}}
	for side, list := range c.dump() {
		for id, r := range list {
			c.first[side] = append(c.first[side], id)
			c.person[id] = personOf(side, id, r)
		}
		c.dice.Shuffle(len(c.first[side]), func(i, j int) { c.first[side][i], c.first[side][j] = c.first[side][j], c.first[side][i] })
	}
	return c
}

func TestKilledAtAnyMomentItLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel() // it waits most of the time
	bin := program(t)
	storetest.Each(t, func(t *testing.T, address string) {
		c := newCrash(t, simulated(t, bin, 100+20**rounds))
		data := t.TempDir()
		for range *rounds {
			c.clash()
			p, _ := c.vendors.serve(t, bin, data, address)
			c.editFor(time.Duration(50+c.dice.IntN(6000)) * time.Millisecond)
			must(t, p.cmd.Process.Signal(syscall.SIGKILL))
			_, _ = io.Copy(io.Discard, p.out)
			_ = p.cmd.Wait()
		}
		p, url := c.vendors.serve(t, bin, data, address)
		i := &installation{t, bin, url, data, address}
		admin := i.token("admin", "")
		within(t, recovery, "the sync is active", i.active(admin))
		quiet := func() bool {
			return fmt.Sprint(at(i.ask(admin, "{integration{counts{pending}}}"), "data", "integration", "counts", "pending")) == "0"
		}
		within(t, recovery, "nothing is owed", quiet)
		c.polls(3)
		within(t, recovery, "nothing is owed any more", quiet)
		before := c.writes()
		c.polls(3)
		if after := c.writes(); !maps.Equal(before, after) {
			t.Errorf("an idle sync writes: %v, then %v", before, after)
		}
		c.check(address)
		t.Logf("%d kills, %d edits, %d contacts made meanwhile", *rounds, len(c.edits), len(c.made))
		p.interrupt()
	})
}

// polls waits until the program has asked both vendors for changes so often from beginning to end:
// a poll of Desk ends with its recycle bin, once for each kind of record, and one of Salesforce
// follows before the next.
func (c *crash) polls(n int) {
	c.t.Helper()
	asked := func() float64 {
		bins, _ := at(call(c.t, "GET", c.vendors.desk+"/_sim/stats", "", nil), "calls", "GET /api/v1/recycleBin").(float64)
		return bins
	}
	// One more: the first may have begun before.
	enough := asked() + float64(2*(n+1))
	within(c.t, recovery, "the vendors were polled", func() bool { return asked() >= enough })
}

// take is a contact of before that no user has edited yet.
func (c *crash) take(side models.Side) string {
	list := c.first[side]
	for c.fresh[side] < len(list) {
		id := list[c.fresh[side]]
		c.fresh[side]++
		if who := c.person[id]; !c.touched[who] {
			c.touched[who] = true
			return id
		}
	}
	c.t.Fatal("there are not enough contacts for so many edits")
	return ""
}

// editFor has users edit and create, some dozens of times a second.
func (c *crash) editFor(d time.Duration) {
	end, tick := time.NewTimer(d), time.NewTicker(150*time.Millisecond)
	defer end.Stop()
	defer tick.Stop()
	for {
		select {
		case <-end.C:
			return
		case <-tick.C:
			c.edit()
		}
	}
}

// edit is what one user does while the program runs: an edit of a contact that nobody else edits,
// or a new contact.
func (c *crash) edit() {
	side := models.Sides[c.dice.IntN(2)]
	value := fmt.Sprintf("Edit %d", len(c.edits))
	if c.dice.IntN(8) == 0 || c.fresh[side] > len(c.first[side])-2**rounds-2 {
		id := ""
		if side == models.Desk {
			id, _ = c.vendors.zoho("POST", "/contacts", object{"lastName": "Łast of " + value, "title": value})["id"].(string)
		} else {
			id, _ = c.vendors.sf("POST", "/sobjects/Contact", object{"LastName": "Łast of " + value, "Title": value})["id"].(string)
		}
		if id == "" {
			c.t.Fatal("a user cannot create a contact")
		}
		c.made[id] = true
		c.edits = append(c.edits, wound{side, id, value})
		return
	}
	c.write(side, c.take(side), value)
}

func (c *crash) write(side models.Side, id, value string) {
	var status any
	if side == models.Desk {
		status = c.vendors.zoho("PATCH", "/contacts/"+id, object{"title": value})["status"]
	} else {
		status = c.vendors.sf("PATCH", "/sobjects/Contact/"+id, object{"Title": value})["status"]
	}
	if n, _ := status.(int); n >= 300 {
		c.t.Fatalf("a user cannot edit %s: %v", id, status)
	}
	c.edits = append(c.edits, wound{side, id, value})
}

// clash edits one field of a contact on both sides while nothing runs.
func (c *crash) clash() {
	id := c.take(models.Salesforce)
	c.write(models.Salesforce, id, fmt.Sprintf("Clash %d in Salesforce", len(c.edits)))
	for _, other := range c.first[models.Desk] {
		if c.person[other] == c.person[id] {
			c.write(models.Desk, other, fmt.Sprintf("Clash %d in Desk", len(c.edits)))
			return
		}
	}
}

// personOf is a contact's email, or its id where it has none.
func personOf(side models.Side, id string, r object) string {
	email := r["email"]
	if side == models.Salesforce {
		email = r["Email"]
	}
	if text, _ := email.(string); text != "" {
		return strings.ToLower(text)
	}
	return id
}

// dump are the live contacts of both sides by id.
func (c *crash) dump() map[models.Side]map[string]object {
	out := map[models.Side]map[string]object{models.Desk: {}, models.Salesforce: {}}
	for side, place := range map[models.Side][3]string{models.Desk: {c.vendors.desk, "contacts", "id"}, models.Salesforce: {c.vendors.salesforce, "Contact", "Id"}} {
		rows, _ := call(c.t, "GET", place[0]+"/_sim/dump", "", nil)[place[1]].([]any)
		for _, row := range rows {
			if r := row.(object); r["IsDeleted"] != true {
				out[side][r[place[2]].(string)] = r
			}
		}
	}
	return out
}

var changes = regexp.MustCompile(`(^|\.)(create|update|upsert|delete|undelete|trash|restore|merge)\b`)

// writes are both vendors' counts of changed records.
func (c *crash) writes() map[string]string {
	out := map[string]string{}
	for _, url := range []string{c.vendors.desk, c.vendors.salesforce} {
		counts, _ := call(c.t, "GET", url+"/_sim/stats", "", nil)["counts"].(object)
		for kind, n := range counts {
			if changes.MatchString(kind) {
				out[url+" "+kind] = fmt.Sprint(n)
			}
		}
	}
	return out
}

// check holds the database and both vendors against each other: pairs are equal where mapped,
// nobody is double or left out without a reason, and every edit is there or in the conflict log.
func (c *crash) check(address string) {
	ctx := context.Background()
	s := storetest.Open(c.t, address)
	records := c.dump()
	pairs, reasons := c.pairs(ctx, s)
	mappings, err := s.FieldMappings(ctx, models.ContactObject)
	must(c.t, err)
	value := func(side models.Side, id string, m models.FieldMapping) string {
		v := records[side][id][m.Field(side).Name]
		if v == nil {
			return ""
		}
		return strings.TrimSpace(fmt.Sprint(v))
	}
	own := map[string]bool{}
	for side, list := range c.first {
		for _, id := range list {
			own[string(side)+id] = true
		}
	}
	for side, list := range records {
		marks := map[string]string{}
		for id, r := range list {
			mark := r["Sidelight_Link_Id__c"]
			if side == models.Desk {
				mark = at(r, "cf", "cf_sidelight_link_id")
			}
			if mark, _ := mark.(string); mark != "" {
				if marks[mark] != "" {
					c.t.Errorf("%s: %s and %s carry one mark", side, id, marks[mark])
				}
				marks[mark] = id
			}
			other, linked := pairs[side][id]
			ours := !own[string(side)+id] && !c.made[id]
			switch {
			case !linked && !reasons[string(side)+id]:
				c.t.Errorf("%s: %s has no counterpart and no failure says why", side, id)
			case ours && (!linked || !own[string(side.Other())+other] && !c.made[other]):
				c.t.Errorf("%s: %s was made by the sync and is nobody's counterpart", side, id)
			}
		}
	}
	for desk, salesforce := range pairs[models.Desk] {
		for _, m := range mappings {
			if m.Desk.Type == models.TypeReference {
				continue
			}
			if a, b := value(models.Desk, desk, m), value(models.Salesforce, salesforce, m); a != b {
				c.t.Errorf("%s of %s and %s: %q in Desk, %q in Salesforce", m.Name(), desk, salesforce, a, b)
			}
		}
	}
	c.edited(ctx, s, records)
}

// pairs are the linked contacts by side and id, and the records that a failure speaks of.
func (c *crash) pairs(ctx context.Context, s *store.Store) (map[models.Side]map[string]string, map[string]bool) {
	pairs, reasons, failed := map[models.Side]map[string]string{models.Desk: {}, models.Salesforce: {}}, map[string]bool{}, map[string]bool{}
	open, size := false, 1000
	for page := (models.Page{First: &size}); ; {
		failures, err := s.Failures(ctx, models.FailureFilter{Resolved: &open}, page, false)
		must(c.t, err)
		for _, f := range failures.Rows {
			failed[f.LinkID] = true
		}
		if !failures.PageInfo.HasNextPage {
			break
		}
		page.After = failures.PageInfo.EndCursor
	}
	for after := ""; ; {
		links, err := s.Links(ctx, models.ContactObject, after, 1000)
		must(c.t, err)
		if len(links) == 0 {
			return pairs, reasons
		}
		after = links[len(links)-1].ID
		for _, l := range links {
			for _, side := range models.Sides {
				if l.Whole() {
					pairs[side][l.RecordID(side)] = l.RecordID(side.Other())
				} else if failed[l.ID] {
					reasons[string(side)+l.RecordID(side)] = true
				}
			}
		}
	}
}

// edited looks for every value that a user wrote.
func (c *crash) edited(ctx context.Context, s *store.Store, records map[models.Side]map[string]object) {
	kept := map[string]bool{}
	size := 1000
	conflicts, err := s.Conflicts(ctx, models.ConflictFilter{}, models.Page{First: &size}, false)
	must(c.t, err)
	for _, k := range conflicts.Rows {
		kept[k.Desk.String()], kept[k.Salesforce.String()] = true, true
	}
	for _, e := range c.edits {
		name := "title"
		if e.side == models.Salesforce {
			name = "Title"
		}
		if now := fmt.Sprint(records[e.side][e.id][name]); now != e.value && !kept[e.value] {
			c.t.Errorf("%q, written to %s in %s, is lost: %q stands there", e.value, e.id, e.side, now)
		}
	}
}
