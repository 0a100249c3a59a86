package compare

import (
	"hash/fnv"
	"slices"
	"time"

	"sidelight/models"
)

// only are the values of data whose fields were seen.
func only(data, seen models.Values) models.Values {
	out := make(models.Values, len(seen))
	for name := range seen {
		if v, held := data[name]; held {
			out[name] = v
		}
	}
	return out
}

func differing(data, seen models.Values) []string {
	var out []string
	for name, v := range seen {
		if was, held := data[name]; !held || was != v {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// span is a range of records as one figure: how many, and the sum of their hashes.
type span struct {
	count int
	sum   uint64
}

func (s *span) add(id string, at time.Time, values models.Values) {
	s.count++
	s.sum += hashOf(id, at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano))
	for name, v := range values {
		s.sum += hashOf(id, name, v.String())
	}
}

func hashOf(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// fingerprints is a set of ids in eight bytes each.
type fingerprints struct{ list []uint64 }

func (f *fingerprints) add(id string) { f.list = append(f.list, hashOf(id)) }
func (f *fingerprints) sort()         { slices.Sort(f.list) }
func (f *fingerprints) has(id string) bool {
	_, found := slices.BinarySearch(f.list, hashOf(id))
	return found
}
