package models

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestEveryProblemOfTheDatabaseSaysWhatMendsIt(t *testing.T) {
	for _, p := range []DatabaseProblem{
		DatabaseFull, DatabaseDisk, DatabaseReadOnly, DatabaseDamaged, DatabaseMissing, DatabaseReplaced, DatabaseUnreachable,
		DatabaseNoQuorum, DatabaseBusy, DatabaseRefused, DatabaseEmpty, DatabaseFailing,
	} {
		if text := p.Sentence(); len(strings.Split(strings.TrimSuffix(text, "."), ". ")) < 2 || !strings.HasSuffix(text, ".") {
			t.Errorf("%s says %q", p, text)
		}
	}
	if len(databaseProblems) != 12 {
		t.Errorf("there are %d problems, some of which nobody looked at", len(databaseProblems))
	}
}

func TestWhoStartsSidelightIsNotToldThatItGoesOnByItself(t *testing.T) {
	for p := range databaseProblems {
		text := p.AtStart()
		if strings.Contains(text, "goes on by itself") || strings.HasSuffix(text, ".") || text == "" {
			t.Errorf("%s says %q", p, text)
		}
		if !strings.HasPrefix(p.Sentence(), text) {
			t.Errorf("%s says at the start %q, and later %q", p, text, p.Sentence())
		}
	}
}

func TestWhoCannotBeAnsweredForTheDatabaseIsToldToTryAgain(t *testing.T) {
	cause := errors.New("disk full at /var/lib/x")
	err := Unavailable(cause)
	if CodeOf(err) != CodeUnavailable || !MayRetry(err) || err.RetryAfter != 5*time.Second || !errors.Is(err, cause) {
		t.Errorf("%+v", err)
	}
	if strings.Contains(err.Explain(), "disk") {
		t.Errorf("a caller reads the admin's details: %s", err.Explain())
	}
}
