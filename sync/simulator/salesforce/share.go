package salesforce

import (
	"encoding/json"
	"net/http"
)

// Sharing: an API user does not see records that are not shared with it. Queries, feeds and writes
// treat them as if they were not there, and no change event tells of it.

// unshareByHand takes records out of everybody's sight as a change of the sharing rules would: POST
// /_sim/unshare {"ids": […]}. Unknown ones are left out.
func (s *Server) unshareByHand(w http.ResponseWriter, r *http.Request) {
	s.sharing(w, r, func(id string) {
		if held := s.db.find(id); held != nil {
			s.unshared[held.id()] = held
			held.table.put(held.id(), nil)
		}
	})
}

// shareByHand brings them back as they were: POST /_sim/share {"ids": […]}.
func (s *Server) shareByHand(w http.ResponseWriter, r *http.Request) {
	s.sharing(w, r, func(id string) {
		if held := s.unshared[id]; held != nil {
			delete(s.unshared, id)
			held.table.put(id, held)
		}
	})
}

func (s *Server) sharing(w http.ResponseWriter, r *http.Request, change func(id string)) {
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "ids is a list of record ids"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range in.IDs {
		change(id)
	}
	w.WriteHeader(http.StatusNoContent)
}
