package desk_test

import "strings"

// endpoint is what the files say of one method of one path.
type endpoint struct {
	query string // the parameters it knows, beside orgId
	body  object // what it takes; nil for none
	// answer is the body under 200; nil for none. rows is the shape of what stands under data, with
	// a count beside it where it is a search.
	answer object
	rows   *part
	search bool
	none   bool // 204 is an answer, too
	narrow bool // the fields parameter replaces what a row shows
}

func rowsOf(o object) *part { p := of(o); return &p }

func rowsAs(p part) *part { return &p }

const (
	paged      = "from limit sortBy "
	searchTail = "from limit sortBy createdTimeRange modifiedTimeRange customField1 customField2 customField3 customField4 customField5 id "
)

// contract is every endpoint that the simulated Desk serves or our client calls.
var contract = map[string]endpoint{
	"GET /contacts":                          {query: paged + "fields viewId filterId include isSpam", rows: rowsOf(contactRow), none: true, narrow: true},
	"POST /contacts":                         {body: madeContact, answer: contactWhole},
	"GET /contacts/{id}":                     {query: "include", answer: contactWhole},
	"PATCH /contacts/{id}":                   {body: changedContact, answer: contactWhole},
	"GET /contacts/count":                    {query: "viewId filter filterId startsWith", answer: object{"count": digits}},
	"GET /contacts/contactsByIds":            {query: "ids", rows: rowsOf(contactRow), none: true},
	"GET /contacts/search":                   {query: searchTail + "_all fullName firstName lastName email phone mobile accountName ownerId fields", rows: rowsOf(contactHit), search: true, none: true},
	"POST /contacts/moveToTrash":             {body: object{"contactIds": ids}, none: true},
	"POST /contacts/updateMany":              {body: object{"fieldName": text(320).given(), "fieldValue": text(320).or(), "isCustomField": flag.or(), "ids": ids}, answer: mass},
	"POST /contacts/markSpam":                {body: object{"ids": ids, "isSpam": flag.given(), "handleExistingTickets": flag.or()}, answer: mass},
	"POST /contacts/{id}/merge":              {body: object{"ids": ids, "source": any_.or()}, answer: contactWhole},
	"GET /contacts/{id}/accounts":            {query: paged, rows: rowsOf(with(accountRow, object{"mappingInfo": mapping})), none: true},
	"POST /contacts/{id}/associateAccounts":  {body: object{"data": list(of(object{"id": digits, "isAccountTicketsViewable": flag})).given(), "ids": list(digits).or()}, answer: mass},
	"POST /contacts/{id}/dissociateAccounts": {body: object{"ids": ids}, answer: mass},
	"GET /contacts/{id}/tickets":             {query: paged + "include", rows: rowsOf(ticket), none: true},
	"GET /contacts/{id}/history":             {query: "from limit agentId departmentId", rows: rowsOf(recordStep), none: true},
	"GET /contacts/{id}/statistics":          {query: "departmentId", answer: statistics},
	"GET /contacts/{id}/comments":            {query: paged + "include", rows: rowsOf(contactComment), none: true},
	"POST /contacts/{id}/comments":           {body: object{"content": text(32000).given(), "contentType": oneOf("plainText", "html").or()}, answer: contactComment},
	"GET /contacts/{id}/comments/{comment}":  {query: "include", answer: contactComment},

	"GET /accounts":                 {query: paged + "fields viewId filterId include", rows: rowsOf(accountRow), none: true, narrow: true},
	"POST /accounts":                {body: with(sentAccount, object{"accountName": text(200).given()}), answer: accountWhole},
	"GET /accounts/{id}":            {query: "include", answer: accountWhole},
	"PATCH /accounts/{id}":          {body: sentAccount, answer: accountWhole},
	"GET /accounts/count":           {query: "viewId filter filterId startsWith", answer: object{"count": digits}},
	"GET /accounts/search":          {query: searchTail + "_all accountName email phone website fields", rows: rowsOf(accountHit), search: true, none: true},
	"POST /accounts/moveToTrash":    {body: object{"accountIds": ids}, none: true},
	"POST /accounts/updateMany":     {body: object{"fieldName": text(320).given(), "fieldValue": text(320).or(), "isCustomField": flag.or(), "ids": ids}, answer: mass},
	"POST /accounts/{id}/merge":     {body: object{"ids": ids, "source": any_.or()}, answer: accountWhole},
	"GET /accounts/{id}/contacts":   {query: paged + "isSpam include", rows: rowsOf(with(contactRow, object{"mappingInfo": mapping})), none: true},
	"GET /accounts/{id}/tickets":    {query: paged + "include", rows: rowsOf(ticket), none: true},
	"GET /accounts/{id}/history":    {query: "from limit agentId departmentId", rows: rowsOf(recordStep), none: true},
	"GET /accounts/{id}/statistics": {query: "departmentId", answer: statistics},

	"GET /recycleBin":             {query: paged + "module moduleId include departmentId", rows: rowsOf(binned), none: true},
	"POST /recycleBin/restore":    {body: object{"ids": ids}, answer: mass},
	"POST /recycleBin/restoreAll": {none: true},
	"POST /recycleBin/delete":     {body: object{"ids": ids}, answer: mass},

	"GET /fields":              {query: "module apiNames filter associatedDepartments", rows: rowsAs(describedField())},
	"GET /fields/{id}":         {answer: fieldAnswer()},
	"GET /organizationFields":  {query: "module apiNames departmentId", rows: rowsOf(oldField)},
	"GET /layouts":             {query: "module status from limit layoutName departmentId id", rows: rowsOf(layout), none: true},
	"GET /layouts/{id}":        {answer: with(layout, object{"sections": list(any_)})},
	"GET /views":               {query: "module departmentId", rows: rowsOf(view)},
	"GET /modules":             {answer: object{"modules": list(of(oldModule))}},
	"GET /organizationModules": {rows: rowsOf(newModule), none: true},

	"GET /organizations":        {rows: rowsOf(organization)},
	"GET /organizations/{id}":   {answer: organization},
	"GET /departments":          {query: "from limit isEnabled chatStatus searchStr", rows: rowsOf(department), none: true},
	"GET /departments/{id}":     {answer: department},
	"GET /roles":                {query: "from limit isDefault isVisible searchStr", rows: rowsOf(role), none: true},
	"GET /roles/{id}":           {answer: role},
	"GET /teams":                {answer: object{"teams": list(of(team))}},
	"GET /teams/{id}":           {answer: team},
	"GET /profiles":             {query: "from limit default isVisible type searchStr", rows: rowsOf(profile), none: true},
	"GET /profiles/{id}":        {answer: profile},
	"GET /profiles/{id}/agents": {query: "from limit active confirmed", rows: rowsOf(agent), none: true},
	"GET /myinfo":               {query: "include", answer: with(agent, object{"isLightAgent": flag.or()})},
	"GET /agents":               {query: "from limit include searchStr fieldName status isConfirmed isLightAgent profileIds departmentIds rolePermissionType sortOrder", rows: rowsOf(agent), none: true},
	"GET /agents/{id}":          {query: "include", answer: agent},
	"GET /agents/count":         {query: "status isConfirmed includeLightAgent", answer: object{"count": digits}},
	"GET /agentsByIds":          {query: "agentIds", rows: rowsOf(agent), none: true},
	"GET /agents/email/{email}": {answer: agent, none: true},
	teamsOfAgent:                {query: "from limit", answer: object{"teams": list(of(team))}},

	"GET /tickets":                         {query: paged + "include departmentId departmentIds viewId assignee channel status priority fields receivedInDays", rows: rowsOf(ticket), none: true},
	"POST /tickets":                        {body: object{"subject": text(255).given(), "contactId": digits.or(), "departmentId": digits.or(), "status": text(120).or(), "contact": any_.or()}, answer: ticket},
	"GET /tickets/{id}":                    {query: "include", answer: ticket},
	"PATCH /tickets/{id}":                  {body: object{"subject": text(255).or(), "status": text(120).or(), "priority": text(120).or()}, answer: ticket},
	"GET /tickets/search":                  {query: searchTail + "_all email phone ticketNumber subject contactName contactId accountName accountId status priority channel assigneeId departmentId", rows: rowsOf(ticket), search: true, none: true},
	"GET /tickets/count":                   {query: "viewId departmentId field", answer: object{"count": digits}},
	"GET /ticketsCountByFieldValues":       {query: "field departmentId accountId contactId", answer: object{"status": list(of(object{"value": text(120), "count": digits}))}},
	"GET /tickets/{id}/comments":           {query: paged + "include", rows: rowsOf(ticketComment), none: true},
	"POST /tickets/{id}/comments":          {body: object{"content": text(32000).given(), "contentType": oneOf("plainText", "html").or(), "isPublic": flag.or(), "attachmentIds": list(digits).or()}, answer: ticketComment},
	"GET /tickets/{id}/comments/{comment}": {query: "include", answer: ticketComment},
	"GET /tickets/{id}/threads":            {query: "from limit sortBy", rows: rowsOf(thread), none: true},
	"GET /tickets/{id}/conversations":      {query: "from limit", rows: rowsAs(conversation), none: true},
	"GET /tickets/{id}/History":            {query: "from limit eventFilter agentId fieldName", rows: rowsOf(ticketStep), none: true},
	"GET /tickets/{id}/history":            {query: "from limit eventFilter agentId fieldName", rows: rowsOf(ticketStep), none: true},
	"GET /search":                          {query: "searchStr module from limit sortBy departmentId", rows: rowsAs(any_), search: true, none: true},

	"GET /webhooks":         {query: "from limit", rows: rowsOf(hook), none: true},
	"POST /webhooks":        {body: sentHook, answer: hook},
	"GET /webhooks/{id}":    {answer: hook},
	"PATCH /webhooks/{id}":  {body: with(sentHook, object{"url": link(100).or()}), answer: hook},
	"DELETE /webhooks/{id}": {},
}

// fieldAnswer is a single field, which the file gives the same forms as the rows of a list.
func fieldAnswer() object {
	return typed(fieldNew, "Picklist", object{"pickListValues": picks, "subType": oneOf("Plain", "ColorCoded").or()})
}

// knows says whether the endpoint has the query parameter.
func (e endpoint) knows(parameter string) bool {
	for _, one := range strings.Fields(e.query) {
		if one == parameter {
			return true
		}
	}
	return parameter == "orgId"
}
