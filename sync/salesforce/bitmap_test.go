package salesforce

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/avro"
)

const fuzzSchema = `{"type":"record","name":"AccountChangeEvent","namespace":"com.sforce.eventbus","fields":[
{"name":"ChangeEventHeader","type":{"type":"record","name":"ChangeEventHeader","fields":[{"name":"entityName","type":"string"},{"name":"recordIds","type":{"type":"array","items":"string"}},
{"name":"changeType","type":{"type":"enum","name":"ChangeType","symbols":["CREATE","UPDATE","DELETE","GAP_OVERFLOW"]}},{"name":"changeOrigin","type":"string"},{"name":"commitTimestamp","type":"long"},
{"name":"commitUser","type":"string"},{"name":"nulledFields","type":{"type":"array","items":"string"}},{"name":"changedFields","type":{"type":"array","items":"string"}}]}},
{"name":"Name","type":["null","string",{"type":"record","name":"Switchable_PersonName","fields":[{"name":"Salutation","type":["null","string"]},{"name":"FirstName","type":["null","string"]},{"name":"LastName","type":["null","string"]}]}]},
{"name":"Phone","type":["null","string"]},
{"name":"BillingAddress","type":["null",{"type":"record","name":"Address","fields":[{"name":"Street","type":["null","string"]},{"name":"City","type":["null","string"]}]}]},
{"name":"ShippingAddress","type":["null","Address"]},
{"name":"Place__c","type":["null",{"type":"record","name":"Location","fields":[{"name":"Latitude","type":["null","double"]},{"name":"Longitude","type":["null","double"]}]}]},
{"name":"OwnerId","type":["null","string"]},{"name":"LastModifiedById","type":["null","string"]},{"name":"AnnualRevenue","type":["null","double"]}]}`

func fuzzedSchema() *eventSchema {
	parsed := avro.MustParse(fuzzSchema)
	return &eventSchema{parsed, placesOf(parsed)}
}

func TestBitmapsNameFields(t *testing.T) {
	places := fuzzedSchema().places
	for text, want := range map[string]string{
		"0x0104":                                "AnnualRevenue Phone",
		"0x104":                                 "AnnualRevenue Phone",
		"0x00000000000104":                      "AnnualRevenue Phone",
		"0x04 1-0x04":                           "LastName Name Phone",
		"3-0x02":                                "BillingAddress BillingCity",
		"4-0x03":                                "ShippingAddress ShippingCity ShippingStreet",
		"5-0x01":                                "Place__Latitude__s Place__c",
		"0x02":                                  "FirstName LastName Name Salutation",
		"0x00":                                  "",
		"0x80 0x04 1-0x00":                      "LastModifiedById Phone",
		"0x0200":                                "?", // beyond the schema
		"3-0x04":                                "?",
		"9-0x01":                                "?",
		"-1-0x01":                               "?",
		"2-0x01":                                "?", // not compound
		"0xZZ":                                  "?",
		"0x":                                    "?",
		"0x-4":                                  "?",
		"0x+4":                                  "?",
		"0x_4":                                  "?",
		"Phone":                                 "?",
		"3-1-0x01":                              "?",
		"0x" + strings.Repeat("0", maxBitmap+1): "?",
	} {
		names, ok := changedNames(places, strings.Fields(text))
		got := strings.Join(names, " ")
		if !ok {
			got = "?"
		}
		if got != want {
			t.Errorf("%.40s: %q, want %q", text, got, want)
		}
	}
	for name, c := range map[string]struct {
		h     header
		known bool
	}{
		"an update":                 {header{changeType: "UPDATE", bitmaps: []string{"0x84"}}, true},
		"a create":                  {header{changeType: "CREATE", bitmaps: []string{"0x04"}}, false},
		"a gap":                     {header{changeType: "GAP_UPDATE"}, false},
		"an update that says none":  {header{changeType: "UPDATE"}, false},
		"an update that says zero":  {header{changeType: "UPDATE", bitmaps: []string{"0x00"}}, false},
		"a changed lookup":          {header{changeType: "UPDATE", bitmaps: []string{"0x44"}}, false},
		"a bitmap of another shape": {header{changeType: "UPDATE", bitmaps: []string{"0x04", "Phone"}}, false},
	} {
		if names := c.h.changedFields(places); (names != nil) != c.known {
			t.Errorf("%s: %v", name, names)
		}
	}
}

// FuzzEvent: whatever bytes come as an event, it is decoded or refused; names are those of the
// schema.
func FuzzEvent(f *testing.F) {
	schema := fuzzedSchema()
	whole, err := schema.avro.Encode(map[string]any{"ChangeEventHeader": map[string]any{"entityName": "Account", "recordIds": []any{"001000000000001AAA"}, "changeType": "UPDATE", "changeOrigin": "x",
		"commitTimestamp": int64(1), "commitUser": "005000000000001AAA", "nulledFields": []any{"0x04"}, "changedFields": []any{"0x0104", "3-0x02"}},
		"Name": "A", "Phone": nil, "BillingAddress": nil, "ShippingAddress": nil, "Place__c": nil, "OwnerId": nil, "LastModifiedById": nil, "AnnualRevenue": 1.5})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, "0x0104", "3-0x02")
	f.Add(whole[:len(whole)/2], "0x", "-")
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, "1-0x04", "9999999999999999999-0x1")
	f.Fuzz(func(t *testing.T, payload []byte, one, other string) {
		if e, err := schema.decode(payload); err == nil {
			for _, id := range e.ids {
				if len(id) != 18 {
					t.Errorf("%q is taken for an id", id)
				}
			}
			if e.changed != nil && e.changeType != "UPDATE" {
				t.Errorf("%s names fields: %v", e.changeType, e.changed)
			}
		}
		names, ok := changedNames(schema.places, []string{one, other})
		if !ok && names != nil || !slices.IsSorted(names) {
			t.Errorf("%q", names)
		}
		// What bitsOf reads is the number that the text writes.
		if bits, ok := bitsOf(one); ok {
			sum := new(big.Int)
			for _, i := range bits {
				sum.SetBit(sum, i, 1)
			}
			if want, fine := new(big.Int).SetString(one[2:], 16); !fine || want.Cmp(sum) != 0 {
				t.Errorf("%q was read as %v", one, bits)
			}
		}
	})
}
