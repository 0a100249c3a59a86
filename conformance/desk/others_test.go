package desk_test

// The shapes of what is neither a contact nor an account.

var person = object{"id": digits, "firstName": text(50), "lastName": text(50), "email": text(100), "photoURL": link(200)}

var fieldTypes = []string{"Text", "URL", "Textarea", "Email", "Phone", "Multiselect", "Date", "DateTime", "Number", "Percent", "Decimal", "Currency", "Picklist", "LookUp",
	"MultiLookup", "AutoNumber", "Boolean", "Fax", "LargeText", "Formula"}

var fieldCommon = object{"id": digits, "name": text(100), "apiName": text(100), "displayLabel": text(200), "i18NLabel": text(100), "maxLength": digits, "isMandatory": flag,
	"isCustomField": flag, "isEncryptedField": flag, "showToHelpCenter": flag.or(), "toolTip": text(100).or(), "toolTipType": oneOf("placeHolder", "icon").or()}

var fieldNew = with(fieldCommon, object{"isTrackLastActivityTime": flag.or(), "isIndexed": flag.or(), "isComputed": flag.or(), "isInternalState": flag.or(),
	"isBasic": flag.or(), "isIdentifier": flag.or(), "isPresence": flag.or(), "isSortable": flag.or(), "sourceType": oneOf("SYSTEM", "USERDEFINED", "EXTENSION").or()})

// typed is a field of one type, with the keys that only that type has.
func typed(base object, kind string, more object) object {
	return with(base, object{"type": oneOf(kind).given()}, more)
}

var picks = list(of(object{"value": text(120)}))

// describedField is a row of GET /fields: what it has besides depends on its type.
func describedField() part {
	forms := []object{
		typed(fieldNew, "Picklist", object{"pickListValues": picks, "subType": oneOf("Plain", "ColorCoded").or()}),
		typed(fieldNew, "Multiselect", object{"pickListValues": picks}),
		typed(fieldNew, "LookUp", object{"lookup": of(object{"onDelete": oneOf("SET_NULL", "CASCADE", "CHILD_EMPTY"), "relatedListLabel": text(255),
			"module": of(object{"apiName": text(100), "nameField": text(100), "id": digits})})}),
		typed(fieldNew, "Decimal", object{"decimalPlaces": digits}),
		typed(fieldNew, "Currency", object{"decimalPlaces": digits, "roundingOption": oneOf("roundOff", "roundDown", "roundUp", "normal"), "roundingPrecision": digits}),
		typed(fieldNew, "Boolean", object{"defaultValue": oneOf("true", "false")}),
	}
	for _, kind := range []string{"Text", "URL", "Textarea", "Email", "Phone", "Date", "DateTime", "Number", "Percent", "AutoNumber", "Fax"} {
		forms = append(forms, typed(fieldNew, kind, nil))
	}
	return either(forms...)
}

// oldField is a row of GET /organizationFields.
var oldField = with(fieldCommon, object{"type": oneOf(fieldTypes...).given(), "allowedValues": list(any_).or(), "decimalPlaces": digits.or(), "roundingOption": text(0).or(),
	"roundingPrecision": digits.or(), "defaultValue": text(120).or(), "lookup": any_.or(), "lookupProperties": any_.or(), "sortBy": oneOf("alphabetical", "userDefined").or()})

var agent = object{"id": digits, "firstName": text(50), "lastName": text(50), "name": text(0), "emailId": text(100), "zuid": digits, "profileId": digits, "roleId": digits,
	"rolePermissionType": oneOf("AgentPublic", "AgentPersonal", "AgentTeamPersonal", "Admin", "Custom", "Light"), "status": oneOf("ACTIVE", "DISABLED", "DELETED", "IMPORTED"),
	"isConfirmed": flag, "isZiaAgent": flag, "photoURL": link(200), "phone": text(0), "mobile": text(0), "extn": text(0), "aboutInfo": text(0), "langCode": text(0),
	"timeZone": text(0), "countryCode": text(0), "associatedDepartmentIds": list(digits), "associatedChatDepartmentIds": list(digits), "channelExpert": list(text(0)),
	"profile": any_.or(), "role": any_.or()}

var profile = object{"id": digits, "name": text(50), "description": text(0), "default": flag, "isVisible": flag, "type": text(0), "permissions": any_,
	"modifiedBy": any_.or(), "modifiedTime": instant.or()}

var role = object{"id": digits, "name": text(50), "description": text(3200), "reportsTo": digits, "shareDataWithPeers": flag, "isDefault": flag, "isVisible": flag,
	"immediateSubRoles": list(digits)}

var team = object{"id": digits, "name": text(50), "description": text(255), "departmentId": digits, "agents": list(digits), "derivedAgents": list(digits), "roles": list(digits),
	"rolesWithSubordinates": list(digits), "subTeams": list(digits), "logoUrl": link(200)}

var department = object{"id": digits, "name": text(200), "description": text(0), "isEnabled": flag, "isDefault": flag, "isAssignToTeamEnabled": flag,
	"isVisibleInCustomerPortal": flag, "nameInCustomerPortal": text(0), "sanitizedName": text(0), "hasLogo": flag, "chatStatus": text(0), "creatorId": digits, "createdTime": instant}

var organization = object{"id": digits, "companyName": text(0), "portalName": text(0), "alias": text(0), "isDefault": flag, "isAdminInOrg": flag, "employeeCount": digits,
	"edition":      oneOf("FREE_2019", "FREE", "NEW_FREE", "ENTERPRISE", "PROFESSIONAL", "EXPRESS", "ZOHOONE", "ULTIMATE", "STANDARD"),
	"currencyCode": text(0), "currencySymbol": text(0), "currencyLocale": text(0), "portalURL": link(500), "website": text(0), "city": text(0), "country": text(0),
	"description": text(0), "designation": text(0), "employeeCountRange": text(0), "faviconURL": link(500), "fax": text(0), "industry": text(0),
	"isPayloadEncryptionEnabled": flag, "isSandboxPortal": flag, "logoURL": link(500), "migrationFrom": text(0), "mobile": text(0), "phoneNumber": text(0),
	"preferredCommunicationChannels": list(text(0)), "preferredSolution": list(text(0)), "primaryContact": text(0), "state": text(0), "street": text(0), "timeZone": text(0), "zip": text(0)}

var ticket = object{"id": digits, "ticketNumber": digits, "subject": text(0), "description": text(0).or(), "status": text(0), "statusType": oneOf("Open", "Closed", "On Hold"),
	"channel": text(0), "contactId": digits, "accountId": digits, "departmentId": digits, "assigneeId": digits, "priority": text(0), "email": text(0), "phone": text(0),
	"dueDate": instant, "createdTime": instant, "modifiedTime": instant, "webUrl": link(500), "isSpam": flag, "isTrashed": flag.or(), "isRead": flag.or(), "cf": custom,
	"customFields": custom.or(), "category": text(0), "subCategory": text(0), "classification": text(0), "resolution": text(0), "closedTime": instant, "onholdTime": instant,
	"customerResponseTime": instant, "responseDueDate": instant, "productId": digits, "threadCount": digits, "commentCount": digits, "sharedDepartments": list(any_),
	"secondaryContacts": list(digits), "entitySkills": list(digits), "layoutId": digits, "language": text(0), "createdBy": digits, "modifiedBy": digits, "teamId": digits,
	"slaId": digits, "department": of(object{"id": digits, "name": text(200)}).or(), "assignee": of(person).or(),
	"contact": of(object{"id": digits, "firstName": text(50), "lastName": text(200), "email": text(0), "phone": text(0), "mobile": text(0), "type": text(0),
		"isSpam": flag.or(), "account": accountStub}).or()}

var commenter = of(with(person, object{"name": text(100), "roleName": text(100), "type": oneOf("END_USER", "AGENT", "TEAM", "TICKET", "ACTIVITY")}))

var contactComment = object{"id": digits, "content": text(32000), "contentType": oneOf("plainText", "html"), "encodedContent": text(100), "commentedTime": instant,
	"modifiedTime": instant, "commenterId": digits, "commenter": commenter, "impersonatedUser": commenter}

var ticketComment = with(contactComment, object{"isPublic": flag, "attachments": list(any_)})

// thread leaves open what stands in another file that it refers to: its author, actions, source and
// receipts.
var thread = object{"id": digits, "author": any_, "channel": oneOf("FACEBOOK", "TWITTER", "EMAIL", "FORUMS", "PHONE", "WEB", "FEEDBACK", "FEEDBACK_WIDGET", "TWITTER_DM",
	"ONLINE_CHAT", "OFFLINE_CHAT", "CUSTOMERPORTAL"), "createdTime": instant, "direction": oneOf("in", "out"), "status": oneOf("SUCCESS", "PENDING", "FAILED", "DRAFT"),
	"summary": text(0), "contentType": oneOf("html", "plainText", "text/plain", "text/html"), "visibility": oneOf("public", "private"), "isDescriptionThread": flag,
	"canReply": flag, "hasAttach": flag, "attachmentCount": digits, "actions": any_, "aspects": list(text(100)), "keyWords": list(text(100)),
	"sentiment": oneOf("NEUTRAL", "NEGATIVE", "POSITIVE"), "source": any_, "channelRelatedInfo": any_, "impersonatedUser": any_, "lastRatingIconURL": text(100),
	"readReceipts": any_, "respondedIn": text(100)}

var conversation = either(with(thread, object{"type": oneOf("thread").given()}),
	object{"type": oneOf("comment").given(), "id": digits, "content": text(32000), "contentType": oneOf("plainText", "html"), "commentedTime": instant, "modifiedTime": instant,
		"commenterId": digits, "commenter": commenter, "isPublic": flag, "attachments": list(any_)})

var ticketStep = object{"eventName": text(100), "eventTime": instant, "source": text(100), "actorInfo": list(any_),
	"actor":     of(object{"id": digits, "name": text(100), "type": oneOf("Agent", "Contact", "System", "Workflow", "SLA", "Macro")}),
	"eventInfo": list(of(object{"propertyName": text(100), "propertyType": text(100), "systemProperty": flag, "propertyValue": any_}))}

var recordStep = object{"ticketId": digits, "ticketNumber": any_, "subject": text(0), "status": text(100), "statusType": oneOf("Open", "Closed", "On Hold"), "priority": text(100),
	"departmentId": digits, "dueDate": instant, "recipients": list(text(100)), "webUrl": text(500), "eventTime": instant, "operation": text(100),
	"author": of(with(person, object{"type": oneOf("END_USER", "AGENT", "TEAM", "TICKET", "ACTIVITY")}))}

var statistics = object{"totalTickets": digits, "openTickets": digits, "closedTickets": digits, "onholdTickets": digits, "escalatedTickets": digits, "overdueTickets": digits,
	"spamTickets": digits, "firstResponseTime": digits, "responseTime": digits, "resolutionTime": digits, "channelWiseCount": table(digits),
	"customerHappiness": of(object{"badCount": digits, "goodCount": digits, "okCount": digits})}

var view = object{"id": digits, "name": text(50), "viewName": text(50), "displayLabel": text(50).or(), "sanitizedName": text(50).or(), "isCustomView": flag, "isLocked": flag,
	"createdBy": digits.or(), "deprecatedViewId": digits}

var layout = object{"id": digits, "layoutName": text(0), "layoutDisplayName": text(0), "layoutDesc": text(0), "isDefaultLayout": flag, "isStandardLayout": flag,
	"status": oneOf("active", "inactive"), "hasLogo": flag, "photoURL": link(500), "skipDeptAccessValidation": flag, "module": text(0), "createdBy": digits, "modifiedBy": digits,
	"createdTime": instant, "modifiedTime": instant, "layoutProfiles": list(any_).or(), "departmentId": digits.or()}

var oldModule = object{"id": digits, "apiKey": text(100), "displayLabel": text(100), "pluralLabel": text(100), "singularLabel": text(100), "isEnabled": flag, "nameField": text(100)}

var newModule = object{"id": digits, "apiName": text(100), "displayLabel": text(100), "pluralLabel": text(100), "singularLabel": text(100), "nameField": text(100),
	"description": text(100), "hasRecycleBin": flag, "isCustomModule": flag, "isDeptSpecific": flag, "createdTime": instant, "modifiedTime": instant, "createdBy": digits,
	"modifiedBy": digits, "modifier": of(person)}

var hook = object{"id": digits, "name": text(0), "description": text(0), "url": link(100), "isEnabled": flag, "ignoreSourceId": text(36), "subscriptions": any_,
	"includeEventsFrom": list(oneOf("AUTOMATION")), "createdTime": instant, "modifiedTime": instant, "createdBy": digits, "type": oneOf("CUSTOMER_WEBHOOK", "EXTENSION_WEBHOOK")}

var previous = of(object{"includePrevState": flag})

var sentHook = object{"name": text(0).or(), "description": text(0).or(), "url": link(500), "isEnabled": flag.or(), "ignoreSourceId": text(36).or(),
	"includeEventsFrom": list(oneOf("AUTOMATION")).or(), "subscriptions": of(object{"Contact_Add": nothing.or(), "Contact_Update": previous.or(), "Contact_Delete": nothing.or(),
		"Account_Add": nothing.or(), "Account_Update": previous.or(), "Account_Delete": nothing.or(), "Ticket_Add": any_.or()}).given()}
