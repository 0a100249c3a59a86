package desk

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// put is one change to the state. A nil Value removes. What a request changes is journaled as one
// line of puts, so that a kill leaves all of it or none.
type put struct {
	Kind  string `json:"k"`
	ID    string `json:"id,omitempty"`
	Value any    `json:"v,omitempty"`
}

// The kinds of put.
const (
	kindContact = "contacts"
	kindAccount = "accounts"
	kindTicket  = "tickets"
	kindComment = "comments"
	kindWebhook = "webhooks"
	kindGrant   = "grants"
	kindAccess  = "access"
	kindAgent   = "agents"
	kindKey     = "key"
	kindSerial  = "serial"
)

// commit journals the puts and then applies them; s.mu is held. On an error nothing has changed.
func (s *Server) commit(puts ...put) error {
	if len(puts) == 0 {
		return nil
	}
	if err := s.log.Append(puts); err != nil {
		return err
	}
	now := s.now()
	for _, p := range puts {
		s.apply(p, now)
	}
	return nil
}

// apply changes the state in memory; s.mu is held.
func (s *Server) apply(p put, at time.Time) {
	switch p.Kind {
	case kindContact:
		r, _ := p.Value.(*record)
		s.noteSerial(p.ID)
		if old := s.contacts.find(p.ID); old != nil {
			for _, account := range append([]string{old.Values["accountId"]}, old.Secondary...) {
				s.accounts.leave(account, p.ID)
			}
		}
		if r != nil {
			for _, account := range append([]string{r.Values["accountId"]}, r.Secondary...) {
				s.accounts.join(account, p.ID)
			}
		}
		s.contacts.put(p.ID, r, at)
	case kindAccount:
		r, _ := p.Value.(*record)
		s.noteSerial(p.ID)
		s.accounts.put(p.ID, r, at)
	case kindTicket:
		s.noteSerial(p.ID)
		if old := s.tickets[p.ID]; old != nil {
			s.contacts.leave(old.ContactID, p.ID)
		}
		t := p.Value.(*ticket)
		s.tickets[p.ID] = t
		s.ticketSerial = max(s.ticketSerial, t.Number)
		s.contacts.join(t.ContactID, p.ID)
	case kindComment:
		s.noteSerial(p.ID)
		made := p.Value.(*comment)
		s.comments[made.On] = append(s.comments[made.On], made)
	case kindWebhook:
		s.noteSerial(p.ID)
		s.applyWebhook(p)
	case kindGrant:
		if p.Value == nil {
			delete(s.grants, p.ID)
		} else {
			s.grants[p.ID] = p.Value.(*grant)
		}
	case kindAccess:
		if p.Value == nil {
			delete(s.access, p.ID)
		} else {
			s.access[p.ID] = p.Value.(*access)
		}
	case kindAgent:
		if s.agents[p.ID] == nil {
			s.agentOrder = append(s.agentOrder, p.ID)
		}
		s.agents[p.ID] = p.Value.(*agent)
	case kindKey:
		s.key = p.Value.(*signingKey)
	case kindSerial:
		s.noteSerial(p.ID)
	}
}

// noteSerial keeps new ids above every id that was ever given.
func (s *Server) noteSerial(id string) {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > s.serial {
		s.serial = n
	}
}

func (s *Server) newID() string {
	s.serial++
	return strconv.FormatInt(s.serial, 10)
}

// replay applies one journal line.
func (s *Server) replay(line json.RawMessage) error {
	var puts []struct {
		Kind  string          `json:"k"`
		ID    string          `json:"id"`
		Value json.RawMessage `json:"v"`
	}
	if err := json.Unmarshal(line, &puts); err != nil {
		return err
	}
	for _, raw := range puts {
		p := put{Kind: raw.Kind, ID: raw.ID}
		if len(raw.Value) > 0 {
			value, err := newValue(raw.Kind)
			if err == nil {
				err = json.Unmarshal(raw.Value, value)
			}
			if err != nil {
				return fmt.Errorf("%s %s: %w", raw.Kind, raw.ID, err)
			}
			p.Value = value
		}
		s.apply(p, time.Time{})
	}
	return nil
}

func newValue(kind string) (any, error) {
	switch kind {
	case kindContact, kindAccount:
		return new(record), nil
	case kindTicket:
		return new(ticket), nil
	case kindComment:
		return new(comment), nil
	case kindWebhook:
		return new(webhook), nil
	case kindGrant:
		return new(grant), nil
	case kindAccess:
		return new(access), nil
	case kindAgent:
		return new(agent), nil
	case kindKey:
		return new(signingKey), nil
	}
	return nil, fmt.Errorf("no kind %q", kind)
}

// snapshot is the whole state as journal lines; s.mu is held.
func (s *Server) snapshot() []any {
	lines := []any{[]put{{Kind: kindSerial, ID: strconv.FormatInt(s.serial, 10)}}}
	line := func(kind, id string, value any) { lines = append(lines, []put{{kind, id, value}}) }
	for _, id := range s.agentOrder {
		line(kindAgent, id, s.agents[id])
	}
	for _, m := range []*module{s.accounts, s.contacts} {
		for _, r := range m.byModified { // in this order, which the next start takes in fastest
			line(m.name, r.ID, r)
		}
		for id, r := range m.trashed {
			line(m.name, id, r)
		}
	}
	for id, t := range s.tickets {
		line(kindTicket, id, t)
	}
	for _, all := range s.comments {
		for _, c := range all {
			line(kindComment, c.ID, c)
		}
	}
	for id, w := range s.webhooks {
		line(kindWebhook, id, w)
	}
	for id, g := range s.grants {
		line(kindGrant, id, g)
	}
	for id, a := range s.access {
		line(kindAccess, id, a)
	}
	if s.key != nil {
		line(kindKey, "", s.key)
	}
	return lines
}

// clear empties the state in memory; s.mu is held.
func (s *Server) clear() {
	s.contacts.clear()
	s.accounts.clear()
	s.tickets, s.ticketSerial, s.serial = map[string]*ticket{}, 0, firstSerial
	s.comments = map[string][]*comment{}
	s.webhooks, s.queues = map[string]*webhook{}, map[string]*queue{}
	s.grants, s.access, s.codes = map[string]*grant{}, map[string]*access{}, map[string]*code{}
	s.agents, s.agentOrder, s.key = map[string]*agent{}, nil, nil
	s.credits, s.binChecked = credits{}, time.Time{}
	s.settings = settings{DailyCredits: s.cfg.DailyCredits, Concurrency: s.cfg.Concurrency, ListLimit: maxListLimit, OrgID: OrgID,
		Blanks: blanksEither, Picklists: pickListValues, SearchRows: rowsWhole, ByIDs: rowsWhole, DefaultOwner: true, OldModifiedTime: true}
	s.contacts.configure(nil)
	s.accounts.configure(nil)
}
