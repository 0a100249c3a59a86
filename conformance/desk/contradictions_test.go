package desk_test

import "strings"

// contradictions are the places where the vendor's files disagree with themselves, or with a
// recorded live answer. The simulated Desk keeps one side of each, by a setting where that matters
// to a client; what the other side would call wrong is counted here, not failed. One that a setting
// makes is excused only in an organization with that setting, or without it.
var contradictions = []struct{ at, what, why, with, without string }{
	{"GET /contacts/contactsByIds", "not in the files", "the file gives the rows of a list; live answers were whole records", "", "\"byIds\":\"listed\""},
	{"GET /contacts/search", "not in the files", "rows of a list, as the pages on search show them", "\"searchRows\":\"listed\"", ""},
	{"GET /contacts/search", "missing", "the same", "\"searchRows\":\"listed\"", ""},
	{"GET /accounts/search", "not in the files", "the same", "\"searchRows\":\"listed\"", ""},
	{"GET /accounts/search", "missing", "the same", "\"searchRows\":\"listed\"", ""},
	{".zip", "is not digits", "the file says digits of requests and answers; organizations hold postal codes with letters", "", "\"strictValues\":true"},
	{".city", "characters", "a create may bring 100 characters, an update and every answer 30", "", ""},
	{".state", "characters", "the same", "", ""},
	{".country", "characters", "the same", "", ""},
	{".industry", "characters", "the same, with 120 and 100", "", ""},
	{".twitter", "is not", "answers are said to be links, and the file's own example of a request is two words", "", ""},
	{".url", "is not a link", "a webhook may be made with an address of 500 characters; answers and changes have 100", "", ""},
	{".allowedValues", "not in the files", "the former name of pickListValues, as older answers had it", "\"picklists\":\"allowedValues\"", ""},
	{".pickListValues", "missing", "the file lets a picklist come without its values, too", "\"picklists\":", ""},
	{"POST /contacts.mobile", "parentheses", "refused by the common part of the body, allowed by the body's own", "", ""},
	{"PATCH /contacts/{id}.phone", "parentheses", "the file's pattern has none; whether it is enforced is not known", "", "\"strictValues\":true"},
	{"POST /contacts.phone", "parentheses", "the same", "", "\"strictValues\":true"},
}

// known says which contradiction a finding is in an organization with these settings, or nothing.
func known(at, what, settings string) string {
	for _, c := range contradictions {
		if !strings.Contains(settings, c.with) || c.without != "" && strings.Contains(settings, c.without) {
			continue
		}
		if strings.Contains(what, c.what) && (strings.HasPrefix(at, c.at) || strings.HasSuffix(at, c.at)) {
			return c.why
		}
	}
	return ""
}
