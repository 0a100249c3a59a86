package salesforce

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/url"
	"strconv"
	"sync"
	"time"

	"sidelight/models"
)

const (
	// maxLanes is how many pages of a bulk query are downloaded at once, at most; two of the calls
	// that may run at once stay for others. Each holds two thousand records, whatever a page holds:
	// one that is not read waits, and Salesforce with it.
	maxLanes = 3
	// laneTries is how often a page is asked for anew without getting any further.
	laneTries = 3
	// idleFor is how long downloads wait for the next List before they are given up.
	idleFor = time.Minute
)

// bulkReader downloads the pages of one job and hands over their records in order. It lives between
// calls of List, so that a page that is larger than what List answers is not downloaded twice:
// until the context of the latest call ends. When it is gone, the token says where to begin again.
type bulkReader struct {
	client *Client
	job    string
	object models.SyncObject
	d      *description
	fields []string
	ctx    context.Context
	cancel context.CancelFunc
	idle   *time.Timer
	caller func() bool // forgets the context of the latest call
	group  sync.WaitGroup

	at    bulkToken // what has been handed over
	lanes []*lane   // of the pages from at.Page on
}

// lane is the download of one page.
type lane struct {
	page    string
	skip    int
	batches chan []models.Record
	// next is the locator of the page that follows, err what went wrong: to be read once batches is
	// closed.
	next string
	err  error
}

func (c *Client) readBulk(object models.SyncObject, d *description, fields []string, from bulkToken) *bulkReader {
	r := &bulkReader{client: c, job: from.Job, object: object, d: d, fields: fields, at: from}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.idle, r.caller = time.AfterFunc(idleFor, r.cancel), func() bool { return true }
	r.launch()
	return r
}

// launch begins the downloads for which there is a slot.
func (r *bulkReader) launch() {
	pages := append([]string{r.at.Page}, r.at.Then...)
	for len(r.lanes) < min(maxLanes, max(1, r.client.cfg.Parallel-2), len(pages)) {
		l := &lane{page: pages[len(r.lanes)], batches: make(chan []models.Record)}
		if len(r.lanes) == 0 {
			l.skip = r.at.Skip
		}
		r.lanes = append(r.lanes, l)
		r.group.Go(func() { r.download(l) })
	}
}

// next is up to two thousand records, and the token behind them.
func (r *bulkReader) next(ctx context.Context) ([]models.Record, bulkToken, error) {
	r.idle.Stop()
	defer r.idle.Reset(idleFor)
	r.caller()
	r.caller = context.AfterFunc(ctx, r.cancel)
	for {
		l := r.lanes[0]
		select {
		case batch, open := <-l.batches:
			if open {
				r.at.Skip += len(batch)
				return batch, r.at, nil
			}
		case <-ctx.Done():
			return nil, r.at, unavailable(ctx.Err(), "the list was given up")
		}
		if l.err != nil {
			return nil, r.at, l.err
		}
		if err := r.nextPage(ctx, l); err != nil || r.at.Read {
			return nil, r.at, err
		}
	}
}

// nextPage goes on to the page behind one that has been read.
func (r *bulkReader) nextPage(ctx context.Context, done *lane) error {
	next := r.at
	next.Page, next.Skip = "", 0
	if len(next.Then) == 0 && next.More != "" {
		pages, more, err := r.client.resultPages(ctx, next.Job, next.More)
		if err != nil {
			return err
		}
		next.Then, next.More = pages, more
	}
	switch {
	case len(next.Then) > 0:
		next.Page, next.Then = next.Then[0], next.Then[1:]
	case done.next != "" && done.next == done.page:
		return models.Errorf(models.CodeCursorExpired, "Salesforce's list of a bulk query leads back to itself")
	case done.next != "":
		next.Page = done.next
	default:
		next.Read = true
	}
	r.at, r.lanes = next, r.lanes[1:]
	if !next.Read {
		r.launch()
	}
	return nil
}

func (r *bulkReader) close() {
	r.idle.Stop()
	r.caller()
	r.cancel()
	r.group.Wait()
}

// download brings a page in, and begins again behind what it has handed over when the connection
// breaks.
func (r *bulkReader) download(l *lane) {
	defer close(l.batches)
	pause := r.client.cfg.Pace
	for try := 1; ; try++ {
		before := l.skip
		if l.err = r.once(l); l.err == nil || r.ctx.Err() != nil || !models.MayRetry(l.err) {
			return
		}
		if l.skip > before {
			try, pause = 0, r.client.cfg.Pace
		}
		if try >= laneTries || !pauseFor(r.ctx, pause) {
			return
		}
		pause *= 2
	}
}

func (r *bulkReader) once(l *lane) error {
	q := url.Values{}
	if l.page != "" {
		q.Set("locator", l.page)
	}
	d, err := r.client.download(r.ctx, r.client.jobPath(queryJob, r.job)+"/results", q)
	if err != nil {
		return err
	}
	defer d.Close()
	rows := newCSVReader(d)
	header, err := rows.read()
	if err != nil {
		return brokenPage(err)
	}
	t, err := tableOf(r.object, r.d, r.fields, r.client.knownUser(), header)
	if err != nil {
		return err
	}
	read := 0
	var batch []models.Record
	for {
		row, err := rows.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return brokenPage(err)
		}
		if read++; read <= l.skip {
			continue
		}
		record, err := t.record(row)
		if err != nil {
			return err
		}
		if batch = append(batch, record); len(batch) == pageSize {
			if err := r.hand(l, batch); err != nil {
				return err
			}
			batch = nil
		}
	}
	// A page that was cut between two rows looks whole.
	if n, err := strconv.Atoi(d.header.Get("Sforce-NumberOfRecords")); err == nil && n != read {
		return brokenPage(errors.New("the page has not as many rows as it should"))
	}
	if l.next = d.header.Get("Sforce-Locator"); l.next == "null" {
		l.next = ""
	}
	if len(batch) > 0 {
		return r.hand(l, batch)
	}
	return nil
}

func (r *bulkReader) hand(l *lane, batch []models.Record) error {
	select {
	case l.batches <- batch:
		l.skip += len(batch)
		return nil
	case <-r.ctx.Done():
		return unavailable(r.ctx.Err(), "the list was given up")
	}
}

func brokenPage(cause error) error {
	return unavailable(cause, "a page of a bulk query came only in part")
}

// bulkLists is what a client remembers of its bulk queries. Forgetting it costs time only.
type bulkLists struct {
	mu      sync.Mutex
	readers map[string]*bulkReader // by job, between two calls of List
	rest    map[models.SyncObject]time.Time
}

// failed has the object listed by REST for a while.
func (b *bulkLists) failed(object models.SyncObject, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rest == nil {
		b.rest = map[models.SyncObject]time.Time{}
	}
	b.rest[object] = now.Add(restFor)
}

func (b *bulkLists) avoided(object models.SyncObject, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.rest[object])
}

// take is the reader that stands at the token, if there is one and its downloads still run. It is
// the caller's alone until it is kept again.
func (b *bulkLists) take(t bulkToken) *bulkReader {
	b.mu.Lock()
	r := b.readers[t.Job]
	delete(b.readers, t.Job)
	b.mu.Unlock()
	if r == nil {
		return nil
	}
	if r.ctx.Err() != nil || r.at.String() != t.String() {
		r.close()
		return nil
	}
	return r
}

func (b *bulkLists) put(r *bulkReader) {
	b.mu.Lock()
	if b.readers == nil {
		b.readers = map[string]*bulkReader{}
	}
	// Those that nobody came back to.
	maps.DeleteFunc(b.readers, func(_ string, one *bulkReader) bool { return one.ctx.Err() != nil })
	other := b.readers[r.job]
	b.readers[r.job] = r
	b.mu.Unlock()
	if other != nil {
		other.close()
	}
}
