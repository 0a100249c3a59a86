package salesforce_test

import (
	"testing"

	"sidelight/models"
	"sidelight/sync/salesforce"
)

func TestAClientServesTheOrganizationOfItsConnectionAndNoOther(t *testing.T) {
	const other = "00D000000000002EAA"
	o := start(t)
	org, err := o.Organization(ctx)
	check(t, err)
	if info, err := o.Check(ctx); err != nil || len(org) != 18 || info.OrgID != org {
		t.Fatalf("%q, and the check says %q, %v", org, info.OrgID, err)
	}
	if o.calls(tokenCalls) != 1 {
		t.Errorf("%d sign-ins", o.calls(tokenCalls))
	}
	o.settings(`{"orgId":"` + other + `"}`)
	for range 3 {
		if err := count(o.Client); models.CodeOf(err) != models.CodeOtherOrganization || models.MayRetry(err) {
			t.Fatalf("another organization answers, and the client says %v", err)
		}
	}
	if n := o.calls(tokenCalls); n != 2 {
		t.Errorf("%d sign-ins: refused credentials are not tried again and again", n)
	}
	if creds, _ := o.load(ctx); creds.AccessToken != "" && creds.AccessToken[:15] == other[:15] {
		t.Error("a session with another organization was kept")
	}
	// Another process knows it from its connection alone.
	for _, known := range []string{org, org[:15]} {
		if err := count(o.client(func(c *salesforce.Config) { c.OrgID = known })); models.CodeOf(err) != models.CodeOtherOrganization {
			t.Errorf("%s: %v", known, err)
		}
	}
	if got, err := o.client(func(c *salesforce.Config) { c.OrgID = other }).Organization(ctx); err != nil || got != other {
		t.Errorf("%s, %v", got, err)
	}
}
