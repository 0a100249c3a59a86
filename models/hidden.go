package models

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// relatedTypes are the API's types of the sections' records.
var relatedTypes = map[Need]string{
	NeedOpportunities: "Opportunity", NeedNotes: "Note", NeedEvents: "Event", NeedTasks: "Task",
}

// HiddenOf are those of the hidden fields (Type.field) that concern the section's records: its own,
// and those of the users that they show.
func (n Need) HiddenOf(hidden []string) []string {
	var out []string
	for _, h := range hidden {
		if on, _, _ := strings.Cut(h, "."); on == relatedTypes[n] || on == "User" {
			out = append(out, h)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Without names the section as it is read for a caller from whom fields are hidden: read so, it is
// not the section that others see. Where nothing of it is hidden, that is the section itself.
func (n Need) Without(hidden []string) Need {
	list := n.HiddenOf(hidden)
	if len(list) == 0 {
		return n
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(list, "\n"))) // never fails
	return n + Need(fmt.Sprintf("~%016x", h.Sum64()))
}
