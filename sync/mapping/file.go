package mapping

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"sidelight/models"
)

// fileVersion is raised when the file's shape changes in a way that older programs would misread.
const fileVersion = 1

// file is an exported mapping.
type file struct {
	Version int      `json:"version"`
	Contact []column `json:"contact"`
	Account []column `json:"account"`
	// Constants are missing in files of older programs, which had none.
	Constants *constants `json:"constants,omitempty"`
}

type constants struct {
	Contact []constant `json:"contact"`
	Account []constant `json:"account"`
}

type constant struct {
	Side  models.Side `json:"side"`
	Field string      `json:"field"`
	Value string      `json:"value"`
}

// Object is what a file says of one object.
type Object struct {
	Mappings []models.FieldMappingInput
	// Constants are nil where the file says nothing of them: those that are saved stay.
	Constants []models.ConstantInput
}

type column struct {
	Desk       string              `json:"desk"`
	Salesforce string              `json:"salesforce"`
	Rule       models.FieldRule    `json:"rule"`
	Values     []*models.ValuePair `json:"values,omitempty"`
}

// Export writes the mapping of both objects, and what new records of them get, as a versioned JSON
// file. Record types are written by their labels: their ids are other ones in another organization.
func Export(mappings []models.FieldMapping, created []models.Constant) ([]byte, error) {
	f := file{
		Version: fileVersion,
		Contact: columns(mappings, models.ContactObject), Account: columns(mappings, models.AccountObject),
		Constants: &constants{
			Contact: constantsIn(created, models.ContactObject), Account: constantsIn(created, models.AccountObject),
		},
	}
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}

func constantsIn(created []models.Constant, object models.SyncObject) []constant {
	out := []constant{}
	for _, c := range created {
		if c.Object == object {
			out = append(out, constant{Side: c.Side, Field: c.Name, Value: c.Spoken()})
		}
	}
	return out
}

func columns(mappings []models.FieldMapping, object models.SyncObject) []column {
	out := []column{}
	for _, m := range mappings {
		if m.Object != object {
			continue
		}
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
func Import(b []byte) (map[models.SyncObject]Object, error) {
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
	out := map[models.SyncObject]Object{}
	for object, list := range map[models.SyncObject][]column{models.ContactObject: f.Contact, models.AccountObject: f.Account} {
		mappings, err := mappingsOf(list)
		if err != nil {
			return nil, err
		}
		out[object] = Object{Mappings: mappings}
	}
	if f.Constants == nil {
		return out, nil
	}
	for object, list := range map[models.SyncObject][]constant{
		models.ContactObject: f.Constants.Contact, models.AccountObject: f.Constants.Account,
	} {
		read, err := constantsOf(list)
		if err != nil {
			return nil, err
		}
		out[object] = Object{Mappings: out[object].Mappings, Constants: read}
	}
	return out, nil
}

func mappingsOf(list []column) ([]models.FieldMappingInput, error) {
	var out []models.FieldMappingInput
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
		out = append(out, models.FieldMappingInput{Desk: c.Desk, Salesforce: c.Salesforce, Rule: &rule, Values: c.Values})
	}
	return out, nil
}

func constantsOf(list []constant) ([]models.ConstantInput, error) {
	out := []models.ConstantInput{}
	for _, c := range list {
		if !slices.Contains(models.Sides, c.Side) {
			return nil, models.Errorf(
				models.CodeBadUserInput, "the mapping file names a side that does not exist, for the constant of the field %q", c.Field,
			)
		}
		out = append(out, models.ConstantInput(c))
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
