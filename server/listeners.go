package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"sync"
	"time"

	"sidelight/internal/local"
)

// adminOff is the --admin-listen of those who want none.
const adminOff = "off"

// listenAdmin opens the address for those who run the process: metrics and profiles. Nobody signs
// in there, so it is reached from this machine alone unless told otherwise.
func (s *Server) listenAdmin() (err error) {
	if s.config.AdminListen == "" || s.config.AdminListen == adminOff {
		return nil
	}
	if s.adminListener, err = net.Listen("tcp", s.config.AdminListen); err != nil {
		return fmt.Errorf("--admin-listen: %w: choose another address, or %s for none", err, adminOff)
	}
	if !local.Loopback(s.adminListener.Addr()) {
		s.log.Warn("metrics and profiles are reached from beyond this machine, without a sign-in: let only those in who run it", "admin", s.adminListener.Addr())
	}
	return nil
}

// adminRoutes is what is served there.
func (s *Server) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.metrics.handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	if local.Loopback(s.adminListener.Addr()) {
		return local.Only(mux)
	}
	return mux
}

// AdminURL is where metrics and profiles are, "" for nowhere.
func (s *Server) AdminURL() string {
	if s.adminListener == nil {
		return ""
	}
	return "http://" + s.adminListener.Addr().String()
}

// serveAdmin serves it until ctx ends.
func (s *Server) serveAdmin(ctx context.Context) {
	if s.adminListener == nil {
		return
	}
	web := &http.Server{Handler: s.adminRoutes(), MaxHeaderBytes: maxHeaders, ReadTimeout: readHeaderTimeout, WriteTimeout: adminTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	stop := context.AfterFunc(ctx, func() { _ = web.Close() })
	defer stop()
	if err := web.Serve(s.adminListener); !errors.Is(err, http.ErrServerClosed) && ctx.Err() == nil {
		s.log.Error("metrics and profiles are not served any more", "error", err)
	}
}

// adminTimeout leaves time for a profile.
const adminTimeout = 2 * time.Minute

// certificate is the server's own, read again when its files have changed: who renews it need not
// restart the process.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	made    [2]time.Time // when the files were changed
	checked time.Time
}

// certificateEvery is how often the files are looked at.
const certificateEvery = 5 * time.Second

func newCertificate(cert, key string, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, log: log}
	if err := c.read(); err != nil {
		return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	return c, nil
}

func (c *certificate) times() (out [2]time.Time, err error) {
	for i, path := range []string{c.cert, c.key} {
		info, err := os.Stat(path)
		if err != nil {
			return out, err
		}
		out[i] = info.ModTime()
	}
	return out, nil
}

func (c *certificate) read() error {
	made, err := c.times()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return err
	}
	c.current, c.made, c.checked = &pair, made, time.Now()
	return nil
}

// get answers the present certificate. Files that are half written, or do not fit each other, leave
// the last one in force.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) > certificateEvery {
		c.checked = time.Now()
		if made, err := c.times(); err != nil || made != c.made {
			if err = errors.Join(err, c.read()); err != nil {
				c.log.Error("the new TLS certificate cannot be read; the last one goes on", "error", err)
			} else {
				c.log.Info("the TLS certificate was read anew")
			}
		}
	}
	return c.current, nil
}

// BeyondLoopback tells whether the server is reached from other machines.
func (s *Server) BeyondLoopback() bool { return !local.Loopback(s.listener.Addr()) }
