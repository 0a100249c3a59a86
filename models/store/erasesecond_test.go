package store_test

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store"
)

func TestASecondEmailNamesAPersonToEraseAndKeepsThemAway(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		arrives := func(id, email, second string) bool {
			t.Helper()
			_, err := s.Observe(ctx, models.Desk, models.ContactObject,
				[]models.Record{contact(models.Desk, id, email, t0, "lastName", "Doe", "secondaryEmail", second)}, nil)
			check(t, err)
			links := must[map[string]models.LinkState](t)(s.LinksByRecord(ctx, models.ContactObject, models.Desk, []string{id}))
			return len(links) == 1
		}
		if !arrives("1", "work@x.example", "home@x.example") || !arrives("2", "other@x.example", "") {
			t.Fatal("the contacts are not there")
		}
		got := must[models.ErasureReceipt](t)(s.Erase(ctx, models.PersonKey{Email: "home@x.example"}, false))
		if got.Records != 1 {
			t.Errorf("%+v", got)
		}
		for name, c := range map[string]struct {
			id, email, second string
			want              bool
		}{
			"the contact itself":      {"1", "new@x.example", "", false},
			"the second email again":  {"3", "new@x.example", "Home@x.example", false},
			"as the first email":      {"4", "home@x.example", "", false},
			"the first email":         {"5", "work@x.example", "", false},
			"somebody else's address": {"6", "third@x.example", "fourth@x.example", true},
		} {
			if arrives(c.id, c.email, c.second) != c.want {
				t.Errorf("%s: here: %t", name, !c.want)
			}
		}
	})
}
