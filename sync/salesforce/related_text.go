package salesforce

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain drops what no text has: control characters other than line breaks and tabs, and the marks
// that turn the reading direction of what follows.
func plain(s *string) *string {
	if s == nil {
		return nil
	}
	out := strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(*s, "\uFFFD"))
	return &out
}

// previewLength is how much of an enhanced note its preview holds, in characters (facts §5).
const previewLength = 255

// preview is the text of an enhanced note as far as its preview goes, with a mark where it goes on.
func preview(s *string) *string {
	text := fromHTML(s)
	if s == nil || utf8.RuneCountInString(*s) < previewLength {
		return text
	}
	cut := strings.TrimRight(*text, " \n") + "…"
	return &cut
}

// hidden are elements whose content is not text for people.
var hidden = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Head: true, atom.Title: true, atom.Template: true, atom.Noscript: true, atom.Iframe: true, atom.Object: true,
	atom.Textarea: true, atom.Svg: true}

// breaks are elements that begin a line.
var breaks = map[atom.Atom]bool{atom.Br: true, atom.P: true, atom.Div: true, atom.Li: true, atom.Tr: true, atom.Ul: true, atom.Ol: true, atom.Table: true, atom.Blockquote: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Pre: true, atom.Hr: true}

// fromHTML is the text of an HTML fragment, its entities read, a line for each block. Text that
// only looks a little like HTML ("a < b") stays as it is.
func fromHTML(s *string) *string {
	if s == nil || !strings.ContainsAny(*s, "<&") {
		return plain(s)
	}
	var out strings.Builder
	skip := atom.Atom(0)
	for z := html.NewTokenizer(strings.NewReader(*s)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			break // the end: the tokenizer takes everything as HTML
		}
		token := z.Token()
		switch {
		case skip != 0:
			if kind == html.EndTagToken && token.DataAtom == skip {
				skip = 0
			}
		case kind == html.TextToken:
			out.WriteString(token.Data)
		case kind == html.StartTagToken && hidden[token.DataAtom]:
			skip = token.DataAtom
		case kind != html.CommentToken && breaks[token.DataAtom]:
			out.WriteByte('\n')
		}
	}
	lines := strings.Split(out.String(), "\n")
	kept := lines[:0]
	for _, line := range lines {
		if line = strings.TrimSpace(strings.ReplaceAll(line, "\u00a0", " ")); line != "" {
			kept = append(kept, line)
		}
	}
	text := strings.Join(kept, "\n")
	return plain(&text)
}
