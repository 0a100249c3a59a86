package desk

import (
	"net/url"
	"slices"
	"testing"
	"time"
)

func TestWhatIsSaidOfATicketStandsInItsConversationAndHistory(t *testing.T) {
	r := newRig(t)
	contact := r.contact(map[string]any{"lastName": "Asker", "email": "asker@talk.example"})
	ticket := r.must("POST", "/tickets", map[string]any{"subject": "A question", "contactId": contact}).text1("id")
	var said []string
	for _, text := range []string{"first", "second"} {
		r.clock.advance(time.Minute)
		said = append(said, r.must("POST", "/tickets/"+ticket+"/comments", map[string]any{"content": text, "contentType": "plainText", "isPublic": text == "second"}).text1("id"))
	}
	r.clock.advance(time.Minute)
	r.must("PATCH", "/tickets/"+ticket, map[string]any{"status": "Closed"})
	of := func(path, key string) (out []any) {
		for _, one := range r.must("GET", path, nil).rows() {
			out = append(out, one[key])
		}
		return out
	}
	if got := of("/tickets/"+ticket+"/comments", "content"); !slices.Equal(got, []any{"first", "second"}) {
		t.Errorf("comments: %v", got)
	}
	if got := of("/tickets/"+ticket+"/comments?sortBy=-commentedTime&limit=1", "content"); !slices.Equal(got, []any{"second"}) {
		t.Errorf("the last comment: %v", got)
	}
	if got := of("/tickets/"+ticket+"/conversations", "type"); !slices.Equal(got, []any{"comment", "comment", "thread"}) {
		t.Errorf("conversation: %v", got)
	}
	if got := of("/tickets/"+ticket+"/history", "eventName"); !slices.Equal(got, []any{"TicketUpdated", "CommentAdded", "CommentAdded", "TicketCreated"}) {
		t.Errorf("history: %v", got)
	}
	if got := of("/contacts/"+contact+"/history", "operation"); !slices.Equal(got, []any{"Ticket_Update", "Comment_Added", "Comment_Added", "Ticket_Add"}) {
		t.Errorf("the contact's history: %v", got)
	}
	if one := r.must("GET", "/tickets/"+ticket+"/comments/"+said[1], nil); one.body["isPublic"] != true || one.text1("commenterId") == "" {
		t.Errorf("one comment: %s", one.text)
	}
	if got := r.must("GET", "/contacts/"+contact+"/statistics", nil); got.text1("closedTickets") != "1" || got.text1("totalTickets") != "1" || got.text1("openTickets") != "0" {
		t.Errorf("statistics: %s", got.text)
	}
	if got := r.must("GET", "/tickets/"+ticket, nil); got.text1("commentCount") != "2" {
		t.Errorf("the ticket: %s", got.text)
	}
	for _, bad := range []map[string]any{{"content": ""}, {"isPublic": true}, {"content": "x", "colour": "red"}, {"content": "x", "contentType": "rtf"}} {
		if a := r.call("POST", "/tickets/"+ticket+"/comments", bad); a.status != 422 {
			t.Errorf("%v: %d", bad, a.status)
		}
	}
	note := r.must("POST", "/contacts/"+contact+"/comments", map[string]any{"content": "VIP"}).text1("id")
	if got := r.must("GET", "/contacts/"+contact+"/comments/"+note, nil); got.text1("content") != "VIP" || got.body["isPublic"] != nil {
		t.Errorf("a contact's comment: %s", got.text)
	}
	if a := r.call("GET", "/tickets/"+ticket+"/comments/"+note, nil); a.status != 404 {
		t.Errorf("a contact's comment under a ticket: %d", a.status)
	}
}

func TestTicketsAreFound(t *testing.T) {
	r := newRig(t)
	contact := r.contact(map[string]any{"lastName": "Finder", "email": "finder@ticket.example"})
	made := r.must("POST", "/tickets", map[string]any{"subject": "Printer on fire", "contactId": contact, "email": "finder@ticket.example"}).text1("id")
	for query, want := range map[string]int{"subject=Printer*": 1, "subject=Printer": 0, "email=finder@ticket.example": 1, "contactId=" + contact: 1, "status=open&contactId=" + contact: 1,
		"status=Closed&contactId=" + contact: 0, "status=" + url.QueryEscape("${open}") + "&contactId=" + contact: 1, "contactName=Finder": 1, "_all=printer*": 1, "id=" + made + ",1": 1, "priority=" + url.QueryEscape("${empty}") + "&contactId=" + contact: 1} {
		got := r.must("GET", "/tickets/search?"+query, nil)
		if n := len(got.rows()); n != want || want > 0 && got.body["count"] != float64(want) {
			t.Errorf("%s: %d rows, %s", query, n, got.text)
		}
	}
	for _, bad := range []string{"shoe=1", "subject=ab", "subject=*fire", "from=1000", "limit=0", "sortBy=subject", "createdTimeRange=x"} {
		if a := r.call("GET", "/tickets/search?"+bad, nil); a.status != 422 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	if first := r.must("GET", "/tickets?limit=1", nil).rows()[0]["id"]; first != made {
		t.Errorf("the newest is not first: %v", first)
	}
	if n := len(r.must("GET", "/search?searchStr=Finder", nil).rows()); n != 1 {
		t.Errorf("everywhere: %d", n)
	}
}

func TestEverythingIsRestoredAtOnce(t *testing.T) {
	r := newRig(t)
	account := r.account(map[string]any{"accountName": "Restored"})
	contact := r.contact(map[string]any{"lastName": "Restored", "accountId": account})
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{contact}})
	r.must("POST", "/accounts/moveToTrash", map[string]any{"accountIds": []string{account}})
	if a := r.must("POST", "/recycleBin/restoreAll", nil); a.status != 204 || r.must("GET", "/recycleBin", nil).status != 204 {
		t.Errorf("restored: %d %s", a.status, a.text)
	}
	if got := r.must("GET", "/contacts/"+contact, nil); got.body["isTrashed"] != false || got.text1("accountId") != account {
		t.Errorf("the contact: %s", got.text)
	}
}

func TestCommentsOutliveARestart(t *testing.T) {
	path := t.TempDir() + "/desk.jsonl"
	r := on(t, path)
	contact := r.contact(map[string]any{"lastName": "Kept"})
	r.must("POST", "/contacts/"+contact+"/comments", map[string]any{"content": "kept"})
	if again := on(t, path); len(again.must("GET", "/contacts/"+contact+"/comments", nil).rows()) != 1 {
		t.Error("the comment is gone")
	}
}
