// Command casecover completes a coverage profile with the conditions of switch cases.
//
// The Go compiler counts statements. The condition of a case is part of none, so a mutation tool
// that looks a condition up in the profile takes it for unreached, however often it was evaluated.
// Each condition gets the count of the statement that its switch belongs to. A condition that an
// earlier case always hides is then taken for reached: its mutants survive, and are counted as
// such.
//
//	casecover PROFILE MODULE-FOLDER
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: casecover PROFILE MODULE-FOLDER")
	}
	if err := complete(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// block is one line of a profile.
type block struct {
	fromLine, fromColumn, toLine, toColumn, statements, count int
}

func (b block) holds(p token.Position) bool {
	after := p.Line > b.fromLine || (p.Line == b.fromLine && p.Column >= b.fromColumn)
	before := p.Line < b.toLine || (p.Line == b.toLine && p.Column < b.toColumn)
	return after && before
}

// complete adds the blocks of conditions to the profile's file.
func complete(profile, root string) error {
	module, err := moduleName(root)
	if err != nil {
		return err
	}
	files, err := read(profile)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(profile, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	for name, blocks := range files {
		added, err := conditions(filepath.Join(root, strings.TrimPrefix(name, module+"/")), blocks)
		if err != nil {
			return err
		}
		for _, b := range added {
			if _, err := fmt.Fprintf(out, "%s:%d.%d,%d.%d 1 %d\n", name, b.fromLine, b.fromColumn, b.toLine, b.toColumn, b.count); err != nil {
				return err
			}
		}
	}
	return out.Close()
}

// conditions are the blocks of a file's case conditions, each with the count of its switch.
func conditions(path string, blocks []block) ([]block, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		return nil, err
	}
	var added []block
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SwitchStmt)
		if !ok {
			return true
		}
		count := 0
		for _, b := range blocks {
			if b.holds(set.Position(s.Pos())) {
				count = b.count
			}
		}
		for _, c := range s.Body.List {
			c := c.(*ast.CaseClause)
			if len(c.List) == 0 {
				continue
			}
			from, to := set.Position(c.List[0].Pos()), set.Position(c.Colon)
			added = append(added, block{from.Line, from.Column, to.Line, to.Column, 1, count})
		}
		return true
	})
	return added, nil
}

// read is the profile by file, without its first line.
func read(profile string) (map[string][]block, error) {
	f, err := os.Open(profile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string][]block{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, rest, found := strings.Cut(lines.Text(), ".go:")
		if !found {
			continue
		}
		var b block
		if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.fromLine, &b.fromColumn, &b.toLine, &b.toColumn, &b.statements, &b.count); err != nil {
			return nil, fmt.Errorf("%s: %w", lines.Text(), err)
		}
		out[name+".go"] = append(out[name+".go"], b)
	}
	return out, nil
}

func moduleName(root string) (string, error) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(strings.TrimPrefix(line, "module")), nil
}
