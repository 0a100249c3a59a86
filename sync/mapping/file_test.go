package mapping_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"sidelight/models"
	"sidelight/sync/mapping"
)

func TestAMappingFileThatWasSavedOnWindowsIsRead(t *testing.T) {
	text := `{"version":1,"contact":[{"desk":"lastName","salesforce":"LastName","rule":"TWO_WAY"}],"account":[]}`
	got, err := mapping.Import([]byte("\xef\xbb\xbf" + text))
	if err != nil || len(got[models.ContactObject].Mappings) != 1 {
		t.Errorf("with a byte order mark: %v, %v", got, err)
	}
	wide := func(order string) []byte {
		var out bytes.Buffer
		for _, unit := range utf16.Encode([]rune(text)) {
			pair := []byte{byte(unit), byte(unit >> 8)}
			if order == "big" {
				pair[0], pair[1] = pair[1], pair[0]
			}
			out.Write(pair)
		}
		return out.Bytes()
	}
	for name, b := range map[string][]byte{"little": append([]byte{0xff, 0xfe}, wide("little")...), "big": append([]byte{0xfe, 0xff}, wide("big")...),
		"little, unmarked": wide("little"), "big, unmarked": wide("big")} {
		if _, err := mapping.Import(b); models.CodeOf(err) != models.CodeBadUserInput || !strings.Contains(err.Error(), "UTF-16: save it as UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, nothing := range []string{"", "{", "\xef\xbb\xbf"} {
		if _, err := mapping.Import([]byte(nothing)); models.CodeOf(err) != models.CodeBadUserInput || strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q: %v", nothing, err)
		}
	}
}

func TestAMappingFileCarriesWhatNewRecordsGet(t *testing.T) {
	kinds := models.Field{Name: "RecordTypeId", Type: models.TypeReference, RefersTo: "RecordType", Choices: []models.Choice{
		{Value: "012000000000001AAA", Label: "Person"}, {Value: "012000000000002AAA", Label: "Partner"},
		{Value: "012000000000003AAA", Label: "Twin"}, {Value: "012000000000004AAA", Label: "twin"},
	}}
	created := []models.Constant{
		{Object: models.ContactObject, Side: models.Salesforce, Name: "RecordTypeId", Field: kinds, Value: "012000000000002AAA"},
		{Object: models.ContactObject, Side: models.Desk, Name: "type", Field: models.Field{Name: "type"}, Value: "paidUser"},
		{Object: models.AccountObject, Side: models.Salesforce, Name: "RecordTypeId", Field: kinds, Value: "012000000000004AAA"},
	}
	mapped := []models.FieldMapping{
		{Object: models.AccountObject, Desk: models.Field{Name: "accountName"}, Salesforce: models.Field{Name: "Name"}, Rule: models.RuleTwoWay},
	}
	text, err := mapping.Export(mapped, created)
	if err != nil {
		t.Fatal(err)
	}
	got, err := mapping.Import(text)
	if err != nil {
		t.Fatal(err)
	}
	// A label is another organization's too; one that two record types have names neither.
	contacts := []models.ConstantInput{
		{Side: models.Salesforce, Field: "RecordTypeId", Value: "Partner"}, {Side: models.Desk, Field: "type", Value: "paidUser"},
	}
	accounts := []models.ConstantInput{{Side: models.Salesforce, Field: "RecordTypeId", Value: "012000000000004AAA"}}
	if !slices.Equal(got[models.ContactObject].Constants, contacts) || !slices.Equal(got[models.AccountObject].Constants, accounts) {
		t.Errorf("%+v", got)
	}
	if len(got[models.AccountObject].Mappings) != 1 || len(got[models.ContactObject].Mappings) != 0 {
		t.Errorf("the mapping: %+v", got)
	}
	old, err := mapping.Import([]byte(`{"version":1,"contact":[],"account":[]}`))
	if err != nil || old[models.ContactObject].Constants != nil || old[models.AccountObject].Constants != nil {
		t.Errorf("a file of an older program takes constants away: %+v, %v", old, err)
	}
	none, err := mapping.Import([]byte(`{"version":1,"contact":[],"account":[],"constants":{"contact":[]}}`))
	if err != nil || none[models.ContactObject].Constants == nil || none[models.AccountObject].Constants == nil {
		t.Errorf("a file that says that there are none: %+v, %v", none, err)
	}
	_, err = mapping.Import(bytes.Replace(text, []byte(`"side": "DESK"`), []byte(`"side": "MOON"`), 1))
	if models.CodeOf(err) != models.CodeBadUserInput || !strings.Contains(err.Error(), `"type"`) {
		t.Errorf("a side that does not exist: %v", err)
	}
}
