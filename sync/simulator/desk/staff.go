package desk

import (
	"encoding/json"
	"io"
	"net/http"
)

// changeAgent serves POST /_sim/agents/{id}: what an administrator does to an agent in Desk's setup. profileId gives another profile, status
// ACTIVE or DISABLED lets the agent in or keeps them out.
func (s *Server) changeAgent(w http.ResponseWriter, r *http.Request) {
	var change struct {
		ProfileID string `json:"profileId"`
		Status    string `json:"status"`
	}
	dec := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&change); err != nil {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": err.Error()}}, nil)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	held := s.agents[r.PathValue("id")]
	if held == nil {
		send(w, answer{}, notFound())
		return
	}
	next := *held
	if change.ProfileID != "" {
		if next.Profile = profileName(change.ProfileID); next.Profile == "" {
			send(w, answer{}, badParameter("profileId"))
			return
		}
	}
	switch change.Status {
	case "":
	case "ACTIVE", "DISABLED":
		next.Disabled = change.Status == "DISABLED"
	default:
		send(w, answer{}, badParameter("status"))
		return
	}
	if err := s.commit(put{kindAgent, next.ID, &next}); err != nil {
		send(w, answer{}, err)
		return
	}
	send(w, answer{body: next.render()}, nil)
}
