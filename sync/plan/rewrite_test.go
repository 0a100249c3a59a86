package plan_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/plan"
)

// writes are entries of the journal about Salesforce's title, "old>new" each, a minute apart and
// the last one a minute ago.
func writes(changes ...[2]string) []models.Change {
	var out []models.Change
	for i, c := range changes {
		out = append(out, models.Change{LinkID: "1", Side: salesforce, Field: "Title", Old: models.Text(c[0]), New: models.Text(c[1]), At: now.Add(-time.Duration(len(changes)-i) * time.Minute)})
	}
	return out
}

func repeat(n int, c [2]string) (out [][2]string) {
	for range n {
		out = append(out, c)
	}
	return out
}

func TestAFieldThatAnAutomationRewritesRests(t *testing.T) {
	loud := [2]string{"quiet", "loud"} // our write; an automation makes it quiet again each time
	rests := []string{"fail field Title of DESK REWRITTEN_BY_AUTOMATION", "resting Title on SALESFORCE", "resolved"}
	again := []string{"UPDATE SALESFORCE s1 Title=loud"}
	elsewhere := func(change func(*models.Change)) []models.Change {
		out := writes(repeat(3, loud)...)
		for i := range out {
			change(&out[i])
		}
		return out
	}
	many := func(n int) []models.Change { // each time another value, replaced each time
		var out [][2]string
		for i := range n {
			out = append(out, [2]string{"was" + string(rune('a'+i)), "new" + string(rune('a'+i))})
		}
		return writes(out...)
	}
	for name, c := range map[string]struct {
		written []models.Change
		options []option
		want    []string
	}{
		"three times":             {writes(repeat(3, loud)...), nil, rests},
		"twice":                   {writes(repeat(2, loud)...), nil, again},
		"never":                   {nil, nil, again},
		"other values replaced":   {writes([2]string{"a", "loud"}, [2]string{"b", "loud"}, [2]string{"c", "soft"}), nil, again},
		"our value stayed":        {writes([2]string{"quiet", "loud"}, [2]string{"loud", "soft"}, [2]string{"soft", "loud"}), nil, again},
		"a dozen of any value":    {many(12), nil, rests},
		"eleven of any value":     {many(11), nil, again},
		"of another field":        {elsewhere(func(c *models.Change) { c.Field = "LastName" }), nil, again},
		"on the other side":       {elsewhere(func(c *models.Change) { c.Side = desk }), nil, again},
		"before an admin retried": {writes(repeat(3, loud)...), []option{func(s *models.LinkState) { s.RetriedAt = ptr(now) }}, again},
		"since an admin retried":  {writes(repeat(3, loud)...), []option{func(s *models.LinkState) { s.RetriedAt = ptr(now.Add(-time.Hour)) }}, rests},
		"as one was written":      {writes(repeat(3, loud)...), []option{func(s *models.LinkState) { s.RetriedAt = ptr(now.Add(-3 * time.Minute)) }}, again},
		"it rests already":        {nil, []option{func(s *models.LinkState) { s.Resting = models.Rests{resting("Title", "loud")} }}, []string{"resting Title on SALESFORCE", "keeps Title", "resolved"}},
	} {
		t.Run(name, func(t *testing.T) {
			link := pair("1", "title=loud", "Title=quiet", append([]option{was("", "Title=loud")}, c.options...)...)
			link.BaseDesk = values("title=older")
			link.BaseSalesforce = values("Title=quiet")
			f := facts()
			f.Written = map[string][]models.Change{"1": c.written}
			plans(t, planner(), []models.LinkState{link}, f, map[string][]string{"1": c.want})
		})
	}
}

// resting is a field of Salesforce that rests with the value that it was sent.
func resting(field, sent string) models.Rest {
	return models.Rest{Field: field, Side: salesforce, Sent: models.Text(sent), Code: models.CodePingPong}
}

func TestARestingFieldLeavesTheOthersAloneAndIsNamedAsItsSideCallsIt(t *testing.T) {
	link := pair("1", "title=loud lastName=New", "Title=quiet LastName=Old", agreed("title=x lastName=Old", "Title=quiet LastName=Old"))
	f := facts()
	f.Written = map[string][]models.Change{"1": writes(repeat(3, [2]string{"quiet", "loud"})...)}
	for label, want := range map[string]string{
		"Job": "Salesforce changes Job again after each of our writes: it is left alone",
		"":    "Salesforce changes Title again after each of our writes: it is left alone",
	} {
		p := planner(func(p *plan.Planner) { p.Mappings[2].Salesforce.Label = label })
		made := plans(t, p, []models.LinkState{link}, f,
			map[string][]string{"1": {"UPDATE SALESFORCE s1 LastName=New", "fail field Title of DESK REWRITTEN_BY_AUTOMATION", "resting Title on SALESFORCE"}})[0]
		if made.Failures[0].Message != want {
			t.Errorf("%q", made.Failures[0].Message)
		}
		if rest := made.Link.Resting[0]; rest.Sent != models.Text("loud") || rest.Code != models.CodePingPong {
			t.Errorf("%+v", rest)
		}
	}
}

// refused is a field of Salesforce that rests because the value was refused, or not kept whole.
func refused(field, sent string) models.Rest {
	return models.Rest{Field: field, Side: salesforce, Sent: models.Text(sent), Code: models.CodeValueTooLong}
}

func TestAFieldRestsOnlyWhileWhatWasSentIsWhatIsOwed(t *testing.T) {
	differs := pair("1", "title=loud", "Title=quiet", agreed("title=x", "Title=quiet"))
	rests := []string{"resting Title on SALESFORCE", "keeps Title", "resolved"}
	for name, c := range map[string]struct {
		change func(*plan.Planner)
		link   models.LinkState
		rest   models.Rest
		want   []string
	}{
		"the same is owed":        {nil, differs, refused("Title", "loud"), rests},
		"another value is owed":   {nil, differs, refused("Title", "older"), []string{"UPDATE SALESFORCE s1 Title=loud"}},
		"an automation rewrites":  {nil, differs, resting("Title", "older"), rests},
		"both sides agree":        {nil, pair("1", "title=same", "Title=same", agreed("title=x", "Title=y")), refused("Title", "same"), []string{"resolved"}},
		"it is off":               {func(p *plan.Planner) { p.Mappings[2].Rule = models.RuleOff }, differs, refused("Title", "loud"), []string{"resolved"}},
		"it is off, and not read": {func(p *plan.Planner) { p.Mappings[2].Rule = models.RuleOff }, pair("1", "lastName=A", "LastName=A", was("", "")), refused("Title", "loud"), []string{"resolved"}},
		"it is not read":          {nil, pair("1", "lastName=A", "LastName=A", was("", "")), refused("Title", "loud"), []string{"resting Title on SALESFORCE", "resolved"}},
		"it is not mapped":        {func(p *plan.Planner) { p.Mappings = p.Mappings[:2] }, differs, refused("Title", "loud"), []string{"resolved"}},
		"less was kept":           {nil, pair("1", "title=loud", "Title=lou", was("", "")), refused("Title", "loud"), rests},
		"less of something older": {nil, pair("1", "title=loud", "Title=lou", was("", "")), refused("Title", "older"), []string{"resolved"}},
		"edited on the other":     {nil, pair("1", "title=loud", "Title=new", agreed("title=loud", "Title=quiet")), refused("Title", "loud"), []string{"UPDATE DESK d1 title=new"}},
		"it cannot be converted":  {func(p *plan.Planner) { p.Mappings[2].Salesforce.Length = 2 }, pair("1", "title=loud", "Title=lo", was("", "")), refused("Title", "loud"), []string{"resolved"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, link := planner(), c.link
			if c.change != nil {
				c.change(p)
			}
			link.Resting = models.Rests{c.rest}
			plans(t, p, []models.LinkState{link}, facts(), map[string][]string{"1": c.want})
		})
	}
}
