package gate

import (
	"testing"

	"sidelight/models"
)

// BenchmarkJudge judges an operation of a viewer whose view is compiled: once parsed and validated,
// as documents that are known are.
func BenchmarkJudge(b *testing.B) {
	g := smallGate(b)
	for name, v := range map[string]*models.Viewer{"open": agent(0), "restricted": agent(models.CanNotes)} {
		b.Run(name, func(b *testing.B) {
			rc := operation(b, g, `query($n:Int){things(first:$n){id label note self{id label list(first:5){id label}}} node{id label} either{...on Note{title} ...on Thing{label}}}`, map[string]any{"n": 5})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.Judge(v, rc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
