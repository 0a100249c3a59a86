package graph

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/tink-crypto/tink-go/v2/daead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"sidelight/graph/gate"
	"sidelight/models"
)

// cursors seals what the store's cursors hold: the values that a list is ordered by, which the
// caller need not be allowed to see. The same row has the same cursor every time, and nobody can
// make one.
type cursors struct{ key tink.DeterministicAEAD }

// cursorKeyLength is that of AES-SIV, in bytes.
const cursorKeyLength = 64

// newCursors seals with the key; without one, with a key that ends with this process.
func newCursors(key []byte) (cursors, error) {
	if key == nil {
		key = make([]byte, cursorKeyLength)
		_, _ = rand.Read(key) // never fails
	}
	siv, err := subtle.NewAESSIV(key)
	return cursors{siv}, err
}

// maxCursor bounds a cursor that comes back, in bytes.
const maxCursor = 8 << 10

var cursorPlace = []byte("sidelight cursor v1")

func (c cursors) seal(plain string) string {
	sealed, err := c.key.EncryptDeterministically([]byte(plain), cursorPlace)
	if err != nil { // only what is larger than memory
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// open answers nil for nil, and what the store made of the cursor otherwise.
func (c cursors) open(sealed *string, argument string) (*string, error) {
	if sealed == nil {
		return nil, nil
	}
	bad := models.Errorf(models.CodeBadUserInput, "%s is not a cursor of this list in this order: leave it out to begin again", argument)
	bad.Fields = []string{argument}
	if len(*sealed) > maxCursor {
		return nil, bad
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(*sealed)
	if err != nil {
		return nil, bad
	}
	plain, err := c.key.DecryptDeterministically(b, cursorPlace)
	if err != nil {
		return nil, bad
	}
	text := string(plain)
	return &text, nil
}

// page is the part of a list that the arguments ask for.
func (c cursors) page(first *int, after *string, last *int, before *string) (models.Page, error) {
	if first == nil && last == nil {
		n := gate.UsualRows
		if before != nil {
			last = &n
		} else {
			first = &n
		}
	}
	p := models.Page{First: first, Last: last}
	var err error
	if p.After, err = c.open(after, "after"); err != nil {
		return p, err
	}
	p.Before, err = c.open(before, "before")
	return p, err
}

// sealed seals a slice's cursors.
func sealed[T any](c cursors, s models.Slice[T]) models.Slice[T] {
	out := make([]string, len(s.Cursors))
	for i := range s.Cursors {
		if s.Cursors[i] != "" { // left out where nobody asks for it
			out[i] = c.seal(s.Cursors[i])
		}
	}
	s.Cursors, s.PageInfo.StartCursor, s.PageInfo.EndCursor = out, nil, nil
	if len(out) > 0 {
		s.PageInfo.StartCursor, s.PageInfo.EndCursor = &out[0], &out[len(out)-1]
	}
	return s
}
