package models

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAStatusSaysWhatTheSyncMayDo(t *testing.T) {
	type may struct{ Read, Write bool }
	for status, want := range map[IntegrationStatus]may{
		StatusNotConnected: {}, StatusReady: {Read: true}, StatusLoading: {true, true}, StatusActive: {true, true}, StatusPaused: {}, StatusBroken: {}, StatusDeleted: {}, "": {},
	} {
		if got := (may{status.Reading(), status.Writing()}); got != want {
			t.Errorf("%s may %+v, want %+v", status, got, want)
		}
	}
}

func TestOnlyDriftThatLosesSomethingIsAProblem(t *testing.T) {
	in := Integration{Drift: []MappingDrift{{Name: "wider"}, {Name: "gone", Problem: &MappingProblem{Code: CodeInvalidParameter, Message: "gone"}}}}
	if diff := cmp.Diff([]MappingProblem{{Code: CodeInvalidParameter, Message: "gone"}}, in.MappingProblems()); diff != "" {
		t.Error(diff)
	}
	if got := (Integration{}).MappingProblems(); got == nil || len(got) != 0 {
		t.Errorf("without drift there are %v", got)
	}
}

func TestCredentialsNeverPrintThemselves(t *testing.T) {
	c := Credentials{ClientSecret: "hunter2", PrivateKey: "hunter2", RefreshToken: "hunter2", AccessToken: "hunter2"}
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(form, c); strings.Contains(got, "hunter2") {
			t.Errorf("%s prints %s", form, got)
		}
		if got := fmt.Sprintf(form, &c); strings.Contains(got, "hunter2") {
			t.Errorf("%s of a pointer prints %s", form, got)
		}
	}
}

func TestACompareIsSummedUpWhenItIsThrough(t *testing.T) {
	objects := []DriftObject{
		{Pairs: 10, Equal: 7, Differences: []DriftDifference{{Reason: DriftMissed, Count: 2}, {Reason: DriftFailed, Count: 5}}},
		{Pairs: 3, Equal: 3, Differences: []DriftDifference{{Reason: DriftMissed, Count: 1}}},
	}
	alone := []DriftObject{{Pairs: 10, Equal: 7, Alone: 2}, {Pairs: 3, Equal: 3, Alone: 1}}
	want := "10 of 13 pairs are equal; 3 changes had been missed"
	wantAlone := "10 of 13 pairs are equal; 0 changes had been missed; 3 records have no counterpart"
	for _, c := range []struct {
		name   string
		report DriftReport
		want   *string
	}{
		{"through", DriftReport{Status: RunDone, Objects: objects}, &want},
		{"stopped on the way", DriftReport{Status: RunStopped, Objects: objects}, &want},
		{"with records that stand alone", DriftReport{Status: RunDone, Objects: alone}, &wantAlone},
		{"still going on", DriftReport{Status: RunRunning, Objects: objects}, nil},
		{"stopped before it saw anything", DriftReport{Status: RunStopped}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.report.Summary()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFailureRestsLongerEachTimeUpToADay(t *testing.T) {
	for _, c := range []struct {
		code     Code
		attempts int
		want     time.Duration
	}{
		{CodeAlreadyMapped, 0, time.Minute},
		{CodeAlreadyMapped, 1, time.Minute},
		{CodeAmbiguousMatch, 2, 2 * time.Minute},
		{CodeAmbiguousMatch, 3, 4 * time.Minute},
		{CodeDuplicate, 1, 5 * time.Minute},
		{CodeParentMissing, 4, 40 * time.Minute},
		{CodeNoAccess, 13, 24 * time.Hour},
		{CodeDeleted, 100, 24 * time.Hour},
		{CodeRequiredFieldMissing, 1 << 40, 24 * time.Hour},
		{CodeAlreadyMapped, 11, 1024 * time.Minute},
		{CodeAlreadyMapped, 12, 24 * time.Hour},
		{CodeTypeMismatch, 1, 0},
		{CodeValueTooLong, 3, 0},
		{"SOMETHING_NEW", 1, 0},
	} {
		if got := c.code.RetryWait(c.attempts); got != c.want {
			t.Errorf("%s rests for %s after %d attempts, want %s", c.code, got, c.attempts, c.want)
		}
	}
}
