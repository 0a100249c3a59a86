package zohodesk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sidelight/models"
)

const (
	// maxReach is how many hits of one search can be paged through.
	maxReach = 1000
	// minPattern is the shortest text that Desk searches for.
	minPattern = 3
)

// beginning is before every record of every Desk.
var beginning = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Find looks for records by our mark or by the match field. Desk's search may find more than was
// asked for and, for a while, less (its index lags): every hit is read by its id and compared
// exactly, and what changed lately is looked at beside it.
func (c *Client) Find(
	ctx context.Context, object models.SyncObject, fields []string, by models.Find,
) ([]models.Record, error) {
	d, err := c.describe(ctx, object)
	if err != nil {
		return nil, err
	}
	name := object.MatchField(models.Desk)
	want := models.MatchKey(by.Match)
	matches := func(v models.Value) bool { return models.MatchKey(v) == want }
	lately := func(r newRow) bool { return r.match == want }
	if by.LinkID != "" {
		if !d.hasMark(c.cfg.MarkField) {
			return nil, nil
		}
		name, want = c.cfg.MarkField, by.LinkID
		matches = func(v models.Value) bool { return v.String() == want }
		lately = func(r newRow) bool { return r.mark == want }
	}
	if want == "" {
		return nil, nil
	}
	hits, err := c.search(ctx, object, searchFor(name, want), beginning, c.clock.At(c.now()).Add(24*time.Hour))
	if err != nil {
		return nil, err
	}
	candidates, err := c.newest(ctx, object, d, lately)
	if err != nil {
		return nil, err
	}
	for _, r := range hits {
		// A row that shows another value is no candidate; one that does not show the field has to
		// be read.
		if values, shown := r.values(d, []string{name}); !shown || matches(values[name]) {
			candidates = append(candidates, r.id())
		}
	}
	slices.SortFunc(candidates, compareIDs)
	candidates = slices.Compact(candidates)
	wanted := fields
	if !slices.Contains(wanted, name) {
		wanted = append(slices.Clone(fields), name)
	}
	found, err := c.readEach(ctx, object, d, wanted, candidates)
	if err != nil {
		return nil, err
	}
	var out []models.Record
	for _, rec := range found {
		if rec == nil || rec.Deleted || !matches(rec.Values[name]) {
			continue
		}
		if !slices.Contains(fields, name) {
			delete(rec.Values, name)
		}
		out = append(out, *rec)
	}
	return out, nil
}

// compareIDs orders ids by age: they are numbers that grow.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// searchFor is a query that finds every record with the text in the field. It is empty where Desk
// cannot be asked for the text: what it takes for a wildcard, a list of values or ${empty} cannot
// stand at its beginning.
func searchFor(name, text string) url.Values {
	text = pattern(text)
	switch {
	case strings.HasPrefix(text, "*"):
		return nil
	case strings.HasPrefix(name, customPrefix):
		return url.Values{"customField1": {name + ":" + text}}
	}
	return url.Values{name: {text}}
}

// pattern is a text to search for that finds every record with the text: what means something to
// Desk's search (wildcards, lists of values, ${empty}) becomes a wildcard itself. Desk matches from
// end to end.
func pattern(text string) string {
	var b strings.Builder
	wild := false
	for i, r := range text {
		plain := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || strings.ContainsRune("@.-_+' ", r)
		if plain || i == 0 && !strings.ContainsRune("*?,$", r) {
			b.WriteRune(r)
			wild = false
		} else if !wild {
			b.WriteByte('*')
			wild = true
		}
	}
	out := b.String()
	if short := minPattern - utf8.RuneCountInString(out); short > 0 {
		out += strings.Repeat("*", short)
	}
	return out
}

func timeRange(from, to time.Time) string { return stamp(from) + "," + stamp(to) }

// search is every hit of the query among the records created between from and to. More hits than
// can be paged through are reached by halving the time.
func (c *Client) search(
	ctx context.Context, object models.SyncObject, query url.Values, from, to time.Time,
) ([]row, error) {
	scoped := url.Values{}
	for name, values := range query {
		scoped[name] = values
	}
	if len(query) == 0 || !from.Equal(beginning) || to.Before(c.clock.At(c.now())) {
		scoped.Set("createdTimeRange", timeRange(from, to))
	}
	hits := -1
	pages := paging{
		by:    "createdTime",
		limit: c.cfg.PageSize,
		fetch: func(ctx context.Context, q url.Values) ([]row, error) {
			for name, values := range scoped {
				q[name] = values
			}
			if start, _ := strconv.Atoi(q.Get("from")); start >= maxReach {
				return nil, nil
			}
			rows, total, err := c.searchPage(ctx, object, q)
			hits = max(hits, total)
			return rows, err
		},
	}
	var out []row
	var w window
	for {
		rows, after, err := pages.next(ctx, w)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
		if len(rows) == 0 || hits >= 0 && len(out) >= hits {
			return out, nil
		}
		if max(hits, len(out)) >= maxReach {
			break
		}
		w = after
	}
	middle := from.Add(to.Sub(from) / 2).Truncate(time.Millisecond)
	if !middle.After(from) {
		return nil, models.Errorf(
			models.CodeInvalidParameter, "more than %d %s in Zoho Desk look alike", maxReach, module(object),
		)
	}
	older, err := c.search(ctx, object, query, from, middle.Add(-time.Millisecond))
	if err != nil {
		return nil, err
	}
	newer, err := c.search(ctx, object, query, middle, to)
	return append(older, newer...), err
}

// searchPage is a page of a search with the number of all hits, -1 when Desk does not say.
func (c *Client) searchPage(ctx context.Context, object models.SyncObject, q url.Values) ([]row, int, error) {
	answer, err := c.get(ctx, "/"+module(object)+"/search", q)
	if err != nil {
		return nil, 0, err
	}
	if answer.status == http.StatusNoContent {
		return nil, 0, nil
	}
	rows, err := answer.rows()
	if err != nil {
		return nil, 0, err
	}
	var told struct {
		Count *looseNumber `json:"count"`
	}
	if err := answer.decode(&told); err != nil {
		return nil, 0, err
	}
	if told.Count == nil {
		return rows, -1, nil
	}
	return rows, int(*told.Count), nil
}
