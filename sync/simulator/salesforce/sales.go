package salesforce

var (
	activityPeople  = []string{"Contact", "Lead"}
	activityParents = []string{"Account", "Opportunity"}
	taskStatuses    = []string{"Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"}
	contactRoles    = []string{"Business User", "Decision Maker", "Economic Buyer", "Economic Decision Maker", "Evaluator", "Executive Sponsor",
		"Influencer", "Technical Buyer", "Other"}
	opportunityTypes = []string{"Existing Customer - Upgrade", "Existing Customer - Replacement", "Existing Customer - Downgrade", "New Customer"}
)

// stage is what a StageName implies.
type stage struct {
	name        string
	probability float64 // percent
	closed, won bool
	forecast    string
}

var stages = []stage{
	{"Prospecting", 10, false, false, "Pipeline"}, {"Qualification", 20, false, false, "Pipeline"},
	{"Needs Analysis", 35, false, false, "Pipeline"}, {"Value Proposition", 50, false, false, "Pipeline"},
	{"Id. Decision Makers", 60, false, false, "Pipeline"}, {"Perception Analysis", 70, false, false, "Pipeline"},
	{"Proposal/Price Quote", 65, false, false, "Pipeline"}, {"Negotiation/Review", 80, false, false, "Pipeline"},
	{"Closed Won", 100, true, true, "Closed"}, {"Closed Lost", 0, true, false, "Omitted"},
}

func stageNames() []string {
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = s.name
	}
	return names
}

// sales are the objects that an agent sees beside a customer.
func sales() []*object {
	return []*object{
		{name: "Opportunity", label: "Opportunity", plural: "Opportunities", prefix: "006", writable: true, events: true, feed: true, fields: fields(
			identity(), isDeleted(),
			reference("AccountId", "Account ID", "Account", "Opportunities", toAccount, cascades),
			checkbox("IsPrivate", "Private"),
			text("Name", "Name", 120, required, nameField),
			area("Description", "Description", 32000),
			picklist("StageName", "Stage", stageNames(), required),
			decimal("currency", "Amount", "Amount", 18, 2),
			decimal("percent", "Probability", "Probability (%)", 3, 0, func(f *field) { f.defaulted = true }),
			decimal("currency", "ExpectedRevenue", "Expected Amount", 18, 2, calculated),
			date("CloseDate", "Close Date", required),
			picklist("Type", "Opportunity Type", opportunityTypes),
			text("NextStep", "Next Step", 255),
			picklist("LeadSource", "Lead Source", leadSources),
			checkbox("IsClosed", "Closed", readOnly), checkbox("IsWon", "Won", readOnly),
			picklist("ForecastCategoryName", "Forecast Category", []string{"Omitted", "Pipeline", "Best Case", "Commit", "Closed"}, readOnly),
			owner(), audit(),
		)},
		{name: "OpportunityContactRole", label: "Opportunity Contact Role", plural: "Opportunity Contact Roles", prefix: "00K", writable: true, feed: true, fields: fields(
			identity(), isDeleted(),
			reference("OpportunityId", "Opportunity ID", "Opportunity", "OpportunityContactRoles", []string{"Opportunity"}, required, createOnly, cascades),
			reference("ContactId", "Contact ID", "Contact", "OpportunityContactRoles", toContact, required, cascades),
			picklist("Role", "Role", contactRoles),
			checkbox("IsPrimary", "Primary"),
			audit(),
		)},
		{name: "Task", label: "Task", plural: "Tasks", prefix: "00T", writable: true, events: true, feed: true, noSemiJoin: true, fields: fields(
			identity(), isDeleted(),
			reference("WhoId", "Name ID", "Who", "Tasks", activityPeople, cascades),
			reference("WhatId", "Related To ID", "What", "Tasks", activityParents, cascades),
			newField("combobox", "Subject", "Subject", 255, []edit{nameField}),
			date("ActivityDate", "Due Date Only"),
			picklist("Status", "Status", taskStatuses, required, defaultTo("Not Started")),
			picklist("Priority", "Priority", []string{"High", "Normal", "Low"}, required, defaultTo("Normal")),
			checkbox("IsHighPriority", "High Priority", readOnly),
			owner(),
			area("Description", "Description", 32000),
			reference("AccountId", "Account ID", "Account", "", toAccount, readOnly),
			checkbox("IsClosed", "Closed", readOnly),
			picklist("TaskSubtype", "Task Subtype", []string{"Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn"}, createOnly, restricted, defaultTo("Task")),
			dateTime("CompletedDateTime", "Completed Date", readOnly),
			audit(),
		)},
		{name: "Event", label: "Event", plural: "Events", prefix: "00U", writable: true, events: true, feed: true, noSemiJoin: true, fields: fields(
			identity(), isDeleted(),
			reference("WhoId", "Name ID", "Who", "Events", activityPeople, cascades),
			reference("WhatId", "Related To ID", "What", "Events", activityParents, cascades),
			newField("combobox", "Subject", "Subject", 255, []edit{nameField}),
			text("Location", "Location", 255),
			checkbox("IsAllDayEvent", "All-Day Event"),
			dateTime("ActivityDateTime", "Due Date Time"), date("ActivityDate", "Due Date Only"),
			integer("DurationInMinutes", "Duration", 8),
			dateTime("StartDateTime", "Start Date Time"), dateTime("EndDateTime", "End Date Time"),
			area("Description", "Description", 32000),
			reference("AccountId", "Account ID", "Account", "", toAccount, readOnly),
			owner(),
			checkbox("IsPrivate", "Private"),
			picklist("ShowAs", "Show Time As", []string{"Busy", "OutOfOffice", "Free"}, restricted, defaultTo("Busy")),
			picklist("EventSubtype", "Event Subtype", []string{"Event"}, createOnly, restricted, defaultTo("Event")),
			audit(),
		)},
		{name: "Note", label: "Note", plural: "Notes", prefix: "002", writable: true, feed: true, noSemiJoin: true, fields: fields(
			identity(), isDeleted(),
			reference("ParentId", "Parent ID", "Parent", "Notes", []string{"Contact", "Account", "Opportunity"}, required, createOnly, cascades),
			text("Title", "Title", 80, required, nameField),
			checkbox("IsPrivate", "Private"),
			area("Body", "Body", 32000),
			owner(), audit(),
		)},
	}
}
