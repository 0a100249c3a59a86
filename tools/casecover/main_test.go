package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const source = `package p

func f(a int) int {
	switch {
	case a > 1:
		return 1
	case a < 0, a == 0:
		return 2
	default:
		return 3
	}
}

func g(a int) bool {
	switch {
	case a > 1:
		return true
	}
	return false
}
`

// Of f the statement before the cases was reached three times, of g never.
const profile = `mode: set
module/p.go:3.19,4.9 1 3
module/p.go:5.13,6.11 1 1
module/p.go:14.20,15.9 1 0
`

func TestAConditionCountsAsOftenAsItsSwitch(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module module\n", "p.go": source, "cover": profile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cover := filepath.Join(dir, "cover")
	if err := complete(cover, dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(cover)
	if err != nil {
		t.Fatal(err)
	}
	want := profile + "module/p.go:5.7,5.12 1 3\nmodule/p.go:7.7,7.20 1 3\nmodule/p.go:16.7,16.12 1 0\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAProfileThatIsNoneIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module module\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cover := filepath.Join(dir, "cover")
	if err := os.WriteFile(cover, []byte("mode: set\nmodule/p.go:nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := complete(cover, dir); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("%v", err)
	}
	if err := complete(filepath.Join(dir, "none"), dir); err == nil {
		t.Error("a profile that does not exist is no error")
	}
}
