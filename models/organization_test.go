package models

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEachSideHasItsOwnOrganization(t *testing.T) {
	in := &Integration{}
	in.SetOrg(Desk, "700")
	in.SetOrg(Salesforce, "00D")
	if in.Org(Desk) != "700" || in.Org(Salesforce) != "00D" {
		t.Errorf("Desk's is %q, Salesforce's %q", in.Org(Desk), in.Org(Salesforce))
	}
	if (&Integration{}).Org(Desk) != "" || (&Integration{}).Org(Salesforce) != "" {
		t.Error("before anything is connected an organization is known")
	}
}

func TestASideThatIsNotWhatItsLinksWereMadeWithHaltsTheSync(t *testing.T) {
	for name, c := range map[string]struct {
		before, want Integration
	}{
		"while it is on": {
			Integration{Status: StatusActive, Resume: StatusReady, Epoch: 4, Brake: BrakeReleased, WaitingUntil: ptr(at(9))},
			Integration{Status: StatusBroken, Resume: StatusActive, Epoch: 5, Reason: ptr("why"), ReasonCode: CodeWentBack},
		},
		"while it is paused": {
			Integration{Status: StatusPaused, Resume: StatusLoading, Epoch: 4},
			Integration{Status: StatusPaused, Resume: StatusLoading, Epoch: 5, Reason: ptr("why"), ReasonCode: CodeWentBack},
		},
		"while it is broken already": {
			Integration{Status: StatusBroken, Resume: StatusLoading, Epoch: 4, Reason: ptr("credentials"), ReasonCode: CodeBadCredentials, Brake: BrakeOn},
			Integration{Status: StatusBroken, Resume: StatusLoading, Epoch: 5, Reason: ptr("why"), ReasonCode: CodeWentBack},
		},
		"when it has been deleted": {
			Integration{Status: StatusDeleted, Epoch: 4},
			Integration{Status: StatusDeleted, Epoch: 4},
		},
		"a second time, for another reason": {
			Integration{Status: StatusBroken, Resume: StatusActive, Epoch: 4, Reason: ptr("first"), ReasonCode: CodeOtherOrganization},
			Integration{Status: StatusBroken, Resume: StatusActive, Epoch: 4, Reason: ptr("first"), ReasonCode: CodeOtherOrganization},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.before
			got.Replace(CodeWentBack, "why")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestASideThatIsItselfAgainLetsTheSyncGoOnWhereItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := Integration{
			Status: rapid.SampledFrom([]IntegrationStatus{StatusReady, StatusLoading, StatusActive, StatusPaused}).Draw(t, "status"),
			Resume: rapid.SampledFrom([]IntegrationStatus{StatusReady, StatusLoading, StatusActive}).Draw(t, "resume"),
			Epoch:  rapid.Int64Range(0, 9).Draw(t, "epoch"),
		}
		in := before
		in.Replace(rapid.SampledFrom([]Code{CodeOtherOrganization, CodeWentBack, CodeGoneWithoutTrace}).Draw(t, "code"), "why")
		if !in.Replaced() || in.Status.Writing() || in.Status.Reading() || in.Epoch <= before.Epoch {
			t.Fatalf("it is not halted: %+v", in)
		}
		in.Returned()
		if in.Replaced() || in.Status != before.Status || in.Reason != nil || in.ReasonCode != "" {
			t.Fatalf("it goes on as %+v, was %+v", in, before)
		}
		if before.Status == StatusPaused && in.Resume != before.Resume {
			t.Fatalf("resuming leads to %s, led to %s", in.Resume, before.Resume)
		}
		if in.Epoch <= before.Epoch {
			t.Fatal("what was planned before the halt may be written after it")
		}
	})
}

func TestASideThatWasAlwaysItselfEndsNoOtherReason(t *testing.T) {
	for name, before := range map[string]Integration{
		"broken for its credentials": {Status: StatusBroken, Resume: StatusActive, Reason: ptr("credentials"), ReasonCode: CodeBadCredentials},
		"broken by the brake":        {Status: StatusBroken, Resume: StatusActive, Reason: ptr("brake"), ReasonCode: CodeMassDelete, Brake: BrakeOn},
		"waiting for calls":          {Status: StatusActive, Reason: ptr("calls"), ReasonCode: CodeQuotaExhausted},
		"active":                     {Status: StatusActive},
	} {
		in := before
		in.Returned()
		if diff := cmp.Diff(before, in); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if in.Replaced() {
			t.Errorf("%s: it is taken for another side", name)
		}
	}
}

func TestASyncThatBeginsAnewKnowsNothingOfTheRecordsAndKeepsItsSettings(t *testing.T) {
	in := Integration{
		ID: 1, Status: StatusBroken, Resume: StatusActive, Reason: ptr("why"), ReasonCode: CodeWentBack, Brake: BrakeOn, WaitingUntil: ptr(at(1)),
		LoadedAt: ptr(at(2)), PausedAt: ptr(at(3)), LastSyncedAt: ptr(at(4)), BrakeReleasedAt: ptr(at(5)), GoneAcceptedAt: ptr(at(6)), Epoch: 6,
		Direction: SalesforceToDesk, ConflictPolicy: DeskWins, DeletePolicy: StayDeleted, HistoryDays: 7, DeskOrg: "700", SalesforceOrg: "00D", Erasures: 8,
	}
	in.BeginAnew()
	want := Integration{
		ID: 1, Status: StatusReady, Resume: StatusReady, Epoch: 7,
		Direction: SalesforceToDesk, ConflictPolicy: DeskWins, DeletePolicy: StayDeleted, HistoryDays: 7, DeskOrg: "700", SalesforceOrg: "00D", Erasures: 8,
	}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyAHaltForRecordsGoneWithoutATraceIsEndedByAcceptingThem(t *testing.T) {
	for name, c := range map[string]struct {
		before, want Integration
		accepted     bool
	}{
		"gone without a trace": {
			Integration{Status: StatusBroken, Resume: StatusActive, Reason: ptr("gone"), ReasonCode: CodeGoneWithoutTrace, Epoch: 4},
			Integration{Status: StatusActive, Resume: StatusActive, GoneAcceptedAt: ptr(at(9)), Epoch: 4}, true,
		},
		"gone without a trace, while it is paused": {
			Integration{Status: StatusPaused, Resume: StatusActive, Reason: ptr("gone"), ReasonCode: CodeGoneWithoutTrace},
			Integration{Status: StatusPaused, Resume: StatusActive, GoneAcceptedAt: ptr(at(9))}, true,
		},
		"went back in time": {
			Integration{Status: StatusBroken, Resume: StatusActive, Reason: ptr("back"), ReasonCode: CodeWentBack, GoneAcceptedAt: ptr(at(1))},
			Integration{Status: StatusBroken, Resume: StatusActive, Reason: ptr("back"), ReasonCode: CodeWentBack, GoneAcceptedAt: ptr(at(1))}, false,
		},
		"another organization": {
			Integration{Status: StatusBroken, Reason: ptr("other"), ReasonCode: CodeOtherOrganization},
			Integration{Status: StatusBroken, Reason: ptr("other"), ReasonCode: CodeOtherOrganization}, false,
		},
		"nothing is wrong": {Integration{Status: StatusActive}, Integration{Status: StatusActive}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.before
			if accepted := got.AcceptGone(at(9)); accepted != c.accepted {
				t.Errorf("accepted: %t", accepted)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheTokenThatIsGivenBackTakesEveryOtherWithIt(t *testing.T) {
	for name, c := range map[string]struct {
		credentials Credentials
		want        string
	}{
		"a refresh token and an access token": {Credentials{RefreshToken: "r", AccessToken: "a"}, "r"},
		"an access token alone":               {Credentials{AccessToken: "a"}, "a"},
		"neither":                             {Credentials{ClientSecret: "s"}, ""},
	} {
		if got := c.credentials.Revocable(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAVendorsOwnWordsAreOneLineOfBoundedLength(t *testing.T) {
	for name, c := range map[string]struct{ words, want string }{
		"as they were":                 {"Close date must be later", "Close date must be later"},
		"over several lines":           {" Close\r\n\tdate  must\u00a0be\x00later\n", "Close date must be later"},
		"nothing":                      {"", ""},
		"nothing but space":            {"\n \t\x07", ""},
		"as long as it may be":         {strings.Repeat("ü", MaxSaid), strings.Repeat("ü", MaxSaid)},
		"one character longer":         {strings.Repeat("ü", MaxSaid+1), strings.Repeat("ü", MaxSaid-1) + "…"},
		"long only by space around it": {" " + strings.Repeat("ü", MaxSaid) + " ", strings.Repeat("ü", MaxSaid)},
	} {
		if got := Errorf(CodeInvalidParameter, "refused").Saying(c.words).Said; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		said := (&Error{}).Saying(rapid.StringN(0, 2*MaxSaid, -1).Draw(t, "words")).Said
		if utf8.RuneCountInString(said) > MaxSaid {
			t.Fatalf("%d characters are kept", utf8.RuneCountInString(said))
		}
		if strings.ContainsFunc(said, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.Contains(said, "  ") {
			t.Fatalf("it is no line of words: %q", said)
		}
		if again := (&Error{}).Saying(said).Said; again != said {
			t.Fatalf("said again it is %q, was %q", again, said)
		}
	})
}

func TestAnAdminReadsTheVendorsWordsAndNoLogDoes(t *testing.T) {
	e := Errorf(CodeInvalidParameter, "the value is refused")
	if got := e.Explain(); got != "the value is refused" {
		t.Errorf("without words of the vendor: %q", got)
	}
	e = e.Saying("Ada may not be a boss")
	if got := e.Explain(); got != "the value is refused: Ada may not be a boss" {
		t.Errorf("an admin reads %q", got)
	}
	if got := fmt.Sprint(e, fmt.Errorf("while writing: %w", e)); strings.Contains(got, "Ada") {
		t.Errorf("a log reads %q", got)
	}
}

func TestTheFirstErrorWithACodeIsFoundThroughWrapping(t *testing.T) {
	first := Wrap(Errorf(CodeInternal, "deeper"), CodeBusy, "wait")
	if got, ok := AsError(fmt.Errorf("while polling: %w", first)); !ok || got != first {
		t.Errorf("found %v, %t", got, ok)
	}
	for name, err := range map[string]error{"no error": nil, "an error without a code": errors.New("x")} {
		if got, ok := AsError(err); ok || got != nil {
			t.Errorf("%s: found %v", name, got)
		}
	}
	if !errors.Is(first, first.Cause) || errors.Unwrap(Errorf(CodeBusy, "wait")) != nil {
		t.Error("the cause is lost, or made up")
	}
}
