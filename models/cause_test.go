package models

import "testing"

func TestFailuresThatShareACauseHaveOneKey(t *testing.T) {
	ann, bob := "Ann Lee", "Bob Ray"
	base := Failure{Object: ContactObject, Target: Salesforce, Code: CodeInvalidPicklist, Fields: Strings{"A", "B"},
		Message: `Salesforce does not take the value: bad value for restricted picklist field: "Gold" (Ann Lee, 0031x00000abcde)`, RecordName: &ann}
	same := base
	same.Message = `Salesforce does not take the value: bad value for restricted picklist field: "Silver tier" (Bob Ray, 0031x00000fghij)`
	same.RecordName, same.Fields, same.ID, same.Attempts = &bob, Strings{"B", "A"}, "another", 7
	if base.CauseKey() != same.CauseKey() || len(base.CauseKey()) != 24 {
		t.Errorf("%q and %q", base.causeWords(), same.causeWords())
	}
	for name, change := range map[string]func(*Failure){
		"object":  func(f *Failure) { f.Object = AccountObject },
		"side":    func(f *Failure) { f.Target = Desk },
		"code":    func(f *Failure) { f.Code = CodeTypeMismatch },
		"field":   func(f *Failure) { f.Field = "A" },
		"fields":  func(f *Failure) { f.Fields = Strings{"A"} },
		"message": func(f *Failure) { f.Message = "Salesforce does not take the value: it is too long" },
	} {
		other := base
		change(&other)
		if other.CauseKey() == base.CauseKey() {
			t.Errorf("another %s has the same cause", name)
		}
	}
	for a, b := range map[string]string{
		"email ann@example.com is taken":         "Email bob@example.org is taken.",
		"no more than 255 characters, found 300": "no more than 255 characters, found 4,000",
		"'Ann' is not a date":                    "'tomorrow at noon' is not a date",
		"«Lyon» n'existe pas":                    "«Paris la belle» n'existe pas",
		"the  value\n“x” is not listed":          "the value “y and z” is not listed",
	} {
		if one, two := (Failure{Message: a}).causeWords(), (Failure{Message: b}).causeWords(); one != two {
			t.Errorf("%q and %q", one, two)
		}
	}
	apart := [2]string{"the integration's user may not read it's phone", "the integration's user may not write it's phone"}
	if (Failure{Message: apart[0]}).CauseKey() == (Failure{Message: apart[1]}).CauseKey() {
		t.Error("apostrophes are taken for quotation marks")
	}
}
