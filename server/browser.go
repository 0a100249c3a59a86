package server

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"

	"sidelight/models"
)

// A consent at a vendor is tied to the browser in which an admin began it, by a cookie of its own:
// an address that somebody else was sent cannot make them finish it.

// consentCookie is the name of the cookie of one consent, by its state.
func consentCookie(state string) string { return "sidelight_connect_" + state[:min(len(state), 12)] }

type answerKey struct{}

// withAnswer lets what answers a request set a cookie. A WebSocket's answer has no header any more.
func withAnswer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			r = r.WithContext(context.WithValue(r.Context(), answerKey{}, w))
		}
		next.ServeHTTP(w, r)
	})
}

// bindBrowser ties the state to the browser that is being answered, and says by what it is known
// again.
func (c *connector) bindBrowser(ctx context.Context, state string) (hashed []byte, err error) {
	w, ok := ctx.Value(answerKey{}).(http.ResponseWriter)
	if !ok {
		return nil, models.Errorf(models.CodeBadUserInput, "begin to connect by a POST request: the consent belongs to the browser that begins it")
	}
	value := random()
	//nolint:gosec // Secure follows from the address; all are set
	http.SetCookie(w, &http.Cookie{Name: consentCookie(state), Value: value, Path: "/connect", MaxAge: int(consentTTL.Seconds()), HttpOnly: true,
		Secure: strings.HasPrefix(c.url(), "https:"), SameSite: http.SameSiteLaxMode})
	return hash(value), nil
}

// sameBrowser tells whether the browser that comes back with the state is the one that was tied to
// it.
func sameBrowser(r *http.Request, state string, hashed []byte) bool {
	c, err := r.Cookie(consentCookie(state))
	return err == nil && subtle.ConstantTimeCompare(hash(c.Value), hashed) == 1
}
