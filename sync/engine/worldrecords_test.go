package engine_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// pair makes a contact in Salesforce, lets it reach Desk, and answers both ids.
func (w *world) pair(t *testing.T, values map[string]any) (salesforce, desk string) {
	t.Helper()
	if w.proc == nil {
		w.boot(t).connect(t)
		w.settle(t)
	}
	salesforce = w.create(t, models.Salesforce, models.ContactObject, values)
	w.settle(t)
	return salesforce, w.counterpart(t, models.ContactObject, models.Salesforce, salesforce)
}

// counterpart is the id of the record on the other side, "" when there is none.
func (w *world) counterpart(t *testing.T, object models.SyncObject, side models.Side, id string) string {
	t.Helper()
	links, err := w.store.LinksByRecord(context.Background(), object, side, []string{id})
	must(t, err)
	l, known := links[id]
	if !known {
		return ""
	}
	return l.RecordID(side.Other())
}

// get is a record as the vendor has it; false when it holds none.
func (w *world) get(t *testing.T, side models.Side, object models.SyncObject, id string) (rec, bool) {
	t.Helper()
	for _, r := range w.dump(t)[side][object] {
		if r.id == id {
			return r, true
		}
	}
	return rec{}, false
}

func (w *world) value(t *testing.T, side models.Side, id, field string) string {
	t.Helper()
	r, _ := w.get(t, side, models.ContactObject, id)
	return r.values[field]
}

func (w *world) live(t *testing.T, side models.Side, object models.SyncObject) (n int) {
	t.Helper()
	for _, r := range w.dump(t)[side][object] {
		if !r.deleted {
			n++
		}
	}
	return n
}

// rule sets the rule of one mapped field.
func (w *world) rule(t *testing.T, object models.SyncObject, field string, rule models.FieldRule) {
	t.Helper()
	inputs := mapping.Defaults(object)
	for i := range inputs {
		if inputs[i].Salesforce == field {
			inputs[i].Rule = &rule
		}
	}
	saved, _, problems, err := w.proc.engine.SaveFieldMappings(context.Background(), object, inputs)
	must(t, err)
	if !saved {
		t.Fatalf("%+v", problems)
	}
}

func (w *world) conflicts(t *testing.T) []models.Conflict {
	t.Helper()
	list, err := w.store.Conflicts(context.Background(), models.ConflictFilter{}, models.Page{}, false)
	must(t, err)
	return list.Rows
}

func (w *world) failures(t *testing.T) []models.Failure {
	t.Helper()
	open := false
	list, err := w.store.Failures(context.Background(), models.FailureFilter{Resolved: &open}, models.Page{}, false)
	must(t, err)
	return list.Rows
}

// people are contacts that only one side has: many with an email, some without, some with names
// alike.
func (w *world) people(t *testing.T, side models.Side, n int) {
	t.Helper()
	for i := range n {
		values := map[string]any{"LastName": fmt.Sprintf("Łast %d of %s", i, side), "Email": fmt.Sprintf("p%d@%s.example.com", i, side), "Title": strconv.Itoa(i)}
		if i%10 == 3 {
			delete(values, "Email")
		}
		if i%50 == 3 || i%50 == 13 { // twins: nothing tells them apart but a title
			values["LastName"] = "Twin"
		}
		if side == models.Desk {
			desk := map[string]any{}
			for name, v := range values {
				desk[map[string]string{"LastName": "lastName", "Email": "email", "Title": "title"}[name]] = v
			}
			values = desk
		}
		w.create(t, side, models.ContactObject, values)
	}
}
