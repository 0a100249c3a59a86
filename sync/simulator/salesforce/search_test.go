package salesforce

import (
	"fmt"
	neturl "net/url"
	"slices"
	"strings"
	"testing"
)

func (r *rig) sosl(text string) reply {
	r.Helper()
	return r.call("GET", "/search?q="+neturl.QueryEscape(text), nil)
}

// foundNames are the LastName or Name of what a search found, in order.
func foundNames(a reply) []string {
	a.Helper()
	names := []string{}
	for _, one := range objects(a.want(200).body["searchRecords"]) {
		name, _ := one["LastName"].(string)
		if name == "" {
			name, _ = one["Name"].(string)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestASearchFindsWholeWordsInTheFieldsItNames(t *testing.T) {
	r := newRig(t)
	for _, one := range []obj{
		{"FirstName": "Zdena", "LastName": "Quixote", "Email": "zq@mancha.example", "Phone": "+420 (555) 010-9922"},
		{"FirstName": "Rosi", "LastName": "Quixotic", "Title": "Tilts at windmills, with Quixote"},
		{"FirstName": "Gone", "LastName": "Quixote-Gone"}} {
		r.make("Contact", one)
	}
	r.call("DELETE", "/sobjects/Contact/"+r.rows("SELECT Id FROM Contact WHERE FirstName = 'Gone'")[0]["Id"].(string), nil).want(204)
	r.make("Account", obj{"Name": "Quixote & Sons", "Phone": "555 010 9922"})
	for _, one := range []struct{ terms, rest, want string }{
		{"quixote", "IN NAME FIELDS RETURNING Contact(LastName)", "Quixote"},
		{"quixote", "RETURNING Contact(LastName), Account(Name)", "Quixote, Quixote & Sons, Quixotic"},
		{"Quixot*", "IN NAME FIELDS RETURNING Contact(Id, LastName ORDER BY LastName)", "Quixote, Quixotic"},
		{"Quixot?", "IN NAME FIELDS RETURNING Contact(LastName)", "Quixote"},
		{"windmills quixote", "RETURNING Contact(LastName)", "Quixotic"},
		{`"at windmills"`, "RETURNING Contact(LastName)", "Quixotic"},
		{`"windmills at"`, "RETURNING Contact(LastName)", ""},
		{"zdena OR rosi", "RETURNING Contact(LastName)", "Quixote, Quixotic"},
		{"quixote AND NOT rosi", "RETURNING Contact(LastName)", "Quixote"},
		{"(zdena OR rosi) AND windmills", "RETURNING Contact(LastName)", "Quixotic"},
		{`zq@mancha.example`, "IN EMAIL FIELDS RETURNING Contact(LastName), Account(Name)", "Quixote"},
		{`5550109922`, "IN PHONE FIELDS RETURNING Contact(LastName), Account(Name)", "Quixote & Sons"},
		{"quixot*", "IN NAME FIELDS RETURNING Contact(LastName WHERE FirstName = 'Rosi' LIMIT 5)", "Quixotic"},
		{"quixot*", "IN NAME FIELDS RETURNING Contact(LastName ORDER BY LastName DESC LIMIT 1)", "Quixotic"},
		{"quixot*", "IN NAME FIELDS RETURNING Contact(LastName ORDER BY LastName) LIMIT 1", "Quixote"},
		{"nobodyatall", "RETURNING Contact(LastName)", ""},
	} {
		if got := strings.Join(foundNames(r.sosl("FIND {"+one.terms+"} "+one.rest)), ", "); got != one.want {
			t.Errorf("%s %s: %q instead of %q", one.terms, one.rest, got, one.want)
		}
	}
	everywhere := objects(r.sosl("FIND {quixote}").want(200).body["searchRecords"])
	if len(everywhere) != 3 || len(everywhere[0]) != 2 || everywhere[0]["attributes"].(obj)["type"] != "Account" {
		t.Error(everywhere)
	}
	if old := r.call("GET", "/services/data/v36.0/search/?q="+neturl.QueryEscape("FIND {quixote}"), nil).want(200); len(old.all()) != 3 {
		t.Error("before version 37 the answer is a bare list: ", old.raw)
	}
}

func TestAWrongSearchIsRefused(t *testing.T) {
	r := newRig(t)
	for text, code := range map[string]string{
		"":                            "MALFORMED_SEARCH",
		"FIND Smith":                  "MALFORMED_SEARCH",
		"FIND {Smith":                 "MALFORMED_SEARCH",
		"FIND {}":                     "MALFORMED_SEARCH",
		"FIND {a}":                    "MALFORMED_SEARCH",
		"FIND {(Smith}":               "MALFORMED_SEARCH",
		"FIND {Smith AND}":            "MALFORMED_SEARCH",
		`FIND {"Smith}`:               "MALFORMED_SEARCH",
		"SELECT Id FROM Contact":      "MALFORMED_SEARCH",
		"FIND {Smith} IN SOME FIELDS": "MALFORMED_SEARCH",
		// U+0250 grows when it is capitalized.
		"FIND {Smith} IN \u0250": "MALFORMED_SEARCH",
		"FIND {Smith} RETURNING": "MALFORMED_SEARCH",
		"FIND {Smith} RETURNING Contact(\u0250\u0250\u0250 WHERE Id = null)": "MALFORMED_QUERY",
		"FIND {Smith} RETURNING Contact(Id":                                  "MALFORMED_SEARCH",
		"FIND {Smith} LIMIT 3000":                                            "MALFORMED_SEARCH",
		"FIND {Smith} WITH SNIPPET":                                          "MALFORMED_SEARCH",
		"FIND {Smith} RETURNING Nothing(Id)":                                 "INVALID_TYPE",
		"FIND {Smith} RETURNING Contact(No)":                                 "INVALID_FIELD",
	} {
		r.sosl(text).refused(400, code)
	}
}

func TestASearchByParameters(t *testing.T) {
	r := newRig(t)
	for n := range 3 {
		r.make("Contact", obj{"FirstName": fmt.Sprintf("N%d", n), "LastName": "Parametrix"})
	}
	r.make("Account", obj{"Name": "Parametrix AG"})
	if got := foundNames(r.call("GET", "/parameterizedSearch/?q=parametrix&sobject=Contact&Contact.fields=Id,LastName&Contact.limit=2", nil)); len(got) != 2 {
		t.Error(got)
	}
	body := obj{"q": "parametrix", "in": "NAME", "fields": arr{"Id"}, "overallLimit": 3, "sobjects": arr{
		obj{"name": "Account", "fields": arr{"Name"}}, obj{"name": "Contact", "where": "FirstName != 'N1'", "orderBy": "FirstName DESC", "fields": arr{"FirstName", "LastName"}}}}
	found := objects(r.call("POST", "/parameterizedSearch", body).want(200).body["searchRecords"])
	if len(found) != 3 || found[0]["Name"] != "Parametrix AG" || found[1]["FirstName"] != "N2" || found[2]["FirstName"] != "N0" {
		t.Error(found)
	}
	if all := objects(r.call("GET", "/parameterizedSearch?q=parametrix", nil).want(200).body["searchRecords"]); len(all) != 4 {
		t.Error(all)
	}
	r.call("GET", "/parameterizedSearch", nil).refused(400, "MALFORMED_SEARCH")
	r.call("GET", "/parameterizedSearch?q=parametrix&sobject=Contact&Contact.limit=x", nil).refused(400, "INVALID_QUERY_PARAMETER")
	r.call("GET", "/parameterizedSearch?q=parametrix&fields=Id", nil).refused(400, "INVALID_INPUT")
	r.call("POST", "/parameterizedSearch", obj{"q": "parametrix", "sobjects": arr{obj{"name": "Nothing"}}}).refused(400, "INVALID_TYPE")
	r.call("GET", "/services/data/v35.0/parameterizedSearch?q=parametrix", nil).refused(404, "NOT_FOUND")
}

func TestWhatAUserLookedAtIsRemembered(t *testing.T) {
	r := newRig(t)
	if a := r.call("GET", "/recent", nil).want(200); a.raw != "[]\n" {
		t.Error(a.raw)
	}
	first, second, company := r.make("Contact", obj{"LastName": "First"}), r.make("Contact", obj{"LastName": "Second"}), r.make("Account", obj{"Name": "Company"})
	for _, id := range []string{first, second, first} {
		r.rows("SELECT Id FROM Contact WHERE Id = '" + id + "' FOR VIEW")
	}
	r.rows("SELECT Id FROM Contact WHERE LastName = 'Second'") // nobody sees these
	r.rows("SELECT Id FROM Account WHERE Id = '" + company + "' FOR REFERENCE")
	all := r.call("GET", "/recent/", nil).want(200).all()
	if len(all) != 3 || all[0]["Id"] != company || all[0]["Name"] != "Company" || all[1]["Id"] != first || all[2]["Id"] != second ||
		all[1]["attributes"].(obj)["url"] != base+"/sobjects/Contact/"+first {
		t.Error(all)
	}
	if two := r.call("GET", "/recent?limit=2", nil).want(200).all(); len(two) != 2 {
		t.Error(two)
	}
	r.call("DELETE", "/sobjects/Contact/"+first, nil).want(204)
	about := r.call("GET", "/sobjects/contact", nil).want(200)
	if items := objects(about.body["recentItems"]); len(items) != 1 || items[0]["Id"] != second || about.body["objectDescribe"].(obj)["keyPrefix"] != "003" {
		t.Error(about.raw)
	}
	r.call("GET", "/sobjects/Nothing", nil).refused(404, "NOT_FOUND")
	r.call("GET", "/recent?limit=x", nil).refused(400, "INVALID_QUERY_PARAMETER")
}

func TestRecordsAreCountedByObject(t *testing.T) {
	r := newRig(t)
	r.call("DELETE", "/sobjects/Contact/"+r.make("Contact", obj{"LastName": "Gone"}), nil).want(204)
	want := map[string]float64{}
	for _, object := range []string{"Account", "Contact"} {
		want[object] = r.query("SELECT COUNT() FROM " + object).want(200).body["totalSize"].(float64)
	}
	counts := objects(r.call("GET", "/limits/recordCount?sObjects=Contact,account,Nothing", nil).want(200).body["sObjects"])
	if len(counts) != 2 || counts[0]["name"] != "Account" || counts[0]["count"] != want["Account"] || counts[1]["count"] != want["Contact"] {
		t.Error(counts, want)
	}
	if all := objects(r.call("GET", "/limits/recordCount/", nil).want(200).body["sObjects"]); len(all) < 10 {
		t.Error(all)
	}
	r.call("GET", "/services/data/v39.0/limits/recordCount", nil).refused(404, "NOT_FOUND")
}

func TestAnOrganizationWithoutCodeHasNoMetadataOfIt(t *testing.T) {
	r := newRig(t)
	tooling := func(soql string) reply { return r.call("GET", "/tooling/query?q="+neturl.QueryEscape(soql), nil) }
	a := tooling("SELECT Id, Name, ApiVersion FROM ApexClass WHERE Status = 'Active' ORDER BY Name").want(200)
	if want := `{"size":0,"totalSize":0,"done":true,"queryLocator":null,"entityTypeName":"ApexClass","records":[]}`; strings.TrimSpace(a.raw) != want {
		t.Error(a.raw)
	}
	if counted := tooling("SELECT COUNT(Id) n FROM ValidationRule").want(200).records(); len(counted) != 1 || counted[0]["n"] != 0.0 {
		t.Error(counted)
	}
	tooling("SELECT Id FROM Contact").refused(400, "INVALID_TYPE")
	tooling("SELECT Nothing FROM ApexClass").refused(400, "INVALID_FIELD")
	tooling("").refused(400, "MALFORMED_QUERY")
}

func TestClientsOfOpenIDConnectAreToldWhereThingsAre(t *testing.T) {
	r := newRig(t)
	a := r.send("GET", "/.well-known/openid-configuration", nil).want(200)
	if a.text("issuer") != r.url {
		t.Error(a.raw)
	}
	who := r.send("GET", strings.TrimPrefix(a.text("userinfo_endpoint"), r.url), nil, "Authorization", "Bearer "+r.token).want(200)
	if who.text("preferred_username") != Username {
		t.Error(who.raw)
	}
	if keys := r.send("GET", strings.TrimPrefix(a.text("jwks_uri"), r.url), nil).want(200); len(keys.body["keys"].(arr)) != 0 {
		t.Error(keys.raw)
	}
	form := neturl.Values{"grant_type": {"client_credentials"}, "client_id": {ClientID}, "client_secret": {ClientSecret}}.Encode()
	r.send("POST", strings.TrimPrefix(a.text("token_endpoint"), r.url), form, "Content-Type", "application/x-www-form-urlencoded").want(200)
}
