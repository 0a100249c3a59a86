package salesforce

import (
	"slices"
	"strings"
)

// shownBy are the fields of the API that a column shows, by the API's type: hiding one of them
// hides the column.
var shownBy = map[string]map[string][]string{
	"Opportunity": {
		"Name": {"Opportunity.name"}, "StageName": {"Opportunity.stage"}, "Amount": {"Opportunity.amount"},
		"CurrencyIsoCode": {"Opportunity.currency"}, "Probability": {"Opportunity.probability"},
		"CloseDate": {"Opportunity.closeDate"}, "IsClosed": {"Opportunity.open"}, "IsWon": {"Opportunity.won"},
		"OwnerId":    {"Opportunity.owner", "User.id"},
		"Owner.Name": {"Opportunity.owner", "User.name"}, "Owner.Email": {"Opportunity.owner", "User.email"},
		"AccountId":        {"Opportunity.account"},
		"LastModifiedDate": {"Opportunity.updatedAt"}, "Role": {"Opportunity.role"},
	},
	"Note": {
		"Title": {"Note.title"}, "Body": {"Note.body"}, "TextPreview": {"Note.body"}, "CreatedDate": {"Note.createdAt"},
		"LastModifiedDate": {"Note.updatedAt"},
		"CreatedById":      {"Note.createdBy", "User.id"}, "CreatedBy.Name": {"Note.createdBy", "User.name"},
	},
	"Event": {
		"Subject": {"Event.subject"}, "StartDateTime": {"Event.startsAt"}, "EndDateTime": {"Event.endsAt"},
		"IsAllDayEvent": {"Event.allDay"}, "Location": {"Event.location"},
		"Description": {"Event.description"}, "OwnerId": {"Event.owner", "User.id"},
		"Owner.Name": {"Event.owner", "User.name"},
	},
	"Task": {
		"Subject": {"Task.subject"}, "Status": {"Task.status"}, "Priority": {"Task.priority"}, "IsClosed": {"Task.open"},
		"ActivityDate": {"Task.dueDate"},
		"Description":  {"Task.description"}, "OwnerId": {"Task.owner", "User.id"}, "Owner.Name": {"Task.owner", "User.name"},
	},
}

func isHidden(hidden []string, object, column string) bool {
	return slices.ContainsFunc(shownBy[object][column], func(f string) bool { return slices.Contains(hidden, f) })
}

// without are the columns that no hidden field (Type.field) needs.
func without(hidden []string, object, columns string) string {
	if len(hidden) == 0 {
		return columns
	}
	return strings.Join(
		slices.DeleteFunc(strings.Split(columns, ","), func(c string) bool { return isHidden(hidden, object, c) }), ",",
	)
}

// orderBy orders by what is not hidden.
func orderBy(hidden []string, object string, terms ...string) string {
	terms = slices.DeleteFunc(slices.Clone(terms), func(t string) bool {
		column, _, _ := strings.Cut(t, " ")
		return isHidden(hidden, object, column)
	})
	if len(terms) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(terms, ",")
}
