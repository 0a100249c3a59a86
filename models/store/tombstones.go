package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// tombstone keeps an erased person away. Its hash is keyed: whoever has the database alone cannot
// try addresses against it.
type tombstone struct {
	Hash      string `gorm:"primaryKey"`
	PersonID  string
	CreatedAt time.Time
}

// tombstoneKey is the key of the hashes. It is sealed anew when the installation's secret is
// rotated, and itself never changes.
type tombstoneKey struct {
	ID     int `gorm:"primaryKey"` // always 1
	Sealed []byte
}

// tombstonePlace binds the sealed key to its row.
const tombstonePlace = "tombstones/1"

// hasher hashes what a person is known by.
type hasher struct{ key []byte }

func (h hasher) of(kind, value string) string {
	m := hmac.New(sha256.New, h.key)
	m.Write([]byte(kind + "\n" + value)) // never fails
	return hex.EncodeToString(m.Sum(nil))
}

func (h hasher) email(key string) string { return h.of("email", key) }

func (h hasher) record(side models.Side, id string) string {
	if side == models.Salesforce {
		id = models.SalesforceID(id)
	}
	return h.of("contact/"+string(side), id)
}

// hasher opens the key of the hashes, and makes it where there is none and create is set.
func (s *Store) hasher(tx *gorm.DB, create bool) (hasher, error) {
	var rows []tombstoneKey
	if err := tx.Find(&rows, "id = 1").Error; err != nil {
		return hasher{}, err
	}
	if len(rows) == 0 {
		if !create {
			return hasher{}, models.Errorf(models.CodeInternal, "erasures without their key")
		}
		key := make([]byte, sha256.Size)
		_, _ = rand.Read(key) // never fails
		sealed, err := s.seal.seal(key, tombstonePlace)
		if err != nil {
			return hasher{}, err
		}
		return hasher{key}, tx.Create(&tombstoneKey{1, sealed}).Error
	}
	key, err := s.seal.open(rows[0].Sealed, tombstonePlace)
	if err != nil {
		return hasher{}, models.Wrap(err, models.CodeBadCredentials,
			"what keeps erased people away cannot be opened with this key file: restore the key file, or give up all "+
				"erasures with: sidelight erase --lift-all")
	}
	return hasher{key}, nil
}

// buried reads which of the hashes stand for erased people, and for whom.
func buried(tx *gorm.DB, hashes []string) (map[string]string, error) {
	out := map[string]string{}
	slices.Sort(hashes)
	for chunk := range chunks(slices.Compact(hashes)) {
		var rows []tombstone
		if err := tx.Where("hash IN ?", chunk).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Hash] = r.PersonID
		}
	}
	return out, nil
}

// erasedContacts are those of the ids that are an erased person's. erasures is the integration's
// count: nothing is asked while it is zero.
func (s *Store) erasedContacts(tx *gorm.DB, erasures int64, side models.Side, ids []string) (map[string]bool, error) {
	if erasures == 0 || len(ids) == 0 {
		return nil, nil
	}
	h, err := s.hasher(tx, false)
	if err != nil {
		return nil, err
	}
	hashes := make([]string, len(ids))
	for i, id := range ids {
		hashes[i] = h.record(side, id)
	}
	found, err := buried(tx, slices.Clone(hashes))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	out := map[string]bool{}
	for i, id := range ids {
		if _, is := found[hashes[i]]; is {
			out[id] = true
		}
	}
	return out, nil
}

// admit leaves out the contacts of erased people. One that is known by its email alone is a record
// of theirs that was not here: its id is learnt, so that it stays away under another address too.
func (s *Store) admit(tx *gorm.DB, erasures int64, side models.Side, object models.SyncObject,
	records []models.Record) (kept []models.Record, learnt []tombstone, err error) {
	if erasures == 0 || object != models.ContactObject || len(records) == 0 {
		return records, nil, nil
	}
	h, err := s.hasher(tx, false)
	if err != nil {
		return nil, nil, err
	}
	type words struct {
		id     string
		emails []string
	}
	all := make([]words, len(records))
	var hashes []string
	for i, r := range records {
		all[i].id = h.record(side, r.ID)
		hashes = append(hashes, all[i].id)
		for _, email := range emailsOf(side, r.Values) {
			all[i].emails = append(all[i].emails, h.email(email))
		}
		hashes = append(hashes, all[i].emails...)
	}
	found, err := buried(tx, hashes)
	if err != nil || len(found) == 0 {
		return records, nil, err
	}
	kept = make([]models.Record, 0, len(records))
	for i, r := range records {
		_, byID := found[all[i].id]
		person, byEmail := "", false
		for _, email := range all[i].emails {
			if !byEmail {
				person, byEmail = found[email]
			}
		}
		switch {
		case byID:
		case byEmail:
			learnt = append(learnt, tombstone{all[i].id, person, s.stamp()})
		default:
			kept = append(kept, r)
		}
	}
	return kept, learnt, nil
}

// emailsOf are the addresses by which a contact is known, as they are compared.
func emailsOf(side models.Side, values models.Values) (out []string) {
	for _, field := range []string{models.ContactObject.MatchField(side), models.ContactObject.SecondField(side)} {
		if key := models.MatchKey(values[field]); field != "" && key != "" && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// Admit leaves out the records of erased people: whoever reads a vendor passes what it answered
// through here before anything is made of it.
func (s *Store) Admit(ctx context.Context, side models.Side, object models.SyncObject,
	records []models.Record) ([]models.Record, error) {
	if object != models.ContactObject || len(records) == 0 {
		return records, nil
	}
	in, err := s.Integration(ctx)
	if err != nil {
		return nil, err
	}
	kept, learnt, err := s.admit(s.read(ctx), in.Erasures, side, object, records)
	if err != nil || len(learnt) == 0 {
		return kept, err
	}
	return kept, s.tx(ctx, func(tx *gorm.DB) error { return s.learn(tx, learnt) })
}

// learn keeps further hashes of people who were not let in again meanwhile.
func (s *Store) learn(tx *gorm.DB, learnt []tombstone) error {
	people := make([]string, len(learnt))
	for i, t := range learnt {
		people[i] = t.PersonID
	}
	var there []string
	if err := tx.Model(&tombstone{}).Where("person_id IN ?", people).Distinct().Pluck("person_id", &there).
		Error; err != nil {
		return err
	}
	learnt = slices.DeleteFunc(learnt, func(t tombstone) bool { return !slices.Contains(there, t.PersonID) })
	if len(learnt) == 0 {
		return nil
	}
	return tx.Clauses(doNothing).Create(&learnt).Error
}

// LiftErasure lets an erased person in again, with their contacts as they were read of both sides
// just now, all in one transaction: one side's record alone would be given a second counterpart. It
// answers how many erasures were lifted.
func (s *Store) LiftErasure(ctx context.Context, who models.PersonKey,
	records map[models.Side][]models.Record) (lifted int, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		lifted = 0
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil || in.Erasures == 0 {
			return err
		}
		h, err := s.hasher(tx, false)
		if err != nil {
			return err
		}
		hash := h.email(who.Email)
		if who.ID != "" {
			hash = h.record(who.Side, who.ID)
		}
		found, err := buried(tx, []string{hash})
		if err != nil || len(found) == 0 {
			return err
		}
		lifted = 1
		if err := tx.Where("person_id = ?", found[hash]).Delete(&tombstone{}).Error; err != nil {
			return err
		}
		if err := s.raiseErasures(tx); err != nil || in.Status == models.StatusDeleted {
			return err
		}
		for _, side := range models.Sides {
			if _, err := s.observe(tx, in.Erasures, side, models.ContactObject, records[side], nil); err != nil {
				return err
			}
		}
		return nil
	})
	return lifted, err
}

// LiftAllErasures lets every erased person in again, and forgets the key of their hashes: the way
// out for an installation that lost its key file. It answers how many people that were.
func (s *Store) LiftAllErasures(ctx context.Context) (people int64, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Model(&tombstone{}).Distinct("person_id").Count(&people).Error; err != nil {
			return err
		}
		for _, name := range []string{"tombstones", "tombstone_keys"} {
			if err := tx.Exec("DELETE FROM `" + name + "`").Error; err != nil {
				return err
			}
		}
		return tx.Model(&models.Integration{}).Where("id = 1").UpdateColumns(map[string]any{"erasures": 0}).Error
	})
	return people, err
}

// raiseErasures tells every replica that people were erased or let in again.
func (s *Store) raiseErasures(tx *gorm.DB) error {
	return tx.Model(&models.Integration{}).Where("id = 1").
		UpdateColumns(map[string]any{"erasures": gorm.Expr("erasures + 1")}).Error
}
