package execute

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"sidelight/internal/id"
	"sidelight/models"
)

// narrowingCalls bounds how many calls one batch may cost to find the fields that refusals are
// about which name none, and callsOfOne how many of them are for one record.
const (
	bisectionCalls = 32
	callsOfOne     = 12
)

// ofOneField are the codes of refusals that one field alone can cause.
var ofOneField = []models.Code{
	models.CodeInvalidParameter, models.CodeInvalidPicklist, models.CodeValueTooLong, models.CodeTypeMismatch,
	models.CodeReadOnly, models.CodeRequiredFieldMissing, models.CodeParameterMissing, models.CodeParentMissing,
	models.CodeNoAccess, models.CodeDuplicate,
}

// namedFields are the fields of the intent that a refusal names, and without which the rest can be
// sent.
func (w *writer) namedFields(in models.Intent, err *models.Error) []string {
	if !slices.Contains(ofOneField, err.Code) || (err.Code == models.CodeDuplicate && in.Op == models.OpCreate) {
		return nil // without its unique value a new record would be a duplicate of what refused it
	}
	var names []string
	for name := range in.Values {
		if slices.ContainsFunc(err.Fields, func(named string) bool { return strings.EqualFold(named, name) }) {
			names = append(names, name)
		}
	}
	if w.isAlone(in, err) {
		names = slices.Collect(maps.Keys(in.Values))
	}
	slices.Sort(names)
	if in.Op == models.OpCreate && slices.Contains(names, in.Object.NameField(w.side)) {
		return nil
	}
	return names
}

// isAlone tells whether a refusal that names no field can be about one alone: the update has no
// other. Where the account is missing or access to the record is, the field is not at fault.
func (w *writer) isAlone(in models.Intent, err *models.Error) bool {
	return in.Op == models.OpUpdate && len(in.Values) == 1 && len(err.Fields) == 0 &&
		err.Code != models.CodeParentMissing && err.Code != models.CodeNoAccess && err.Code != models.CodeDuplicate
}

// namesAnother tells whether a refusal of a reference names one that is not the account: a record
// type.
func (w *writer) namesAnother(in models.Intent, err *models.Error) bool {
	names := w.namedFields(in, err)
	return len(names) > 0 && !slices.Contains(names, in.Object.ParentField(w.side))
}

// withoutFields lets the fields rest that were refused, and sends the others at once.
func (w *writer) withoutFields(
	ctx context.Context, in models.Intent, names []string, err *models.Error,
) models.IntentResult {
	r := models.IntentResult{Intent: in, State: models.IntentFailed}
	for _, name := range names {
		one := *err
		one.Fields = []string{name}
		w.rest(ctx, &r, in, &one)
	}
	if rest := w.only(ctx, in, func(name string) bool { return !slices.Contains(names, name) }); len(rest.Values) > 0 {
		r.State, r.Instead = models.IntentCancelled, &rest
	}
	return r
}

// rest adds to the result that a field of the intent rests, and its failure. The error names the
// field.
func (w *writer) rest(ctx context.Context, r *models.IntentResult, in models.Intent, err *models.Error) {
	failure := w.refused(in, err).Failures[0]
	if field := w.mappedAs(ctx, in.Object, err.Fields[0]); field != "" {
		failure.Field = field
		r.Resting = r.Resting.With(models.Rest{Field: field, Side: w.side, Sent: in.Values[err.Fields[0]], Code: err.Code})
	}
	r.Failures = append(r.Failures, failure)
}

// mappedAs is the mapping's name of a field of the side, or that of a constant; "" when it is
// neither any more.
func (w *writer) mappedAs(ctx context.Context, object models.SyncObject, name string) string {
	mappings, err := w.mappings(ctx, object)
	if err != nil {
		return ""
	}
	for _, m := range mappings {
		if m.Field(w.side).Name == name {
			return m.Name()
		}
	}
	constants, err := w.constants(ctx, object)
	if err != nil {
		return ""
	}
	for _, c := range constants {
		if c.Side == w.side && c.Name == name {
			return c.Name
		}
	}
	return ""
}

// only is a new intent with some of an intent's fields.
func (w *writer) only(ctx context.Context, in models.Intent, keep func(name string) bool) models.Intent {
	out := in
	out.ID, out.State, out.Attempts, out.LastCode = id.New(), models.IntentPending, 0, ""
	out.Owner, out.Fence, out.LeaseUntil, out.NextAt = "", 0, nil, nil
	out.Values, out.Before, out.Source = models.Values{}, models.Values{}, in.Source.Clone()
	mappings, err := w.mappings(ctx, in.Object)
	if err != nil {
		return out
	}
	for name, v := range in.Values {
		if keep(name) {
			out.Values[name] = v
			if was, known := in.Before[name]; known {
				out.Before[name] = was
			}
		}
	}
	for _, m := range mappings {
		if _, kept := out.Values[m.Field(w.side).Name]; !kept {
			delete(out.Source, m.Field(w.side.Other()).Name)
		}
	}
	return out
}

// namesNoField tells whether an update of several fields was refused for good, and nobody said
// which of them is at fault.
func (w *writer) namesNoField(in models.Intent, r models.IntentResult, refusal *models.Error) bool {
	return in.Op == models.OpUpdate && r.State == models.IntentFailed && refusal != nil && len(in.Values) > 1 &&
		slices.Contains(ofOneField, refusal.Code) &&
		len(w.namedFields(in, refusal)) == 0
}

// bisectFields finds the fields that a refusal is about which names none: the fields of the update
// are sent again in halves, as far as the calls go. What passes is done; what is refused alone
// rests. false where nothing passed: then the refusal is the record's.
func (w *writer) bisectFields(
	ctx, call context.Context, in models.Intent, refusal *models.Error,
) (models.IntentResult, bool) {
	names := slices.Sorted(maps.Keys(in.Values))
	queue := halves(names)
	var kept []string
	returned, last := models.Values{}, time.Time{}
	refused := map[string]*models.Error{}
	for calls := 0; len(queue) > 0; calls++ {
		if calls == callsOfOne || w.bisections.Add(1) > bisectionCalls {
			break
		}
		part := queue[0]
		queue = queue[1:]
		values := models.Values{}
		for _, name := range part {
			values[name] = in.Values[name]
		}
		answers, err := w.remote.Write(
			call, in.Object, []models.Write{{Op: models.OpUpdate, ID: in.RecordID, LinkID: in.LinkID, Values: values}},
		)
		if err != nil || len(answers) != 1 || (answers[0].Err != nil && !slices.Contains(ofOneField, answers[0].Err.Code)) {
			// What passed already is found equal by the next planning.
			return models.IntentResult{}, false
		}
		switch a := answers[0]; {
		case a.Err == nil:
			kept = append(kept, part...)
			maps.Copy(returned, a.Returned)
			if a.ModifiedAt.After(last) {
				last = a.ModifiedAt
			}
		case len(part) == 1:
			refused[part[0]] = a.Err
		default:
			queue = append(queue, halves(part)...)
		}
	}
	if len(kept) == 0 {
		return models.IntentResult{}, false
	}
	for _, part := range queue { // not found within the bound: each of these may be the one
		for _, name := range part {
			refused[name] = refusal
		}
	}
	through := w.only(ctx, in, func(name string) bool { return slices.Contains(kept, name) })
	through.ID, through.Fence, through.Owner = in.ID, in.Fence, in.Owner
	r := w.done(ctx, through, models.WriteResult{ID: in.RecordID, Returned: returned, ModifiedAt: last})
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		one := *refused[name]
		one.Fields = []string{name}
		w.rest(ctx, &r, in, &one)
	}
	return r, true
}

func halves(names []string) [][]string {
	middle := len(names) / 2
	return [][]string{names[:middle], names[middle:]}
}

// leastCreate is a create that was refused without a named field, with only what identifies the
// record: the other fields follow as an update, which finds the one that is refused. Constants come
// with it, because they are written at no other time; where that is refused too, they are left out
// and fail. false where there is nothing to leave out.
func (w *writer) leastCreate(ctx context.Context, in models.Intent, err *models.Error) (models.IntentResult, bool) {
	if in.Op != models.OpCreate || !slices.Contains(ofOneField, err.Code) || err.Code == models.CodeDuplicate {
		return models.IntentResult{}, false
	}
	identifies := []string{in.Object.NameField(w.side), in.Object.MatchField(w.side), in.Object.ParentField(w.side)}
	mapped, readErr := w.written(ctx, in.Object)
	if readErr != nil {
		return models.IntentResult{}, false
	}
	isConstant := func(name string) bool { _, is := mapped[name]; return !is }
	least := w.only(ctx, in, func(name string) bool { return slices.Contains(identifies, name) || isConstant(name) })
	r := models.IntentResult{Intent: in, State: models.IntentCancelled}
	if len(least.Values) == len(in.Values) {
		least = w.only(ctx, in, func(name string) bool { return slices.Contains(identifies, name) })
		for _, name := range slices.Sorted(maps.Keys(in.Values)) {
			if one := *err; !slices.Contains(identifies, name) {
				one.Fields = []string{name}
				w.rest(ctx, &r, in, &one)
			}
		}
	}
	if len(least.Values) == len(in.Values) || least.Values[in.Object.NameField(w.side)].IsBlank() {
		return models.IntentResult{}, false
	}
	r.Instead = &least
	return r, true
}
