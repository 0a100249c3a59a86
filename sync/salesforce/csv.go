package salesforce

import (
	"bufio"
	"errors"
	"io"
)

// maxCSVRow bounds a row, in bytes: a record with several of the longest text areas fits.
const maxCSVRow = 8 << 20

// What can be wrong with CSV. The texts name no values.
var (
	errCSVQuote  = errors.New("a quote stands where none may stand")
	errCSVLong   = errors.New("a row is longer than a record can be")
	errCSVFields = errors.New("a row has not as many values as the header")
)

// csvReader reads the CSV of bulk jobs row by row: commas, doubled quotes, rows that end in LF or
// CRLF. Unlike encoding/csv it keeps line breaks within a value as they are, because REST reads the
// same value with them.
type csvReader struct {
	in   *bufio.Reader
	text []byte
	ends []int // where each value of the row ends in text
	row  []string
}

func newCSVReader(in io.Reader) *csvReader {
	r := &csvReader{in: bufio.NewReaderSize(in, 64<<10)}
	if mark, err := r.in.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = r.in.Discard(3)
	}
	return r
}

// read is the next row, or io.EOF. Empty lines are passed over. The slice is used again by the next
// call, the texts are not. A text that ends within quotes is io.ErrUnexpectedEOF.
func (r *csvReader) read() ([]string, error) {
	r.text, r.ends = r.text[:0], r.ends[:0]
	for {
		last, quoted, err := r.value()
		if err != nil {
			return nil, err
		}
		r.ends = append(r.ends, len(r.text))
		if !last {
			continue
		}
		if len(r.ends) == 1 && len(r.text) == 0 && !quoted {
			if _, err := r.in.Peek(1); err != nil {
				return nil, err
			}
			r.ends = r.ends[:0]
			continue
		}
		whole, from := string(r.text), 0
		r.row = r.row[:0]
		for _, end := range r.ends {
			r.row = append(r.row, whole[from:end])
			from = end
		}
		return r.row, nil
	}
}

// value reads one value; last tells that the row ends behind it.
func (r *csvReader) value() (last, quoted bool, err error) {
	b, err := r.in.ReadByte()
	if err != nil {
		return rowEnds(err)
	}
	if b == '"' {
		last, err = r.quoted()
		return last, true, err
	}
	for {
		switch b {
		case ',':
			return false, false, nil
		case '\n':
			return true, false, nil
		case '"':
			return false, false, errCSVQuote
		case '\r':
			if next, err := r.in.Peek(1); err == nil && next[0] == '\n' {
				_, _ = r.in.Discard(1)
				return true, false, nil
			}
		}
		if err := r.add([]byte{b}); err != nil {
			return false, false, err
		}
		if b, err = r.in.ReadByte(); err != nil {
			return rowEnds(err)
		}
	}
}

// rowEnds is the end of a value behind which nothing could be read: that of the text ends the row.
func rowEnds(err error) (last, quoted bool, _ error) {
	if errors.Is(err, io.EOF) {
		return true, false, nil
	}
	return false, false, err
}

// quoted reads a value behind its opening quote.
func (r *csvReader) quoted() (last bool, err error) {
	for {
		part, err := r.in.ReadSlice('"')
		if errors.Is(err, bufio.ErrBufferFull) {
			if err = r.add(part); err != nil {
				return false, err
			}
			continue
		}
		if errors.Is(err, io.EOF) {
			return false, io.ErrUnexpectedEOF
		}
		if err == nil {
			err = r.add(part[:len(part)-1])
		}
		if err != nil {
			return false, err
		}
		b, err := r.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF) || err == nil && b == '\n':
			return true, nil
		case err != nil:
			return false, err
		case b == ',':
			return false, nil
		case b == '\r':
			if b, err = r.in.ReadByte(); err == nil && b == '\n' {
				return true, nil
			}
			return false, errCSVQuote
		case b != '"':
			return false, errCSVQuote
		}
		if err := r.add([]byte{'"'}); err != nil {
			return false, err
		}
	}
}

func (r *csvReader) add(text []byte) error {
	if len(r.text)+len(text) > maxCSVRow {
		return errCSVLong
	}
	r.text = append(r.text, text...)
	return nil
}

// csvLine appends a row, every value in quotes.
func csvLine(out []byte, values []string) []byte {
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, '"')
		for j := range len(v) {
			if v[j] == '"' {
				out = append(out, '"')
			}
			out = append(out, v[j])
		}
		out = append(out, '"')
	}
	return append(out, '\n')
}
