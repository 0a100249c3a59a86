package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/sync/plan"
)

// now is when the tests plan.
var now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

const (
	desk       = models.Desk
	salesforce = models.Salesforce
)

func writable(name string, t models.FieldType) models.Field {
	return models.Field{Name: name, Label: "the " + name, Type: t, Creatable: true, Updatable: true}
}

func mapped(deskName, salesforceName string, t models.FieldType) models.FieldMapping {
	return models.FieldMapping{Desk: writable(deskName, t), Salesforce: writable(salesforceName, t), Rule: models.RuleTwoWay}
}

// contactMappings are a name that both sides require, an email, a title, the account and the owner.
func contactMappings() []models.FieldMapping {
	name := mapped("lastName", "LastName", models.TypeText)
	name.Desk.Required, name.Salesforce.Required = true, true
	owner := mapped("ownerId", "OwnerId", models.TypeReference)
	owner.Desk.RefersTo, owner.Salesforce.RefersTo = "agents", "User"
	return []models.FieldMapping{name, mapped("email", "Email", models.TypeEmail), mapped("title", "Title", models.TypeText),
		mapped("accountId", "AccountId", models.TypeReference), owner}
}

// planner plans contacts, two-way, while the sync is active.
func planner(change ...func(*plan.Planner)) *plan.Planner {
	made := 0
	p := &plan.Planner{
		Object: models.ContactObject, Mappings: contactMappings(), Now: now, Runs: models.RunIDs{models.TriggerPoll: "poll", models.TriggerInitial: "load"},
		Filter:      models.SyncFilter{Object: models.ContactObject, Leaving: models.LeavingKeep},
		Integration: models.Integration{Status: models.StatusActive, Direction: models.TwoWay, DeletePolicy: models.RestoreOnUpdate, Epoch: 7},
		Owners: &plan.Owners{Emails: map[models.Side]map[string]string{desk: {"agent": "ada@x.example", "lone": "lone@x.example"}, salesforce: {"user": "ada@x.example"}},
			IDs: map[models.Side]map[string]string{desk: {"ada@x.example": "agent", "lone@x.example": "lone"}, salesforce: {"ada@x.example": "user"}}},
		NewID: func() string { made++; return fmt.Sprint("new", made) },
	}
	for _, c := range change {
		c(p)
	}
	return p
}

// values reads "title=Boss email= lastName=One": a name without a value is blank, one that is not
// named was not read.
func values(text string) models.Values {
	out := models.Values{}
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		out[name] = models.Text(strings.ReplaceAll(value, "_", " "))
	}
	return out
}

type option func(*models.LinkState)

// half is a record without a counterpart.
func half(id string, side models.Side, data string, options ...option) models.LinkState {
	s := models.LinkState{Link: models.Link{ID: id, Object: models.ContactObject, Dirty: true, Cause: models.TriggerPoll, CreatedAt: now.Add(-time.Hour)}}
	record(&s, side, id, data)
	for _, o := range options {
		o(&s)
	}
	return s
}

// pair is two linked records. Without the option agreed they have no base.
func pair(id, onDesk, onSalesforce string, options ...option) models.LinkState {
	s := half(id, desk, onDesk)
	record(&s, salesforce, id, onSalesforce)
	for _, o := range options {
		o(&s)
	}
	return s
}

// record puts a record beside a link. Its id is the link's with the side in front: d1, s1.
func record(s *models.LinkState, side models.Side, id, data string) {
	row := &models.MirrorRow{ID: map[models.Side]string{desk: "d", salesforce: "s"}[side] + id, Data: values(data), ObservedAt: now, ModifiedAt: now.Add(-time.Hour)}
	row.MatchKey = models.MatchKey(row.Data[models.ContactObject.MatchField(side)])
	row.Name = row.Data[map[models.Side]string{desk: "lastName", salesforce: "LastName"}[side]].String()
	row.ParentID = row.Data[models.ContactObject.ParentField(side)].String()
	s.SetRecordID(side, row.ID)
	if side == desk {
		s.Desk = row
	} else {
		s.Salesforce = row
	}
}

func agreed(onDesk, onSalesforce string) option {
	return func(s *models.LinkState) { s.BaseDesk, s.BaseSalesforce = values(onDesk), values(onSalesforce) }
}

// was gives a pair the bases of its own records, overlaid by what both had before.
func was(onDesk, onSalesforce string) option {
	return func(s *models.LinkState) {
		s.BaseDesk, s.BaseSalesforce = s.Desk.Data.With(values(onDesk)), s.Salesforce.Data.With(values(onSalesforce))
	}
}

func deletedOn(side models.Side) option { return deletedFor(side, time.Minute) }
func deletedFor(side models.Side, d time.Duration) option {
	return func(s *models.LinkState) { at := now.Add(-d); s.Row(side).DeletedAt = &at }
}

func mergedInto(side models.Side, id string) option {
	return func(s *models.LinkState) { deletedOn(side)(s); s.Row(side).MergedInto = id }
}

func unlinkedFrom(from string) option { return func(s *models.LinkState) { s.UnlinkedFrom = from } }

func cause(c models.RunTrigger) option { return func(s *models.LinkState) { s.Cause = c } }

func unread(side models.Side) option {
	return func(s *models.LinkState) {
		if side == desk {
			s.Desk = nil
		} else {
			s.Salesforce = nil
		}
	}
}

// parentOn says what the account of the contact is on each side.
func parentOn(onDesk, onSalesforce string) option {
	return func(s *models.LinkState) { s.ParentOnDesk, s.ParentOnSalesforce = onDesk, onSalesforce }
}

// facts are candidates for matching, and what options add.
func facts(candidates ...models.LinkState) plan.Facts {
	f := plan.Facts{Candidates: map[models.Side]map[string][]models.LinkState{desk: {}, salesforce: {}}}
	for _, s := range candidates {
		for _, side := range models.Sides {
			if key := s.MatchKey(side); key != "" && s.Row(side).DeletedAt == nil {
				f.Candidates[side][key] = append(f.Candidates[side][key], s)
			}
		}
	}
	return f
}

// told is a plan in words, the same order always.
func told(p models.LinkPlan) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if p.Absorb != nil {
		add("pair with %s by %s", p.Absorb.ID, p.Link.MatchedBy)
	}
	for _, in := range p.Intents {
		text := fmt.Sprintf("%s %s", in.Op, in.Side)
		if in.RecordID != "" {
			text += " " + in.RecordID
		}
		for _, name := range slices.Sorted(maps.Keys(in.Values)) {
			text += " " + name + "=" + in.Values[name].String()
		}
		out = append(out, text)
	}
	for _, c := range p.Conflicts {
		add("conflict %s %s|%s was %s, %s wins", c.Field, c.Desk, c.Salesforce, c.Base, *c.Winner)
	}
	for _, f := range p.Failures {
		if f.Field != "" {
			add("fail field %s of %s %s", f.Field, f.Source, f.Code)
		} else {
			add("fail %s %s", f.Source, f.Code)
		}
	}
	if p.Unlink {
		add("part")
	}
	if p.Wait > 0 {
		add("wait %s", p.Wait)
	}
	for _, rest := range p.Link.Resting {
		add("resting %s on %s", rest.Field, rest.Side)
	}
	if len(p.Keeps) > 0 {
		add("keeps %s", strings.Join(p.Keeps, ","))
	}
	if p.Resolved {
		add("resolved")
	}
	return out
}

// plans wants each plan of a batch in words, by the link's id. A plan also keeps the failures of
// the fields that were not read, which most records here lack: told leaves those out.
func plans(t *testing.T, p *plan.Planner, batch []models.LinkState, f plan.Facts, want map[string][]string) []models.LinkPlan {
	t.Helper()
	made := p.Plan(batch, f)
	got := map[string][]string{}
	for _, one := range made {
		one.Keeps = slices.DeleteFunc(slices.Clone(one.Keeps), func(name string) bool { return !wasRead(p, batch, one.Link.ID, name) })
		got[one.Link.ID] = told(one)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	return made
}

// wasRead says whether both records of a batch's link hold the mapped field.
func wasRead(p *plan.Planner, batch []models.LinkState, id, name string) bool {
	return slices.ContainsFunc(batch, func(s models.LinkState) bool {
		return s.ID == id && slices.ContainsFunc(p.Mappings, func(m models.FieldMapping) bool {
			if m.Name() != name || s.Desk == nil || s.Salesforce == nil {
				return false
			}
			_, onDesk := s.Desk.Data[m.Desk.Name]
			_, onSalesforce := s.Salesforce.Data[m.Salesforce.Name]
			return onDesk && onSalesforce
		})
	})
}
