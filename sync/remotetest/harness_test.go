package remotetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/sync/simulator/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newClock is the vendors' time; what it skews is the clients'.
func newClock() *testkit.Clock {
	return testkit.NewClock(time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC))
}

// vault keeps credentials as a store would.
type vault struct {
	mu   sync.Mutex
	held models.Credentials
}

func (v *vault) get(context.Context) (models.Credentials, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.held, nil
}

func (v *vault) save(_ context.Context, c models.Credentials) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held = c
	return nil
}

// Spoil leaves a refresh token that was never given out.
func (v *vault) Spoil() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held.RefreshToken, v.held.AccessToken = "1000.never.given.out", ""
}

func (v *vault) Secrets() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return []string{v.held.AccessToken, v.held.RefreshToken, v.held.ClientSecret}
}

// site is what both simulated vendors have in common.
type site struct {
	*testkit.Clock
	*vault
	t        *testing.T
	url      string
	injector *fault.Injector
	http     *http.Client
	header   http.Header // that signs calls of others in
}

// decode reads an answer as a JSON object.
func decode(t *testing.T, res *http.Response) map[string]any {
	t.Helper()
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode >= 300 {
		t.Fatalf("%d, %v", res.StatusCode, err)
	}
	return out
}

// call is a call of somebody else; it answers the JSON.
func (s *site) call(method, path string, payload any) map[string]any {
	s.t.Helper()
	raw, err := json.Marshal(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range s.header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.http.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %d %s, %v", method, path, res.StatusCode, text, err)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return out
}

func (s *site) Faults(rules string) {
	s.t.Helper()
	if err := s.injector.Load([]byte(rules)); err != nil {
		s.t.Fatal(err)
	}
}

// calls counts the calls that are no sign-in.
func (s *site) calls(counts func(pattern string) bool) (n int) {
	for pattern, count := range s.injector.Stats().Calls {
		if !strings.Contains(pattern, "/oauth") && counts(pattern) {
			n += int(count)
		}
	}
	return n
}

func (s *site) Called() int { return s.calls(func(string) bool { return true }) }

func (s *site) Sent() int {
	return s.calls(func(pattern string) bool { return !strings.HasPrefix(pattern, "GET ") })
}
