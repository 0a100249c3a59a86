package store

import (
	"math/rand/v2"

	"gorm.io/gorm"

	"sidelight/models"
)

// cardVersions are the versions of customers' related records; a customer without one has 0.
type cardVersions map[string]int64

// cardVersion is a number that is drawn anew whenever a related record of the customer is written
// or removed, in the same transaction: rows that were read together with it are what the database
// holds as long as it stands. The version of nobody is every customer's. A row is never removed
// but together with a new version of everybody: none means the same as it did before.
type cardVersion struct {
	CustomerID string `gorm:"primaryKey"` // Salesforce contact or account
	Version    int64
}

func (cardVersion) TableName() string { return "card_versions" }

// everybody is the customer whose version is every customer's.
const everybody = ""

// touch says that related records of the customers were changed in this transaction.
func touch(tx *gorm.DB, customers []string) error {
	version := rand.Int64() //nolint:gosec // it only has to differ, and is no secret
	for chunk := range chunks(sortedIDs(customers)) {
		rows := make([]cardVersion, len(chunk))
		for i, id := range chunk {
			rows[i] = cardVersion{id, version}
		}
		if err := tx.Clauses(replace).Create(&rows).Error; err != nil {
			return err
		}
	}
	return nil
}

// touchAll says so of every customer, where those whose records were changed are not known, or too
// many.
func touchAll(tx *gorm.DB) error {
	version := rand.Int64() //nolint:gosec // it only has to differ, and is no secret
	return tx.Clauses(replace).Create(&cardVersion{everybody, version}).Error
}

// whosePages are the customers whose versions are those of pages.
func whosePages(pages []models.SectionPage) []string {
	var ids []string
	for _, p := range pages {
		ids = append(ids, p.Query.ContactID, p.Query.AccountID)
	}
	return append(sortedIDs(ids), everybody)
}
