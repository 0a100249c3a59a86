package mapping

import (
	"testing"

	"pgregory.net/rapid"

	"sidelight/models"
)

func TestAValueIsComparedInItsCanonicalForm(t *testing.T) {
	for _, c := range []struct {
		kind        models.FieldType
		value, want string
	}{
		{models.TypeDecimal, "1.50", "1.5"},
		{models.TypeInteger, "1e3", "1000"},
		{models.TypeCurrency, "many", "many"},
		{models.TypePercent, "", ""},
		{models.TypeBoolean, "TRUE", "true"},
		{models.TypeEmail, "Ada@X.example", "ada@x.example"},
		{models.TypeText, "Ada 1.50", "Ada 1.50"},
		{models.TypeDateTime, "2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05.000Z"},
		{models.TypeDateTime, "soon", "soon"},
		{models.TypeDate, "2026-01-02", "2026-01-02"},
		{models.TypeMultiselect, " a ;; b;", "a;b"},
		{models.TypePicklist, " a ", " a "},
	} {
		if got := Canonical(models.Text(c.value), field("f", c.kind)); got.String() != c.want {
			t.Errorf("%s %q: got %q, want %q", c.kind, c.value, got, c.want)
		}
	}
}

func TestTheCanonicalFormIsItsOwn(t *testing.T) {
	kinds := []models.FieldType{models.TypeDecimal, models.TypeBoolean, models.TypeEmail, models.TypeDateTime, models.TypeMultiselect, models.TypeText}
	rapid.Check(t, func(t *rapid.T) {
		f := field("f", rapid.SampledFrom(kinds).Draw(t, "kind"))
		value := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"1.50", "-0", "1e3", "TRUE", " a ;b", "2026-01-02T03:04:05.678901+02:00"})).Draw(t, "value")
		once := Canonical(models.Text(value), f)
		if again := Canonical(once, f); again != once {
			t.Fatalf("%s %q is %q, and that is %q", f.Type, value, once, again)
		}
	})
}

func TestANumberIsCarriedOverWholeOrNotAtAll(t *testing.T) {
	from := field("a", models.TypeDecimal)
	for _, c := range []struct {
		name, value string
		to          models.Field
		want        string // the value, or a code
	}{
		{"as many digits before the point as fit", "12345678", field("b", models.TypeDecimal, digits(10, 2)), "12345678"},
		{"one more", "123456789", field("b", models.TypeDecimal, digits(10, 2)), "INVALID_PARAMETER"},
		{"a sign is no digit", "-12345678.12", field("b", models.TypeDecimal, digits(10, 2)), "-12345678.12"},
		{"as many digits after the point as fit", "0.12", field("b", models.TypeDecimal, digits(10, 2)), "0.12"},
		{"one more after it", "0.123", field("b", models.TypeDecimal, digits(10, 2)), "INVALID_PARAMETER"},
		{"no limits are known", "123456789.123456", field("b", models.TypeDecimal), "123456789.123456"},
		{"the precision alone is known", "1.123456", field("b", models.TypeDecimal, digits(3, 0)), "1.123456"},
		{"the precision alone is known, and too small", "1234", field("b", models.TypeDecimal, digits(3, 0)), "INVALID_PARAMETER"},
		{"the scale alone is known", "123456789.12", field("b", models.TypeDecimal, scale(2)), "123456789.12"},
		{"a whole number", "12", field("b", models.TypeInteger, digits(2, 0)), "12"},
		{"zeros are no fraction", "12.00", field("b", models.TypeInteger), "12"},
		{"a percentage", "12.5", field("b", models.TypePercent, digits(3, 1)), "12.5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := converted(c.value, from, c.to); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for value, want := range map[string]string{
		"0.123":  "b keeps 2 digits after the point, the value has 3",
		"123456": "b keeps 4 digits before the point, the value has 6",
	} {
		if _, err := Convert(models.Text(value), from, field("b", models.TypeDecimal, digits(6, 2))); err == nil || err.Message != want {
			t.Errorf("%s: %v, want %q", value, err, want)
		}
	}
}

// converted is the value or the error's code.
func converted(value string, from, to models.Field) string {
	v, err := Convert(models.Text(value), from, to)
	if err != nil {
		return string(err.Code)
	}
	return v.String()
}

func TestTextOfEachKindIsMadeToFitItsTarget(t *testing.T) {
	text, email, url := field("a", models.TypeText), field("b", models.TypeEmail), field("b", models.TypeURL)
	for _, c := range []struct {
		name, value string
		from, to    models.Field
		want        string
	}{
		{"an address", "a@x.example", text, email, "a@x.example"},
		{"an address without a name", "@x.example", text, email, "INVALID_PARAMETER"},
		{"an address without a host", "a@", text, email, "INVALID_PARAMETER"},
		{"an address needs no scheme", "a@x.example", field("a", models.TypeURL), email, "a@x.example"},
		{"a link with a scheme", "ftp://x.example", text, url, "ftp://x.example"},
		{"a link without one", "x.example", text, url, "https://x.example"},
		{"a link that fits no more with one", "x.example", text, field("b", models.TypeURL, length(16)), "VALUE_TOO_LONG"},
		{"choices as a link", "a;b", field("a", models.TypeMultiselect), url, "https://a;b"},
		{"choices as text", "a; b", field("a", models.TypeMultiselect), text, "a, b"},
		{"semicolons of text are text", "a; b", text, text, "a; b"},
		{"a phone", "+1 555", text, field("b", models.TypePhone, length(6)), "+1 555"},
		{"a checkbox", "TRUE", field("a", models.TypeBoolean), text, "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := converted(c.value, c.from, c.to); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAChoiceIsTakenInTheTargetsOwnSpelling(t *testing.T) {
	text := field("a", models.TypeText)
	for _, c := range []struct {
		name, value string
		to          models.Field
		want        string
	}{
		{"the exact one before another spelling of it", "gold", field("b", models.TypePicklist, only("Gold", "gold")), "gold"},
		{"another spelling", "GOLD", field("b", models.TypePicklist, only("Tin", "Gold")), "Gold"},
		{"an unknown one in an open list", "lead", field("b", models.TypePicklist, choices("Gold")), "lead"},
		{"an unknown one that is too long", "lead", field("b", models.TypePicklist, choices("Gold"), length(3)), "VALUE_TOO_LONG"},
		{"an unknown one in a closed list", "lead", field("b", models.TypePicklist, only("Gold")), "INVALID_PICKLIST_VALUE"},
		{"several, one of which is unknown", "gold;lead", field("b", models.TypeMultiselect, only("Gold")), "INVALID_PICKLIST_VALUE"},
		{"several in an open list", "gold;lead", field("b", models.TypeMultiselect, choices("Gold")), "Gold;lead"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := converted(c.value, text, c.to); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestYesAndNoAndDaysAreReadInEveryFormTheVendorsUse(t *testing.T) {
	text := field("a", models.TypeText)
	for kind, values := range map[models.FieldType]map[string]string{
		models.TypeBoolean:  {"true": "true", "1": "true", "YES": "true", "False": "false", "0": "false", "no": "false", "2": "TYPE_MISMATCH"},
		models.TypeDate:     {"2026-03-01": "2026-03-01", "2026-03-01T23:30:00-05:00": "2026-03-02", "2026-02-30": "TYPE_MISMATCH"},
		models.TypeDateTime: {"2026-03-01": "2026-03-01T00:00:00.000Z", "2026-03-01T23:30:00-05:00": "2026-03-02T04:30:00.000Z", "23:30": "TYPE_MISMATCH"},
		models.TypeOther:    {"x": "TYPE_MISMATCH"},
	} {
		for value, want := range values {
			if got := converted(value, text, field("b", kind)); got != want {
				t.Errorf("%s %q: got %q, want %q", kind, value, got, want)
			}
		}
	}
}

func TestAnErrorNamesAFieldByItsLabelElseByItsName(t *testing.T) {
	labelled := field("b", models.TypeBoolean, func(f *models.Field) { f.Label = "Active" })
	plain := field("b", models.TypeBoolean, func(f *models.Field) { f.Label = "" })
	for want, to := range map[string]models.Field{"Active takes yes or no": labelled, "b takes yes or no": plain} {
		if _, err := Convert(models.Text("perhaps"), field("a", models.TypeText), to); err == nil || err.Message != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
