package salesforce

import (
	neturl "net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"sidelight/sync/simulator/soql"
)

// maxFound is how many records a search answers.
const maxFound = 2000

// searchable are the objects that are searched where none is named.
var searchable = []string{"Account", "Contact", "Event", "Note", "Opportunity", "Task", "User"}

func badSearch(message string) *apiError { return badRequest("MALFORMED_SEARCH", message) }

// sought is what to search in one object: a query without its terms.
type sought struct {
	object string
	fields string // comma-separated; Id when empty
	rest   string // WHERE, ORDER BY, LIMIT and OFFSET
}

// search answers a statement of SOSL.
func (s *Server) search(c *call) (any, error) {
	text := c.request.URL.Query().Get("q")
	if text == "" {
		return nil, badSearch("q is a required parameter")
	}
	p := &soslReader{rest: text}
	if !p.word("FIND") {
		return nil, badSearch("unexpected token: '" + p.next() + "'")
	}
	terms, err := p.braces()
	if err != nil {
		return nil, err
	}
	group := "ALL"
	if p.word("IN") {
		group = p.next()
		if p.take(len(group)); !p.word("FIELDS") {
			return nil, badSearch("unexpected token: '" + p.next() + "'")
		}
	}
	var wanted []sought
	if p.word("RETURNING") {
		if wanted, err = p.returning(); err != nil {
			return nil, err
		}
	}
	most := maxFound
	if p.word("LIMIT") {
		n, err := strconv.Atoi(p.next())
		if err != nil || n < 1 || n > maxFound {
			return nil, badSearch("SOSL LIMIT must lie between 1 and 2000: " + p.next())
		}
		p.take(len(p.next()))
		most = n
	}
	if left := p.next(); left != "" {
		return nil, badSearch("unexpected token: '" + left + "'")
	}
	looks, err := parseTerms(terms)
	if err != nil {
		return nil, err
	}
	records, err := s.found(c, looks, group, wanted, most)
	if err != nil {
		return nil, err
	}
	if n, _ := strconv.ParseFloat(c.version, 64); n < 37 {
		return records, nil
	}
	return map[string]any{"searchRecords": records}, nil
}

// found are the records of the objects where a field of the group has the terms.
func (s *Server) found(c *call, looks termCheck, group string, wanted []sought, most int) ([]any, error) {
	in, known := fieldGroups[strings.ToUpper(group)]
	if !known {
		return nil, badSearch("unexpected token: '" + group + "'")
	}
	if len(wanted) == 0 {
		for _, object := range searchable {
			wanted = append(wanted, sought{object: object})
		}
	}
	out := []any{}
	for _, w := range wanted {
		fields := w.fields
		if strings.TrimSpace(fields) == "" {
			fields = "Id"
		}
		statement, err := soql.Prepare("SELECT "+fields+" FROM "+w.object+" "+w.rest, s.db, s.now())
		if err != nil {
			return nil, err
		}
		table := s.db.table(w.object)
		if statement.Aggregated() || statement.Count() || table == nil {
			return nil, badSearch("a search returns fields of records")
		}
		s.faults.Count("search "+table.name, 1)
		for _, row := range statement.Among(func(r soql.Row) bool { return looks(wordsOf(table, r, in)) }).Select(false) {
			if len(out) == most {
				return out, nil
			}
			out = append(out, c.render(statement.Record(row)))
		}
	}
	return out, nil
}

// fieldGroups are the fields that IN … FIELDS names.
var fieldGroups = map[string]func(*field) bool{
	"ALL":   searchedField,
	"NAME":  func(f *field) bool { return f.nameField || f.compound == "Name" },
	"EMAIL": func(f *field) bool { return f.kind == "email" },
	"PHONE": func(f *field) bool { return f.kind == "phone" },
	"SIDEBAR": func(f *field) bool {
		return f.nameField || f.compound == "Name" || f.kind == "email" || f.kind == "phone"
	},
}

func searchedField(f *field) bool {
	switch f.kind {
	case "string", "textarea", "email", "phone", "url", "combobox":
		return true
	}
	return false
}

// soslReader reads a statement of SOSL from its beginning.
type soslReader struct{ rest string }

func (p *soslReader) take(n int) { p.rest = strings.TrimSpace(strings.TrimSpace(p.rest)[n:]) }

// next is the word or the sign that comes next, or "".
func (p *soslReader) next() string {
	p.rest = strings.TrimSpace(p.rest)
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	switch {
	case end < 0:
		return p.rest
	case end == 0:
		_, size := utf8.DecodeRuneInString(p.rest)
		return p.rest[:size]
	}
	return p.rest[:end]
}

// word takes a word when it comes next.
func (p *soslReader) word(text string) bool {
	if !strings.EqualFold(p.next(), text) {
		return false
	}
	p.take(len(text))
	return true
}

// braces reads the terms of FIND.
func (p *soslReader) braces() (string, error) {
	text := strings.TrimSpace(p.rest)
	if !strings.HasPrefix(text, "{") {
		return "", badSearch("No search term found. The search term must be enclosed in braces.")
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '}':
			p.rest = text[i+1:]
			return text[1:i], nil
		}
	}
	return "", badSearch("No search term found. The search term must be enclosed in braces.")
}

// returning reads the objects of RETURNING, each with what stands in its parentheses.
func (p *soslReader) returning() ([]sought, error) {
	var out []sought
	for {
		name := p.next()
		if name == "" || strings.ContainsAny(name, "(){},") {
			return nil, badSearch("unexpected token: '" + name + "'")
		}
		p.take(len(name))
		w := sought{object: name}
		if p.next() == "(" {
			inside, err := p.parentheses()
			if err != nil {
				return nil, err
			}
			w.fields, w.rest = splitFields(inside)
		}
		out = append(out, w)
		if p.next() != "," {
			return out, nil
		}
		p.take(1)
	}
}

// parentheses reads up to the one that closes, those within and quoted text left alone.
func (p *soslReader) parentheses() (string, error) {
	text, depth := strings.TrimSpace(p.rest), 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\'':
			for i++; i < len(text) && text[i] != '\''; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				p.rest = text[i+1:]
				return text[1:i], nil
			}
		}
	}
	return "", badSearch("unexpected token: '<EOF>'")
}

// clauseStart finds the first clause behind the fields of an object.
var clauseStart = regexp.MustCompile(`(?i)(^|\s)(WHERE|ORDER|LIMIT|OFFSET|USING)\s`)

// splitFields parts the fields of an object from the clauses behind them.
func splitFields(text string) (fields, rest string) {
	if at := clauseStart.FindStringIndex(text); at != nil {
		return text[:at[0]], text[at[0]:]
	}
	return text, ""
}

// parameters are a search without SOSL.
type parameters struct {
	Q            string
	In           string
	Fields       []string
	OverallLimit int
	DefaultLimit int
	SObjects     []struct {
		Name    string
		Fields  []string
		Where   string
		OrderBy string
		Limit   int
	}
}

func (s *Server) searchByBody(c *call) (any, error) {
	var in parameters
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return s.searchWith(c, in)
}

// searchByParameters reads what searchByBody reads from the address: sobject=Contact names an
// object, Contact.fields its fields.
func (s *Server) searchByParameters(c *call) (any, error) {
	q := c.request.URL.Query()
	in := parameters{Q: q.Get("q"), In: q.Get("in"), Fields: listOf(q, "fields")}
	var err error
	number := func(name string) int {
		text := q.Get(name)
		if text == "" || err != nil {
			return 0
		}
		n, bad := strconv.Atoi(text)
		if bad != nil {
			err = badRequest("INVALID_QUERY_PARAMETER", name+" is not a number: "+text)
		}
		return n
	}
	in.OverallLimit, in.DefaultLimit = number("overallLimit"), number("defaultLimit")
	for _, name := range q["sobject"] {
		in.SObjects = append(in.SObjects, struct {
			Name    string
			Fields  []string
			Where   string
			OrderBy string
			Limit   int
		}{name, listOf(q, name+".fields"), q.Get(name + ".where"), q.Get(name + ".orderBy"), number(name + ".limit")})
	}
	if err != nil {
		return nil, err
	}
	return s.searchWith(c, in)
}

func listOf(q neturl.Values, name string) []string {
	if q.Get(name) == "" {
		return nil
	}
	return strings.Split(q.Get(name), ",")
}

func (s *Server) searchWith(c *call, in parameters) (any, error) {
	if in.Q == "" {
		return nil, badSearch("q is a required parameter")
	}
	var wanted []sought
	for _, o := range in.SObjects {
		fields := o.Fields
		if fields == nil {
			fields = in.Fields
		}
		w := sought{object: o.Name, fields: strings.Join(fields, ",")}
		if o.Where != "" {
			w.rest = "WHERE " + o.Where
		}
		if o.OrderBy != "" {
			w.rest += " ORDER BY " + o.OrderBy
		}
		limit := o.Limit
		if limit == 0 {
			limit = in.DefaultLimit
		}
		if limit > 0 {
			w.rest += " LIMIT " + strconv.Itoa(min(limit, maxFound))
		}
		wanted = append(wanted, w)
	}
	if len(wanted) == 0 && in.Fields != nil {
		return nil, badRequest("INVALID_INPUT", "fields belong to the objects of sobject: name one at least")
	}
	group := in.In
	if group == "" {
		group = "ALL"
	}
	most := maxFound
	if in.OverallLimit > 0 {
		most = min(in.OverallLimit, maxFound)
	}
	looks, err := parseTerms(in.Q)
	if err != nil {
		return nil, err
	}
	records, err := s.found(c, looks, group, wanted, most)
	if err != nil {
		return nil, err
	}
	return map[string]any{"searchRecords": records}, nil
}
