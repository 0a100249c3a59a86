package desk

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
)

// changeAgent serves POST /_sim/agents/{id}: what an administrator does to an agent in Desk's
// setup. profileId gives another profile, status ACTIVE or DISABLED lets the agent in or keeps them
// out, departmentIds say where they work, rolePermissionType which tickets they see, inTeam whether
// they belong to the team.
func (s *Server) changeAgent(w http.ResponseWriter, r *http.Request) {
	var change struct {
		ProfileID     string   `json:"profileId"`
		Status        string   `json:"status"`
		DepartmentIDs []string `json:"departmentIds"`
		Permission    string   `json:"rolePermissionType"`
		InTeam        *bool    `json:"inTeam"`
	}
	if !told(w, r, &change) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	held := s.agents[r.PathValue("id")]
	if held == nil {
		send(w, answer{}, notFound())
		return
	}
	next, wrong := *held, ""
	if change.ProfileID != "" {
		if next.Profile = profileName(change.ProfileID); next.Profile == "" {
			wrong = "profileId"
		}
	}
	switch change.Status {
	case "":
	case "ACTIVE", "DISABLED":
		next.Disabled = change.Status == "DISABLED"
	default:
		wrong = "status"
	}
	if change.DepartmentIDs != nil {
		if next.Departments = change.DepartmentIDs; !s.allDepartments(change.DepartmentIDs) {
			wrong = "departmentIds"
		}
	}
	if change.Permission != "" {
		if next.Permission = change.Permission; !slices.Contains(permissions, change.Permission) {
			wrong = "rolePermissionType"
		}
	}
	if change.InTeam != nil {
		next.NoTeam = !*change.InTeam
	}
	if wrong != "" {
		send(w, answer{}, badParameter(wrong))
		return
	}
	if err := s.commit(put{kindAgent, next.ID, &next}); err != nil {
		send(w, answer{}, err)
		return
	}
	send(w, answer{body: next.render()}, nil)
}

// changeTicket serves POST /_sim/tickets/{id}: what agents do to a ticket on Desk's own pages.
// departmentId moves it, sharedWith shares it with departments.
func (s *Server) changeTicket(w http.ResponseWriter, r *http.Request) {
	var change struct {
		DepartmentID string   `json:"departmentId"`
		SharedWith   []string `json:"sharedWith"`
	}
	if !told(w, r, &change) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	held := s.tickets[r.PathValue("id")]
	if held == nil {
		send(w, answer{}, notFound())
		return
	}
	next := *held
	if change.DepartmentID != "" {
		next.Department = change.DepartmentID
	}
	if change.SharedWith != nil {
		next.SharedWith = change.SharedWith
	}
	if !s.allDepartments(append([]string{next.department()}, next.SharedWith...)) {
		send(w, answer{}, badParameter("departmentId"))
		return
	}
	if err := s.commit(put{kindTicket, next.ID, &next}); err != nil {
		send(w, answer{}, err)
		return
	}
	send(w, answer{body: s.renderTicket(&next, nil)}, nil)
}

// allDepartments tells whether all of them exist; s.mu is held.
func (s *Server) allDepartments(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return s.departmentName(id) == "" })
}

// told reads the body of a change to the setup; one that cannot be read is refused.
func told(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err != nil {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": err.Error()}}, nil)
	}
	return err == nil
}
