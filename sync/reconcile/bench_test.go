package reconcile

import (
	"fmt"
	"testing"

	"sidelight/models"
)

// pairOf is a linked pair of so many fields in which nothing moved.
func pairOf(fields int) Input {
	in := Input{Policy: models.LatestWins, Direction: models.TwoWay, DeskAt: early, SalesforceAt: late}
	for i := range fields {
		value := fmt.Sprint("value ", i)
		f := same(models.RuleTwoWay, value, value, value)
		f.Name = fmt.Sprint("Field", i)
		in.Fields = append(in.Fields, f)
	}
	return in
}

func TestAPairInWhichNothingMovedAllocatesNothing(t *testing.T) {
	in := pairOf(30)
	if n := testing.AllocsPerRun(100, func() { Reconcile(in) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkReconcile(b *testing.B) {
	unmoved, moved := pairOf(30), pairOf(30)
	for i := range moved.Fields {
		if i%10 == 0 {
			moved.Fields[i] = same(models.RuleTwoWay, "was", "was", "is")
		}
	}
	for name, in := range map[string]Input{"nothing moved": unmoved, "three of thirty moved": moved} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Reconcile(in)
			}
		})
	}
}
