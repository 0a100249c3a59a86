package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sidelight/sync/simulator/fault"
)

// massResult is one line of the answer to an action on many records; err is what its own call would
// have been refused with.
func massResult(id string, err error) map[string]any {
	out := map[string]any{"id": id, "success": err == nil, "errors": nil}
	var known *apiError
	if err == nil {
		return out
	}
	if !errors.As(err, &known) {
		known = internalError()
	}
	told := map[string]any{"errorCode": known.Code, "httpCode": strconv.Itoa(known.status), "errorMessage": known.Message}
	if len(known.Errors) > 0 {
		told["errorMessage"] = known.Errors[0].Message
	}
	out["errors"] = told
	return out
}

func noSuchRecord() error { return unprocessable("There is no such record.") }

// failed is the refusal that a record_fail rule of the fault script makes: its code, message and
// fields, or its body.
func failed(rule fault.Rule) error {
	out := unprocessable(firstOf(rule.Message, "The record could not be saved."))
	if rule.Status != 0 {
		out.status = rule.Status
	}
	if rule.Code != "" {
		out.Code = rule.Code
	}
	for _, name := range rule.Fields {
		out.Errors = append(out.Errors, invalid(field{name: name, custom: strings.HasPrefix(name, "cf_")}.pointer(), out.Message))
	}
	if len(rule.Body) > 0 && json.Unmarshal(rule.Body, out) != nil {
		return internalError()
	}
	return out
}

// updateMany serves POST /contacts/updateMany and /accounts/updateMany
// {"fieldName","fieldValue","isCustomField","ids"}: one value for many records, of which each
// stands for itself.
func (s *Server) updateMany(c *call, m *module) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	for name := range body {
		if !slices.Contains([]string{"fieldName", "fieldValue", "isCustomField", "ids"}, name) {
			return answer{}, extraParameter(name)
		}
	}
	list, _ := body["ids"].([]any)
	ids, err := idList("ids", list)
	if err != nil || len(ids) == 0 {
		return answer{}, invalidData(missing("/ids"))
	}
	name, _ := body["fieldName"].(string)
	if name == "" {
		return answer{}, invalidData(missing("/fieldName"))
	}
	change := map[string]any{name: body["fieldValue"]}
	if custom, _ := body["isCustomField"].(bool); custom || strings.HasPrefix(name, "cf_") {
		change = map[string]any{"cf": change}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var results []any
	for _, id := range ids {
		results = append(results, massResult(id, s.updateOne(c, m, id, change, len(ids))))
	}
	return ok(map[string]any{"results": results})
}

// updateOne updates a record within an action on many; s.mu is held.
func (s *Server) updateOne(c *call, m *module, id string, change map[string]any, together int) error {
	before := m.live[id]
	if before == nil {
		return noSuchRecord()
	}
	values, err := s.changes(m, id, change)
	if err != nil {
		return err
	}
	previous := s.whole(m, before)
	after, err := s.save(m, before, values, together)
	if err != nil {
		return err
	}
	s.announce(c, m.event+"_Update", s.whole(m, after), previous)
	return nil
}

// markSpam serves POST /contacts/markSpam {"ids","isSpam"[,"handleExistingTickets"]}: a spam
// contact leaves the lists that do not ask for it.
func (s *Server) markSpam(c *call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	for name := range body {
		if !slices.Contains([]string{"ids", "isSpam", "handleExistingTickets"}, name) {
			return answer{}, extraParameter(name)
		}
	}
	list, _ := body["ids"].([]any)
	ids, err := idList("ids", list)
	if err != nil || len(ids) == 0 {
		return answer{}, invalidData(missing("/ids"))
	}
	spam, known := body["isSpam"].(bool)
	if !known {
		return answer{}, invalidData(missing("/isSpam"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var results []any
	for _, id := range ids {
		results = append(results, massResult(id, s.edit(c, id, func(r *record) { r.Spam = spam })))
	}
	return ok(map[string]any{"results": results})
}

// edit changes what is no field of a contact; s.mu is held.
func (s *Server) edit(c *call, id string, change func(*record)) error {
	before := s.contacts.live[id]
	if before == nil {
		return noSuchRecord()
	}
	after := s.next(before)
	change(after)
	if err := s.commit(put{kindContact, id, after}); err != nil {
		return err
	}
	s.faults.Count("contacts.update", 1)
	s.announce(c, "Contact_Update", s.whole(s.contacts, after), s.whole(s.contacts, before))
	return nil
}

// changeContact serves POST /_sim/contacts/{id} {"isAnonymous"}: what the vendor makes of a visitor
// who does not say who they are.
func (s *Server) changeContact(w http.ResponseWriter, r *http.Request) {
	var change struct {
		IsAnonymous *bool `json:"isAnonymous"`
	}
	if err := decodeStrictly(r, &change); err != nil || change.IsAnonymous == nil {
		send(w, answer{http.StatusBadRequest, map[string]string{"error": "isAnonymous is needed"}}, nil)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.edit(&call{Request: r}, r.PathValue("id"), func(r *record) { r.Anonymous = *change.IsAnonymous }); err != nil {
		send(w, answer{}, err)
		return
	}
	send(w, answer{body: s.whole(s.contacts, s.contacts.live[r.PathValue("id")])}, nil)
}
