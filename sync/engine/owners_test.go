package engine_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/mapping"
	"sidelight/sync/salesforce"
	"sidelight/sync/zohodesk"
)

func TestOwnersFollowByEmailAndOthersAreLeftAlone(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Owned"})
	users, err := w.proc.remotes[models.Salesforce].(*salesforce.Client).Users(context.Background())
	must(t, err)
	agents, err := w.proc.remotes[models.Desk].(*zohodesk.Client).Users(context.Background())
	must(t, err)
	var both, none string // users with and without an agent of the same email
	agent := map[string]string{}
	for _, a := range agents {
		agent[models.MatchKey(models.Text(*a.Email))] = a.ID
	}
	for _, u := range users {
		if u.Email == nil {
			continue
		}
		if agent[models.MatchKey(models.Text(*u.Email))] != "" {
			both = u.ID
		} else {
			none = u.ID
		}
	}
	t.Logf("%d users, %d agents", len(users), len(agents))
	if both == "" {
		email := *agents[0].Email
		status, out := w.user(t, models.Salesforce, http.MethodPatch, rest+"/sobjects/User/"+users[len(users)-1].ID, map[string]any{"Email": email})
		if status >= 300 {
			t.Fatalf("%d %v", status, out)
		}
		both = users[len(users)-1].ID
	}
	saved, _, problems, err := w.proc.engine.SaveFieldMappings(context.Background(), models.ContactObject,
		append(mapping.Defaults(models.ContactObject), models.FieldMappingInput{Desk: "ownerId", Salesforce: "OwnerId"}))
	must(t, err)
	if !saved {
		t.Fatalf("%+v", problems)
	}
	w.settle(t)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"OwnerId": both})
	w.clock.advance(10 * time.Minute)
	w.settle(t)
	owned := w.value(t, models.Desk, desk, "ownerId")
	if owned == "" {
		t.Fatalf("the owner did not reach Desk: %+v", w.failures(t))
	}
	if none == "" || none == both {
		return
	}
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"OwnerId": none, "Title": "goes on"})
	w.settle(t)
	if got := w.value(t, models.Desk, desk, "ownerId"); got != owned || w.value(t, models.Desk, desk, "title") != "goes on" || len(w.failures(t)) != 0 {
		t.Errorf("the owner is %q, was %q, the title %q, %+v", got, owned, w.value(t, models.Desk, desk, "title"), w.failures(t))
	}
}
