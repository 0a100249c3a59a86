package mapping

import (
	"testing"

	"sidelight/models"
)

// BenchmarkConvert carries one value of each kind to the other side.
func BenchmarkConvert(b *testing.B) {
	for kind, text := range map[models.FieldType]string{
		models.TypeText: "Ada Lovelace", models.TypeEmail: "Ada@Example.com", models.TypeDecimal: "1204.50", models.TypeDateTime: "2026-03-02T09:00:00+01:00", models.TypeMultiselect: "go;chess",
	} {
		b.Run(string(kind), func(b *testing.B) {
			f := models.Field{Name: "f", Type: kind}
			v := models.Text(text)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Convert(v, f, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestATextThatFitsIsCarriedWithoutAllocation(t *testing.T) {
	f, v := models.Field{Name: "f", Type: models.TypeText, Length: 80}, models.Text("Ada Lovelace")
	if n := testing.AllocsPerRun(100, func() { _, _ = Convert(v, f, f) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
