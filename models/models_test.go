package models

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestADecimalIsExactOnEveryWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tenThousandths := rapid.Int64().Draw(t, "ten-thousandths")
		want := new(big.Rat).SetFrac64(tenThousandths, 10_000)
		d, err := ParseDecimal(want.FloatString(4))
		if err != nil {
			t.Fatal(err)
		}
		if d.Rat().Cmp(want) != 0 {
			t.Fatalf("%s was read as %s", want, d)
		}
		stored, err := d.Value()
		if err != nil || stored != tenThousandths {
			t.Fatalf("%s is stored as %v (%v)", d, stored, err)
		}
		var again Decimal
		for _, src := range []any{stored, []byte(fmt.Sprint(stored)), fmt.Sprint(stored)} {
			if err := again.Scan(src); err != nil || again != d {
				t.Fatalf("%s came back as %s (%v)", d, again, err)
			}
		}
		other := Decimal(new(big.Rat).SetFrac64(rapid.Int64().Draw(t, "other"), 10_000).FloatString(4))
		if sum := d.Add(other); sum.Rat().Cmp(new(big.Rat).Add(want, other.Rat())) != 0 {
			t.Fatalf("%s + %s = %s", d, other, sum)
		}
	})
}

func TestDecimalsAreReadInPlainAndExponentNotationOnly(t *testing.T) {
	for text, want := range map[string]Decimal{
		"12.50": "12.5", " -0.1 ": "-0.1", "1e3": "1000", "1.5E-3": "0.0015", "+7": "7", "0": "0", "-0": "0", "9007199254740993": "9007199254740993",
	} {
		if got, err := ParseDecimal(text); err != nil || got != want {
			t.Errorf("%q is %q (%v)", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "1/3", "0x10", "0b1", "1_000", "NaN", "Inf", "1e65", "1e-99999999999", "1e", "1,5", "1e+-5", "--1", strings.Repeat("9", 65), "1p3"} {
		if got, err := ParseDecimal(text); CodeOf(err) != CodeBadUserInput {
			t.Errorf("%q is %q (%v)", text, got, err)
		}
	}
}

func TestTheLongestDecimalThatIsReadHasSixtyFourCharacters(t *testing.T) {
	for text, want := range map[string]bool{
		strings.Repeat("9", 64): true, strings.Repeat("9", 65): false, " " + strings.Repeat("9", 64) + " ": true,
		"1e64": true, "1e65": false, "1e-64": true, "1e-65": false, "1e1000": false, "1e1001": false,
	} {
		if _, err := ParseDecimal(text); (err == nil) != want {
			t.Errorf("%q is read: %t (%v)", text, err == nil, err)
		}
	}
}

func TestADecimalIsReadOnlyFromWhatTheDatabaseHolds(t *testing.T) {
	for _, src := range []any{nil, 1.5, true, "x", []byte("1.5")} {
		d := Decimal("7")
		if err := d.Scan(src); err == nil || d != "7" {
			t.Errorf("%v was read as %s (%v)", src, d, err)
		}
	}
	if got := Decimal("nonsense").Rat(); got.Sign() != 0 {
		t.Errorf("text that is no number is %s", got)
	}
}

func TestADecimalThatTheDatabaseWouldCutIsRefused(t *testing.T) {
	for _, d := range []Decimal{"0.00001", "922337203685478", "1e30"} {
		if v, err := d.Value(); CodeOf(err) != CodeInvalidParameter {
			t.Errorf("%s is stored as %v (%v)", d, v, err)
		}
	}
	if v, err := Decimal("922337203685477.5807").Value(); err != nil || v != int64(9223372036854775807) {
		t.Errorf("the largest is stored as %v (%v)", v, err)
	}
	if _, err := Decimal("922337203685477.5808").Value(); CodeOf(err) != CodeInvalidParameter {
		t.Errorf("one more is %v", err)
	}
}

func TestDatesAreCalendarDays(t *testing.T) {
	if d, err := ParseDate("2024-02-29"); err != nil || d != "2024-02-29" {
		t.Error(d, err)
	}
	for _, text := range []string{"2023-02-29", "2024-2-9", "", "2024-02-29T00:00:00Z", "29.02.2024"} {
		if _, err := ParseDate(text); CodeOf(err) != CodeBadUserInput {
			t.Errorf("%q is %v", text, err)
		}
	}
}

func TestValuesComeBackFromTheDatabaseAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Values{}
		for name, text := range rapid.MapOf(rapid.StringMatching(`[A-Za-z_.]{1,12}`), rapid.String()).Draw(t, "values") {
			in[name] = Text(strings.ToValidUTF8(text, "\uFFFD"))
		}
		stored, err := in.Value()
		if err != nil {
			t.Fatal(err)
		}
		out := Values{}
		if err := out.Scan(stored); err != nil || len(out) != len(in) {
			t.Fatalf("%v came back as %v (%v)", in, out, err)
		}
		for name, v := range in {
			if got, read := out[name]; !read || got != v {
				t.Fatalf("%s: %q came back as %q", name, v, got)
			}
		}
	})
}

func TestABlankIsAValueAndNotTheAbsenceOfOne(t *testing.T) {
	v := Values{"cleared": Blank}
	over := Values{"cleared": Text("old"), "kept": Text("kept")}.With(v)
	if got, read := over["cleared"]; !read || !got.IsBlank() || over["kept"] != Text("kept") {
		t.Errorf("%v", over)
	}
	if raw, err := Blank.MarshalJSON(); err != nil || string(raw) != "null" || Blank.Ptr() != nil {
		t.Errorf("a blank is written as %s (%v)", raw, err)
	}
}

func TestAColumnHoldsNullForWhatIsBlank(t *testing.T) {
	for name, c := range map[string]struct {
		stored driver.Valuer
		want   driver.Value
	}{
		"a blank value": {Blank, nil}, "a value": {Text("a"), "a"}, "no values": {Values(nil), nil}, "empty values": {Values{}, "{}"},
		"no names": {Strings(nil), "[]"}, "names": {Strings{"a", "b"}, `["a","b"]`},
	} {
		if got, err := c.stored.Value(); err != nil || got != c.want {
			t.Errorf("%s is stored as %v (%v), want %v", name, got, err, c.want)
		}
	}
	for _, src := range []any{nil, "a", []byte("a")} {
		v := Text("before")
		want := "a"
		if src == nil {
			want = ""
		}
		if err := v.Scan(src); err != nil || v.String() != want {
			t.Errorf("%v is read as %q (%v)", src, v, err)
		}
	}
	v, values, names := Text("before"), Values{}, Strings{}
	if v.Scan(1) == nil || values.Scan(1) == nil || names.Scan(1) == nil {
		t.Error("a number is read as text")
	}
	if err := names.Scan([]byte(`["a"]`)); err != nil || len(names) != 1 {
		t.Errorf("%v %v", names, err)
	}
	if err := v.UnmarshalJSON([]byte("null")); err != nil || !v.IsBlank() {
		t.Errorf("null is read as %q (%v)", v, err)
	}
	if err := v.UnmarshalJSON([]byte("1")); err == nil {
		t.Error("a number is read as a value")
	}
}

func TestAMatchKeyIgnoresCaseAndSpaceAroundAndNothingElse(t *testing.T) {
	if MatchKey(Text("  Ada@Example.COM\t")) != MatchKey(Text("ada@example.com")) || MatchKey(Text("ÉCOLE")) != MatchKey(Text("école")) {
		t.Error("the same value has two keys")
	}
	if MatchKey(Text("a b")) == MatchKey(Text("ab")) || MatchKey(Text("ecole")) == MatchKey(Text("école")) || MatchKey(Text("  ")) != "" {
		t.Error("unlike values share a key")
	}
	rapid.Check(t, func(t *rapid.T) {
		key := MatchKey(Text(rapid.String().Draw(t, "text")))
		if again := MatchKey(Text(key)); again != key {
			t.Fatalf("the key of %q is %q", key, again)
		}
	})
}

// needs lists every need with the switches that it hangs on; alternatives are apart.
var needs = map[Need][]Switches{
	NeedVisible:       {CanSee},
	NeedContacts:      {CanSee | CanContacts},
	NeedAccounts:      {CanSee | CanAccounts},
	NeedContactInfo:   {CanSee | CanContacts | CanContactInfo},
	NeedAccountInfo:   {CanSee | CanAccounts | CanAccountInfo},
	NeedOpportunities: {CanSee | CanContacts | CanOpportunities, CanSee | CanAccounts | CanOpportunities},
	NeedNotes:         {CanSee | CanContacts | CanNotes, CanSee | CanAccounts | CanNotes},
	NeedEvents:        {CanSee | CanContacts | CanEvents, CanSee | CanAccounts | CanEvents},
	NeedTasks:         {CanSee | CanContacts | CanTasks, CanSee | CanAccounts | CanTasks},
	NeedLink:          {CanSee | CanContacts | CanContactInfo | CanLink},
}

func TestANeedIsMetByItsOwnSwitchesAlone(t *testing.T) {
	for s := Switches(0); s <= AllSwitches; s++ {
		a := Access{Switches: s}
		for need, ways := range needs {
			want := false
			for _, way := range ways {
				want = want || s&way == way
			}
			if a.Allows(need) != want {
				t.Fatalf("%s with %09b: %t", need, s, !want)
			}
		}
		if a.Allows("SOMETHING_NEW") {
			t.Fatal("a need that nobody knows is met")
		}
	}
}

func TestAPermissionChangesOnlyWhatItNames(t *testing.T) {
	off, on := false, true
	a := Access{Switches: AllSwitches, Hidden: Strings{"Contact.phone"}}
	got := ProfilePermission{Opportunities: &off}.Apply(a)
	if got.Switches != AllSwitches&^CanOpportunities || len(got.Hidden) != 1 {
		t.Errorf("%+v", got)
	}
	if blank := (ProfilePermission{}).Apply(a); blank.Switches != a.Switches || len(blank.Hidden) != 1 {
		t.Errorf("a change of nothing makes %+v", blank)
	}
	if none := (Access{}).HiddenFields(); none == nil || len(none) != 0 {
		t.Errorf("without hidden fields there are %v", none)
	}
	if some := a.HiddenFields(); len(some) != 1 || some[0] != "Contact.phone" {
		t.Errorf("%v", some)
	}
	if back := (ProfilePermission{Opportunities: &on, HiddenFields: []string{}}).Apply(got); back.Switches != AllSwitches || len(back.HiddenFields()) != 0 {
		t.Errorf("%+v", back)
	}
}

func TestAnErrorKeepsItsCodeThroughWrapping(t *testing.T) {
	cause := errors.New("dial tcp: secret.example refused")
	err := fmt.Errorf("while polling: %w", Wrap(cause, CodeBusy, "the vendor asks for a pause"))
	if CodeOf(err) != CodeBusy || !errors.Is(err, cause) || CodeOf(nil) != "" || CodeOf(cause) != CodeInternal || MayRetry(err) {
		t.Error(CodeOf(err))
	}
	if got := Errorf(CodeNotFound, "no %s", "link").Error(); got != "NOT_FOUND: no link" {
		t.Error(got)
	}
	if got := Wrap(cause, CodeBusy, "wait").Error(); got != "BUSY: wait: dial tcp: secret.example refused" {
		t.Error(got)
	}
	if !MayRetry(fmt.Errorf("again: %w", &Error{Code: CodeBusy, Retry: true})) {
		t.Error("an error that may be retried does not say so through wrapping")
	}
}

func TestEachSwitchHasItsGetterAndItsChange(t *testing.T) {
	off := false
	for name, c := range map[string]struct {
		change ProfilePermission
		bit    Switches
		get    func(Access) bool
	}{
		"visible":       {ProfilePermission{Visible: &off}, CanSee, Access.Visible},
		"contacts":      {ProfilePermission{Contacts: &off}, CanContacts, Access.Contacts},
		"accounts":      {ProfilePermission{Accounts: &off}, CanAccounts, Access.Accounts},
		"contactInfo":   {ProfilePermission{ContactInfo: &off}, CanContactInfo, Access.ContactInfo},
		"accountInfo":   {ProfilePermission{AccountInfo: &off}, CanAccountInfo, Access.AccountInfo},
		"opportunities": {ProfilePermission{Opportunities: &off}, CanOpportunities, Access.Opportunities},
		"notes":         {ProfilePermission{Notes: &off}, CanNotes, Access.Notes},
		"events":        {ProfilePermission{Events: &off}, CanEvents, Access.Events},
		"tasks":         {ProfilePermission{Tasks: &off}, CanTasks, Access.Tasks},
		"link":          {ProfilePermission{Link: &off}, CanLink, Access.Link},
	} {
		got := c.change.Apply(FullAccess)
		if got.Switches != AllSwitches&^c.bit || c.get(got) || !c.get(FullAccess) {
			t.Errorf("%s: %09b, %t", name, got.Switches, c.get(got))
		}
	}
}
