package soql

import (
	"slices"
	"strings"
	"time"
)

var namedPeriods = []string{"YESTERDAY", "TODAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS",
	"LAST_WEEK", "THIS_WEEK", "NEXT_WEEK", "LAST_MONTH", "THIS_MONTH", "NEXT_MONTH",
	"LAST_QUARTER", "THIS_QUARTER", "NEXT_QUARTER", "LAST_YEAR", "THIS_YEAR", "NEXT_YEAR"}

var countedPeriods = []string{"LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO", "LAST_N_WEEKS", "NEXT_N_WEEKS", "N_WEEKS_AGO",
	"LAST_N_MONTHS", "NEXT_N_MONTHS", "N_MONTHS_AGO", "LAST_N_QUARTERS", "NEXT_N_QUARTERS", "N_QUARTERS_AGO",
	"LAST_N_YEARS", "NEXT_N_YEARS", "N_YEARS_AGO"}

func countedPeriod(text string) bool { return slices.Contains(countedPeriods, strings.ToUpper(text)) }

func isPeriod(text string) bool {
	return countedPeriod(text) || slices.Contains(namedPeriods, strings.ToUpper(text))
}

// period turns a date literal into the days [from, to) it means at the moment now, in UTC, where a
// week begins on Sunday. Source: the vendor's "Date Formats and Date Literals".
func period(name string, n int, now time.Time) (from, to time.Time) {
	now = now.UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch name {
	case "YESTERDAY":
		return today.AddDate(0, 0, -1), today
	case "TODAY":
		return today, today.AddDate(0, 0, 1)
	case "TOMORROW":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, 2)
	case "LAST_90_DAYS":
		return today.AddDate(0, 0, -90), today.AddDate(0, 0, 1)
	case "NEXT_90_DAYS":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, 91)
	case "LAST_N_DAYS":
		return today.AddDate(0, 0, -n), today.AddDate(0, 0, 1)
	case "NEXT_N_DAYS":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, n+1)
	}
	start, step := unit(name, today)
	switch {
	case strings.HasPrefix(name, "THIS_"):
		return start, step(start, 1)
	case strings.HasPrefix(name, "LAST_N_"):
		return step(start, -n), start
	case strings.HasPrefix(name, "NEXT_N_"):
		return step(start, 1), step(start, n+1)
	case strings.HasPrefix(name, "LAST_"):
		return step(start, -1), start
	case strings.HasPrefix(name, "NEXT_"):
		return step(start, 1), step(start, 2)
	}
	return step(start, -n), step(start, 1-n) // N_…_AGO
}

// unit is the calendar unit a literal counts in: where the current one starts, and how to step by n
// of them.
func unit(name string, today time.Time) (time.Time, func(time.Time, int) time.Time) {
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	switch {
	case strings.Contains(name, "WEEK"):
		return today.AddDate(0, 0, -int(today.Weekday())), func(t time.Time, n int) time.Time { return t.AddDate(0, 0, 7*n) }
	case strings.Contains(name, "MONTH"):
		return month, func(t time.Time, n int) time.Time { return t.AddDate(0, n, 0) }
	case strings.Contains(name, "QUARTER"):
		return month.AddDate(0, -((int(today.Month()) - 1) % 3), 0), func(t time.Time, n int) time.Time { return t.AddDate(0, 3*n, 0) }
	case strings.Contains(name, "YEAR"):
		return time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC), func(t time.Time, n int) time.Time { return t.AddDate(n, 0, 0) }
	}
	return today, func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) } // N_DAYS_AGO
}
