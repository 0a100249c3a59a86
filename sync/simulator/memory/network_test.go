package memory

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const place = "127.0.0.1:1"

// pair is both ends of a connection that was made by dialling.
func pair(t *testing.T) (client, server net.Conn, stop func()) {
	t.Helper()
	n := New(place)
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := n[place].Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}()
	client, err := n.DialContext(context.Background(), place)
	if err != nil {
		t.Fatal(err)
	}
	server = <-accepted
	return client, server, func() {
		_, _, _ = client.Close(), server.Close(), n[place].Close()
	}
}

func TestAConnectionBehavesAsAllDo(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		c1, c2, stop = pair(t)
		return c1, c2, stop, nil
	})
}

func TestWhatWasWrittenBeforeTheEndIsRead(t *testing.T) {
	client, server, stop := pair(t)
	defer stop()
	if _, err := client.Write([]byte("last words")); err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	if got, err := io.ReadAll(server); err != nil || string(got) != "last words" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := server.Write([]byte("late")); err == nil {
		t.Error("somebody took what was written to a closed connection")
	}
}

func TestADeadlineThatWasTakenBackMeansNothing(t *testing.T) {
	client, server, stop := pair(t)
	defer stop()
	for range 1000 {
		_ = server.SetReadDeadline(time.Unix(1, 0))
		if _, err := server.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		_ = server.SetReadDeadline(time.Time{})
		if _, err := client.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if n, err := server.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
}

func TestWaitingLetsVirtualTimeGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server, stop := pair(t)
		defer stop()
		_ = server.SetReadDeadline(time.Now().Add(time.Hour))
		begun := time.Now()
		if _, err := server.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != time.Hour {
			t.Error(err, time.Since(begun))
		}
		_ = client.SetWriteDeadline(time.Now().Add(time.Minute))
		if n, err := client.Write(make([]byte, 2*capacity)); n != capacity || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(n, err)
		}
	})
}

func TestDiallingNobodyFails(t *testing.T) {
	n := New(place)
	if _, err := n.DialContext(t.Context(), "127.0.0.1:2"); err == nil {
		t.Error("an address of nobody answered")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := n.DialContext(ended, place); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_ = n[place].Close()
	if _, err := n.DialContext(t.Context(), place); err == nil {
		t.Error("a closed listener answered")
	}
	if _, err := n[place].Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
