package mapping

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
)

func scale(n int) func(*models.Field)         { return func(f *models.Field) { f.Scale = n } }
func choices(v ...string) func(*models.Field) { return func(f *models.Field) { f.Picklist = v } }
func to(target string) func(*models.Field)    { return func(f *models.Field) { f.RefersTo = target } }

// checkPair is what Build says of one pair, in one direction or both; the names that contacts
// require are not asked for.
func checkPair(desk, salesforce models.Field, rule models.FieldRule) []string {
	_, problems := Build(models.ContactObject, []models.FieldMappingInput{{Desk: desk.Name, Salesforce: salesforce.Name, Rule: &rule}}, []models.Field{desk}, []models.Field{salesforce})
	return summary(problems)
}

func TestAPairIsCheckedInEachDirectionInWhichItFlows(t *testing.T) {
	const toDesk, toSalesforce, both = models.RuleSalesforceToDesk, models.RuleDeskToSalesforce, models.RuleTwoWay
	const tooLong, mismatch, picklist = "WARNING VALUE_TOO_LONG", "ERROR TYPE_MISMATCH", "WARNING INVALID_PICKLIST_VALUE"
	text := func(n int) models.Field { return field("desk", models.TypeText, length(n)) }
	sf := func(kind models.FieldType, change ...func(*models.Field)) models.Field {
		return field("SF", kind, change...)
	}
	for _, c := range []struct {
		name             string
		desk, salesforce models.Field
		rule             models.FieldRule
		want             []string
	}{
		{"as long as it fits", text(80), sf(models.TypeText, length(80)), toSalesforce, nil},
		{"one character too long", text(81), sf(models.TypeText, length(80)), toSalesforce, []string{tooLong}},
		{"longer than the target, which is not written", text(81), sf(models.TypeText, length(80)), toDesk, nil},
		{"into text without a limit", text(81), sf(models.TypeText), toSalesforce, nil},
		{"text without a limit", text(0), sf(models.TypeText, length(80)), toSalesforce, nil},
		{"a text area without a limit", field("desk", models.TypeTextArea), sf(models.TypeText, length(80)), toSalesforce, []string{tooLong}},
		{"a text area that fits", field("desk", models.TypeTextArea, length(80)), sf(models.TypeText, length(80)), toSalesforce, nil},
		{"a picklist into shorter text", field("desk", models.TypePicklist, length(200)), sf(models.TypeText, length(80)), toSalesforce, nil},
		{"text into a shorter picklist", text(200), sf(models.TypePicklist, length(80)), toSalesforce, nil},

		{"text into its picklist", text(0), sf(models.TypePicklist, only("A")), toSalesforce, []string{picklist}},
		{"text into an open picklist", text(0), sf(models.TypePicklist, choices("A")), toSalesforce, nil},
		{"text into a closed multi-select", text(0), sf(models.TypeMultiselect, only("A")), toSalesforce, []string{picklist}},
		{"restricted text", text(0), sf(models.TypeText, only("A")), toSalesforce, nil},
		{"choices that are all there", field("desk", models.TypePicklist, choices("a", "B")), sf(models.TypePicklist, only("A", "B", "C")), toSalesforce, nil},
		{"a choice that is missing", field("desk", models.TypePicklist, choices("A", "D")), sf(models.TypePicklist, only("A")), toSalesforce, []string{picklist}},
		{"multi-select choices", field("desk", models.TypeMultiselect, choices("A")), sf(models.TypePicklist, only("A")), toSalesforce, nil},

		{"decimals into whole numbers", field("desk", models.TypeDecimal, scale(2)), sf(models.TypeInteger), toSalesforce, []string{"WARNING TYPE_MISMATCH"}},
		{"decimals into decimals", field("desk", models.TypeDecimal, scale(4)), sf(models.TypeCurrency, scale(2)), toSalesforce, nil},
		{"whole numbers into whole numbers", field("desk", models.TypeInteger), sf(models.TypeInteger), both, nil},
		{"text of digits into text", field("desk", models.TypeText, scale(2)), sf(models.TypeText), both, nil},
		{"a percentage into whole numbers", field("desk", models.TypePercent, scale(1)), sf(models.TypeInteger), toSalesforce, []string{"WARNING TYPE_MISMATCH"}},
		{"text into a number", text(0), sf(models.TypePercent), toSalesforce, []string{mismatch}},
		{"a number into text", field("desk", models.TypeInteger), sf(models.TypeText), toSalesforce, nil},
		{"a picklist into a number", field("desk", models.TypePicklist), sf(models.TypeCurrency), toSalesforce, []string{mismatch}},
		{"a number into a picklist", field("desk", models.TypeInteger), sf(models.TypePicklist), toSalesforce, []string{mismatch}},

		{"a time into a day", field("desk", models.TypeDateTime), sf(models.TypeDate), toSalesforce, []string{"WARNING TYPE_MISMATCH"}},
		{"a day into a time", field("desk", models.TypeDate), sf(models.TypeDateTime), toSalesforce, nil},
		{"a day into a day", field("desk", models.TypeDate), sf(models.TypeDate), both, nil},
		{"a time into text", field("desk", models.TypeDateTime), sf(models.TypeText), toSalesforce, nil},
		{"text into a day", text(0), sf(models.TypeDate), toSalesforce, []string{mismatch}},
		{"a checkbox into a day", field("desk", models.TypeBoolean), sf(models.TypeDateTime), toSalesforce, []string{mismatch}},
		{"a checkbox into a checkbox", field("desk", models.TypeBoolean), sf(models.TypeBoolean), both, nil},
		{"text into a checkbox", text(0), sf(models.TypeBoolean), toSalesforce, []string{mismatch}},
		{"a checkbox into text", field("desk", models.TypeBoolean), sf(models.TypeText), toSalesforce, nil},
		{"a checkbox into a picklist", field("desk", models.TypeBoolean), sf(models.TypePicklist), toSalesforce, []string{mismatch}},

		{"a field of a type that nobody knows", field("desk", models.TypeOther), sf(models.TypeText), toSalesforce, []string{mismatch}},
		{"into a field of such a type", text(0), sf(models.TypeOther), toSalesforce, []string{mismatch}},
		{"a reference into text", field("desk", models.TypeReference), sf(models.TypeText), toSalesforce, []string{mismatch}},
		{"text into a reference", text(0), sf(models.TypeReference), toSalesforce, []string{mismatch}},

		{"both are read-only, two-way", field("desk", models.TypeText, readOnly), sf(models.TypeText, readOnly), both, []string{"WARNING READ_ONLY_FIELD", "ERROR READ_ONLY_FIELD"}},
		{"a read-only source", field("desk", models.TypeText, readOnly), sf(models.TypeText), toSalesforce, nil},
		{"writable at creation alone", text(0), sf(models.TypeText, func(f *models.Field) { f.Updatable = false }), toSalesforce, nil},
		{"writable after creation alone", text(0), sf(models.TypeText, func(f *models.Field) { f.Creatable = false }), toSalesforce, nil},
		{"a read-only target does not hide the other direction", field("desk", models.TypeText, length(10), readOnly), sf(models.TypeInteger), both, []string{"WARNING READ_ONLY_FIELD", mismatch}},
		{"off", text(0), sf(models.TypeInteger), models.RuleOff, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, checkPair(c.desk, c.salesforce, c.rule)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReferencesArePairedWithTheirLikeAlone(t *testing.T) {
	agents, users := to("agents"), to("User")
	desk := func(name string, change ...func(*models.Field)) models.Field {
		return field(name, models.TypeReference, change...)
	}
	for _, c := range []struct {
		name             string
		desk, salesforce models.Field
		owners           bool
		want             []string
	}{
		{"accounts", desk("accountId"), desk("AccountId"), false, nil},
		{"an account and another reference", desk("accountId"), desk("ReportsToId"), false, []string{"ERROR TYPE_MISMATCH"}},
		{"another reference and an account", desk("managerId"), desk("AccountId"), false, []string{"ERROR TYPE_MISMATCH"}},
		{"owners", desk("ownerId", agents), desk("OwnerId", users), true, []string{"WARNING INVALID_PARAMETER"}},
		{"an agent and no user", desk("ownerId", agents), desk("OwnerId", to("Group")), false, []string{"ERROR TYPE_MISMATCH"}},
		{"no agent and a user", desk("ownerId", to("teams")), desk("OwnerId", users), false, []string{"ERROR TYPE_MISMATCH"}},
		{"text of an agent and a user", field("ownerId", models.TypeText, agents), desk("OwnerId", users), false, []string{"ERROR TYPE_MISMATCH"}},
		{"an agent and text of a user", desk("ownerId", agents), field("OwnerId", models.TypeText, users), false, []string{"ERROR TYPE_MISMATCH"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, checkPair(c.desk, c.salesforce, models.RuleTwoWay)); diff != "" {
				t.Error(diff)
			}
			if got := Owners(models.FieldMapping{Desk: c.desk, Salesforce: c.salesforce}); got != c.owners {
				t.Errorf("owners is %t", got)
			}
		})
	}
	// An account has no parent: its reference to its parent account is none of ours.
	rule := models.RuleTwoWay
	_, problems := Build(models.AccountObject, []models.FieldMappingInput{{Desk: "accountId", Salesforce: "AccountId", Rule: &rule}}, []models.Field{desk("accountId")}, []models.Field{desk("AccountId")})
	if diff := cmp.Diff([]string{"ERROR TYPE_MISMATCH"}, summary(problems)); diff != "" {
		t.Error(diff)
	}
}

func TestTheMissingChoicesAreNamedUpToFive(t *testing.T) {
	desk := field("tier", models.TypePicklist, choices("1", "2", "3", "4", "5", "6", "7"))
	rule := models.RuleDeskToSalesforce
	for missing, want := range map[int]string{
		5: "Salesforce's Tier does not have 5 of the values: 1, 2, 3, 4, 5",
		6: "Salesforce's Tier does not have 6 of the values: 1, 2, 3, 4, 5",
		1: "Salesforce's Tier does not have 1 of the values: 1",
	} {
		salesforce := field("Tier", models.TypePicklist, only(desk.Picklist[missing:]...))
		_, problems := Build(models.ContactObject, []models.FieldMappingInput{{Desk: "tier", Salesforce: "Tier", Rule: &rule}}, []models.Field{desk}, []models.Field{salesforce})
		if len(problems) != 1 || problems[0].Message != want {
			t.Errorf("%d missing: %+v", missing, problems)
		}
	}
}

func TestAProblemNamesTheFieldsThatItIsAbout(t *testing.T) {
	name := func(p *string) string {
		if p == nil {
			return "-"
		}
		return *p
	}
	desk, salesforce := []models.Field{field("lastName", models.TypeText, required)}, []models.Field{field("LastName", models.TypeText, required)}
	_, problems := Build(models.ContactObject, []models.FieldMappingInput{{Desk: "nobody", Salesforce: "LastName"}, {Desk: "lastName"}}, desk, salesforce)
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprint(p.Code, " ", name(p.Desk), " ", name(p.Salesforce)))
	}
	want := []string{"INVALID_PARAMETER nobody LastName", "INVALID_PARAMETER lastName -", "REQUIRED_FIELD_MISSING lastName -", "REQUIRED_FIELD_MISSING - LastName"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAFieldThatCannotBeFoundHidesNoOther(t *testing.T) {
	desk, salesforce := []models.Field{field("a", models.TypeText)}, []models.Field{field("A", models.TypeText)}
	mappings, problems := Build(models.ContactObject, []models.FieldMappingInput{{Desk: "gone", Salesforce: "A"}, {Desk: "a", Salesforce: "A"}}, desk, salesforce)
	if len(mappings) != 1 || mappings[0].Desk.Name != "a" || mappings[0].Position != 1 || mappings[0].Rule != models.RuleTwoWay || mappings[0].Object != models.ContactObject {
		t.Errorf("%+v", mappings)
	}
	if diff := cmp.Diff([]string{"ERROR INVALID_PARAMETER"}, summary(problems)); diff != "" {
		t.Error(diff)
	}
}

func TestARequiredFieldMustBeFilled(t *testing.T) {
	name, other := field("LastName", models.TypeText, required), field("Region", models.TypeText, required)
	uncreatable := field("CaseNumber", models.TypeText, required, readOnly)
	desk := []models.Field{field("lastName", models.TypeText), field("region", models.TypeText)}
	in := func(desk, salesforce string, rule models.FieldRule) models.FieldMappingInput {
		return models.FieldMappingInput{Desk: desk, Salesforce: salesforce, Rule: &rule}
	}
	for _, c := range []struct {
		name string
		in   []models.FieldMappingInput
		want []string
	}{
		{"both are filled", []models.FieldMappingInput{in("lastName", "LastName", models.RuleTwoWay), in("region", "Region", models.RuleDeskToSalesforce)}, nil},
		{"one flows the other way", []models.FieldMappingInput{in("lastName", "LastName", models.RuleTwoWay), in("region", "Region", models.RuleSalesforceToDesk)}, []string{"WARNING REQUIRED_FIELD_MISSING"}},
		{"the name flows the other way: some records can still be made", []models.FieldMappingInput{in("lastName", "LastName", models.RuleSalesforceToDesk), in("region", "Region", models.RuleTwoWay)}, []string{"WARNING REQUIRED_FIELD_MISSING"}},
		{"the name is off", []models.FieldMappingInput{in("lastName", "LastName", models.RuleOff), in("region", "Region", models.RuleTwoWay)}, []string{"ERROR REQUIRED_FIELD_MISSING"}},
		{"another field is off", []models.FieldMappingInput{in("lastName", "LastName", models.RuleTwoWay), in("region", "Region", models.RuleOff)}, []string{"WARNING REQUIRED_FIELD_MISSING"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := Build(models.ContactObject, c.in, desk, []models.Field{uncreatable, name, other})
			if diff := cmp.Diff(c.want, summary(problems)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOurOwnMarkIsNotForMappingOnEitherSide(t *testing.T) {
	desk := []models.Field{field("cf_sidelight_link_id", models.TypeText), field("a", models.TypeText)}
	salesforce := []models.Field{field("Sidelight_Link_Id__c", models.TypeText), field("A", models.TypeText)}
	for _, in := range []models.FieldMappingInput{{Desk: "cf_sidelight_link_id", Salesforce: "A"}, {Desk: "a", Salesforce: "Sidelight_Link_Id__c"}} {
		mappings, problems := Build(models.ContactObject, []models.FieldMappingInput{in}, desk, salesforce)
		if diff := cmp.Diff([]string{"ERROR INVALID_PARAMETER"}, summary(problems)); diff != "" || len(mappings) > 0 {
			t.Errorf("%+v: %s %v", in, diff, mappings)
		}
	}
}

func TestTheStandardMappingNamesWhatBothVendorsHave(t *testing.T) {
	contacts, accounts := Defaults(models.ContactObject), Defaults(models.AccountObject)
	if len(contacts) != 13 || len(accounts) != 12 {
		t.Errorf("%d and %d pairs come mapped", len(contacts), len(accounts))
	}
	if diff := cmp.Diff([]models.FieldMappingInput{{Desk: "lastName", Salesforce: "LastName"}, {Desk: "accountName", Salesforce: "Name"}}, []models.FieldMappingInput{contacts[0], accounts[0]}); diff != "" {
		t.Errorf("the names come first: %+v %+v", contacts[0], accounts[0])
	}
}

func TestAMappingThatIsOffIsNotRead(t *testing.T) {
	m := []models.FieldMapping{
		{Desk: field("a", models.TypeText), Salesforce: field("A", models.TypeText), Rule: models.RuleOff},
		{Desk: field("b", models.TypeText), Salesforce: field("B", models.TypeText), Rule: models.RuleDeskToSalesforce},
	}
	if diff := cmp.Diff([]string{"b"}, Fields(m, models.Desk)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"B"}, Fields(m, models.Salesforce)); diff != "" {
		t.Error(diff)
	}
}
