package zohodesk

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sidelight/models"
)

// Lists give no text of several lines. A record whose row lacks such a field, or another that Desk
// does not list, costs a call unless it comes with others, or was read before and has not changed
// since.

const (
	// settledAfter is how long after its last change a record has to be read for the time of change
	// to tell every later one: Desk's times are whole seconds.
	settledAfter = 2 * time.Second
	// maxSettled bounds what is remembered of records, in bytes of their values and ids.
	maxSettled = 16 << 20
	// maxSearchedIDs is how many records one search is asked for by their ids.
	maxSearchedIDs = 50
)

// complete makes records of the rows of a list. What a row lacks is filled in from what is known of
// the record, from a search where its index must have the record as it is, or by reading it; a
// record that has gone since is left out.
func (c *Client) complete(
	ctx context.Context, object models.SyncObject, d *description, fields []string, rows []row,
) ([]models.Record, error) {
	asked := c.clock.At(c.now())
	found := make([]*models.Record, len(rows))
	short := map[int][]string{} // the fields that a row lacks
	for i, r := range rows {
		rec, whole := r.record(object, d, fields)
		found[i] = &rec
		if !whole {
			short[i] = slices.DeleteFunc(slices.Clone(fields), func(name string) bool { _, has := rec.Values[name]; return has })
		}
	}
	c.fillSettled(object, found, short)
	if err := c.fillSearched(ctx, object, d, asked, found, short); err != nil {
		return nil, err
	}
	left := sortedKeys(short)
	ids := make([]string, len(left))
	for n, i := range left {
		ids[n] = rows[i].id()
	}
	read, err := c.readEach(ctx, object, d, fields, ids)
	if err != nil {
		return nil, err
	}
	for n, i := range left {
		if rec := read[n]; rec != nil && rec.ModifiedAt.Equal(found[i].ModifiedAt) {
			c.settled.remember(object, *rec, short[i], asked)
		}
		found[i] = read[n]
	}
	out := make([]models.Record, 0, len(rows))
	for _, rec := range found {
		if rec != nil && !rec.Deleted {
			out = append(out, *rec)
		}
	}
	return out, nil
}

func sortedKeys(of map[int][]string) []int {
	out := make([]int, 0, len(of))
	for i := range of {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

// fillSettled fills in what is known of records that have not changed since they were read.
func (c *Client) fillSettled(object models.SyncObject, found []*models.Record, short map[int][]string) {
	for i, lacks := range short {
		if values, known := c.settled.values(object, *found[i], lacks); known {
			found[i].Values = found[i].Values.With(values)
			delete(short, i)
		}
	}
}

// fillSearched fills in what a search shows of records that have not changed for longer than its
// index may lag. Where contactsByIds gives whole records it is the better way: it does not lag.
func (c *Client) fillSearched(
	ctx context.Context, object models.SyncObject, d *description, asked time.Time, found []*models.Record,
	short map[int][]string,
) error {
	if object == models.ContactObject && !c.learned.holds(about(byIDsShort, "contacts", ""), c.now()) {
		return nil
	}
	what := about(searchShort, module(object), "")
	var old []int
	for _, i := range sortedKeys(short) {
		if at := found[i].ModifiedAt; !at.IsZero() && asked.Sub(at) > indexLag {
			old = append(old, i)
		}
	}
	for chunk := range slices.Chunk(old, maxSearchedIDs) {
		if len(chunk) < 2 || c.learned.holds(what, c.now()) {
			return nil
		}
		place := map[string]int{}
		ids := make([]string, len(chunk))
		for n, i := range chunk {
			ids[n] = found[i].ID
			place[ids[n]] = i
		}
		rows, _, err := c.searchPage(
			ctx, object, url.Values{"id": {strings.Join(ids, ",")}, "limit": {strconv.Itoa(maxSearchedIDs)}},
		)
		switch models.CodeOf(err) {
		case models.CodeNotFound, models.CodeNoAccess, models.CodeInvalidParameter:
			// There is still the call for one.
			c.learned.note(what, c.now())
			return nil
		}
		if err != nil {
			return err
		}
		for _, r := range rows {
			i, wanted := place[r.id()]
			rec, whole := r.record(object, d, short[i])
			switch {
			case !wanted:
			case !whole:
				c.learned.note(what, c.now())
			case rec.ModifiedAt.Equal(found[i].ModifiedAt):
				c.settled.remember(object, rec, short[i], asked)
				found[i].Values = found[i].Values.With(only(rec.Values, short[i]))
				delete(short, i)
			}
		}
	}
	return nil
}

// settled is what is known of records beyond the rows of lists, as of their last change. It is safe
// for concurrent use.
type settled struct {
	mu    sync.Mutex
	known map[string]settledRow
	size  int
}

type settledRow struct {
	changed time.Time
	values  models.Values
}

// remember keeps the named values of a record that was asked for at a time of Desk's, if no later
// change can have the same time.
func (s *settled) remember(object models.SyncObject, rec models.Record, names []string, asked time.Time) {
	if rec.ModifiedAt.IsZero() || asked.Sub(rec.ModifiedAt) < settledAfter {
		return
	}
	values := only(rec.Values, names)
	if len(values) < len(names) {
		return
	}
	size := len(rec.ID)
	for name, v := range values {
		size += len(name) + len(v.String())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || s.size+size > maxSettled {
		s.known, s.size = map[string]settledRow{}, 0
	}
	s.size += size
	s.known[module(object)+rec.ID] = settledRow{rec.ModifiedAt, values}
}

// values are the named values of a record whose row says when it was changed, if they are known as
// of then.
func (s *settled) values(object models.SyncObject, rec models.Record, names []string) (models.Values, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, known := s.known[module(object)+rec.ID]
	if !known || !row.changed.Equal(rec.ModifiedAt) {
		return nil, false
	}
	out := only(row.values, names)
	return out, len(out) == len(names)
}

// only are those of the values that have a name among the names.
func only(values models.Values, names []string) models.Values {
	out := make(models.Values, len(names))
	for _, name := range names {
		if v, has := values[name]; has {
			out[name] = v
		}
	}
	return out
}
