package store

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sidelight/internal/sample"
)

func TestSlowAndFailedStatementsAreSampledInTheLog(t *testing.T) {
	var out bytes.Buffer
	l := sqlLog{log: slog.New(slog.NewTextHandler(&out, nil)), lines: sample.New()}
	statement := func() (string, int64) { return "SELECT 1", 1 }
	for i := range 124_000 {
		var err error
		if i%2 == 0 {
			err = errors.New("x")
		}
		l.Trace(context.Background(), time.Now().Add(-2*time.Second), statement, err)
	}
	if n := strings.Count(out.String(), "\n"); n < 10 || n > 15 {
		t.Errorf("124000 slow statements made %d lines", n)
	}
}
