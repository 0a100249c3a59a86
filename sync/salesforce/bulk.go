package salesforce

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"sidelight/models"
)

// The two kinds of bulk job, as they stand in paths (facts §3).
const (
	queryJob  = "query"
	ingestJob = "ingest"
)

// The states of a bulk job that end something.
const (
	jobOpen     = "Open"
	jobUploaded = "UploadComplete"
	jobComplete = "JobComplete"
	jobFailed   = "Failed"
	jobAborted  = "Aborted"
)

const (
	// lookEvery is how far the intervals grow at which a job is looked at: each look is an API
	// call.
	lookEvery = 10 * time.Second
	// tidyTimeout bounds what is done about a job that is given up, when its caller is gone.
	tidyTimeout = 10 * time.Second
)

// job is a bulk job as the vendor tells it.
type job struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	Problem   string `json:"errorMessage"`
	Processed int    `json:"numberRecordsProcessed"`
}

func (j job) ended() bool {
	return j.State == jobComplete || j.State == jobFailed || j.State == jobAborted
}

// refusedForGood tells that the organization takes no such job just now, whatever is tried: no
// access, no bulk jobs left of the day.
func refusedForGood(err error) bool {
	switch models.CodeOf(err) {
	case "", models.CodeBadCredentials, models.CodeOtherOrganization, models.CodeQuotaExhausted, models.CodeUpstreamUnavailable:
		return false
	}
	return true
}

func (c *Client) jobPath(kind, id string) string { return c.base() + "/jobs/" + kind + "/" + id }

// createJob makes a job. One whose answer is lost does nothing, so that the call counts as a read.
func (c *Client) createJob(ctx context.Context, kind string, body map[string]string) (job, error) {
	var made job
	r, err := c.do(ctx, call{method: http.MethodPost, path: c.base() + "/jobs/" + kind, body: body, whole: true})
	if err == nil {
		err = r.decode(&made)
	}
	if err == nil && !wellFormedID.MatchString(made.ID) {
		err = unavailable(nil, "Salesforce made a bulk job without an id")
	}
	return made, err
}

// moveJob asks for a state: UploadComplete, which starts an ingest, or Aborted.
func (c *Client) moveJob(ctx context.Context, kind, id, state string) error {
	r, err := c.do(
		ctx,
		call{method: http.MethodPatch, path: c.jobPath(kind, id), body: map[string]string{"state": state}, effect: repeats},
	)
	if err != nil {
		return err
	}
	var now job
	return r.decode(&now)
}

// awaitJob looks at a job until it has ended or the wait is over; then the job is as it was last
// seen. A look that fails for a passing reason is not the end.
func (c *Client) awaitJob(ctx context.Context, kind, id string, wait time.Duration) (job, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	seen, pause := job{ID: id}, c.cfg.Pace
	var lookErr error
	for {
		var now job
		if lookErr = c.get(ctx, c.jobPath(kind, id), nil, &now); lookErr == nil {
			if seen = now; seen.ended() {
				return seen, nil
			}
		} else if !models.MayRetry(lookErr) {
			return seen, lookErr
		}
		if !pauseFor(ctx, pause) {
			if errors.Is(context.Cause(ctx), context.DeadlineExceeded) && seen.State != "" {
				return seen, nil
			}
			return seen, lookErr
		}
		pause = min(pause*3/2, lookEvery)
	}
}

// pauseFor waits; false when ctx ends first.
func pauseFor(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// dropJob ends a job that is no longer wanted and removes what Salesforce keeps of it. It is a
// courtesy: what fails ends by itself after seven days.
func (c *Client) dropJob(ctx context.Context, kind, id string, ended bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTimeout)
	defer cancel()
	if !ended {
		if err := c.moveJob(ctx, kind, id, jobAborted); err != nil {
			c.log.Debug("a bulk job could not be aborted", "code", models.CodeOf(err))
		}
	}
	if _, err := c.do(ctx, call{method: http.MethodDelete, path: c.jobPath(kind, id), effect: repeats}); err != nil {
		c.log.Debug("a bulk job could not be removed", "code", models.CodeOf(err))
	}
}

// download is a body that is read while it comes, however long that takes. It is given up when
// Salesforce sends nothing for a while; the time that the reader takes for itself does not count.
type download struct {
	header   http.Header
	body     io.ReadCloser
	timer    *time.Timer
	patience time.Duration
	cancel   context.CancelCauseFunc
	ctx      context.Context
}

var errStalled = errors.New("nothing came for too long")

// download begins to read a CSV. It does not queue behind the sync's other calls: a page that is
// read slowly would keep them waiting.
//
// No body is left open: open hands out none together with an error, signedIn sends again only after
// an error, and every caller closes what is returned.
func (c *Client) download(ctx context.Context, path string, q url.Values) (*download, error) {
	if err := c.budget.admit(c.now()); err != nil {
		return nil, err
	}
	by := *c.http
	d := &download{patience: by.Timeout}
	if d.patience == 0 {
		d.patience = defaultTimeout
	}
	by.Timeout = 0
	d.ctx, d.cancel = context.WithCancelCause(ctx)
	d.timer = time.AfterFunc(d.patience, func() { d.cancel(errStalled) })
	err := c.signedIn(ctx, func(token, instance string) error {
		res, err := c.open(
			d.ctx, &by, call{method: http.MethodGet, path: path, query: q, header: http.Header{"Accept": {"text/csv"}}}, token,
			instance,
		)
		if err == nil {
			d.header, d.body = res.Header, res.Body
		}
		return err
	})
	d.timer.Stop()
	if err != nil {
		d.cancel(nil)
		return nil, err
	}
	return d, nil
}

func (d *download) Read(p []byte) (int, error) {
	d.timer.Reset(d.patience)
	n, err := d.body.Read(p)
	d.timer.Stop()
	if err != nil && errors.Is(context.Cause(d.ctx), errStalled) {
		err = errStalled
	}
	return n, err
}

func (d *download) Close() {
	d.cancel(nil)
	_ = d.body.Close()
}
