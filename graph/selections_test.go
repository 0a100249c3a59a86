package graph_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// TestASelectionThatIsKeptIsWhatTheDocumentWouldSelect asks for cards by a document that was asked
// for before, and by one of another text that says the same.
func TestASelectionThatIsKeptIsWhatTheDocumentWouldSelect(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 8)
	h.settled()
	h.permit(nil)
	token, person := h.agent(models.DenyMask), h.people()[0]
	documents := map[string][]map[string]any{
		`query($id:ID!){customer(by:{deskContactId:$id}){contact{id name email opportunities(first:3){nodes{id amount}}}}}`:                   {{}, {}},
		`query($id:ID!,$n:Int!){customer(by:{deskContactId:$id}){contact{id tasks(first:$n){nodes{id} pageInfo{hasNextPage}}}}}`:              {{"n": 1}, {"n": 5}},
		`query($id:ID!,$v:Boolean!){customer(by:{deskContactId:$id}){contact{id phone @include(if:$v) account @skip(if:$v){name}}}}`:          {{"v": true}, {"v": false}},
		`query($id:ID!,$v:Boolean!){customer(by:{deskContactId:$id}){...F}} fragment F on Customer{contact{id ...@include(if:$v){title}}}`:    {{"v": true}, {"v": false}},
		`query($id:ID!){customer(by:{deskContactId:$id}){contact{id}} customer(by:{deskContactId:$id}){contact{email} account{name}}}`:        {{}, {}},
		`query($id:ID!){a:customer(by:{deskContactId:$id}){contact{id}} b:customer(by:{deskContactId:$id}){contact{email} account{website}}}`: {{}, {}},
		`query($id:ID!){customer(by:{deskContactId:$id}){contact{id fields{name value}} account{fields{name value}}}}`:                        {{}, {}},
	}
	n := 0
	for _, profile := range []struct{ off, hidden []string }{{}, {hidden: []string{"Contact.email", "Opportunity.amount"}}, {off: []string{"contactInfo"}}, {off: []string{"accounts"}}, {}} {
		h.permit(profile.off, profile.hidden...)
		for document, asks := range documents {
			for range 2 {
				for _, variables := range asks {
					variables["id"] = person["deskId"]
					h.readStatements()
					got := h.askWith(token, document, variables)
					if said := h.readStatements(); len(profile.hidden) > 0 && strings.Contains(strings.Join(said, "\n"), `'Email'`) {
						t.Errorf("%+v, %s: what is hidden is read: %q", profile, document, said)
					}
					n++
					want := h.askWith(token, fmt.Sprintf("%s # %d", document, n), variables)
					if got.data == nil || !reflect.DeepEqual([]any{want.data, want.extensions}, []any{got.data, got.extensions}) {
						t.Errorf("%+v, %s, %v: %s, and by another text %s", profile, document, variables, brief(got.text), brief(want.text))
					}
				}
			}
		}
	}
}
