package salesforce

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"sidelight/sync/simulator/fault"
)

// transact runs a write: all of it is kept, or none. Within a composite call that is all or none
// itself, the write becomes a part of that.
func (s *Server) transact(c *call, write func(*tx) error) error {
	allowSave := strings.Contains(strings.ToLower(c.request.Header.Get("Sforce-Duplicate-Rule-Header")), "allowsave=true")
	if t := c.within; t != nil {
		t.origin, t.allowSave = c.origin, allowSave
		back := t.savepoint()
		err := write(t)
		if err != nil {
			back()
		}
		return err
	}
	t := s.begin(c.session.User, c.origin)
	t.allowSave = allowSave
	if err := write(t); err != nil {
		t.rollback()
		return err
	}
	return t.commit()
}

func (s *Server) create(c *call) (any, error) {
	table, err := s.writableTable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	var input map[string]any
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	var made *row
	if err := s.transact(c, func(t *tx) (err error) { made, err = t.insert(table, input); return err }); err != nil {
		return nil, err
	}
	c.status = http.StatusCreated
	c.header.Set("Location", c.base()+"/sobjects/"+table.name+"/"+made.id())
	fault.Note(c.request.Context(), "created "+made.id())
	return success(made.id()), nil
}

func success(id string) ordered {
	return ordered{{"id", id}, {"success", true}, {"errors", []any{}}}
}

func (s *Server) readable(name string) (*table, error) {
	t := s.db.table(name)
	if t == nil || t.hidden {
		return nil, notFound()
	}
	return t, nil
}

func (s *Server) retrieve(c *call) (any, error) {
	table, err := s.readable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	r, err := s.addressed(table, c.request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	s.faults.Count("read "+table.name, 1)
	var names []string
	if list := c.request.URL.Query().Get("fields"); list != "" {
		names = strings.Split(list, ",")
		if err := table.has(names); err != nil {
			return nil, err
		}
	}
	return c.whole(r, names), nil
}

// has refuses names of fields that are not there.
func (t *table) has(names []string) error {
	for _, n := range names {
		if t.field(strings.TrimSpace(n)) == nil {
			return badRequest("INVALID_FIELD", "No such column '"+n+"' on entity '"+t.name+"'.")
		}
	}
	return nil
}

func (s *Server) update(c *call) (any, error) {
	table, err := s.writableTable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	r, err := s.addressed(table, c.request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var input map[string]any
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	if namesID(input) {
		return nil, badRequest("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
	}
	return nil, s.transact(c, func(t *tx) error { _, err := t.change(r, input); return err })
}

func (s *Server) remove(c *call) (any, error) {
	table, err := s.writableTable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	r, err := s.addressed(table, c.request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return nil, s.transact(c, func(t *tx) error { return t.discard(r, "") })
}

// several says that more than one record has the value that one was looked up by.
type several []*row

func (several) Error() string { return "several records match" }

// external finds the live record with an external id, or the value of another lookup field; nil
// when there is none. More than one is the error several.
func (s *Server) external(table *table, name, value string) (*field, *row, error) {
	f := table.field(name)
	if f == nil || (!f.externalID && !f.idLookup) {
		return nil, nil, badRequest("INVALID_FIELD", "Provided external ID field does not exist or is not accessible: "+name)
	}
	if f.name == "Id" {
		r, err := s.record(table, value)
		return f, r, err
	}
	key, _ := f.key(value)
	var live several
	for _, id := range table.index[f.name][key] {
		if r := table.rows[id]; !r.is("IsDeleted") {
			live = append(live, r)
		}
	}
	switch len(live) {
	case 0:
		return f, nil, nil
	case 1:
		return f, live[0], nil
	}
	return f, nil, live
}

// choices answers a lookup that several records match: status 300 and where they are. Any other
// error stays what it is.
func (c *call) choices(err error) (any, error) {
	var live several
	if !errors.As(err, &live) {
		return nil, err
	}
	c.status = http.StatusMultipleChoices
	urls := make([]string, len(live))
	for i, r := range live {
		urls[i] = c.base() + "/sobjects/" + r.table.name + "/" + r.id()
	}
	return urls, nil
}

func (s *Server) retrieveByExternalID(c *call) (any, error) {
	table, err := s.readable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	_, r, err := s.external(table, c.request.PathValue("field"), c.request.PathValue("value"))
	if err == nil && r == nil {
		err = notFound()
	}
	if err != nil {
		return c.choices(err)
	}
	return c.whole(r, nil), nil
}

func (s *Server) removeByExternalID(c *call) (any, error) {
	table, err := s.writableTable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	_, r, err := s.external(table, c.request.PathValue("field"), c.request.PathValue("value"))
	if err == nil && r == nil {
		err = notFound()
	}
	if err != nil {
		return c.choices(err)
	}
	return nil, s.transact(c, func(t *tx) error { return t.discard(r, "") })
}

// raced asks the fault script whether another call made the record at the same moment, so that this
// one says it is there already.
func (s *Server) raced(f *field, r *row) *apiError {
	if _, on := s.faults.Effect(fault.UpsertRace, r.table.name); !on {
		return nil
	}
	return badRequest("DUPLICATE_VALUE", fmt.Sprintf("duplicate value found: %s duplicates value on record with id: %s", f.name, r.id()[:15]), f.name)
}

func (s *Server) upsert(c *call) (any, error) {
	table, err := s.writableTable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	f, found, err := s.external(table, c.request.PathValue("field"), c.request.PathValue("value"))
	if err != nil {
		return c.choices(err)
	}
	var input map[string]any
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	for name := range input {
		if strings.EqualFold(name, f.name) {
			return nil, badRequest("INVALID_FIELD", "The "+f.name+" field should not be specified in the sobject data.")
		}
	}
	if found == nil && c.request.URL.Query().Get("updateOnly") == "true" {
		return nil, notFound()
	}
	var r *row
	err = s.transact(c, func(t *tx) (err error) {
		if found != nil {
			r, err = t.change(found, input)
			return err
		}
		input[f.name] = c.request.PathValue("value")
		r, err = t.insert(table, input)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		if e := s.raced(f, r); e != nil {
			return nil, e
		}
		c.status = http.StatusCreated
	}
	return append(success(r.id()), pair{"created", found == nil}), nil
}
