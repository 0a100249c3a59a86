package simulator

import (
	"context"
	"fmt"
	"net/http"
	"testing"
)

// BenchmarkStart is what one history of a model test pays for its vendors: a start in memory, and
// its end.
func BenchmarkStart(b *testing.B) {
	for _, contacts := range []int{0, 20} {
		b.Run(fmt.Sprint(contacts), func(b *testing.B) {
			for b.Loop() {
				r, err := Start(context.Background(), Config{InMemory: true, Contacts: contacts, Accounts: contacts / 4, Overlap: 0.5, Seed: 1})
				if err != nil {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReset is the same for a test that keeps its vendors.
func BenchmarkReset(b *testing.B) {
	r, err := Start(context.Background(), Config{InMemory: true, Contacts: 20, Accounts: 5, Overlap: 0.5, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	}()
	client := r.HTTPClient()
	for b.Loop() {
		for _, url := range []string{r.SalesforceURL, r.DeskURL} {
			res, err := client.Post(url+"/_sim/reset", "", nil)
			if err != nil || res.StatusCode != http.StatusNoContent {
				b.Fatal(res, err)
			}
			_ = res.Body.Close()
		}
	}
}
