package salesforce

import "sidelight/sync/simulator/seed"

var (
	salutations = []string{"Mr.", "Ms.", "Mrs.", "Mx.", "Dr.", "Prof."}
	leadSources = []string{"Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"}
	industries  = []string{"Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction", "Consulting",
		"Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental", "Finance", "Food & Beverage", "Government",
		"Healthcare", "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media", "Not For Profit", "Recreation", "Retail", "Shipping",
		"Technology", "Telecommunications", "Transportation", "Utilities", "Other"}
	accountTypes = []string{"Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner", "Technology Partner", "Other"}
)

func linkMark() *field { return text("Sidelight_Link_Id__c", "Sidelight Link Id", 64, externalID) }

// customers are the objects that are synced.
func customers() []*object {
	return []*object{
		{name: "Account", label: "Account", plural: "Accounts", prefix: "001", writable: true, events: true, feed: true, mergeable: true, fields: fields(
			identity(), isDeleted(),
			reference("MasterRecordId", "Master Record ID", "MasterRecord", "", toAccount, readOnly),
			text("Name", "Account Name", 255, required, nameField),
			picklist("Type", "Account Type", accountTypes),
			reference("ParentId", "Parent Account ID", "Parent", "ChildAccounts", toAccount),
			address("Billing", "Billing"), address("Shipping", "Shipping"),
			phone("Phone", "Account Phone"), phone("Fax", "Account Fax"),
			text("AccountNumber", "Account Number", 40), url("Website", "Website"), text("Sic", "SIC Code", 20),
			picklist("Industry", "Industry", industries),
			decimal("currency", "AnnualRevenue", "Annual Revenue", 18, 0),
			integer("NumberOfEmployees", "Employees", 8),
			picklist("Ownership", "Ownership", []string{"Public", "Private", "Subsidiary", "Other"}),
			text("TickerSymbol", "Ticker Symbol", 20),
			area("Description", "Account Description", 32000),
			picklist("Rating", "Account Rating", []string{"Hot", "Warm", "Cold"}),
			text("Site", "Account Site", 80),
			owner(), audit(),
			picklist("AccountSource", "Account Source", leadSources),
			picklist("Region__c", "Region", seed.Regions, restricted),
			linkMark(),
		)},
		{name: "Contact", label: "Contact", plural: "Contacts", prefix: "003", writable: true, events: true, feed: true, mergeable: true, fields: fields(
			identity(), isDeleted(),
			reference("MasterRecordId", "Master Record ID", "MasterRecord", "", toContact, readOnly),
			reference("AccountId", "Account ID", "Account", "Contacts", toAccount, cascades),
			text("LastName", "Last Name", 80, required, indexed, partOf("Name")),
			text("FirstName", "First Name", 40, partOf("Name")),
			picklist("Salutation", "Salutation", salutations, partOf("Name")),
			text("Name", "Full Name", 121, readOnly, nameField),
			address("Other", "Other"), address("Mailing", "Mailing"),
			phone("Phone", "Business Phone"), phone("Fax", "Business Fax"), phone("MobilePhone", "Mobile Phone"),
			phone("HomePhone", "Home Phone"), phone("OtherPhone", "Other Phone"), phone("AssistantPhone", "Asst. Phone"),
			reference("ReportsToId", "Reports To ID", "ReportsTo", "", toContact),
			email("Email", "Email"),
			text("Title", "Title", 128), text("Department", "Department", 80), text("AssistantName", "Assistant's Name", 40),
			picklist("LeadSource", "Lead Source", leadSources),
			date("Birthdate", "Birthdate"),
			area("Description", "Contact Description", 32000),
			owner(),
			checkbox("HasOptedOutOfEmail", "Email Opt Out"), checkbox("DoNotCall", "Do Not Call"),
			audit(),
			picklist("Tier__c", "Tier", seed.Tiers, restricted),
			checkbox("Newsletter__c", "Newsletter"),
			decimal("double", "LoyaltyPoints__c", "Loyalty Points", 18, 0),
			linkMark(),
		)},
	}
}
