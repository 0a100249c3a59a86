package salesforce

import (
	"encoding/base64"
	"html"
	"strings"
	"time"

	"sidelight/sync/simulator/seed"
)

// seeder puts a world into the tables as it would have come about in the past: without change
// events.
type seeder struct {
	s *Server
	w seed.World
}

// seed fills an empty state from the world and writes it as the whole journal; s.mu is held.
func (s *Server) seed() error {
	p := seeder{s, s.cfg.World}
	s.db.load(func() {
		p.organization()
		p.customers()
		p.opportunities()
		p.activities()
	})
	if err := s.ensureKeys(); err != nil {
		return err
	}
	return s.log.Rewrite(s.snapshot())
}

// put adds a record; blank texts and references to nothing are left out.
func (p seeder) put(object, id string, owner int, created, modified time.Time, values map[string]any) {
	t := p.s.db.table(object)
	values["Id"] = id
	for name, value := range values {
		if value == "" {
			delete(values, name)
		}
	}
	for _, f := range t.fields {
		if _, given := values[f.name]; given {
			continue
		}
		switch f.name {
		case "OwnerId", "CreatedById", "LastModifiedById":
			values[f.name] = p.user(owner)
		case "CreatedDate":
			values[f.name] = audited(created)
		case "LastModifiedDate", "SystemModstamp":
			values[f.name] = audited(modified)
		default:
			if f.kind == "boolean" {
				values[f.name] = false
			}
		}
	}
	derive(t.object, values)
	t.put(id, &row{table: t, values: values})
}

func (p seeder) id(object string, n int) string {
	if n == 0 {
		return ""
	}
	return makeID(p.s.db.table(object).prefix, int64(n))
}

func (p seeder) user(n int) string {
	return p.id("User", max(n, 1))
}

func (p seeder) organization() {
	start := p.s.now().AddDate(-3, 0, 0)
	p.put("Organization", p.s.orgID(), 1, start, start, map[string]any{"Name": "Sidelight Demo", "OrganizationType": "Developer Edition", "InstanceName": "SIM1",
		"LanguageLocaleKey": "en_US", "DefaultLocaleSidKey": "en_US", "TimeZoneSidKey": "Etc/UTC", "Country": "US"})
	p.put("Profile", p.id("Profile", 1), 1, start, start, map[string]any{"Name": "System Administrator", "UserType": "Standard",
		"PermissionsApiEnabled": true, "PermissionsViewAllData": true, "PermissionsModifyAllData": true})
	p.put("Profile", p.id("Profile", 2), 1, start, start, map[string]any{"Name": "Standard User", "UserType": "Standard", "PermissionsApiEnabled": true})
	users := p.w.Users
	if len(users) == 0 {
		users = []seed.User{{ID: 1, FirstName: "Ada", LastName: "Admin", Username: Username, Email: Username, Title: "System Administrator"}}
	}
	for _, u := range users {
		profile := 2
		if u.Username == Username {
			profile = 1
		}
		alias := []rune(strings.ToLower(initial(u.FirstName) + u.LastName))
		p.put("User", p.user(u.ID), 1, start, start, map[string]any{"Username": u.Username, "FirstName": u.FirstName, "LastName": u.LastName, "Email": u.Email,
			"Title": u.Title, "Alias": string(alias[:min(len(alias), 8)]), "IsActive": true, "ProfileId": p.id("Profile", profile), "UserType": "Standard",
			"TimeZoneSidKey": "Etc/UTC", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8", "CompanyName": "Sidelight Demo"})
	}
}

// initial is the first letter of a name.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return ""
}

func (p seeder) customers() {
	for _, a := range p.w.Accounts {
		if !a.OnSalesforce {
			continue
		}
		p.put("Account", p.id("Account", a.ID), a.OwnerID, a.CreatedAt, a.ModifiedAt, map[string]any{"Name": a.Name, "Website": a.Website, "Phone": a.Phone,
			"Fax": a.Fax, "Industry": a.Industry, "BillingStreet": a.Street, "BillingCity": a.City, "BillingState": a.State, "BillingCountry": a.Country,
			"BillingPostalCode": a.PostalCode, "Description": a.Description, "NumberOfEmployees": float64(a.Employees),
			"AnnualRevenue": float64(a.AnnualRevenue), "Region__c": a.Region})
	}
	for _, c := range p.w.Contacts {
		if !c.OnSalesforce {
			continue
		}
		p.put("Contact", p.id("Contact", c.ID), c.OwnerID, c.CreatedAt, c.ModifiedAt, map[string]any{"Salutation": c.Salutation, "FirstName": c.FirstName,
			"LastName": c.LastName, "Email": strings.ToLower(c.Email), "Phone": c.Phone, "MobilePhone": c.Mobile, "Title": c.Title, "Department": c.Department,
			"MailingStreet": c.Street, "MailingCity": c.City, "MailingState": c.State, "MailingCountry": c.Country, "MailingPostalCode": c.PostalCode,
			"Description": c.Description, "AccountId": p.id("Account", c.AccountID), "Tier__c": c.CustomerTier, "Newsletter__c": c.Newsletter,
			"Birthdate": c.Birthday, "LoyaltyPoints__c": float64(c.LoyaltyPoints)})
	}
}

func (p seeder) opportunities() {
	for _, o := range p.w.Opportunities {
		p.put("Opportunity", p.id("Opportunity", o.ID), o.OwnerID, o.CreatedAt, o.ModifiedAt, map[string]any{"Name": o.Name, "AccountId": p.id("Account", o.AccountID),
			"StageName": o.Stage, "Probability": float64(o.Probability), "Amount": float64(o.Amount), "CloseDate": o.CloseDate, "Type": o.Type,
			"LeadSource": o.LeadSource, "NextStep": o.NextStep, "Description": o.Description})
	}
	for _, r := range p.w.ContactRoles {
		p.put("OpportunityContactRole", p.id("OpportunityContactRole", r.ID), 1, r.CreatedAt, r.CreatedAt, map[string]any{
			"OpportunityId": p.id("Opportunity", r.OpportunityID), "ContactId": p.id("Contact", r.ContactID), "Role": r.Role, "IsPrimary": r.Primary})
	}
}

func (p seeder) activities() {
	for _, n := range p.w.Notes {
		parent := p.id("Contact", n.ContactID)
		if !n.Enhanced {
			p.put("Note", p.id("Note", n.ID), n.OwnerID, n.CreatedAt, n.CreatedAt, map[string]any{"ParentId": parent, "Title": n.Title, "Body": n.Body})
			continue
		}
		body := []byte("<p>" + html.EscapeString(n.Body) + "</p>")
		id, version := p.id("ContentNote", n.ID), p.id("ContentVersion", n.ID)
		for object, values := range noteRecords(id, version, n.Title, body) {
			p.put(object, values["Id"].(string), n.OwnerID, n.CreatedAt, n.CreatedAt, values)
		}
		p.put("ContentDocumentLink", p.id("ContentDocumentLink", n.ID), n.OwnerID, n.CreatedAt, n.CreatedAt, map[string]any{"LinkedEntityId": parent,
			"ContentDocumentId": id, "ShareType": "V", "Visibility": "AllUsers"})
	}
	for _, e := range p.w.Events {
		p.put("Event", p.id("Event", e.ID), e.OwnerID, e.CreatedAt, e.CreatedAt, map[string]any{"WhoId": p.id("Contact", e.ContactID), "WhatId": p.id("Opportunity", e.OpportunityID),
			"Subject": e.Subject, "Location": e.Location, "Description": e.Description, "IsAllDayEvent": e.AllDay, "StartDateTime": moment(e.Start),
			"EndDateTime": moment(e.End), "ShowAs": "Busy", "EventSubtype": "Event", "AccountId": p.accountOf(e.ContactID)})
	}
	for _, t := range p.w.Tasks {
		p.put("Task", p.id("Task", t.ID), t.OwnerID, t.CreatedAt, t.CreatedAt, map[string]any{"WhoId": p.id("Contact", t.ContactID), "WhatId": p.id("Opportunity", t.OpportunityID),
			"Subject": t.Subject, "Status": t.Status, "Priority": t.Priority, "TaskSubtype": t.Subtype, "Description": t.Description,
			"ActivityDate": t.DueDate, "AccountId": p.accountOf(t.ContactID)})
	}
}

func (p seeder) accountOf(contact int) string {
	if r := p.s.db.table("Contact").rows[p.id("Contact", contact)]; r != nil {
		return r.text("AccountId")
	}
	return ""
}

// noteRecords are the three records that one enhanced note is, by object.
func noteRecords(id, version, title string, body []byte) map[string]map[string]any {
	coded := base64.StdEncoding.EncodeToString(body)
	shared := func(extra map[string]any) map[string]any {
		extra["Title"], extra["FileType"], extra["FileExtension"], extra["ContentSize"] = title, "SNOTE", "snote", float64(len(body))
		return extra
	}
	return map[string]map[string]any{
		"ContentNote":     shared(map[string]any{"Id": id, "Content": coded, "TextPreview": preview(body), "LatestPublishedVersionId": version}),
		"ContentDocument": shared(map[string]any{"Id": id, "LatestPublishedVersionId": version}),
		"ContentVersion": shared(map[string]any{"Id": version, "ContentDocumentId": id, "IsLatest": true, "VersionNumber": "1",
			"PathOnClient": title + ".snote", "VersionData": coded}),
	}
}

// preview is the beginning of a note without its markup, at most 255 characters.
func preview(body []byte) string {
	var b strings.Builder
	inside := false
	for _, r := range string(body) {
		switch {
		case r == '<':
			inside = true
		case r == '>' && inside:
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	runes := []rune(strings.TrimSpace(html.UnescapeString(b.String())))
	return string(runes[:min(len(runes), 255)])
}
