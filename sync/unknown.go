package sync

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"sidelight/models"
)

const (
	// manyUnknown is from how many on creates are looked for by one question for what is new.
	manyUnknown = 25
	// commitWait is how long a vendor may take to show what it has taken.
	commitWait = 2 * time.Second
)

// before is what has to happen ahead of a create: a create that may have happened already is looked for, and one whose counterpart was
// made by hand in the meantime is found. send tells that the intent is to be sent as it is.
func (w *writer) before(ctx context.Context, k kind, in models.Intent) (result models.IntentResult, send bool, err error) {
	if k.op != models.OpCreate {
		return result, true, nil
	}
	if in.State == models.IntentUnknown {
		return w.lookFor(ctx, in)
	}
	again := in.Attempts > 0 || w.again[in.LinkID]
	if w.loading && !again {
		return result, true, nil // both sides were just read whole
	}
	// An upsert by our mark may be sent again, but not over what somebody has edited since it was done, nor over a record that has become another one's.
	if again {
		if found, _, err := w.byMark(ctx, in); err != nil || found != nil {
			return orNothing(found), false, err
		}
	}
	switch who, err := w.matched(ctx, in); {
	case err != nil:
		return result, false, err
	case who == nobody:
		return result, true, nil
	case who == another:
		return w.refused(in, alreadyMapped(w.side.Other(), in.Object, in.Object.MatchField(w.side.Other()))), false, nil
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
}

// notLookedFor is what becomes of a create whose record the vendor refuses to look for: that is its own failure, which holds up nobody else. An error that passes, or that
// every record would meet, is answered as it is.
func (w *writer) notLookedFor(in models.Intent, err error) (models.IntentResult, error) {
	refused, own := refusal(err)
	if !own || refused.Code == models.CodeNoAccess {
		return models.IntentResult{}, err
	}
	result := w.refused(in, refused)
	if in.State == models.IntentUnknown { // it may have been made: it stays unknown, and is looked for again
		result.State, result.Wait = models.IntentUnknown, w.engine.UnknownGrace
	}
	return result, nil
}

// byMark is the result of a create whose record carries its mark already, nil when there is none. known tells whether the organization
// has the mark's field.
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
	links, err := w.engine.Store.LinksByRecord(ctx, in.Object, w.side, []string{id})
	if err != nil {
		return nil, known, err
	}
	out := w.isOurs(ctx, in, id, "mark")
	if l, linked := links[id]; linked && l.Whole() && l.ID != in.LinkID {
		out = w.refused(in, models.Errorf(models.CodeAlreadyMapped, "the %s that was made for this one in %s is mapped to another record by now", in.Object.Singular(), w.side.Name()))
	}
	return &out, known, nil
}

// lookForMarks looks for what several unanswered creates have made in a few calls, where the vendor can be asked so: by mark, "" for what no record carries.
func (w *writer) lookForMarks(ctx context.Context, k kind, intents []models.Intent) (map[string]string, error) {
	finder, can := w.remote.(MarkFinder)
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
	on, err := w.engine.reader(ctx, w.side, k.object)
	if err != nil {
		return nil, err
	}
	asked := w.engine.Now()
	found, err := finder.FindMarked(ctx, k.object, on.fields, links)
	if _, own := refusal(err); own {
		return nil, nil // each alone says which
	}
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(links))
	for _, link := range links {
		out[link] = found[link].ID
	}
	return out, on.keep(ctx, askedAt(asked, slices.Collect(maps.Values(found))), nil)
}

func orNothing(r *models.IntentResult) models.IntentResult {
	if r == nil {
		return models.IntentResult{}
	}
	return *r
}

// holder is who has a create's match value on the other side by now.
type holder int

const (
	nobody  holder = iota
	free           // a record that the planner may pair with: it decides again
	another        // only records that are mapped to others
)

// matched looks on the other side for records with the create's match value. What was deleted
// there and is to be made anew (the recycle bin did not have it) may have been merged into one of them: Desk does not tell.
func (w *writer) matched(ctx context.Context, in models.Intent) (holder, error) {
	found, err := w.find(ctx, in, models.Find{Match: in.Values[in.Object.MatchField(w.side)]})
	if err != nil || len(found) == 0 {
		return nobody, err
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	links, err := w.engine.Store.LinksByRecord(ctx, in.Object, w.side, ids)
	if err != nil {
		return nobody, err
	}
	who, widows := nobody, false
	for _, l := range links {
		if !l.Whole() || l.ID == in.LinkID {
			return free, nil
		}
		left, widowed := widow(&l)
		who, widows = another, widows || widowed && left == w.side
	}
	if !widows {
		return who, nil
	}
	own, err := w.engine.Store.LinkState(ctx, in.LinkID)
	if err == nil && !own.Whole() { // a record without a counterpart may be paired with one that lost its own
		who = free
	}
	return who, err
}

// lookFor looks for the record of a create whose answer was lost: by our mark, which is proof; where there is none by the very values that were sent, in a record that
// appeared since; by the match field, which brings it back through the planner. It is made again only when it was found nowhere after the vendor's search had time to
// catch up and, without a mark, after the vendor was asked for everything that changed since. When many are looked for, one question for what is new goes before a
// search for each.
func (w *writer) lookFor(ctx context.Context, in models.Intent) (models.IntentResult, bool, error) {
	twin, err := w.twin(ctx, in)
	if err != nil {
		return models.IntentResult{}, false, err
	}
	if twin != "" {
		return w.isOurs(ctx, in, twin, "values"), false, nil
	}
	if w.many {
		if asked, err := w.askedSince(ctx, in, commitWait); err != nil || !asked {
			w.engine.PollNow()
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
	if who == free { // it was observed just now
		if twin, err = w.twin(ctx, in); err != nil || twin != "" {
			return w.isOurs(ctx, in, twin, "values"), false, err
		}
	}
	wait := in.Age < w.engine.UnknownGrace
	if who == free && !(wait && marked) { // with a mark, what was made shows itself before another takes its place
		return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
	}
	if !wait && !marked {
		asked, err := w.askedSince(ctx, in, w.engine.UnknownGrace/2)
		if err != nil {
			return models.IntentResult{}, false, err
		}
		wait = !asked
	}
	if wait {
		return models.IntentResult{Intent: in, State: models.IntentUnknown, Wait: min(w.engine.UnknownGrace/8, 15*time.Second)}, false, nil
	}
	if in.Epoch != w.epoch { // it was not done, and is not to be done as it was planned
		return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
	}
	return models.IntentResult{Intent: in, State: models.IntentPending}, false, nil
}

// isOurs is the result of a create whose record was found. What it has become since is an edit like any other.
func (w *writer) isOurs(ctx context.Context, in models.Intent, id, how string) models.IntentResult {
	return models.IntentResult{Intent: in, State: models.IntentDone, RecordID: id, Observed: true, MatchedBy: how, Journal: w.journal(ctx, in, nil)}
}

// twin is the record that has the very values of a create and appeared since it was planned; "" when there is none, or the mark tells. Each is the answer of one
// create at most.
func (w *writer) twin(ctx context.Context, in models.Intent) (string, error) {
	if marked, err := w.remote.HasMark(ctx, in.Object); err != nil || marked {
		return "", err
	}
	halves, err := w.engine.Store.HalvesNamed(ctx, in.Object, w.side, in.Values, in.CreatedAt)
	if err != nil {
		return "", err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range halves {
		if row := halves[i].Row(w.side); row != nil && !w.mayBeOurs[row.ID] && sameValues(in.Values, row.Data) {
			w.mayBeOurs[row.ID] = true
			return row.ID, nil
		}
	}
	return "", nil
}

// sameValues tells whether a record has everything that was sent. Case and surrounding space are what vendors change by themselves.
func sameValues(sent, has models.Values) bool {
	for name, v := range sent {
		if !v.IsBlank() && models.MatchKey(has[name]) != models.MatchKey(v) {
			return false
		}
	}
	return true
}

// askedSince tells whether the side was asked for changes some time after the create was sent: had it happened, it would be known.
func (w *writer) askedSince(ctx context.Context, in models.Intent, later time.Duration) (bool, error) {
	polls, err := w.engine.Store.PollCursors(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range polls {
		if c.Side == w.side && c.Object == in.Object {
			return c.UpdatedAt.After(in.UpdatedAt.Add(later)) && !strings.HasPrefix(c.Value, models.PollRest), nil
		}
	}
	return false, nil
}

// find looks for records on the writer's side. They are observed, so that the planner can decide again with them.
func (w *writer) find(ctx context.Context, in models.Intent, by models.Find) ([]models.Record, error) {
	if by.LinkID == "" && by.Match.IsBlank() {
		return nil, nil
	}
	on, err := w.engine.reader(ctx, w.side, in.Object)
	if err != nil {
		return nil, err
	}
	found, err := on.find(ctx, by)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, on.keep(ctx, found, nil)
}
