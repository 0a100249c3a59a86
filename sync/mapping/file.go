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
	Desk       string              `json:"desk"`
	Salesforce string              `json:"salesforce"`
	Rule       models.FieldRule    `json:"rule"`
	Values     []*models.ValuePair `json:"values,omitempty"`
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
		c := column{Desk: m.Desk.Name, Salesforce: m.Salesforce.Name, Rule: m.Rule}
		for i := range m.Values {
			c.Values = append(c.Values, &m.Values[i])
		}
		out = append(out, c)
	}
	return out
}

// Import reads an exported file. Errors are BAD_USER_INPUT and name what is wrong. Whether the
// fields exist is Build's business.
func Import(b []byte) (map[models.SyncObject][]models.FieldMappingInput, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) // editors on Windows write it
	if isUTF16(b) {
		return nil, models.Errorf(models.CodeBadUserInput, "the mapping file is UTF-16: save it as UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var f file
	if err := d.Decode(&f); err != nil {
		return nil, models.Wrap(
			err, models.CodeBadUserInput, "this is not a mapping file: it is the JSON that mapping export writes",
		)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, models.Errorf(models.CodeBadUserInput, "something stands behind the mapping in the file")
	}
	if f.Version != fileVersion {
		return nil, models.Errorf(
			models.CodeBadUserInput, "the mapping file has version %d; this program reads version %d", f.Version, fileVersion,
		)
	}
	out := map[models.SyncObject][]models.FieldMappingInput{}
	lists := map[models.SyncObject][]column{models.ContactObject: f.Contact, models.AccountObject: f.Account}
	for object, list := range lists {
		for _, c := range list {
			if !isRule(c.Rule) {
				return nil, models.Errorf(
					models.CodeBadUserInput, "the mapping file names a rule that does not exist, for the field %q", c.Salesforce,
				)
			}
			rule := c.Rule
			if c.Values == nil {
				c.Values = []*models.ValuePair{} // the file says all: a table that it lacks is none
			}
			out[object] = append(out[object], models.FieldMappingInput{Desk: c.Desk, Salesforce: c.Salesforce, Rule: &rule, Values: c.Values})
		}
	}
	return out, nil
}

// isUTF16 tells whether a text is UTF-16 of either order, with or without its mark: every other
// byte of JSON is zero then.
func isUTF16(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) || len(b) >= 2 && (b[0] == 0) != (b[1] == 0)
}

func isRule(r models.FieldRule) bool {
	switch r {
	case models.RuleTwoWay, models.RulePreferSalesforce, models.RulePreferSalesforceUnlessBlank, models.RulePreferDesk,
		models.RuleSalesforceToDesk, models.RuleDeskToSalesforce, models.RuleOff:
		return true
	}
	return false
}
