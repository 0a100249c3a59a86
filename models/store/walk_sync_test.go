package store_test

import (
	"fmt"
	"time"

	"sidelight/models"
	"sidelight/models/store"
)

// idleLoops are what the engine does again and again, whether there is something to do or not.
func (w *walker) idleLoops(when string) {
	s := w.s
	w.path("loop/"+when+"/leader",
		func() error {
			_, _, err := s.AcquireLease(ctx, "leader", "a", time.Minute)
			return err
		},
		func() error { return s.ReleaseLease(ctx, "leader", "a") },
		reads(func() (models.Integration, error) { return s.Integration(ctx) }),
		reads(func() ([]models.Cursor, error) { return s.PollCursors(ctx) }),
		reads(func() (int, error) { return s.RetryDue(ctx) }),
		reads(func() (int, error) { return s.UnknownCreates(ctx) }),
		reads(func() (int, error) { return s.Sending(ctx) }),
		func() error {
			_, _, err := s.Lag(ctx)
			return err
		},
		func() error {
			_, _, err := s.Pushes(ctx)
			return err
		},
		reads(func() (map[models.Side]int, error) { return s.BlankedSince(ctx, t0.Add(-time.Hour)) }),
	)
	w.path("loop/"+when+"/waiting",
		reads(func() (int, error) { return s.Pending(ctx) }),
		reads(func() (models.SyncCounts, error) { return s.Counts(ctx) }),
		func() error {
			for _, side := range models.Sides {
				for _, object := range models.SyncObjects {
					if _, _, err := s.Backlog(ctx, side, object); err != nil {
						return err
					}
				}
			}
			return nil
		},
	)
	w.path("loop/"+when+"/plan", func() error {
		for _, object := range models.SyncObjects {
			links, err := s.DirtyLinks(ctx, object, "", 200)
			if err != nil {
				return err
			}
			if len(links) > 0 {
				if _, err := s.DirtyLinks(ctx, object, links[len(links)-1].ID, 200); err != nil {
					return err
				}
			}
		}
		return nil
	})
	w.path("loop/"+when+"/claim", func() error {
		for _, side := range models.Sides {
			if _, err := s.ClaimIntents(ctx, side, "nobody", time.Nanosecond, 0); err != nil {
				return err
			}
		}
		return nil
	})
	w.path("loop/"+when+"/run",
		func() error {
			return s.StartRun(ctx, models.SyncRun{ID: "run " + when, Trigger: models.TriggerPoll, Status: models.RunRunning, StartedAt: t0, PhaseAt: t0, UpdatedAt: t0})
		},
		reads(func() (*models.SyncRun, error) { return s.OpenRun(ctx, models.TriggerPoll) }),
		func() error {
			return s.UpdateRun(ctx, models.SyncRun{ID: "run " + when, Trigger: models.TriggerPoll, Status: models.RunRunning, StartedAt: t0, PhaseAt: t0, UpdatedAt: t0})
		},
		func() error { return s.DropRun(ctx, "run "+when) },
	)
	w.path("loop/"+when+"/compare", func() error {
		for _, side := range models.Sides {
			for _, object := range models.SyncObjects {
				ids, err := s.MirrorIDs(ctx, side, object, "", 1000)
				if err != nil {
					return err
				}
				if _, err := s.MirrorIDs(ctx, side, object, ids[len(ids)/2], 1000); err != nil {
					return err
				}
				if _, err := s.Mirror(ctx, side, object, ids[:200]); err != nil {
					return err
				}
				if _, err := s.LinksByRecord(ctx, object, side, ids[:200]); err != nil {
					return err
				}
			}
		}
		for _, object := range models.SyncObjects {
			links, err := s.Links(ctx, object, "", 200)
			if err != nil {
				return err
			}
			if _, err := s.OpenWork(ctx, linkIDs(links)); err != nil {
				return err
			}
			if _, err := s.Links(ctx, object, links[len(links)-1].ID, 200); err != nil {
				return err
			}
		}
		return s.SaveDriftReport(ctx, models.DriftReport{ID: "report " + when, StartedAt: t0})
	}, reads(func() ([]models.LinkState, error) { return s.LatestMoved(ctx, models.ContactObject, 20) }), func() error { return s.SaveRehearsal(ctx, models.Rehearsal{ID: "rehearsal " + when, CreatedAt: t0}) })
}

func linkIDs(links []models.LinkState) []string {
	out := make([]string, len(links))
	for i, l := range links {
		out[i] = l.ID
	}
	return out
}

// batch is a page of records that changed.
func batch(side models.Side, object models.SyncObject, from, n int, at time.Time, value string) []models.Record {
	prefix := map[models.Side]map[models.SyncObject]string{models.Desk: {models.ContactObject: "D", models.AccountObject: "DA"}, models.Salesforce: {models.ContactObject: "003", models.AccountObject: "001"}}[side][object]
	out := make([]models.Record, n)
	for i := range out {
		v := vals(object.MatchField(side), fmt.Sprintf("%s%d@x.example", value, from+i), "phone", value)
		if parent := object.ParentField(side); parent != "" {
			v[parent] = models.Text(map[models.Side]string{models.Desk: "DA", models.Salesforce: "001"}[side] + fmt.Sprint(10000000+from+i))
		}
		out[i] = models.Record{Side: side, Object: object, ID: fmt.Sprint(prefix, 10000000+from+i), Values: v, ModifiedAt: at}
	}
	return out
}

// planned takes changes from their observation to the other side: one record, a full batch, and all
// there are.
func (w *walker) planned() {
	s := w.s
	for _, size := range []struct {
		name    string
		from, n int
	}{{"one", 1000, 1}, {"batch", 2000, 200}} {
		for _, object := range models.SyncObjects {
			name := "sync/" + size.name + "/" + string(object)
			w.path(name+"/observe", func() error {
				for _, side := range models.Sides {
					c := models.Cursor{Side: side, Object: object, Kind: models.CursorPoll, Value: size.name}
					// The same ones come again, then some that were never seen before.
					for _, records := range [][]models.Record{batch(side, object, size.from, size.n, t0, size.name), batch(side, object, size.from, size.n, t0, size.name),
						batch(side, object, 90_000_000+size.from, size.n, t0, size.name)} {
						if _, err := s.Observe(ctx, side, object, records, &c); err != nil {
							return err
						}
					}
				}
				gone := batch(models.Desk, object, size.from+size.n, 1, t0, size.name)
				gone[0].Deleted = true
				if _, err := s.Observe(ctx, models.Desk, object, gone, nil); err != nil {
					return err
				}
				gone[0].Deleted, gone[0].ModifiedAt = false, t0.Add(time.Second)
				_, err := s.Observe(ctx, models.Desk, object, gone, nil)
				return err
			}, func() error {
				if err := s.SetCursor(ctx, models.Cursor{Side: models.Desk, Object: object, Kind: models.CursorLoad, Value: "1"}); err != nil {
					return err
				}
				_, err := s.Cursor(ctx, models.Desk, object, models.CursorLoad)
				return err
			})
			w.path(name+"/plan and write", func() error { return planAndWrite(s, object, size.n) })
		}
	}
	w.path("sync/whole/replan",
		func() error {
			return s.ReplaceFieldMappings(ctx, models.ContactObject, []models.FieldMapping{{ID: "m", Object: models.ContactObject, Desk: models.Field{Name: "email"}, Salesforce: models.Field{Name: "Email"}}}, true)
		},
		func() error {
			return s.SaveSyncFilter(ctx, models.SyncFilter{Object: models.AccountObject, Leaving: models.LeavingKeep, Conditions: []models.FilterCondition{}}, true)
		},
		func() error {
			return s.ReplaceConstants(ctx, models.ContactObject, []models.Constant{{Object: models.ContactObject, Side: models.Desk, Name: "type", Value: "New"}})
		},
		func() error {
			_, err := s.Constants(ctx, models.ContactObject)
			return err
		},
	)
	w.path("sync/whole/CONTACT/plan and write", func() error { return planAndWrite(s, models.ContactObject, 200) })
	w.path("sync/whole/dirty", func() error {
		ids := make([]string, 500)
		for i := range ids {
			ids[i] = fmt.Sprint("C", 10000000+i)
		}
		return s.MarkDirty(ctx, ids, models.TriggerManual)
	})
	w.path("sync/whole/backlog", func() error { // writes that a vendor's limits hold up
		return s.Exec(ctx, "INSERT INTO intents (id, link_id, object, side, op, record_id, run_id, state, epoch, attempts, fence, owner, lease_ms, last_code, priority, created_at, updated_at) "+
			"SELECT CONCAT('backlog ', i), CONCAT('C', 10030000 + i), 'CONTACT', CASE i % 2 WHEN 0 THEN 'DESK' ELSE 'SALESFORCE' END, 'UPDATE', CONCAT('D', 10030000 + i), '', 'PENDING', (SELECT epoch FROM integrations), "+
			"0, 0, '', 0, '', 2, ?, ? FROM filling WHERE i < 20000", t0, t0)
	}, func() error { return planAndWrite(s, models.ContactObject, 200) })
	w.path("sync/whole/retry", reads(func() (int, error) {
		return s.RetryFailures(ctx, nil, models.FailureFilter{Code: ptr("DUPLICATE")})
	}), reads(func() (int, error) { return s.RetryDue(ctx) }))
}

// planAndWrite plans up to n dirty links, as the planner reads for them, sends what they owe and
// records the answers: most are done, some refused, some not answered.
func planAndWrite(s *store.Store, object models.SyncObject, n int) error {
	links, err := s.DirtyLinks(ctx, object, "", n)
	if err != nil {
		return err
	}
	var keys []string
	byID := map[string]models.LinkState{}
	for _, l := range links {
		byID[l.ID] = l
		if row := l.Row(models.Desk); row != nil && row.MatchKey != "" {
			keys = append(keys, row.MatchKey)
		}
	}
	ids := linkIDs(links)
	for _, side := range models.Sides {
		if _, err := s.MatchCandidates(ctx, object, side, keys); err != nil {
			return err
		}
	}
	if _, err := s.RecentChanges(ctx, ids, t0.Add(-time.Hour)); err != nil {
		return err
	}
	if _, err := s.UnansweredWrites(ctx, ids); err != nil {
		return err
	}
	if _, err := s.OpenWork(ctx, ids); err != nil {
		return err
	}
	in, err := s.Integration(ctx)
	if err != nil {
		return err
	}
	var plans []models.LinkPlan
	for i, l := range links {
		plan := models.LinkPlan{Link: l.Link, RunID: "R10000001", Resolved: true}
		plan.Link.Dirty = false
		intent := models.Intent{ID: fmt.Sprint("intent ", l.ID, l.Version), LinkID: l.ID, Object: object, Side: models.Salesforce, Op: models.OpUpdate, RecordID: l.RecordID(models.Salesforce), State: models.IntentPending,
			Epoch: in.Epoch, Values: vals("Phone", "2"), Source: vals("phone", "2"), RunID: "R10000001"}
		switch {
		case l.DeskID == nil:
			intent.Side, intent.Op, intent.RecordID = models.Desk, models.OpCreate, ""
		case l.SalesforceID == nil:
			intent.Op, intent.RecordID = models.OpCreate, ""
		case i%7 == 3:
			plan.Conflicts = []models.Conflict{{ID: fmt.Sprint("conflict ", l.ID, l.Version), LinkID: l.ID, Object: object, Field: "Phone", At: t0}}
		case i%7 == 4:
			plan.Failures = []models.Failure{{ID: fmt.Sprint("failure ", l.ID, l.Version), LinkID: l.ID, Object: object, Source: models.Desk, Target: models.Salesforce, Code: models.CodeAmbiguousMatch, RunID: "R10000001", FirstAt: t0, LastAt: t0, Attempts: 1}}
		}
		plan.Intents = []models.Intent{intent}
		plans = append(plans, plan)
	}
	if _, err := s.SavePlans(ctx, in.Epoch, plans); err != nil {
		return err
	}
	for _, side := range models.Sides {
		if err := writeAll(s, side, object); err != nil {
			return err
		}
	}
	return nil
}

func writeAll(s *store.Store, side models.Side, object models.SyncObject) error {
	claimed, err := s.ClaimIntents(ctx, side, "a", time.Minute, 400)
	if err != nil || len(claimed) == 0 {
		return err
	}
	if _, err := s.CreatedBefore(ctx, side, claimed); err != nil {
		return err
	}
	begun, err := s.BeginSending(ctx, claimed)
	if err != nil {
		return err
	}
	if _, err := s.RenewIntents(ctx, begun, time.Minute); err != nil {
		return err
	}
	if len(begun) > 0 {
		if _, err := s.HalvesNamed(ctx, object, side, vals("LastName", "Name 77", "lastName", "Name 77", "Name", "Account 77", "accountName", "Account 77"), t0.Add(-time.Hour)); err != nil {
			return err
		}
	}
	var results []models.IntentResult
	for i, in := range begun {
		r := models.IntentResult{Intent: in, State: models.IntentDone, RecordID: in.RecordID, Journal: []models.Change{{LinkID: in.LinkID, Object: in.Object, Side: side, Field: "Phone", RunID: "R10000001", At: t0}}}
		switch {
		case i%11 == 5:
			r.State, r.Failures = models.IntentFailed, []models.Failure{{ID: "refused " + in.ID, LinkID: in.LinkID, Object: in.Object, Source: side.Other(), Target: side, Code: models.CodeDuplicate, RunID: "R10000001", FirstAt: t0, LastAt: t0, Attempts: 1}}
			r.Journal = nil
		case i%11 == 6:
			r.State, r.Journal = models.IntentUnknown, nil
		case i%11 == 7:
			r.State, r.Journal = models.IntentCancelled, nil
		case in.RecordID == "":
			r.RecordID = "made " + in.ID
		}
		results = append(results, r)
	}
	_, err = s.Finish(ctx, results)
	return err
}

// related keeps the related records: a card's, and the mirror's.
func (w *walker) related() {
	s := w.s
	for _, n := range []struct{ name, i string }{{"usual", "10000177"}, {"busy", "10000007"}} {
		read := models.Related{ContactID: "003" + n.i, AccountID: "001" + n.i, Read: everySection, AsOf: t0, Opportunities: []models.Opportunity{{ID: "006new" + n.i, AccountID: ptr("001" + n.i)}},
			Roles: []models.OpportunityContact{{OpportunityID: "006new" + n.i, ContactID: "003" + n.i}}, Notes: []models.Note{{ID: "002new"}}, Events: []models.Event{{ID: "00Unew"}}, Tasks: []models.Task{{ID: "00Tnew"}}}
		part := read
		part.Hidden = []string{"Opportunity.stage", "Opportunity.role", "Note.body", "Event.location", "Task.status"}
		w.path("related/card/"+n.name, func() error { return s.SaveRelated(ctx, part) }, func() error { return s.SaveRelated(ctx, read) })
	}
	fence, stream := models.RelatedFence{Number: 1}, models.RelatedFence{Stream: true, Number: 1}
	// What was read before is gone: some 2,600 of the opportunities.
	began := time.Date(2025, 10, 10, 23, 0, 0, 0, time.UTC)
	for _, object := range models.RelatedObjects {
		w.path("related/mirror/"+string(object),
			func() error {
				return s.SaveRelatedPage(ctx, fence, relatedPage(object, 0, 200), func(m *models.RelatedMirror) { m.Reading, m.BeganAt = true, &began })
			},
			func() error { return s.FinishRelatedLoad(ctx, fence, object) },
			func() error {
				p := relatedPage(object, 100, 200)
				p.Deleted = []string{"00610000300", "00U10000300", "00T10000300"}
				return s.SaveRelatedPage(ctx, fence, p, func(*models.RelatedMirror) {})
			},
			func() error {
				hints := []models.RelatedHint{{ID: "00610000301", ContactID: "00310000301"}, {ID: "00U10000301", AccountID: "00110000301"}, {ID: "00T10000301"}}
				return s.MarkRelatedMoved(ctx, stream, models.RelatedBatch{Object: object, Hints: hints, Replay: "1"})
			},
		)
	}
	w.path("related/overflow", func() error {
		return s.MarkRelatedMoved(ctx, stream, models.RelatedBatch{Object: models.RelatedTasks, Overflow: true, Replay: "2"})
	})
}

func relatedPage(object models.RelatedObject, from, n int) models.RelatedPage {
	p := models.RelatedPage{Object: object, Cursor: "1"}
	for i := range n {
		number := fmt.Sprint(10000000 + from + i)
		customers := []string{"003" + number, "001" + number}
		switch object {
		case models.RelatedOpportunities:
			p.Opportunities = append(p.Opportunities, models.Opportunity{ID: "006" + number, AccountID: ptr("001" + number)})
		case models.RelatedRoles:
			p.Roles = append(p.Roles, models.OpportunityContact{OpportunityID: "006" + number, ContactID: "003" + number})
			p.RolesOf = append(p.RolesOf, "006"+number)
		case models.RelatedEvents:
			p.Events = append(p.Events, models.Activity[models.Event]{Record: models.Event{ID: "00U" + number}, Customers: customers})
		case models.RelatedTasks:
			p.Tasks = append(p.Tasks, models.Activity[models.Task]{Record: models.Task{ID: "00T" + number}, Customers: customers})
		}
	}
	return p
}

// ends removes what is old, the mirrors, and at last everything.
func (w *walker) ends() {
	s := w.s
	w.path("erase/person",
		reads(func() (models.ErasureReceipt, error) {
			return s.Erase(ctx, models.PersonKey{Email: "p77@x.example"}, true)
		}),
		reads(func() (models.ErasureReceipt, error) {
			return s.Erase(ctx, models.PersonKey{Side: models.Salesforce, ID: "00310000177"}, false)
		}),
	)
	w.path("erase/kept away",
		reads(func() ([]models.Record, error) {
			return s.Admit(ctx, models.Salesforce, models.ContactObject, batch(models.Salesforce, models.ContactObject, 100, 200, t0.Add(time.Hour), "erased"))
		}),
		reads(func() (models.ObserveResult, error) {
			return s.Observe(ctx, models.Salesforce, models.ContactObject, batch(models.Salesforce, models.ContactObject, 100, 200, t0.Add(time.Hour), "erased"), nil)
		}),
		func() error {
			return s.SaveRelated(ctx, models.Related{ContactID: "00310000177", Read: everySection, AsOf: t0, Notes: []models.Note{{ID: "002new"}}})
		},
	)
	w.path("erase/lifted",
		reads(func() (int, error) {
			return s.LiftErasure(ctx, models.PersonKey{Side: models.Salesforce, ID: "00310000177"}, map[models.Side][]models.Record{models.Salesforce: batch(models.Salesforce, models.ContactObject, 177, 1, t0.Add(time.Hour), "lifted")})
		}),
		reads(func() (int64, error) { return s.LiftAllErasures(ctx) }),
	)
	w.path("prune/deleted", func() error { return s.PruneDeleted(ctx, time.Now().Add(time.Hour)) })
	w.path("prune/nothing", func() error { return s.Prune(ctx, time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC)) })
	w.path("prune/audit", reads(func() (int64, error) {
		return s.PruneAudit(ctx, time.Date(2025, 10, 11, 0, 0, 0, 0, time.UTC))
	}))
	w.path("prune/some", func() error { return s.Prune(ctx, time.Date(2025, 10, 12, 0, 0, 0, 0, time.UTC)) })
	w.path("related/forget", func() error { return s.ForgetRelatedMirrors(ctx) })
	w.path("sync/second keys", reads(func() (map[string][]models.LinkState, error) {
		keys := make([]string, 200)
		for i := range keys {
			keys[i] = fmt.Sprintf("p%05d@x.example", i)
		}
		return s.SecondCandidates(ctx, models.ContactObject, models.Desk, keys)
	}))
	for _, keyless := range []bool{true, false} {
		w.path(fmt.Sprint("sync/namesakes/", keyless), reads(func() (map[string][]models.LinkState, error) {
			names := make([]string, 200)
			for i := range names {
				names[i] = fmt.Sprint("name ", 1000+i)
			}
			return s.Namesakes(ctx, models.ContactObject, names, keyless)
		}))
	}
	w.path("wipe/anew", reads(func() (models.Integration, error) { return s.BeginAnew(ctx, models.Desk, "1") }))
	w.path("wipe", func() error { return s.Wipe(ctx) })
}
