package zohodesk

import (
	"net/url"
	"strings"
)

// DataCenter is where an organization lives. Zoho's accounts and Desk hosts always go together.
type DataCenter struct {
	Name        string
	AccountsURL string
	APIURL      string
}

// DataCenters are all of Zoho's, by their short name. The token answer's api_domain is another
// product's host and is not used. The UK's hosts are not confirmed by the vendor.
var DataCenters = dataCenters()

func dataCenters() map[string]DataCenter {
	out := map[string]DataCenter{}
	for name, domain := range map[string]string{
		"us": "zoho.com", "eu": "zoho.eu", "in": "zoho.in", "au": "zoho.com.au", "jp": "zoho.jp", "sa": "zoho.sa", "sg": "zoho.sg", "ae": "zoho.ae",
		"ca": "zohocloud.ca", "cn": "zoho.com.cn", "uk": "zoho.uk",
	} {
		out[name] = DataCenter{Name: name, AccountsURL: "https://accounts." + domain, APIURL: "https://desk." + domain}
	}
	return out
}

// dataCenterOf finds the data centre that an OAuth callback names by accounts-server, or by
// location where there is none. Only a host of the table is believed: the code and the client's
// secret are sent there. ok is false for anything else.
func dataCenterOf(accountsServer, location string) (DataCenter, bool) {
	if accountsServer == "" {
		dc, ok := DataCenters[strings.ToLower(location)]
		return dc, ok
	}
	u, err := url.Parse(accountsServer)
	if err != nil || u.Scheme != "https" {
		return DataCenter{}, false
	}
	for _, dc := range DataCenters {
		if strings.EqualFold(dc.AccountsURL, u.Scheme+"://"+u.Host) {
			return dc, true
		}
	}
	return DataCenter{}, false
}
