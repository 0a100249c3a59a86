// Package desk_test holds the simulated Zoho Desk, and our client of Desk, against what the
// vendor's OpenAPI files say of every endpoint that either of them uses: GitHub zoho/zohodesk-oas,
// v1.0, as of 2026-11. The shapes are written down here in our own words. Where the files
// contradict themselves, or a recorded live answer, contradictions_test.go says so.
package desk_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// part is what may stand under a key. why says what is wrong with a value, or nothing.
type part struct {
	why      func(at string, value any, say func(at, what string))
	optional bool // the key may be absent
	never    bool // null is refused
}

func (p part) or() part    { p.optional = true; return p }
func (p part) given() part { p.never = true; return p }

// object is a set of keys; another key is wrong.
type object map[string]part

// with is the keys of several objects.
func with(all ...object) object {
	out := object{}
	for _, one := range all {
		maps.Copy(out, one)
	}
	return out
}

// loose makes every key optional: what a list shows when its caller names the fields.
func (o object) loose() object {
	out := object{}
	for name, p := range o {
		out[name] = p.or()
	}
	return out
}

func (o object) check(at string, value any, say func(at, what string)) {
	got, isObject := value.(map[string]any)
	if !isObject {
		say(at, fmt.Sprintf("%T where an object is expected", value))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		p := o[name]
		v, has := got[name]
		switch {
		case !has && !p.optional:
			say(at+"."+name, "missing")
		case !has:
		case v == nil && p.never:
			say(at+"."+name, "null")
		case v != nil:
			p.why(at+"."+name, v, say)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, known := o[name]; !known {
			say(at+"."+name, "not in the files")
		}
	}
}

func plain(ok func(any) bool, what string) part {
	return part{why: func(at string, v any, say func(at, what string)) {
		if !ok(v) {
			raw, _ := json.Marshal(v)
			say(at, fmt.Sprintf("%.60s is not %s", raw, what))
		}
	}}
}

var (
	idForm   = regexp.MustCompile(`^[0-9]+$`)
	timeForm = regexp.MustCompile(`^(19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$`)
	linkForm = regexp.MustCompile(`^(ht|f)tps?://\S*$`)
)

// digits is an id or a count: text of digits, or a whole number.
var digits = plain(func(v any) bool {
	switch v := v.(type) {
	case string:
		return idForm.MatchString(v)
	case json.Number:
		return idForm.MatchString(v.String())
	}
	return false
}, "digits")

var (
	flag    = plain(func(v any) bool { _, is := v.(bool); return is }, "true or false")
	instant = plain(func(v any) bool { text, is := v.(string); return is && timeForm.MatchString(text) }, "a time")
	nothing = plain(func(any) bool { return false }, "null")
	any_    = plain(func(any) bool { return true }, "")
)

// text has at most so many characters; 0 is any number.
func text(limit int) part {
	return plain(func(v any) bool { t, is := v.(string); return is && (limit == 0 || utf8.RuneCountInString(t) <= limit) }, fmt.Sprintf("text of at most %d characters", limit))
}

func link(limit int) part {
	return plain(func(v any) bool {
		t, is := v.(string)
		return is && linkForm.MatchString(t) && utf8.RuneCountInString(t) <= limit
	}, "a link")
}

func like(pattern, what string) part {
	re := regexp.MustCompile(pattern)
	return plain(func(v any) bool { t, is := v.(string); return is && re.MatchString(t) }, what)
}

func oneOf(words ...string) part {
	return plain(func(v any) bool { t, is := v.(string); return is && slices.Contains(words, t) }, "one of "+strings.Join(words, ", "))
}

func of(o object) part { return part{why: o.check} }

func list(p part) part {
	return part{why: func(at string, v any, say func(at, what string)) {
		all, is := v.([]any)
		if !is {
			say(at, "not a list")
		}
		for _, one := range all {
			if one != nil {
				p.why(at+"[]", one, say)
			}
		}
	}}
}

// either is good when one of the objects fits; else what is wrong is said of the one that fits
// best.
func either(all ...object) part {
	return part{why: func(at string, v any, say func(at, what string)) {
		var best [][2]string
		for i, o := range all {
			var wrong [][2]string
			o.check(at, v, func(at, what string) { wrong = append(wrong, [2]string{at, what}) })
			if i == 0 || len(wrong) < len(best) {
				best = wrong
			}
		}
		for _, one := range best {
			say(one[0], one[1])
		}
	}}
}

// table is an object whose keys are the organization's own.
func table(p part) part {
	return part{why: func(at string, v any, say func(at, what string)) {
		all, is := v.(map[string]any)
		if !is {
			say(at, "not an object")
		}
		for _, one := range all {
			if one != nil {
				p.why(at+".*", one, say)
			}
		}
	}}
}
