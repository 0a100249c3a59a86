package models

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestACardNamesEachOfItsPartsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		parts []CardPart
		want  string // what is refused
	}{
		"all":                  {CardParts, ""},
		"none":                 {[]CardPart{}, ""},
		"one":                  {[]CardPart{PartNotes}, ""},
		"one twice, together":  {[]CardPart{PartNotes, PartNotes}, "card.parts names NOTES twice: name each part once"},
		"one twice, far apart": {[]CardPart{PartTasks, PartNotes, PartEvents, PartTasks}, "card.parts names TASKS twice: name each part once"},
	} {
		t.Run(name, func(t *testing.T) {
			err := CardLayout{Parts: c.parts}.Check()
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e, ok := AsError(err)
			if !ok || e.Code != CodeBadUserInput || e.Message != c.want || !slices.Equal(e.Fields, []string{"card"}) {
				t.Errorf("refused with %+v", err)
			}
		})
	}
}

func TestACardThatNobodyLaidOutShowsEveryPart(t *testing.T) {
	every := []CardPart{PartContact, PartAccount, PartOpportunities, PartNotes, PartEvents, PartTasks}
	standard := StandardCard()
	for _, part := range every {
		if !slices.Contains(standard.Parts, part) {
			t.Errorf("%s is left out", part)
		}
	}
	if len(standard.Parts) != len(every) || standard.TellHidden {
		t.Errorf("it is %+v", standard)
	}
	standard.Parts[0] = PartTasks
	if again := StandardCard(); !slices.Equal(again.Parts, CardParts) || CardParts[0] == PartTasks {
		t.Errorf("laying out one profile's card changed the standard to %+v", again)
	}
}

func TestALayoutComesBackFromTheDatabaseAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := CardLayout{
			Parts:      append([]CardPart{}, rapid.Permutation(CardParts).Draw(t, "parts")[:rapid.IntRange(0, len(CardParts)).Draw(t, "shown")]...),
			TellHidden: rapid.Bool().Draw(t, "tell"),
		}
		stored, err := want.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{stored, []byte(stored.(string))} {
			var got CardLayout
			if err := got.Scan(src); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestALayoutThatWasNotStoredIsTheStandardOne(t *testing.T) {
	if stored, err := (CardLayout{}).Value(); err != nil || stored != "" {
		t.Errorf("one that nobody chose is stored as %q (%v)", stored, err)
	}
	for _, src := range []any{nil, "", []byte{}, []byte(nil)} {
		got := CardLayout{Parts: []CardPart{PartNotes}, TellHidden: true}
		if err := got.Scan(src); err != nil {
			t.Errorf("%#v: %v", src, err)
		}
		if diff := cmp.Diff(StandardCard(), got); diff != "" {
			t.Errorf("%#v: %s", src, diff)
		}
	}
	for _, src := range []any{7, "no JSON", []byte("[")} {
		var got CardLayout
		if err := got.Scan(src); err == nil {
			t.Errorf("%#v is read as %+v", src, got)
		}
	}
}
