package related_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/sync/related"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
)

var _ related.Remote = (*salesforce.Client)(nil)

// followed is a simulated Salesforce whose related records are followed into a real store.
type followed struct {
	t       *testing.T
	vendors *simulator.Running
	store   *store.Store
	client  *salesforce.Client
	http    *http.Client
	token   string // of another program
	// customers are all contacts and accounts that were seen to have something.
	customers map[string]bool
}

func follow(t *testing.T, address string, contacts int) *followed {
	t.Helper()
	ctx := context.Background()
	vendors, err := simulator.Start(ctx, simulator.Config{Contacts: contacts, Accounts: max(contacts/5, 1), Overlap: 0, Seed: 7})
	must(t, err)
	f := &followed{t: t, vendors: vendors, store: storetest.Open(t, address), http: &http.Client{Transport: &http.Transport{}}, customers: map[string]bool{}}
	t.Cleanup(func() {
		f.http.CloseIdleConnections()
		must(t, vendors.Close())
	})
	credentials := models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"}
	f.client, err = salesforce.New(salesforce.Config{LoginURL: vendors.SalesforceURL, PubSubAddr: vendors.PubSubAddr, PubSubCA: vendors.PubSubCAPEM, HTTP: f.http,
		Credentials: func(context.Context) (models.Credentials, error) { return credentials, nil }, SaveCredentials: func(context.Context, models.Credentials) error { return nil }})
	must(t, err)
	f.status(models.StatusActive)
	res, err := f.http.Post(vendors.SalesforceURL+"/services/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader("grant_type=client_credentials&client_id=demo&client_secret=demo-secret"))
	must(t, err)
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	must(t, json.NewDecoder(res.Body).Decode(&answer))
	f.token = answer.Token
	return f
}

func (f *followed) status(s models.IntegrationStatus) {
	f.t.Helper()
	_, err := f.store.UpdateIntegration(context.Background(), func(in *models.Integration) error { in.Status = s; return nil })
	must(f.t, err)
}

// run follows until the returned function is called.
func (f *followed) run(change func(*related.Config)) (stop func()) {
	c := related.Config{Store: f.store, Remote: func() (related.Remote, error) { return f.client, nil }, Owner: f.t.Name(), All: true, Poll: time.Hour}
	if change != nil {
		change(&c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { related.New(c).Run(ctx) })
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); wg.Wait() }) }
	f.t.Cleanup(stop)
	return stop
}

// outside calls the vendor's API as another program does.
func (f *followed) outside(method, path string, body any) map[string]any {
	f.t.Helper()
	raw, _ := json.Marshal(body)
	url := f.vendors.SalesforceURL + path
	if !strings.HasPrefix(path, "/_sim/") {
		url = f.vendors.SalesforceURL + "/services/data/v68.0" + path
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	must(f.t, err)
	req.Header.Set("Authorization", "Bearer "+f.token)
	res, err := f.http.Do(req)
	must(f.t, err)
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		f.t.Fatalf("%s %s: %s", method, path, res.Status)
	}
	out := map[string]any{}
	_ = json.NewDecoder(res.Body).Decode(&out)
	return out
}

// truth is what a card of each customer would show, by the vendor's own dump: "kind id customer".
func (f *followed) truth() map[string]bool {
	f.t.Helper()
	dump := f.outside("GET", "/_sim/dump", nil)
	out := map[string]bool{}
	each := func(object string, of func(r map[string]any)) {
		rows, _ := dump[object].([]any)
		for _, row := range rows {
			if r := row.(map[string]any); r["IsDeleted"] != true {
				of(r)
			}
		}
	}
	each("Opportunity", func(r map[string]any) {
		if r["Name"] != probe {
			out[fmt.Sprint("opportunity ", r["Id"], " ", r["StageName"])] = true
		}
	})
	each("OpportunityContactRole", func(r map[string]any) {
		f.customers[r["ContactId"].(string)] = true
		out[fmt.Sprint("role ", r["OpportunityId"], " ", r["ContactId"])] = true
	})
	for _, object := range []string{"Event", "Task"} {
		each(object, func(r map[string]any) {
			for _, field := range []string{"WhoId", "WhatId"} {
				if id, _ := r[field].(string); strings.HasPrefix(id, "003") || strings.HasPrefix(id, "001") {
					f.customers[id] = true
					out[fmt.Sprint(strings.ToLower(object), " ", r["Id"], " ", id)] = true
				}
			}
		})
	}
	return out
}

// kept is the same by the store.
func (f *followed) kept() map[string]bool {
	f.t.Helper()
	ctx := context.Background()
	out := map[string]bool{}
	var after *string
	for {
		n := 200
		page, err := f.store.Opportunities(ctx, models.OpportunityFilter{}, models.OpportunityAmountAsc, models.Page{First: &n, After: after}, false)
		must(f.t, err)
		for _, o := range page.Rows {
			if deref(o.Name) != probe {
				out[fmt.Sprint("opportunity ", o.ID, " ", deref(o.Stage))] = true
			}
		}
		if !page.PageInfo.HasNextPage {
			break
		}
		after = page.PageInfo.EndCursor
	}
	for id := range f.customers {
		q := models.RelatedQuery{ContactID: id, First: 1000}
		if strings.HasPrefix(id, "001") {
			q = models.RelatedQuery{AccountID: id, First: 1000}
		}
		if q.ContactID != "" {
			opportunities, err := f.store.CustomerOpportunities(ctx, q)
			must(f.t, err)
			for _, o := range opportunities.Rows {
				out[fmt.Sprint("role ", o.ID, " ", id)] = true
			}
		}
		events, err := f.store.Events(ctx, q)
		must(f.t, err)
		for _, e := range events.Rows {
			out[fmt.Sprint("event ", e.ID, " ", id)] = true
		}
		tasks, err := f.store.Tasks(ctx, q)
		must(f.t, err)
		for _, k := range tasks.Rows {
			out[fmt.Sprint("task ", k.ID, " ", id)] = true
		}
	}
	return out
}

// same waits until the store holds what Salesforce does.
func (f *followed) same(what string) {
	f.t.Helper()
	var missing, extra []string
	eventually(f.t, what, func() bool {
		truth, kept := f.truth(), f.kept()
		missing, extra = nil, nil
		for line := range truth {
			if !kept[line] {
				missing = append(missing, line)
			}
		}
		for line := range kept {
			if !truth[line] {
				extra = append(extra, line)
			}
		}
		return len(missing)+len(extra) == 0
	}, func() string { return fmt.Sprintf("missing %v, too many %v", missing, extra) })
}

func eventually(t *testing.T, what string, holds func() bool, found func() string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen: %s: %s", what, found())
		}
		<-tick.C
	}
}

func (f *followed) complete() bool {
	mirrors, err := f.store.RelatedMirrors(context.Background())
	must(f.t, err)
	for _, object := range models.RelatedObjects {
		if !mirrors[object].Complete {
			return false
		}
	}
	return true
}

// probe is the name of opportunities that are made only to see whether the streams are open: those
// before are seen by the poll alone, an hour later.
const probe = "Nobody's"

// listening tells whether all streams have handed something over. They begin with what happens
// next, so something is made to happen.
func (f *followed) listening() bool {
	f.outside("POST", "/sobjects/Opportunity", map[string]any{"Name": probe, "StageName": "Prospecting", "CloseDate": "2027-01-01"})
	f.outside("POST", "/sobjects/Task", map[string]any{"Subject": "Nobody's"})
	f.outside("POST", "/sobjects/Event", map[string]any{"Subject": "Nobody's", "StartDateTime": "2027-01-01T10:00:00.000Z", "EndDateTime": "2027-01-01T11:00:00.000Z", "DurationInMinutes": 60})
	mirrors, err := f.store.RelatedMirrors(context.Background())
	must(f.t, err)
	for _, object := range models.StreamedObjects {
		if mirrors[object].Replay == "" {
			return false
		}
	}
	return true
}

func (f *followed) mirrors() string {
	mirrors, err := f.store.RelatedMirrors(context.Background())
	return fmt.Sprintf("%+v %v", mirrors, err)
}

// some is the id of a record of the dump that holds.
func (f *followed) some(object string, holds func(r map[string]any) bool) map[string]any {
	f.t.Helper()
	for _, row := range f.outside("GET", "/_sim/dump", nil)[object].([]any) {
		if r := row.(map[string]any); r["IsDeleted"] != true && holds(r) {
			return r
		}
	}
	f.t.Fatalf("the world has no such %s", object)
	return nil
}

// edits makes, changes, moves and deletes something of every kind.
func (f *followed) edits() {
	f.t.Helper()
	every := func(map[string]any) bool { return true }
	one, account := f.some("Contact", every)["Id"], f.some("Account", every)["Id"]
	other := f.some("Contact", func(r map[string]any) bool { return r["Id"] != one })["Id"]
	deal := f.outside("POST", "/sobjects/Opportunity", map[string]any{"Name": "New", "StageName": "Prospecting", "CloseDate": "2027-01-01", "AccountId": account, "Amount": 12.5})["id"]
	f.outside("POST", "/sobjects/OpportunityContactRole", map[string]any{"OpportunityId": deal, "ContactId": one, "Role": "Evaluator"})
	f.outside("PATCH", "/sobjects/Opportunity/"+f.some("Opportunity", func(r map[string]any) bool { return r["IsClosed"] != true })["Id"].(string), map[string]any{"StageName": "Closed Won"})
	f.outside("DELETE", "/sobjects/Opportunity/"+f.some("Opportunity", func(r map[string]any) bool { return r["StageName"] == "Closed Lost" })["Id"].(string), nil)
	f.outside("DELETE", "/sobjects/OpportunityContactRole/"+f.some("OpportunityContactRole", func(r map[string]any) bool { return r["OpportunityId"] != deal })["Id"].(string), nil)
	for _, object := range []string{"Task", "Event"} {
		body := map[string]any{"Subject": "Call", "WhoId": one, "WhatId": account}
		if object == "Event" {
			body["StartDateTime"], body["EndDateTime"], body["DurationInMinutes"] = "2027-01-01T10:00:00.000Z", "2027-01-01T11:00:00.000Z", 60
		}
		f.outside("POST", "/sobjects/"+object, body)
		f.outside("DELETE", "/sobjects/"+object+"/"+f.some(object, func(r map[string]any) bool { return r["WhoId"] != one })["Id"].(string), nil)
		f.outside("PATCH", "/sobjects/"+object+"/"+f.some(object, func(r map[string]any) bool { return r["WhoId"] != one && r["WhoId"] != other })["Id"].(string), map[string]any{"WhoId": other})
	}
}
