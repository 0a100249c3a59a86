// Command prose counts comment lines of more than 100 columns, and wraps them with -w.
//
// It wraps comments that stand on lines of their own. A paragraph is wrapped again only where one
// of its lines is too long; code and directives inside of comments stay as they are. A comment
// behind code is only counted: it is to get a line of its own. A tab counts for four columns.
// Generated files are left alone.
//
//	prose [-w] [-max N] FILE…
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	columns  = 100
	tabWidth = 4
)

func main() {
	log.SetFlags(0)
	write := flag.Bool("w", false, "wrap the lines, in place")
	most := flag.Int("max", -1, "fail where more lines than this are too long; below zero is no limit")
	flag.Parse()
	count, all := map[string]int{}, 0
	for _, name := range flag.Args() {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		if bytes.Contains(text[:min(len(text), 400)], []byte("DO NOT EDIT")) {
			continue
		}
		lines := strings.Split(string(text), "\n")
		if *write {
			if wrapped := strings.Join(wrap(lines), "\n"); wrapped != string(text) {
				if err := os.WriteFile(name, []byte(wrapped), 0o644); err != nil {
					log.Fatal(err)
				}
				lines = strings.Split(wrapped, "\n")
			}
		}
		if n := tooLong(lines) + tooFarOut(lines); n > 0 {
			count[filepath.Dir(name)] += n
			all += n
		}
	}
	folders := make([]string, 0, len(count))
	for f := range count {
		folders = append(folders, f)
	}
	slices.SortFunc(folders, func(a, b string) int { return count[b] - count[a] })
	for _, f := range folders {
		fmt.Printf("%5d %s\n", count[f], f)
	}
	fmt.Printf("%5d comment lines of more than %d columns\n", all, columns)
	if *most >= 0 && all > *most {
		log.Fatalf("at most %d may be: begin a new line, before the code where there is some, or run scripts/prose -w FILE", *most)
	}
}

var (
	comment   = regexp.MustCompile(`^([\t ]*)//( ?)(.*)$`)
	directive = regexp.MustCompile(`^[\t ]*//(go:|nolint|line )`)
	item      = regexp.MustCompile(`^( *(?:-|\d+\.) +)(.*)$`)
)

func width(line string) int {
	return utf8.RuneCountInString(line) + (tabWidth-1)*strings.Count(line, "\t")
}

func isComment(line string) bool {
	return comment.MatchString(line) && !directive.MatchString(line)
}

func tooLong(lines []string) int {
	n := 0
	for _, line := range lines {
		if isComment(line) && width(line) > columns && breakable(line) {
			n++
		}
	}
	return n
}

// tooFarOut counts the lines of code that are too long with the comment behind them.
func tooFarOut(lines []string) int {
	text := []byte(strings.Join(lines, "\n"))
	set := token.NewFileSet()
	var s scanner.Scanner
	s.Init(set.AddFile("", -1, len(text)), text, nil, scanner.ScanComments)
	n := 0
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			return n
		}
		if line := lines[set.Position(pos).Line-1]; tok == token.COMMENT && strings.HasPrefix(literal, "//") &&
			!isComment(line) && !directive.MatchString(literal) && width(line) > columns {
			n++
		}
	}
}

// breakable tells whether a line can be broken at all: an address cannot.
func breakable(line string) bool {
	return len(strings.Fields(strings.TrimLeft(line, "\t /"))) > 1
}

// wrap wraps the paragraphs of comments that have a line that is too long.
func wrap(lines []string) []string {
	var out []string
	for i := 0; i < len(lines); {
		if !isComment(lines[i]) {
			out = append(out, lines[i])
			i++
			continue
		}
		end := i + 1
		for end < len(lines) && continues(lines[i], lines[end]) {
			end++
		}
		paragraph := lines[i:end]
		if tooLong(paragraph) > 0 {
			paragraph = wrapParagraph(paragraph)
		}
		out = append(out, paragraph...)
		i = end
	}
	return out
}

// continues tells whether the next line belongs to the paragraph that the first one begins.
func continues(first, next string) bool {
	if !isComment(next) {
		return false
	}
	a, b := comment.FindStringSubmatch(first), comment.FindStringSubmatch(next)
	if a[1] != b[1] || strings.TrimSpace(a[3]) == "" || strings.TrimSpace(b[3]) == "" || verbatim(a[3]) {
		return false
	}
	if hang := item.FindStringSubmatch(a[3]); hang != nil {
		return strings.HasPrefix(b[3], strings.Repeat(" ", len(hang[1])-1)) && item.FindStringSubmatch(b[3]) == nil
	}
	return !verbatim(b[3]) && !strings.HasPrefix(b[3], " ") && item.FindStringSubmatch(b[3]) == nil
}

// verbatim tells whether the text of a comment is code, which stays as it is.
func verbatim(text string) bool {
	return strings.HasPrefix(text, "\t") || (strings.HasPrefix(text, "  ") && item.FindStringSubmatch(text) == nil)
}

func wrapParagraph(lines []string) []string {
	first := comment.FindStringSubmatch(lines[0])
	if verbatim(first[3]) {
		return lines
	}
	var words []string
	for _, line := range lines {
		words = append(words, strings.Fields(comment.FindStringSubmatch(line)[3])...)
	}
	lead, hang := first[1]+"// ", ""
	if m := item.FindStringSubmatch(first[3]); m != nil {
		lead += m[1]
		hang = strings.Repeat(" ", len(m[1]))
		words = words[1:]
	}
	var out []string
	line := lead + words[0]
	for _, word := range words[1:] {
		if width(line)+1+utf8.RuneCountInString(word) > columns {
			out = append(out, line)
			line = first[1] + "// " + hang + word
			continue
		}
		line += " " + word
	}
	return append(out, line)
}
