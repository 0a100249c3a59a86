package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

const erased = "erased"

// personal says of every column that holds text whether it is erased with a person, or why nothing
// of one stands there.
var personal = map[string]map[string]string{
	"desk_contacts":       {"id": erased, "second_key": erased, "name": erased, "match_key": erased, "parent_id": erased, "data": erased, "merged_into": erased},
	"salesforce_contacts": {"id": erased, "second_key": erased, "name": erased, "match_key": erased, "parent_id": erased, "data": erased, "merged_into": erased},
	"links": {"id": erased, "object": erased, "desk_id": erased, "salesforce_id": erased, "base_desk": erased, "base_salesforce": erased, "matched_by": erased, "name_key": erased, "match_key": erased,
		"cause": erased, "resting": erased, "parted": erased},
	"intents": {"id": erased, "link_id": erased, "object": erased, "side": erased, "op": erased, "record_id": erased, "values": erased, "before": erased, "source": erased, "run_id": erased, "state": erased,
		"owner": erased, "last_code": erased},
	"failures": {"id": erased, "link_id": erased, "object": erased, "source": erased, "target": erased, "record_id": erased, "record_name": erased, "code": erased, "message": erased, "hint": erased, "fields": erased,
		"run_id": erased, "field": erased, "cause": erased},
	"conflicts":            {"id": erased, "link_id": erased, "object": erased, "record_name": erased, "field": erased, "base": erased, "desk": erased, "salesforce": erased, "winner": erased},
	"changes":              {"link_id": erased, "object": erased, "side": erased, "record_id": erased, "field": erased, "old": erased, "new": erased, "rule": erased, "run_id": erased},
	"rehearsals":           {"id": "ours", "status": "a word of ours", "objects": erased},
	"drift_reports":        {"id": "ours", "status": "a word of ours", "objects": erased},
	"opportunity_contacts": {"opportunity_id": erased, "contact_id": erased, "role": erased},
	"notes":                {"id": erased, "contact_id": erased, "title": erased, "body": erased, "created_by_id": erased, "created_by_name": erased},
	"events":               {"id": erased, "who_id": erased, "account_id": erased, "subject": erased, "location": erased, "description": erased, "owner_id": erased, "owner_name": erased},
	"tasks": {"id": erased, "who_id": erased, "account_id": erased, "subject": erased, "status": erased, "priority": erased, "due_date": erased, "description": erased, "owner_id": erased, "owner_name": erased,
		"due_key": erased},
	"related_states": {"customer_id": erased, "section": erased, "totals": erased},
	"card_versions":  {"customer_id": erased},
	"tickets":        {"id": erased, "number": erased, "contact_id": erased, "account_id": erased, "department_id": erased, "assignee_id": erased, "team_id": erased, "shared_with": erased},
	"audit_entries":  {"subject": "who did it: one of the staff", "action": "a word of ours", "target": erased, "detail": erased},

	"desk_accounts":       all("an organization's", "id", "name", "match_key", "second_key", "parent_id", "data", "merged_into"),
	"salesforce_accounts": all("an organization's", "id", "name", "match_key", "second_key", "parent_id", "data", "merged_into"),
	"opportunities":       all("an organization's, or of the staff; one on the person's card alone goes with it", "id", "name", "stage", "currency", "close_date", "close_key", "owner_id", "owner_name", "owner_email", "account_id"),
	"integrations": all("words of ours, with counts and names of fields", "status", "reason", "resume", "direction", "conflict_policy", "delete_policy", "brake", "reason_code",
		"drift", "desk_org", "salesforce_org", "agent_cards"),
	"connections":     all("of the vendors' accounts", "side", "host", "login_url", "organization", "org_id", "secrets", "problem", "problem_code", "checks"),
	"field_mappings":  all("names of fields, and values of picklists", "id", "object", "desk", "salesforce", "rule", "value_pairs"),
	"constants":       all("what an admin set", "object", "side", "name", "field", "value"),
	"sync_filters":    all("what an admin set", "object", "conditions", "leaving"),
	"cursors":         all("positions; while a list is read one may hold ids, and the end of the reading replaces it", "side", "object", "kind", "value"),
	"related_mirrors": all("positions in opportunities and activities", "object", "after", "changes", "replay"),
	"sync_runs":       all("words of ours", "id", "trigger", "status", "phase", "object"),
	"sync_days":       all("counts", "day"),
	"sync_tallies":    all("words of ours", "run_id", "source", "target", "object"),
	"profiles":        all("Desk's profiles", "id", "name", "hidden", "deny_mode", "card"),
	"service_tokens":  all("an admin's", "id", "name", "hash", "profile_id", "deny_mode"),
	"issued_tokens":   all("an admin's", "id", "name", "scope", "profile_id"),
	"sign_ins":        all("of the staff", "id", "subject", "name", "scope", "way", "profile_id", "device", "refresh_hash", "previous_hash", "sealed"),
	"sign_in_states":  all("of the staff, sealed", "id", "sealed"),
	"leases":          all("of our processes", "name", "owner"),
	"settings":        all("of our processes", "name", "value"),
	"tombstones":      all("keyed hashes", "hash", "person_id"),
	"tombstone_keys":  all("sealed", "sealed"),
}

func all(why string, columns ...string) map[string]string {
	out := map[string]string{}
	for _, c := range columns {
		out[c] = why
	}
	return out
}

// holdsText tells whether a column can hold what a person is known by.
func holdsText(kind string) bool {
	kind, _, _ = strings.Cut(kind, "(")
	return !slices.Contains([]string{"INTEGER", "INT", "BIGINT", "SMALLINT", "TINYINT", "BOOLEAN", "DATETIME", "REAL", "DOUBLE", "FLOAT", "DECIMAL"}, kind)
}

func TestEveryColumnOfTextIsErasedOrHoldsNobody(t *testing.T) {
	address := storetest.SQLiteAddress(t)
	storetest.Open(t, address)
	tables := must[map[string]store.Table](t)(raw(t, address).Tables(ctx))
	for name, table := range tables {
		there := map[string]bool{}
		for _, c := range table.Columns {
			there[c.Name] = true
			if holdsText(c.Type) && personal[name][c.Name] == "" {
				t.Errorf("nobody has decided about %s.%s (%s): does it hold a person's data? Then Erase must remove it", name, c.Name, c.Type)
			}
		}
		for c := range personal[name] {
			if !there[c] {
				t.Errorf("%s has no column %s", name, c)
			}
		}
	}
	for name := range personal {
		if _, there := tables[name]; !there {
			t.Errorf("there is no table %s", name)
		}
	}
}

// planted is somebody as they stand in the tables.
type planted struct{ link, desk, salesforce, email, name, phone string }

var (
	jane = planted{"link-of-jane-000001", "700000000123", "003aa0000001234AAA", "jane.doe@x.example", "Jane Q. Doe", "+49 555 0101"}
	john = planted{"link-of-john-000001", "700000000456", "003aa0000005678AAA", "john.roe@x.example", "John B. Roe", "+49 555 0202"}
)

// words are what somebody is found by.
func (p planted) words() []string {
	return []string{p.link, p.desk, p.salesforce[:15], p.email, p.name, p.phone}
}

// plant puts somebody into every table that holds people, and into every column of those.
func plant(t testing.TB, r *store.Raw, p planted) {
	t.Helper()
	tables := must[map[string]store.Table](t)(r.Tables(ctx))
	text := fmt.Sprintf("%s <%s> %s %s %s", p.name, p.email, p.phone, p.desk, p.salesforce)
	deskData := fmt.Sprintf(`{"email":%q,"firstName":"Jane","lastName":%q,"phone":%q}`, p.email, p.name, p.phone)
	salesforceData := fmt.Sprintf(`{"Email":%q,"LastName":%q,"Phone":%q}`, p.email, p.name, p.phone)
	sample := fmt.Sprintf(`{"RecordName":%q,"DeskID":%q,"SalesforceID":%q`, p.name, p.desk, p.salesforce)
	rows := []struct {
		table string
		row   map[string]any
	}{
		{"desk_contacts", map[string]any{"id": p.desk, "name": p.name, "match_key": p.email, "data": deskData, "merged_into": ""}},
		// Was merged into the other.
		{"desk_contacts", map[string]any{"id": p.desk + "9", "name": p.name, "match_key": "", "data": deskData, "merged_into": p.desk}},
		{"salesforce_contacts", map[string]any{"id": p.salesforce, "name": p.name, "match_key": p.email, "data": salesforceData, "merged_into": ""}},
		{"links", map[string]any{"id": p.link, "object": "CONTACT", "desk_id": p.desk, "salesforce_id": p.salesforce, "base_desk": deskData, "base_salesforce": salesforceData, "resting": "[]", "parted": "", "name_key": p.name, "match_key": p.email}},
		{"intents", map[string]any{"id": "i" + p.link, "link_id": p.link, "object": "CONTACT", "side": "DESK", "record_id": p.desk, "values": deskData, "before": deskData, "source": salesforceData, "state": "PENDING"}},
		{"failures", map[string]any{"id": "f1" + p.link, "link_id": p.link, "object": "CONTACT", "record_id": p.desk, "record_name": p.name, "message": text, "hint": text, "fields": "[]", "source": "DESK", "target": "SALESFORCE"}},
		// of a link that was dropped long ago, and of somebody else's record
		{"failures", map[string]any{"id": "f2" + p.link[8:], "link_id": "dropped" + p.link[8:], "object": "CONTACT", "record_id": p.desk, "record_name": p.name, "message": text, "fields": "[]", "source": "DESK", "target": "SALESFORCE"}},
		{"failures", map[string]any{"id": "f3" + p.link[8:], "link_id": "another", "object": "ACCOUNT", "record_id": "1", "record_name": "Acme", "message": "duplicate of " + text, "hint": text, "fields": "[]", "source": "DESK", "target": "SALESFORCE"}},
		{"conflicts", map[string]any{"id": "c1" + p.link, "link_id": p.link, "object": "CONTACT", "record_name": p.name, "base": text, "desk": text, "salesforce": text}},
		{"conflicts", map[string]any{"id": "c2" + p.link[8:], "link_id": "nowhere" + p.link[8:], "object": "CONTACT", "record_name": p.name, "base": "1", "desk": "2", "salesforce": "3"}},
		{"changes", map[string]any{"id": nil, "link_id": p.link, "object": "CONTACT", "side": "DESK", "record_id": p.desk, "field": "Phone", "old": text, "new": text}},
		{"changes", map[string]any{"id": nil, "link_id": "dropped" + p.link[8:], "object": "CONTACT", "side": "SALESFORCE", "record_id": p.salesforce, "field": "Phone", "old": text, "new": text}},
		{"rehearsals", map[string]any{"id": "r" + p.link[8:], "objects": `[{"Object":"CONTACT","Matched":7,"Samples":[` + sample + `,"Changes":[{"Field":"Phone","From":"1","To":"` + p.phone + `"}]}]}]`}},
		{"drift_reports", map[string]any{"id": "d" + p.link[8:], "objects": `[{"Object":"CONTACT","Differences":[{"Reason":"MISSED_CHANGE","Count":3,"Samples":[` + sample + `}]}]}]`}},
		{"opportunity_contacts", map[string]any{"opportunity_id": "006" + p.desk, "contact_id": p.salesforce, "role": text}},
		// On this card alone.
		{"opportunities", map[string]any{"id": "006" + p.desk, "name": text, "account_id": nil, "close_date": nil, "amount": nil}},
		{"notes", map[string]any{"id": "002" + p.desk, "contact_id": p.salesforce, "title": text, "body": text}},
		{"events", map[string]any{"id": "00U" + p.desk, "who_id": p.salesforce, "subject": text, "description": text, "location": text}},
		{"events", map[string]any{"id": "00U" + p.desk, "who_id": "001account", "subject": text, "description": text, "location": text}},
		{"tasks", map[string]any{"id": "00T" + p.desk, "who_id": p.salesforce, "subject": text, "description": text, "due_date": nil}},
		{"related_states", map[string]any{"customer_id": p.salesforce, "section": "NOTES", "totals": nil}},
		{"tickets", map[string]any{"id": "9" + p.desk[1:], "contact_id": p.desk, "account_id": ""}},
		{"audit_entries", map[string]any{"id": nil, "subject": "admin", "action": "resolveConflict", "target": p.desk, "detail": fmt.Sprintf(`{"name":%q,"list":[%q,%s],"%s":1}`, text, strings.ToUpper(p.email), p.desk, p.email)}},
	}
	for _, one := range rows {
		var columns, marks []string
		var args []any
		for _, c := range tables[one.table].Columns {
			value, given := one.row[c.Name]
			if c.Computed || given && value == nil {
				continue
			}
			if !given {
				kind, rest, _ := strings.Cut(c.Type, "(")
				length, _ := strconv.Atoi(strings.TrimSuffix(rest, ")"))
				switch {
				case c.Nullable && length > 0 && length < len(text):
					continue
				case kind == "DATETIME":
					if c.Nullable {
						continue
					}
					value = "2026-01-02 03:04:05.678901" + map[bool]string{false: "+00:00"}[r.MySQL]
				case holdsText(c.Type) && c.Nullable:
					value = text
				case holdsText(c.Type):
					value = "x"
				default:
					value = 1
				}
			}
			columns, marks, args = append(columns, "`"+c.Name+"`"), append(marks, "?"), append(args, value)
		}
		if _, err := r.ExecContext(ctx, "INSERT INTO `"+one.table+"` ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...); err != nil {
			t.Fatalf("%s: %v", one.table, err)
		}
	}
}

// found are the tables and files in which somebody stands.
func found(t testing.TB, address string, r *store.Raw, p planted) (out []string) {
	t.Helper()
	for name, table := range must[map[string]store.Table](t)(r.Tables(ctx)) {
		for _, row := range must[[]string](t)(r.Contents(ctx, name, table.Columns)) {
			for _, w := range p.words() {
				if strings.Contains(strings.ToLower(row), strings.ToLower(w)) {
					out = append(out, fmt.Sprintf("%s has %s: %.300s", name, w, row))
				}
			}
		}
	}
	path, is := strings.CutPrefix(address, "sqlite:")
	if !is {
		return out
	}
	for _, file := range must[[]string](t)(filepath.Glob(path + "*")) {
		text := bytes.ToLower(must[[]byte](t)(os.ReadFile(file)))
		for _, w := range p.words() {
			if n := bytes.Count(text, bytes.ToLower([]byte(w))); n > 0 {
				out = append(out, fmt.Sprintf("%s has %s %d times", filepath.Base(file), w, n))
			}
		}
	}
	return out
}

func TestAPersonIsErasedFromEveryTableAndFile(t *testing.T) {
	for name, who := range map[string]models.PersonKey{"email": {Email: jane.email}, "desk": {Side: models.Desk, ID: jane.desk}, "salesforce": {Side: models.Salesforce, ID: jane.salesforce}} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, address string) {
				s, r := storetest.Open(t, address), raw(t, address)
				plant(t, r, jane)
				plant(t, r, john)
				dry := must[models.ErasureReceipt](t)(s.Erase(ctx, who, true))
				if dry.ID != nil || len(found(t, address, r, jane)) < 40 {
					t.Fatalf("a dry run removed something: %+v", dry)
				}
				got := must[models.ErasureReceipt](t)(s.Erase(ctx, who, false))
				if left := found(t, address, r, jane); len(left) > 0 {
					t.Errorf("the person is left in:\n%s", strings.Join(left, "\n"))
				}
				want := map[string]int{"desk_contacts": 2, "salesforce_contacts": 1, "links": 1, "intents": 1, "failures": 3, "conflicts": 2, "changes": 2, "rehearsals": 1, "drift_reports": 1, "opportunity_contacts": 1,
					"opportunities": 1, "notes": 1, "events": 2, "tasks": 1, "related_states": 1, "tickets": 1, "audit_entries": 1}
				for _, table := range got.Tables {
					if table.Rows != want[table.Table] {
						t.Errorf("%d rows of %s, want %d", table.Rows, table.Table, want[table.Table])
					}
					delete(want, table.Table)
				}
				if len(want) > 0 || got.Records != 3 || got.ID == nil || got.Problem != nil || got.Tombstones != 4 {
					t.Errorf("%+v; missing: %v", got, want)
				}
				if fmt.Sprint(dry.Tables, dry.Records, dry.Tombstones) != fmt.Sprint(got.Tables, got.Records, got.Tombstones) {
					t.Errorf("the dry run said %+v, the erasure %+v", dry, got)
				}
				if left := found(t, address, r, john); len(left) < 40 {
					t.Errorf("somebody else is left in %d places only", len(left))
				}
				again := must[models.ErasureReceipt](t)(s.Erase(ctx, who, false))
				if again.Records != 0 || len(again.Tables) != 0 || again.Tombstones != 1 {
					t.Errorf("erased again: %+v", again)
				}
			})
		})
	}
}

func TestAnErasedPersonDoesNotComeBackUntilLetIn(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "700000000123", "Jane.Doe@x.example ", t0))
		must[models.ErasureReceipt](t)(s.Erase(ctx, models.PersonKey{Email: "jane.doe@x.example"}, false))
		seen := func(side models.Side, records ...models.Record) int {
			t.Helper()
			admitted := must[[]models.Record](t)(s.Admit(ctx, side, models.ContactObject, records))
			observe(t, s, side, records...)
			ids := make([]string, len(records))
			for i, r := range records {
				ids[i] = r.ID
			}
			n := len(must[map[string]*models.MirrorRow](t)(s.Mirror(ctx, side, models.ContactObject, ids)))
			if n != len(admitted) {
				t.Errorf("%d records were admitted and %d stored", len(admitted), n)
			}
			return n
		}
		other := contact(models.Salesforce, "003aa0000009999AAA", "other@x.example", t0)
		for name, n := range map[string]int{
			"the record itself":                 seen(models.Desk, contact(models.Desk, "700000000123", "jane.doe@x.example", t0.Add(time.Hour))),
			"the record under another address":  seen(models.Desk, contact(models.Desk, "700000000123", "new@x.example", t0.Add(2*time.Hour))),
			"another record of the address":     seen(models.Salesforce, contact(models.Salesforce, "003aa0000001234AAA", " JANE.DOE@x.example", t0)),
			"that one under another address":    seen(models.Salesforce, contact(models.Salesforce, "003aa0000001234AAA", "third@x.example", t0.Add(time.Hour))),
			"that one by its shorter id":        seen(models.Salesforce, contact(models.Salesforce, "003aa0000001234", "third@x.example", t0.Add(time.Hour))),
			"an event that says it was deleted": seen(models.Desk, models.Record{Side: models.Desk, Object: models.ContactObject, ID: "700000000123", Deleted: true}),
		} {
			if n != 0 {
				t.Errorf("%s came back", name)
			}
		}
		if seen(models.Salesforce, other) != 1 {
			t.Error("somebody else is kept away")
		}
		// What a card or a mirror of related records had asked for before.
		jane, account := "003aa0000001234AAA", "001aa0000001234AAA"
		check(t, s.SaveRelated(ctx, models.Related{ContactID: jane, Read: everySection, AsOf: t0, Notes: []models.Note{{ID: "002"}}, Events: []models.Event{{ID: "00U1", WhoID: jane}}}))
		check(t, s.SaveRelated(ctx, models.Related{AccountID: account, Read: everySection, AsOf: t0, Events: []models.Event{{ID: "00U1", WhoID: jane}, {ID: "00U2"}}, Tasks: []models.Task{{ID: "00T1", WhoID: jane}}}))
		page := models.RelatedPage{Object: models.RelatedEvents, Events: []models.Activity[models.Event]{{Record: models.Event{ID: "00U1"}, Customers: []string{jane, account}}, {Record: models.Event{ID: "00U3"}, Customers: []string{account}}}}
		check(t, s.SaveRelatedPage(ctx, models.RelatedFence{Number: 1}, page, func(*models.RelatedMirror) {}))
		roles := models.RelatedPage{Object: models.RelatedRoles, Roles: []models.OpportunityContact{{OpportunityID: "006", ContactID: jane}}, RolesOf: []string{"006"}}
		check(t, s.SaveRelatedPage(ctx, models.RelatedFence{Number: 1}, roles, func(*models.RelatedMirror) {}))
		events := must[models.Slice[models.Event]](t)(s.Events(ctx, models.RelatedQuery{AccountID: account, First: 10}))
		if len(events.Rows) != 2 {
			t.Errorf("the account has the events %+v", events.Rows)
		}
		for name, n := range map[string]int{
			"events":        len(must[models.Slice[models.Event]](t)(s.Events(ctx, models.RelatedQuery{ContactID: jane, First: 10})).Rows),
			"notes":         len(must[models.Slice[models.Note]](t)(s.Notes(ctx, models.RelatedQuery{ContactID: jane, First: 10})).Rows),
			"tasks":         len(must[models.Slice[models.Task]](t)(s.Tasks(ctx, models.RelatedQuery{AccountID: account, First: 10})).Rows),
			"opportunities": len(must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, models.RelatedQuery{ContactID: jane, First: 10})).Rows),
		} {
			if n != 0 {
				t.Errorf("%d %s came back", n, name)
			}
		}
		if kept := must[models.Ticket](t)(s.SaveTicket(ctx, models.Ticket{ID: "1", ContactID: "700000000123", AccountID: "5", AsOf: t0})); kept.ContactID != "" || kept.AccountID != "5" {
			t.Errorf("%+v", kept)
		}
		// A report that was being made.
		report := models.DriftReport{ID: "d", StartedAt: t0, Objects: []models.DriftObject{{Object: models.ContactObject, Differences: []models.DriftDifference{{Samples: []models.DriftSample{{DeskID: ptr("700000000123")}, {SalesforceID: &other.ID}}}}}}}
		check(t, s.SaveDriftReport(ctx, report))
		forecast := models.Rehearsal{ID: "r", CreatedAt: t0, Objects: []models.RehearsalObject{{Object: models.ContactObject, Samples: []models.RehearsalSample{{SalesforceID: &jane}, {SalesforceID: &other.ID}}}}}
		check(t, s.SaveRehearsal(ctx, forecast))
		if n, m := len(must[*models.DriftReport](t)(s.DriftReport(ctx)).Objects[0].Differences[0].Samples), len(must[*models.Rehearsal](t)(s.Rehearsal(ctx, "r")).Objects[0].Samples); n != 1 || m != 1 {
			t.Errorf("%d and %d samples", n, m)
		}

		// Rotated keys open the tombstones still; sealed anew they need the new key alone.
		if n := must[int](t)(s.Reseal(ctx)); n != 1 {
			t.Errorf("%d secrets were sealed anew", n)
		}
		records := map[models.Side][]models.Record{models.Desk: {contact(models.Desk, "700000000123", "jane.doe@x.example", t0)}, models.Salesforce: {contact(models.Salesforce, jane, "jane.doe@x.example", t0)}}
		if n := must[int](t)(s.LiftErasure(ctx, models.PersonKey{Email: "nobody@x.example"}, records)); n != 0 {
			t.Errorf("%d erasures of nobody were lifted", n)
		}
		if n := must[int](t)(s.LiftErasure(ctx, models.PersonKey{Side: models.Salesforce, ID: jane}, records)); n != 1 {
			t.Errorf("%d erasures were lifted", n)
		}
		if len(must[map[string]*models.MirrorRow](t)(s.Mirror(ctx, models.Desk, models.ContactObject, []string{"700000000123"}))) != 1 || seen(models.Salesforce, contact(models.Salesforce, jane, "third@x.example", t0.Add(time.Hour))) != 1 {
			t.Error("the person is not back")
		}
	})
}

func TestAnAddressThatOthersShareIsKeptAwayOnlyWhereItWasNamed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "700000000001", "info@x.example", t0), contact(models.Desk, "700000000002", "info@x.example", t0))
		got := must[models.ErasureReceipt](t)(s.Erase(ctx, models.PersonKey{Side: models.Desk, ID: "700000000001"}, false))
		if got.Records != 1 || got.Sharing != 1 || got.Tombstones != 1 {
			t.Errorf("%+v", got)
		}
		observe(t, s, models.Desk, contact(models.Desk, "700000000001", "info@x.example", t0.Add(time.Hour)), contact(models.Desk, "700000000003", "info@x.example", t0))
		rows := must[map[string]*models.MirrorRow](t)(s.Mirror(ctx, models.Desk, models.ContactObject, []string{"700000000001", "700000000002", "700000000003"}))
		if rows["700000000001"] != nil || rows["700000000002"] == nil || rows["700000000003"] == nil {
			t.Errorf("%v", rows)
		}
		if got = must[models.ErasureReceipt](t)(s.Erase(ctx, models.PersonKey{Email: "info@x.example"}, false)); got.Records != 2 || got.Tombstones != 3 {
			t.Errorf("%+v", got)
		}
	})
}

func TestTombstonesOutliveARotationAndALostKeyLetsNobodyIn(t *testing.T) {
	address := storetest.SQLiteAddress(t)
	s := storetest.Open(t, address)
	must[models.ErasureReceipt](t)(s.Erase(ctx, models.PersonKey{Email: "jane.doe@x.example"}, false))
	record := contact(models.Desk, "700000000123", "jane.doe@x.example", t0)
	newer := []byte("another key of 32 bytes, rotated")
	rotated := storetest.Open(t, address, func(o *store.Options) { o.Seal, o.Old = newer, [][]byte{storetest.Key} })
	observe(t, rotated, models.Desk, record)
	must[int](t)(rotated.Reseal(ctx))
	renewed := storetest.Open(t, address, func(o *store.Options) { o.Seal = newer })
	observe(t, renewed, models.Desk, record)
	if rows := must[map[string]*models.MirrorRow](t)(renewed.Mirror(ctx, models.Desk, models.ContactObject, []string{record.ID})); len(rows) != 0 {
		t.Error("the person came back after a rotation")
	}
	lost := storetest.Open(t, address, func(o *store.Options) { o.Seal = []byte("a key that is nobody's, 32 bytes") })
	if _, err := lost.Observe(ctx, models.Desk, models.ContactObject, []models.Record{record}, nil); models.CodeOf(err) != models.CodeBadCredentials || !strings.Contains(err.Error(), "--lift-all") {
		t.Errorf("%v", err)
	}
	if n := must[int64](t)(lost.LiftAllErasures(ctx)); n != 1 {
		t.Errorf("%d people were let in", n)
	}
	if observe(t, lost, models.Desk, record).New != 1 {
		t.Error("the person is still kept away")
	}
}

func TestADeletedIntegrationLeavesNoCustomersByteInItsFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s, r := storetest.Open(t, address), raw(t, address)
		active(t, s)
		people := []planted{jane, john}
		for _, p := range people {
			plant(t, r, p)
		}
		// The audit stays, and names no customers.
		_, err := r.ExecContext(ctx, "DELETE FROM audit_entries")
		check(t, err)
		for i := range 2000 { // pages are split and moved
			n := fmt.Sprint(7100000000+i, "77")
			p := planted{"link-of-many-" + n, n, "003BB" + n[:10] + "AAA", "many" + n + "@x.example", "Many " + n, "+49 555 " + n}
			people = append(people, p)
			observe(t, s, models.Desk, contact(models.Desk, p.desk, p.email, t0, "lastName", p.name, "phone", p.phone))
			if i%500 == 0 {
				check(t, s.PruneDeleted(ctx, t0))
			}
		}
		check(t, s.CreateServiceToken(ctx, models.ServiceToken{ID: "t", Name: "reports", Hash: []byte("hash"), CreatedAt: t0}))
		check(t, s.Wipe(ctx))
		for _, p := range people[:300] {
			if left := found(t, address, r, p); len(left) > 0 {
				t.Fatalf("left: %s", strings.Join(left, "\n"))
			}
		}
		if path, is := strings.CutPrefix(address, "sqlite:"); is {
			for _, file := range must[[]string](t)(filepath.Glob(path + "*")) {
				text := must[[]byte](t)(os.ReadFile(file))
				if n := bytes.Count(text, []byte("@x.example")) + bytes.Count(text, []byte("+49 555")) + bytes.Count(text, []byte("Many 7")); n > 0 {
					t.Errorf("%s holds %d remains", filepath.Base(file), n)
				}
			}
		}
		if must[bool](t)(s.ServiceTokenActive(ctx, "t")) {
			t.Error("the dashboard's token is still good")
		}
	})
}

func TestPeopleWhoWereDeletedLeaveTheMirrorsInTime(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		record := func(side models.Side, id string, deleted bool) models.Record {
			r := contact(side, id, id+"@x.example", t0, map[models.Side]string{models.Desk: "lastName", models.Salesforce: "LastName"}[side], "Name "+id)
			r.Deleted = deleted
			return r
		}
		gone := func(side models.Side, id string) {
			observe(t, s, side, record(side, id, false))
			observe(t, s, side, record(side, id, true))
		}
		gone(models.Desk, "alone")
		gone(models.Desk, "both")
		gone(models.Salesforce, "003both")
		gone(models.Desk, "survived")
		observe(t, s, models.Salesforce, record(models.Salesforce, "003survived", false))
		for _, l := range dirty(t, s) {
			if l.DeskID != nil {
				continue
			}
			other := must[map[string]models.LinkState](t)(s.LinksByRecord(ctx, models.ContactObject, models.Desk, []string{(*l.SalesforceID)[3:]}))[(*l.SalesforceID)[3:]]
			plan := models.LinkPlan{Link: l.Link, Absorb: &other.Link}
			plan.Link.DeskID, plan.Link.Dirty = other.DeskID, false
			if must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{plan})) != 1 {
				t.Fatal("the pair was not saved")
			}
		}
		there := func() map[string]string {
			out := map[string]string{}
			for _, side := range models.Sides {
				for id, row := range must[map[string]*models.MirrorRow](t)(s.Mirror(ctx, side, models.ContactObject, []string{"alone", "both", "003both", "survived", "003survived"})) {
					out[id] = row.Name
				}
			}
			return out
		}
		check(t, s.PruneDeleted(ctx, time.Now().Add(-time.Hour)))
		if got := there(); len(got) != 5 || got["survived"] == "" {
			t.Fatalf("too early: %v", got)
		}
		check(t, s.PruneDeleted(ctx, time.Now().Add(time.Hour)))
		if got := there(); len(got) != 2 || got["survived"] != "" || got["003survived"] == "" {
			t.Errorf("%v", got)
		}
		links := must[[]models.LinkState](t)(s.Links(ctx, models.ContactObject, "", 10))
		if len(links) != 1 || !links[0].Whole() {
			t.Errorf("%+v", links)
		} else if side, lost := links[0].SurvivorAfterDelete(); !lost || side != models.Salesforce {
			t.Error("it is forgotten that the counterpart was deleted")
		}
	})
}
