package salesforce

import (
	"encoding/json"
	"net/http"
	"time"

	"sidelight/sync/simulator/soql"
)

// binLife is how long a deleted record stays in the recycle bin. Then it is gone for good, and no
// change event tells of it.
const binLife = 15 * 24 * time.Hour

// emptyBin purges what has been in the recycle bin for too long; s.mu is held. Nothing in it is
// older than s.binChecked says, so that most calls look no further.
func (s *Server) emptyBin(now time.Time) error {
	if now.Sub(s.binChecked) < binLife {
		return nil
	}
	oldest := now
	t := s.begin("", "")
	for _, table := range s.db.sorted() {
		if !table.recycled() {
			continue
		}
		for _, id := range table.ids {
			r := table.rows[id]
			if r == nil || !r.is("IsDeleted") {
				continue
			}
			deleted, err := time.Parse(soql.DateTimeLayout, r.text("SystemModstamp"))
			switch {
			case err != nil:
			case now.Sub(deleted) >= binLife:
				t.purge(r)
			case deleted.Before(oldest):
				oldest = deleted
			}
		}
	}
	s.binChecked = oldest
	return t.commit()
}

// purgeByHand empties the recycle bin of records as a person would: POST /_sim/purge {"ids": […]}.
// Records that are not in it are refused.
func (s *Server) purgeByHand(w http.ResponseWriter, r *http.Request) {
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "ids is a list of record ids"})
		return
	}
	s.byHand(w, func(t *tx) error {
		for _, id := range in.IDs {
			held := s.db.find(id)
			if held == nil || !held.is("IsDeleted") {
				return badRequest("DELETE_FAILED", "entity is not in the recycle bin: "+id)
			}
			t.purge(held)
		}
		return nil
	})
}
