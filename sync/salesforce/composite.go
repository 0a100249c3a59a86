package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"sidelight/models"
)

// maxQueries is how many queries one composite call takes. It counts as one call (facts §2).
const maxQueries = 5

// subquery is one query of a composite call; all sees the recycle bin.
type subquery struct {
	reference string
	soql      string
	all       bool
}

// subanswers are what became of the queries of a composite call.
type subanswers struct {
	header      http.Header
	byReference map[string]subanswer
}

type subanswer struct {
	Body      json.RawMessage `json:"body"`
	Status    int             `json:"httpStatusCode"`
	Reference string          `json:"referenceId"`
}

// composite runs up to five queries in one call. One that fails does not fail the others.
func (c *Client) composite(ctx context.Context, queries []subquery, forAgents bool) (subanswers, error) {
	out := subanswers{byReference: map[string]subanswer{}}
	requests := make([]map[string]string, len(queries))
	for i, q := range queries {
		path := c.base() + "/query?"
		if q.all {
			path = c.base() + "/queryAll?"
		}
		requests[i] = map[string]string{
			"method": http.MethodGet, "referenceId": q.reference, "url": path + url.Values{"q": {q.soql}}.Encode(),
		}
	}
	r, err := c.do(ctx, call{method: http.MethodPost, path: c.base() + "/composite", forAgents: forAgents, whole: true,
		body: map[string]any{"allOrNone": false, "collateSubrequests": true, "compositeRequest": requests}})
	if err != nil {
		return out, err
	}
	var told struct {
		Responses []subanswer `json:"compositeResponse"`
	}
	if err := r.decode(&told); err != nil {
		return out, err
	}
	out.header = r.header
	for _, a := range told.Responses {
		out.byReference[a.Reference] = a
	}
	return out, nil
}

// rows are the records that a query of the call found. A query that is not answered, or not as it
// should be, is an error.
func (s subanswers) rows(reference string) ([]row, error) {
	one, answered := s.byReference[reference]
	if answered && one.Status >= http.StatusMultipleChoices {
		return nil, refused(one.Status, s.header, one.Body, reads)
	}
	var a answer
	if !answered || json.Unmarshal(one.Body, &a) != nil || a.Records == nil {
		return nil, unavailable(nil, "Salesforce answered a query without records")
	}
	return *a.Records, nil
}

// readMany reads the rows that queries find, several queries a call.
func (c *Client) readMany(ctx context.Context, queries []subquery) ([]row, error) {
	if len(queries) == 1 {
		a, err := c.query(ctx, queries[0].soql, queries[0].all)
		if err != nil {
			return nil, err
		}
		return *a.Records, nil
	}
	answers, err := c.composite(ctx, queries, false)
	if err != nil {
		return nil, err
	}
	var out []row
	for _, q := range queries {
		rows, err := answers.rows(q.reference)
		if models.CodeOf(err) == models.CodeBusy {
			// A query by itself has more time than five together.
			var a answer
			if a, err = c.query(ctx, q.soql, q.all); err == nil {
				rows = *a.Records
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
