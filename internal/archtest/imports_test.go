package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	gopath "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the module's folder.
const root = "../.."

// mayImport is the one table of import rules: which components of this module a component may
// import outside its tests. A package that stands in no row belongs to the row of its nearest
// parent. A row may stand before its package exists; it binds as soon as the package appears.
var mayImport = map[string][]string{
	// Nouns and their pure rules.
	"internal/id":       {},
	"internal/lifetime": {},
	"internal/local":    {},
	"internal/sample":   {},
	"models":            {},
	"models/store":      {"models", "internal/sample"},

	// The pure parts of the engine.
	"sync/mapping":   {"models"},
	"sync/reconcile": {"models"},
	"sync/plan":      {"models", "sync/mapping", "sync/reconcile"},

	// The engine's stages meet in the store: observe, plan and execute never import each other.
	"sync/vendor":   {"models"},
	"sync/lease":    {},
	"sync/mirror":   {"models", "sync/mapping", "sync/vendor"},
	"sync/history":  {"models", "internal/id"},
	"sync/observe":  {"models", "sync/lease", "sync/mirror", "sync/vendor"},
	"sync/gather":   {"models", "internal/id", "sync/mapping", "sync/plan", "sync/vendor"},
	"sync/execute":  {"models", "internal/id", "sync/mapping", "sync/mirror", "sync/vendor"},
	"sync/compare":  {"models", "internal/id", "sync/gather", "sync/lease", "sync/mirror", "sync/plan", "sync/vendor"},
	"sync/rehearse": {"models", "internal/id", "sync/gather", "sync/mapping", "sync/mirror", "sync/vendor"},
	"sync/related":  {"models", "sync/lease", "sync/vendor"},
	"sync/engine": {
		"models", "internal/id", "sync/vendor", "sync/lease", "sync/mirror", "sync/history", "sync/mapping", "sync/observe", "sync/plan",
		"sync/gather", "sync/execute", "sync/compare", "sync/rehearse",
	},
	"sync": {}, // documentation alone

	// The vendors' clients, their simulators, and the suite that both must pass.
	"sync/salesforce": {"models", "sync/vendor"},
	"sync/zohodesk":   {"models", "sync/vendor"},
	"sync/simulator":  {"internal/local"},
	"sync/remotetest": {"models", "sync/vendor"},

	// What people reach.
	"widget":     {"models", "internal/lifetime"},
	"graph/gate": {"models"},
	"graph":      {"models", "widget", "graph/gate"},
	"server": {
		"models", "models/store", "internal/lifetime", "internal/local", "internal/sample", "sync/vendor", "sync/engine", "sync/mapping", "sync/related", "sync/salesforce", "sync/zohodesk",
		"widget", "graph",
	},
	"": {"server", "sync/simulator"},

	// Helpers of tests: no program imports them.
	"internal/archtest": {},
	"internal/testkit":  {},
}

// forbidden are imports from outside the module that one component alone may have (only), or that a
// component must not have (not).
var forbidden = []struct {
	what    string
	matches func(imported string) bool
	only    string
	not     []string
	reason  string
}{
	{
		what: "gorm", only: "models/store", reason: "every query stands in the store",
		matches: func(imported string) bool { return strings.Contains(imported, "gorm") },
	},
	{
		what: "context", not: []string{"models", "sync/mapping", "sync/reconcile", "sync/plan"}, reason: "the package is pure: it waits for nothing",
		matches: func(imported string) bool { return imported == "context" },
	},
	{
		what: "a module", not: []string{"models"}, reason: "the nouns use the standard library alone",
		matches: func(imported string) bool {
			first, _, _ := strings.Cut(imported, "/")
			return strings.Contains(first, ".")
		},
	},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	packages := list(t)
	if len(packages) < 20 {
		t.Fatalf("only %d packages were looked at", len(packages))
	}
	for _, p := range packages {
		for _, broken := range check(p) {
			t.Error(broken)
		}
	}
}

// The rules can fail: a table that lets everything through would pass the test above.
func TestAForbiddenImportIsFound(t *testing.T) {
	for _, c := range []struct {
		name     string
		from     string
		imported string
		want     bool
	}{
		{"the store imports gorm", "sidelight/models/store", "gorm.io/gorm", false},
		{"the test databases belong to the store", "sidelight/models/store/storetest", "gorm.io/gorm", false},
		{"a server imports gorm", "sidelight/server", "gorm.io/driver/mysql", true},
		{"plan imports context", "sidelight/sync/plan", "context", true},
		{"gather imports context", "sidelight/sync/gather", "context", false},
		{"models import a module", "sidelight/models", "golang.org/x/sync/errgroup", true},
		{"models import the standard library", "sidelight/models", "encoding/json", false},
		{"observe imports plan", "sidelight/sync/observe", "sidelight/sync/plan", true},
		{"plan imports observe", "sidelight/sync/plan", "sidelight/sync/observe", true},
		{"execute imports plan", "sidelight/sync/execute", "sidelight/sync/plan", true},
		{"plan imports execute", "sidelight/sync/plan", "sidelight/sync/execute", true},
		{"the engine imports all stages", "sidelight/sync/engine", "sidelight/sync/execute", false},
		{"the engine imports a client", "sidelight/sync/engine", "sidelight/sync/salesforce", true},
		{"a client imports its twin", "sidelight/sync/zohodesk", "sidelight/sync/simulator/desk", true},
		{"the twin imports the nouns", "sidelight/sync/simulator/salesforce", "sidelight/models", true},
		{"parts of a component import each other", "sidelight/sync/simulator", "sidelight/sync/simulator/desk", false},
		{"the card imports the API", "sidelight/widget", "sidelight/graph", true},
		{"a program imports helpers of tests", "sidelight/server", "sidelight/internal/testkit", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := check(pkg{ImportPath: c.from, Imports: []string{c.imported}})
			if got := len(broken) > 0; got != c.want {
				t.Errorf("forbidden is %t, want %t: %v", got, c.want, broken)
			}
		})
	}
}

func TestEveryRowNamesComponentsThatHaveRows(t *testing.T) {
	for component, targets := range mayImport {
		for _, target := range targets {
			if _, ok := mayImport[target]; !ok {
				t.Errorf("the row of %q names %q, which has no row", component, target)
			}
		}
	}
}

// list is every package of the module with what it imports outside its tests. It reads the files
// itself: the test's cached result then ends when one of them changes.
func list(t *testing.T) []pkg {
	t.Helper()
	byPath := map[string]*pkg{}
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
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		path := gopath.Join("sidelight", filepath.ToSlash(rel))
		if byPath[path] == nil {
			byPath[path] = &pkg{ImportPath: path}
		}
		for _, i := range f.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			byPath[path].Imports = append(byPath[path].Imports, imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var packages []pkg
	for _, p := range byPath {
		packages = append(packages, *p)
	}
	return packages
}

// isModule tells whether a folder holds a module of its own.
func isModule(name string) bool {
	_, err := os.Stat(filepath.Join(name, "go.mod"))
	return err == nil
}

// check says which of the package's imports break a rule.
func check(p pkg) []string {
	var broken []string
	component := componentOf(p.ImportPath)
	for _, imported := range p.Imports {
		for _, f := range forbidden {
			if f.matches(imported) && ((f.only != "" && component != f.only) || slices.Contains(f.not, component)) {
				broken = append(broken, p.ImportPath+" imports "+imported+": "+f.reason)
			}
		}
		if imported != "sidelight" && !strings.HasPrefix(imported, "sidelight/") {
			continue
		}
		if target := componentOf(imported); target != component && !slices.Contains(mayImport[component], target) {
			broken = append(broken, p.ImportPath+" imports "+imported+": "+component+" may import only "+strings.Join(mayImport[component], ", "))
		}
	}
	return broken
}

// componentOf is the row of mayImport that a package belongs to.
func componentOf(importPath string) string {
	path := strings.TrimPrefix(strings.TrimPrefix(importPath, "sidelight"), "/")
	for path != "" {
		if _, ok := mayImport[path]; ok {
			return path
		}
		path = path[:max(strings.LastIndex(path, "/"), 0)]
	}
	return ""
}
