package salesforce_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/salesforce"
)

const describes = "GET /services/data/{version}/sobjects/{object}/describe"

func TestADescriptionIsAskedForOncePerTenMinutesAndThenOnlyWhetherItChanged(t *testing.T) {
	o, clock := timed(t)
	var mu sync.Mutex
	var since []string
	c := o.client(func(cfg *salesforce.Config) {
		cfg.Now = clock.Now
		cfg.HTTP = &http.Client{Transport: watched{RoundTripper: o.http.Transport, tell: func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/describe") {
				mu.Lock()
				defer mu.Unlock()
				since = append(since, r.Header.Get("If-Modified-Since"))
			}
		}}}
	})
	fields, err := c.Describe(ctx, models.ContactObject)
	check(t, err)
	for range 5 {
		_, err := c.Describe(ctx, models.ContactObject)
		check(t, err)
		_, err = c.HasMark(ctx, models.ContactObject)
		check(t, err)
	}
	if n := o.calls(describes); n != 1 {
		t.Errorf("%d calls within ten minutes", n)
	}
	clock.Advance(9 * time.Minute)
	if _, err := c.Describe(ctx, models.ContactObject); err != nil || o.calls(describes) != 1 {
		t.Errorf("%v, %d calls within ten minutes", err, o.calls(describes))
	}
	clock.Advance(61 * time.Second)
	again, err := c.Describe(ctx, models.ContactObject)
	check(t, err)
	if !slices.EqualFunc(fields, again, func(a, b models.Field) bool { return a.Name == b.Name && a.Type == b.Type }) || len(since) != 2 || since[0] != "" || since[1] == "" {
		t.Errorf("%d fields, then %d; If-Modified-Since %q", len(fields), len(again), since)
	}
	// What was changed meanwhile is seen; what cannot be read changes nothing.
	clock.Advance(11 * time.Minute)
	o.fault(`{"kind":"status","endpoint":"GET /services/data/*/sobjects/Contact/describe","status":200,"headers":{"Last-Modified":"Thu, 01 Jan 2015 09:00:00 GMT"},
		"body":{"fields":[{"name":"LastName","label":"Last Name","type":"string","length":40,"createable":true,"updateable":true}]}}`)
	changed, err := c.Describe(ctx, models.ContactObject)
	check(t, err)
	if len(changed) != 1 || changed[0].Length != 40 || !changed[0].Required {
		t.Errorf("%+v", changed)
	}
	for body, code := range map[string]models.Code{`{"fields":[]}`: models.CodeNoAccess, `{}`: models.CodeUpstreamUnavailable, `"<html>"`: models.CodeUpstreamUnavailable} {
		clock.Advance(11 * time.Minute)
		o.fault(`{"kind":"status","endpoint":"GET /services/data/*/sobjects/Contact/describe","status":200,"body":` + body + `}`)
		if _, err := c.Describe(ctx, models.ContactObject); models.CodeOf(err) != code {
			t.Errorf("%s: %v", body, err)
		}
	}
	// A clock that was set back does not keep an old description for ever.
	o.fault("")
	clock.Advance(-48 * time.Hour)
	if back, err := c.Describe(ctx, models.ContactObject); err != nil || len(back) != len(fields) {
		t.Errorf("%d fields, %v", len(back), err)
	}
}

func TestWhatIsChangedInADescriptionBelongsToTheCaller(t *testing.T) {
	o := start(t)
	one, err := o.Describe(ctx, models.AccountObject)
	check(t, err)
	one[0].Name = "Mine"
	two, err := o.Describe(ctx, models.AccountObject)
	check(t, err)
	if two[0].Name == "Mine" {
		t.Error("callers share one list")
	}
}

func TestFieldsAreDescribedInOurWords(t *testing.T) {
	o := start(t)
	byName := map[string]models.Field{}
	fields, err := o.Describe(ctx, models.ContactObject)
	check(t, err)
	for _, f := range fields {
		byName[f.Name] = f
	}
	for name, want := range map[string]models.Field{
		"LastName":             {Type: models.TypeText, Length: 80, Required: true, Creatable: true, Updatable: true},
		"Email":                {Type: models.TypeEmail, Length: 80, Creatable: true, Updatable: true},
		"Newsletter__c":        {Type: models.TypeBoolean, Custom: true, Creatable: true, Updatable: true},
		"AccountId":            {Type: models.TypeReference, RefersTo: "Account", Creatable: true, Updatable: true},
		"Birthdate":            {Type: models.TypeDate, Creatable: true, Updatable: true},
		"SystemModstamp":       {Type: models.TypeDateTime},
		"MailingAddress":       {Type: models.TypeOther},
		"Sidelight_Link_Id__c": {Type: models.TypeText, Custom: true, Unique: true, ExternalID: true, Creatable: true, Updatable: true},
	} {
		got := byName[name]
		if got.Type != want.Type || got.Required != want.Required || got.Creatable != want.Creatable || got.Updatable != want.Updatable || got.Custom != want.Custom || got.Unique != want.Unique ||
			got.ExternalID != want.ExternalID || got.RefersTo != want.RefersTo || want.Length > 0 && got.Length != want.Length {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
