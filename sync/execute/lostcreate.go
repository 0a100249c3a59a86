package execute

import (
	"context"
	"maps"
	"slices"
	"time"

	"sidelight/models"
	"sidelight/sync/mirror"
	"sidelight/sync/vendor"
)

const (
	// lookupTogetherFrom is the minimum of unanswered creates that are looked for by one poll.
	lookupTogetherFrom = 25
	// commitWait is how long a vendor may take to show what it has taken.
	commitWait = 2 * time.Second
)

// before prepares a create. A create that may have been done is looked for. So is a counterpart
// that was made by hand meanwhile. send tells that the intent is to be sent as it is.
func (w *writer) before(
	ctx context.Context, k kind, in models.Intent,
) (result models.IntentResult, send bool, err error) {
	if k.op != models.OpCreate {
		return result, true, nil
	}
	if in.State == models.IntentUnknown {
		return w.lookFor(ctx, in)
	}
	again := in.Attempts > 0 || w.resent[in.LinkID]
	if w.loading && !again {
		return result, true, nil // both sides were just read whole
	}
	// An upsert by our mark is safe to send again, except over an edit made since, or over a record
	// that is linked to another one now.
	if again {
		if found, _, err := w.byMark(ctx, in); err != nil || found != nil {
			return orNothing(found), false, err
		}
	}
	switch who, err := w.matched(ctx, in); {
	case err != nil:
		return result, false, err
	case who == none:
		return result, true, nil
	case who == linkedElsewhere:
		return w.refused(in, models.AlreadyMapped(w.side.Other(), in.Object)), false, nil
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
}

// notLookedFor is the result of a create whose record the vendor refuses to look for: a failure of
// that record alone. Any other error is answered as it is.
func (w *writer) notLookedFor(in models.Intent, err error) (models.IntentResult, error) {
	refused, own := vendor.Refusal(err)
	if !own || refused.Code == models.CodeNoAccess {
		return models.IntentResult{}, err
	}
	result := w.refused(in, refused)
	if in.State == models.IntentUnknown {
		// It may have been made: it stays unknown, and is looked for again.
		result.State, result.Wait = models.IntentUnknown, w.UnknownGrace
	}
	return result, nil
}

// byMark is the result of a create whose record carries its mark already, nil when there is none.
// known tells whether the organization has the mark's field.
func (w *writer) byMark(ctx context.Context, in models.Intent) (result *models.IntentResult, known bool, err error) {
	known, err = w.remote.HasMark(ctx, in.Object)
	if err != nil || !known {
		return nil, known, err
	}
	id, looked := w.marks[in.LinkID]
	if !looked {
		found, err := w.find(ctx, in, models.Find{LinkID: in.LinkID})
		if err != nil {
			return nil, known, err
		}
		if len(found) > 0 {
			id = found[0].ID
		}
	}
	if id == "" {
		return nil, known, nil
	}
	links, err := w.Store.LinksByRecord(ctx, in.Object, w.side, []string{id})
	if err != nil {
		return nil, known, err
	}
	out := w.isOurs(ctx, in, id, models.MatchedMark)
	if l, linked := links[id]; linked && l.Whole() && l.ID != in.LinkID {
		out = w.refused(
			in,
			models.Errorf(
				models.CodeAlreadyMapped, "the %s that was made for this one in %s is mapped to another record by now",
				in.Object.Singular(), w.side.Name(),
			),
		)
	}
	return &out, known, nil
}

// lookForMarks looks for the records of several unanswered creates in a few calls, where the vendor
// can. It answers the record's id by link, "" where no record carries the mark.
func (w *writer) lookForMarks(ctx context.Context, k kind, intents []models.Intent) (map[string]string, error) {
	finder, can := w.remote.(vendor.MarkFinder)
	var links []string
	for _, in := range intents {
		if in.Op == models.OpCreate && in.State == models.IntentUnknown {
			links = append(links, in.LinkID)
		}
	}
	if !can || len(links) < 2 {
		return nil, nil
	}
	if marked, err := w.remote.HasMark(ctx, k.object); err != nil || !marked {
		return nil, err
	}
	on, err := w.Mirror.Reader(ctx, w.side, k.object)
	if err != nil {
		return nil, err
	}
	asked := w.Now()
	found, err := finder.FindMarked(ctx, k.object, on.Fields, links)
	if _, own := vendor.Refusal(err); own {
		return nil, nil // each alone says which
	}
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(links))
	for _, link := range links {
		out[link] = found[link].ID
	}
	return out, on.Observe(ctx, mirror.AskedAt(asked, slices.Collect(maps.Values(found))), nil)
}

func orNothing(r *models.IntentResult) models.IntentResult {
	if r == nil {
		return models.IntentResult{}
	}
	return *r
}

// match is who has a create's match value on the other side by now.
type match int

const (
	none            match = iota
	unlinked              // a record that the planner may pair with: it decides again
	linkedElsewhere       // only records that are mapped to others
)

// matched looks on the other side for records with the create's match value. A record that the
// recycle bin no longer holds may have been merged into one of them; Desk does not tell.
func (w *writer) matched(ctx context.Context, in models.Intent) (match, error) {
	found, err := w.find(ctx, in, models.Find{Match: in.Values[in.Object.MatchField(w.side)]})
	if err != nil || len(found) == 0 {
		return none, err
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	links, err := w.Store.LinksByRecord(ctx, in.Object, w.side, ids)
	if err != nil {
		return none, err
	}
	who, bereaved := none, false
	for _, l := range links {
		if !l.Whole() || l.ID == in.LinkID {
			return unlinked, nil
		}
		survivor, lost := l.SurvivorAfterDelete()
		who, bereaved = linkedElsewhere, bereaved || lost && survivor == w.side
	}
	if !bereaved {
		return who, nil
	}
	own, err := w.Store.LinkState(ctx, in.LinkID)
	if err == nil && !own.Whole() {
		// A record without a counterpart may be paired with one that lost its own.
		who = unlinked
	}
	return who, err
}

// lookFor looks for the record of a create whose answer was lost. The mark is proof. Without a mark
// it looks for a record that appeared since and has the very values that were sent. A record that
// shares the match field sends the create back to the planner. The create is sent again only when
// nothing was found after the vendor's search had time to catch up and, without a mark, after the
// vendor was polled since. When many are looked for, one poll goes before a search for each.
func (w *writer) lookFor(ctx context.Context, in models.Intent) (models.IntentResult, bool, error) {
	found, err := w.findByValues(ctx, in)
	if err != nil {
		return models.IntentResult{}, false, err
	}
	if found != "" {
		return w.isOurs(ctx, in, found, models.MatchedValues), false, nil
	}
	if w.batchLookup {
		if asked, err := w.askedSince(ctx, in, commitWait); err != nil || !asked {
			w.PollNow()
			return models.IntentResult{Intent: in, State: models.IntentUnknown, Wait: commitWait}, false, err
		}
	}
	result, marked, err := w.byMark(ctx, in)
	if err != nil || result != nil {
		return orNothing(result), false, err
	}
	who, err := w.matched(ctx, in)
	if err != nil {
		return models.IntentResult{}, false, err
	}
	if who == unlinked { // it was observed just now
		if found, err = w.findByValues(ctx, in); err != nil || found != "" {
			return w.isOurs(ctx, in, found, models.MatchedValues), false, err
		}
	}
	wait := in.Age < w.UnknownGrace
	// With a mark, the created record is found by it before another record may take its place.
	if who == unlinked && !(wait && marked) {
		return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
	}
	if !wait && !marked {
		asked, err := w.askedSince(ctx, in, w.UnknownGrace/2)
		if err != nil {
			return models.IntentResult{}, false, err
		}
		wait = !asked
	}
	if wait {
		return models.IntentResult{
			Intent: in, State: models.IntentUnknown, Wait: min(w.UnknownGrace/8, 15*time.Second),
		}, false, nil
	}
	if in.Epoch != w.epoch { // it was not done, and is not to be done as it was planned
		return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
	}
	return models.IntentResult{Intent: in, State: models.IntentPending}, false, nil
}

// isOurs is the result of a create whose record was found. What the record differs by is an edit.
func (w *writer) isOurs(ctx context.Context, in models.Intent, id string, how models.MatchedBy) models.IntentResult {
	return models.IntentResult{
		Intent: in, State: models.IntentDone, RecordID: id, Observed: true, MatchedBy: how,
		Journal: w.journal(ctx, in, nil),
	}
}

// findByValues is the record that has the very values of a create and appeared since it was
// planned. It is "" when there is none, or where the mark is the proof. Each record is the result
// of one create at most.
func (w *writer) findByValues(ctx context.Context, in models.Intent) (string, error) {
	if marked, err := w.remote.HasMark(ctx, in.Object); err != nil || marked {
		return "", err
	}
	halves, err := w.Store.HalvesNamed(ctx, in.Object, w.side, in.Values, in.CreatedAt)
	if err != nil {
		return "", err
	}
	mapped, err := w.written(ctx, in.Object)
	if err != nil {
		return "", err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range halves {
		if row := halves[i].Row(w.side); row != nil && !w.mayBeOurs[row.ID] && mapped.same(in.Values, row.Data) {
			w.mayBeOurs[row.ID] = true
			return row.ID, nil
		}
	}
	return "", nil
}

// same tells whether a record has every value that was sent. Case and surrounding space are
// ignored, since vendors change those. Constants are not read, and tell nothing.
func (f written) same(sent, has models.Values) bool {
	for name, v := range sent {
		_, mapped := f[name]
		if _, read := has[name]; !mapped && !read {
			continue
		}
		if !v.IsBlank() && models.MatchKey(has[name]) != models.MatchKey(v) {
			return false
		}
	}
	return true
}

// askedSince tells whether the side was polled some time after the create was sent. If the create
// was done, its record is known then.
func (w *writer) askedSince(ctx context.Context, in models.Intent, later time.Duration) (bool, error) {
	polls, err := w.Store.PollCursors(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range polls {
		if c.Side == w.side && c.Object == in.Object {
			return c.UpdatedAt.After(in.UpdatedAt.Add(later)) && !models.ParsePollCursor(c.Value).BetweenPages, nil
		}
	}
	return false, nil
}

// find looks for records on the writer's side and observes them, so that the planner can decide
// with them.
func (w *writer) find(ctx context.Context, in models.Intent, by models.Find) ([]models.Record, error) {
	if by.LinkID == "" && by.Match.IsBlank() {
		return nil, nil
	}
	on, err := w.Mirror.Reader(ctx, w.side, in.Object)
	if err != nil {
		return nil, err
	}
	found, err := on.Find(ctx, by)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, on.Observe(ctx, found, nil)
}
