package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are those whose citations of files are checked.
var documents = []string{"CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md", "docs/invariants.md"}

var (
	citation  = regexp.MustCompile("`([^` ]+)`")
	testName  = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
	fileName  = regexp.MustCompile(`^\.?[\w.-]+(/[\w.-]+)*(/|\.(go|md|sql|graphqls|tsx?|yml|mod))$`)
	declared  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	numbered  = regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \|`)
	reference = regexp.MustCompile(`invariants? ([A-Z]\d+)`)
)

func TestEveryFileTestAndPromiseThatIsCitedExists(t *testing.T) {
	tests, references := map[string]bool{}, map[string][]string{}
	eachGoFile(t, func(name, text string) {
		for _, m := range declared.FindAllStringSubmatch(text, -1) {
			tests[m[1]] = true
		}
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			references[m[1]] = append(references[m[1]], name)
		}
	})
	for _, document := range documents {
		cited := 0
		for _, m := range citation.FindAllStringSubmatch(read(t, document), -1) {
			switch what := m[1]; {
			case testName.MatchString(what):
				cited++
				if !tests[what] {
					t.Errorf("%s cites the test %s, which does not exist", document, what)
				}
			case fileName.MatchString(what):
				cited++
				if _, err := os.Stat(filepath.Join(root, what)); err != nil {
					t.Errorf("%s cites %s, which does not exist", document, what)
				}
			}
		}
		if cited == 0 {
			t.Errorf("%s cites nothing: are its citations still found?", document)
		}
	}
	known := map[string]bool{}
	for _, m := range numbered.FindAllStringSubmatch(read(t, "docs/invariants.md"), -1) {
		if known[m[1]] {
			t.Errorf("two promises have the number %s", m[1])
		}
		known[m[1]] = true
	}
	for number, files := range references {
		if !known[number] {
			t.Errorf("%s cites invariant %s, which does not exist", strings.Join(files, ", "), number)
		}
	}
}

func TestEveryPromiseIsEnforcedAndProved(t *testing.T) {
	rows := 0
	for line := range strings.Lines(read(t, "docs/invariants.md")) {
		if !numbered.MatchString(line) {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 || !strings.Contains(cells[2], ".go`") || !strings.Contains(cells[3], "`Test") {
			t.Errorf("say where it is enforced and which tests prove it: %s", line)
		}
	}
	if rows < 30 {
		t.Errorf("only %d promises were found", rows)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// eachGoFile calls for each Go file of the module, generated ones excepted.
func eachGoFile(t *testing.T, call func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != root && (base == "node_modules" || base == "testdata" || strings.HasPrefix(base, ".") || isModule(name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := string(b)
		if head, _, _ := strings.Cut(text, "\npackage "); !strings.Contains(head, "DO NOT EDIT.") {
			rel, _ := filepath.Rel(root, name)
			call(filepath.ToSlash(rel), text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
