package models

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAPersonIsNamedByAnEmailOrByAContactsIDAndNeverByBoth(t *testing.T) {
	const long = 254 - len("@x.example")
	for name, c := range map[string]struct {
		email *string
		side  *Side
		id    *string
		want  PersonKey
		fault string // the field that is refused
	}{
		"an email, as it is compared":        {ptr("  Ada@X.Example "), nil, nil, PersonKey{Email: "ada@x.example"}, ""},
		"the shortest email":                 {ptr("a@b"), nil, nil, PersonKey{Email: "a@b"}, ""},
		"the longest email":                  {ptr(strings.Repeat("a", long) + "@x.example"), nil, nil, PersonKey{Email: strings.Repeat("a", long) + "@x.example"}, ""},
		"a longer email":                     {ptr(strings.Repeat("a", long+1) + "@x.example"), nil, nil, PersonKey{}, "email"},
		"an email with an @ in its name":     {ptr(`"a@b"@x.example`), nil, nil, PersonKey{Email: `"a@b"@x.example`}, ""},
		"nothing before the @":               {ptr("@x.example"), nil, nil, PersonKey{}, "email"},
		"nothing after the @":                {ptr("ada@"), nil, nil, PersonKey{}, "email"},
		"no @":                               {ptr("ada"), nil, nil, PersonKey{}, "email"},
		"a blank email":                      {ptr(" "), nil, nil, PersonKey{}, "email"},
		"nobody":                             {nil, nil, nil, PersonKey{}, "email"},
		"an email and an id":                 {ptr("a@b"), nil, ptr("7"), PersonKey{}, "email"},
		"an email and a side":                {ptr("a@b"), ptr(Desk), nil, PersonKey{}, "email"},
		"a side without an id":               {nil, ptr(Desk), nil, PersonKey{}, "email"},
		"an id of nobody knows which side":   {nil, nil, ptr("7"), PersonKey{}, "side"},
		"a Desk id":                          {nil, ptr(Desk), ptr(" 7 "), PersonKey{Side: Desk, ID: "7"}, ""},
		"the longest Desk id":                {nil, ptr(Desk), ptr(strings.Repeat("7", 32)), PersonKey{Side: Desk, ID: strings.Repeat("7", 32)}, ""},
		"a longer Desk id":                   {nil, ptr(Desk), ptr(strings.Repeat("7", 33)), PersonKey{}, "id"},
		"a Salesforce id as one of Desk's":   {nil, ptr(Desk), ptr("003000000000001AAA"), PersonKey{}, "id"},
		"a Salesforce id of 15 characters":   {nil, ptr(Salesforce), ptr("003000000000001"), PersonKey{Side: Salesforce, ID: "003000000000001AAA"}, ""},
		"a Salesforce id of 18 characters":   {nil, ptr(Salesforce), ptr("003000000000001AAA"), PersonKey{Side: Salesforce, ID: "003000000000001AAA"}, ""},
		"a Salesforce id of 16 characters":   {nil, ptr(Salesforce), ptr("003000000000001A"), PersonKey{}, "id"},
		"an account's id":                    {nil, ptr(Salesforce), ptr("001000000000001AAA"), PersonKey{}, "id"},
		"a Desk id as one of Salesforce's":   {nil, ptr(Salesforce), ptr("7"), PersonKey{}, "id"},
		"a blank id":                         {nil, ptr(Desk), ptr(" "), PersonKey{}, "id"},
		"an id of a side that is none of us": {nil, ptr(Side("ELSEWHERE")), ptr("7"), PersonKey{}, "side"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := PersonKeyOf(c.email, c.side, c.id)
			if got != c.want {
				t.Errorf("it is %+v, want %+v", got, c.want)
			}
			if c.fault == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			e, ok := AsError(err)
			if !ok || e.Code != CodeBadUserInput || !cmp.Equal(e.Fields, []string{c.fault}) {
				t.Errorf("refused with %v, want %s at fault", err, c.fault)
			}
		})
	}
}

func TestWhoIsToBeErasedIsNeverRepeatedInARefusal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who := rapid.StringMatching(`[A-Z]{4}[0-9]{4}`).Draw(t, "who")
		for _, ask := range []func() (PersonKey, error){
			func() (PersonKey, error) { return PersonKeyOf(&who, nil, nil) },
			func() (PersonKey, error) { return PersonKeyOf(&who, nil, &who) },
			func() (PersonKey, error) { return PersonKeyOf(nil, nil, &who) },
			func() (PersonKey, error) { return PersonKeyOf(nil, ptr(Desk), &who) },
			func() (PersonKey, error) { return PersonKeyOf(nil, ptr(Salesforce), &who) },
		} {
			if _, err := ask(); err == nil || strings.Contains(err.Error(), who) {
				t.Fatalf("%q is answered with %v", who, err)
			}
		}
	})
}

func TestTheAuditOfAnErasureHoldsCountsAndNoPerson(t *testing.T) {
	receipt := ErasureReceipt{
		ID: ptr("e1"), At: at(1), Records: 2, Tables: []ErasedTable{{"notes", 3}, {"links", 1}}, Tombstones: 4, Sharing: 5, Problem: ptr("space is left to free"),
	}
	want := map[string]any{"records": 2, "tables": map[string]any{"notes": 3, "links": 1}, "tombstones": 4}
	if diff := cmp.Diff(want, receipt.Audit()); diff != "" {
		t.Errorf("of an erasure: %s", diff)
	}
	if diff := cmp.Diff(map[string]any{"lifted": 6, "records": 7}, (LiftErasurePayload{Lifted: 6, Records: 7}).Audit()); diff != "" {
		t.Errorf("of lifting one: %s", diff)
	}
}
