package desk

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// consentQuery is a client's request for consent.
func consentQuery(edit map[string]string) url.Values {
	q := url.Values{"response_type": {"code"}, "client_id": {ClientID}, "scope": {"Desk.contacts.READ,Desk.basic.READ"},
		"redirect_uri": {"http://127.0.0.1:9/callback?from=desk"}, "access_type": {"offline"}, "prompt": {"consent"}, "state": {"xyz"}}
	for name, value := range edit {
		q.Set(name, value)
	}
	return q
}

// allow presses a button of the consent page and returns where the browser is sent.
func (r *rig) allow(q url.Values, form url.Values) url.Values {
	r.Helper()
	a := r.do("POST", "/oauth/v2/auth?"+q.Encode(), form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	if a.status != http.StatusFound {
		r.Fatalf("consent: %d %s", a.status, a.text)
	}
	target, err := url.Parse(a.header.Get("Location"))
	if err != nil || target.Host != "127.0.0.1:9" || target.Path != "/callback" {
		r.Fatalf("sent to %s", a.header.Get("Location"))
	}
	return target.Query()
}

func TestTheConsentPageListsTheAgents(t *testing.T) {
	r := newRig(t)
	page := r.do("GET", "/oauth/v2/auth?"+consentQuery(nil).Encode(), nil, nil)
	for _, expected := range []string{"admin@sidelight.example", "light@sidelight.example", "Support Manager", "Desk.contacts.READ, Desk.basic.READ", "Deny"} {
		if !strings.Contains(page.text, expected) {
			t.Errorf("%q is not on the page", expected)
		}
	}
	if strings.Contains(r.do("GET", "/oauth/v2/auth?"+consentQuery(map[string]string{"scope": "<script>"}).Encode(), nil, nil).text, "<script>") {
		t.Error("the scope is not escaped")
	}
	for name, edit := range map[string]map[string]string{
		"invalid_client": {"client_id": "other"}, "invalid_redirect_uri": {"redirect_uri": "javascript:alert(1)"},
		"invalid_response_type": {"response_type": "token"}, "invalid_scope": {"scope": " "},
	} {
		for _, method := range []string{"GET", "POST"} {
			if a := r.do(method, "/oauth/v2/auth?"+consentQuery(edit).Encode(), nil, nil); a.status != 400 || !strings.Contains(a.text, name) {
				t.Errorf("%s %s: %d %s", method, name, a.status, a.text)
			}
		}
	}
}

func TestAnAgentSignsInAndIsKnownAfterwards(t *testing.T) {
	r := newRig(t)
	back := r.allow(consentQuery(nil), url.Values{"approve": {"1"}, "agent": {"light@sidelight.example"}})
	if back.Get("state") != "xyz" || back.Get("from") != "desk" || back.Get("location") != "us" || back.Get("accounts-server") != r.url {
		t.Errorf("callback: %v", back)
	}
	exchange := url.Values{"grant_type": {"authorization_code"}, "code": {back.Get("code")}, "redirect_uri": {consentQuery(nil).Get("redirect_uri")}}
	got := r.tokenFor(exchange)
	if got["expires_in"] != float64(3600) || got["token_type"] != "Bearer" || got["api_domain"] == nil || got["refresh_token"] == nil {
		t.Fatalf("token: %v", got)
	}
	if again := r.tokenFor(exchange); again["error"] != "invalid_code" {
		t.Errorf("a code was good twice: %v", again)
	}
	r.token = got["access_token"].(string)
	me := r.must("GET", "/myinfo?include=profile,role", nil)
	if me.text1("emailId") != "light@sidelight.example" || me.body["profile"].(map[string]any)["name"] != "Light Agent" || me.body["isLightAgent"] != true {
		t.Errorf("myinfo: %s", me.text)
	}
	if a := r.call("GET", "/fields?module=contacts", nil); a.status != 403 || a.code() != "SCOPE_MISMATCH" {
		t.Errorf("without the scope: %d %s", a.status, a.text)
	}

	renewed := r.tokenFor(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got["refresh_token"].(string)}})
	if renewed["refresh_token"] != nil || renewed["access_token"] == got["access_token"] {
		t.Errorf("refresh: %v", renewed)
	}
	r.token = renewed["access_token"].(string)
	if me := r.must("GET", "/myinfo", nil); me.text1("emailId") != "light@sidelight.example" {
		t.Errorf("after the refresh: %s", me.text)
	}
}

func TestConsentThatIsNotGiven(t *testing.T) {
	r := newRig(t)
	if back := r.allow(consentQuery(nil), url.Values{"approve": {"0"}}); back.Get("error") != "access_denied" || back.Has("code") {
		t.Errorf("denied: %v", back)
	}
	if a := r.do("POST", "/oauth/v2/auth?"+consentQuery(nil).Encode(), "approve=1&agent=nobody", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}); a.status != 400 {
		t.Errorf("unknown agent: %d", a.status)
	}
	online := r.allow(consentQuery(map[string]string{"access_type": "online"}), url.Values{"approve": {"1"}})
	got := r.tokenFor(url.Values{"grant_type": {"authorization_code"}, "code": {online.Get("code")}, "redirect_uri": {consentQuery(nil).Get("redirect_uri")}})
	if got["access_token"] == nil || got["refresh_token"] != nil {
		t.Errorf("online access: %v", got)
	}
}

func TestGrantErrorsComeWithStatus200(t *testing.T) {
	r := newRig(t)
	late := r.allow(consentQuery(nil), url.Values{"approve": {"1"}}).Get("code")
	r.clock.advance(2 * time.Minute)
	elsewhere := r.allow(consentQuery(nil), url.Values{"approve": {"1"}}).Get("code")
	uri := consentQuery(nil).Get("redirect_uri")
	cases := map[string]struct {
		form url.Values
		want string
	}{
		"unknown client":    {url.Values{"client_id": {"x"}, "grant_type": {"refresh_token"}}, "invalid_client"},
		"wrong secret":      {url.Values{"client_id": {ClientID}, "client_secret": {"x"}, "grant_type": {"refresh_token"}}, "invalid_client_secret"},
		"unknown refresh":   {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"x"}}, "invalid_code"},
		"unknown grant":     {url.Values{"grant_type": {"password"}}, "unsupported_grant_type"},
		"code too old":      {url.Values{"grant_type": {"authorization_code"}, "code": {late}, "redirect_uri": {uri}}, "invalid_code"},
		"another callback":  {url.Values{"grant_type": {"authorization_code"}, "code": {elsewhere}, "redirect_uri": {uri + "x"}}, "invalid_redirect_uri"},
		"revoking a wonder": {nil, "invalid_token"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var got map[string]any
			if tc.form == nil {
				got = r.do("POST", "/oauth/v2/token/revoke?token=x", nil, nil).body
			} else {
				got = r.tokenFor(tc.form) // fails unless the status is 200
			}
			if got["error"] != tc.want || got["access_token"] != nil {
				t.Errorf("got %v, want %s", got, tc.want)
			}
		})
	}
}

func TestTenTokensInTenMinutesAndNoMore(t *testing.T) {
	r := newRig(t) // took the first
	form := func() url.Values { return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {RefreshToken}} }
	for i := 2; i <= 10; i++ {
		if got := r.tokenFor(form()); got["access_token"] == nil {
			t.Fatalf("token %d: %v", i, got)
		}
	}
	if got := r.tokenFor(form()); got["access_token"] != nil || got["error"] != "Access Denied" {
		t.Errorf("the eleventh: %v", got)
	}
	r.must("GET", "/myinfo", nil) // tokens in hand stay good
	r.clock.advance(10 * time.Minute)
	if got := r.tokenFor(form()); got["access_token"] == nil {
		t.Errorf("ten minutes later: %v", got)
	}
}

func TestTokensEnd(t *testing.T) {
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {RefreshToken}}
	cases := map[string]func(r *rig){
		"after an hour":        func(r *rig) { r.clock.advance(time.Hour) },
		"by revocation":        func(r *rig) { r.do("POST", "/oauth/v2/token/revoke?token="+r.token, nil, nil) },
		"with their grant":     func(r *rig) { r.do("POST", "/oauth/v2/token/revoke?token="+RefreshToken, nil, nil) },
		"by the vendor's will": func(r *rig) { mustLoad(r, `[{"kind":"revoke_tokens","times":1}]`) },
	}
	for name, end := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.must("GET", "/myinfo", nil)
			end(r)
			for range 2 { // what is gone stays gone
				if a := r.call("GET", "/myinfo", nil); a.status != 401 || a.code() != "INVALID_OAUTH" {
					t.Errorf("got %d %s", a.status, a.text)
				}
			}
			if renewed := r.tokenFor(refresh); (renewed["access_token"] != nil) == (name == "with their grant") {
				t.Errorf("refresh: %v", renewed)
			}
		})
	}
}

func mustLoad(r *rig, script string) {
	r.Helper()
	if a := r.do("POST", "/_sim/faults", script, nil); a.status != 200 {
		r.Fatalf("faults: %d %s", a.status, a.text)
	}
}
