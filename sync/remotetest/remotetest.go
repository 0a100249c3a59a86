// Package remotetest is the one suite that every vendor.Remote passes: the interface's promises,
// against a vendor that works and against one that fails in every way a vendor can.
package remotetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Harness opens a vendor for the suite and says in what it differs from the others.
type Harness struct {
	// Open starts an organization of its own, with as many contacts and a fifth as many accounts.
	// It ends with the test.
	Open func(t *testing.T, contacts int) Vendor
	// Contact and Account are the fields that the suite writes.
	Contact, Account Shape
	// Page is how many contacts fit one page of lists and changes.
	Page int
	// Kept is how long a deletion can be found: a cursor that is a day older is a gap.
	Kept time.Duration
	// NamesSurvivor says that the vendor tells what a record was merged into. Elsewhere the record
	// is only gone.
	NamesSurvivor bool
	// Upserts says that a create that carries our mark makes one record however often it is sent.
	Upserts bool
	// At and Refused are what faults are made of.
	At      Endpoints
	Refused Refusals
}

// Endpoints are where things are done, in the words of a fault script: all API calls, the writes of
// contacts, and the making of access tokens.
type Endpoints struct{ API, Create, Update, Restore, Token string }

// Refusals are what the vendor refuses a call with, as members of a fault script's rule: too many
// calls at once, the day's calls used up, an error of its own, a missing permission, a dead access
// token.
type Refusals struct{ Busy, Spent, Failed, Forbidden, SignedOut string }

// Shape names fields of one kind of record, as the vendor does.
type Shape struct {
	Name   string // text, required on create
	Note   string // text, optional
	Max    int    // the most characters of Note
	Choice string // a restricted picklist
}

// Vendor is an organization as its own people and the programs of others see it. Methods that
// cannot do their work fail the test.
type Vendor interface {
	// Remote is a new client that remembers nothing but the stored credentials.
	Remote() vendor.Remote
	Create(object models.SyncObject, values models.Values) (id string)
	Update(object models.SyncObject, id string, values models.Values)
	Trash(object models.SyncObject, ids ...string)
	Restore(object models.SyncObject, id string)
	Merge(object models.SyncObject, survivor, loser string)
	// Absent is a well-formed id that no record has.
	Absent(object models.SyncObject) string
	// Unique makes the vendor refuse a second contact with the email of another.
	Unique()
	// Faults replaces the fault script with a list of rules; "" is none.
	Faults(rules string)
	// Advance moves the vendor's and the clients' clocks, Skew the clients' alone.
	Advance(d time.Duration)
	Skew(d time.Duration)
	// Written counts the records that were really written, by anybody.
	Written(object models.SyncObject, op models.IntentOp) int
	// Called counts the API calls, Sent those of them that may write, SignIns those that ask for an
	// access token.
	Called() int
	Sent() int
	SignIns() int
	// Spoil makes the stored credentials ones that the vendor refuses.
	Spoil()
	// Secrets are texts that no error may show.
	Secrets() []string
}

// Run runs the whole suite.
func Run(t *testing.T, h Harness) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"Describe", testDescribe}, {"Count", testCount}, {"List", testList}, {"Read", testRead}, {"Changes", testChanges}, {"Find", testFind},
		{"Write", testWrite}, {"Budget", testBudget}, {"SignIn", testSignIn}, {"Revoke", testRevoke}, {"FaultyReads", testFaultyReads},
		{"FaultyWrites", testFaultyWrites}, {"ManyFaults", testManyFaults},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, h) })
	}
}

// RunList runs the part about lists alone, for a vendor that has a second way to list.
func RunList(t *testing.T, h Harness) { testList(t, h) }

// organization is a vendor that was opened, with a client.
type organization struct {
	*testing.T
	Harness
	Vendor
	remote vendor.Remote
}

// small is how many contacts an organization has where the number does not matter.
const small = 20

// overPage is a number of contacts that does not fit one page.
func (h Harness) overPage() int { return h.Page + min(h.Page/2, 40) }

func (h Harness) open(t *testing.T, contacts int) *organization {
	t.Helper()
	v := h.Open(t, contacts)
	return &organization{t, h, v, v.Remote()}
}

func (h *organization) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *organization) shape(object models.SyncObject) Shape {
	if object == models.AccountObject {
		return h.Account
	}
	return h.Contact
}

// fields are all that the suite reads of an object.
func (h *organization) fields(object models.SyncObject) []string {
	s := h.shape(object)
	out := []string{s.Name, s.Note, s.Choice, object.MatchField(h.remote.Side())}
	if parent := object.ParentField(h.remote.Side()); parent != "" {
		out = append(out, parent)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// contact is a contact's values, blank email allowed.
func (h *organization) contact(name, email string) models.Values {
	out := models.Values{h.Contact.Name: models.Text(name)}
	if email != "" {
		out[models.ContactObject.MatchField(h.remote.Side())] = models.Text(email)
	}
	return out
}

func (h *organization) account(name string) models.Values {
	return models.Values{h.Account.Name: models.Text(name)}
}

// write writes one record; a refusal of the whole call counts as the record's.
func (h *organization) write(object models.SyncObject, w models.Write) models.WriteResult {
	h.Helper()
	out, err := h.remote.Write(h.Context(), object, []models.Write{w})
	if err != nil {
		var e *models.Error
		if !errors.As(err, &e) || len(out) != 0 {
			h.Fatalf("%d results beside %v, which is no models.Error", len(out), err)
		}
		return models.WriteResult{ID: w.ID, Err: e}
	}
	if len(out) != 1 {
		h.Fatalf("%d results of one write", len(out))
	}
	return out[0]
}

// create writes a contact that carries our mark.
func (h *organization) create(mark string, values models.Values) models.WriteResult {
	h.Helper()
	return h.write(models.ContactObject, models.Write{Op: models.OpCreate, LinkID: mark, Values: values})
}

// read is a record by its id; nil when the vendor says nothing of it.
func (h *organization) read(object models.SyncObject, id string) *models.Record {
	h.Helper()
	got, err := h.remote.Read(h.Context(), object, h.fields(object), []string{id})
	h.must(err)
	switch {
	case len(got) == 0:
		return nil
	case len(got) > 1 || got[0].ID != id || got[0].Object != object || got[0].Side != h.remote.Side():
		h.Fatalf("asked for %s, read %+v", id, got)
	}
	return &got[0]
}

func (h *organization) marked(mark string) []models.Record {
	h.Helper()
	found, err := h.remote.Find(h.Context(), models.ContactObject, nil, models.Find{LinkID: mark})
	h.must(err)
	return found
}

// rule is a line of a fault script that acts on the endpoint.
func rule(endpoint, members string) string {
	return fmt.Sprintf(`{"endpoint":%q,%s}`, endpoint, members)
}

// once makes a rule act one time.
func once(members string) string { return members + `,"times":1` }

// typed fails unless err is a models.Error with one of the codes that shows nothing it must not.
func (h *organization) typed(err error, private []string, codes ...models.Code) *models.Error {
	h.Helper()
	var e *models.Error
	if !errors.As(err, &e) {
		h.Fatalf("%v is no models.Error", err)
	}
	if !slices.Contains(codes, e.Code) {
		h.Errorf("the code is %s, not one of %v: %v", e.Code, codes, err)
	}
	if e.Message == "" {
		h.Errorf("%s says nothing to people", e.Code)
	}
	for _, text := range append(h.Secrets(), private...) {
		if text != "" && (strings.Contains(err.Error(), text) || strings.Contains(e.Message, text)) {
			h.Errorf("the error shows %q: %v", text, err)
		}
	}
	return e
}

// names is a readable list of ids and what they are, for messages.
func names(of map[string]string) string {
	raw, _ := json.Marshal(of)
	return string(raw)
}

func mark(n int) string { return fmt.Sprintf("0198f2a0-0000-7000-8000-%012d", n) }
