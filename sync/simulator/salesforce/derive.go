package salesforce

import (
	"strings"
	"time"

	"sidelight/sync/simulator/soql"
)

// derive fills in the fields that follow from others.
func derive(o *object, values map[string]any) {
	if o.field("FirstName") != nil && o.name != "Name" && (o.name != "Account" || values["IsPersonAccount"] == true) {
		first, _ := values["FirstName"].(string)
		last, _ := values["LastName"].(string)
		values["Name"] = strings.TrimSpace(first + " " + last)
	}
	switch o.name {
	case "Opportunity":
		deriveOpportunity(values)
	case "Task":
		values["IsClosed"] = values["Status"] == "Completed"
		values["IsHighPriority"] = values["Priority"] == "High"
	case "Event":
		deriveEvent(values)
	}
}

func deriveOpportunity(values map[string]any) {
	for _, s := range stages {
		if s.name == values["StageName"] {
			values["IsClosed"], values["IsWon"], values["ForecastCategoryName"] = s.closed, s.won, s.forecast
			if values["Probability"] == nil {
				values["Probability"] = s.probability
			}
		}
	}
	amount, _ := values["Amount"].(float64)
	probability, _ := values["Probability"].(float64)
	values["ExpectedRevenue"] = nil
	if values["Amount"] != nil {
		values["ExpectedRevenue"] = amount * probability / 100
	}
}

// deriveEvent keeps the start, the end, the duration and the day of an event in step.
func deriveEvent(values map[string]any) {
	at := func(name string) (time.Time, bool) {
		text, _ := values[name].(string)
		t, err := time.Parse(soql.DateTimeLayout, text)
		return t, err == nil
	}
	start, started := at("StartDateTime")
	if !started {
		if start, started = at("ActivityDateTime"); !started {
			return
		}
		values["StartDateTime"] = moment(start)
	}
	end, ended := at("EndDateTime")
	if minutes, known := values["DurationInMinutes"].(float64); !ended && known {
		end, ended = start.Add(time.Duration(minutes)*time.Minute), true
		values["EndDateTime"] = moment(end)
	}
	if ended {
		values["DurationInMinutes"] = end.Sub(start).Minutes()
		if values["IsAllDayEvent"] == true {
			values["DurationInMinutes"] = end.Sub(start).Minutes() + 24*60
		}
	}
	values["ActivityDateTime"] = moment(start)
	values["ActivityDate"] = start.Format(time.DateOnly)
}
