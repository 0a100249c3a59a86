package salesforce_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
)

// said is what the client says of a call: no code when it was done.
type said struct {
	code  models.Code
	retry bool
}

var (
	done        = said{}
	unknown     = said{models.CodeUnknownOutcome, false}
	unreachable = said{models.CodeUpstreamUnavailable, true}
	unusable    = said{models.CodeSideUnusable, true}
	busy        = said{models.CodeBusy, true}
	noQuota     = said{models.CodeQuotaExhausted, true}
	signedOut   = said{models.CodeBadCredentials, false}
)

const slow = "slower than we wait"

// faults is every way in which a call can go wrong: what the client says of a read, of a write that
// may be sent twice (an update, a create with our mark) and of a create without a mark; and whether
// the write had happened. How often a call goes out again is the client's for a session alone.
var faults = map[string]struct {
	rule     string // without its endpoint
	read     said
	repeats  said
	onlyOnce said
	happened bool
	after    time.Duration // how long the vendor asks to wait
}{
	"not sent":                   {`"kind":"drop_before"`, unreachable, unknown, unknown, false, 0},
	"answer lost":                {`"kind":"drop_after"`, unreachable, unknown, unknown, true, 0},
	"answer broken off":          {`"kind":"reset"`, unreachable, unknown, unknown, true, 0},
	"answer cut":                 {`"kind":"truncate"`, unreachable, unknown, unknown, true, 0},
	"answer empty":               {`"kind":"status","status":200`, unreachable, unknown, unknown, false, 0},
	"another answer":             {`"kind":"status","status":200,"body":{"hello":"there"}`, unreachable, unknown, unknown, false, 0},
	"HTML":                       {`"kind":"html"`, unusable, unknown, unknown, false, 0},
	"HTML after the work":        {`"kind":"html","commit":true`, unusable, unknown, unknown, true, 0},
	"maintenance page":           {`"kind":"html","status":503`, busy, busy, unknown, false, 0},
	slow:                         {`"kind":"latency","latency":"10s"`, unreachable, unknown, unknown, false, 0},
	"failure":                    {`"kind":"status","status":500`, unreachable, unreachable, unknown, false, 0},
	"failure after the work":     {`"kind":"status","status":500,"commit":true`, unreachable, unreachable, unknown, true, 0},
	"gateway gave up":            {`"kind":"status","status":504,"commit":true`, unreachable, unreachable, unknown, true, 0},
	"request took too long":      {`"kind":"status","status":408,"commit":true`, unreachable, unreachable, unknown, true, 0},
	"overloaded":                 {`"kind":"status","status":503,"headers":{"Retry-After":"7"}`, busy, busy, unknown, false, 7 * time.Second},
	"overloaded after the work":  {`"kind":"status","status":503,"commit":true,"headers":{"Retry-After":"7"}`, busy, busy, unknown, true, 7 * time.Second},
	"overloaded until a date":    {`"kind":"status","status":503,"headers":{"Retry-After":"+30s"}`, busy, busy, unknown, false, 30 * time.Second},
	"too many calls":             {`"kind":"status","status":429,"headers":{"Retry-After":"5"}`, busy, busy, busy, false, 5 * time.Second},
	"unexpected exception":       {`"kind":"status","status":500,"body":[{"message":"x","errorCode":"UNKNOWN_EXCEPTION"}]`, unreachable, unreachable, unknown, false, 0},
	"row locked":                 {`"kind":"status","status":400,"body":[{"message":"x","errorCode":"UNABLE_TO_LOCK_ROW"}]`, busy, busy, busy, false, 0},
	"row locked, as a failure":   {`"kind":"status","status":500,"body":[{"message":"x","errorCode":"UNABLE_TO_LOCK_ROW"}]`, busy, busy, busy, false, 0},
	"too many long calls":        {`"kind":"status","status":403,"body":[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, busy, busy, busy, false, 0},
	"no calls left today":        {`"kind":"status","status":403,"body":[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, noQuota, noQuota, noQuota, false, 0},
	"session ended":              {`"kind":"status","status":401,"times":1,"body":[{"message":"x","errorCode":"INVALID_SESSION_ID"}]`, done, done, done, true, 0},
	"every session ended":        {`"kind":"status","status":401,"body":[{"message":"x","errorCode":"INVALID_SESSION_ID"}]`, signedOut, signedOut, signedOut, false, 0},
	"refused without the vendor": {`"kind":"status","status":404,"body":"no such page"`, unusable, unusable, unusable, false, 0},
	"sent elsewhere":             {`"kind":"status","status":302,"headers":{"Location":"http://127.0.0.1:1/"}`, unusable, unusable, unusable, false, 0},
}

func TestEveryFaultBecomesATypedErrorAndMakesNoRecordTwice(t *testing.T) {
	t.Parallel()
	o := start(t, func(cfg *simulator.Config) { cfg.Contacts, cfg.Accounts = 4, 2 })
	_, err := o.Describe(ctx, models.ContactObject)
	check(t, err)
	n := 0
	// Only a call that is answered slowly on purpose is given up soon.
	impatient := &http.Client{Transport: o.http.Transport}
	// attempt makes one write under the fault, and then what the engine does about it: a write that
	// may have happened is looked for, one that may be retried is sent again, nothing else is.
	attempt := func(t *testing.T, rule, endpoint string, client func() *salesforce.Client, w models.Write, look models.Find) (models.WriteResult, error) {
		first := client()
		_, err := first.Describe(ctx, models.ContactObject)
		check(t, err)
		o.fault(`{"endpoint":"` + endpoint + `",` + rule + `}`)
		out, err := first.Write(ctx, models.ContactObject, []models.Write{w})
		o.fault("")
		var result models.WriteResult
		if len(out) == 1 {
			result = out[0]
		}
		if err == nil && result.Err != nil {
			err = result.Err
		}
		if err == nil {
			return result, nil
		}
		if models.CodeOf(err) == models.CodeUnknownOutcome && w.Op == models.OpCreate {
			found, lookErr := client().Find(ctx, models.ContactObject, nil, look)
			check(t, lookErr)
			if len(found) > 0 {
				return models.WriteResult{ID: found[0].ID}, err
			}
		}
		again, againErr := client().Write(ctx, models.ContactObject, []models.Write{w})
		check(t, againErr)
		if again[0].Err != nil {
			t.Fatal(again[0].Err)
		}
		return again[0], err
	}
	judge := func(t *testing.T, err error, want said, after time.Duration) {
		t.Helper()
		var e *models.Error
		if (said{models.CodeOf(err), models.MayRetry(err)}) != want {
			t.Errorf("%v, may retry: %v", err, models.MayRetry(err))
		}
		if asModel(err, &e); e != nil && want == busy && (e.RetryAfter < after-2*time.Second || e.RetryAfter > after) {
			t.Errorf("the wait is %v", e.RetryAfter)
		}
	}
	plain := func() *salesforce.Client {
		return o.client(func(cfg *salesforce.Config) { cfg.HTTP = impatient })
	}
	unmarked := func() *salesforce.Client {
		return o.client(func(cfg *salesforce.Config) { cfg.MarkField, cfg.HTTP = "None__c", impatient })
	}
	for name, f := range faults {
		impatient.Timeout = 0
		if name == slow {
			impatient.Timeout = time.Second
		}
		t.Run("read: "+name, func(t *testing.T) {
			client := plain()
			o.fault(`{"endpoint":"GET /services/data/*/query",` + f.rule + `}`)
			_, err := client.Count(ctx, models.ContactObject)
			o.fault("")
			judge(t, err, f.read, f.after)
			if _, err := plain().Count(ctx, models.ContactObject); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
		for _, c := range []struct {
			kind, endpoint string
			client         func() *salesforce.Client
			want           said
		}{
			{"create with a mark: ", "PATCH /services/data/*/composite/sobjects/Contact/*", plain, f.repeats},
			{"create without a mark: ", "POST /services/data/*/composite/sobjects", unmarked, f.onlyOnce},
		} {
			t.Run(c.kind+name, func(t *testing.T) {
				n++
				last, mail := fmt.Sprint("Fault", n), fmt.Sprintf("fault-%d@x.example", n)
				look := models.Find{LinkID: last}
				if c.want == f.onlyOnce {
					look = models.Find{Match: models.Text(mail)}
				}
				happened := -1
				_, err := attempt(t, f.rule, c.endpoint, func() *salesforce.Client {
					if happened++; happened == 1 {
						// The second client is made once the first has answered.
						if stand := o.standing("Contact", "LastName", last); (stand == 1) != f.happened {
							t.Errorf("after the first answer %d records stand there", stand)
						}
					}
					return c.client()
				}, models.Write{Op: models.OpCreate, LinkID: last, Values: contact(last, mail)}, look)
				judge(t, err, c.want, f.after)
				if stand := o.standing("Contact", "LastName", last); stand != 1 {
					t.Errorf("in the end %d records stand there", stand)
				}
			})
		}
		t.Run("update: "+name, func(t *testing.T) {
			n++
			last := fmt.Sprint("Fault", n)
			made := create(o, last, contact("Before", ""))
			_, err := attempt(t, f.rule, "PATCH /services/data/*/composite/sobjects", plain, models.Write{Op: models.OpUpdate, ID: made.ID, Values: models.Values{"LastName": models.Text(last)}}, models.Find{})
			judge(t, err, f.repeats, f.after)
			if stand := o.standing("Contact", "LastName", last); stand != 1 {
				t.Errorf("in the end %d records stand there", stand)
			}
		})
	}
}

func TestALockedRowAndARevokedSessionAreToldApart(t *testing.T) {
	o := start(t)
	made := create(o, "locked", contact("Locked", ""))
	update := []models.Write{{Op: models.OpUpdate, ID: made.ID, Values: models.Values{"Title": models.Text("Boss")}}}
	o.fault(`{"kind":"lock_row","times":1}`)
	if r := o.write(update)[0]; r.Err == nil || r.Err.Code != models.CodeBusy || !r.Err.Retry {
		t.Errorf("%+v", r.Err)
	}
	if r := o.write(update)[0]; r.Err != nil {
		t.Errorf("%+v", r.Err)
	}
	before := o.calls("POST /services/oauth2/token")
	o.fault(`{"kind":"revoke_tokens","times":1}`)
	if r := o.write(update)[0]; r.Err != nil {
		t.Errorf("%+v", r.Err)
	}
	if n := o.calls("POST /services/oauth2/token") - before; n != 1 {
		t.Errorf("%d sign-ins", n)
	}
}

func TestARestoreUnderFaultsEndsWithOneLiveRecord(t *testing.T) {
	o := start(t)
	for i, rule := range []string{`"kind":"drop_before"`, `"kind":"drop_after"`, `"kind":"reset"`, `"kind":"truncate"`, `"kind":"html"`, `"kind":"status","status":503`} {
		last := fmt.Sprint("Restored", i)
		made := create(o, last, contact(last, ""))
		o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+made.ID, nil)
		restore := []models.Write{{Op: models.OpRestore, ID: made.ID, LinkID: last, Values: models.Values{"Title": models.Text("Back")}}}
		o.fault(`{"endpoint":"POST /services/Soap/**",` + rule + `}`)
		if out, err := o.Write(ctx, models.ContactObject, restore); err == nil && out[0].Err == nil {
			t.Errorf("%s: %+v", rule, out)
		}
		o.fault("")
		if r := o.write(restore)[0]; r.Err != nil || r.ID != made.ID || r.Returned["Title"].String() != "Back" {
			t.Errorf("%s: %+v", rule, r)
		}
		if stand := o.standing("Contact", "LastName", last); stand != 1 {
			t.Errorf("%s: %d records stand there", rule, stand)
		}
	}
}
