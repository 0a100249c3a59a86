package salesforce

import (
	"errors"
	"sync"

	"sidelight/models"
)

// passesToGrow is how many calls in a row must pass before a size is doubled again.
const passesToGrow = 8

// callSizes is how many records a call may have, by object. Automations of the organization count
// their limits (CPU time, queries) over all records of a call: what is refused for that is sent
// again in halves, and the size that passed is kept. The zero value allows maxBatch.
type callSizes struct {
	mu   sync.Mutex
	size map[models.SyncObject]int
	runs map[models.SyncObject]int // calls in a row that passed at the size
}

func (s *callSizes) of(object models.SyncObject) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.size[object]; n > 0 {
		return n
	}
	return maxBatch
}

func (s *callSizes) refused(object models.SyncObject, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size == nil {
		s.size, s.runs = map[models.SyncObject]int{}, map[models.SyncObject]int{}
	}
	s.size[object], s.runs[object] = max(1, n/2), 0
}

func (s *callSizes) passed(object models.SyncObject, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.size[object]
	if now == 0 || n < now {
		return
	}
	if s.runs[object]++; s.runs[object] >= passesToGrow {
		s.size[object], s.runs[object] = min(now*2, maxBatch), 0
	}
}

// inCalls writes records in calls of the size that passes, one after another. Records that a call
// was too large for go out again in smaller ones; only a record that is refused alone keeps
// CALL_TOO_LARGE. An error before anything was sent is the error of all; once something was sent,
// it stands in the results.
func (s *callSizes) inCalls(
	object models.SyncObject, writes []models.Write, send func([]models.Write) ([]models.WriteResult, error),
) ([]models.WriteResult, error) {
	out := make([]models.WriteResult, len(writes))
	pending := make([]int, len(writes))
	for i := range pending {
		pending[i] = i
	}
	for sent := false; len(pending) > 0; {
		n := min(s.of(object), len(pending))
		batch := make([]models.Write, n)
		for i, at := range pending[:n] {
			batch[i] = writes[at]
		}
		results, err := send(batch)
		if err != nil && models.CodeOf(err) == models.CodeCallTooLarge {
			results, err = allRefused(batch, err), nil
		}
		if err != nil && !sent {
			return nil, err
		}
		if err != nil {
			for _, at := range pending {
				out[at] = models.WriteResult{ID: writes[at].ID, Err: typed(err)}
			}
			return out, nil
		}
		var again []int
		for i, at := range pending[:n] {
			if r := results[i]; r.Err != nil && r.Err.Code == models.CodeCallTooLarge && n > 1 {
				again = append(again, at)
			} else {
				out[at], sent = r, true
			}
		}
		switch {
		case len(again) > 0:
			s.refused(object, n)
		case n > 1 || results[0].Err == nil || results[0].Err.Code != models.CodeCallTooLarge:
			s.passed(object, n)
		}
		pending = append(again, pending[n:]...)
	}
	return out, nil
}

func allRefused(writes []models.Write, err error) []models.WriteResult {
	out := make([]models.WriteResult, len(writes))
	for i, w := range writes {
		out[i] = models.WriteResult{ID: w.ID, Err: typed(err)}
	}
	return out
}

// typed is the error with its code; one without is INTERNAL.
func typed(err error) *models.Error {
	var e *models.Error
	if !errors.As(err, &e) {
		e = models.Wrap(err, models.CodeInternal, "the record could not be written")
	}
	return e
}
