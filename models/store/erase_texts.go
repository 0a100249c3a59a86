package store

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"sidelight/models"
)

// erasedText stands where a person was named.
const erasedText = "[erased]"

// reaching are the fields by which somebody is reached, whichever side's: not those of the staff
// who own the record.
var reaching = regexp.MustCompile(`(?i)^[^.]*(e-?mail|phone|mobile|fax)[^.]*$`)

// reachedBy are the values of those fields.
func reachedBy(v models.Values) (out []string) {
	for name, value := range v {
		if text := strings.TrimSpace(value.String()); reaching.MatchString(name) && len(text) >= leastID {
			out = append(out, text)
		}
	}
	return out
}

// Lengths below which a word is not looked for in texts that are not the person's own: a part of
// another word would be found.
const (
	leastID   = 6
	leastName = 5
)

// words are how a text may name the person: by address, telephone number, id or full name.
func (e *eraser) words() []string {
	out := append([]string{}, e.emails...)
	for _, id := range e.all() {
		if len(id) >= leastID {
			out = append(out, id)
		}
	}
	for _, name := range e.names {
		if len(name) >= leastName && strings.Contains(name, " ") {
			out = append(out, name)
		}
	}
	out = append(out, e.reach...)
	slices.Sort(out)
	return slices.Compact(out)
}

// texts takes the person out of texts that are about something else: the audit, and what vendors
// said of other records.
func (e *eraser) texts() error {
	words := e.words()
	if len(words) == 0 {
		return nil
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	named := regexp.MustCompile("(?i)" + strings.Join(quoted, "|"))
	if err := e.audit(words, named); err != nil {
		return err
	}
	var failures []models.Failure
	where, args := mentioning(words, "message", "hint", "record_name")
	columns := []string{"id", "object", "target", "code", "field", "fields", "message", "hint", "record_name"}
	if err := e.tx.Select(columns).Where(where, args...).Find(&failures).Error; err != nil {
		return err
	}
	for _, f := range failures {
		e.gone["failures"]++
		f.Message, f.RecordName = named.ReplaceAllString(f.Message, erasedText), replaced(named, f.RecordName)
		if err := e.tx.Model(&models.Failure{}).Where("id = ?", f.ID).UpdateColumns(map[string]any{
			"message": f.Message, "hint": replaced(named, f.Hint), "record_name": f.RecordName, "cause": f.CauseKey()}).
			Error; err != nil {
			return err
		}
	}
	return nil
}

// audit rewrites details and targets. Who did it stays: that is one of the staff.
func (e *eraser) audit(words []string, named *regexp.Regexp) error {
	type entry struct {
		ID             int64
		Target, Detail *string
	}
	var entries []entry
	where, args := mentioning(words, "target", "detail")
	if err := e.tx.Table("audit_entries").Select("id", "target", "detail").Where(where, args...).Find(&entries).
		Error; err != nil {
		return err
	}
	for _, a := range entries {
		e.gone["audit_entries"]++
		detail := a.Detail
		if detail != nil {
			text := withoutNamed(*detail, named)
			detail = &text
		}
		if err := e.tx.Table("audit_entries").Where("id = ?", a.ID).
			UpdateColumns(map[string]any{"target": replaced(named, a.Target), "detail": detail}).Error; err != nil {
			return err
		}
	}
	return nil
}

func replaced(named *regexp.Regexp, text *string) *string {
	if text == nil {
		return nil
	}
	out := named.ReplaceAllString(*text, erasedText)
	return &out
}

// mentioning is the condition that a column contains one of the words, also as JSON writes them.
func mentioning(words []string, columns ...string) (where string, args []any) {
	var parts []string
	for _, w := range words {
		quoted, _ := json.Marshal(w) // a text always can be
		for _, form := range slices.Compact([]string{w, string(quoted[1 : len(quoted)-1])}) {
			for _, c := range columns {
				parts = append(parts, "LOWER(`"+c+"`) LIKE LOWER(?) ESCAPE '!'")
				args = append(args, "%"+likeEscape.Replace(form)+"%")
			}
		}
	}
	return strings.Join(parts, " OR "), args
}

// withoutNamed is a JSON text in which every value that names the person is rewritten. What is no
// JSON is rewritten as text.
func withoutNamed(text string, named *regexp.Regexp) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return named.ReplaceAllString(text, erasedText)
	}
	var walk func(any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			return named.ReplaceAllString(v, erasedText)
		case json.Number:
			if named.MatchString(v.String()) {
				return erasedText
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			for name, one := range v {
				delete(v, name)
				v[named.ReplaceAllString(name, erasedText)] = walk(one)
			}
		}
		return v
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(walk(v)) // was JSON when it was read
	return strings.TrimSpace(out.String())
}
