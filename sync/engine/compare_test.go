package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
)

// deaf is an engine that hears of nothing by itself: neither push nor, for an hour, a poll.
func deaf(c *engine.Config) { c.Poll, c.Drift = time.Hour, -1 }

// settleDeaf settles the first sync and waits for the one poll that follows it: from then on nobody
// listens.
func (h *liveEngine) settleDeaf() models.SyncCounts {
	h.t.Helper()
	h.settle()
	h.soon("the poll after the load is through", func() bool {
		in, err := h.store.Integration(context.Background())
		must(h.t, err)
		polls, err := h.store.PollCursors(context.Background())
		must(h.t, err)
		return len(polls) == 4 && polls[0].UpdatedAt.After(*in.LoadedAt)
	})
	return h.settle()
}

// compared runs one compare to its end.
func (h *liveEngine) compared() models.DriftReport {
	h.t.Helper()
	begun, err := h.engine.CheckDrift(context.Background())
	must(h.t, err)
	var report models.DriftReport
	h.soon("the compare is done", func() bool {
		r, err := h.engine.DriftReport(context.Background())
		must(h.t, err)
		report = *r
		return r.ID == begun.ID && r.Status != models.RunRunning
	})
	return report
}

// of is what a report says of the contacts for a reason.
func of(r models.DriftReport, reason models.DriftReason) (models.DriftObject, models.DriftDifference) {
	for _, o := range r.Objects {
		if o.Object != models.ContactObject {
			continue
		}
		for _, d := range o.Differences {
			if d.Reason == reason {
				return o, d
			}
		}
		return o, models.DriftDifference{}
	}
	return models.DriftObject{}, models.DriftDifference{}
}

// deskAPI calls Desk's REST API as another program would.
func (h *liveEngine) deskAPI(method, path, body string) string {
	h.t.Helper()
	if h.deskToken == "" {
		res, err := h.http.PostForm(h.vendors.DeskURL+"/oauth/v2/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {"demo"}, "client_secret": {"demo-secret"}, "refresh_token": {"demo-refresh"}})
		must(h.t, err)
		defer res.Body.Close()
		var token struct {
			Access string `json:"access_token"`
		}
		must(h.t, json.NewDecoder(res.Body).Decode(&token))
		h.deskToken = token.Access
	}
	req, err := http.NewRequest(method, h.vendors.DeskURL+path, strings.NewReader(body))
	must(h.t, err)
	req.Header.Set("Authorization", "Zoho-oauthtoken "+h.deskToken)
	req.Header.Set("orgId", "700000001")
	req.Header.Set("Content-Type", "application/json")
	res, err := h.http.Do(req)
	must(h.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(h.t, err)
	if res.StatusCode >= 300 {
		h.t.Fatalf("%s %s: %s %s", method, path, res.Status, text)
	}
	return string(text)
}

func TestACompareFindsWhatNobodyToldAndMendsIt(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		h := open(t, address, 30, deaf)
		before := h.settleDeaf()
		if r := h.compared(); r.Status != models.RunDone {
			t.Fatalf("%+v", r)
		} else if o, _ := of(r, ""); o.Pairs != before.LinkedContacts || o.Equal != o.Pairs || o.DeskRecords != len(h.records(models.Desk)) {
			t.Fatalf("all are equal after the first sync, and the report says %+v", o)
		}
		sf, desk := h.linked()
		h.edit(models.Salesforce, sf, "Title", "Missed")
		gone := h.lone()
		h.deskAPI("POST", "/api/v1/contacts/moveToTrash", fmt.Sprintf(`{"contactIds":[%q]}`, gone))
		h.deskAPI("POST", "/api/v1/recycleBin/delete", fmt.Sprintf(`{"ids":[%q]}`, gone))
		r := h.compared()
		o, missed := of(r, models.DriftMissed)
		if missed.Count != 1 || *missed.Side != models.Salesforce || len(missed.Samples) != 1 || *missed.Samples[0].SalesforceID != sf ||
			strings.Join(missed.Samples[0].Fields, " ") != "Title" || o.Equal != o.Pairs-2 {
			t.Errorf("the missed change: %+v of %+v", missed, o)
		}
		if _, vanished := of(r, models.DriftVanished); vanished.Count != 1 || *vanished.Samples[0].DeskID != gone {
			t.Errorf("what vanished: %+v", vanished)
		}
		h.soon("the missed change is in Desk", func() bool { return h.title(desk) == "Missed" })
		if rows, err := h.store.Mirror(context.Background(), models.Desk, models.ContactObject, []string{gone}); err != nil || rows[gone] == nil || rows[gone].DeletedAt != nil {
			t.Errorf("a record was taken for deleted without evidence: %v", err)
		}
		h.settle()
		// What vanished is not equal, and stays to be said.
		if o, d := of(h.compared(), models.DriftMissed); o.Equal != o.Pairs-1 || d.Count != 0 {
			t.Errorf("after the repair: %+v", o)
		}
	})
}

// lone is a linked Desk contact other than the first linked one.
func (h *liveEngine) lone() string {
	h.t.Helper()
	links, err := h.store.Links(context.Background(), models.ContactObject, "", 100)
	must(h.t, err)
	for i := len(links) - 1; i >= 0; i-- {
		if links[i].Whole() {
			return *links[i].DeskID
		}
	}
	h.t.Fatal("no contact is linked")
	return ""
}

func TestAPairThatNothingAccountsForIsPlannedAgain(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 20, deaf)
	h.settleDeaf()
	sf, _ := h.linked()
	l := h.linkOf(sf)
	l.BaseSalesforce["Title"] = models.Text("never was")
	l.BaseDesk["title"] = models.Text("never was")
	// A wrong base alone is no difference: both records still say the same.
	if saved, err := h.store.SetBase(context.Background(), l.Link); err != nil || !saved {
		t.Fatalf("%v %v", saved, err)
	}
	h.settle()
	if o, d := of(h.compared(), models.DriftUnexplained); o.Equal != o.Pairs || d.Count != 0 {
		t.Errorf("%+v %+v", o, d)
	}
}

func TestACompareThatMayAskNoMoreAccountsForThePairsAndGoesOnLater(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	for i := range 3 {
		w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Compared ", i)})
	}
	w.boot(t).connect(t)
	w.settle(t)
	ctx, engine := context.Background(), w.proc.engine
	compare := func() (models.DriftReport, error) {
		var r models.DriftReport
		err := engine.CompareAll(ctx, &r)
		return r, err
	}
	var usual struct{ DailyCredits int }
	w.sim(t, models.Desk, http.MethodGet, "/_sim/settings", "", &usual)
	w.sim(t, models.Desk, http.MethodPost, "/_sim/settings", `{"dailyCredits":1000}`, nil)
	// Its answer tells how few calls are left.
	_, err := w.proc.remotes[models.Desk].Count(ctx, models.ContactObject)
	must(t, err)
	r, err := compare()
	if o, _ := of(r, ""); models.CodeOf(err) != models.CodeQuotaExhausted || o.Pairs != 3 || o.Equal != 3 || o.DeskRecords != 0 || o.SalesforceRecords != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	w.sim(t, models.Desk, http.MethodPost, "/_sim/settings", fmt.Sprintf(`{"dailyCredits":%d}`, usual.DailyCredits), nil)
	for range 3 { // now and then one call is let through, to see whether there are more again
		w.clock.advance(20 * time.Minute)
		_, _ = w.proc.remotes[models.Desk].Count(ctx, models.ContactObject)
	}
	r, err = compare()
	if o, _ := of(r, ""); err != nil || o.DeskRecords != 3 || o.Equal != 3 {
		t.Errorf("%+v, %v", r, err)
	}
}
