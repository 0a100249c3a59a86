package engine_test

import (
	"context"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/salesforce"
)

func TestALoadWhoseBulkQueryIsGoneBeginsThatObjectAgain(t *testing.T) {
	const look = `"endpoint":"GET /services/data/*/jobs/query/*","times":1,"status":`
	for name, rule := range map[string]string{
		"failed":  `{"kind":"status",` + look + `200,"body":{"id":"750000000000001AAA","state":"Failed"}}`,
		"removed": `{"kind":"status",` + look + `404,"body":[{"errorCode":"NOT_FOUND","message":"x"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, storetest.SQLiteAddress(t), 30)
			var err error
			h.remotes[models.Salesforce], err = salesforce.New(salesforce.Config{LoginURL: h.vendors.SalesforceURL, HTTP: h.http, BulkFrom: 1, Credentials: func(context.Context) (models.Credentials, error) {
				return models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"}, nil
			}})
			must(t, err)
			h.sim(models.Salesforce, "POST", "/_sim/faults", `{"rules":[`+rule+`]}`)
			if counts := h.settle(); counts.LinkedContacts != 60 || counts.LinkedAccounts != 12 {
				t.Errorf("%+v", counts)
			}
		})
	}
}
