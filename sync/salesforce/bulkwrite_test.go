package salesforce_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
)

const many = 205 // more than one collection call takes

// creates are many creates that are told by their marks.
func creates(values func(i int) models.Values) []models.Write {
	out := make([]models.Write, many)
	for i := range out {
		out[i] = models.Write{Op: models.OpCreate, LinkID: fmt.Sprint("bulk-", i), Values: values(i)}
	}
	return out
}

func person(i int) models.Values {
	return contact("Bulk", fmt.Sprintf("bulk-%d@x.example", i)).With(models.Values{"Title": models.Text(fmt.Sprint("No ", i))})
}

func (o *organization) write(writes []models.Write) []models.WriteResult {
	o.t.Helper()
	out, err := o.Write(ctx, models.ContactObject, writes)
	check(o.t, err)
	if len(out) != len(writes) {
		o.t.Fatalf("%d results of %d writes", len(out), len(writes))
	}
	return out
}

const ingests = "POST /services/data/{version}/jobs/ingest"

func TestManyWritesGoAsOneBulkJob(t *testing.T) {
	o := start(t)
	bad := map[int]struct {
		values models.Values
		code   models.Code
		field  string
	}{
		3:   {models.Values{"Email": models.Text("a@x.example")}, models.CodeRequiredFieldMissing, "LastName"},
		50:  {contact(strings.Repeat("x", 81), ""), models.CodeValueTooLong, "LastName"},
		77:  {contact("A", "").With(models.Values{"Tier__c": models.Text("Tin")}), models.CodeInvalidPicklist, "Tier__c"},
		101: {contact("A", "nobody"), models.CodeInvalidParameter, "Email"},
		204: {contact("A", "").With(models.Values{"AccountId": models.Text("001000000000001AAA")}), models.CodeParentMissing, "AccountId"},
	}
	writes := creates(func(i int) models.Values {
		if b, ok := bad[i]; ok {
			return b.values
		}
		return person(i).With(models.Values{"Description": models.Text(awkward[i%2]), "Newsletter__c": models.Text("true"), "LoyaltyPoints__c": models.Text("12"), "Birthdate": models.Blank})
	})
	made := o.write(writes)
	for i, r := range made {
		b, isBad := bad[i]
		switch {
		case isBad && (r.Err == nil || r.Err.Code != b.code || !slices.Contains(r.Err.Fields, b.field)):
			t.Errorf("%d: %+v", i, r)
		case !isBad && (r.Err != nil || !r.Created || len(r.ID) != 18 || r.ModifiedAt.IsZero()):
			t.Errorf("%d: %+v", i, r)
		case !isBad && (r.Returned["Title"].String() != fmt.Sprint("No ", i) || r.Returned["Description"].String() != awkward[i%2] || r.Returned["LoyaltyPoints__c"].String() != "12"):
			t.Errorf("%d: %+v", i, r.Returned)
		}
	}
	if n := o.calls(ingests); n != 1 {
		t.Errorf("%d bulk jobs", n)
	}
	if left := o.jobs("ingest"); len(left) != 0 {
		t.Errorf("%d jobs were left behind", len(left))
	}
	for i, r := range o.write(writes) {
		if _, isBad := bad[i]; !isBad && (r.Err != nil || r.Created || r.ID != made[i].ID) {
			t.Errorf("the same mark again, %d: %+v", i, r)
		}
	}
	if n := o.standing("Contact", "LastName", "Bulk"); n != many-len(bad) {
		t.Errorf("%d records stand there", n)
	}
}

func TestManyUpdatesGoAsOneBulkJobThatTellsBlankFromUntouched(t *testing.T) {
	o := start(t)
	made := o.write(creates(func(i int) models.Values {
		return person(i).With(models.Values{"Phone": models.Text("1"), "Newsletter__c": models.Text("true"), "Birthdate": models.Text("1990-02-03")})
	}))
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+made[7].ID, nil)
	updates := make([]models.Write, many)
	for i := range updates {
		updates[i] = models.Write{Op: models.OpUpdate, ID: made[i].ID, Values: models.Values{"Title": models.Text("New")}}
		if i%2 == 0 {
			updates[i].Values = models.Values{"Phone": models.Blank, "Newsletter__c": models.Blank, "Birthdate": models.Text("2000-01-01")}
		}
	}
	updates[9].ID = "003000000000009AAA"
	before := o.calls(ingests)
	out := o.write(updates)
	if o.calls(ingests) != before+1 {
		t.Error("it was no bulk job")
	}
	for i, r := range out {
		want := map[int]models.Code{7: models.CodeDeleted, 9: models.CodeNotFound}[i]
		if got := models.Code(""); r.Err != nil {
			if got = r.Err.Code; got != want {
				t.Errorf("%d: %+v", i, r.Err)
			}
			continue
		}
		if want != "" || r.ID != made[i].ID || r.Created {
			t.Errorf("%d: %+v", i, r)
		}
		if i%2 == 0 && (!r.Returned["Phone"].IsBlank() || r.Returned["Newsletter__c"].String() != "false" || r.Returned["Birthdate"].String() != "2000-01-01") {
			t.Errorf("%d: %+v", i, r.Returned)
		}
	}
	records, err := o.Read(ctx, models.ContactObject, []string{"Title", "Phone"}, []string{made[1].ID, made[2].ID})
	check(t, err)
	for _, r := range records {
		if title, phone := r.Values["Title"].String(), r.Values["Phone"].String(); r.ID == made[1].ID && (title != "New" || phone != "1") || r.ID == made[2].ID && (title != "No 2" || phone != "") {
			t.Errorf("%s %q %q", r.ID, title, phone)
		}
	}
}

func TestWhatABulkJobCannotExpressGoesInBatches(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*salesforce.Config)
		writes func(o *organization) []models.Write
		code   models.Code // of the last
	}{
		"creates without the mark's field": {func(cfg *salesforce.Config) { cfg.MarkField = "None__c" }, func(*organization) []models.Write { return creates(person) }, ""},
		"text that means null in an upload": {func(*salesforce.Config) {}, func(*organization) []models.Write {
			return creates(func(i int) models.Values { return person(i).With(models.Values{"Title": models.Text("#N/A")}) })
		}, ""},
		"a field that cannot be written": {func(*salesforce.Config) {}, func(*organization) []models.Write {
			return creates(func(i int) models.Values {
				if i == many-1 {
					return person(i).With(models.Values{"Name": models.Text("A B")})
				}
				return person(i)
			})
		}, models.CodeReadOnly},
		"restored records": {func(*salesforce.Config) {}, func(o *organization) []models.Write {
			made := o.write(creates(person))
			for i := range made {
				o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+made[i].ID, nil)
			}
			out := creates(person)
			for i := range out {
				out[i] = models.Write{Op: models.OpRestore, ID: made[i].ID, Values: out[i].Values}
			}
			return out
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := start(t)
			writes := c.writes(o)
			before := o.calls(ingests)
			out, err := o.client(c.change).Write(ctx, models.ContactObject, writes)
			check(t, err)
			if o.calls(ingests) != before {
				t.Error("it was a bulk job")
			}
			for i, r := range out {
				want := models.Code("")
				if i == many-1 {
					want = c.code
				}
				if got := r.Err; (got == nil) != (want == "") || got != nil && got.Code != want {
					t.Errorf("%d: %+v", i, r)
				}
			}
		})
	}
	t.Run("an organization without bulk jobs", func(t *testing.T) {
		o := start(t)
		o.fault(`{"kind":"status","endpoint":"POST /services/data/*/jobs/ingest","status":400,"body":[{"message":"x","errorCode":"FEATURENOTENABLED"}]}`)
		for _, r := range o.write(creates(person)) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
	})
	t.Run("more than there may be", func(t *testing.T) {
		o := start(t)
		if _, err := o.Write(ctx, models.ContactObject, make([]models.Write, o.Limits().Bulk+1)); models.CodeOf(err) != models.CodeInternal {
			t.Errorf("%v", err)
		}
	})
}

// TestABulkJobUnderFaultsWritesEachRecordOnce drops, breaks and refuses each step of a bulk job.
// What the client says must be true of the simulator, and writing the same again must leave one
// record of each.
func TestABulkJobUnderFaultsWritesEachRecordOnce(t *testing.T) {
	t.Parallel()
	steps := map[string]string{
		"create":      "POST /services/data/*/jobs/ingest",
		"upload":      "PUT /services/data/*/jobs/ingest/*/batches",
		"begin":       "PATCH /services/data/*/jobs/ingest/*",
		"look":        "GET /services/data/*/jobs/ingest/*",
		"successes":   "GET /services/data/*/jobs/ingest/*/successfulResults",
		"failures":    "GET /services/data/*/jobs/ingest/*/failedResults",
		"unprocessed": "GET /services/data/*/jobs/ingest/*/unprocessedrecords",
		"removal":     "DELETE /services/data/*/jobs/ingest/*",
	}
	// The others go through the same code.
	alike := map[string]bool{"look": true, "failures": true, "unprocessed": true, "removal": true}
	kinds := map[string]string{
		"once not sent":          `"kind":"drop_before","times":1`,
		"once not answered":      `"kind":"drop_after","times":1`,
		"once broken off":        `"kind":"reset","times":1`,
		"once HTML":              `"kind":"html","times":1`,
		"never answered":         `"kind":"drop_after"`,
		"never let in":           `"kind":"status","status":503`,
		"refused":                `"kind":"status","status":400,"body":[{"message":"x","errorCode":"INVALIDJOBSTATE"}]`,
		"quota":                  `"kind":"status","status":403,"body":[{"message":"x","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`,
		"once without a session": `"kind":"status","status":401,"times":1,"body":[{"message":"x","errorCode":"INVALID_SESSION_ID"}]`,
	}
	o := start(t, func(cfg *simulator.Config) { cfg.Contacts, cfg.Accounts = 4, 2 })
	n := 0
	for _, step := range slices.Sorted(maps.Keys(steps)) {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			if alike[step] && kind != "once not answered" && kind != "never let in" && kind != "refused" {
				continue
			}
			t.Run(step+" "+kind, func(t *testing.T) {
				n++
				o.reset()
				last := fmt.Sprint("Step", n)
				writes := creates(func(int) models.Values { return contact(last, "") })
				for i := range writes {
					writes[i].LinkID = fmt.Sprintf("%s-%d", last, i)
				}
				o.fault(`{"endpoint":"` + steps[step] + `",` + kinds[kind] + `}`)
				client := o.client(func(*salesforce.Config) {})
				waiting, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
				defer cancel()
				out, err := client.Write(waiting, models.ContactObject, writes)
				o.fault("")
				stand := o.standing("Contact", "LastName", last)
				if err != nil && (len(out) != 0 || stand != 0) {
					t.Errorf("%v, and yet %d records stand there and %d results were given", err, stand, len(out))
				}
				done := 0
				for _, r := range out {
					if r.Err == nil {
						done++
					} else if r.Err.Code != models.CodeUnknownOutcome && !r.Err.Retry && r.Err.Code != models.CodeBadCredentials {
						t.Errorf("%+v", r.Err)
					}
				}
				if done > stand {
					t.Errorf("%d records are said to be done, %d stand there", done, stand)
				}
				if done == many {
					return
				}
				again, err := o.client(func(*salesforce.Config) {}).Write(ctx, models.ContactObject, writes)
				check(t, err)
				for _, r := range again {
					if r.Err != nil {
						t.Fatal(r.Err)
					}
				}
				if stand := o.standing("Contact", "LastName", last); stand != many {
					t.Errorf("%d records stand there in the end", stand)
				}
			})
		}
	}
}

func TestABulkJobThatIsGivenUpIsAbortedAndTellsWhatItDid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		times string
		code  models.Code
	}{
		"it stands still":        {`,"times":1`, ""}, // the simulator had written all of it
		"nobody knows its state": {``, models.CodeUnknownOutcome},
	} {
		t.Run(name, func(t *testing.T) {
			o := start(t)
			o.fault(`{"kind":"status","endpoint":"GET /services/data/*/jobs/ingest/*","status":200,"body":{"id":"750000000000001AAA","state":"InProgress"}` + c.times + `}`)
			looked := make(chan struct{}, 100_000)
			client := o.client(func(cfg *salesforce.Config) {
				cfg.Pace = 100 * time.Millisecond
				cfg.HTTP = &http.Client{Transport: watched{RoundTripper: o.http.Transport, tell: func(r *http.Request) {
					if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/jobs/ingest/") {
						looked <- struct{}{}
					}
				}}}
			})
			waiting, cancel := context.WithCancel(ctx)
			go func() { <-looked; cancel() }()
			out, err := client.Write(waiting, models.ContactObject, creates(person))
			check(t, err)
			for _, r := range out {
				if (r.Err == nil) != (c.code == "") || r.Err != nil && r.Err.Code != c.code || r.Err == nil && r.ID == "" {
					t.Fatalf("%+v", r)
				}
			}
			if n := o.calls("PATCH /services/data/{version}/jobs/ingest/{id}"); n != 2 {
				t.Errorf("the job was moved %d times", n)
			}
		})
	}
}

func TestARowThatAJobDidNotComeToMayBeWrittenAgain(t *testing.T) {
	for problem, c := range map[string]struct {
		code  models.Code
		retry bool
	}{
		"InvalidBatch : Field name not found : X": {models.CodeInvalidParameter, false},
		"ClientInputError : LineEnding":           {models.CodeInvalidParameter, false},
		"TooManyLockFailure : the job stopped":    {models.CodeBusy, true},
	} {
		o := start(t)
		var upload string
		for i := range many {
			upload += fmt.Sprintf("bulk-%d,Bulk\n", i)
		}
		o.fault(fmt.Sprintf(`{"kind":"status","endpoint":"GET /services/data/*/jobs/ingest/*","status":200,"body":{"id":"750000000000001AAA","state":"Failed","errorMessage":%q}},
{"kind":"status","endpoint":"GET /services/data/*/jobs/ingest/*/successfulResults","status":200,"body":""},
{"kind":"status","endpoint":"GET /services/data/*/jobs/ingest/*/unprocessedrecords","status":200,"body":%q}`, problem, "Sidelight_Link_Id__c,LastName\n"+upload))
		for _, r := range o.write(creates(person)) {
			if r.Err == nil || r.Err.Code != c.code || r.Err.Retry != c.retry {
				t.Fatalf("%s: %+v", problem, r)
			}
		}
	}
}
