package zohodesk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// moving is a list that changes while it is read: rows are ordered by their second, then by id.
type moving struct {
	rows   []movingRow
	nextID int
	now    int64
	gone   []movingRow // can be restored
}

type movingRow struct {
	id  int
	sec int64
}

func (m *moving) sort(down bool) {
	slices.SortFunc(m.rows, func(a, b movingRow) int {
		order := cmp.Or(cmp.Compare(a.sec, b.sec), cmp.Compare(a.id, b.id))
		if down {
			return -order
		}
		return order
	})
}

// paging reads the list as Desk gives it: by offset, from 1.
func (m *moving) paging(limit int, down bool) paging {
	return paging{by: "t", down: down, first: 1, limit: limit, fetch: func(_ context.Context, q url.Values) ([]row, error) {
		m.sort(down)
		from, _ := strconv.Atoi(q.Get("from"))
		start := min(max(from-1, 0), len(m.rows))
		var out []row
		for _, r := range m.rows[start:min(start+limit, len(m.rows))] {
			out = append(out, row{"id": json.RawMessage(strconv.Itoa(r.id)), "t": json.RawMessage(`"` + time.Unix(r.sec, 0).UTC().Format(timeForm) + `"`)})
		}
		return out, nil
	}}
}

// stir lets somebody change the list; touched notes who was not there all the time, or moved.
func (m *moving) stir(t *rapid.T, down bool, touched map[int]bool) {
	for range rapid.IntRange(0, 6).Draw(t, "changes") {
		m.now += rapid.Int64Range(0, 1).Draw(t, "later")
		kind := rapid.SampledFrom([]string{"delete", "delete", "create", "update", "restore"}).Draw(t, "kind")
		switch {
		case kind == "create":
			m.nextID++
			m.rows = append(m.rows, movingRow{m.nextID, m.now})
			touched[m.nextID] = true
		case kind == "restore" && len(m.gone) > 0:
			back := m.gone[len(m.gone)-1]
			m.gone = m.gone[:len(m.gone)-1]
			if down { // a restored record counts as modified
				back.sec = m.now
			}
			m.rows = append(m.rows, back)
		case len(m.rows) == 0:
		case kind == "delete":
			i := rapid.IntRange(0, len(m.rows)-1).Draw(t, "who")
			touched[m.rows[i].id] = true
			m.gone = append(m.gone, m.rows[i])
			m.rows = slices.Delete(m.rows, i, i+1)
		case kind == "update" && down:
			i := rapid.IntRange(0, len(m.rows)-1).Draw(t, "who")
			touched[m.rows[i].id] = true
			m.rows[i].sec = m.now
		}
	}
}

// TestAListThatMovesIsReadWhole: a row that stays where it is, is handed out exactly once, whatever
// happens to the others meanwhile; each window survives being stored.
func TestAListThatMovesIsReadWhole(t *testing.T) {
	for _, down := range []bool{false, true} {
		t.Run(fmt.Sprintf("newest first %t", down), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := &moving{now: 1_000_000}
				// The fewer, the more rows share one.
				seconds := rapid.Int64Range(1, 12).Draw(t, "seconds")
				for range rapid.IntRange(0, 40).Draw(t, "rows") {
					m.nextID++
					m.rows = append(m.rows, movingRow{m.nextID, m.now - rapid.Int64Range(1, seconds).Draw(t, "age")})
				}
				start := slices.Clone(m.rows)
				m.now++
				limit := rapid.IntRange(minPageSize, 8).Draw(t, "limit")
				list, touched, handed := m.paging(limit, down), map[int]bool{}, map[int]int{}
				var w window
				for page := 0; ; page++ {
					if page > 500 {
						t.Fatal("the list does not end")
					}
					rows, after, err := list.next(context.Background(), w)
					if err != nil {
						t.Fatal(err)
					}
					if len(rows) == 0 {
						break
					}
					for _, r := range rows {
						id, _ := strconv.Atoi(r.id())
						handed[id]++
					}
					if w, err = readWindow(after.token()); err != nil {
						t.Fatal(err)
					}
					m.stir(t, down, touched)
				}
				for _, r := range start {
					if n := handed[r.id]; n != 1 && !touched[r.id] {
						t.Fatalf("row %d was handed out %d times", r.id, n)
					}
				}
				if !down {
					for id, n := range handed {
						if n > 1 {
							t.Fatalf("row %d was handed out %d times, and never moved", id, n)
						}
					}
				}
			})
		})
	}
}

func TestAListWithoutItsTimesOrOutOfOrderIsNotBelieved(t *testing.T) {
	for _, answer := range []string{`[{"id":"1"}]`, `[{"id":"1","t":"soon"}]`, `[{"id":"1","t":"2026-05-04T10:00:00Z"},{"id":"2","t":"2026-05-04T09:00:00Z"}]`} {
		var rows []row
		if err := json.Unmarshal([]byte(answer), &rows); err != nil {
			t.Fatal(err)
		}
		list := paging{by: "t", limit: 5, fetch: func(context.Context, url.Values) ([]row, error) { return rows, nil }}
		if got, _, err := list.next(t.Context(), window{}); err == nil || got != nil || !strings.Contains(err.Error(), "Zoho Desk sent a list") {
			t.Errorf("%s: %v, %v", answer, got, err)
		}
	}
}
