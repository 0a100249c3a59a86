package salesforce_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"sidelight/models"
	"sidelight/sync/salesforce"
)

func TestTheNewestVersionThatBothKnowIsUsed(t *testing.T) {
	o := start(t)
	for _, c := range []struct{ served, want string }{
		{`["58.0","60.0"]`, "version 60.0"},
		{`["66.0","68.0","71.0"]`, "version 68.0"},
	} {
		o.settings(`{"versions":` + c.served + `}`)
		info, err := o.client(func(*salesforce.Config) {}).Check(ctx)
		check(t, err)
		got := ""
		for _, one := range info.Checks {
			if one.Name == "API version" && one.OK {
				got = *one.Detail
			}
		}
		if got != c.want {
			t.Errorf("served %s: the check says %q, want %q", c.served, got, c.want)
		}
	}
}

// A version that is retired while the client runs is no record's fault: the next call takes another
// one.
func TestAVersionThatIsRetiredIsReplacedByTheNextCall(t *testing.T) {
	o := start(t)
	client := o.client(func(*salesforce.Config) {})
	_, err := client.Count(ctx, models.ContactObject)
	check(t, err)
	o.settings(`{"versions":["64.0","65.0"]}`)
	if _, err := client.Count(ctx, models.ContactObject); err != nil {
		t.Errorf("a read: %v", err)
	}
	results, err := client.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpCreate, LinkID: "retired", Values: contact("Retired", "")}})
	if err != nil || results[0].Err != nil {
		t.Errorf("a write: %v %+v", err, results)
	}
}

// A pinned version that is gone stops everything with a reason that names it, and no record.
func TestAPinnedVersionThatIsNotServedIsTheSidesTrouble(t *testing.T) {
	o := start(t)
	for version, status := range map[string]string{"30.0": "HTTP 410", "99.0": "HTTP 404"} {
		client := o.client(func(cfg *salesforce.Config) { cfg.APIVersion = version })
		_, readErr := client.Count(ctx, models.ContactObject)
		_, writeErr := client.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpCreate, LinkID: "pinned", Values: contact("Pinned", "")}})
		for what, err := range map[string]error{"a read": readErr, "a write": writeErr} {
			if models.CodeOf(err) != models.CodeSideUnusable || !models.MayRetry(err) || !strings.Contains(err.Error(), status) {
				t.Errorf("version %s, %s: %v", version, what, err)
			}
		}
	}
}

// A sign-in page of a proxy in the vendor's place says nothing about a record.
func TestAWebPageInTheVendorsPlaceIsTheSidesTrouble(t *testing.T) {
	o := start(t)
	for _, status := range []int{http.StatusOK, http.StatusForbidden, http.StatusNotFound} {
		client := o.client(func(*salesforce.Config) {})
		_, err := client.Describe(ctx, models.ContactObject)
		check(t, err)
		o.fault(`{"kind":"html","endpoint":"GET /services/data/*/query","status":` + strconv.Itoa(status) + `}`)
		_, err = client.Count(ctx, models.ContactObject)
		o.fault("")
		if models.CodeOf(err) != models.CodeSideUnusable {
			t.Errorf("status %d: %v", status, err)
		}
	}
}
