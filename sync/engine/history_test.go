package engine_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// checks sets how many cases rapid tries, always the same ones, unless the command line says it:
// make test-long tries others each time.
func checks(t *testing.T, n int) {
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	for name, value := range map[string]string{"rapid.checks": strconv.Itoa(n), "rapid.seed": "1"} {
		f := flag.Lookup(name)
		if f.Value.String() != f.DefValue {
			continue
		}
		must(t, f.Value.Set(value))
		t.Cleanup(func() { must(t, f.Value.Set(f.DefValue)) })
	}
}

// TestAnyHistoryEndsWithBothSidesEqualAndNoEditLost draws histories of what users, admins, vendors
// and processes do, and holds the engine to its promises after each.
func TestAnyHistoryEndsWithBothSidesEqualAndNoEditLost(t *testing.T) {
	checks(t, 50) // they are slow under the race detector; make test has more of them without it
	n, dir := 0, t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n, ".sqlite"))
		h := newHistory(rt, "sqlite:"+path)
		defer func() {
			h.world.close(t)
			for _, suffix := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(path + suffix)
			}
		}()
		rt.Repeat(h.actions())
		h.end(rt)
	})
}

// The servers have their own locks, isolation and clock: the same histories, and fewer of them.
func TestHistoriesEndTheSameOnServers(t *testing.T) {
	storetest.EachServer(t, func(t *testing.T, address string) {
		checks(t, 15)
		db := storetest.Reuse(t, address)
		rapid.Check(t, func(rt *rapid.T) {
			check(rt, db.Reset())
			h := newHistory(rt, db.Address)
			defer h.world.close(t)
			rt.Repeat(h.actions())
			h.end(rt)
		})
	})
}

// edit is a value that a user gave a field.
type edit struct {
	at     int // its place in the history
	side   models.Side
	object models.SyncObject
	id     string
	field  string // the mapping's name
	value  string
	seen   string // what the user replaced
}

type spot struct {
	side models.Side
	id   string
}

// history is one run of the model.
type history struct {
	world   *world
	ctx     context.Context
	began   time.Time
	since   int // edits until then need not be there any more
	at      int
	paused  bool
	users   map[spot]bool   // records that users made
	gone    map[spot]bool   // records that were deleted at the last look
	reached map[spot]bool   // values that a side has held
	edits   []edit          // what users wrote, in order
	seen    map[string]bool // values that a user knowingly replaced or threw away
	rules   map[string]models.FieldRule
	// accountGone tells that an account was deleted: contacts may wait for it.
	accountGone bool
	handed      map[string]bool // links whose record a user threw away
	deleted     map[spot]int    // when a user last deleted the record, or its counterpart
	said        []string
}

// fields are what users edit, by the mapping's names: Desk's and Salesforce's.
var fields = map[models.SyncObject][][2]string{
	models.ContactObject: {{"title", "Title"}, {"phone", "Phone"}, {"city", "MailingCity"}, {"description", "Description"}, {"lastName", "LastName"}},
	models.AccountObject: {{"phone", "Phone"}, {"fax", "Fax"}, {"city", "BillingCity"}, {"description", "Description"}},
}

// emails are few, so that some records match and some are ambiguous.
var emails = []string{"", "", "", "ann@example.com", "bo@example.com", "Cy@Example.com", "dee@example.com"}

func newHistory(t *rapid.T, address string) *history {
	h := &history{world: newWorld(t, address), ctx: context.Background(), users: map[spot]bool{}, gone: map[spot]bool{}, reached: map[spot]bool{}, seen: map[string]bool{}, deleted: map[spot]int{}, handed: map[string]bool{}, rules: map[string]models.FieldRule{}}
	w := h.world
	h.began = w.clock.Now()
	w.marked[models.Desk] = rapid.IntRange(0, 3).Draw(t, "desk has the mark's field") > 0
	w.marked[models.Salesforce] = rapid.IntRange(0, 3).Draw(t, "salesforce has the mark's field") > 0
	w.batch = rapid.SampledFrom([]int{1, 1, 1, 0}).Draw(t, "batch")
	for range rapid.IntRange(0, 4).Draw(t, "records before") {
		h.create(t)
	}
	h.times(t)
	w.boot(t).connect(t)
	in, err := w.store.Integration(h.ctx)
	check(t, err)
	w.org = in.SalesforceOrg // a connection is to one organization
	return h
}

// say notes what happened. No two things happen at one instant: the engine tells by it which of two
// writes was planned later.
func (h *history) say(format string, args ...any) {
	h.at++
	h.world.clock.advance(time.Millisecond)
	h.said = append(h.said, fmt.Sprintf("%3d %s ", h.at, h.world.clock.Now().Format("02T15:04:05"))+fmt.Sprintf(format, args...))
}

func (h *history) unique(kind string) string { return fmt.Sprintf("%s %d", kind, len(h.edits)) }

// proc is the process that runs, a new one after a kill.
func (h *history) proc(t failer) *proc {
	if h.world.proc == nil {
		h.say("a new process starts")
		return h.world.boot(t)
	}
	return h.world.proc
}

func (h *history) actions() map[string]func(*rapid.T) {
	acts := map[string]func(*rapid.T){
		"":                func(t *rapid.T) { h.invariants(t) },
		"create":          h.create,
		"edit":            h.editOne,
		"edit again":      h.editOne,
		"edit both":       h.editBoth,
		"readdress":       h.readdress,
		"delete":          h.delete,
		"undelete":        h.undelete,
		"merge":           h.merge,
		"engine":          h.engine,
		"engine again":    h.engine,
		"engine in peace": h.peace,
		"hint":            h.hint,
		"spam":            h.spam,
		"time":            h.time,
		"pause or resume": h.pauseOrResume,
		"admin":           h.admin,
	}
	return acts
}

// draws

func drawSide(t *rapid.T) models.Side { return rapid.SampledFrom(models.Sides[:]).Draw(t, "side") }

func drawObject(t *rapid.T) models.SyncObject {
	return rapid.SampledFrom([]models.SyncObject{models.ContactObject, models.ContactObject, models.AccountObject}).Draw(t, "object")
}

// drawLive draws a live record of a side, or skips the action.
func (h *history) drawLive(t *rapid.T, side models.Side, object models.SyncObject, deleted bool) rec {
	var list []rec
	for _, r := range h.world.dump(t)[side][object] {
		if r.deleted == deleted && r.into == "" {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		t.Skip("no such record")
	}
	return rapid.SampledFrom(list).Draw(t, "record")
}

// what users do

func name(side models.Side, pair [2]string) string {
	if side == models.Desk {
		return pair[0]
	}
	return pair[1]
}

func (h *history) create(t *rapid.T) {
	side, object := drawSide(t), drawObject(t)
	values := map[string]any{}
	note := func(pair [2]string, value string) {
		values[name(side, pair)] = value
		h.edits = append(h.edits, edit{at: h.at + 1, side: side, object: object, field: pair[1], value: value})
	}
	begin := len(h.edits)
	if object == models.AccountObject {
		if rapid.IntRange(0, 3).Draw(t, "named alike") == 0 {
			values[name(side, [2]string{"accountName", "Name"})] = rapid.SampledFrom([]string{"Acme", "ACME ", "Zoë & Co"}).Draw(t, "name")
		} else {
			values[name(side, [2]string{"accountName", "Name"})] = h.unique("Account")
		}
	} else {
		note([2]string{"lastName", "LastName"}, h.unique("Łast"))
		if email := rapid.SampledFrom(emails).Draw(t, "email"); email != "" {
			values[name(side, [2]string{"email", "Email"})] = email
		}
		var accounts []string
		for _, r := range h.world.dump(t)[side][models.AccountObject] {
			if !r.deleted {
				accounts = append(accounts, r.id)
			}
		}
		if len(accounts) > 0 && rapid.Bool().Draw(t, "with an account") {
			values[name(side, [2]string{"accountId", "AccountId"})] = rapid.SampledFrom(accounts).Draw(t, "account")
		}
	}
	if rapid.Bool().Draw(t, "with a phone") {
		note([2]string{"phone", "Phone"}, h.unique("+48"))
	}
	match, _ := values[object.MatchField(side)].(string)
	if slices.ContainsFunc(h.alike(t, object, match), func(r rec) bool { return h.unclaimed(t, r) && h.edited(r) }) {
		h.edits = h.edits[:begin]
		t.Skip("only its email or name tells that a record is the answer of a create")
	}
	id := h.world.create(t, side, object, values)
	for i := begin; i < len(h.edits); i++ {
		h.edits[i].id = id
	}
	h.users[spot{side, id}] = true
	h.say("a user creates %s %s in %s: %v", object, id, side, values)
}

func (h *history) editOne(t *rapid.T) {
	side, object := drawSide(t), drawObject(t)
	r := h.drawLive(t, side, object, false)
	if match := r.values[object.MatchField(side)]; h.unclaimed(t, r) && (match == "" || len(h.alike(t, object, match)) > 2) {
		t.Skip("only what was sent tells that it is the answer of a create")
	}
	h.editField(t, r, rapid.SampledFrom(fields[object]).Draw(t, "field"))
}

func (h *history) editField(t *rapid.T, r rec, pair [2]string) {
	value, seen := h.unique("v"), r.values[name(r.side, pair)]
	if seen != "" && pair[0] != "lastName" && rapid.IntRange(0, 4).Draw(t, "blank") == 0 {
		value = ""
	}
	var sent any = value
	if value == "" {
		sent = nil
	}
	if !h.world.edit(t, r.side, r.object, r.id, map[string]any{name(r.side, pair): sent}) {
		t.Fatalf("a user cannot edit %s of %s", pair, r.id)
	}
	h.say("a user edits %s of %s %s in %s: %q to %q", pair[1], r.object, r.id, r.side, seen, value)
	h.seen[seen] = true
	h.edits = append(h.edits, edit{h.at, r.side, r.object, r.id, pair[1], value, seen})
}

// editBoth edits one field of a linked pair on both sides.
func (h *history) editBoth(t *rapid.T) {
	object := drawObject(t)
	dump := h.world.dump(t)
	live := map[spot]rec{}
	for side, objects := range dump {
		for _, r := range objects[object] {
			if !r.deleted {
				live[spot{side, r.id}] = r
			}
		}
	}
	links, err := h.world.store.Links(h.ctx, object, "", 1000)
	check(t, err)
	var pairs [][2]rec
	for _, l := range links {
		d, onDesk := live[spot{models.Desk, l.RecordID(models.Desk)}]
		s, onSalesforce := live[spot{models.Salesforce, l.RecordID(models.Salesforce)}]
		if onDesk && onSalesforce {
			pairs = append(pairs, [2]rec{d, s})
		}
	}
	if len(pairs) == 0 {
		t.Skip("no linked pair")
	}
	pair := rapid.SampledFrom(pairs).Draw(t, "pair")
	field := rapid.SampledFrom(fields[object]).Draw(t, "field")
	h.editField(t, pair[0], field)
	if rapid.Bool().Draw(t, "later") {
		h.world.clock.advance(3 * time.Second)
	}
	h.editField(t, pair[1], field)
}

// skipWhileMatchesCount skips an action that would part two records of which only their match tells
// that one is the unanswered create of the other (docs/connecting.md).
func (h *history) skipWhileMatchesCount(t *rapid.T) {
	for _, objects := range h.world.dump(t) {
		for _, list := range objects {
			for _, r := range list {
				if !r.deleted && h.unclaimed(t, r) {
					t.Skip("a create is unanswered, and there is no mark")
				}
			}
		}
	}
}

// discarding runs what a user does and notes every value that it takes with it: the user saw those.
func (h *history) discarding(t *rapid.T, act func()) {
	h.skipWhileMatchesCount(t)
	before := h.world.dump(t)
	act()
	after := map[spot]rec{}
	for side, objects := range h.world.dump(t) {
		for _, list := range objects {
			for _, r := range list {
				after[spot{side, r.id}] = r
			}
		}
	}
	for side, objects := range before {
		for _, list := range objects {
			for _, r := range list {
				if now, there := after[spot{side, r.id}]; !r.deleted && (!there || now.deleted) {
					h.handOver(t, r)
					for _, v := range r.values {
						h.seen[v] = true
					}
					h.deleted[spot{side, r.id}] = h.at + 1
					h.accountGone = h.accountGone || r.object == models.AccountObject
				}
			}
		}
	}
}

// handOver notes that the counterpart of a record that a user threw away stands for it from now on.
func (h *history) handOver(t *rapid.T, r rec) {
	links, err := h.world.store.LinksByRecord(h.ctx, r.object, r.side, []string{r.id})
	check(t, err)
	l, linked := links[r.id]
	h.handed[l.ID] = linked && h.users[spot{r.side, r.id}] // its counterpart may just be on its way
	id := l.RecordID(r.side.Other())
	if id == "" {
		id = l.UnlinkedFrom
	}
	if linked && id != "" {
		other := spot{r.side.Other(), id}
		h.users[other] = h.users[other] || h.users[spot{r.side, r.id}]
		h.deleted[other] = h.at + 1 // with its counterpart went what it had been given
	}
}

func (h *history) delete(t *rapid.T) {
	side, object := drawSide(t), drawObject(t)
	r := h.drawLive(t, side, object, false)
	if h.unseen(t, r) {
		t.Skip("the engine has not seen it yet")
	}
	h.discarding(t, func() {
		if !h.world.remove(t, side, object, r.id) {
			t.Fatalf("a user cannot delete %s", r.id)
		}
	})
	h.say("a user deletes %s %s in %s", object, r.id, side)
	h.look(t)
}

func (h *history) undelete(t *rapid.T) {
	side, object := drawSide(t), drawObject(t)
	r := h.drawLive(t, side, object, true)
	if h.world.restore(t, side, r.id) {
		h.say("a user undeletes %s %s in %s", object, r.id, side)
		h.look(t)
	}
}

func (h *history) merge(t *rapid.T) {
	side, object := drawSide(t), drawObject(t)
	loser, winner := h.drawLive(t, side, object, false), h.drawLive(t, side, object, false)
	if loser.id == winner.id {
		t.Skip("one record")
	}
	h.discarding(t, func() {
		if side == models.Salesforce {
			h.world.user(t, side, "POST", "/_sim/merge", map[string]any{"master": winner.id, "losers": []string{loser.id}})
		} else {
			h.world.mergeInDesk(t, object, winner.id, loser.id)
		}
	})
	h.say("a user merges %s %s into %s in %s", object, loser.id, winner.id, side)
}

// unclaimed tells whether a record is the answer of a create that the engine has not seen yet, in
// an organization without the mark's field. It is known by its email, or by what was sent: who
// changes that before it is found makes it a record like any other (docs/connecting.md).
func (h *history) unclaimed(t failer, r rec) bool {
	return !h.world.marked[r.side] && h.unseen(t, r)
}

// alike are the records of both sides, deleted or not, with the email or name; none where there is
// no email.
func (h *history) alike(t failer, object models.SyncObject, match string) (list []rec) {
	key := models.MatchKey(models.Text(match))
	for side, objects := range h.world.dump(t) {
		for _, r := range objects[object] {
			if key != "" && models.MatchKey(models.Text(r.values[object.MatchField(side)])) == key {
				list = append(list, r)
			}
		}
	}
	return list
}

// edited tells whether users have edited the record.
func (h *history) edited(r rec) bool {
	return slices.ContainsFunc(h.edits, func(e edit) bool { return e.side == r.side && e.id == r.id })
}

// unseen tells whether a record is the answer of a create that the engine has not seen yet, mark or
// no mark: one that is deleted before is made again, and both are there when it is undeleted.
func (h *history) unseen(t failer, r rec) bool {
	links, err := h.world.store.LinksByRecord(h.ctx, r.object, r.side, []string{r.id})
	check(t, err)
	l := links[r.id]
	return !h.users[spot{r.side, r.id}] && !l.Whole()
}

// readdress gives a contact another email, so that it matches others from now on, or no longer.
func (h *history) readdress(t *rapid.T) {
	side := drawSide(t)
	r := h.drawLive(t, side, models.ContactObject, false)
	h.skipWhileMatchesCount(t)
	email := rapid.SampledFrom(emails).Draw(t, "email")
	var sent any = email
	if email == "" {
		sent = nil
	}
	if !h.world.edit(t, side, r.object, r.id, map[string]any{name(side, [2]string{"email", "Email"}): sent}) {
		t.Fatalf("a user cannot edit the email of %s", r.id)
	}
	h.say("a user edits the email of %s in %s to %q", r.id, side, email)
}

// look notes which values have reached which side. A record that came back to life, alone or with
// its account, is a user's own.
func (h *history) look(t failer) {
	for side, objects := range h.world.dump(t) {
		for _, list := range objects {
			for _, r := range list {
				at := spot{side, r.id}
				if h.gone[at] && !r.deleted {
					h.users[at] = true
				}
				h.gone[at] = r.deleted
				for _, v := range r.values {
					h.reached[spot{side, v}] = true
				}
			}
		}
	}
}
