package fault

import (
	"encoding/json"
	"io"
	"net/http"
)

// maxScript bounds a fault script that comes over HTTP.
const maxScript = 1 << 20

// Control is the surface a vendor mounts at /_sim/:
//
//	GET    /_sim/faults    the script in force, with how often each rule acted
//	POST   /_sim/faults    replaces the script; 400 with {"error"} that names the wrong field
//	DELETE /_sim/faults    removes every rule
//	GET    /_sim/stats     Stats
//	GET    /_sim/requests  the last 1,000 requests
//	GET    /_sim/dump      what dump returns: the vendor's whole state
//	POST   /_sim/reset     clears faults and statistics, calls reset: the state of the first start
func Control(in *Injector, dump func() any, reset func() error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]any{"rules": in.Rules()})
	})
	mux.HandleFunc("POST /_sim/faults", func(w http.ResponseWriter, r *http.Request) {
		script, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxScript))
		if err == nil {
			err = in.Load(script)
		}
		if err != nil {
			reply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		reply(w, http.StatusOK, map[string]any{"rules": in.Rules()})
	})
	mux.HandleFunc("DELETE /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		in.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /_sim/stats", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, in.Stats())
	})
	mux.HandleFunc("GET /_sim/requests", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]any{"requests": in.Requests()})
	})
	mux.HandleFunc("GET /_sim/dump", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, dump())
	})
	mux.HandleFunc("POST /_sim/reset", func(w http.ResponseWriter, _ *http.Request) {
		in.Clear()
		if err := reset(); err != nil {
			reply(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		in.ResetStats()
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(body)
}
