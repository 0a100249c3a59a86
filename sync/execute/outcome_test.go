package execute

import (
	"testing"

	"sidelight/models"
)

func TestWhatAVendorKeptLessOfIsNamed(t *testing.T) {
	w := &writer{side: models.Desk}
	for name, c := range map[string]struct {
		sent, kept string
		code       models.Code
	}{
		"as sent":           {"abc", "abc", ""},
		"trimmed":           {"abc ", "abc", ""},
		"in other case":     {"abc", "ABC", ""},
		"reformatted":       {"+15550100", "+1 555 0100", ""},
		"cut":               {"abcdef", "abc", models.CodeValueTooLong},
		"the same number":   {"1.50", "1.5", ""},
		"rounded":           {"1.5", "2", models.CodeInvalidParameter},
		"digits cut off":    {"12.345", "12.34", models.CodeInvalidParameter},
		"not kept":          {"abc", "", models.CodeInvalidParameter},
		"an empty checkbox": {"false", "", ""},
		"replaced entirely": {"abc", "xyz", ""},
	} {
		err := w.lossyField(models.Values{"f": models.Text(c.sent)}, models.Values{"f": models.Text(c.kept)})
		if (err == nil) != (c.code == "") || (err != nil && (err.Code != c.code || len(err.Fields) != 1)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
