package zohodesk

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"sidelight/models"
)

// Desk pages by offset: a row that is deleted or moved while a list is read shifts all the rows
// behind it. A window therefore begins on a row that was seen already, and goes on by the sorted
// time: nothing is left out, and nothing comes twice unless it moved.

// window is how far a sorted list was read.
type window struct {
	// Skip is how many rows stood before the one that the next page begins with.
	Skip int `json:"skip,omitempty"`
	// Key is the sorted time of the last row that was handed out, in Unix seconds: within a second
	// Desk's order is not relied on.
	Key int64 `json:"key,omitempty"`
	// Seen are the rows of that second that were handed out.
	Seen []string `json:"seen,omitempty"`
}

// paging is a list sorted by a time.
type paging struct {
	by   string // the row's field with that time
	down bool   // newest first
	// first is the offset of the first row: lists count from 1, searches and the recycle bin from
	// 0.
	first int
	limit int
	fetch func(ctx context.Context, query url.Values) ([]row, error)
}

// maxSteps bounds how often one page is sought anew while the list moves.
const maxSteps = 200

// page fetches the rows at an offset. The first page is asked for without one: modules do not agree
// on where counting begins.
func (p paging) page(ctx context.Context, skip int) ([]row, error) {
	q := url.Values{"limit": {strconv.Itoa(p.limit)}, "sortBy": {p.by}}
	if p.down {
		q.Set("sortBy", "-"+p.by)
	}
	if skip > 0 {
		q.Set("from", strconv.Itoa(skip+p.first))
	}
	rows, err := p.fetch(ctx, q)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		if r.time(p.by).IsZero() {
			return nil, unavailable(nil, "Zoho Desk sent a list without the time it is sorted by")
		}
		if i > 0 && p.before(p.key(r), p.key(rows[i-1])) {
			return nil, unavailable(nil, "Zoho Desk sent a list out of its order")
		}
	}
	return rows, nil
}

func (p paging) key(r row) int64 { return r.time(p.by).Unix() }

func (p paging) before(a, b int64) bool {
	if p.down {
		return a > b
	}
	return a < b
}

// next is the rows after the window, and the window after them. No rows means that the list has
// ended.
func (p paging) next(ctx context.Context, w window) ([]row, window, error) {
	isNew := func(r row) bool {
		return w.Key == 0 || p.before(w.Key, p.key(r)) || p.key(r) == w.Key && !slices.Contains(w.Seen, r.id())
	}
	skip, back := w.Skip, max(p.limit/2, 1)
	for range maxSteps {
		rows, err := p.page(ctx, skip)
		if err != nil {
			return nil, w, err
		}
		if skip > 0 && (len(rows) == 0 || isNew(rows[0])) {
			// Rows before the window have gone: what followed the last row handed out may stand
			// before this page.
			skip, back = max(skip-back, 0), back*2
			continue
		}
		var fresh []row
		for _, r := range rows {
			if isNew(r) {
				fresh = append(fresh, r)
			}
		}
		if len(fresh) > 0 {
			return fresh, w.after(p, skip, rows, fresh), nil
		}
		// A list can be a row short of its limit without being at its end.
		if len(rows) < p.limit-1 {
			return nil, w, nil
		}
		skip += len(rows) - 1
	}
	return nil, w, unavailable(nil, "the list in Zoho Desk moves faster than it can be read")
}

// after is the window behind the fresh rows of a page.
func (w window) after(p paging, skip int, rows, fresh []row) window {
	out := window{Skip: skip, Key: p.key(fresh[len(fresh)-1])}
	for i, r := range rows {
		if p.before(p.key(r), out.Key) {
			out.Skip = skip + i
		} else if p.key(r) == out.Key {
			out.Seen = append(out.Seen, r.id())
		}
	}
	if w.Key == out.Key {
		for _, id := range w.Seen {
			if !slices.Contains(out.Seen, id) {
				out.Seen = append(out.Seen, id)
			}
		}
	}
	return out
}

func (w window) token() string {
	raw, _ := json.Marshal(w)
	return string(raw)
}

func readWindow(token string) (w window, err error) {
	if token == "" {
		return w, nil
	}
	if json.Unmarshal([]byte(token), &w) != nil || w.Skip < 0 || w.Key == 0 {
		return w, models.Errorf(
			models.CodeCursorExpired, "the place in Zoho Desk's list is not readable: read it from the start",
		)
	}
	return w, nil
}

// stamp is how Desk takes a time.
func stamp(t time.Time) string { return t.UTC().Format(timeForm) }
