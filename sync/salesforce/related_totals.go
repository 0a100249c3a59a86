package salesforce

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"sidelight/models"
)

// totalQuery counts a part of one cut section.
type totalQuery struct {
	section   models.Need
	reference string
	soql      string
}

// relatedTotals counts the sections that have more records than a card reads, and adds
// opportunities up, in one more composite call: it takes five queries, and the card's has them all.
// A section that is not counted is absent: then the card says that there are more. Notes are of two
// kinds that no query counts together.
func (c *Client) relatedTotals(ctx context.Context, q models.RelatedRequest, cut []models.Need) map[models.Need]*models.SectionTotals {
	queries := c.totalQueries(ctx, q, cut)
	if len(queries) == 0 {
		return nil
	}
	sent := make([]subquery, len(queries))
	for i, one := range queries {
		sent[i] = subquery{reference: one.reference, soql: one.soql}
	}
	answers, err := c.composite(ctx, sent, true)
	if err != nil {
		return nil
	}
	out, failed := map[models.Need]*models.SectionTotals{}, map[models.Need]bool{}
	for _, one := range queries {
		rows, err := answers.rows(one.reference)
		if err != nil {
			failed[one.section] = true
			continue
		}
		totals := out[one.section]
		if totals == nil {
			totals = &models.SectionTotals{}
			out[one.section] = totals
		}
		if one.section == models.NeedOpportunities {
			totals.AccountID = q.AccountID
		}
		for _, r := range rows {
			part := models.SectionTotal{Open: not(r.flag("IsClosed")), Currency: r.ptr("CurrencyIsoCode")}
			part.Count, _ = strconv.Atoi(r.text("total"))
			part.Amount = sum(r.text("amount"))
			totals.Parts = append(totals.Parts, part)
		}
	}
	for section := range failed {
		delete(out, section)
	}
	return out
}

func (c *Client) totalQueries(ctx context.Context, q models.RelatedRequest, cut []models.Need) []totalQuery {
	var out []totalQuery
	for _, section := range cut {
		switch section {
		case models.NeedOpportunities:
			out = append(out, c.opportunityTotals(ctx, q)...)
		case models.NeedTasks:
			out = append(out, totalQuery{section, "taskTotals", counting(q.Hidden, "Task", "", false) + " FROM Task WHERE " + who(q) + grouping(q.Hidden, "Task", false)})
		case models.NeedEvents:
			out = append(out, totalQuery{section, "eventTotals", "SELECT COUNT(Id) total FROM Event WHERE " + who(q)})
		}
	}
	return out
}

// opportunityTotals count the account's opportunities, and those in which the contact has a role at
// another account: each is counted once.
func (c *Client) opportunityTotals(ctx context.Context, q models.RelatedRequest) []totalQuery {
	columns, err := c.opportunityColumns(ctx)
	if err != nil {
		return nil
	}
	several := strings.HasSuffix(columns, ",CurrencyIsoCode")
	if several && slices.Contains(q.Hidden, "Opportunity.currency") {
		return nil // the vendor would add currencies up that must not be told apart here
	}
	selected, grouped := counting(q.Hidden, "Opportunity", "Opportunity.amount", several), grouping(q.Hidden, "Opportunity", several)
	var out []totalQuery
	if q.AccountID != "" {
		out = append(out, totalQuery{models.NeedOpportunities, "accountTotals", selected + " FROM Opportunity WHERE AccountId = " + quote(q.AccountID) + grouped})
	}
	if q.ContactID != "" {
		where := " FROM Opportunity WHERE Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId = " + quote(q.ContactID) + ")"
		if q.AccountID != "" {
			where += " AND AccountId != " + quote(q.AccountID) // also those without an account
		}
		out = append(out, totalQuery{models.NeedOpportunities, "contactTotals", selected + where + grouped})
	}
	return out
}

// counting is what is selected of a section's totals: no more than the caller may see.
func counting(hidden []string, object, amount string, several bool) string {
	out := "SELECT COUNT(Id) total"
	if amount != "" && !slices.Contains(hidden, amount) {
		out += ",SUM(Amount) amount"
	}
	for _, column := range groupColumns(hidden, object, several) {
		out += "," + column
	}
	return out
}

func grouping(hidden []string, object string, several bool) string {
	out := ""
	for i, column := range groupColumns(hidden, object, several) {
		if i == 0 {
			out = " GROUP BY " + column
			continue
		}
		out += "," + column
	}
	return out
}

// groupColumns are what totals are told apart by.
func groupColumns(hidden []string, object string, several bool) (out []string) {
	if !slices.Contains(hidden, object+".open") {
		out = append(out, "IsClosed")
	}
	if several {
		out = append(out, "CurrencyIsoCode")
	}
	return out
}

// sum is a vendor's sum, which is added up in binary fractions, to the ten-thousandth that amounts
// are kept to; nil for what is no number.
func sum(text string) *models.Decimal {
	d, err := models.ParseDecimal(text)
	if err != nil {
		return nil
	}
	whole, fraction, _ := strings.Cut(d.Rat().FloatString(4), ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		whole += "." + fraction
	}
	rounded := models.Decimal(whole)
	return &rounded
}
