package salesforce_test

import (
	"testing"

	"sidelight/models"
)

func TestManyRecordsAreReadInOneCall(t *testing.T) {
	o := start(t)
	page, err := o.List(ctx, models.ContactObject, nil, "")
	check(t, err)
	gone := page.Records[3].ID
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+gone, nil)
	for n, calls := range map[int]struct{ composite, single int }{150: {0, 1}, 950: {1, 0}, 1_150: {1, 1}} {
		var ids []string
		for i := range n - len(page.Records) {
			ids = append(ids, rowID(i)) // nobody's
		}
		for _, r := range page.Records {
			ids = append(ids, r.ID)
		}
		composite, single := o.calls("POST /services/data/{version}/composite"), o.calls("GET /services/data/{version}/queryAll")
		records, err := o.Read(ctx, models.ContactObject, fields, ids)
		check(t, err)
		seen := map[string]bool{}
		for _, r := range records {
			seen[r.ID] = true
			if r.Deleted != (r.ID == gone) || r.ModifiedAt.IsZero() {
				t.Errorf("%+v", r)
			}
		}
		if len(records) != len(page.Records) || len(seen) != len(records) {
			t.Errorf("%d records of %d ids", len(records), n)
		}
		if c, s := o.calls("POST /services/data/{version}/composite")-composite, o.calls("GET /services/data/{version}/queryAll")-single; c != calls.composite || s != calls.single {
			t.Errorf("%d ids took %d composite calls and %d queries", n, c, s)
		}
	}
}

func TestAReadOfManyThatFailsInPartIsNoAnswer(t *testing.T) {
	o := start(t)
	var ids []string
	for i := range 450 {
		ids = append(ids, rowID(i))
	}
	const three = `{"compositeResponse":[{"referenceId":"ids0","httpStatusCode":200,"body":{"totalSize":0,"done":true,"records":[]}},{"referenceId":"ids1","httpStatusCode":200,"body":{"totalSize":0,"done":true,"records":[]}}`
	for name, c := range map[string]struct {
		body string
		code models.Code
	}{
		"one is missing":       {three + `]}`, models.CodeUpstreamUnavailable},
		"one has no records":   {three + `,{"referenceId":"ids2","httpStatusCode":200,"body":{}}]}`, models.CodeUpstreamUnavailable},
		"one is refused":       {three + `,{"referenceId":"ids2","httpStatusCode":400,"body":[{"errorCode":"INVALID_FIELD","message":"x"}]}]}`, models.CodeNoAccess},
		"one took too long":    {three + `,{"referenceId":"ids2","httpStatusCode":400,"body":[{"errorCode":"QUERY_TIMEOUT","message":"x"}]}]}`, ""},
		"it is no composite":   {`{}`, models.CodeUpstreamUnavailable},
		"it is something else": {`[]`, models.CodeUpstreamUnavailable},
	} {
		body := c.body
		o.fault(`{"kind":"status","endpoint":"POST /services/data/*/composite","status":200,"body":` + body + `}`)
		if _, err := o.Read(ctx, models.ContactObject, fields, ids); models.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
