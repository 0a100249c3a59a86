package desk_test

// The shapes of contacts and accounts, as they are answered and as they are sent.

var happiness = of(object{"badPercentage": digits, "okPercentage": digits, "goodPercentage": digits})

// email is the vendor's own pattern of an address, beyond ASCII.
var email = like(`^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_+\-.'&!~]*@([\p{L}\p{N}\p{M}]+([-_]*[\p{L}\p{N}\p{M}])*\.)+[\p{L}\p{M}]{2,22}$`, "an address of email")

// custom are the organization's own fields: text, whatever their type.
var custom = table(text(100))

var contactCommon = object{"lastName": text(200), "firstName": text(40), "email": email, "secondaryEmail": email, "phone": text(50), "mobile": text(50),
	"accountId": digits, "ownerId": digits, "type": text(0)}

var contactSystem = object{"id": digits, "createdTime": instant, "isAnonymous": flag, "isEndUser": flag, "isSpam": flag, "photoURL": link(100), "webUrl": link(500),
	"accountCount": digits, "customerHappiness": happiness, "zohoCRMContact": of(object{"id": digits, "type": oneOf("new", "potentials", "customers", "contacts", "leads")})}

var accountStub = of(object{"id": digits, "accountName": text(200), "website": text(120)})

var ownerStub = of(object{"id": digits, "firstName": text(50), "lastName": text(50)})

var layoutStub = of(object{"id": digits, "layoutName": text(120)})

var (
	contactRow = with(contactCommon, contactSystem, object{"account": accountStub.or()})

	contactWhole = with(contactCommon, contactSystem, object{"zip": digits, "country": text(30), "city": text(30), "state": text(30), "street": text(250), "title": text(100),
		"description": text(65535), "twitter": text(100), "facebook": text(100), "cf": custom, "customFields": custom, "modifiedTime": instant, "isFollowing": flag,
		"isDeleted": flag, "isTrashed": flag, "layoutId": digits, "layoutDetails": layoutStub, "owner": ownerStub.or(), "account": accountStub.or(), "language": text(255).or()})

	mapping = of(object{"mappingId": digits, "mappingType": oneOf("PRIMARY", "SECONDARY"), "isAccountTicketsViewable": flag})

	accountRow = object{"id": digits, "accountName": text(200), "email": email, "phone": text(50), "website": text(120), "webUrl": link(500), "createdTime": instant,
		"customerHappiness": happiness, "zohoCRMAccount": any_}

	accountWhole = object{"id": digits, "accountName": text(200), "email": email, "phone": text(50), "website": text(120), "webUrl": link(500), "createdTime": instant,
		"modifiedTime": instant, "zohoCRMAccount": any_, "country": text(30), "city": text(30), "state": text(30), "street": text(250), "code": text(30), "fax": text(30),
		"industry": text(100), "annualrevenue": text(0), "description": text(65535), "ownerId": digits, "cf": custom, "customFields": custom, "isFollowing": flag,
		"isDeleted": flag, "isTrashed": flag, "associatedSLAIds": list(digits), "layoutId": digits, "layoutDetails": layoutStub, "owner": ownerStub.or()}

	foundOwner = of(object{"id": digits, "firstName": text(50), "lastName": text(50), "emailId": text(100), "photoURL": link(200), "zuid": digits})

	contactHit = with(contactCommon, object{"id": digits, "account": accountStub, "cf": custom, "customFields": custom, "customerHappiness": happiness, "owner": foundOwner,
		"photoURL": link(200), "webUrl": link(500), "zohoCRMContact": any_, "city": text(30), "country": text(30), "state": text(30), "street": text(250), "title": text(100),
		"description": text(65535), "facebook": text(100), "twitter": text(100), "zip": digits, "createdTime": instant, "modifiedTime": instant, "isEndUser": flag, "layoutId": digits})

	accountHit = object{"id": digits, "accountName": text(200), "cf": custom, "customFields": custom, "email": email, "owner": foundOwner, "phone": text(50), "webUrl": link(500),
		"website": text(120), "annualrevenue": text(0), "city": text(30), "code": text(30), "country": text(30), "createdTime": instant, "modifiedTime": instant,
		"description": text(65535), "fax": text(30), "industry": text(100), "layoutId": digits, "ownerId": digits, "state": text(30), "street": text(250)}

	binned = object{"id": digits, "displayName": text(0), "type": text(0), "departmentId": digits, "deletedById": digits, "deletedTime": instant,
		"deletedBy": of(object{"id": digits, "firstName": text(50), "lastName": text(50), "email": text(100), "photoURL": link(200)}).or(), "department": any_.or()}
)

// What a create and an update may send: null only where the files let it stand.
var (
	phone = like(`^[^()]{1,50}$`, "a phone number without parentheses")

	sentContact = object{"lastName": text(200).or(), "firstName": text(40).or(), "email": email.or(), "secondaryEmail": email.or(), "phone": phone.or(),
		"mobile": text(50).or(), "accountId": digits.or(), "ownerId": digits.or(), "type": text(0).or(),
		"street": text(250).or().given(), "title": text(100).or().given(), "description": text(65535).or().given(), "twitter": text(100).or().given(),
		"facebook": text(100).or().given(), "zip": like(`^[0-9]*$`, "digits").or().given(), "cf": table(text(100)).or().given(), "customFields": table(text(100)).or().given(),
		"layoutId": digits.or().given(), "language": text(255).or().given()}

	madeContact    = with(sentContact, object{"lastName": text(200).given(), "city": text(100).or().given(), "state": text(100).or().given(), "country": text(100).or().given()})
	changedContact = with(sentContact, object{"city": text(30).or().given(), "state": text(30).or().given(), "country": text(30).or().given()})

	sentAccount = object{"accountName": text(200).or(), "email": email.or(), "phone": text(50).or(), "website": text(120).or(), "fax": text(30).or().given(),
		"industry": text(120).or().given(), "annualrevenue": like(`^([0-9]+(\.[0-9]+)?)?$`, "a number not below zero").or().given(), "street": text(250).or().given(),
		"city": text(100).or().given(), "state": text(100).or().given(), "country": text(100).or().given(), "code": text(30).or().given(), "description": text(65535).or().given(),
		"ownerId": text(0).or().given(), "cf": table(text(100)).or().given(), "layoutId": digits.or().given()}
)

var ids = list(digits).given()

// mass is the answer to an action on many records.
var mass = object{"results": list(of(object{"id": digits, "success": flag,
	"errors": of(object{"errorCode": errorCode.given(), "httpCode": digits, "errorMessage": text(0).or(), "errorJson": any_.or(), "error": text(0).or()})}))}

// errorCode is the vendor's list of codes.
var errorCode = oneOf("BAD_REQUEST", "UNAUTHORIZED", "INVALID_OAUTH", "SCOPE_MISMATCH", "OAUTH_ORG_MISMATCH", "FORBIDDEN", "LICENSE_ACCESS_LIMITED", "URL_NOT_FOUND",
	"METHOD_NOT_ALLOWED", "RESOURCE_SIZE_EXCEEDED", "UNSUPPORTED_MEDIA_TYPE", "INVALID_DATA", "EMPTY_PAYLOAD", "UNPROCESSABLE_ENTITY", "ONLY_LIVECHAT_USER",
	"DUPLICATE_CONTRACT", "INTEGRATION_ADMIN_ERROR", "THRESHOLD_EXCEEDED", "TOO_MANY_REQUESTS", "INTERNAL_SERVER_ERROR")

// refusal is the body under a status of 400 and more.
var refusal = object{"errorCode": errorCode.given(), "message": text(0).given(), "errors": list(of(object{
	"fieldName": like(`^/`, "a pointer").given(), "errorType": oneOf("invalid", "duplicate", "missing").given(), "errorMessage": text(0)})).or()}
