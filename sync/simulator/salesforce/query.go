package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/soql"
)

// Bounds of a page of query results.
const (
	defaultBatch = 2000
	minBatch     = 200
	maxLocators  = 10 // at once; the oldest goes
)

// locator is the rest of a query's result.
type locator struct {
	statement *soql.Statement
	rows      []soql.Row
	batch     int
	user      string
	serial    int64
}

var batchSize = regexp.MustCompile(`batchSize=([0-9]+)`)

func (s *Server) query(c *call) (any, error)    { return s.run(c, false) }
func (s *Server) queryAll(c *call) (any, error) { return s.run(c, true) }

func (s *Server) run(c *call, all bool) (any, error) {
	text := c.request.URL.Query().Get("q")
	if text == "" {
		return nil, badRequest("MALFORMED_QUERY", "q is a required parameter")
	}
	fault.Note(c.request.Context(), text)
	statement, err := soql.Prepare(text, s.db, s.now())
	if err != nil {
		return nil, err
	}
	if c.request.URL.Query().Get("columns") == "true" {
		return s.columnsOfResult(statement), nil
	}
	for _, object := range append(statement.Queried(), statement.Traversed()...) {
		s.faults.Count("query "+object, 1)
	}
	if statement.Aggregated() {
		groups := statement.Groups(all)
		if len(groups) > soql.MaxGroups {
			return nil, badRequest("EXCEEDED_ID_LIMIT", "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch")
		}
		return c.groups(groups), nil
	}
	rows := statement.Select(all)
	if statement.Viewed() {
		s.look(c.session.User, rows)
	}
	if statement.Count() {
		return map[string]any{"totalSize": len(rows), "done": true, "records": []any{}}, nil
	}
	batch := defaultBatch
	if m := batchSize.FindStringSubmatch(c.request.Header.Get("Sforce-Query-Options")); m != nil {
		n, _ := strconv.Atoi(m[1])
		batch = min(max(n, minBatch), defaultBatch)
	}
	return s.page(c, &locator{statement: statement, rows: rows, batch: batch, user: c.session.User}, 0)
}

// groups are the rows of a grouped query: they are no records and have no address.
func (c *call) groups(results [][]soql.AggregateCell) any {
	records := make([]any, len(results))
	for i, cells := range results {
		out := ordered{{"attributes", ordered{{"type", "AggregateResult"}}}}
		for _, cell := range cells {
			out = append(out, pair{cell.Name, wire(cell.Value, cell.Type)})
		}
		records[i] = out
	}
	return ordered{{"totalSize", len(records)}, {"done", true}, {"records", records}}
}

// columnsOfResult describes what a query would select instead of running it.
func (s *Server) columnsOfResult(statement *soql.Statement) any {
	columns := []any{}
	for _, path := range statement.Columns() {
		kind := s.typeOfPath(statement.Object(), path)
		columns = append(columns, map[string]any{"aggregate": false, "apexType": apexTypes[kind], "booleanType": kind == soql.Boolean, "columnName": path, "custom": strings.HasSuffix(path, "__c"),
			"displayName": path, "foreignKeyName": nil, "insertable": true, "joinColumns": []any{}, "numberType": kind == soql.Int || kind == soql.Double,
			"textType": kind == soql.Text || kind == soql.ID, "updatable": true})
	}
	return map[string]any{"columnMetadata": columns, "entityName": statement.Object().Name(), "groupBy": false, "idSelected": slices.Contains(statement.Columns(), "Id")}
}

var apexTypes = map[soql.Type]string{soql.Text: "String", soql.ID: "Id", soql.Boolean: "Boolean", soql.Int: "Integer", soql.Double: "Double", soql.Date: "Date", soql.DateTime: "Datetime"}

// page answers the rows from a position on and keeps the rest under a locator.
func (s *Server) page(c *call, l *locator, from int) (any, error) {
	to := min(from+l.batch, len(l.rows))
	records := make([]any, 0, to-from)
	for _, row := range l.rows[from:to] {
		records = append(records, c.render(l.statement.Record(row)))
	}
	out := ordered{{"totalSize", len(l.rows)}, {"done", to == len(l.rows)}}
	if to < len(l.rows) {
		id := "0r8Si" + strings.Repeat("0", 7) + fmt.Sprintf("%06d", s.addLocator(l))
		out = append(out, pair{"nextRecordsUrl", fmt.Sprintf("%s/query/%s-%d", c.base(), id, to)})
	}
	return append(out, pair{"records", records}), nil
}

// addLocator numbers a locator and drops the oldest beyond the limit.
func (s *Server) addLocator(l *locator) int64 {
	if l.serial != 0 {
		return l.serial
	}
	s.serial++
	l.serial = s.serial
	s.locators[strconv.FormatInt(l.serial, 10)] = l
	if len(s.locators) > maxLocators {
		oldest := l.serial
		for _, one := range s.locators {
			oldest = min(oldest, one.serial)
		}
		delete(s.locators, strconv.FormatInt(oldest, 10))
	}
	return l.serial
}

func (s *Server) queryMore(c *call) (any, error) {
	bad := badRequest("INVALID_QUERY_LOCATOR", "invalid query locator")
	id, offset, ok := strings.Cut(c.request.PathValue("locator"), "-")
	from, err := strconv.Atoi(offset)
	serial, perr := strconv.ParseInt(strings.TrimPrefix(id, "0r8Si"+strings.Repeat("0", 7)), 10, 64)
	if !ok || err != nil || perr != nil {
		return nil, bad
	}
	l := s.locators[strconv.FormatInt(serial, 10)]
	if l == nil || l.user != c.session.User || from < 0 || from > len(l.rows) {
		return nil, bad
	}
	return s.page(c, l, from)
}

// pair and ordered make JSON objects whose members keep their order, as the vendor's do.
type pair struct {
	name  string
	value any
}

type ordered []pair

// MarshalJSON writes the members in order.
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(p.name)
		b.Write(name)
		b.WriteByte(':')
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (c *call) attributes(object, id string) ordered {
	return ordered{{"type", object}, {"url", c.base() + "/sobjects/" + object + "/" + id}}
}

// render is a record as it was asked for.
func (c *call) render(r *soql.Record) any {
	name := r.Object.Name()
	id, _ := r.Row.Value("Id").(string)
	out := ordered{{"attributes", c.attributes(name, id)}}
	for _, cell := range r.Cells {
		var value any
		switch v := cell.Value.(type) {
		case *soql.Record:
			value = c.render(v)
		case []*soql.Record:
			children := make([]any, len(v))
			for i, child := range v {
				children[i] = c.render(child)
			}
			value = ordered{{"totalSize", len(children)}, {"done", true}, {"records", children}}
		default:
			f, _ := r.Object.Field(cell.Name)
			value = wire(v, f.Type)
		}
		out = append(out, pair{cell.Name, value})
	}
	return out
}

// wire is a value as JSON has it: whole doubles keep a zero behind the point.
func wire(v any, kind soql.Type) any {
	n, number := v.(float64)
	if !number {
		return v
	}
	text := strconv.FormatFloat(n, 'f', -1, 64)
	if kind == soql.Double && !strings.Contains(text, ".") {
		text += ".0"
	}
	return json.RawMessage(text)
}

// whole is every field of a row.
func (c *call) whole(r *row, names []string) any {
	out := ordered{{"attributes", c.attributes(r.table.name, r.id())}}
	for _, f := range r.table.fields {
		if len(names) > 0 && !contains(names, f.name) {
			continue
		}
		value := wire(r.Value(f.name), f.soqlType())
		if f.kind == "base64" && value != nil {
			value = c.base() + "/sobjects/" + r.table.name + "/" + r.id() + "/" + f.name
		}
		out = append(out, pair{f.name, value})
	}
	return out
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(strings.TrimSpace(n), name) {
			return true
		}
	}
	return false
}

// noteContent is the whole body of an enhanced note, HTML.
func (s *Server) noteContent(c *call) (any, error) {
	r, err := s.record(s.db.table("ContentNote"), c.request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	s.faults.Count("content", 1)
	body, err := decodeBase64(r.text("Content"))
	if err != nil {
		return nil, failure(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "unreadable content")
	}
	return raw{"text/html", body}, nil
}
