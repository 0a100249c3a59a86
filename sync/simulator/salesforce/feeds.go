package salesforce

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"sidelight/sync/simulator/soql"
)

// How far back the feeds reach.
const (
	updatedReach = 30 * 24 * time.Hour
	deletedReach = 15 * 24 * time.Hour
)

// window reads start and end.
func (c *call) window(reach time.Duration) (from, to time.Time, err error) {
	q := c.request.URL.Query()
	for name, into := range map[string]*time.Time{"start": &from, "end": &to} {
		parsed := false
		for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", soql.DateTimeLayout} {
			if at, err := time.Parse(form, strings.ReplaceAll(q.Get(name), " ", "+")); err == nil {
				*into, parsed = at.UTC(), true
				break
			}
		}
		if !parsed {
			return from, to, badRequest("INVALID_FIELD", name+" is not a dateTime")
		}
	}
	now := c.server.now()
	switch {
	case from.Before(now.Add(-reach)):
		return from, to, badRequest("INVALID_REPLICATION_DATE", fmt.Sprintf("startDate cannot be more than %d days ago", int(reach.Hours()/24)))
	case !from.Before(to):
		return from, to, badRequest("INVALID_REPLICATION_DATE", "startDate must be before endDate")
	case to.After(now):
		to = now
	}
	return from, to, nil
}

func (s *Server) feed(c *call) (*table, error) {
	t, err := s.readable(c.request.PathValue("object"))
	if err == nil && !t.feed {
		err = badRequest("INVALID_TYPE_FOR_OPERATION", "object type "+t.name+" is not replicable")
	}
	return t, err
}

func (s *Server) updated(c *call) (any, error) {
	t, err := s.feed(c)
	if err != nil {
		return nil, err
	}
	from, to, err := c.window(updatedReach)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, r := range t.changedBetween(moment(from), moment(to)) {
		if !r.is("IsDeleted") {
			ids = append(ids, r.id())
		}
	}
	return map[string]any{"ids": ids, "latestDateCovered": moment(to.Truncate(time.Minute))}, nil
}

func (s *Server) deleted(c *call) (any, error) {
	t, err := s.feed(c)
	if err != nil {
		return nil, err
	}
	from, to, err := c.window(deletedReach)
	if err != nil {
		return nil, err
	}
	records := []any{}
	for _, r := range t.changedBetween(moment(from), moment(to)) {
		if r.is("IsDeleted") {
			records = append(records, map[string]any{"id": r.id(), "deletedDate": r.text("SystemModstamp")})
		}
	}
	for id, p := range s.purged {
		if p.Object == t.name && p.At >= moment(from) && p.At < moment(to) {
			records = append(records, map[string]any{"id": id, "deletedDate": p.At})
		}
	}
	return map[string]any{"deletedRecords": records, "earliestDateAvailable": moment(s.now().Add(-deletedReach)), "latestDateCovered": moment(to.Truncate(time.Minute))}, nil
}

// envelope is what is understood of SOAP: undelete, which REST does not have.
type envelope struct {
	Session string    `xml:"Header>SessionHeader>sessionId"`
	IDs     []string  `xml:"Body>undelete>ids"`
	Login   *struct{} `xml:"Body>login"`
}

// soap answers undelete, with a result for each record. Signing in this way is over: new
// organizations and newer versions of the API refuse it.
func (s *Server) soap(w http.ResponseWriter, r *http.Request) {
	var in envelope
	err := xml.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in)
	if err == nil && in.Login != nil {
		soapFault(w, "sf:INVALID_OPERATION", "INVALID_OPERATION: SOAP API login() is disabled by default in this org.")
		return
	}
	if err != nil || len(in.IDs) == 0 {
		soapFault(w, "soapenv:Client", "only undelete is understood")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	held, err := s.signedIn(in.Session)
	if err != nil {
		soapFault(w, "sf:INVALID_SESSION_ID", "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader")
		return
	}
	s.usage.count++
	var results strings.Builder
	t := s.begin(held.User, "com/salesforce/api/soap/"+version)
	for _, id := range in.IDs {
		if problem := t.undelete(id); problem != nil {
			fmt.Fprintf(&results, "<result><errors><message>%s</message><statusCode>%s</statusCode></errors><id>%s</id><success>false</success></result>", escaped(problem.Message), problem.Code, escaped(id))
			continue
		}
		fmt.Fprintf(&results, "<result><id>%s</id><success>true</success></result>", escaped(id))
	}
	if err := t.commit(); err != nil {
		soapFault(w, "sf:UNKNOWN_EXCEPTION", "try again")
		return
	}
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Body><undeleteResponse>%s</undeleteResponse></soapenv:Body></soapenv:Envelope>`, results.String())
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}

func soapFault(w http.ResponseWriter, code, message string) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault><faultcode>%s</faultcode><faultstring>%s</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>`, code, escaped(message))
}

// undelete takes one record out of the recycle bin; a merged one is gone for good.
func (t *tx) undelete(id string) *apiError {
	full, ok := soql.ID18(id)
	r := t.s.db.find(full)
	switch {
	case !ok:
		return malformedID(id)
	case r == nil || r.text("MasterRecordId") != "":
		return badRequest("UNDELETE_FAILED", "entity is not in the recycle bin")
	case !r.is("IsDeleted"):
		return badRequest("UNDELETE_FAILED", "Entity is not in the recycle bin")
	}
	if err := t.unique(r, r.id()); err != nil {
		return asAPIError(err)
	}
	t.restore(r)
	return nil
}

// undeleteByHand restores records as a person would in the recycle bin: POST /_sim/undelete {"ids":
// […]}.
func (s *Server) undeleteByHand(w http.ResponseWriter, r *http.Request) {
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "ids is a list of record ids"})
		return
	}
	s.byHand(w, func(t *tx) error {
		for _, id := range in.IDs {
			if problem := t.undelete(id); problem != nil {
				return problem
			}
		}
		return nil
	})
}

// merge merges records as a person would: POST /_sim/merge {"master": ID, "losers": [ID, …]}. What
// hung on the losers hangs on the master afterwards.
func (s *Server) merge(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Master string   `json:"master"`
		Losers []string `json:"losers"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil || len(in.Losers) == 0 || len(in.Losers) > 2 {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "master is a record id, losers one or two of the same object"})
		return
	}
	s.byHand(w, func(t *tx) error {
		master := s.db.find(in.Master)
		if master == nil || !master.table.mergeable || master.is("IsDeleted") {
			return badRequest("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
		}
		for _, id := range in.Losers {
			loser := s.db.find(id)
			if loser == nil || loser.table != master.table || loser == master || loser.is("IsDeleted") {
				return badRequest("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
			}
			for _, c := range loser.table.children {
				children, _ := s.db.table(c.object).Find(c.field, []string{loser.id()})
				for _, child := range children {
					moved := t.edit(child.(*row))
					moved.values[c.field] = master.id()
					t.set("UPDATE", moved)
				}
			}
			gone := t.edit(loser)
			gone.values["IsDeleted"], gone.values["MasterRecordId"] = true, master.id()
			t.set("DELETE", gone)
		}
		t.set("UPDATE", t.edit(master))
		return nil
	})
}

// byHand runs a write as the administrator in the browser.
func (s *Server) byHand(w http.ResponseWriter, write func(*tx) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.begin(s.admin(), "")
	if err := write(t); err != nil {
		t.rollback()
		writeJSON(w, http.StatusBadRequest, asAPIError(err).body())
		return
	}
	if err := t.commit(); err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
