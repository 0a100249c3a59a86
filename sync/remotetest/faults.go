package remotetest

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// broken are answers that are none of the vendor's: nothing may be concluded from them.
var broken = map[string]string{
	"a page":              `"kind":"html"`,
	"a proxy's 404":       `"kind":"status","status":404,"body":"<html>not here</html>"`,
	"a proxy's 403":       `"kind":"status","status":403,"body":"<html>not you</html>","headers":{"Content-Type":"text/html"}`,
	"a proxy's 502":       `"kind":"status","status":502,"body":"<html>bad gateway</html>"`,
	"a maintenance 503":   `"kind":"status","status":503,"body":"","headers":{"Retry-After":"30"}`,
	"a redirect":          `"kind":"status","status":302,"body":"","headers":{"Location":"https://login.example/"}`,
	"half a body":         `"kind":"truncate"`,
	"one byte":            `"kind":"truncate","bytes":1`,
	"no body":             `"kind":"status","status":200,"body":""`,
	"null":                `"kind":"status","status":200,"body":"null"`,
	"an empty object":     `"kind":"status","status":200,"body":{}`,
	"a text":              `"kind":"status","status":200,"body":"\"fine\""`,
	"a reset":             `"kind":"reset"`,
	"lost before it came": `"kind":"drop_before"`,
	"lost afterwards":     `"kind":"drop_after"`,
}

// asked is one way to ask the vendor; it answers how much was told.
type asked func(r vendor.Remote) (told int, err error)

// reads are all the ways to ask, of an organization in which each has something to tell. described
// says that the client knows the fields already.
func (h *organization) reads() map[string]struct {
	described bool
	ask       asked
} {
	ctx, object := h.Context(), models.ContactObject
	made := h.create(mark(1), h.contact("There", "there@faults.example"))
	gone := h.Create(object, h.contact("Gone", ""))
	cursor := h.now(object)
	h.Advance(time.Minute)
	h.Update(object, made.ID, models.Values{h.Contact.Note: models.Text("changed")})
	h.Trash(object, gone)
	type way = struct {
		described bool
		ask       asked
	}
	fields := h.fields(object)
	return map[string]way{
		"Describe": {false, func(r vendor.Remote) (int, error) { f, err := r.Describe(ctx, object); return len(f), err }},
		"HasMark":  {false, func(r vendor.Remote) (int, error) { has, err := r.HasMark(ctx, object); return truth(has), err }},
		"Count":    {true, func(r vendor.Remote) (int, error) { return r.Count(ctx, object) }},
		"List": {true, func(r vendor.Remote) (int, error) {
			p, err := r.List(ctx, object, fields, "")
			return len(p.Records) + len(p.Next), err
		}},
		"first Changes": {true, func(r vendor.Remote) (int, error) {
			p, err := r.Changes(ctx, object, fields, "")
			return len(p.Cursor), err
		}},
		"Changes": {true, func(r vendor.Remote) (int, error) {
			p, err := r.Changes(ctx, object, fields, cursor)
			return len(p.Records) + truth(p.Gap), err
		}},
		"Read": {true, func(r vendor.Remote) (int, error) {
			got, err := r.Read(ctx, object, fields, []string{made.ID})
			return len(got), err
		}},
		"Find by mark": {true, func(r vendor.Remote) (int, error) {
			got, err := r.Find(ctx, object, fields, models.Find{LinkID: mark(1)})
			return len(got), err
		}},
		"Find by email": {true, func(r vendor.Remote) (int, error) {
			got, err := r.Find(ctx, object, fields, models.Find{Match: models.Text("there@faults.example")})
			return len(got), err
		}},
	}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func testFaultyReads(t *testing.T, harness Harness) {
	h := harness.open(t, small)
	reads := h.reads()
	failure := func(name, members string, way asked, described bool, codes ...models.Code) *models.Error {
		t.Helper()
		r := h.Remote()
		if described {
			_, err := r.Describe(h.Context(), models.ContactObject)
			h.must(err)
		}
		h.Faults("[" + rule(h.At.API, members) + "]")
		defer h.Faults("")
		told, err := way(r)
		if err == nil || told != 0 {
			t.Errorf("%s: %d things were told, %v", name, told, err)
			return &models.Error{}
		}
		return h.typed(err, []string{"there@faults.example"}, codes...)
	}
	for method, way := range reads {
		for fault, members := range broken {
			if e := failure(method+" after "+fault, members, way.ask, way.described, models.CodeUpstreamUnavailable, models.CodeBusy, models.CodeSideUnusable); !e.Retry {
				t.Errorf("%s after %s: %+v may not be tried again", method, fault, e)
			}
		}
		for members, want := range map[string]models.Code{h.Refused.Busy: models.CodeBusy, h.Refused.Spent: models.CodeQuotaExhausted, h.Refused.Failed: models.CodeUpstreamUnavailable,
			h.Refused.Forbidden: models.CodeNoAccess} {
			e := failure(method+" refused with "+members, members, way.ask, way.described, want)
			if e.Retry != (want != models.CodeNoAccess) {
				t.Errorf("%s refused with %s: retry %t", method, members, e.Retry)
			}
		}
		if told, err := way.ask(h.Remote()); err != nil || told == 0 {
			t.Errorf("%s without a fault: %d, %v", method, told, err)
		}
	}
}

// lostWrites are faults after which nobody knows whether a write happened; committed tells us that
// it did.
var lostWrites = map[string]struct {
	members   string
	committed bool
}{
	"lost before it came": {`"kind":"drop_before"`, false},
	"lost afterwards":     {`"kind":"drop_after"`, true},
	"a reset":             {`"kind":"reset"`, true},
	"half a body":         {`"kind":"truncate"`, true},
	"a page":              {`"kind":"html","commit":true`, true},
	"a page, not done":    {`"kind":"html"`, false},
	"no body":             {`"kind":"status","status":200,"body":"","commit":true`, true},
	"an empty object":     {`"kind":"status","status":200,"body":{},"commit":true`, true},
	"a gateway's 502":     {`"kind":"status","status":502,"body":"<html></html>","commit":true`, true},
	"a gateway's 504":     {`"kind":"status","status":504,"body":"<html></html>"`, false},
}

func testFaultyWrites(t *testing.T, harness Harness) {
	refusals := map[string]models.Code{harness.Refused.Busy: models.CodeBusy, harness.Refused.Spent: models.CodeQuotaExhausted, harness.Refused.Forbidden: models.CodeNoAccess,
		harness.Refused.SignedOut: models.CodeBadCredentials}
	t.Run("create", func(t *testing.T) {
		for name, fault := range lostWrites {
			t.Run(name, func(t *testing.T) {
				h := harness.open(t, small)
				e := h.faultyCreate(fault.members)
				if fault.committed != (h.Written(models.ContactObject, models.OpCreate) == 1) {
					t.Fatalf("the vendor wrote %d", h.Written(models.ContactObject, models.OpCreate))
				}
				if e.Code != models.CodeUnknownOutcome && !(h.Upserts && e.Retry) {
					t.Errorf("%+v", e)
				}
				if e.Code == models.CodeUnknownOutcome && e.Retry {
					t.Errorf("it must not be sent again as it is: %+v", e)
				}
				h.settle()
			})
		}
		for members, want := range refusals {
			t.Run(string(want), func(t *testing.T) {
				h := harness.open(t, small)
				if e := h.faultyCreate(members); e.Code != want || e.Retry != (want == models.CodeBusy || want == models.CodeQuotaExhausted) {
					t.Errorf("%+v; want %s", e, want)
				}
				if n := h.Written(models.ContactObject, models.OpCreate); n != 0 {
					t.Errorf("%d contacts were made", n)
				}
				h.settle()
			})
		}
		t.Run("an error of the vendor's own", func(t *testing.T) {
			h := harness.open(t, small)
			if e := h.faultyCreate(h.Refused.Failed + `,"commit":true`); e.Code != models.CodeUnknownOutcome && !(h.Upserts && e.Retry) {
				t.Errorf("%+v", e)
			}
			h.settle()
		})
	})
	for op, endpoint := range map[models.IntentOp]string{models.OpUpdate: harness.At.Update, models.OpRestore: harness.At.Restore} {
		t.Run(string(op), func(t *testing.T) {
			for name, fault := range lostWrites {
				t.Run(name, func(t *testing.T) {
					harness.open(t, small).faultyChange(op, endpoint, fault.members, models.CodeUnknownOutcome, models.CodeUpstreamUnavailable, models.CodeSideUnusable)
				})
			}
			for members, want := range refusals {
				t.Run(string(want), func(t *testing.T) { harness.open(t, small).faultyChange(op, endpoint, members, want) })
			}
		})
	}
}

// faultyCreate creates one contact while every create fails so, and answers what the client made of
// it.
func (h *organization) faultyCreate(members string) *models.Error {
	h.Helper()
	_, err := h.remote.HasMark(h.Context(), models.ContactObject)
	h.must(err)
	sent := h.Sent()
	h.Faults("[" + rule(h.At.Create, members) + "]")
	defer h.Faults("")
	got := h.create(mark(1), h.contact("Faulty", "faulty@faults.example"))
	if got.Err == nil {
		h.Fatalf("it was taken for done: %+v", got)
	}
	// A refused access token is proof that nothing was done: once more with a fresh one.
	if n := h.Sent() - sent; n != 1 && !(n == 2 && got.Err.Code == models.CodeBadCredentials) {
		h.Errorf("the create was sent %d times", n)
	}
	return h.typed(got.Err, []string{"faulty@faults.example"}, got.Err.Code)
}

// settle does what the engine does about a create without an answer: it looks for our mark, and
// writes again only where there is none. In the end there is one record.
func (h *organization) settle() {
	h.Helper()
	h.Advance(25 * time.Hour) // the vendor's day is over
	if len(h.marked(mark(1))) == 0 {
		if got := h.create(mark(1), h.contact("Faulty", "faulty@faults.example")); got.Err != nil {
			h.Fatalf("once more, without a fault: %v", got.Err)
		}
	}
	if found := h.marked(mark(1)); len(found) != 1 || h.Written(models.ContactObject, models.OpCreate) != 1 {
		h.Errorf("%d records carry the mark, %d were made", len(found), h.Written(models.ContactObject, models.OpCreate))
	}
}

// faultyChange updates or restores one contact while that fails once. Sending it again brings it to
// its end.
func (h *organization) faultyChange(op models.IntentOp, endpoint, members string, codes ...models.Code) {
	made := h.create(mark(1), h.contact("Before", ""))
	if op == models.OpRestore {
		h.Trash(models.ContactObject, made.ID)
	}
	w := models.Write{Op: op, ID: made.ID, Values: models.Values{h.Contact.Note: models.Text("after")}}
	h.Faults("[" + rule(endpoint, members) + "]")
	got := h.write(models.ContactObject, w)
	h.Faults("")
	if got.Err == nil { // a client may have looked whether it is done all the same
		if r := h.read(models.ContactObject, made.ID); r == nil || r.Deleted || r.Values[h.Contact.Note] != models.Text("after") {
			h.Fatalf("it was taken for done: %+v; there is %+v", got, r)
		}
		return
	}
	e := h.typed(got.Err, nil, codes...)
	if want := e.Code != models.CodeNoAccess && e.Code != models.CodeBadCredentials && e.Code != models.CodeUnknownOutcome; want && !e.Retry {
		h.Errorf("%+v may not be tried again", e)
	}
	h.Advance(25 * time.Hour)
	if got := h.write(models.ContactObject, w); got.Err != nil {
		h.Fatalf("once more, without a fault: %v", got.Err)
	}
	if r := h.read(models.ContactObject, made.ID); r == nil || r.Deleted || r.Values[h.Contact.Note] != models.Text("after") || r.Values[h.Contact.Name] != models.Text("Before") {
		h.Errorf("in the end: %+v", r)
	}
	if n := h.Written(models.ContactObject, models.OpCreate); n != 1 {
		h.Errorf("%d contacts were made", n)
	}
}
