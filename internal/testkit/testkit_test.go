package testkit

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
)

// recorder is a test that may end: it notes the message.
type recorder struct {
	testing.TB
	failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%v", args...) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = format
	if len(args) > 0 {
		if s, ok := args[0].(string); ok {
			r.failed = s
		}
	}
	runtime.Goexit()
}

// ends tells the message with which a test ends; "" where it does not.
func ends(call func(testing.TB)) string {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		call(r)
	}()
	<-done
	return r.failed
}

func TestWaitingEndsWhenItHoldsAndTheTestWhenItNeverDoes(t *testing.T) {
	n := 0
	if got := ends(func(t testing.TB) { Soon(t, "three", func() bool { n++; return n == 3 }) }); got != "" || n != 3 {
		t.Errorf("ended with %q after %d", got, n)
	}
	never := func() bool { return false }
	if got := ends(func(t testing.TB) { Within(t, time.Millisecond, "never", never, func() string { return "it is 4" }) }); got != "never: it is 4" {
		t.Errorf("ended with %q", got)
	}
	if got := ends(func(t testing.TB) { Must(t, context.Canceled) }); got == "" {
		t.Error("an error does not end the test")
	}
	if got := ends(func(t testing.TB) { Must(t, nil) }); got != "" {
		t.Errorf("ended with %q", got)
	}
}

func TestTheClockStandsUntilItIsMoved(t *testing.T) {
	at := time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC)
	c := NewClock(at)
	c.Advance(time.Minute)
	c.Skew(-time.Hour)
	if c.Now() != at.Add(time.Minute) || c.Skewed() != at.Add(time.Minute-time.Hour) {
		t.Errorf("%s, and wrong %s", c.Now(), c.Skewed())
	}
}

func TestACallIsSentAndItsAnswerRead(t *testing.T) {
	var got *http.Request
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		b := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(b)
		body = string(b)
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte(`{"data":{"a":{"b":[1]}},"errors":[{"extensions":{"code":"NOT_FOUND"}}]}`))
	}))
	defer server.Close()
	r := Ask(t, server.Client(), server.URL, "token", "{a}", "x", 1)
	if got.Header.Get("Authorization") != "Bearer token" || got.Header.Get("Content-Type") != "application/json" || body != `{"query":"{a}","variables":{"x":1}}` {
		t.Errorf("sent %v %s", got.Header, body)
	}
	if r.Status != http.StatusTeapot || r.Code() != "NOT_FOUND" || len(List(r.Data("a"), "b")) != 1 || Dig(r.Body, "data", "a", "c", "d") != nil {
		t.Errorf("%+v", r)
	}
	r = Send(t, server.Client(), Request(t, http.MethodPost, server.URL, "plain", "X-One", "1"))
	if body != "plain" || got.Header.Get("X-One") != "1" || got.Header.Get("Content-Type") != "" || (Reply{}).Code() != "" {
		t.Errorf("sent %v %q, got %+v", got.Header, body, r)
	}
}
