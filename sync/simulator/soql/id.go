package soql

import "strings"

const suffixAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// ID18 completes a record id of 15 characters with the three that make it safe where case is lost,
// and repairs the case of one of 18. Anything else is no id.
func ID18(id string) (string, bool) {
	for _, c := range []byte(id) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return "", false
		}
	}
	switch len(id) {
	case 15:
		return id + suffix(id), true
	case 18:
		return repair(id)
	}
	return "", false
}

// suffix marks, five characters at a time, which letters are upper case.
func suffix(id string) string {
	var out [3]byte
	for block := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[block*5+i]; 'A' <= c && c <= 'Z' {
				bits |= 1 << i
			}
		}
		out[block] = suffixAlphabet[bits]
	}
	return string(out[:])
}

// repair gives the letters of an 18-character id the case its suffix says.
func repair(id string) (string, bool) {
	out := []byte(id[:15])
	for block := range 3 {
		bits := strings.IndexByte(suffixAlphabet, upper(id[15+block]))
		if bits < 0 {
			return "", false
		}
		for i := range 5 {
			c := &out[block*5+i]
			if bits&(1<<i) != 0 {
				if *c = upper(*c); *c < 'A' {
					return "", false // the suffix calls a digit a capital
				}
			} else if 'A' <= *c && *c <= 'Z' {
				*c += 'a' - 'A'
			}
		}
	}
	return string(out) + suffix(string(out)), true
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// Fold is the form in which text is compared and indexed.
func Fold(text string) string { return strings.ToLower(text) }
