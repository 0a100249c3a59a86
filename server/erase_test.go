package server

import (
	"fmt"
	"strings"
)

// erases erases somebody and lets them in again.
func (a *admin) erases() {
	var person any
	for _, one := range list(dig(a.do(`{contacts(first:40){nodes{deskId salesforceId email}}}`), "nodes")) {
		if dig(one, "deskId") != nil && dig(one, "salesforceId") != nil && dig(one, "email") != nil {
			person = one
		}
	}
	email, id := dig(person, "email").(string), dig(person, "salesforceId").(string)
	const receipt = `{id dryRun records tombstones sharing problem tables{table rows}}`
	for _, wrong := range []string{``, `(email:"x")`, `(id:"1")`, `(side:DESK)`, `(side:SALESFORCE,id:"001x")`, `(email:"a@x.example",side:DESK,id:"1")`} {
		a.refused("BAD_USER_INPUT", `mutation{erasePerson`+wrong+receipt+`}`)
	}
	here := func() bool {
		return a.ask(a.token, fmt.Sprintf(`{customer(by:{email:%q}){contact{salesforceId}}}`, email)).data("customer", "contact", "salesforceId") == id
	}
	dry := a.do(fmt.Sprintf(`mutation{erasePerson(email:%q,dryRun:true)%s}`, " "+strings.ToUpper(email), receipt))
	if dig(dry, "id") != nil || dig(dry, "records") != 2.0 || !here() {
		a.t.Errorf("a dry run: %v", dry)
	}
	done := a.do(fmt.Sprintf(`mutation{erasePerson(side:SALESFORCE,id:%q)%s}`, id, receipt))
	if dig(done, "id") == nil || dig(done, "records") != 2.0 || dig(done, "tombstones") != 3.0 || dig(done, "problem") != nil || len(list(dig(done, "tables"))) < 3 || here() {
		a.t.Errorf("the erasure: %v", done)
	}
	if len(a.clients.frugal.refreshed) > 0 {
		a.t.Error("whose cards were read again is still in memory")
	}
	if got := a.do(`mutation{liftErasure(email:"nobody@x.example"){lifted records}}`); dig(got, "lifted") != 0.0 {
		a.t.Errorf("nobody's erasure: %v", got)
	}
	if got := a.do(fmt.Sprintf(`mutation{liftErasure(email:%q){lifted records}}`, email)); dig(got, "lifted") != 1.0 || dig(got, "records") != 2.0 {
		a.t.Errorf("lifted: %v", got)
	}
	a.soon("the person is back, as a pair", func() bool {
		got := a.ask(a.token, fmt.Sprintf(`{customer(by:{email:%q}){contact{salesforceId deskId}}}`, email))
		return got.data("customer", "contact", "salesforceId") == id && got.data("customer", "contact", "deskId") == dig(person, "deskId")
	})
	for _, action := range []string{"erasePerson", "liftErasure"} {
		entry := a.ask(a.token, `query($s:String){auditLog(filter:{search:$s}){nodes{subject target detail}}}`, "s", action)
		if !strings.Contains(entry.text, `"records":2`) || strings.Contains(strings.ToLower(entry.text), strings.ToLower(email)) || strings.Contains(entry.text, id) {
			a.t.Errorf("the audit: %s", entry.text)
		}
	}
}
