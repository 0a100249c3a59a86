package store

import (
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// withoutErased leaves out what an erased person is in of a customer's related records. away tells
// that the customer is one.
func (s *Store) withoutErased(tx *gorm.DB, erasures int64, r *models.Related) (away bool, err error) {
	ids := []string{r.ContactID}
	for _, e := range r.Events {
		ids = append(ids, e.WhoID)
	}
	for _, t := range r.Tasks {
		ids = append(ids, t.WhoID)
	}
	erased, err := s.erasedContacts(tx, erasures, models.Salesforce, ids)
	if err != nil || len(erased) == 0 {
		return false, err
	}
	r.Events = slices.DeleteFunc(slices.Clone(r.Events), func(e models.Event) bool { return erased[e.WhoID] })
	r.Tasks = slices.DeleteFunc(slices.Clone(r.Tasks), func(t models.Task) bool { return erased[t.WhoID] })
	return erased[r.ContactID], nil
}

// pageWithoutErased leaves out the roles of erased people, and takes their events and tasks for
// deleted.
func (s *Store) pageWithoutErased(tx *gorm.DB, erasures int64, page models.RelatedPage) (models.RelatedPage, error) {
	var ids []string
	for _, r := range page.Roles {
		ids = append(ids, r.ContactID)
	}
	for _, e := range page.Events {
		ids = append(ids, e.Customers...)
	}
	for _, t := range page.Tasks {
		ids = append(ids, t.Customers...)
	}
	erased, err := s.erasedContacts(tx, erasures, models.Salesforce, ids)
	if err != nil || len(erased) == 0 {
		return page, err
	}
	page.Roles = slices.DeleteFunc(slices.Clone(page.Roles),
		func(r models.OpportunityContact) bool { return erased[r.ContactID] })
	page.Deleted = slices.Clone(page.Deleted)
	page.Events = activitiesWithout(page.Events, erased, func(e models.Event) {
		page.Deleted = append(page.Deleted, e.ID)
	})
	page.Tasks = activitiesWithout(page.Tasks, erased, func(t models.Task) { page.Deleted = append(page.Deleted, t.ID) })
	return page, nil
}

func activitiesWithout[T any](list []models.Activity[T], erased map[string]bool, left func(T)) []models.Activity[T] {
	return slices.DeleteFunc(slices.Clone(list), func(a models.Activity[T]) bool {
		if !slices.ContainsFunc(a.Customers, func(id string) bool { return erased[id] }) {
			return false
		}
		left(a.Record)
		return true
	})
}

// erasedSamples tells of which samples of contacts, each with its ids, the person was erased.
func (s *Store) erasedSamples(tx *gorm.DB, erasures int64, ids map[models.Side][]string) (
	func(desk, salesforce *string) bool, error) {
	erased := map[models.Side]map[string]bool{}
	for side, list := range ids {
		var err error
		if erased[side], err = s.erasedContacts(tx, erasures, side, list); err != nil {
			return nil, err
		}
	}
	return func(desk, salesforce *string) bool {
		return desk != nil && erased[models.Desk][*desk] || salesforce != nil && erased[models.Salesforce][*salesforce]
	}, nil
}

func (s *Store) rehearsalWithoutErased(tx *gorm.DB, erasures int64, r *models.Rehearsal) error {
	if erasures == 0 {
		return nil
	}
	ids := map[models.Side][]string{}
	for _, o := range r.Objects {
		for _, one := range o.Samples {
			noteIDs(ids, one.DeskID, one.SalesforceID)
		}
	}
	erased, err := s.erasedSamples(tx, erasures, ids)
	if err != nil {
		return err
	}
	rehearsalWithout(r, func(one models.RehearsalSample) bool { return erased(one.DeskID, one.SalesforceID) })
	return nil
}

func (s *Store) reportWithoutErased(tx *gorm.DB, erasures int64, r *models.DriftReport) error {
	if erasures == 0 {
		return nil
	}
	ids := map[models.Side][]string{}
	for _, o := range r.Objects {
		for _, d := range o.Differences {
			for _, one := range d.Samples {
				noteIDs(ids, one.DeskID, one.SalesforceID)
			}
		}
	}
	erased, err := s.erasedSamples(tx, erasures, ids)
	if err != nil {
		return err
	}
	reportWithout(r, func(one models.DriftSample) bool { return erased(one.DeskID, one.SalesforceID) })
	return nil
}

func noteIDs(into map[models.Side][]string, desk, salesforce *string) {
	for side, id := range map[models.Side]*string{models.Desk: desk, models.Salesforce: salesforce} {
		if id != nil {
			into[side] = append(into[side], *id)
		}
	}
}

// rehearsalWithout removes samples of contacts, and tells whether there were any.
func rehearsalWithout(r *models.Rehearsal, gone func(models.RehearsalSample) bool) (found bool) {
	r.Objects = slices.Clone(r.Objects)
	for i := range r.Objects {
		if o := &r.Objects[i]; o.Object == models.ContactObject {
			n := len(o.Samples)
			o.Samples = slices.DeleteFunc(slices.Clone(o.Samples), gone)
			found = found || len(o.Samples) < n
		}
	}
	return found
}

// reportWithout removes samples of contacts, and tells whether there were any.
func reportWithout(r *models.DriftReport, gone func(models.DriftSample) bool) (found bool) {
	r.Objects = slices.Clone(r.Objects)
	for i := range r.Objects {
		o := &r.Objects[i]
		if o.Object != models.ContactObject {
			continue
		}
		o.Differences = slices.Clone(o.Differences)
		for j := range o.Differences {
			d := &o.Differences[j]
			n := len(d.Samples)
			d.Samples = slices.DeleteFunc(slices.Clone(d.Samples), gone)
			found = found || len(d.Samples) < n
		}
	}
	return found
}
