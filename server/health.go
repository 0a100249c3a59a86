package server

import (
	"context"
	"net/http"
	"time"
)

// health answers the probes of whoever runs the process.
type health struct {
	// ping checks that the database answers.
	ping func(ctx context.Context) error
	// stopping tells that the process is being stopped: it finishes what it has and wants no more.
	stopping <-chan struct{}
}

// live says that the process runs.
func (health) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready says that the process can serve: its database answers and it is not being stopped. A vendor that is down does not make it unready: the
// card shows what is known.
func (h health) ready(w http.ResponseWriter, r *http.Request) {
	select {
	case <-h.stopping:
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "stopping"})
		return
	default:
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := h.ping(ctx); err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "the database does not answer"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}
