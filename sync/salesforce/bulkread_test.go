package salesforce_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
)

// inBulk reads every object by bulk queries; oneByOne none.
func inBulk(cfg *salesforce.Config)   { cfg.BulkFrom = 1 }
func oneByOne(cfg *salesforce.Config) { cfg.BulkFrom = 1 << 30 }

// listed reads a whole list, each page by the client that pick names. A page must leave a token to
// go on with.
func listed(t *testing.T, pick func(page int) *salesforce.Client, fields []string) []models.Record {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a process that ends between two pages leaves no download behind
	var out []models.Record
	token := ""
	for page := 0; page < 200; page++ {
		got, err := pick(page).List(ctx, models.ContactObject, fields, token)
		check(t, err)
		out = append(out, got.Records...)
		if token = got.Next; token == "" {
			slices.SortFunc(out, func(a, b models.Record) int { return cmp.Compare(a.ID, b.ID) })
			return out
		}
	}
	t.Fatal("the list does not end")
	return nil
}

func always(c *salesforce.Client) func(int) *salesforce.Client {
	return func(int) *salesforce.Client { return c }
}

func (o *organization) jobs(kind string) []any {
	o.t.Helper()
	list, _ := o.outside("GET", "/services/data/v68.0/jobs/"+kind, nil)["records"].([]any)
	return list
}

var awkward = []string{"comma, \"quoted\"", "two\r\nlines and\na third", "#N/A", "Zoë 東京 🙂", "semi;colon\ttab", `back\slash`}

func TestABulkQueryReadsTheSameAsREST(t *testing.T) {
	o := start(t)
	for i, text := range awkward {
		if r := create(o, fmt.Sprint("awkward-", i), contact("A", "").With(models.Values{"Description": models.Text(text), "LoyaltyPoints__c": models.Text("12")})); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	everything := append(slices.Clone(fields), "Description", "MailingAddress", "MailingCity", "Account.Name", "CreatedDate", "Nonsense__c")
	want := listed(t, always(o.client(oneByOne)), everything)
	if len(want) != 60+len(awkward) {
		t.Fatalf("%d records by REST", len(want))
	}
	texts := map[string]bool{}
	for _, r := range want {
		texts[r.Values["Description"].String()] = true
	}
	for _, text := range awkward {
		if !texts[text] {
			t.Errorf("%q is not among the records", text)
		}
	}
	for name, c := range map[string]struct {
		page   int
		change func(*salesforce.Config)
	}{
		"one page":                      {0, inBulk},
		"pages side by side":            {7, inBulk},
		"every record a page":           {1, inBulk},
		"pages one after another (v57)": {7, func(cfg *salesforce.Config) { cfg.BulkFrom, cfg.APIVersion = 1, "57.0" }},
	} {
		t.Run(name, func(t *testing.T) {
			o.settings(fmt.Sprintf(`{"bulkPage":%d}`, c.page))
			client := o.client(c.change)
			if diff := gocmp.Diff(want, listed(t, always(client), everything), gocmp.AllowUnexported(models.Value{})); diff != "" {
				t.Error(diff)
			}
			if left := o.jobs("query"); len(left) != 0 {
				t.Errorf("%d jobs were left behind", len(left))
			}
			if c.page == 1 {
				return
			}
			if diff := gocmp.Diff(want, listed(t, func(int) *salesforce.Client { return o.client(c.change) }, everything), gocmp.AllowUnexported(models.Value{})); diff != "" {
				t.Errorf("each page by another process: %s", diff)
			}
		})
	}
}

func TestOnlyLargeObjectsAreReadInBulk(t *testing.T) {
	o := start(t)
	listed(t, always(o.Client), fields)
	listed(t, always(o.client(func(cfg *salesforce.Config) { cfg.BulkFrom = 61 })), fields)
	if n := o.calls("POST /services/data/{version}/jobs/query"); n != 0 {
		t.Errorf("%d bulk queries of 60 records", n)
	}
	listed(t, always(o.client(func(cfg *salesforce.Config) { cfg.BulkFrom = 60 })), fields)
	if n := o.calls("POST /services/data/{version}/jobs/query"); n != 1 {
		t.Errorf("%d bulk queries", n)
	}
}

func TestAnObjectThatTakesTooLongToCountIsReadInBulk(t *testing.T) {
	o := start(t)
	o.fault(`{"kind":"status","endpoint":"GET /services/data/*/query","contains":"COUNT()","status":400,"body":[{"message":"x","errorCode":"QUERY_TIMEOUT"}]}`)
	if n := len(listed(t, always(o.Client), fields)); n != 60 || o.calls("POST /services/data/{version}/jobs/query") != 1 {
		t.Errorf("%d records", n)
	}
}

func TestABulkQueryOutlivesFaults(t *testing.T) {
	o := start(t)
	o.settings(`{"bulkPage":7}`)
	want := listed(t, always(o.client(oneByOne)), fields)
	const results, pages, look = "GET /services/data/*/jobs/query/*/results", "GET /services/data/*/jobs/query/*/resultPages", "GET /services/data/*/jobs/query/*"
	for name, rule := range map[string]string{
		"a page is reset":                    `{"kind":"reset","endpoint":"` + results + `","times":2}`,
		"a page is cut":                      `{"kind":"truncate","endpoint":"` + results + `","times":2}`,
		"a page is cut in the middle of one": `{"kind":"truncate","endpoint":"` + results + `","times":1,"bytes":700}`,
		"a page's answer is lost":            `{"kind":"drop_after","endpoint":"` + results + `","after":1,"times":2}`,
		"a page is HTML":                     `{"kind":"html","endpoint":"` + results + `","times":1}`,
		"a page is busy":                     `{"kind":"status","endpoint":"` + results + `","times":1,"status":503}`,
		"the pages are not named":            `{"kind":"status","endpoint":"` + pages + `","status":500}`,
		"the pages are named as HTML":        `{"kind":"html","endpoint":"` + pages + `","times":1}`,
		"looks fail":                         `{"kind":"drop_before","endpoint":"` + look + `","times":2}`,
		"the session ends":                   `{"kind":"revoke_tokens","times":1},{"kind":"revoke_tokens","after":8,"times":1},{"kind":"revoke_tokens","after":16,"times":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			o.fault(rule)
			defer o.fault("")
			if diff := gocmp.Diff(want, listed(t, always(o.client(inBulk)), fields), gocmp.AllowUnexported(models.Value{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABulkQueryThatIsGoneSaysSo(t *testing.T) {
	o := start(t)
	o.settings(`{"bulkPage":7}`)
	begin := func(t *testing.T, c *salesforce.Client) (token string) {
		page, err := c.List(ctx, models.ContactObject, fields, "")
		check(t, err)
		if len(page.Records) != 0 || page.Next == "" {
			t.Fatalf("%+v", page)
		}
		return page.Next
	}
	next := func(t *testing.T, c *salesforce.Client, token string) string {
		page, err := c.List(ctx, models.ContactObject, fields, token)
		check(t, err)
		return page.Next
	}
	expired := func(t *testing.T, c *salesforce.Client, token string) {
		t.Helper()
		if _, err := c.List(ctx, models.ContactObject, fields, token); models.CodeOf(err) != models.CodeCursorExpired || models.MayRetry(err) {
			t.Errorf("%v", err)
		}
	}
	t.Run("removed", func(t *testing.T) {
		c := o.client(inBulk)
		token := next(t, c, begin(t, c))
		o.outside("DELETE", "/services/data/v68.0/jobs/query/"+o.jobs("query")[0].(map[string]any)["id"].(string), nil)
		expired(t, o.client(inBulk), token)
	})
	t.Run("aborted", func(t *testing.T) {
		c := o.client(inBulk)
		token := begin(t, c)
		o.outside("PATCH", "/services/data/v68.0/jobs/query/"+o.jobs("query")[0].(map[string]any)["id"].(string), map[string]string{"state": "Aborted"})
		expired(t, c, token)
		if left := o.jobs("query"); len(left) != 0 {
			t.Errorf("%d jobs were left behind", len(left))
		}
		if page, err := c.List(ctx, models.ContactObject, fields, ""); err != nil || len(page.Records) != 60 {
			t.Errorf("afterwards %d records by REST, %v", len(page.Records), err)
		}
	})
	t.Run("unreadable", func(t *testing.T) { expired(t, o.Client, `{"job":"`) })
	t.Run("another version", func(t *testing.T) {
		token := next(t, o.client(inBulk), begin(t, o.client(inBulk)))
		expired(t, o.client(func(cfg *salesforce.Config) { cfg.APIVersion = "67.0" }), token)
	})
}

// TestTwoListsOfOneObjectDoNotDisturbEachOther: the periodic compare and a load may read the same
// object.
func TestTwoListsOfOneObjectDoNotDisturbEachOther(t *testing.T) {
	o := start(t)
	o.settings(`{"bulkPage":7}`)
	want := listed(t, always(o.client(oneByOne)), fields)
	c := o.client(inBulk)
	t.Run("at once", func(t *testing.T) {
		for i := range 4 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				if diff := gocmp.Diff(want, listed(t, always(c), fields), gocmp.AllowUnexported(models.Value{})); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
	if left := o.jobs("query"); len(left) != 0 {
		t.Errorf("%d jobs were left behind", len(left))
	}
	// The same token twice, as a load has that was stopped before its page was stored.
	page, err := c.List(ctx, models.ContactObject, fields, "")
	check(t, err)
	for token := page.Next; token != ""; token = page.Next {
		first, err := c.List(ctx, models.ContactObject, fields, token)
		check(t, err)
		if page, err = c.List(ctx, models.ContactObject, fields, token); err != nil && strings.Contains(token, `"read":true`) {
			break // the job went with the first
		}
		check(t, err)
		if diff := gocmp.Diff(first, page, gocmp.AllowUnexported(models.Value{})); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAnOrganizationWithoutBulkJobsIsListedByREST(t *testing.T) {
	for name, body := range map[string]string{
		"no access":       `[{"message":"x","errorCode":"FEATURENOTENABLED"}]`,
		"none left today": `[{"message":"x","errorCode":"EXCEEDEDQUOTA"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			o := start(t)
			o.fault(`{"kind":"status","endpoint":"POST /services/data/*/jobs/query","status":400,"body":` + body + `}`)
			if n := len(listed(t, always(o.client(inBulk)), fields)); n != 60 {
				t.Errorf("%d records", n)
			}
		})
	}
	t.Run("but not when it is only out of reach", func(t *testing.T) {
		o := start(t)
		o.fault(`{"kind":"drop_after","endpoint":"POST /services/data/*/jobs/query","times":1}`)
		c := o.client(inBulk)
		if _, err := c.List(ctx, models.ContactObject, fields, ""); models.CodeOf(err) != models.CodeUpstreamUnavailable || !models.MayRetry(err) {
			t.Errorf("%v", err)
		}
		if n := len(listed(t, always(c), fields)); n != 60 {
			t.Errorf("%d records", n)
		}
	})
}

func TestAListThatIsGivenUpStopsAtOnceAndGoesOnLater(t *testing.T) {
	for _, when := range []string{"while it asks", "between two looks"} {
		t.Run(when, func(t *testing.T) {
			o := start(t, func(cfg *simulator.Config) { cfg.Contacts = 20 })
			looked := make(chan struct{}, 100)
			look := func(r *http.Request) {
				if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/jobs/query/") {
					looked <- struct{}{}
				}
			}
			by := watched{RoundTripper: o.http.Transport, tell: look}
			if when == "between two looks" {
				by.tell, by.told = nil, look
			}
			c := o.client(func(cfg *salesforce.Config) {
				cfg.BulkFrom, cfg.HTTP = 1, &http.Client{Transport: by}
			})
			page, err := c.List(ctx, models.ContactObject, fields, "")
			check(t, err)
			o.fault(`{"kind":"status","endpoint":"GET /services/data/*/jobs/query/*","status":200,"body":{"id":"750000000000001AAA","state":"InProgress"}}`)
			waiting, cancel := context.WithCancel(ctx)
			done := make(chan error, 1)
			go func() {
				_, err := c.List(waiting, models.ContactObject, fields, page.Next)
				done <- err
			}()
			<-looked
			cancel()
			if err := <-done; err == nil || !strings.Contains(err.Error(), "canceled") {
				t.Errorf("%v", err)
			}
			o.fault("")
			n := 0
			for token := page.Next; token != ""; token = page.Next {
				page, err = c.List(ctx, models.ContactObject, fields, token)
				check(t, err)
				n += len(page.Records)
			}
			if n != 20 {
				t.Errorf("%d records of 20", n)
			}
		})
	}
}
