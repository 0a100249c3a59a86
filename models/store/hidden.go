package store

import (
	"slices"
	"strings"

	"gorm.io/gorm/clause"

	"sidelight/models"
)

// shownColumn is a column of related records, with the fields of the API of which each, where it is
// hidden, hides the column.
type shownColumn struct {
	name   string
	fields []string
}

// relatedColumns are the columns of related records that the API shows, by type.
var relatedColumns = map[models.Need][]shownColumn{
	models.NeedOpportunities: {
		{"name", []string{"Opportunity.name"}}, {"stage", []string{"Opportunity.stage"}}, {"amount", []string{"Opportunity.amount"}}, {"currency", []string{"Opportunity.currency"}},
		{"probability", []string{"Opportunity.probability"}}, {"close_date", []string{"Opportunity.closeDate"}}, {"open", []string{"Opportunity.open"}}, {"won", []string{"Opportunity.won"}},
		{"owner_id", []string{"Opportunity.owner", "User.id"}}, {"owner_name", []string{"Opportunity.owner", "User.name"}}, {"owner_email", []string{"Opportunity.owner", "User.email"}},
		{"account_id", []string{"Opportunity.account"}}, {"updated_at", []string{"Opportunity.updatedAt"}},
	},
	models.NeedNotes: {
		{"title", []string{"Note.title"}}, {"body", []string{"Note.body"}}, {"created_by_id", []string{"Note.createdBy", "User.id"}}, {"created_by_name", []string{"Note.createdBy", "User.name"}},
		{"created_at", []string{"Note.createdAt"}}, {"updated_at", []string{"Note.updatedAt"}},
	},
	models.NeedEvents: {
		{"subject", []string{"Event.subject"}}, {"starts_at", []string{"Event.startsAt"}}, {"ends_at", []string{"Event.endsAt"}}, {"all_day", []string{"Event.allDay"}},
		{"location", []string{"Event.location"}}, {"description", []string{"Event.description"}}, {"owner_id", []string{"Event.owner", "User.id"}}, {"owner_name", []string{"Event.owner", "User.name"}},
	},
	models.NeedTasks: {
		{"subject", []string{"Task.subject"}}, {"status", []string{"Task.status"}}, {"priority", []string{"Task.priority"}}, {"due_date", []string{"Task.dueDate"}}, {"open", []string{"Task.open"}},
		{"description", []string{"Task.description"}}, {"owner_id", []string{"Task.owner", "User.id"}}, {"owner_name", []string{"Task.owner", "User.name"}},
	},
}

// shown are the section's columns that are not hidden.
func shown(section models.Need, hidden []string) []string {
	var out []string
	for _, c := range relatedColumns[section] {
		if !slices.ContainsFunc(c.fields, func(f string) bool { return slices.Contains(hidden, f) }) {
			out = append(out, c.name)
		}
	}
	return out
}

// selected are the section's columns to read; keys are those that tell whose the rows are.
func selected(section models.Need, hidden []string, prefix string, keys ...string) string {
	columns := append(append([]string{"id"}, keys...), shown(section, hidden)...)
	for i, c := range columns {
		columns[i] = prefix + "`" + c + "`"
	}
	return strings.Join(columns, ", ")
}

// replaceShown replaces of the rows that are there already only what was read.
func replaceShown(section models.Need, hidden []string) clause.OnConflict {
	if len(section.HiddenOf(hidden)) == 0 {
		return replace
	}
	return clause.OnConflict{DoUpdates: clause.AssignmentColumns(append(shown(section, hidden), "as_of"))}
}

// open leaves out of the keyset what is hidden, and answers which of the row's values are left. Of
// one customer's rows no index has the order that is left: they are sorted, and the database is
// kept from walking those of all customers in the order of their ids.
func (k keyset) open(hidden []string) (keyset, func([]any) []any) {
	out, kept := keyset{name: k.name, customers: k.customers}, []int{}
	for i, c := range k.columns {
		if c.field != "" && slices.Contains(hidden, c.field) {
			out.name += "-" + c.field
			continue
		}
		out.columns, kept = append(out.columns, c), append(kept, i)
	}
	if k.customers && len(kept) < len(k.columns) {
		for i := range out.columns {
			out.columns[i].sql = withoutIndex(out.columns[i].sql, true)
		}
	}
	return out, func(values []any) []any {
		of := make([]any, len(kept))
		for i, n := range kept {
			of[i] = values[n]
		}
		return of
	}
}
