package desk

import "time"

// binLife is how long a record stays in the recycle bin; then it is gone for good, and nobody is
// told.
const binLife = 60 * 24 * time.Hour

// emptyBin removes what has been in the recycle bin for too long; s.mu is held. Nothing in it is
// older than s.binChecked says, so that most calls look no further.
func (s *Server) emptyBin(now time.Time) error {
	if now.Sub(s.binChecked) < binLife {
		return nil
	}
	oldest := now
	var gone []put
	for _, m := range []*module{s.contacts, s.accounts} {
		for id, r := range m.trashed {
			switch {
			case now.Sub(*r.Trashed) >= binLife:
				gone = append(gone, put{Kind: m.name, ID: id})
			case r.Trashed.Before(oldest):
				oldest = *r.Trashed
			}
		}
	}
	s.binChecked = oldest
	return s.commit(gone...)
}
