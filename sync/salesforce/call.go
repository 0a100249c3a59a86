package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// maxAnswer bounds an answer's body, in bytes: two thousand whole records with long descriptions
// fit.
const maxAnswer = 128 << 20

// maxRefusal bounds the body of an error.
const maxRefusal = 1 << 20

// effect is what it would mean to send a call twice.
type effect int

const (
	reads    effect = iota
	repeats         // a write that may be sent again: an update, an upsert by our mark
	onlyOnce        // a create
)

// call is one API request.
type call struct {
	method string
	path   string // from the root
	query  url.Values
	body   any
	header http.Header
	effect effect
	// forAgents is a call that a person waits for: it is of the agents' share and does not queue
	// behind the sync.
	forAgents bool
	// upload is a call whose body takes its time.
	upload bool
	// whole is a call whose path names no record, object or job: when it is not found, the API
	// itself is not there.
	whole bool
}

// uploadTimeout bounds an upload: a hundred megabytes over a slow line.
const uploadTimeout = 15 * time.Minute

// reply is an answer with a status below 300, or 304.
type reply struct {
	status int
	header http.Header
	body   []byte
	effect effect
}

// decode reads the body as JSON, numbers as they are written. A body that is broken leaves the
// outcome of a write unknown.
func (r reply) decode(into any) error {
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		if r.effect == reads && strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			return unusable(r.status, "it answered with a web page: a sign-in page or a proxy stands between here and there")
		}
		return lost(r.effect, errors.New("the body is not the JSON that was expected"))
	}
	if _, err := d.Token(); err != io.EOF {
		return lost(r.effect, errors.New("there is text after the JSON"))
	}
	return nil
}

// lost is a call whose answer did not come, or not whole.
func lost(k effect, cause error) *models.Error {
	if k == reads {
		return unavailable(cause, "Salesforce answered only in part")
	}
	return &models.Error{
		Code: models.CodeUnknownOutcome, Message: "Salesforce's answer was lost: the write may have happened or not",
		Cause: cause,
	}
}

// do sends the call; after a refusal for the session once more with a fresh one.
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
	var answer reply
	send := func(token, instance string) (err error) {
		answer, err = c.send(ctx, k, token, instance)
		return err
	}
	before := c.version()
	err := c.signedIn(ctx, send)
	if contradicts(err) {
		c.describeAgain(describedAnew)
	}
	if models.CodeOf(err) != models.CodeSideUnusable || !strings.HasPrefix(k.path, "/services/data/v"+before) {
		return answer, err
	}
	// The version may have been retired: a call that nothing answered did nothing, and goes out
	// once more under another version.
	if changed, learnErr := c.learnVersion(ctx, versionPause); learnErr != nil || !changed {
		return answer, err
	}
	k.path = c.base() + strings.TrimPrefix(k.path, "/services/data/v"+before)
	return answer, c.signedIn(ctx, send)
}

// signedIn makes a call with an access token, and after a refusal for the session once more with a
// fresh one.
func (c *Client) signedIn(ctx context.Context, send func(token, instance string) error) error {
	token, instance, err := c.token(ctx, "")
	if err != nil {
		return err
	}
	if err = send(token, instance); models.CodeOf(err) != models.CodeBadCredentials {
		return err
	}
	if token, instance, err = c.token(ctx, token); err != nil {
		return err
	}
	return send(token, instance)
}

// send makes one HTTP request and reads its whole answer.
func (c *Client) send(ctx context.Context, k call, token, instance string) (reply, error) {
	by := c.http
	if k.upload && by.Timeout > 0 {
		patient := *by
		patient.Timeout = max(by.Timeout, uploadTimeout)
		by = &patient
	}
	res, err := c.open(ctx, by, k, token, instance)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(text) > maxAnswer {
		err = errors.New("the answer is larger than it may be")
	}
	if err != nil {
		return reply{}, lost(k.effect, err)
	}
	return reply{res.StatusCode, res.Header, text, k.effect}, nil
}

// open makes one HTTP request. The answer, whose body is the caller's to read and close, has a
// status below 300, or 304; another is an error.
func (c *Client) open(ctx context.Context, by *http.Client, k call, token, instance string) (*http.Response, error) {
	target := instance + k.path
	if len(k.query) > 0 {
		target += "?" + k.query.Encode()
	}
	var body io.Reader
	if k.body != nil {
		raw, isText := k.body.([]byte)
		if !isText {
			var err error
			if raw, err = json.Marshal(k.body); err != nil {
				return nil, models.Wrap(err, models.CodeInternal, "the request could not be made")
			}
		}
		body = bytes.NewReader(raw)
	}
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(
		ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }},
	)
	req, err := http.NewRequestWithContext(traced, k.method, target, body)
	if err != nil {
		return nil, models.Wrap(vendor.WithoutURL(err), models.CodeInternal, "the request could not be made")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Sforce-Call-Options", "client="+c.cfg.ClientName)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range k.header {
		req.Header[name] = values
	}
	asked := c.now()
	res, err := by.Do(req)
	if err != nil {
		if !connected.Load() {
			return nil, unavailable(vendor.WithoutURL(err), "Salesforce could not be reached")
		}
		return nil, lost(k.effect, vendor.WithoutURL(err))
	}
	c.clock.Observe(res.Header, asked)
	c.budget.observe(res.Header, c.now())
	if res.StatusCode < 300 || res.StatusCode == http.StatusNotModified {
		return res, nil
	}
	defer res.Body.Close()
	// A refusal that breaks off still has its status.
	text, _ := io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	refusal := refused(res.StatusCode, res.Header, text, k.effect)
	if k.whole && refusal.Code == models.CodeNotFound {
		refusal = unusable(res.StatusCode, "API version "+c.version()+" is not served at this address").Saying(refusal.Said)
	}
	if refusal.Code == models.CodeQuotaExhausted {
		c.budget.spent(c.now())
	}
	return nil, refusal
}

// get reads a path.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any) error {
	r, err := c.do(ctx, call{method: http.MethodGet, path: path, query: query})
	if err != nil {
		return err
	}
	return r.decode(into)
}

// budget counts the API calls of 24 hours from the answers: Sforce-Limit-Info: api-usage=18/5000.
type budget struct {
	mu         sync.Mutex
	share      float64
	used       int
	limit      int
	nextProbe  time.Time
	spentUntil time.Time
}

// probeEvery is how often one call of the sync goes through while the rest is kept for agents, to
// see whether calls have become free.
const probeEvery = 15 * time.Minute

var limitInfo = regexp.MustCompile(`(?:^|[;,\s])api-usage=([0-9]+)/([0-9]+)`)

func (b *budget) observe(h http.Header, now time.Time) {
	m := limitInfo.FindStringSubmatch(h.Get("Sforce-Limit-Info"))
	if m == nil {
		return
	}
	used, _ := strconv.Atoi(m[1])
	limit, _ := strconv.Atoi(m[2])
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used, b.limit = used, limit
	b.settle(now)
}

// kept is how many calls are the agents'; b.mu is held.
func (b *budget) kept() int { return int(b.share * float64(b.limit)) }

// settle lets the sync go on, or holds it back; b.mu is held.
func (b *budget) settle(now time.Time) {
	if kept := b.kept(); kept == 0 || b.limit-b.used > kept {
		b.nextProbe = time.Time{}
	} else if b.nextProbe.IsZero() {
		b.nextProbe = now.Add(probeEvery)
	}
}

// keep changes the share that is kept for agents, from the next call on.
func (b *budget) keep(share float64, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if share = max(share, 0); share == b.share {
		return
	}
	b.share = share
	b.settle(now)
}

func (b *budget) spent(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spentUntil = now.Add(probeEvery)
}

// admit lets a call of the sync through, or is QUOTA_EXHAUSTED.
func (b *budget) admit(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.spentUntil) {
		return &models.Error{
			Code: models.CodeQuotaExhausted, Message: "Salesforce's API calls of 24 hours are used up", Retry: true,
			RetryAfter: b.spentUntil.Sub(now),
		}
	}
	if b.nextProbe.IsZero() {
		return nil
	}
	if !now.Before(b.nextProbe) {
		b.nextProbe = now.Add(probeEvery)
		return nil
	}
	return &models.Error{
		Code: models.CodeQuotaExhausted, Message: "the rest of Salesforce's API calls is kept for agents", Retry: true,
		RetryAfter: b.nextProbe.Sub(now),
	}
}

func (b *budget) report() models.APIBudget {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := models.APIBudget{Side: models.Salesforce, KeptPercent: int(math.Round(b.share * 100))}
	if b.limit == 0 {
		return out
	}
	used, limit, kept := b.used, b.limit, b.kept()
	out.Used, out.Limit, out.KeptForAgents = &used, &limit, &kept
	if !b.spentUntil.IsZero() {
		at := b.spentUntil.UTC()
		out.ResetsAt = &at
	}
	return out
}
