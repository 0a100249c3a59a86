package salesforce

import (
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func allRows(in io.Reader) (rows [][]string, err error) {
	r := newCSVReader(in)
	for {
		row, err := r.read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, slices.Clone(row))
	}
}

func TestRowsAreReadAsSalesforceWritesThem(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		rows [][]string
		err  error
	}{
		"plain":                          {"Id,Name\n1,Ada\n", [][]string{{"Id", "Name"}, {"1", "Ada"}}, nil},
		"quoted, CRLF, no last break":    {"\"Id\",\"Name\"\r\n\"1\",\"Ada\"", [][]string{{"Id", "Name"}, {"1", "Ada"}}, nil},
		"quotes and commas in a value":   {"\"a \"\"b\"\", c\",d\n", [][]string{{`a "b", c`, "d"}}, nil},
		"line breaks in a value stay":    {"\"x\r\ny\nz\r\",\"\"\n", [][]string{{"x\r\ny\nz\r", ""}}, nil},
		"blank values":                   {"a,,\n,\"\",b\n", [][]string{{"a", "", ""}, {"", "", "b"}}, nil},
		"an empty line is no row":        {"a\n\n\r\nb\n\n", [][]string{{"a"}, {"b"}}, nil},
		"one blank value in quotes":      {"\"\"\n\"\"", [][]string{{""}, {""}}, nil},
		"not ASCII, with a byte mark":    {"\ufeffName\nZoë 東京\n", [][]string{{"Name"}, {"Zoë 東京"}}, nil},
		"a carriage return in a value":   {"a\rb,c\n", [][]string{{"a\rb", "c"}}, nil},
		"nothing":                        {"", nil, nil},
		"the end within quotes":          {"a\n\"b", [][]string{{"a"}}, io.ErrUnexpectedEOF},
		"a quote in a bare value":        {"a\"b\n", nil, errCSVQuote},
		"text behind the closing quote":  {"\"a\"b\n", nil, errCSVQuote},
		"a lone return behind the quote": {"\"a\"\rb\n", nil, errCSVQuote},
		"longer than any record":         {`"` + strings.Repeat("x", maxCSVRow+1) + `"`, nil, errCSVLong},
	} {
		for _, in := range []io.Reader{strings.NewReader(c.text), iotest.HalfReader(strings.NewReader(c.text))} {
			rows, err := allRows(in)
			if !reflect.DeepEqual(rows, c.rows) || !errors.Is(err, c.err) {
				t.Errorf("%s: %q, %v", name, rows, err)
			}
		}
	}
	broken := errors.New("reset by peer")
	if _, err := allRows(io.MultiReader(strings.NewReader("a,b\nc"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a connection that breaks: %v", err)
	}
}

// FuzzCSV: whatever is read can be written and read again as the same, and the standard library
// agrees wherever it keeps values as they are.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"Id,Name\n1,Ada\n", "\"a \"\"b\"\", c\",d\r\n", "\"x\r\ny\",\n\n,", "\ufeffa\n", "\"", "a\"b", "\"a\"\rb", "#N/A,\"\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := allRows(strings.NewReader(text))
		var again []byte
		for _, row := range rows {
			again = csvLine(again, row)
		}
		back, rerr := allRows(strings.NewReader(string(again)))
		if rerr != nil || len(back) != len(rows) || len(rows) > 0 && !reflect.DeepEqual(back, rows) {
			t.Fatalf("%q was read as %q, and written and read again as %q (%v)", text, rows, back, rerr)
		}
		if err != nil || strings.Contains(text, "\r") || strings.HasPrefix(text, "\ufeff") {
			return
		}
		theirs := csv.NewReader(strings.NewReader(text))
		theirs.FieldsPerRecord = -1
		if want, err := theirs.ReadAll(); err != nil || len(want) != len(rows) || len(rows) > 0 && !reflect.DeepEqual(want, rows) {
			t.Fatalf("%q was read as %q, by encoding/csv as %q (%v)", text, rows, want, err)
		}
	})
}
