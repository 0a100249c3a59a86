package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// everything is a card with all that the API shows of a customer.
const everything = `contact{...C account{...A} ...R} account{...A ...S}`

const everyFragment = `
fragment C on Contact{id name firstName lastName email phone mobile title department mailingAddress{street city state postalCode country} owner{id name email} createdAt fields{name value}}
fragment A on Account{id name website phone industry annualRevenue numberOfEmployees billingAddress{street city state postalCode country} owner{id name email} createdAt fields{name value}}
fragment R on Contact{opportunities{nodes{...O}} notes{nodes{...N}} events{nodes{...E}} tasks{nodes{...T}}}
fragment S on Account{opportunities{nodes{...O}} notes{nodes{...N}} events{nodes{...E}} tasks{nodes{...T}}}
fragment O on Opportunity{id name stage amount currency probability closeDate open won role updatedAt owner{id name email} account{id}}
fragment N on Note{id title body createdAt updatedAt createdBy{id name email}}
fragment E on Event{id subject startsAt endsAt allDay location description owner{id name email}}
fragment T on Task{id subject status priority dueDate open description owner{id name email}}`

// behind are the columns behind the fields of related records: the database's and Salesforce's.
var behind = map[string][2]string{
	"Opportunity.name": {"name", "Name"}, "Opportunity.stage": {"stage", "StageName"}, "Opportunity.amount": {"amount", "Amount"}, "Opportunity.currency": {"currency", "CurrencyIsoCode"},
	"Opportunity.probability": {"probability", "Probability"}, "Opportunity.closeDate": {"close_date", "CloseDate"}, "Opportunity.open": {"open", "IsClosed"}, "Opportunity.won": {"won", "IsWon"},
	"Opportunity.updatedAt": {"updated_at", "LastModifiedDate"}, "Opportunity.owner": {"owner_id", "OwnerId"}, "Opportunity.account": {"account_id", "AccountId"}, "Opportunity.role": {"role", "Role"},
	"Note.title": {"title", "Title"}, "Note.body": {"body", "Body"}, "Note.createdAt": {"created_at", "CreatedDate"}, "Note.updatedAt": {"updated_at", "LastModifiedDate"}, "Note.createdBy": {"created_by_id", "CreatedById"},
	"Event.subject": {"subject", "Subject"}, "Event.startsAt": {"starts_at", "StartDateTime"}, "Event.endsAt": {"ends_at", "EndDateTime"}, "Event.allDay": {"all_day", "IsAllDayEvent"},
	"Event.location": {"location", "Location"}, "Event.description": {"description", "Description"}, "Event.owner": {"owner_id", "OwnerId"},
	"Task.subject": {"subject", "Subject"}, "Task.status": {"status", "Status"}, "Task.priority": {"priority", "Priority"}, "Task.dueDate": {"due_date", "ActivityDate"}, "Task.open": {"open", "IsClosed"},
	"Task.description": {"description", "Description"}, "Task.owner": {"owner_id", "OwnerId"}, "User.name": {"owner_name", "Owner.Name"}, "User.email": {"owner_email", "Owner.Email"},
}

// tables are where the related records of a type are, in the database and in Salesforce.
var tables = map[string][2]string{"Opportunity": {"opportunities", "FROM Opportunity "}, "Note": {"`notes`", "Notes"}, "Event": {"`events`", "FROM Event "}, "Task": {"`tasks`", "FROM Task "}, "User": {"opportunities", "FROM Opportunity "}}

// columnsOf are the names between SELECT and the FROM of a table, wherever in a statement it is
// read: a union reads it in several parts.
func columnsOf(statement, table string) (out []string) {
	for at := 0; ; {
		next := strings.Index(statement[at:], table)
		if next < 0 {
			return out
		}
		at += next
		before := statement[:at]
		list, _, _ := strings.Cut(before[max(strings.LastIndex(before, "SELECT "), 0):]+statement[at:], " FROM ")
		out = append(out, strings.FieldsFunc(strings.TrimPrefix(list, "SELECT "), func(r rune) bool { return strings.ContainsRune("`, ()", r) })...)
		at += len(table)
	}
}

var (
	mirrorAlias = regexp.MustCompile(`\b(?:desk|salesforce)(_contacts|_accounts)` + "`? (\\w+) ON")
	extracted   = regexp.MustCompile(`JSON_EXTRACT\((\w+)\.data, '\$\."([^"]+)"'\)`)
)

// readsField tells whether a statement reads a vendor's field of the mirrors of an object,
// _contacts or _accounts: by its name, or with all others. A statement may read the mirrors of both
// objects, each by an alias of its own.
func readsField(statement, object, field string) bool {
	named := false
	rest := extracted.ReplaceAllString(statement, "")
	for _, a := range mirrorAlias.FindAllStringSubmatch(statement, -1) {
		named = true
		if a[1] != object {
			continue
		}
		if strings.Contains(rest, a[2]+".data") || strings.Contains(rest, a[2]+".*") {
			return true
		}
		for _, e := range extracted.FindAllStringSubmatch(statement, -1) {
			if e[1] == a[2] && e[2] == field {
				return true
			}
		}
	}
	return !named && strings.Contains(statement, object) && strings.Contains(statement, `$."`+field+`"`)
}

func reads(list []string, table, column string) string {
	for _, s := range list {
		if strings.Contains(s, table) && slices.ContainsFunc(columnsOf(s, table), func(c string) bool {
			return c == column || c == "o."+column || c == "oc."+column || c == "*" || c == "o.*"
		}) {
			return s
		}
	}
	return ""
}

// shows are all values that an answer shows for a field of a type, wherever they are.
func shows(v any, on, field string) (out []any) {
	holders := map[string][]string{"Contact": {"contact"}, "Account": {"account"}, "Address": {"mailingAddress", "billingAddress"}, "User": {"owner", "createdBy"},
		"Opportunity": {"opportunities"}, "Note": {"notes"}, "Event": {"events"}, "Task": {"tasks"}}
	var look func(v any, below string)
	look = func(v any, below string) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				look(one, below)
			}
		case map[string]any:
			if nodes, ok := v["nodes"]; ok {
				look(nodes, below)
				return
			}
			if value, ok := v[field]; ok && slices.Contains(holders[on], below) {
				out = append(out, value)
			}
			for name, one := range v {
				look(one, name)
			}
		}
	}
	look(v, "")
	return out
}

func mapped(v any) (names []string) {
	for _, list := range shows(map[string]any{"contact": dig(v, "customer", "contact")}, "Contact", "fields") {
		for _, f := range list.([]any) {
			names = append(names, dig(f, "name").(string))
		}
	}
	return names
}

// TestASingleHiddenFieldVanishesFromAnswersStatementsAndCalls hides every single field in turn,
// under each of its names.
func TestASingleHiddenFieldVanishesFromAnswersStatementsAndCalls(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 16)
	mapping := h.askWith(h.admin, `query{fieldMappings(object:CONTACT){desk{name} salesforce{name} rule}}`, nil)
	mappings := list(mapping.data, "fieldMappings")
	var inputs []map[string]any
	for _, m := range mappings {
		inputs = append(inputs, map[string]any{"desk": dig(m, "desk", "name"), "salesforce": dig(m, "salesforce", "name"), "rule": dig(m, "rule")})
	}
	inputs = append(inputs, map[string]any{"desk": "cf_newsletter", "salesforce": "Newsletter__c", "rule": "TWO_WAY"})
	if saved := h.askWith(h.admin, `mutation($m:[FieldMappingInput!]!){saveFieldMappings(object:CONTACT,mappings:$m){saved problems{message}}}`, map[string]any{"m": inputs}); dig(saved.data, "saveFieldMappings", "saved") != true {
		t.Fatal(saved.text)
	}
	h.settled()
	var person map[string]any // whose card has the most to hide
	query := ""
	most := 0
	h.permit(nil)
	for _, p := range h.people() {
		q := fmt.Sprintf("query{customer(by:{deskContactId:%q}){%s}}%s", p["deskId"], everything, everyFragment)
		if a := h.ask(h.agent(models.DenyMask), q); len(a.text) > most {
			person, query, most = p, q, len(a.text)
		}
	}
	refresh := strings.Replace(strings.Replace(query, "query{customer", "mutation{refreshCustomer", 1), "{customer", "{refreshCustomer", 1)
	whole := h.ask(h.agent(models.DenyMask), query)
	if whole.errors != nil || len(mapped(whole.data)) < 5 || !slices.Contains(mapped(whole.data), "Newsletter__c") {
		t.Fatalf("%v: %s", person, brief(whole.text))
	}

	type hiding struct {
		name, on, field string
		sources         models.Sources
	}
	var all []hiding
	for on, table := range map[string]map[string]models.Sources{"Contact": models.ContactSources, "Account": models.AccountSources} {
		for field, s := range table {
			all = append(all, hiding{on + "." + field, on, field, s})
			if on == "Contact" && field != "name" {
				all = append(all, hiding{s.Salesforce[0], on, field, models.Sources{Salesforce: s.Salesforce[:1]}})
			}
		}
	}
	for name := range behind {
		on, field, _ := strings.Cut(name, ".")
		all = append(all, hiding{name: name, on: on, field: field})
	}
	all = append(all, hiding{name: "Newsletter__c", sources: models.Sources{Salesforce: []string{"Newsletter__c"}, Desk: []string{"cf_newsletter"}}},
		hiding{name: "CF_NEWSLETTER", sources: models.Sources{Salesforce: []string{"Newsletter__c"}, Desk: []string{"cf_newsletter"}}}, hiding{name: "Address.city", on: "Address", field: "city",
			sources: models.Sources{Salesforce: []string{"MailingCity", "BillingCity"}, Desk: []string{"city"}}})
	// A round hides one field of each type; of users and addresses, which the others hold, by
	// themselves.
	rounds, turn := map[int][]hiding{}, map[string]int{}
	for _, c := range all {
		n := turn[c.on]
		turn[c.on]++
		if c.on == "User" || c.on == "Address" {
			n += 100 * len(c.on)
		}
		rounds[n] = append(rounds[n], c)
	}
	for _, round := range rounds {
		var names []string
		for _, c := range round {
			names = append(names, c.name)
		}
		h.permit(nil, names...)
		h.readStatements()
		a := h.ask(h.agent(models.DenyMask), query)
		said := h.readStatements()
		asked := h.since(func() { h.ask(h.agent(models.DenyMask), refresh) })
		if a.errors != nil || dig(a.data, "customer", "contact", "id") == nil {
			t.Fatalf("%v hidden: %s", names, brief(a.text))
		}
		for _, c := range round {
			if c.field != "" {
				if got := shows(a.data, c.on, c.field); len(got) == 0 && len(shows(whole.data, c.on, c.field)) > 0 || slices.ContainsFunc(got, func(v any) bool { return v != nil }) {
					t.Errorf("%s hidden: %s.%s is shown as %v", c.name, c.on, c.field, got)
				}
				if !slices.Contains(a.denied(), c.on+"."+c.field) {
					t.Errorf("%s hidden: %v are said to be denied", c.name, a.denied())
				}
			}
			object := map[bool]string{true: "_accounts", false: "_contacts"}[c.on == "Account"]
			for _, name := range append(slices.Clone(c.sources.Salesforce), c.sources.Desk...) {
				for _, s := range said {
					if readsField(s, object, name) {
						t.Errorf("%s hidden: %s is read: %s", c.name, name, brief(s))
					}
				}
				if c.on != "Account" && slices.Contains(mapped(a.data), name) {
					t.Errorf("%s hidden: %s is among the fields", c.name, name)
				}
			}
			columns, related := behind[c.name]
			if !related {
				continue
			}
			if s := reads(said, tables[c.on][0], columns[0]); s != "" {
				t.Errorf("%s hidden: read from the database: %s", c.name, brief(s))
			}
			if s := reads(asked, tables[c.on][1], columns[1]); s != "" || !slices.ContainsFunc(asked, func(s string) bool { return strings.Contains(s, tables[c.on][1]) }) {
				t.Errorf("%s hidden: Salesforce was asked %s %v", c.name, s, asked)
			}
		}
	}
	h.permit(nil)
	again := h.ask(h.agent(models.DenyMask), query)
	for name := range behind { // what was read in part has blanked nothing for others
		on, field, _ := strings.Cut(name, ".")
		if before, now := text(shows(whole.data, on, field)), text(shows(again.data, on, field)); len(before) != len(now) && on != "User" {
			t.Errorf("%s was %s and is %s", name, brief(before), brief(now))
		}
	}
}

// TestANameThatHidesNothingIsRefused keeps a slip of the pen from leaving a field open.
func TestANameThatHidesNothingIsRefused(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 8)
	for name, good := range map[string]bool{
		"Contact.phone": true, "contact.PHONE": true, "Phone": true, "Contact.Phone": true, "Description": true, "Opportunity.amount": true, "User.email": true, "Address.city": true, "PipelineBucket.amount": true,
		"Loyalty__c": true, "cf_loyalty": true, "Account.Loyalty__c": true,
		"Contact.fone": false, "Kontact.phone": false, "": false, "phone ": true, "Contact": false, "Contact.id": false, "Query.contacts": false, "Mutation.pauseSync": false, "*": false, "Contact.*": false,
	} {
		a := h.askWith(h.admin, `mutation($id:ID!,$h:[String!]){setProfilePermission(profileId:$id,permission:{hiddenFields:$h}){permission{hiddenFields}}}`, map[string]any{"id": h.profile, "h": []string{name}})
		if (a.errors == nil) != good {
			t.Errorf("%q: %s", name, a.text)
		}
	}
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprintf("f%d__c", i)
	}
	if a := h.askWith(h.admin, `mutation($id:ID!,$h:[String!]){setProfilePermission(profileId:$id,permission:{hiddenFields:$h}){id}}`, map[string]any{"id": h.profile, "h": many}); a.errors == nil {
		t.Error("300 names are taken")
	}
}
