package archtest

import (
	"strings"
	"testing"
)

// maxLines is how many lines a file stays below: one idea is told in fewer.
const maxLines = 500

func TestEveryFileIsShortUnlessItIsGenerated(t *testing.T) {
	files := 0
	eachGoFile(t, func(name, text string) {
		files++
		if lines := strings.Count(text, "\n"); lines >= maxLines {
			t.Errorf("%s has %d lines: split it by what it is about, below %d", name, lines, maxLines)
		}
	})
	if files < 300 {
		t.Errorf("only %d files were found", files)
	}
}
