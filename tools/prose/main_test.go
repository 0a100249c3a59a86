package main

import (
	"strings"
	"testing"
)

func TestOnlyParagraphsThatAreTooLongAreWrapped(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 25)) // 124 columns
	for _, c := range []struct {
		name, in, want string
	}{
		{"short", "// A short one\n// in two lines.", "// A short one\n// in two lines."},
		{
			"too long, with the rest of its paragraph", "// " + long + "\n// tail.",
			"// " + strings.TrimSpace(strings.Repeat("word ", 19)) + "\n// " + strings.TrimSpace(strings.Repeat("word ", 6)) + " tail.",
		},
		{"another paragraph is left", "// one\n// two\n//\n// three", "// one\n// two\n//\n// three"},
		{"code inside of a comment", "//\t" + long, "//\t" + long},
		{"a directive", "//go:generate " + long, "//go:generate " + long},
		{"no comment", "x := " + long, "x := " + long},
		{
			"an item hangs", "//   - " + long, "//   - " + strings.TrimSpace(strings.Repeat("word ", 18)) + "\n//     " + strings.TrimSpace(strings.Repeat("word ", 7)),
		},
		{"an address cannot be broken", "// https://example.com/" + strings.Repeat("x", 100), "// https://example.com/" + strings.Repeat("x", 100)},
		{"a tab is four columns", "\t// " + strings.Repeat("x", 46) + " " + strings.Repeat("y", 46), "\t// " + strings.Repeat("x", 46) + " " + strings.Repeat("y", 46)},
		{"one column more", "\t// " + strings.Repeat("x", 46) + " " + strings.Repeat("y", 47), "\t// " + strings.Repeat("x", 46) + "\n\t// " + strings.Repeat("y", 47)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(wrap(strings.Split(c.in, "\n")), "\n")
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if again := strings.Join(wrap(strings.Split(got, "\n")), "\n"); again != got {
				t.Errorf("wrapped again it is\n%s", again)
			}
		})
	}
}

func TestLinesAreCountedByWhatCanBeSeen(t *testing.T) {
	for line, want := range map[string]int{
		"// " + strings.Repeat("ä ", 48) + "x":            0, // 100 columns
		"// " + strings.Repeat("ä ", 48) + "xx":           1,
		"//go:embed " + strings.Repeat("x ", 80):          0,
		"code() // " + strings.Repeat("x ", 80):           0,
		"\t// " + strings.Repeat("ä ", 46) + "x":          0,
		"\t// " + strings.Repeat("ä ", 46) + "xx":         1,
		"// https://x.example/" + strings.Repeat("x", 90): 0,
	} {
		if got := tooLong([]string{line}); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}

func TestACommentBehindCodeIsCountedWhereTheLineIsTooLong(t *testing.T) {
	word := strings.Repeat("x", 88)
	for line, want := range map[string]int{
		"a := 1 // " + word + "xx":                                 0, // 100 columns
		"a := 1 // " + word + "xxx":                                1,
		"\ta := 1 // " + strings.Repeat("ä", 86):                   0, // a tab is four columns
		"\ta := 1 // " + strings.Repeat("ä", 87):                   1,
		"// " + word + " " + word:                                  0, // counted by itself
		"exec(a) //nolint:gosec // " + word:                        0, // a directive
		`a := "http://` + word + `x" // as is`:                     1,
		`a := "http://` + word + word + `"`:                        0, // text, and no comment
		"a := `\nb // " + word + word + "\n`":                      0,
		"func() { // " + word + "x\n// " + word + "\n} // " + word: 1,
	} {
		if got := tooFarOut(strings.Split(line, "\n")); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}
