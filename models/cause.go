package models

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// quotedText is what stands between quotation marks: a value, as a rule. An apostrophe within a
// word is none.
var quotedText = regexp.MustCompile(`"[^"]*"|“[^”]*”|‘[^’]*’|«[^»]*»|(?:^|[\s(:,=])'[^']*'`)

// maxCauseWords bounds how many words of a message tell causes apart.
const maxCauseWords = 60

// CauseKey is the same for failures that one mend mends: of the same object, to the same side, with
// the same code and fields, said in the same words once values are left out. It names nobody.
func (f Failure) CauseKey() string {
	fields := slices.Sorted(slices.Values(f.Fields))
	text := strings.Join([]string{
		string(f.Object), string(f.Target), string(f.Code), f.Field, strings.Join(fields, ","), f.causeWords(),
	}, "\n")
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// causeWords is the message without what differs from record to record: the record's own name,
// quoted text, and every word with a digit or an @ in it.
func (f Failure) causeWords() string {
	text := f.Message
	if f.RecordName != nil && len(*f.RecordName) > 2 {
		text = strings.ReplaceAll(text, *f.RecordName, "#")
	}
	words := strings.FieldsFunc(quotedText.ReplaceAllString(text, " # "), unicode.IsSpace)
	var out []string
	for _, w := range words[:min(len(words), maxCauseWords)] {
		w = strings.ToLower(strings.TrimFunc(w, unicode.IsPunct))
		if strings.ContainsFunc(w, unicode.IsDigit) || strings.Contains(w, "@") {
			w = "#"
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

// FailureGroup are failures that share a cause, and so a mend. What is said of them is what the
// newest of them says.
type FailureGroup struct {
	ID      string // the failures' cause; "" for those from before causes were kept
	Count   int
	LastAt  *time.Time
	Object  SyncObject
	Target  Side
	Code    Code
	Fields  Strings
	Message string
	Hint    *string
}
