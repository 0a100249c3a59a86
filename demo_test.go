package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"sidelight/internal/testkit"
)

// printed keeps what a command prints while it runs.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func TestTheDemoWarnsWhenStrangersCanReachIt(t *testing.T) {
	for listen, warns := range map[string]bool{"127.0.0.1:0": false, "0.0.0.0:0": true} {
		t.Run(listen, func(t *testing.T) {
			var c commands
			free := "127.0.0.1:0"
			_, err := kong.Must(&c).Parse([]string{"demo", "--data", t.TempDir(), "--listen", listen, "--salesforce-listen", free, "--pubsub-listen", free, "--desk-listen", free,
				"--contacts=5", "--accounts=2", "--log-level=error"})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			out, ended := &printed{}, make(chan error, 1)
			go func() { ended <- c.Demo.Run(ctx, out) }()
			testkit.Within(t, time.Minute, "the demo is ready", func() bool { return strings.Contains(out.String(), "Try it") })
			cancel()
			if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
			if text := out.String(); strings.HasPrefix(text, "WARNING: the demo listens beyond this machine") != warns {
				t.Errorf("it prints %.200s", text)
			}
		})
	}
}
