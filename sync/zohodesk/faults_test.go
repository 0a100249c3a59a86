package zohodesk

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
)

// written counts the contacts that the simulated Desk really created, updated and restored.
func (r *rig) written() [3]int {
	r.Helper()
	counts, _ := r.raw("GET", "/_sim/stats", nil)["counts"].(map[string]any)
	var out [3]int
	for i, kind := range []string{"create", "update", "restore"} {
		n, _ := counts["contacts."+kind].(float64)
		out[i] = int(n)
	}
	return out
}

// fault is what happens to a call, and what the client says then.
type faultCase struct {
	members string
	// create, update and read are the codes of a create, of an update or a restore, and of every
	// read.
	create, update, read models.Code
	// done says that Desk has done it all the same.
	done bool
}

const (
	unknown     = models.CodeUnknownOutcome
	upstream    = models.CodeUpstreamUnavailable
	unusable    = models.CodeSideUnusable
	credentials = models.CodeBadCredentials
	another     = models.CodeOtherOrganization
)

var faultTable = map[string]faultCase{
	"lost before it came":   {`"kind":"drop_before"`, unknown, unknown, upstream, false},
	"lost afterwards":       {`"kind":"drop_after"`, unknown, unknown, upstream, true},
	"reset":                 {`"kind":"reset"`, unknown, unknown, upstream, true},
	"cut short":             {`"kind":"truncate"`, unknown, unknown, upstream, true},
	"one byte":              {`"kind":"truncate","bytes":1`, unknown, unknown, upstream, true},
	"a page":                {`"kind":"html","commit":true`, unknown, unknown, upstream, true},
	"a page, not done":      {`"kind":"html"`, unknown, unknown, upstream, false},
	"nothing in it":         {`"kind":"status","status":200,"body":""`, unknown, unknown, upstream, false},
	"an empty object":       {`"kind":"status","status":200,"body":{},"commit":true`, unknown, unknown, upstream, true},
	"another's record":      {`"kind":"status","status":200,"body":{"id":"12"}`, "", unknown, upstream, false},
	"text behind":           {`"kind":"status","status":200,"body":"{\"id\":\"12\"} oops"`, unknown, unknown, upstream, false},
	"500":                   {`"kind":"status","status":500,"commit":true,"body":{"errorCode":"INTERNAL_SERVER_ERROR","message":"x"}`, unknown, upstream, upstream, true},
	"503 and wait":          {`"kind":"status","status":503,"body":"<html></html>","headers":{"Retry-After":"7"}`, unknown, upstream, upstream, false},
	"a gateway's 504":       {`"kind":"status","status":504,"body":"<html></html>","commit":true`, unknown, upstream, upstream, true},
	"timed out":             {`"kind":"status","status":408,"body":""`, unknown, upstream, upstream, false},
	"a redirect":            {`"kind":"status","status":302,"body":"","headers":{"Location":"https://login.example/"}`, unusable, unusable, unusable, false},
	"a proxy's 404":         {`"kind":"status","status":404,"body":"<html></html>"`, unusable, unusable, unusable, false},
	"a proxy's 403":         {`"kind":"status","status":403,"body":"<html></html>"`, unusable, unusable, unusable, false},
	"too many at once":      {`"kind":"status","status":429,"body":{"errorCode":"TOO_MANY_REQUESTS","message":"x"}`, models.CodeBusy, models.CodeBusy, models.CodeBusy, false},
	"a 429 without a word":  {`"kind":"status","status":429,"body":""`, models.CodeBusy, models.CodeBusy, models.CodeBusy, false},
	"the day's credits":     {`"kind":"status","status":429,"body":{"errorCode":"THRESHOLD_EXCEEDED","message":"x"},"headers":{"Retry-After":"+1h"}`, models.CodeQuotaExhausted, models.CodeQuotaExhausted, models.CodeQuotaExhausted, false},
	"forbidden":             {`"kind":"status","status":403,"body":{"errorCode":"FORBIDDEN","message":"x"}`, models.CodeNoAccess, models.CodeNoAccess, models.CodeNoAccess, false},
	"without the scope":     {`"kind":"status","status":403,"body":{"errorCode":"SCOPE_MISMATCH","message":"x"}`, models.CodeNoAccess, models.CodeNoAccess, models.CodeNoAccess, false},
	"not in the edition":    {`"kind":"status","status":403,"body":{"errorCode":"LICENSE_ACCESS_LIMITED","message":"x"}`, models.CodeNoAccess, models.CodeNoAccess, models.CodeNoAccess, false},
	"another organization":  {`"kind":"status","status":403,"body":{"errorCode":"OAUTH_ORG_MISMATCH","message":"x"}`, another, another, another, false},
	"tokens refused":        {`"kind":"status","status":401,"body":{"errorCode":"INVALID_OAUTH","message":"x"}`, credentials, credentials, credentials, false},
	"tokens refused, no id": {`"kind":"status","status":401,"body":"<html></html>"`, credentials, credentials, credentials, false},
}

// retries tells whether a code's error is one that passes by itself.
func retries(code models.Code, op models.IntentOp) bool {
	switch code {
	case upstream, unusable, models.CodeBusy, models.CodeQuotaExhausted:
		return true
	case unknown: // an update or a restore may be sent again; a create may not
		return op != models.OpCreate
	}
	return false
}

// TestWhatAWriteMeansUnderEveryFault: whatever happens to a create, either its error says that
// nothing was written and nothing was, or it says that the outcome is unknown; and it was never
// sent twice.
func TestWhatAWriteMeansUnderEveryFault(t *testing.T) {
	for name, c := range faultTable {
		for _, op := range []models.IntentOp{models.OpCreate, models.OpUpdate, models.OpRestore} {
			t.Run(name+", "+string(op), func(t *testing.T) {
				r := newRig(t, options{})
				id := r.contact(map[string]any{"lastName": "Old"})
				w := models.Write{Op: op, ID: id, Values: values("lastName", "New", "email", "n@x.example")}
				pattern, endpoint, want := "PATCH /api/v1/contacts/{id}", "PATCH /api/v1/contacts/*", c.update
				switch op {
				case models.OpCreate:
					w.ID, w.LinkID = "", "0198f2a0-0000-7000-8000-000000000001"
					pattern, endpoint, want = "POST /api/v1/contacts", "POST /api/v1/contacts", c.create
				case models.OpRestore:
					r.trash(models.ContactObject, id)
					pattern, endpoint = "POST /api/v1/recycleBin/restore", "POST /api/v1/recycleBin/restore"
				}
				if _, err := r.Describe(r.Context(), models.ContactObject); err != nil {
					t.Fatal(err)
				}
				before, sent := r.written(), r.sent(pattern)
				r.faults(`[{"endpoint":"` + endpoint + `",` + c.members + `}]`)
				got := r.one(models.ContactObject, w)
				r.faults(`[]`)
				after := r.written()
				index := map[models.IntentOp]int{models.OpCreate: 0, models.OpUpdate: 1, models.OpRestore: 2}[op]
				if done := after[index] - before[index]; done != 0 && done != 1 || (done == 1) != c.done {
					t.Errorf("Desk did it %d times", done)
				}
				times := 1
				if want == credentials {
					// A refused token means that nothing was done: once more with a fresh one.
					times++
				}
				if n := r.sent(pattern) - sent; n != times {
					t.Errorf("it was sent %d times", n)
				}
				if op == models.OpRestore && got.Err == nil {
					// The client looked, and found the record live again: what it owed beside is
					// written.
					if rec := r.read(models.ContactObject, id, "lastName"); rec.Deleted || rec.Values["lastName"].String() != "New" {
						t.Errorf("taken for done: %+v", rec)
					}
					return
				}
				if op == models.OpRestore && got.Err.Code == models.CodeDeleted && !c.done {
					return // the client looked, and found it in the bin still
				}
				if models.CodeOf(errorOf(got)) != want {
					t.Fatalf("%+v; want %s", got.Err, want)
				}
				if want != "" && got.Err.Retry != retries(want, op) {
					t.Errorf("may be tried again: %t", got.Err.Retry)
				}
				if name == "503 and wait" && op != models.OpCreate && got.Err.RetryAfter != 7*time.Second {
					t.Errorf("to wait %s", got.Err.RetryAfter)
				}
			})
		}
	}
}

func errorOf(w models.WriteResult) error {
	if w.Err == nil {
		return nil
	}
	return w.Err
}

// sent is how often the simulated Desk was called so.
func (r *rig) sent(pattern string) int {
	r.Helper()
	n, _ := r.calls()[pattern].(float64)
	return int(n)
}

// TestNoReadUnderAnyFaultLooksEmptyOrDeleted: nothing that was asked for is missing from an answer
// that is no error, and nothing is deleted.
func TestNoReadUnderAnyFaultLooksEmptyOrDeleted(t *testing.T) {
	r := newRig(t, options{})
	ctx, fields := r.Context(), []string{"lastName", "email"}
	account := r.raw("POST", "/api/v1/accounts", map[string]any{"accountName": "Its"})["id"]
	id := r.contact(map[string]any{"lastName": "There", "email": "there@x.example", "accountId": account, "cf": map[string]any{"cf_sidelight_link_id": "mark"}})
	if err := r.EnsureWebhook(ctx, subscribe(t).URL); err != nil {
		t.Fatal(err)
	}
	gone := r.contact(map[string]any{"lastName": "Gone"})
	begin, err := r.Changes(ctx, models.ContactObject, fields, "")
	if err != nil {
		t.Fatal(err)
	}
	r.clock.advance(5 * time.Second)
	r.trash(models.ContactObject, gone)
	r.raw("PATCH", "/api/v1/contacts/"+id, map[string]any{"title": "changed"})
	for method, c := range map[string]struct {
		endpoints []string
		ask       func(c *Client) (int, error)
	}{
		"List": {[]string{"GET /api/v1/contacts"}, func(c *Client) (int, error) {
			p, err := c.List(ctx, models.ContactObject, fields, "")
			return len(p.Records), err
		}},
		"Count": {[]string{"GET /api/v1/contacts/search"}, func(c *Client) (int, error) { return c.Count(ctx, models.ContactObject) }},
		"Changes": {[]string{"GET /api/v1/contacts", "GET /api/v1/recycleBin"}, func(c *Client) (int, error) {
			n, cursor := 0, begin.Cursor
			for {
				p, err := c.Changes(ctx, models.ContactObject, fields, cursor)
				if err != nil {
					return 0, err
				}
				n, cursor = n+len(p.Records), p.Cursor
				if !p.More {
					return n, nil
				}
			}
		}},
		"Read": {[]string{"GET /api/v1/contacts/*"}, func(c *Client) (int, error) {
			got, err := c.Read(ctx, models.ContactObject, fields, []string{id})
			return len(got), err
		}},
		"Read in the bin": {[]string{"GET /api/v1/contacts/*"}, func(c *Client) (int, error) {
			got, err := c.Read(ctx, models.ContactObject, fields, []string{gone})
			return len(got), err
		}},
		"Read what is nowhere": {[]string{"GET /api/v1/contacts/*", "GET /api/v1/recycleBin"}, func(c *Client) (int, error) {
			got, err := c.Read(ctx, models.ContactObject, fields, []string{"7000000099999999"})
			return len(got) + 1, err
		}},
		"Find by mark": {[]string{"GET /api/v1/contacts/search", "GET /api/v1/contacts", "GET /api/v1/contacts/*"}, func(c *Client) (int, error) {
			got, err := c.Find(ctx, models.ContactObject, fields, models.Find{LinkID: "mark"})
			return len(got), err
		}},
		"Find by email": {[]string{"GET /api/v1/contacts/search", "GET /api/v1/contacts", "GET /api/v1/contacts/*"}, func(c *Client) (int, error) {
			got, err := c.Find(ctx, models.ContactObject, fields, models.Find{Match: models.Text("there@x.example")})
			return len(got), err
		}},
		"Describe": {[]string{"GET /api/v1/fields"}, func(c *Client) (int, error) {
			c.descriptions = map[models.SyncObject]*description{}
			got, err := c.Describe(ctx, models.ContactObject)
			return len(got), err
		}},
		"Profiles": {[]string{"GET /api/v1/profiles"}, func(c *Client) (int, error) { got, err := c.Profiles(ctx); return len(got), err }},
		"Agents":   {[]string{"GET /api/v1/agents"}, func(c *Client) (int, error) { got, err := c.Agents(ctx); return len(got), err }},
		"Tickets":  {[]string{"GET /api/v1/tickets"}, func(c *Client) (int, error) { got, err := c.Tickets(ctx, 5); return len(got), err }},
		"Webhooks": {[]string{"GET /api/v1/webhooks"}, func(c *Client) (int, error) { got, err := c.hooks(ctx); return len(got), err }},
		"Associations": {[]string{"GET /api/v1/contacts/*/accounts"}, func(c *Client) (int, error) {
			got, err := c.Associations(ctx, id)
			return len(got), err
		}},
	} {
		for _, endpoint := range c.endpoints {
			for name, f := range faultTable {
				if name == "another's record" && endpoint != "GET /api/v1/contacts/*" {
					continue // a list has no id
				}
				t.Run(fmt.Sprintf("%s, %s, %s", method, endpoint, name), func(t *testing.T) {
					client, err := New(Config{APIURL: r.url, AccountsURL: r.url, OrgID: r.cfg.OrgID, Credentials: r.vault.get, SaveCredentials: r.vault.save, HTTP: r.Client.http, Now: r.clock.now})
					if err != nil {
						t.Fatal(err)
					}
					if _, err := client.Describe(ctx, models.ContactObject); err != nil {
						t.Fatal(err)
					}
					if f.read == credentials { // each refused token costs one of ten
						r.clock.advance(tokenWindow)
					}
					r.faults(`[{"endpoint":"` + endpoint + `",` + f.members + `}]`)
					told, err := c.ask(client)
					r.faults(`[]`)
					if err == nil || told > 1 || models.CodeOf(err) != f.read || models.MayRetry(err) != retries(f.read, "") {
						t.Fatalf("%d told, %v; want %s", told, err, f.read)
					}
				})
			}
		}
		if told, err := c.ask(r.Client); err != nil || told == 0 {
			t.Errorf("%s without a fault: %d told, %v", method, told, err)
		}
	}
}
