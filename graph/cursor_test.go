package graph

import (
	"encoding/base64"
	"strings"
	"testing"

	"sidelight/models"
)

func cursorsOf(t testing.TB, key byte) cursors {
	t.Helper()
	c, err := newCursors([]byte(strings.Repeat(string(rune(key)), cursorKeyLength)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACursorTellsNothingAndCannotBeMade(t *testing.T) {
	c := cursorsOf(t, 'a')
	const plain = `{"l":"contacts/NAME","v":["o'hara","018f"]}`
	sealed := c.seal(plain)
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || strings.Contains(string(raw), "hara") || strings.Contains(string(raw), "contacts") {
		t.Errorf("the cursor shows what it holds: %q, %v", raw, err)
	}
	if c.seal(plain) != sealed || cursorsOf(t, 'a').seal(plain) != sealed {
		t.Error("the same row has another cursor")
	}
	if back, err := c.open(&sealed, "after"); err != nil || *back != plain {
		t.Errorf("%v, %v", back, err)
	}
	changed := []byte(sealed)
	changed[len(changed)/2] ^= 1
	for name, forged := range map[string]string{"plain": base64.RawURLEncoding.EncodeToString([]byte(plain)), "of another installation": cursorsOf(t, 'b').seal(plain), "changed": string(changed),
		"cut": sealed[:len(sealed)-4], "doubled": sealed + sealed, "empty": "", "padded": sealed + "=", "huge": strings.Repeat("A", maxCursor+1), "nonsense": "\x00%00'--"} {
		if _, err := c.open(&forged, "after"); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzCursors lets nobody make a cursor: whatever opens was sealed here.
func FuzzCursors(f *testing.F) {
	c := cursorsOf(f, 'a')
	f.Add("")
	f.Add(c.seal(`{"l":"contacts/NAME","v":["a","b"]}`))
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"l":"contacts/NAME","v":["a","b"]}`)))
	f.Fuzz(func(t *testing.T, text string) {
		plain, err := c.open(&text, "after")
		if err != nil {
			if models.CodeOf(err) != models.CodeBadUserInput || strings.Contains(err.Error(), text) && len(text) > 8 {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if c.seal(*plain) != text {
			t.Errorf("%q opens to %q, which is sealed otherwise", text, *plain)
		}
	})
}
