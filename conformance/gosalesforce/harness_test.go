// Package gosalesforce lets the Go client go-salesforce work with the simulated Salesforce that
// scripts/conformance has started. It is a module of its own, so that the client's dependencies are
// not the product's.
package gosalesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/k-capehart/go-salesforce/v3"
)

// contacts is how many scripts/conformance fills the simulator with.
const contacts = 450

// address is where the simulated Salesforce listens.
func address(t *testing.T) string {
	t.Helper()
	base := os.Getenv("SALESFORCE_URL")
	if base == "" {
		t.Fatal("SALESFORCE_URL is not set: run scripts/conformance")
	}
	return base
}

func demo(t *testing.T) salesforce.Creds {
	t.Helper()
	return salesforce.Creds{Domain: address(t), ConsumerKey: "demo", ConsumerSecret: "demo-secret"}
}

// connect signs in with client credentials.
func connect(t *testing.T, options ...salesforce.Option) *salesforce.Salesforce {
	t.Helper()
	sf, err := salesforce.Init(demo(t), options...)
	if err != nil {
		t.Fatal(err)
	}
	return sf
}

// control posts to the simulator's control surface.
func control(t *testing.T, path string, body any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(address(t)+"/_sim/"+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		t.Fatalf("POST /_sim/%s: %s", path, answer.Status)
	}
}

// fresh is a word that no other record has.
func fresh(word string) string { return word + strconv.FormatInt(time.Now().UnixNano(), 36) }

// row is a record of whatever fields.
type row = map[string]any

// find runs a query that has to work.
func find(t *testing.T, sf *salesforce.Salesforce, format string, args ...any) []row {
	t.Helper()
	var out []row
	if err := sf.Query(fmt.Sprintf(format, args...), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// codes are how the records of a call fared: ok, or the code of the refusal.
func codes(t *testing.T, results salesforce.SalesforceResults, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, one := range results.Results {
		switch {
		case one.Success:
			out = append(out, "ok")
		case len(one.Errors) == 0:
			out = append(out, "refused without a reason")
		default:
			out = append(out, one.Errors[0].StatusCode)
		}
	}
	if failed := strings.Trim(strings.Join(out, ""), "ok") != ""; failed != results.HasSalesforceErrors {
		t.Errorf("HasSalesforceErrors is %v: %v", results.HasSalesforceErrors, out)
	}
	return strings.Join(out, " ")
}

// refused checks the code of a refusal, which the client hands on as the vendor's body.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("it was not refused with %s", code)
	}
	var body []struct{ ErrorCode, Message string }
	if bad := json.Unmarshal([]byte(err.Error()), &body); bad != nil || len(body) != 1 || body[0].ErrorCode != code || body[0].Message == "" {
		t.Errorf("%v instead of %s", err, code)
	}
}
