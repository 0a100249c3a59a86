package models

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestARestingFieldIsLeftAloneForTheValueThatWasRefused(t *testing.T) {
	refused := Rest{Field: "Phone", Side: Desk, Sent: Text("1"), Code: CodeInvalidParameter}
	rewritten := Rest{Field: "Phone", Side: Desk, Sent: Text("1"), Code: CodePingPong}
	for name, c := range map[string]struct {
		rest  Rest
		side  Side
		value Value
		want  bool
	}{
		"the same value to the same side":                    {refused, Desk, Text("1"), true},
		"another value":                                      {refused, Desk, Text("2"), false},
		"a blank":                                            {refused, Desk, Blank, false},
		"the same value to the other side":                   {refused, Salesforce, Text("1"), false},
		"a blank that was refused":                           {Rest{Side: Desk, Code: CodeReadOnly}, Desk, Blank, true},
		"rewritten by an automation, another value":          {rewritten, Desk, Text("2"), true},
		"rewritten by an automation, to the other side":      {rewritten, Salesforce, Text("1"), true},
		"known to be rewritten by an earlier version's list": {Rest{Field: "Phone", Code: CodePingPong}, Salesforce, Text("1"), true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.rest.Covers(c.side, c.value); got != c.want {
				t.Errorf("left alone: %t", got)
			}
		})
	}
}

func drawRests(t *rapid.T) Rests {
	var r Rests
	for range rapid.IntRange(0, 6).Draw(t, "rests") {
		r = r.With(drawRest(t))
	}
	return r
}

func drawRest(t *rapid.T) Rest {
	return Rest{
		Field: rapid.SampledFrom([]string{"Phone", "Title", "Fax"}).Draw(t, "field"),
		Side:  rapid.SampledFrom(Sides).Draw(t, "side"),
		Sent:  Text(rapid.SampledFrom([]string{"", "1", "ü\""}).Draw(t, "sent")),
		Code:  rapid.SampledFrom([]Code{CodePingPong, CodeInvalidParameter}).Draw(t, "code"),
	}
}

func TestAFieldRestsForOneReasonAtATime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, rest := drawRests(t), drawRest(t)
		kept := slices.Clone(before)
		after := before.With(rest)
		if got := after[len(after)-1]; got != rest {
			t.Fatalf("the field rests for %+v, want %+v", got, rest)
		}
		if others := before.Without(rest.Field); !slices.Equal(after[:len(after)-1], others) {
			t.Fatalf("the other fields' rests became %+v, want %+v", after, others)
		}
		for _, one := range after.Without(rest.Field) {
			if one.Field == rest.Field {
				t.Fatalf("%s rests although its rest was taken away", one.Field)
			}
			if !slices.Contains(before, one) {
				t.Fatalf("%+v came from nowhere", one)
			}
		}
		for _, one := range before {
			if one.Field != rest.Field && !slices.Contains(after, one) {
				t.Fatalf("the rest %+v of another field is gone", one)
			}
		}
		if !slices.Equal(before, kept) {
			t.Fatalf("the rests were changed in their place: %+v, were %+v", before, kept)
		}
	})
}

func TestRestsComeBackFromTheDatabaseAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rests := drawRests(t)
		stored, err := rests.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{stored, []byte(stored.(string))} {
			again := Rests{{Field: "before"}}
			if err := again.Scan(src); err != nil || !slices.Equal(again, rests) {
				t.Fatalf("%+v came back as %+v (%v)", rests, again, err)
			}
		}
	})
}

func TestRestsAreReadAsEachVersionStoredThem(t *testing.T) {
	for name, c := range map[string]struct {
		stored any
		want   Rests
		fails  bool
	}{
		"nothing":                        {nil, nil, false},
		"none":                           {"[]", nil, false},
		"names of rewritten fields":      {`["Phone","Title"]`, Rests{{Field: "Phone", Code: CodePingPong}, {Field: "Title", Code: CodePingPong}}, false},
		"a rest":                         {`[{"field":"Phone","side":"DESK","sent":"1","code":"READ_ONLY_FIELD"}]`, Rests{{Field: "Phone", Side: Desk, Sent: Text("1"), Code: CodeReadOnly}}, false},
		"both, after an upgrade":         {`["Phone",{"field":"Fax","side":"SALESFORCE","sent":null,"code":"READ_ONLY_FIELD"}]`, Rests{{Field: "Phone", Code: CodePingPong}, {Field: "Fax", Side: Salesforce, Code: CodeReadOnly}}, false},
		"a number, which no version did": {`[7]`, nil, true},
		"no list":                        {`{}`, nil, true},
		"no text":                        {7, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			var got Rests
			err := got.Scan(c.stored)
			if (err != nil) != c.fails {
				t.Fatalf("read with %v", err)
			}
			if diff := cmp.Diff(c.want, got, byText); diff != "" {
				t.Error(diff)
			}
		})
	}
	if stored, err := Rests(nil).Value(); err != nil || stored != "[]" {
		t.Errorf("none are stored as %v (%v)", stored, err)
	}
}
