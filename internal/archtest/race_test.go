package archtest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	raceless = regexp.MustCompile(`(?m)^//go:build !race$`)
	testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	plainRun = regexp.MustCompile(`(?m)^\t\$\(GO\) test \./(\S+) .*-run '?([^'\s]+)`)
)

// The race detector leaves some long tests out, so make test must run them once more without it.
func TestWhatTheRaceDetectorLeavesOutIsRunWithoutIt(t *testing.T) {
	makefile := read(t, "Makefile")
	_, commands, _ := strings.Cut(makefile, "\ntest-go:")
	commands, _, _ = strings.Cut(commands, "\n\n")
	runs := map[string]*regexp.Regexp{}
	for _, m := range plainRun.FindAllStringSubmatch(commands, -1) {
		runs[m[1]] = regexp.MustCompile(m[2])
	}
	found := 0
	eachGoFile(t, func(name, text string) {
		if !raceless.MatchString(text) {
			return
		}
		for _, m := range testFunc.FindAllStringSubmatch(text, -1) {
			found++
			if run := runs[filepath.ToSlash(filepath.Dir(name))]; run == nil || !run.MatchString(m[1]) {
				t.Errorf("%s: make test runs %s neither with the race detector nor without", name, m[1])
			}
		}
	})
	if found == 0 {
		t.Error("no test was found that the race detector leaves out")
	}
}
