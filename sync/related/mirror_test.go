package related_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/related"
)

func TestEveryRelatedRecordIsMirroredAndKeptByChangeEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		f := follow(t, address, 80)
		f.run(nil)
		eventually(t, "the mirrors are complete", f.complete, f.mirrors)
		eventually(t, "the streams are open", f.listening, f.mirrors)
		f.same("everything is mirrored")
		every := func(map[string]any) bool { return true }
		contact, account := f.some("Contact", every)["Id"], f.some("Account", every)["Id"]
		states, err := f.store.RelatedStates(context.Background(), []string{contact.(string), account.(string)}, models.RelatedNeeds)
		must(t, err)
		if _, notes := states[contact.(string)][models.NeedNotes]; notes || len(states[contact.(string)]) != 3 || !states[account.(string)][models.NeedTasks].Mirrored {
			t.Errorf("what is mirrored is not known for every customer: %+v", states)
		}
		// The poll comes an hour later: it is the change events that bring what follows. Roles have
		// none.
		f.outside("PATCH", "/sobjects/Opportunity/"+f.some("Opportunity", func(r map[string]any) bool { return r["IsClosed"] != true })["Id"].(string), map[string]any{"StageName": "Closed Won"})
		f.outside("DELETE", "/sobjects/Opportunity/"+f.some("Opportunity", func(r map[string]any) bool { return r["StageName"] == "Closed Lost" })["Id"].(string), nil)
		f.outside("POST", "/sobjects/Task", map[string]any{"Subject": "Call", "WhoId": contact, "WhatId": account})
		f.outside("PATCH", "/sobjects/Task/"+f.some("Task", func(r map[string]any) bool { return r["WhoId"] != contact })["Id"].(string), map[string]any{"WhoId": contact})
		f.outside("DELETE", "/sobjects/Event/"+f.some("Event", every)["Id"].(string), nil)
		f.same("changes arrive by change events")
	})
}

func TestThePollKeepsAMirrorWithoutChangeEvents(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		f := follow(t, address, 80)
		f.outside("POST", "/_sim/faults", map[string]any{"rules": []any{map[string]any{"kind": "event_loss"}}})
		f.run(func(c *related.Config) { c.Poll = 50 * time.Millisecond })
		eventually(t, "the mirrors are complete", f.complete, f.mirrors)
		f.same("everything is mirrored")
		f.edits()
		f.same("the poll finds what push has lost")
	})
}

// counted is Salesforce with a count of the pages of whole readings.
type counted struct {
	related.Remote
	mu     sync.Mutex
	asked  map[models.RelatedObject][]string
	before func(object models.RelatedObject, after string)
}

func (c *counted) RelatedList(ctx context.Context, object models.RelatedObject, after string) (models.RelatedPage, error) {
	c.mu.Lock()
	if c.asked == nil {
		c.asked = map[models.RelatedObject][]string{}
	}
	c.asked[object] = append(c.asked[object], after)
	c.mu.Unlock()
	page, err := c.Remote.RelatedList(ctx, object, after)
	if c.before != nil {
		c.before(object, after)
	}
	return page, err
}

func TestAWholeReadingGoesOnAfterItsLastStoredPage(t *testing.T) {
	f := follow(t, storetest.SQLiteAddress(t), 1500)
	first, reached := &counted{Remote: f.client}, make(chan struct{})
	var once sync.Once
	first.before = func(object models.RelatedObject, after string) {
		if object == models.RelatedTasks && after != "" {
			once.Do(func() { close(reached) }) // the second page of tasks was read
		}
	}
	stop := f.run(func(c *related.Config) {
		c.Remote = func() (related.Remote, error) { return first, nil }
	})
	select {
	case <-reached:
	case <-time.After(20 * time.Second):
		t.Fatal("there is no second page")
	}
	stop()
	mirrors, err := f.store.RelatedMirrors(context.Background())
	must(t, err)
	at := mirrors[models.RelatedTasks]
	if at.Complete || at.After == "" || at.Total == nil || at.Read == 0 || at.Read >= *at.Total {
		t.Fatalf("it was stopped too late to prove anything: %+v", at)
	}
	second := &counted{Remote: f.client}
	f.run(func(c *related.Config) {
		c.Remote = func() (related.Remote, error) { return second, nil }
	})
	eventually(t, "the mirrors are complete", f.complete, f.mirrors)
	if second.asked[models.RelatedTasks][0] != at.After {
		t.Errorf("it began again at %q instead of %q", second.asked[models.RelatedTasks][0], at.After)
	}
	f.same("everything is mirrored")
}

func TestNothingIsMirroredWhilePausedNorAfterDeletion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		f := follow(t, address, 60)
		f.status(models.StatusPaused)
		remote := &counted{Remote: f.client}
		stop := f.run(func(c *related.Config) {
			c.Poll, c.Remote = 20*time.Millisecond, func() (related.Remote, error) { return remote, nil }
		})
		rest := time.NewTimer(300 * time.Millisecond)
		<-rest.C
		stop()
		if len(remote.asked) > 0 {
			t.Errorf("Salesforce was asked while paused: %v", remote.asked)
		}
		f.status(models.StatusActive)
		wiped, done := &counted{Remote: f.client}, make(chan struct{})
		var once sync.Once
		wiped.before = func(models.RelatedObject, string) {
			once.Do(func() { // the page is on its way when the integration is deleted
				must(t, f.store.Wipe(context.Background()))
				close(done)
			})
			<-done
		}
		stop = f.run(func(c *related.Config) {
			c.Poll, c.Remote = 20*time.Millisecond, func() (related.Remote, error) { return wiped, nil }
		})
		<-done
		stop()
		if kept := f.kept(); len(kept) > 0 {
			t.Errorf("%d records are stored after the deletion", len(kept))
		}
		if mirrors, err := f.store.RelatedMirrors(context.Background()); err != nil || len(mirrors) > 0 {
			t.Errorf("%v %v", mirrors, err)
		}
	})
}

func TestChangeEventsMarkOnlyTheCardsTheyAreAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		f := follow(t, address, 60)
		role := f.some("OpportunityContactRole", func(map[string]any) bool { return true })
		contact, deal := role["ContactId"].(string), role["OpportunityId"].(string)
		account := f.some("Opportunity", func(r map[string]any) bool { return r["Id"] == deal })["AccountId"].(string)
		other := f.some("Contact", func(r map[string]any) bool { return r["Id"] != contact })["Id"].(string)
		open := func() {
			for _, c := range []models.RelatedRequest{{ContactID: contact, AccountID: account}, {ContactID: other}} {
				c.Sections = models.RelatedNeeds
				related, err := f.client.Related(ctx, c)
				must(t, err)
				must(t, f.store.SaveRelated(ctx, related))
			}
		}
		open()
		f.run(func(c *related.Config) { c.All = false })
		eventually(t, "the streams are open", f.listening, f.mirrors)
		stale := func() string {
			states, err := f.store.RelatedStates(ctx, []string{contact, account, other}, models.RelatedNeeds)
			must(t, err)
			var out []string
			for name, id := range map[string]string{"contact": contact, "account": account, "other": other} {
				for _, section := range models.RelatedNeeds {
					if states[id][section].Stale {
						out = append(out, name+" "+string(section))
					}
				}
			}
			slices.Sort(out)
			return strings.Join(out, ", ")
		}
		becomes := func(want string) {
			t.Helper()
			eventually(t, want, func() bool { return stale() == want }, stale)
			open()
		}
		// When the streams had begun nobody knows: what was read before is to be read again.
		becomes("account OPPORTUNITIES, contact EVENTS, contact OPPORTUNITIES, contact TASKS, other EVENTS, other OPPORTUNITIES, other TASKS")
		f.outside("POST", "/sobjects/Task", map[string]any{"Subject": "Call", "WhoId": contact})
		becomes("contact TASKS")
		f.outside("PATCH", "/sobjects/Opportunity/"+deal, map[string]any{"NextStep": "Call again"})
		becomes("account OPPORTUNITIES, contact OPPORTUNITIES")
		event := f.outside("POST", "/sobjects/Event", map[string]any{"Subject": "Visit", "WhoId": other, "StartDateTime": "2027-01-01T10:00:00.000Z", "EndDateTime": "2027-01-01T11:00:00.000Z", "DurationInMinutes": 60})["id"].(string)
		becomes("other EVENTS")
		f.outside("PATCH", "/sobjects/Event/"+event, map[string]any{"WhoId": contact})
		becomes("contact EVENTS, other EVENTS") // who has lost it hears of it too
		f.outside("DELETE", "/sobjects/Event/"+event, nil)
		becomes("contact EVENTS")
		f.outside("POST", "/_sim/faults", map[string]any{"rules": []any{map[string]any{"kind": "event_overflow", "times": 1}}})
		f.outside("POST", "/sobjects/Task", map[string]any{"Subject": "Lost in the flood", "WhoId": contact})
		becomes("contact TASKS, other TASKS")
	})
}

func TestAMirrorIsForgottenWhenItIsNoLongerWanted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		f := follow(t, address, 60)
		stop := f.run(nil)
		eventually(t, "the mirrors are complete", f.complete, f.mirrors)
		stop()
		f.run(func(c *related.Config) { c.All = false })
		eventually(t, "nothing pretends to be kept", func() bool { return !f.complete() && len(f.kept()) == 0 }, f.mirrors)
	})
}

func TestAProcessThatLostItsLeaseStoresNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := storetest.Open(t, address)
		_, err := s.UpdateIntegration(ctx, func(in *models.Integration) error { in.Status = models.StatusActive; return nil })
		must(t, err)
		page := func(stage string) models.RelatedPage {
			return models.RelatedPage{Object: models.RelatedOpportunities, Opportunities: []models.Opportunity{{ID: "006", Stage: &stage}}}
		}
		keep := func(*models.RelatedMirror) {}
		must(t, s.SaveRelatedPage(ctx, models.RelatedFence{Number: 2}, page("new"), keep))
		if err := s.SaveRelatedPage(ctx, models.RelatedFence{Number: 1}, page("old"), keep); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("%v", err)
		}
		// Another lease, with a count of its own.
		must(t, s.SaveRelatedPage(ctx, models.RelatedFence{Stream: true, Number: 1}, page("new"), keep))
		got, err := s.Opportunities(ctx, models.OpportunityFilter{}, "", models.Page{}, false)
		must(t, err)
		if len(got.Rows) != 1 || deref(got.Rows[0].Stage) != "new" {
			t.Errorf("%+v", got.Rows)
		}
	})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestAMirrorIsReadAnewAndLosesWhatWasErasedForGood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		f := follow(t, address, 60)
		f.run(func(c *related.Config) { c.Poll, c.Reload = 50*time.Millisecond, 100*time.Millisecond })
		eventually(t, "the mirrors are complete", f.complete, f.mirrors)
		// No change tells of its end, and Salesforce has no word of it.
		ghost := "006000000000999AAA"
		task := models.Activity[models.Task]{Record: models.Task{ID: "00T000000000999AAA"}, Customers: []string{f.some("Contact", func(map[string]any) bool { return true })["Id"].(string)}}
		for _, page := range []models.RelatedPage{
			{Object: models.RelatedOpportunities, Opportunities: []models.Opportunity{{ID: ghost}}},
			{Object: models.RelatedRoles, Roles: []models.OpportunityContact{{OpportunityID: ghost, ContactID: task.Customers[0]}}},
			{Object: models.RelatedTasks, Tasks: []models.Activity[models.Task]{task}},
		} {
			must(t, f.store.SaveRelatedPage(context.Background(), models.RelatedFence{Stream: true, Number: 1 << 40}, page, func(*models.RelatedMirror) {}))
		}
		f.same("what is no more is gone here")
	})
}

func TestAMirrorLeavesAgentsTheirShareOfTheCalls(t *testing.T) {
	f := follow(t, storetest.SQLiteAddress(t), 60)
	f.outside("POST", "/_sim/settings", map[string]any{"dailyRequests": 60})
	f.run(func(c *related.Config) { c.Poll = 20 * time.Millisecond })
	contact := f.some("Contact", func(map[string]any) bool { return true })["Id"].(string)
	var used, limit int
	eventually(t, "the mirror stops at the agents' share", func() bool {
		if b := f.client.Budget(); b.Limit != nil {
			used, limit = *b.Used, *b.Limit
		}
		return limit > 0 && used >= limit-limit/5
	}, func() string { return fmt.Sprint(used, " of ", limit) })
	rest := time.NewTimer(200 * time.Millisecond)
	<-rest.C
	if used := *f.client.Budget().Used; used > limit-limit/5+5 { // some were under way together
		t.Errorf("%d of %d calls are used", used, limit)
	}
	if _, err := f.client.Related(context.Background(), models.RelatedRequest{ContactID: contact, Sections: []models.Need{models.NeedTasks}}); err != nil {
		t.Errorf("an agent's card is refused: %v", err)
	}
}
