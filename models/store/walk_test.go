package store_test

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
)

// path is what a person or a loop does, as the calls of the store that it comes to.
type path struct {
	name string
	run  func() error
}

// walker collects paths; a step that fails ends its path.
type walker struct {
	t     testing.TB
	s     *store.Store
	paths []path
}

func (w *walker) path(name string, steps ...func() error) {
	w.paths = append(w.paths, path{name, func() error {
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}})
}

// reads is a step whose answer is of no interest.
func reads[T any](read func() (T, error)) func() error {
	return func() error {
		_, err := read()
		return err
	}
}

// paths are all paths, in the order in which they are walked: later ones find what earlier ones
// have left.
func paths(t testing.TB, s *store.Store) []path {
	w := &walker{t: t, s: s}
	w.setUp()
	w.cards()
	for _, a := range dashboards(s) {
		w.path(a.name, a.run)
	}
	w.totals()
	w.console()
	w.people()
	w.idleLoops("quiet")
	w.planned()
	w.related()
	w.idleLoops("busy")
	w.ends()
	return w.paths
}

func (w *walker) setUp() {
	s := w.s
	w.path("setup",
		func() error {
			return s.SaveConnection(ctx, models.Connection{Side: models.Desk, Connected: true}, &models.Credentials{ClientID: "x"})
		},
		func() error {
			return s.SaveConnection(ctx, models.Connection{Side: models.Salesforce, Connected: true}, &models.Credentials{ClientID: "x"})
		},
		func() error { return s.SaveConnection(ctx, models.Connection{Side: models.Desk, Connected: true}, nil) },
		reads(func() (models.Connection, error) { return s.Connection(ctx, models.Desk) }),
		reads(func() (models.Credentials, error) { return s.Credentials(ctx, models.Desk) }),
		func() error { return s.SaveCredentials(ctx, models.Desk, models.Credentials{ClientID: "y"}) },
		func() error { return s.SetConnectionProblem(ctx, models.Desk, "", "") },
		func() error { return s.SetSetting(ctx, "a", "1") },
		reads(func() (string, error) { return s.Setting(ctx, "a") }),
		reads(func() (models.Integration, error) {
			return s.UpdateIntegration(ctx, func(in *models.Integration) error { in.Status, in.Epoch = models.StatusActive, 1; return nil })
		}),
		reads(func() (models.Integration, error) { return s.Integration(ctx) }),
		reads(func() ([]models.FieldMapping, error) { return s.FieldMappings(ctx, models.ContactObject) }),
		reads(func() (models.SyncFilter, error) { return s.SyncFilter(ctx, models.ContactObject) }),
	)
}

var everySection = []models.Need{models.NeedOpportunities, models.NeedNotes, models.NeedEvents, models.NeedTasks}

// cards opens the card of a customer by each key: one with the usual few related records and one
// with thousands of each kind.
func (w *walker) cards() {
	s := w.s
	columns := models.Sources{Salesforce: []string{"Email", "LastName", "AccountId", "CreatedDate"}, Desk: []string{"email", "lastName", "accountId", "createdTime"}}
	all := models.Selection{Contact: true, Account: true, Parent: true, ContactFields: columns, AccountFields: models.Sources{Salesforce: []string{"Name"}, Desk: []string{"accountName"}},
		Sections: everySection, AccountSections: everySection}
	for _, n := range []struct{ name, i string }{{"usual", "10000077"}, {"busy", "10000007"}} {
		for key, k := range map[string]models.CustomerKey{
			"desk contact": {DeskContactID: ptr("D" + n.i)}, "desk account": {DeskAccountID: ptr("DA" + n.i)}, "email": {Email: ptr("P" + n.i[5:] + "@x.example")},
			"salesforce contact": {SalesforceID: ptr("003" + n.i)}, "salesforce account": {SalesforceID: ptr("001" + n.i)}, "nobody": {SalesforceID: ptr("003nobody")}, "nobody's email": {Email: ptr("nobody@x.example")},
		} {
			w.path("card/"+n.name+"/"+key, func() error {
				_, _, err := s.Customer(ctx, k, all)
				return err
			})
			for _, name := range []string{"read", "kept"} {
				w.path("card/"+n.name+"/"+key+"/"+name, reads(func() (models.CardFound, error) { return s.Card(ctx, k, selections[0], want(selections[0])) }))
			}
		}
		contact, account := "003"+n.i, "001"+n.i
		for name, hidden := range map[string][]string{"": nil, "/hidden": hiddenOrders} {
			w.path("card/"+n.name+"/together"+name, reads(func() (models.CardAnswer, error) {
				var pages []models.SectionPage
				for _, section := range everySection {
					pages = append(pages, models.SectionPage{Section: section, Query: models.RelatedQuery{ContactID: contact, AccountID: account, First: 5, Hidden: hidden}},
						models.SectionPage{Section: section, Query: models.RelatedQuery{AccountID: account, First: 5, Open: ptr(true), Hidden: hidden}})
				}
				return s.Sections(ctx, models.CardRead{CustomerIDs: []string{contact, account}, Sections: everySection, Pages: pages})
			}))
		}
		w.path("card/"+n.name+"/head",
			reads(func() (*models.Ticket, error) { return s.Ticket(ctx, "T"+n.i) }),
			reads(func() (models.Ticket, error) {
				return s.SaveTicket(ctx, models.Ticket{ID: "T" + n.i, ContactID: "D" + n.i, AsOf: t0})
			}),
			reads(func() (map[string]map[models.Need]models.RelatedState, error) {
				return s.RelatedStates(ctx, []string{contact, account}, everySection)
			}),
			reads(func() (map[string]models.Change, error) { return s.FieldHistory(ctx, "C"+n.i) }),
			reads(func() (map[string]models.Change, error) { return s.FieldHistory(ctx, "C"+n.i, "Field1", "Field2") }),
			reads(func() (map[string]string, error) {
				return s.CardVersions(ctx, models.CardWatch{Links: []string{"C" + n.i, "A" + n.i}, Customers: []string{contact, account}, Tickets: []string{"T" + n.i}})
			}),
			reads(func() (map[string]*models.Account, error) {
				return s.AccountsBySalesforceID(ctx, []string{account}, models.Sources{Salesforce: []string{"Name"}})
			}),
			reads(func() (map[string]*models.Account, error) {
				return s.AccountsByDeskID(ctx, []string{"DA" + n.i}, models.Sources{Desk: []string{"accountName"}})
			}),
			reads(func() (*models.Link, error) { return s.Link(ctx, "C"+n.i) }),
			reads(func() (map[models.RelatedObject]models.RelatedMirror, error) { return s.RelatedMirrors(ctx) }),
		)
		for who, q := range map[string]models.RelatedQuery{"contact": {ContactID: contact}, "account": {AccountID: account}, "both": {ContactID: contact, AccountID: account}} {
			w.sections("card/"+n.name+"/sections of "+who, q)
		}
	}
}

// hiddenOrders are the fields by which sections are ordered.
var hiddenOrders = []string{"Opportunity.open", "Opportunity.closeDate", "Opportunity.role", "Note.createdAt", "Event.startsAt", "Task.open", "Task.dueDate"}

// sections reads the first page of each section, the one behind it, open ones alone, and with the
// orders' own fields hidden.
func (w *walker) sections(name string, q models.RelatedQuery) {
	s := w.s
	pages := func(section string, read func(models.RelatedQuery) (models.PageInfo, error)) {
		variants := map[string]models.RelatedQuery{"": q}
		open := q
		open.Open = ptr(true)
		variants["/open"] = open
		hidden := q
		hidden.Hidden = hiddenOrders
		variants["/hidden"] = hidden
		for v, q := range variants {
			if v == "/open" && (section == "notes" || section == "events") {
				continue
			}
			w.path(name+"/"+section+v, func() error {
				q.First = 5
				first, err := read(q)
				if err != nil || first.EndCursor == nil {
					return err
				}
				q.After = *first.EndCursor
				_, err = read(q)
				return err
			})
		}
		total := q
		total.Total, total.First = true, 5
		w.path("total/"+name+"/"+section, func() error {
			_, err := read(total)
			return err
		})
	}
	pages("opportunities", func(q models.RelatedQuery) (models.PageInfo, error) {
		got, err := s.CustomerOpportunities(ctx, q)
		return got.PageInfo, err
	})
	pages("notes", func(q models.RelatedQuery) (models.PageInfo, error) {
		got, err := s.Notes(ctx, q)
		return got.PageInfo, err
	})
	pages("events", func(q models.RelatedQuery) (models.PageInfo, error) {
		got, err := s.Events(ctx, q)
		return got.PageInfo, err
	})
	pages("tasks", func(q models.RelatedQuery) (models.PageInfo, error) {
		got, err := s.Tasks(ctx, q)
		return got.PageInfo, err
	})
}

// totals asks lists for their totals.
func (w *walker) totals() {
	s, first := w.s, models.Page{First: ptr(20)}
	for _, q := range []models.RelatedQuery{{ContactID: "00310000077", AccountID: "00110000077"}, {ContactID: "00310000007", AccountID: "00110000007"}, {AccountID: "00110000007"}} {
		w.path("total/sums", reads(func() ([]models.OpportunitySum, error) { return s.OpportunitySums(ctx, q) }))
	}
	w.path("total/lists",
		reads(func() (models.Slice[models.Contact], error) {
			return s.Contacts(ctx, models.ContactFilter{}, "", first, models.Sources{}, true)
		}),
		reads(func() (models.Slice[models.Contact], error) {
			return s.Contacts(ctx, models.ContactFilter{Search: ptr("name 77")}, "", first, models.Sources{}, true)
		}),
		reads(func() (models.Slice[models.Contact], error) {
			return s.Contacts(ctx, models.ContactFilter{AccountID: ptr("00110000077")}, "", first, models.Sources{}, true)
		}),
		reads(func() (models.Slice[models.Account], error) {
			return s.Accounts(ctx, models.AccountFilter{}, "", first, models.Sources{}, true)
		}),
		reads(func() (models.Slice[models.Opportunity], error) {
			return s.Opportunities(ctx, models.OpportunityFilter{}, "", first, true)
		}),
		reads(func() (models.Slice[models.Opportunity], error) {
			return s.Opportunities(ctx, models.OpportunityFilter{OwnerID: ptr("0051077"), Open: ptr(true)}, "", first, true)
		}),
		reads(func() (models.Slice[models.SyncRun], error) {
			return s.SyncRuns(ctx, models.SyncRunFilter{}, first, true)
		}),
		reads(func() (models.Slice[models.Failure], error) {
			return s.Failures(ctx, models.FailureFilter{}, first, true)
		}),
		reads(func() (models.Slice[models.Conflict], error) {
			return s.Conflicts(ctx, models.ConflictFilter{}, first, true)
		}),
		reads(func() (models.Slice[models.AuditEntry], error) {
			return s.AuditLog(ctx, models.AuditFilter{}, first, true)
		}),
		reads(func() (models.Slice[models.SignIn], error) {
			return s.SignIns(ctx, models.SignInFilter{}, first, true)
		}),
	)
}

// pages reads a page from each end of a list, and the one behind it.
func (w *walker) pages(name string, read func(models.Page) (models.PageInfo, error)) {
	w.path(name, func() error {
		first, err := read(models.Page{First: ptr(20)})
		if err != nil || first.EndCursor == nil {
			return err
		}
		if _, err := read(models.Page{First: ptr(20), After: first.EndCursor}); err != nil {
			return err
		}
		last, err := read(models.Page{Last: ptr(20)})
		if err != nil {
			return err
		}
		_, err = read(models.Page{Last: ptr(20), Before: last.StartCursor})
		return err
	})
}

// console looks at the admin's screens.
func (w *walker) console() {
	s := w.s
	since := time.Date(2025, 12, 20, 0, 0, 0, 0, time.UTC)
	contact, account, desk, salesforce := models.ContactObject, models.AccountObject, models.Desk, models.Salesforce
	for name, f := range map[string]models.SyncRunFilter{"all": {}, "trigger": {Trigger: ptr(models.TriggerRetry)}, "since": {Since: &since}, "object": {Object: &account}, "source": {Source: &desk},
		"both": {Object: &contact, Source: &desk}, "none": {Source: &salesforce}} {
		w.pages("history/"+name, func(p models.Page) (models.PageInfo, error) {
			got, err := s.SyncRuns(ctx, f, p, false)
			return got.PageInfo, err
		})
	}
	for name, f := range map[string]models.FailureFilter{"all": {}, "object": {Object: &contact}, "other object": {Object: &account}, "code": {Code: ptr("DUPLICATE")}, "cause": {Cause: ptr("cause7"), Resolved: ptr(false)}, "target": {Target: &salesforce}, "other target": {Target: &desk}, "since": {Since: &since},
		"open": {Resolved: ptr(false)}, "resolved": {Resolved: ptr(true)}, "open of a code": {Code: ptr("DUPLICATE"), Resolved: ptr(false)}} {
		w.pages("failures/"+name, func(p models.Page) (models.PageInfo, error) {
			got, err := s.Failures(ctx, f, p, false)
			return got.PageInfo, err
		})
	}
	w.path("failures/groups", reads(func() ([]models.FailureGroup, error) { return s.FailureGroups(ctx, models.FailureFilter{}, 50) }))
	w.path("failures/categories", reads(func() ([]models.FailureCategory, error) { return s.FailureCategories(ctx, models.FailureFilter{}) }))
	for name, f := range map[string]models.ConflictFilter{"all": {}, "object": {Object: &contact}, "other object": {Object: &account}, "since": {Since: &since}, "open": {Resolved: ptr(false)}, "resolved": {Resolved: ptr(true)}} {
		w.pages("conflicts/"+name, func(p models.Page) (models.PageInfo, error) {
			got, err := s.Conflicts(ctx, f, p, false)
			return got.PageInfo, err
		})
	}
	for name, orders := range map[string][]models.FailureOrder{"oldest": {models.FailureLastAsc}, "by name or attempts": {models.FailureNameAsc, models.FailureNameDesc, models.FailureAttemptsAsc, models.FailureAttemptsDesc}} {
		for _, order := range orders {
			w.pages("failures/"+name, func(p models.Page) (models.PageInfo, error) {
				got, err := s.Failures(ctx, models.FailureFilter{Order: &order}, p, false)
				return got.PageInfo, err
			})
		}
	}
	for name, f := range map[string]models.FailureFilter{"search": {Search: ptr("nobody")}, "field": {Field: ptr("Phone")}} {
		w.pages("failures/like/"+name, func(p models.Page) (models.PageInfo, error) {
			got, err := s.Failures(ctx, f, p, false)
			return got.PageInfo, err
		})
	}
	for name, f := range map[string]models.ChangeFilter{"all": {}, "link": {LinkID: ptr("C10000070")}, "run": {RunID: ptr("R10000010")}, "since": {Since: &since}, "rare/kind": {Object: &account},
		"rare/field": {Field: ptr("none")}} {
		w.pages("changes/"+name, func(p models.Page) (models.PageInfo, error) {
			got, err := s.Changes(ctx, f, p, false)
			return got.PageInfo, err
		})
	}
	for name, f := range map[string]models.AuditFilter{"since": {Since: &since}, "like/search": {Search: ptr("nobody")}} {
		w.pages("audit/"+name, func(p models.Page) (models.PageInfo, error) {
			got, err := s.AuditLog(ctx, f, p, false)
			return got.PageInfo, err
		})
	}
	w.pages("audit", func(p models.Page) (models.PageInfo, error) {
		got, err := s.AuditLog(ctx, models.AuditFilter{}, p, false)
		return got.PageInfo, err
	})
	for name, f := range map[string]models.SignInFilter{"all": {}, "admins": {Scope: ptr(models.ScopeAdmin)}, "agents": {Scope: ptr(models.ScopeAgent)}, "like/search": {Search: ptr("nobody")}} {
		w.pages("sign-ins/"+name, func(p models.Page) (models.PageInfo, error) {
			got, err := s.SignIns(ctx, f, p, false)
			return got.PageInfo, err
		})
	}
	w.path("conflict/resolve",
		reads(func() (models.Conflict, error) { return s.Conflict(ctx, "K10000010") }),
		func() error {
			st, err := s.LinkState(ctx, "C10000070")
			if err != nil {
				return err
			}
			_, err = s.SetBase(ctx, st.Link)
			return err
		},
		reads(func() (models.Conflict, error) { return s.ResolveConflict(ctx, "K10000010", models.Desk) }),
	)
	w.path("failure/retry", reads(func() (int, error) { return s.RetryFailures(ctx, []string{"F10000000"}, models.FailureFilter{}) }))
	w.path("status",
		func() error {
			if h := s.Beat(ctx); !h.OK {
				return fmt.Errorf("the database is in trouble: %+v", h)
			}
			return nil
		},
		reads(func() (models.SyncCounts, error) { return s.Counts(ctx) }),
		func() error { return s.NoteCalls(ctx, models.Desk, 7) },
		reads(func() ([]models.ActivityDay, error) { return s.Activity(ctx, since, since.AddDate(0, 0, 7)) }),
		reads(func() (*models.SyncRun, error) { return s.LatestRun(ctx) }),
		reads(func() (*models.SyncRun, error) { return s.OpenRun(ctx, models.TriggerPoll) }),
		reads(func() (*models.SyncRun, error) { return s.SyncRun(ctx, "R10000010") }),
		reads(func() (*models.Rehearsal, error) { return s.Rehearsal(ctx, "H10000010") }),
		reads(func() (*models.DriftReport, error) { return s.DriftReport(ctx) }),
		func() error {
			_, _, err := s.Lag(ctx)
			return err
		},
		func() error {
			_, _, err := s.Pushes(ctx)
			return err
		},
	)
}

// people signs agents and dashboards in and out.
func (w *walker) people() {
	s := w.s
	hash := func(b string) []byte { return []byte(fmt.Sprintf("%-32s", b)) }
	w.path("people",
		func() error { return s.SaveProfiles(ctx, []models.Profile{{ID: "p", Name: "Agent"}}) },
		reads(func() ([]models.Profile, error) { return s.Profiles(ctx) }),
		func() error {
			_, _, err := s.SetProfilePermission(ctx, "p", models.ProfilePermission{Visible: ptr(true)})
			return err
		},
		reads(func() (int64, error) { return s.PolicyVersion(ctx) }),
		func() error {
			return s.CreateServiceToken(ctx, models.ServiceToken{ID: "t", Name: "t", Hash: hash("t"), ProfileID: ptr("p"), CreatedAt: t0})
		},
		reads(func() ([]models.ServiceToken, error) { return s.ServiceTokens(ctx) }),
		reads(func() (models.ServiceToken, error) { return s.ServiceTokenByHash(ctx, hash("t")) }),
		func() error { return s.TouchServiceToken(ctx, "t") },
		reads(func() (bool, error) { return s.ServiceTokenActive(ctx, "t") }),
		reads(func() (models.ServiceToken, error) { return s.RevokeServiceToken(ctx, "t") }),
		func() error {
			in := models.SignIn{ID: "s", Subject: "oidc:1", Scope: models.ScopeAdmin, Device: "d", RefreshHash: hash("a"), CreatedAt: t0, ExpiresAt: t0.Add(time.Hour), Grant: "x"}
			return s.CreateSignIn(ctx, in, models.AuditEntry{Subject: "oidc:1", Action: "signIn"})
		},
		reads(func() (models.SignIn, error) { return s.SignIn(ctx, "s", "d") }),
		reads(func() (bool, error) { return s.ClaimRenewal(ctx, "s", hash("a"), time.Minute) }),
		func() error { return s.ReleaseRenewal(ctx, "s", "y") },
		reads(func() (models.SignIn, error) {
			return s.RotateSignIn(ctx, "s", hash("a"), hash("b"), "d", models.Present{Name: "n"})
		}),
		reads(func() (bool, error) { return s.SessionActive(ctx, "s") }),
		reads(func() (int, error) { return s.Reseal(ctx) }),
		reads(func() (models.SignIn, error) { return s.RevokeSignIn(ctx, "s") }),
		func() error { return s.SaveState(ctx, "x", []byte("x"), time.Hour) },
		reads(func() ([]byte, error) { return s.TakeState(ctx, "x") }),
		func() error { return s.Audit(ctx, models.AuditEntry{Subject: "admin", Action: "pause"}) },
		func() error {
			t := models.IssuedToken{ID: "i", Name: "i", CreatedAt: t0, ExpiresAt: t0.Add(time.Hour)}
			return s.CreateIssuedToken(ctx, t, models.AuditEntry{Subject: "admin", Action: "issue"})
		},
		reads(func() ([]models.IssuedToken, error) { return s.IssuedTokens(ctx) }),
		reads(func() (bool, error) { return s.IssuedTokenActive(ctx, "i") }),
		reads(func() (models.IssuedToken, error) { return s.RevokeIssuedToken(ctx, "i") }),
		reads(func() (int, error) { return s.Reseal(ctx) }),
	)
}
