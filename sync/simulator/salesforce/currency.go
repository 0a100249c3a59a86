package salesforce

import (
	"maps"
	"strings"
)

// severalCurrencies gives what has amounts a currency, as an organization has it once several are
// activated: the first is its own, and that of every record until then. s.mu is held.
func (s *Server) severalCurrencies() {
	if len(s.settings.Currencies) == 0 {
		return
	}
	for _, name := range []string{"Account", "Contact", "Opportunity"} {
		t := s.db.table(name)
		if t.field("CurrencyIsoCode") == nil {
			f := picklist("CurrencyIsoCode", "Currency ISO Code", s.settings.Currencies, restricted, defaultTo(s.settings.Currencies[0]))
			t.fields = append(t.fields, f)
			t.byName[strings.ToLower(f.name)] = f
		}
		t.field("CurrencyIsoCode").picklist = s.settings.Currencies
		for id, r := range t.rows {
			if r.values["CurrencyIsoCode"] == nil {
				next := *r
				next.values = maps.Clone(r.values)
				next.values["CurrencyIsoCode"] = s.settings.Currencies[0]
				t.rows[id] = &next
			}
		}
	}
}
