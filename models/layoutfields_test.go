package models

import (
	"fmt"
	"reflect"
	"testing"
)

func TestALayoutIsKeptAsItIsAndOneThatNobodyChoseIsTheStandardOne(t *testing.T) {
	for name, l := range map[string]CardLayout{
		"the standard one":  StandardCard(),
		"with no part":      {Parts: []CardPart{}, TellHidden: true},
		"with fields":       {Parts: []CardPart{PartNotes}, ContactFields: []string{"phone", "Tier__c"}, AccountFields: []string{"owner"}},
		"only the accounts": {Parts: []CardPart{PartAccount}, AccountFields: []string{"website"}},
	} {
		kept, err := l.Value()
		if err != nil {
			t.Fatal(err)
		}
		var back CardLayout
		if err := back.Scan(kept); err != nil || !reflect.DeepEqual(back, l) {
			t.Errorf("%s: %+v, %v", name, back, err)
		}
		if err := l.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, blank := range []any{nil, "", []byte{}} {
		var l CardLayout
		if err := l.Scan(blank); err != nil || !reflect.DeepEqual(l, StandardCard()) {
			t.Errorf("%v: %+v, %v", blank, l, err)
		}
	}
	if kept, err := (CardLayout{}).Value(); err != nil || kept != "" {
		t.Errorf("%v, %v", kept, err)
	}
	if err := new(CardLayout).Scan("{"); err == nil {
		t.Error("what is no layout was read")
	}
}

func TestALayoutNamesEachPartAndFieldOnce(t *testing.T) {
	many := make([]string, maxCardFields+1)
	for i := range many {
		many[i] = fmt.Sprint("F", i)
	}
	if err := (CardLayout{ContactFields: many[1:]}).Check(); err != nil {
		t.Error(err)
	}
	for name, l := range map[string]CardLayout{
		"a part twice":    {Parts: []CardPart{PartNotes, PartTasks, PartNotes}},
		"a field twice":   {ContactFields: []string{"phone", "email", "phone"}},
		"of an account":   {AccountFields: []string{"phone", "phone"}},
		"no field":        {ContactFields: []string{""}},
		"a path":          {AccountFields: []string{"Account.phone"}},
		"too long a name": {ContactFields: []string{"F" + fmt.Sprintf("%0100d", 0)}},
		"too many":        {AccountFields: many},
	} {
		if err := l.Check(); CodeOf(err) != CodeBadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}
