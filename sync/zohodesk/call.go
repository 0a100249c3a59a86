package zohodesk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// maxAnswer bounds an answer's body, in bytes: a hundred whole records with long descriptions fit.
const maxAnswer = 16 << 20

// effect is what it would mean to send a call twice.
type effect int

const (
	reads    effect = iota
	repeats         // a write that may be sent again: an update, a restore
	onlyOnce        // a create
)

// call is one API request.
type call struct {
	method string
	path   string // below /api/v1
	query  url.Values
	body   any
	effect effect
	// forAgents is a call that a person waits for: it is of the agents' share and does not queue
	// behind the sync.
	forAgents bool
	// asToken calls with another's access token. A refusal is then that token's own, and nothing is
	// refreshed.
	asToken string
	// anyOrg leaves the organization out.
	anyOrg bool
}

// reply is an answer with a status below 300.
type reply struct {
	status int
	header http.Header
	body   []byte
	// lost says what a body that cannot be read means.
	lost func(cause error) error
}

// decode reads the body as JSON, numbers as they are written.
func (r reply) decode(into any) error {
	dec := json.NewDecoder(bytes.NewReader(r.body))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		return r.lost(errors.New("the body is not the JSON that was expected"))
	}
	if _, err := dec.Token(); err != io.EOF {
		return r.lost(errors.New("there is text after the JSON"))
	}
	return nil
}

// rows reads the data of a list. 204 is an empty one; a 200 without a list is a broken answer,
// never an empty list.
func (r reply) rows() ([]row, error) {
	if r.status == http.StatusNoContent {
		return nil, nil
	}
	var list struct {
		Data *[]row `json:"data"`
	}
	if err := r.decode(&list); err != nil {
		return nil, err
	}
	if list.Data == nil {
		return nil, r.lost(errors.New("the list has no data"))
	}
	for _, one := range *list.Data {
		if one.id() == "" {
			return nil, r.lost(errors.New("a row has no id"))
		}
	}
	return *list.Data, nil
}

// massResults reads which of many records an action reached.
func (r reply) massResults() (map[string]bool, error) {
	var told struct {
		Results *[]row `json:"results"`
	}
	if err := r.decode(&told); err != nil {
		return nil, err
	}
	if told.Results == nil {
		return nil, r.lost(errors.New("the answer has no results"))
	}
	out := map[string]bool{}
	for _, one := range *told.Results {
		out[one.id()] = one.isTrue("success")
	}
	return out, nil
}

// do sends the call; after a refusal for the access token once more with a fresh one.
func (c *Client) do(ctx context.Context, k call) (reply, error) {
	if !k.forAgents {
		if err := c.budget.admit(c.now()); err != nil {
			return reply{}, err
		}
		if err := c.slots.Acquire(ctx, 1); err != nil {
			return reply{}, unavailable(err, "the call was given up before it was sent")
		}
		defer c.slots.Release(1)
	}
	token := k.asToken
	if token == "" {
		var err error
		if token, err = c.token(ctx, ""); err != nil {
			return reply{}, err
		}
	}
	answer, err := c.send(ctx, k, token)
	if k.asToken == "" && isRefused(err) {
		fresh, renewErr := c.token(ctx, token)
		if renewErr != nil {
			return reply{}, renewErr
		}
		answer, err = c.send(ctx, k, fresh)
	}
	return answer, err
}

// send makes one HTTP request and reads its whole answer.
func (c *Client) send(ctx context.Context, k call, token string) (reply, error) {
	req, err := c.request(ctx, k, token)
	if err != nil {
		return reply{}, err
	}
	var connected atomic.Bool
	req = req.WithContext(
		httptrace.WithClientTrace(
			ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }},
		),
	)
	lost := func(cause error) error { return lostAnswer(k.effect, cause) }
	asked := c.now()
	res, err := c.http.Do(req)
	if err != nil {
		if !connected.Load() {
			return reply{}, unavailable(vendor.WithoutURL(err), "Zoho Desk could not be reached")
		}
		return reply{}, lost(vendor.WithoutURL(err))
	}
	defer res.Body.Close()
	c.clock.Observe(res.Header, asked)
	body, err := readLimited(res.Body)
	if res.StatusCode >= 300 {
		refusal := readRefusal(res.StatusCode, res.Header, body)
		refusal.foreign = refusal.foreign && err == nil
		c.budget.refused(refusal, res.Header, c.now())
		return reply{}, refusal.err(k.effect)
	}
	c.budget.observe(res.Header, c.now())
	if err != nil {
		return reply{}, lost(err)
	}
	return reply{res.StatusCode, res.Header, body, lost}, nil
}

func (c *Client) request(ctx context.Context, k call, token string) (*http.Request, error) {
	target := c.api + "/api/v1" + k.path
	if len(k.query) > 0 {
		target += "?" + k.query.Encode()
	}
	var body io.Reader
	if k.body != nil {
		raw, err := json.Marshal(k.body)
		if err != nil {
			return nil, models.Wrap(err, models.CodeInternal, "the request could not be made")
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, target, body)
	if err != nil {
		return nil, models.Wrap(vendor.WithoutURL(err), models.CodeInternal, "the request could not be made")
	}
	req.Header.Set("Authorization", "Zoho-oauthtoken "+token)
	req.Header.Set("Accept", "application/json")
	if !k.anyOrg {
		req.Header.Set("orgId", c.cfg.OrgID)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if k.effect != reads {
		req.Header.Set("sourceId", c.cfg.SourceID)
	}
	return req, nil
}

// get reads a path.
func (c *Client) get(ctx context.Context, path string, query url.Values) (reply, error) {
	return c.do(ctx, call{method: http.MethodGet, path: path, query: query})
}

// each runs do for 0 to n-1, beside each other; what do sends is bounded by Config.Parallel. The
// first error ends the others.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for i := range n {
		g.Go(func() error { return do(ctx, i) })
	}
	return g.Wait()
}

func readLimited(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		return nil, errors.New("the answer is larger than it may be")
	}
	return body, err
}
