package gather

import "sidelight/models"

// PageSize is how many links are read, and planned in one transaction, at a time.
const PageSize = 200

// EachPage calls do with every page of links. read answers up to PageSize links after the id, in
// the order of their ids; a shorter page is the last one. The first error ends the walk.
func EachPage(read func(after string) ([]models.LinkState, error), do func(page []models.LinkState) error) error {
	for after := ""; ; {
		page, err := read(after)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
		if err := do(page); err != nil || len(page) < PageSize {
			return err
		}
	}
}
