package server

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/widget"
)

func TestWithOnlyPersistedTheServersOwnPagesStillWork(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(func(c *Config) { c.OnlyPersisted = true })
	admin := r.token(models.ScopeAdmin, "")
	if got := r.ask(admin, "{viewer{subject}}"); got.code() != string(models.CodeForbidden) {
		t.Errorf("a document of somebody else's: %d %s", got.status, got.text)
	}
	documents := widget.Documents()
	if len(documents) == 0 {
		t.Fatal("the pages send nothing")
	}
	status := false
	for _, document := range documents {
		got := r.ask(admin, document)
		// Without variables many lack what they need; none is unknown.
		if got.code() == string(models.CodeForbidden) || got.code() == string(models.CodeNotFound) {
			t.Errorf("%.60s…: %s", document, got.text)
		}
		status = status || got.data("integration", "status") != nil
	}
	if !status {
		t.Error("no document brought the console's status")
	}
}
