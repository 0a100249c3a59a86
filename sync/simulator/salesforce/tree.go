package salesforce

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"sidelight/sync/simulator/fault"
)

// Bounds of a tree of records.
const (
	maxTreeTypes = 5
	maxTreeDepth = 5
)

// leaf is one record of a tree: its parent is known once that is made.
type leaf struct {
	reference string
	table     *table
	input     map[string]any
	parent    *leaf
	field     string // refers to the parent
	depth     int
	id        string
}

// treeError is one refused record of a tree.
type treeError struct {
	reference string
	err       error
}

var errTree = errors.New("a record of the tree was refused")

// tree makes records with those that hang on them, all or none.
func (s *Server) tree(c *call) (any, error) {
	root, err := s.writableTable(c.request.PathValue("object"))
	if err != nil {
		return nil, err
	}
	var body struct {
		Records []map[string]any `json:"records"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	var leaves []*leaf
	if refused := s.leaves(root, body.Records, nil, "", &leaves); refused != nil {
		return c.refuseTree([]treeError{*refused}), nil
	}
	if refused := checkTree(leaves); refused != nil {
		return c.refuseTree([]treeError{*refused}), nil
	}
	var refused []treeError
	err = s.transact(c, func(t *tx) error {
		t.together = len(leaves)
		refused = t.plant(leaves)
		if len(refused) > 0 {
			return errTree
		}
		return nil
	})
	switch {
	case errors.Is(err, errTree):
		return c.refuseTree(refused), nil
	case err != nil:
		return nil, err
	}
	results := make([]any, len(leaves))
	for i, l := range leaves {
		results[i] = ordered{{"referenceId", l.reference}, {"id", l.id}}
		fault.Note(c.request.Context(), "created "+l.id)
	}
	c.status = http.StatusCreated
	return ordered{{"hasErrors", false}, {"results", results}}, nil
}

// refuseTree is the answer to a tree of which nothing was made: those records that are the reason.
func (c *call) refuseTree(refused []treeError) any {
	c.status = http.StatusBadRequest
	results := make([]any, len(refused))
	for i, r := range refused {
		results[i] = ordered{{"referenceId", r.reference}, {"errors", []any{asAPIError(r.err).inList()}}}
	}
	return ordered{{"hasErrors", true}, {"results", results}}
}

// leaves lists a tree's records, each before those that hang on it.
func (s *Server) leaves(of *table, records []map[string]any, parent *leaf, by string, out *[]*leaf) *treeError {
	for _, input := range records {
		attributes, _ := input["attributes"].(map[string]any)
		reference, _ := attributes["referenceId"].(string)
		l := &leaf{reference: reference, table: of, parent: parent, field: by, input: map[string]any{}, depth: 1}
		if parent != nil {
			l.depth = parent.depth + 1
		}
		switch {
		case reference == "":
			return &treeError{reference, badRequest("INVALID_INPUT", "Include a reference ID for each record in the request.")}
		case !strings.EqualFold(typeOf(input), of.name):
			return &treeError{reference, badRequest("INVALID_INPUT",
				"Include the type "+of.name+" in the attributes of the record.")}
		case l.depth > maxTreeDepth:
			return &treeError{reference, badRequest("INVALID_INPUT", "The request has more than 5 levels of records.")}
		}
		*out = append(*out, l)
		for _, name := range slices.Sorted(maps.Keys(input)) {
			nested, _ := input[name].(map[string]any)
			list, isList := nested["records"].([]any)
			if !isList {
				l.input[name] = input[name]
				continue
			}
			relation, known := of.child(name)
			if !known {
				return &treeError{reference, badRequest("INVALID_FIELD",
					fmt.Sprintf("No such column '%s' on sobject of type %s", name, of.name))}
			}
			if refused := s.leaves(s.db.table(relation.object), asRecords(list), l, relation.field, out); refused != nil {
				return refused
			}
		}
	}
	return nil
}

func asRecords(list []any) []map[string]any {
	out := make([]map[string]any, len(list))
	for i, one := range list {
		out[i], _ = one.(map[string]any)
	}
	return out
}

// checkTree refuses a tree that is too large, or that names two records alike.
func checkTree(leaves []*leaf) *treeError {
	if len(leaves) == 0 {
		return &treeError{"", badRequest("INVALID_INPUT", "Include at least one record in the request.")}
	}
	seen, types := map[string]bool{}, []string{}
	for i, l := range leaves {
		if !slices.Contains(types, l.table.name) {
			types = append(types, l.table.name)
		}
		switch {
		case seen[l.reference]:
			return &treeError{l.reference, badRequest("INVALID_INPUT", "Duplicate ReferenceId provided in the request.")}
		case i >= maxCollection:
			return &treeError{l.reference, badRequest("INVALID_INPUT", "The request has more than 200 records.")}
		case len(types) > maxTreeTypes:
			return &treeError{l.reference, badRequest("INVALID_INPUT", "The request has records of more than 5 types.")}
		case !l.table.writable:
			return &treeError{l.reference, badRequest("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
				"entity type "+l.table.name+" cannot be written")}
		}
		seen[l.reference] = true
	}
	return nil
}

// plant makes the records of a tree. What hangs on a refused one is not tried.
func (t *tx) plant(leaves []*leaf) []treeError {
	var refused []treeError
	for _, l := range leaves {
		if l.parent != nil {
			if l.parent.id == "" {
				continue
			}
			l.input[l.field] = l.parent.id
		}
		r, err := t.insert(l.table, l.input)
		if err != nil {
			refused = append(refused, treeError{l.reference, err})
			continue
		}
		l.id = r.id()
	}
	return refused
}

// Bounds of a composite graph.
const (
	maxGraphs     = 75
	maxGraphNodes = 500
	maxGraphDepth = 15
)

var (
	graphName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	// graphable are the addresses of records, which alone may stand in a graph.
	graphable = regexp.MustCompile(`^/services/data/v[0-9]+\.0/sobjects/[A-Za-z0-9_]+(/[^/?]+){0,2}/?(\?.*)?$`)
)

// graphBody is one graph of a call: requests that are carried out together or not at all.
type graphBody struct {
	ID       string       `json:"graphId"`
	Requests []subrequest `json:"compositeRequest"`
}

// graph carries out graphs of requests, each of them all or none by itself.
func (s *Server) graph(c *call) (any, error) {
	var body struct {
		Graphs []graphBody `json:"graphs"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkGraphs(body.Graphs); err != nil {
		return nil, err
	}
	out := make([]any, len(body.Graphs))
	for i, g := range body.Graphs {
		parts, whole, err := s.runParts(c, g.Requests, true)
		if err != nil {
			return nil, err
		}
		answer := map[string]any{"compositeResponse": parts}
		out[i] = ordered{{"graphId", g.ID}, {"graphResponse", answer}, {"isSuccessful", whole}}
	}
	return map[string]any{"graphs": out}, nil
}

func checkGraphs(graphs []graphBody) error {
	if len(graphs) == 0 || len(graphs) > maxGraphs {
		return badRequest("INVALID_INPUT", "The number of graphs must lie between 1 and 75.")
	}
	seen, nodes := map[string]bool{}, 0
	for _, g := range graphs {
		if !graphName.MatchString(g.ID) || seen[g.ID] {
			return badRequest("INVALID_INPUT", "Provided graphId ("+g.ID+") must be unique and begin with a letter or a digit.")
		}
		seen[g.ID] = true
		if nodes += len(g.Requests); nodes > maxGraphNodes {
			return badRequest("LIMIT_EXCEEDED", "The request has more than 500 nodes.")
		}
		depth := map[string]int{}
		for _, r := range g.Requests {
			if !referenceName.MatchString(r.ReferenceID) || depth[r.ReferenceID] > 0 {
				return badReference(r.ReferenceID)
			}
			depth[r.ReferenceID] = 1
			for _, use := range referenceUse.FindAllStringSubmatch(r.URL+string(r.Body), -1) {
				depth[r.ReferenceID] = max(depth[r.ReferenceID], depth[use[1]]+1)
			}
			switch {
			case depth[r.ReferenceID] > maxGraphDepth:
				return badRequest("LIMIT_EXCEEDED", "The graph "+g.ID+" is deeper than 15 nodes.")
			case !graphable.MatchString(r.URL) || strings.Contains(r.URL, "/describe"):
				return badRequest("INVALID_INPUT", "The url of "+r.ReferenceID+" is not that of records: "+r.URL)
			}
		}
		if len(g.Requests) == 0 {
			return badRequest("INVALID_INPUT", "The graph "+g.ID+" has no requests.")
		}
	}
	return nil
}
