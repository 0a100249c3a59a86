package salesforce

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

// The kinds of put beside the names of objects, whose value is a stored row.
const (
	kindSession  = "session"
	kindGrant    = "grant"
	kindKeys     = "keys"
	kindEvent    = "event"
	kindSettings = "settings"
	kindSerial   = "serial"
	kindReplay   = "replay"
	kindFloor    = "floor"
	kindJob      = "job"
	kindPurged   = "purged"
)

// stored is a row in the journal.
type stored struct {
	Values      map[string]any `json:"f"`
	DeletedWith string         `json:"w,omitempty"`
}

// commit journals the puts and then applies them; s.mu is held. On an error nothing has changed.
func (s *Server) commit(puts ...put) error {
	if len(puts) == 0 {
		return nil
	}
	if err := s.log.Append(puts); err != nil {
		return err
	}
	for _, p := range puts {
		s.apply(p)
	}
	return nil
}

// apply changes the state in memory; s.mu is held.
func (s *Server) apply(p put) {
	switch p.Kind {
	case kindSession:
		if p.Value == nil {
			delete(s.sessions, p.ID)
		} else {
			held := p.Value.(*session)
			held.used = held.Issued
			s.sessions[p.ID] = held
		}
	case kindGrant:
		if p.Value == nil {
			delete(s.grants, p.ID)
		} else {
			s.grants[p.ID] = p.Value.(*grant)
		}
	case kindKeys:
		s.keys = p.Value.(*keys)
	case kindEvent:
		s.bus.publish(p.Value.(*event))
	case kindSettings:
		s.settings = *p.Value.(*settings)
		s.severalCurrencies()
		s.haveRecordTypes()
		s.haveStates()
		s.havePersons()
	case kindReplay:
		n, _ := strconv.ParseUint(p.ID, 10, 64)
		s.bus.advance(n, 0)
	case kindFloor:
		n, _ := strconv.ParseUint(p.ID, 10, 64)
		s.bus.advance(0, n)
	case kindJob:
		if p.Value == nil {
			delete(s.jobs, p.ID)
		} else {
			s.jobs[p.ID] = p.Value.(*job)
		}
	case kindPurged:
		s.purged[p.ID] = *p.Value.(*purged)
	case kindSerial:
	default:
		t := s.db.table(p.Kind)
		if p.Value == nil {
			t.put(p.ID, nil)
			return
		}
		value := p.Value.(*stored)
		t.put(p.ID, &row{table: t, values: value.Values, deletedWith: value.DeletedWith})
	}
	if n, err := strconv.ParseInt(p.ID, 36, 64); err == nil && p.Kind == kindSerial {
		s.serial = max(s.serial, n)
	}
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
		value, err := s.newValue(raw.Kind)
		if err == nil && len(raw.Value) > 0 {
			err = json.Unmarshal(raw.Value, value)
			p.Value = value
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", raw.Kind, raw.ID, err)
		}
		s.apply(p)
	}
	return nil
}

func (s *Server) newValue(kind string) (any, error) {
	switch kind {
	case kindSession:
		return new(session), nil
	case kindGrant:
		return new(grant), nil
	case kindKeys:
		return new(keys), nil
	case kindEvent:
		return new(event), nil
	case kindSettings:
		return new(settings), nil
	case kindJob:
		return new(job), nil
	case kindPurged:
		return new(purged), nil
	case kindSerial, kindReplay, kindFloor:
		return new(any), nil
	}
	if s.db.table(kind) == nil {
		return nil, fmt.Errorf("no kind %q", kind)
	}
	return new(stored), nil
}

// snapshot is the whole state as journal lines; s.mu is held.
func (s *Server) snapshot() []any {
	last, floor := s.bus.bounds()
	lines := []any{[]put{s.serialPut(), {Kind: kindReplay, ID: strconv.FormatUint(last, 10)}, {Kind: kindFloor, ID: strconv.FormatUint(floor, 10)}}}
	line := func(kind, id string, value any) { lines = append(lines, []put{{kind, id, value}}) }
	for _, t := range s.db.sorted() {
		for _, id := range t.ids {
			if r := t.rows[id]; r != nil {
				line(t.name, id, &stored{r.values, r.deletedWith})
			}
		}
	}
	for id, p := range s.purged {
		if p.At >= moment(s.now().Add(-deletedReach)) {
			line(kindPurged, id, &p)
		}
	}
	for id, held := range s.sessions {
		line(kindSession, id, held)
	}
	for id, g := range s.grants {
		line(kindGrant, id, g)
	}
	for id, j := range s.jobs {
		line(kindJob, id, j)
	}
	if s.keys != nil {
		line(kindKeys, "", s.keys)
	}
	line(kindSettings, "", &s.settings)
	for _, e := range s.bus.retained() {
		line(kindEvent, "", e)
	}
	return lines
}

// clear empties the state in memory; s.mu is held.
func (s *Server) clear() {
	for _, t := range s.db.byName {
		t.clear()
	}
	s.sessions, s.grants, s.codes = map[string]*session{}, map[string]*grant{}, map[string]*code{}
	s.locators, s.jobs, s.recent = map[string]*locator{}, map[string]*job{}, map[string][]string{}
	s.keys, s.settings, s.usage = nil, settings{}, usage{}
	s.haveRecordTypes()
	s.haveStates()
	s.havePersons()
	s.past = nil
	s.bus.held, s.binChecked, s.purged, s.unshared = nil, time.Time{}, map[string]purged{}, map[string]*row{}
}

// serialPut keeps how far the things that are not records have been numbered.
func (s *Server) serialPut() put {
	return put{Kind: kindSerial, ID: strconv.FormatInt(s.serial, 36)}
}
