package zohodesk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"sidelight/models"
)

func TestEveryDataCentreHasItsTwoHosts(t *testing.T) {
	hosts := map[string][2]string{
		"us": {"https://accounts.zoho.com", "https://desk.zoho.com"},
		"eu": {"https://accounts.zoho.eu", "https://desk.zoho.eu"},
		"in": {"https://accounts.zoho.in", "https://desk.zoho.in"},
		"au": {"https://accounts.zoho.com.au", "https://desk.zoho.com.au"},
		"jp": {"https://accounts.zoho.jp", "https://desk.zoho.jp"},
		"sa": {"https://accounts.zoho.sa", "https://desk.zoho.sa"},
		"sg": {"https://accounts.zoho.sg", "https://desk.zoho.sg"},
		"ae": {"https://accounts.zoho.ae", "https://desk.zoho.ae"},
		"ca": {"https://accounts.zohocloud.ca", "https://desk.zohocloud.ca"},
		"cn": {"https://accounts.zoho.com.cn", "https://desk.zoho.com.cn"},
		"uk": {"https://accounts.zoho.uk", "https://desk.zoho.uk"},
	}
	if len(DataCenters) != len(hosts) {
		t.Errorf("%d data centres", len(DataCenters))
	}
	signIn := func(context.Context) (models.Credentials, error) {
		return models.Credentials{ClientID: "id", ClientSecret: "secret", RefreshToken: "refresh"}, nil
	}
	for name, host := range hosts {
		t.Run(name, func(t *testing.T) {
			zoho := &tokensEverywhere{}
			c, err := New(Config{DataCenter: strings.ToUpper(name), OrgID: "1", Credentials: signIn, HTTP: &http.Client{Transport: zoho}})
			if err != nil {
				t.Fatal(err)
			}
			page, err := c.AuthorizeURL(t.Context(), Authorization{RedirectURI: "https://x.example/back", State: "s", Offline: true})
			if err != nil || !strings.HasPrefix(page, host[0]+"/oauth/v2/auth?") {
				t.Errorf("authorize at %s, %v", page, err)
			}
			if _, err := c.Describe(t.Context(), models.ContactObject); models.CodeOf(err) != models.CodeUpstreamUnavailable {
				t.Errorf("describe: %v", err)
			}
			if err := c.Revoke(t.Context()); err != nil {
				t.Errorf("revoke: %v", err)
			}
			if got := strings.Join(zoho.asked, " "); got != "POST "+host[0]+"/oauth/v2/token GET "+host[1]+"/api/v1/fields POST "+host[0]+"/oauth/v2/token/revoke" {
				t.Errorf("asked %s", got)
			}
			// A browser that was sent to the American host comes back from its own.
			us, err := New(Config{DataCenter: "us", OrgID: "1", Credentials: signIn, HTTP: &http.Client{Transport: zoho}})
			if err != nil {
				t.Fatal(err)
			}
			for _, cb := range []Callback{{Code: "c", Location: name, AccountsServer: host[0]}, {Code: "c", AccountsServer: host[0] + "/"}, {Code: "c", Location: name}} {
				zoho.asked = nil
				grant, err := us.Exchange(t.Context(), cb)
				if err != nil || grant.AccountsURL != host[0] || grant.APIURL != host[1] || grant.DataCenter != name && name != "us" || len(zoho.asked) != 1 || zoho.asked[0] != "POST "+host[0]+"/oauth/v2/token" {
					t.Errorf("%+v: %+v, asked %v, %v", cb, grant, zoho.asked, err)
				}
			}
		})
	}
	for _, bad := range []Config{{DataCenter: "mars"}, {APIURL: "desk.zoho.com", AccountsURL: "https://x"}, {APIURL: "https://x", AccountsURL: "ftp://x"}} {
		if _, err := New(bad); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// tokensEverywhere answers every call with an access token, whose api_domain belongs to another
// product, and keeps what was asked.
type tokensEverywhere struct{ asked []string }

func (z *tokensEverywhere) RoundTrip(r *http.Request) (*http.Response, error) {
	z.asked = append(z.asked, r.Method+" https://"+r.URL.Host+r.URL.Path)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"access_token":"a","expires_in":3600,"api_domain":"https://www.zohoapis.com","token_type":"Bearer"}`))}, nil
}

func TestTheSecretIsSentToZohoAlone(t *testing.T) {
	c, err := New(Config{DataCenter: "us", Credentials: func(context.Context) (models.Credentials, error) {
		return models.Credentials{ClientID: "id", ClientSecret: "secret"}, nil
	}, HTTP: &http.Client{Transport: noNetwork{t}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []string{"https://accounts.zoho.com.evil.example", "http://accounts.zoho.eu", "https://evil.example/accounts.zoho.com", "https://accounts.zoho.eu@evil.example", "//accounts.zoho.eu", "::"} {
		if _, err := c.Exchange(t.Context(), Callback{Code: "c", AccountsServer: server}); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%s: %v", server, err)
		}
	}
	if _, err := c.Exchange(t.Context(), Callback{Code: "c", Location: "mars"}); models.CodeOf(err) != models.CodeBadUserInput {
		t.Errorf("an unknown location: %v", err)
	}
}

// noNetwork fails the test that uses it.
type noNetwork struct{ *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.Errorf("%s was called", r.URL.Host)
	return nil, errors.New("no network")
}
