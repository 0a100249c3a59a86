package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

// vendorCodes is what each of the vendor's codes comes to.
var vendorCodes = map[string]struct {
	code  models.Code
	retry bool
}{
	"INVALID_SESSION_ID":                            {models.CodeBadCredentials, false},
	"INVALID_AUTH_HEADER":                           {models.CodeBadCredentials, false},
	"REQUEST_LIMIT_EXCEEDED":                        {models.CodeQuotaExhausted, true},
	"CONCURRENT_REQUEST_LIMIT_EXCEEDED":             {models.CodeBusy, true},
	"UNABLE_TO_LOCK_ROW":                            {models.CodeBusy, true},
	"QUERY_TIMEOUT":                                 {models.CodeBusy, true},
	"REQUEST_RUNNING_TOO_LONG":                      {models.CodeBusy, true},
	"EXCEEDEDQUOTA":                                 {models.CodeBusy, true},
	"TOO_MANY_APEX_REQUESTS":                        {models.CodeBusy, true},
	"SERVER_TIMEOUT":                                {models.CodeBusy, true},
	"LIMIT_EXCEEDED":                                {models.CodeCallTooLarge, false},
	"SERVER_UNAVAILABLE":                            {models.CodeUpstreamUnavailable, true},
	"INVALID_QUERY_LOCATOR":                         {models.CodeCursorExpired, false},
	"EXCEEDED_ID_LIMIT":                             {models.CodeCursorExpired, false},
	"INVALID_REPLICATION_DATE":                      {models.CodeCursorExpired, false},
	"API_DISABLED_FOR_ORG":                          {models.CodeNoAccess, false},
	"API_CURRENTLY_DISABLED":                        {models.CodeNoAccess, false},
	"INSUFFICIENT_ACCESS":                           {models.CodeNoAccess, false},
	"INSUFFICIENT_ACCESS_OR_READONLY":               {models.CodeNoAccess, false},
	"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": {models.CodeNoAccess, false},
	"INVALID_TYPE":                                  {models.CodeNoAccess, false},
	"INVALID_FIELD":                                 {models.CodeNoAccess, false},
	"INVALIDENTITY":                                 {models.CodeNoAccess, false},
	"FUNCTIONALITY_NOT_ENABLED":                     {models.CodeNoAccess, false},
	"FEATURENOTENABLED":                             {models.CodeNoAccess, false},
	"INVALID_FIELD_FOR_INSERT_UPDATE":               {models.CodeReadOnly, false},
	"REQUIRED_FIELD_MISSING":                        {models.CodeRequiredFieldMissing, false},
	"MISSING_ARGUMENT":                              {models.CodeParameterMissing, false},
	"STRING_TOO_LONG":                               {models.CodeValueTooLong, false},
	"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST":       {models.CodeInvalidPicklist, false},
	"INVALID_EMAIL_ADDRESS":                         {models.CodeInvalidParameter, false},
	"NUMBER_OUTSIDE_VALID_RANGE":                    {models.CodeInvalidParameter, false},
	"MALFORMED_ID":                                  {models.CodeInvalidParameter, false},
	"FIELD_CUSTOM_VALIDATION_EXCEPTION":             {models.CodeInvalidParameter, false},
	"FIELD_INTEGRITY_EXCEPTION":                     {models.CodeInvalidParameter, false},
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":          {models.CodeInvalidParameter, false},
	"CANNOT_EXECUTE_FLOW_TRIGGER":                   {models.CodeInvalidParameter, false},
	"INACTIVE_OWNER_OR_USER":                        {models.CodeInvalidParameter, false},
	"STORAGE_LIMIT_EXCEEDED":                        {models.CodeInvalidParameter, false},
	"SOMETHING_NEVER_HEARD_OF":                      {models.CodeInvalidParameter, false},
	"INVALID_TYPE_ON_FIELD_IN_RECORD":               {models.CodeTypeMismatch, false},
	"JSON_PARSER_ERROR":                             {models.CodeTypeMismatch, false},
	"INVALID_CROSS_REFERENCE_KEY":                   {models.CodeNotFound, false},
	"NOT_FOUND":                                     {models.CodeNotFound, false},
	"UNDELETE_FAILED":                               {models.CodeNotFound, false},
	"ENTITY_IS_DELETED":                             {models.CodeDeleted, false},
	"DUPLICATES_DETECTED":                           {models.CodeDuplicate, false},
	"DUPLICATE_VALUE":                               {models.CodeDuplicate, false},
	"DUPLICATE_EXTERNAL_ID":                         {models.CodeAmbiguousMatch, false},
	"INVALIDJOB":                                    {models.CodeInternal, false},
	"INVALIDJOBSTATE":                               {models.CodeInternal, false},
	"INVALIDBATCH":                                  {models.CodeInternal, false},
	"MALFORMED_QUERY":                               {models.CodeInternal, false},
}

func TestEveryVendorCodeIsTypedWhateverItsStatusAndForm(t *testing.T) {
	for code := range meanings {
		if _, ok := vendorCodes[code]; !ok {
			t.Errorf("%s is in no table of this test", code)
		}
	}
	for code, want := range vendorCodes {
		private := "jane.doe@x.example"
		forms := map[string]*models.Error{
			"a result":      vendorError{StatusCode: code, Message: private}.refusal().err(),
			"a row of bulk": ingestError(code + ":" + private + ": it is wrong:Email,Bad Name! --").refusal().err(),
		}
		for _, status := range []int{400, 401, 403, 404, 500} {
			if _, known := meanings[code]; !known && status != 400 {
				continue // without a known code the status decides
			}
			for _, k := range []effect{reads, repeats, onlyOnce} {
				body, _ := json.Marshal([]map[string]any{{"errorCode": code, "message": private, "fields": []string{}}})
				forms[fmt.Sprint("a body with status ", status, k)] = refused(status, http.Header{}, body, k)
				one, _ := json.Marshal(map[string]any{"errorCode": code, "message": private})
				forms[fmt.Sprint("a single error with status ", status, k)] = refused(status, http.Header{}, one, k)
			}
		}
		for form, got := range forms {
			expected := want.code
			if form == "a row of bulk" && code == "INVALID_CROSS_REFERENCE_KEY" {
				expected = models.CodeParentMissing // it names a field
			}
			if got.Code != expected || got.Retry != want.retry || got.Message == "" {
				t.Errorf("%s as %s: %+v", code, form, got)
			}
			if strings.Contains(got.Error(), "jane") || strings.Contains(got.Message, "jane") {
				t.Errorf("%s as %s repeats the vendor's text where logs have it: %v", code, form, got)
			}
			if want.code != models.CodeBadCredentials && !strings.Contains(got.Explain(), private) && strings.Contains(form, "a result") {
				t.Errorf("%s as %s keeps the vendor's words from the admin: %q", code, form, got.Explain())
			}
			if form == "a row of bulk" && !slices.Equal(got.Fields, []string{"Email"}) {
				t.Errorf("%s as %s: fields %q", code, form, got.Fields)
			}
		}
	}
}

func TestWhatIsNotTheVendorsOwnErrorIsJudgedByItsStatus(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		k      effect
		code   models.Code
		retry  bool
	}{
		{401, "", reads, models.CodeBadCredentials, false},
		{429, "", onlyOnce, models.CodeBusy, true},
		{503, "<html>", reads, models.CodeBusy, true},
		{503, "<html>", repeats, models.CodeBusy, true},
		// The create may have been done before the gateway gave up.
		{503, "<html>", onlyOnce, models.CodeUnknownOutcome, false},
		{504, "", onlyOnce, models.CodeUnknownOutcome, false},
		{408, "", onlyOnce, models.CodeUnknownOutcome, false},
		{500, `[{"errorCode":"UNKNOWN_EXCEPTION","message":"x"}]`, onlyOnce, models.CodeUnknownOutcome, false},
		{500, `[{"errorCode":"UNKNOWN_EXCEPTION","message":"x"}]`, repeats, models.CodeUpstreamUnavailable, true},
		{500, "", reads, models.CodeUpstreamUnavailable, true},
		{302, "<html>", reads, models.CodeSideUnusable, true},
		{403, "<html>", reads, models.CodeSideUnusable, true},
		{404, "<html>", reads, models.CodeSideUnusable, true},
		{410, "", reads, models.CodeSideUnusable, true},
		{410, `[{"errorCode":"UNSUPPORTED_API_VERSION","message":"GONE"}]`, reads, models.CodeSideUnusable, true},
		{413, "<html>", repeats, models.CodeCallTooLarge, false},
		{400, `{"errorCode":"<script>"}`, reads, models.CodeUpstreamUnavailable, true},
		{400, `[]`, reads, models.CodeUpstreamUnavailable, true},
		{400, `[{"errorCode":"`, reads, models.CodeUpstreamUnavailable, true},
	} {
		if e := refused(c.status, http.Header{}, []byte(c.body), c.k); e.Code != c.code || e.Retry != c.retry {
			t.Errorf("%d %q: %+v", c.status, c.body, e)
		}
	}
}

func TestADuplicateNamesTheRecord(t *testing.T) {
	const id = "003000000000001AAA"
	match := `{"matchResults":[{"matchRecords":[{"record":{"Id":"` + id + `"}}]}]}`
	for _, body := range []string{
		// As the vendor spells it.
		`[{"errorCode":"DUPLICATES_DETECTED","message":"x","duplicateResut":` + match + `}]`,
		`[{"errorCode":"DUPLICATES_DETECTED","message":"x","duplicateResult":` + match + `}]`,
		`[{"errorCode":"DUPLICATE_VALUE","message":"duplicate value found: Ext__c duplicates value on record with id: ` + id + `"}]`,
	} {
		if r := readRefusal([]byte(body)); r.duplicate != id {
			t.Errorf("%s: %+v", body, r)
		}
	}
	if r := ingestError("DUPLICATE_VALUE:duplicate value found: Ext__c duplicates value on record with id: " + id + ":-- ").refusal(); r.duplicate != id || r.code != "DUPLICATE_VALUE" {
		t.Errorf("%+v", r)
	}
	for _, message := range []string{"ConcurrentRequests (Concurrent API Requests) Limit exceeded.", "ConcurrentPerOrgLongTxn Limit exceeded"} {
		if e := (vendorError{ErrorCode: "REQUEST_LIMIT_EXCEEDED", Message: message}).refusal().err(); e.Code != models.CodeBusy {
			t.Errorf("%s: %v", message, e)
		}
	}
}

func TestRetryAfterIsReadInBothForms(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": 0, "-3": 0, "": 0, "soon": 0, "999999999": 24 * time.Hour,
		now.Add(30 * time.Second).Format(http.TimeFormat): 30 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):       0,
		now.Add(48 * time.Hour).Format(http.TimeFormat):   24 * time.Hour,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}, "Date": {now.Format(http.TimeFormat)}}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got := retryAfter(http.Header{"Retry-After": {now.Format(http.TimeFormat)}}); got != 0 {
		t.Errorf("a date without the vendor's own: %v", got)
	}
}

func TestTheBudgetIsCountedFromTheAnswers(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	told := func(text string) http.Header { return http.Header{"Sforce-Limit-Info": {text}} }
	b := &budget{share: 0.2}
	if b.report().Limit != nil || b.admit(now) != nil {
		t.Error("something is known before the first answer")
	}
	b.observe(told("api-usage=4000/5000; per-app-api-usage=17/250(appName=x)"), now)
	if r := b.report(); *r.Used != 4000 || *r.Limit != 5000 || *r.KeptForAgents != 1000 {
		t.Errorf("%+v", r)
	}
	err := b.admit(now)
	if models.CodeOf(err) != models.CodeQuotaExhausted || !models.MayRetry(err) {
		t.Errorf("what is kept for agents was given away: %v", err)
	}
	for _, text := range []string{"", "api-usage=x/y", "per-app-api-usage=1/2"} {
		b.observe(told(text), now)
	}
	if r := b.report(); *r.Used != 4000 {
		t.Errorf("%+v", r)
	}
	if b.admit(now.Add(probeEvery)) != nil {
		t.Error("nobody looks whether calls have become free")
	}
	if b.admit(now.Add(probeEvery)) == nil {
		t.Error("more than one call looks")
	}
	b.observe(told("api-usage=100/5000"), now.Add(probeEvery))
	if b.admit(now.Add(probeEvery)) != nil {
		t.Error("calls became free and are not used")
	}
	b.spent(now)
	if err := b.admit(now.Add(time.Minute)); models.CodeOf(err) != models.CodeQuotaExhausted || b.report().ResetsAt == nil {
		t.Errorf("%v", err)
	}
	if b.admit(now.Add(probeEvery)) != nil {
		t.Error("the quota is taken for spent for ever")
	}
	none := &budget{}
	none.observe(told("api-usage=4999/5000"), now)
	if none.admit(now) != nil {
		t.Error("calls are kept although none should be")
	}
}
