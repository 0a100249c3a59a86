package zohodesk

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"sidelight/models"
)

const (
	// Zoho makes ten access tokens per refresh token in ten minutes and then blocks. One place is
	// left for another replica.
	tokenWindow     = 10 * time.Minute
	tokensPerWindow = 9
	// A token is renewed this long before it ends.
	tokenMargin = time.Minute
	// A refresh runs to its end even if the caller that began it has gone: its token is counted
	// either way.
	refreshTimeout = 30 * time.Second
)

// tokens holds the access token and renews it, one renewal at a time.
type tokens struct {
	mu      sync.Mutex
	access  string
	expires int64 // Unix seconds, 0 for unknown
	renewal singleflight.Group
	issued  []int64 // attempts of the last window, successful or not, Unix seconds
	// refused is the refresh token that Zoho refused, with its answer: it is not tried again before
	// until.
	refused    string
	refusedErr *models.Error
	until      time.Time
}

// token is an access token other than the stale one, which a call was refused with ("" when none
// was).
func (c *Client) token(ctx context.Context, stale string) (string, error) {
	for {
		if t := c.heldToken(stale); t != "" {
			return t, nil
		}
		renewal := c.tokens.renewal.DoChan("", func() (any, error) { return c.renewToken(context.WithoutCancel(ctx), stale) })
		select {
		case <-ctx.Done():
			return "", unavailable(ctx.Err(), "the call was given up while signing in")
		case r := <-renewal:
			if token, _ := r.Val.(string); r.Err != nil || token != stale {
				return token, r.Err
			}
		}
	}
}

// heldToken is the access token of this process, unless it is the stale one or over; "" for none.
func (c *Client) heldToken(stale string) string {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	if t := c.tokens.access; t != stale && !c.expired(c.tokens.expires) {
		return t
	}
	return ""
}

func (c *Client) expired(at int64) bool {
	return at != 0 && c.now().Add(tokenMargin).Unix() >= at
}

// renewToken renews, unless another call has done so in between.
func (c *Client) renewToken(ctx context.Context, stale string) (string, error) {
	if t := c.heldToken(stale); t != "" {
		return t, nil
	}
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	token, expires, err := c.renew(ctx, stale)
	if err != nil {
		return "", err
	}
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	c.tokens.access, c.tokens.expires = token, expires
	return token, nil
}

// renew takes the stored access token if another replica has renewed it, and asks Zoho for one
// otherwise.
func (c *Client) renew(ctx context.Context, stale string) (string, int64, error) {
	if c.cfg.Credentials == nil {
		return "", 0, models.Errorf(models.CodeBadCredentials, "Zoho Desk is not connected")
	}
	creds, err := c.cfg.Credentials(ctx)
	if err != nil {
		return "", 0, err
	}
	if t := creds.AccessToken; t != "" && t != stale && !c.expired(creds.ExpiresAt) {
		return t, creds.ExpiresAt, nil
	}
	if creds.RefreshToken == "" {
		return "", 0, models.Errorf(models.CodeBadCredentials, "Zoho Desk is not connected: there is no refresh token")
	}
	if err := c.mayRefresh(creds.RefreshToken, creds.Issued); err != nil {
		return "", 0, err
	}
	made, err := c.grant(
		ctx, c.accounts, creds, map[string]string{"grant_type": "refresh_token", "refresh_token": creds.RefreshToken},
	)
	if err != nil {
		c.refreshFailed(creds.RefreshToken, err)
		return "", 0, err
	}
	now := c.now()
	creds.AccessToken, creds.ExpiresAt = made.AccessToken, now.Add(made.life()).Unix()
	creds.Issued = append(recentIssues(creds.Issued, now), now.Unix())
	if c.cfg.SaveCredentials != nil {
		if err := c.cfg.SaveCredentials(ctx, creds); err != nil {
			c.log.Warn("the new access token could not be stored; only this process uses it", "code", models.CodeOf(err))
		}
	}
	return creds.AccessToken, creds.ExpiresAt, nil
}

// recentIssues are those of the last window.
func recentIssues(issued []int64, now time.Time) []int64 {
	var out []int64
	for _, at := range issued {
		if age := now.Unix() - at; age >= 0 && age < int64(tokenWindow/time.Second) {
			out = append(out, at)
		}
	}
	return out
}

// mayRefresh keeps the account from being locked out: a refused refresh token is not tried again
// and again, and refreshes stay below the vendor's limit, those of other replicas, which stored
// when they made theirs, included.
func (c *Client) mayRefresh(refreshToken string, stored []int64) error {
	now := c.now()
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	// A clock that was set back since does not prolong the wait.
	if c.tokens.refused == refreshToken && now.Before(c.tokens.until) && !now.Before(c.tokens.until.Add(-tokenWindow)) {
		err := *c.tokens.refusedErr
		if err.Retry {
			err.RetryAfter = c.tokens.until.Sub(now)
		}
		return &err
	}
	c.tokens.issued = recentIssues(c.tokens.issued, now)
	if wait := max(untilRoom(c.tokens.issued, now), untilRoom(recentIssues(stored, now), now)); wait > 0 {
		return &models.Error{Code: models.CodeBusy, Retry: true, RetryAfter: wait,
			Message: "Zoho refused too many access tokens within ten minutes; the next one is asked for later"}
	}
	c.tokens.issued = append(c.tokens.issued, now.Unix())
	return nil
}

// untilRoom is how long to wait until another token may be made.
func untilRoom(issued []int64, now time.Time) time.Duration {
	if len(issued) < tokensPerWindow {
		return 0
	}
	return time.Unix(issued[len(issued)-tokensPerWindow], 0).Add(tokenWindow).Sub(now)
}

func (c *Client) refreshFailed(refreshToken string, err error) {
	code := models.CodeOf(err)
	if code != models.CodeBadCredentials && code != models.CodeBusy {
		return
	}
	var refusal *models.Error
	if !asError(err, &refusal) {
		return
	}
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	c.tokens.refused, c.tokens.refusedErr, c.tokens.until = refreshToken, refusal, c.now().Add(tokenWindow)
}

// forget drops the access token, after a revocation.
func (c *Client) forget() {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	c.tokens.access, c.tokens.expires = "", 0
}
