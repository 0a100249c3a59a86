package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport are the walls of the house: which packages of this module a package may import outside its tests. A package that
// stands in no row belongs to the row of its nearest parent.
var mayImport = map[string][]string{
	"models":         {},
	"models/store":   {"models"},
	"sync/mapping":   {"models"},
	"sync/reconcile": {"models"},
	"sync/salesforce": {
		"models"},
	"sync/zohodesk":   {"models"},
	"sync/simulator":  {},
	"sync/remotetest": {"models", "sync"},
	"sync":            {"models", "sync/mapping", "sync/reconcile"},
	"widget":          {"models"},
	"graph":           {"models", "sync", "widget"},
	"server":          {"models", "models/store", "sync", "sync/mapping", "sync/salesforce", "sync/zohodesk", "widget", "graph"},
	"":                {"server", "sync/simulator"},
}

// gormOnly may import gorm.
const gormOnly = "models/store"

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	type pkg struct {
		ImportPath string
		Imports    []string
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		room := roomOf(p.ImportPath)
		for _, imported := range p.Imports {
			if strings.Contains(imported, "gorm") && room != gormOnly {
				t.Errorf("%s imports %s; only %s may", p.ImportPath, imported, gormOnly)
			}
			if imported != "sidelight" && !strings.HasPrefix(imported, "sidelight/") {
				continue
			}
			target := roomOf(imported)
			if target != room && !slices.Contains(mayImport[room], target) {
				t.Errorf("%s imports %s; the room %q may import only %v", p.ImportPath, imported, room, mayImport[room])
			}
		}
	}
	if seen < 10 {
		t.Fatalf("only %d packages were looked at", seen)
	}
}

// roomOf is the row of mayImport that a package belongs to.
func roomOf(importPath string) string {
	path := strings.TrimPrefix(strings.TrimPrefix(importPath, "sidelight"), "/")
	for path != "" {
		if _, ok := mayImport[path]; ok {
			return path
		}
		cut := strings.LastIndex(path, "/")
		path = path[:max(cut, 0)]
	}
	return ""
}
