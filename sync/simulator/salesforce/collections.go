package salesforce

import (
	"errors"
	"net/http"
	"strings"

	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/soql"
)

// maxCollection is how many records one call may write.
const maxCollection = 200

// maxTypeChunks is how often the kind of record may change within one call.
const maxTypeChunks = 10

// batchBody is the body of a collection call.
type batchBody struct {
	AllOrNone bool             `json:"allOrNone"`
	Records   []map[string]any `json:"records"`
}

func typeOf(input map[string]any) string {
	attributes, _ := input["attributes"].(map[string]any)
	name, _ := attributes["type"].(string)
	return name
}

func (c *call) collection() (batchBody, error) {
	var body batchBody
	if err := c.decode(&body); err != nil {
		return body, err
	}
	if len(body.Records) > maxCollection {
		return body, badRequest("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records in this call")
	}
	runs, last := 0, ""
	for _, input := range body.Records {
		name := typeOf(input)
		if name == "" {
			return body, badRequest("INVALID_INPUT", "Include the attributes property with the type in each record.")
		}
		if name != last {
			runs, last = runs+1, name
		}
	}
	if runs > maxTypeChunks {
		return body, badRequest("INVALID_INPUT", "The call has too many chunks of different object types; the limit is 10.")
	}
	return body, nil
}

// each writes every record under a savepoint of its own; with allOrNone one refusal takes all back.
func (s *Server) each(c *call, body batchBody, write func(*tx, map[string]any) (ordered, error)) (any, error) {
	results := make([]any, len(body.Records))
	failed := -1
	err := s.transact(c, func(t *tx) error {
		start := t.savepoint()
		t.together = len(body.Records)
		for i, input := range body.Records {
			back := t.savepoint()
			out, err := write(t, input)
			if err == nil {
				results[i] = out
				continue
			}
			if kept := new(keptError); !errors.As(err, &kept) {
				back()
			}
			results[i] = ordered{{"success", false}, {"errors", []any{asAPIError(err).inList()}}}
			if body.AllOrNone && failed < 0 {
				failed = i
			}
		}
		if failed >= 0 {
			start()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if failed >= 0 {
		halted := badRequest("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid and the request was using AllOrNone header")
		for i := range results {
			if i != failed {
				results[i] = ordered{{"success", false}, {"errors", []any{halted.inList()}}}
			}
		}
	}
	return results, nil
}

// maxRetrieved is how many records one call may read.
const maxRetrieved = 2000

// retrieveMany reads records by id, in the order of the ids; one that is not there is null.
func (s *Server) retrieveMany(c *call) (any, error) {
	table, err := s.readable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	var in struct{ IDs, Fields []string }
	if c.request.Method == http.MethodPost {
		if err := c.decode(&in); err != nil {
			return nil, err
		}
	} else {
		q := c.request.URL.Query()
		in.IDs, in.Fields = strings.Split(q.Get("ids"), ","), strings.Split(q.Get("fields"), ",")
	}
	switch {
	case len(in.IDs) == 0 || len(in.Fields) == 0:
		return nil, badRequest("MISSING_ARGUMENT", "ids and fields are needed")
	case len(in.IDs) > maxRetrieved:
		return nil, badRequest("EXCEEDED_ID_LIMIT", "record limit reached. cannot retrieve more than 2000 records in this call")
	}
	if err := table.has(in.Fields); err != nil {
		return nil, err
	}
	out := make([]any, len(in.IDs))
	for i, id := range in.IDs {
		if r, err := s.record(table, id); err == nil {
			out[i] = c.whole(r, in.Fields)
		}
	}
	s.faults.Count("read "+table.name, len(in.IDs))
	return out, nil
}

func (s *Server) createMany(c *call) (any, error) {
	body, err := c.collection()
	if err != nil {
		return nil, err
	}
	return s.each(c, body, func(t *tx, input map[string]any) (ordered, error) {
		table, err := s.writableTable(typeOf(input))
		if err != nil {
			return nil, badRequest("INVALID_TYPE", "sObject type '"+typeOf(input)+"' is not supported.")
		}
		r, err := t.insert(table, input)
		if err != nil {
			return nil, err
		}
		fault.Note(c.request.Context(), "created "+r.id())
		return success(r.id()), nil
	})
}

func (s *Server) updateMany(c *call) (any, error) {
	body, err := c.collection()
	if err != nil {
		return nil, err
	}
	return s.each(c, body, func(t *tx, input map[string]any) (ordered, error) {
		table, err := s.writableTable(typeOf(input))
		if err != nil {
			return nil, badRequest("INVALID_TYPE", "sObject type '"+typeOf(input)+"' is not supported.")
		}
		id, _ := input["id"].(string)
		if id == "" {
			id, _ = input["Id"].(string)
		}
		if id == "" {
			return nil, badRequest("MISSING_ARGUMENT", "Id not specified in an update call")
		}
		r, err := s.record(table, id)
		if err != nil {
			e := asAPIError(err)
			if e.Code == "NOT_FOUND" {
				e = badRequest("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
			}
			return nil, e
		}
		next, err := t.change(r, omitting(input, "id"))
		if err != nil {
			return nil, err
		}
		return success(next.id()), nil
	})
}

// omitting is the input without a name, in any case.
func omitting(input map[string]any, name string) map[string]any {
	out := make(map[string]any, len(input))
	for k, v := range input {
		if !strings.EqualFold(k, name) {
			out[k] = v
		}
	}
	return out
}

func (s *Server) upsertMany(c *call) (any, error) {
	body, err := c.collection()
	if err != nil {
		return nil, err
	}
	table, err := s.writableTable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	name := c.request.PathValue("field")
	if f := table.field(name); f == nil || (!f.externalID && !f.idLookup) {
		return nil, badRequest("INVALID_FIELD", "Provided external ID field does not exist or is not accessible: "+name)
	}
	seen := map[string]bool{}
	return s.each(c, body, func(t *tx, input map[string]any) (ordered, error) {
		if !strings.EqualFold(typeOf(input), table.name) {
			return nil, badRequest("INVALID_TYPE", "all records must be of type "+table.name)
		}
		var value string
		for k, v := range input {
			if strings.EqualFold(k, name) {
				value, _ = v.(string)
			}
		}
		if value == "" {
			return nil, badRequest("MISSING_ARGUMENT", name+" not specified")
		}
		r, created, err := t.upsert(table, name, value, input, seen)
		if err != nil {
			return nil, err
		}
		return append(success(r.id()), pair{"created", created}), nil
	})
}

// upsert changes the record with an external id, or makes it. seen are the ids of the same batch,
// in which each may stand once.
func (t *tx) upsert(table *table, name, value string, input map[string]any, seen map[string]bool) (r *row, created bool, err error) {
	f, found, err := t.s.external(table, name, value)
	if err != nil {
		return nil, false, err
	}
	key, _ := f.key(value)
	if seen[key] {
		return nil, false, badRequest("DUPLICATE_VALUE", "Duplicate external id specified: "+value, f.name)
	}
	seen[key] = true
	if found != nil {
		r, err = t.change(found, omitting(input, f.name))
		return r, false, err
	}
	if r, err = t.insert(table, input); err != nil {
		return nil, false, err
	}
	if e := t.s.raced(f, r); e != nil {
		return r, true, &keptError{e}
	}
	return r, true, nil
}

// keptError is an error in spite of which what was written stays.
type keptError struct{ *apiError }

func (e *keptError) Unwrap() error { return e.apiError }

func (s *Server) removeMany(c *call) (any, error) {
	q := c.request.URL.Query()
	ids := strings.Split(q.Get("ids"), ",")
	if q.Get("ids") == "" || len(ids) > maxCollection {
		return nil, badRequest("EXCEEDED_ID_LIMIT", "between 1 and 200 ids are needed")
	}
	body := batchBody{AllOrNone: q.Get("allOrNone") == "true"}
	for _, id := range ids {
		body.Records = append(body.Records, map[string]any{"id": id})
	}
	return s.each(c, body, func(t *tx, input map[string]any) (ordered, error) {
		full, ok := soql.ID18(input["id"].(string))
		r := s.db.find(full)
		if !ok || r == nil {
			return nil, badRequest("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
		}
		if r.is("IsDeleted") {
			return nil, badRequest("ENTITY_IS_DELETED", "entity is deleted")
		}
		return success(r.id()), t.discard(r, "")
	})
}
