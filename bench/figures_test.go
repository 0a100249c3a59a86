package bench

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// recorded are the figures of this run, by what was measured.
var recorded = map[string]any{}

// record keeps figures for -json, and writes the file of -figures with all that there are so far.
func record(b *testing.B, name string, figures any) {
	b.Helper()
	recorded["database"], recorded["size"], recorded[name] = *database, *size, figures
	if *report != "" {
		text, err := json.MarshalIndent(recorded, "", "  ")
		must(b, err)
		must(b, os.WriteFile(*report, append(text, '\n'), 0o644))
	}
}

// printFigures prints what -json asks for, when everything is measured.
func printFigures() {
	if !*asJSON || len(recorded) == 0 {
		return
	}
	if text, err := json.MarshalIndent(recorded, "", "  "); err == nil {
		fmt.Println(string(text))
	}
}

// figures are measured values by their names, which say the unit.
type figures map[string]float64

func (f figures) String() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		out = append(out, fmt.Sprintf("%s %.4g", name, f[name]))
	}
	return strings.Join(out, ", ")
}
