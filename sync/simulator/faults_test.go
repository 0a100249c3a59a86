package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// mischief is what a create meets on either vendor under a fault.
var mischief = []struct {
	rule      string
	committed bool
	status    int    // 0: no whole answer came
	want      string // in the answer, its headers or the error
}{
	{`{"kind":"drop_before"}`, false, 0, "EOF"},
	{`{"kind":"drop_after"}`, true, 0, "EOF"},
	{`{"kind":"reset"}`, true, 0, "reset"},
	{`{"kind":"truncate","bytes":9}`, true, 200, "{"},
	{`{"kind":"html"}`, false, 200, "<!DOCTYPE html>"},
	{`{"kind":"html","commit":true,"status":502}`, true, 502, "<!DOCTYPE html>"},
	{`{"kind":"status","status":500,"body":[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"m"}]}`, false, 500, "UNABLE_TO_LOCK_ROW"},
	{`{"kind":"status","status":429,"body":{"errorCode":"THRESHOLD_EXCEEDED"},"headers":{"Retry-After":"17"}}`, false, 429, "Retry-After: 17"},
	{`{"kind":"status","status":503,"headers":{"Retry-After":"+1m"}}`, false, 503, "GMT"},
	{`{"kind":"status","status":503,"body":"go away","commit":true}`, true, 503, "go away"},
	{`{"kind":"latency","latency":"5ms"}`, true, 200, "{"},
}

func TestEachFaultIsMetOnEitherVendor(t *testing.T) {
	r := start(t, small(""))
	v := connect(t, r.SalesforceURL, r.DeskURL)
	for side, base := range map[string]string{"salesforce": r.SalesforceURL, "desk": r.DeskURL} {
		for i, tc := range mischief {
			name := fmt.Sprint("Mischief", i)
			t.Run(side+" "+tc.rule, func(t *testing.T) {
				rule := map[string]any{}
				if err := json.Unmarshal([]byte(tc.rule), &rule); err != nil {
					t.Fatal(err)
				}
				rule["endpoint"], rule["times"], rule["contains"] = "POST /**", 1, name
				if status, err := v.send("POST", base+"/_sim/faults", "", []any{rule}, nil); err != nil || status != 200 {
					t.Fatal(status, err)
				}
				status, answer, err := v.attempt(side, name)
				switch {
				case tc.status == 0 && err == nil:
					t.Errorf("%d %s", status, answer)
				case tc.status == 0 && tc.want == "reset":
					if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Error(err)
					}
				case tc.status == 0:
					if !strings.Contains(err.Error(), tc.want) {
						t.Error(err)
					}
				case err != nil || status/100 != tc.status/100 || tc.status >= 400 && status != tc.status || !strings.Contains(answer, tc.want):
					t.Errorf("%d %s %v", status, answer, err)
				}
				before := 0
				if tc.committed {
					before = 1
				}
				if n := count(v.contacts(side), name); n != before {
					t.Errorf("%d records were made, not %d", n, before)
				}
			})
		}
	}
}

// attempt creates a contact and returns all that came back as one text.
func (v *vendors) attempt(side, lastName string) (status int, answer string, err error) {
	target, authorization, body := v.salesforce+"/sobjects/Contact", "Bearer "+v.session, `{"LastName":"`+lastName+`"}`
	if side == "desk" {
		target, authorization, body = v.desk+"/contacts", "Zoho-oauthtoken "+v.token, `{"lastName":"`+lastName+`"}`
	}
	req, err := http.NewRequest("POST", target, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Authorization", authorization)
	req.Header.Set("orgId", "700000001")
	req.Header.Set("Content-Type", "application/json")
	res, err := v.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, "Retry-After: " + res.Header.Get("Retry-After") + "\n" + string(text), err
}
