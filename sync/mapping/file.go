package mapping

import (
	"bytes"
	"encoding/json"
	"io"

	"sidelight/models"
)

// fileVersion is raised when the file's shape changes in a way that older programs would misread.
const fileVersion = 1

// file is an exported mapping.
type file struct {
	Version int      `json:"version"`
	Contact []column `json:"contact"`
	Account []column `json:"account"`
}

type column struct {
	Desk       string           `json:"desk"`
	Salesforce string           `json:"salesforce"`
	Rule       models.FieldRule `json:"rule"`
}

// Export writes both tables as a versioned JSON file.
func Export(contacts, accounts []models.FieldMapping) ([]byte, error) {
	f := file{Version: fileVersion, Contact: columns(contacts), Account: columns(accounts)}
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}

func columns(mappings []models.FieldMapping) []column {
	out := make([]column, 0, len(mappings))
	for _, m := range mappings {
		out = append(out, column{m.Desk.Name, m.Salesforce.Name, m.Rule})
	}
	return out
}

// Import reads an exported file. Errors are BAD_USER_INPUT and name what is wrong. Whether the fields exist is Build's business.
func Import(b []byte) (map[models.SyncObject][]models.FieldMappingInput, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var f file
	if err := d.Decode(&f); err != nil {
		return nil, models.Wrap(err, models.CodeBadUserInput, "this is not a mapping file: it is the JSON that mapping export writes")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, models.Errorf(models.CodeBadUserInput, "something stands behind the mapping in the file")
	}
	if f.Version != fileVersion {
		return nil, models.Errorf(models.CodeBadUserInput, "the mapping file has version %d; this program reads version %d", f.Version, fileVersion)
	}
	out := map[models.SyncObject][]models.FieldMappingInput{}
	for object, list := range map[models.SyncObject][]column{models.ContactObject: f.Contact, models.AccountObject: f.Account} {
		for _, c := range list {
			if !known(c.Rule) {
				return nil, models.Errorf(models.CodeBadUserInput, "the mapping file names a rule that does not exist, for the field %q", c.Salesforce)
			}
			rule := c.Rule
			out[object] = append(out[object], models.FieldMappingInput{Desk: c.Desk, Salesforce: c.Salesforce, Rule: &rule})
		}
	}
	return out, nil
}

func known(r models.FieldRule) bool {
	switch r {
	case models.RuleTwoWay, models.RulePreferSalesforce, models.RulePreferSalesforceUnlessBlank, models.RulePreferDesk,
		models.RuleSalesforceToDesk, models.RuleDeskToSalesforce, models.RuleOff:
		return true
	}
	return false
}
