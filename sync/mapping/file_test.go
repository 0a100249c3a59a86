package mapping_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"sidelight/models"
	"sidelight/sync/mapping"
)

func TestAMappingFileThatWasSavedOnWindowsIsRead(t *testing.T) {
	text := `{"version":1,"contact":[{"desk":"lastName","salesforce":"LastName","rule":"TWO_WAY"}],"account":[]}`
	got, err := mapping.Import([]byte("\xef\xbb\xbf" + text))
	if err != nil || len(got[models.ContactObject]) != 1 {
		t.Errorf("with a byte order mark: %v, %v", got, err)
	}
	wide := func(order string) []byte {
		var out bytes.Buffer
		for _, unit := range utf16.Encode([]rune(text)) {
			pair := []byte{byte(unit), byte(unit >> 8)}
			if order == "big" {
				pair[0], pair[1] = pair[1], pair[0]
			}
			out.Write(pair)
		}
		return out.Bytes()
	}
	for name, b := range map[string][]byte{"little": append([]byte{0xff, 0xfe}, wide("little")...), "big": append([]byte{0xfe, 0xff}, wide("big")...),
		"little, unmarked": wide("little"), "big, unmarked": wide("big")} {
		if _, err := mapping.Import(b); models.CodeOf(err) != models.CodeBadUserInput || !strings.Contains(err.Error(), "UTF-16: save it as UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, nothing := range []string{"", "{", "\xef\xbb\xbf"} {
		if _, err := mapping.Import([]byte(nothing)); models.CodeOf(err) != models.CodeBadUserInput || strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q: %v", nothing, err)
		}
	}
}
