package models

import "math"

// SideCosts are what something costs: API credits of Zoho Desk, and API calls to Salesforce.
type SideCosts struct{ Desk, Salesforce float64 }

func (c SideCosts) plus(times float64, d SideCosts) SideCosts {
	return SideCosts{Desk: c.Desk + times*d.Desk, Salesforce: c.Salesforce + times*d.Salesforce}
}

// CallCosts are what the steps of the sync cost.
type CallCosts struct {
	// DeskEdit is one edit in Zoho Desk and its way to Salesforce; SalesforceEdit the other way.
	// Edits that come together cost less, and so does one of Desk's whose change event comes after
	// the answer to our write: two calls to Salesforce in place of four.
	DeskEdit, SalesforceEdit SideCosts
	// Poll asks both sides what changed of both objects, where nothing did.
	Poll SideCosts
	// Hour is what an hour costs besides: whether the organization is the same and at the same
	// time, profiles, the webhook, deletions, tokens, descriptions.
	Hour SideCosts
	// ComparePage is a page of the daily compare.
	ComparePage SideCosts
	// DeskPage and SalesforcePage are how many records such a page has. A page of Desk's costs a
	// credit more for each DeskDeeper records before it.
	DeskPage, SalesforcePage, DeskDeeper int
}

// CountedCosts are the costs as they were counted between the simulators. The bench's test holds
// edits and polls against a running sync; an hour is what a quiet day of the engine's own test
// costs without its polls, with four looks at the webhook and six at the profiles.
var CountedCosts = CallCosts{
	DeskEdit: SideCosts{Desk: 1, Salesforce: 4}, SalesforceEdit: SideCosts{Desk: 2, Salesforce: 1},
	Poll: SideCosts{Desk: 12, Salesforce: 2}, Hour: SideCosts{Desk: 35, Salesforce: 17},
	ComparePage: SideCosts{Desk: 3, Salesforce: 1}, DeskPage: 49, SalesforcePage: 2000, DeskDeeper: 500,
}

// SyncSize is what a day of the sync is about.
type SyncSize struct {
	// Contacts and Accounts are on each side.
	Contacts, Accounts int
	// Changed is the share of them that is changed in a day, half on each side.
	Changed float64
	// Polls is how often a day both sides are asked for changes.
	Polls int
}

// Day is what a day costs without a compare.
func (c CallCosts) Day(s SyncSize) SideCosts {
	edits := float64(s.Contacts+s.Accounts) * s.Changed / 2
	return SideCosts{}.plus(edits, c.DeskEdit).plus(edits, c.SalesforceEdit).
		plus(float64(s.Polls), c.Poll).plus(24, c.Hour)
}

// Compare is what comparing everything once costs.
func (c CallCosts) Compare(s SyncSize) (out SideCosts) {
	for _, records := range []int{s.Contacts, s.Accounts} {
		pages := math.Ceil(float64(records) / float64(c.DeskPage))
		out.Desk += pages * (c.ComparePage.Desk + float64(records)/2/float64(c.DeskDeeper))
		out.Salesforce += math.Ceil(float64(records)/float64(c.SalesforcePage)) * c.ComparePage.Salesforce
	}
	return out
}

// APIPlan is an edition of a vendor, and what it gives in a day.
type APIPlan struct {
	Side Side
	Name string
	// Base is what the organization has, Each what every agent or licence adds.
	Base, Each int
	// Pushes tells that the vendor tells of changes by itself in this edition.
	Pushes bool
}

// APIPlans are the editions, the smallest first (the vendors' pages on API limits).
var APIPlans = []APIPlan{
	{Desk, "Free", 5_000, 0, false},
	{Desk, "Express", 25_000, 100, false},
	{Desk, "Professional", 75_000, 500, true},
	{Desk, "Enterprise", 100_000, 1_000, true},
	{Salesforce, "Developer", 15_000, 0, true},
	{Salesforce, "Professional or Enterprise", 100_000, 1_000, true},
	{Salesforce, "Unlimited", 100_000, 5_000, true},
}

// For is what the sync may use in a day, where so many people have a licence and a share, from 0 to
// 1, is kept for agents.
func (p APIPlan) For(people int, kept float64) float64 {
	return float64(p.Base+p.Each*people) * (1 - kept)
}

// Of is the side's part of costs.
func (p APIPlan) Of(c SideCosts) float64 {
	if p.Side == Desk {
		return c.Desk
	}
	return c.Salesforce
}
