package server

import (
	"context"
	"net/http"
	"time"

	"sidelight/models"
)

// health answers the probes of whoever runs the process.
type health struct {
	// beat writes the database's heartbeat, and says whether that went well.
	beat func(ctx context.Context) models.DatabaseHealth
	// stopping tells that the process is being stopped: it finishes what it has and wants no more.
	stopping <-chan struct{}
}

// live says that the process runs.
func (health) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, readiness{Status: "ok"})
}

// readiness is what the probes are answered.
type readiness struct {
	Status   string                  `json:"status"`
	Database *models.DatabaseProblem `json:"database,omitempty"`
	Problem  *string                 `json:"problem,omitempty"`
	Since    *time.Time              `json:"since,omitempty"`
}

// ready says that the process can serve: its database can be written and it is not being stopped. A
// vendor that is down does not make it unready: the card shows what is known.
func (h health) ready(w http.ResponseWriter, r *http.Request) {
	select {
	case <-h.stopping:
		writeJSON(w, http.StatusServiceUnavailable, readiness{Status: "stopping"})
		return
	default:
	}
	if d := h.beat(r.Context()); !d.OK {
		retryLater(w.Header())
		writeJSON(w, http.StatusServiceUnavailable, readiness{"the database is in trouble", d.Code, d.Problem, d.Since})
		return
	}
	writeJSON(w, http.StatusOK, readiness{Status: "ok"})
}
