package models

// ActivityDay is what the sync did on one day of UTC. Calls are the most that the side had counted
// on that day, nil where it told nothing.
type ActivityDay struct {
	Day             Date
	Changed         int
	Failed          int
	DeskCalls       *int
	SalesforceCalls *int
}

// FieldSample are some values of a field, as people read them.
type FieldSample struct {
	Field  string
	Values []string
}
