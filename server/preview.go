package server

import (
	"time"

	"sidelight/models"
)

// previewTTL is how long an admin looks at a profile's card with one token.
const previewTTL = 10 * time.Minute

// previewSubject begins the subject of an admin who looks as a profile does.
const previewSubject = "view-as:"

// preview signs a token that sees what agents of a profile see. It ends with the admin's own
// sign-in.
func (s *Server) preview(v *models.Viewer, profileID string) (token string, expires time.Time, err error) {
	if profile := s.policy.Profile(profileID); profile == nil || profile.ID != profileID {
		err := models.Errorf(models.CodeNotFound, "there is no profile with this id")
		err.Fields = []string{"profileId"}
		return "", time.Time{}, err
	}
	return s.issuer.Issue(TokenRequest{Subject: previewSubject + v.Subject, Scope: models.ScopeAgent, ProfileID: profileID, Session: v.SignInID, TTL: previewTTL})
}
