package zohodesk

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/models"
)

const (
	signatureHeader = "X-ZDesk-JWT"
	maxSignature    = 8 << 10
	// refetch is how often keys and subscriptions are asked for at most because a delivery names unknown ones.
	refetch = 30 * time.Second
	leeway  = 30 * time.Second
	// longestSignature is the most that a delivery's token may still live: a later end is no token of a delivery.
	longestSignature = time.Hour
)

// deliveries is what deliveries are checked against.
type deliveries struct {
	mu      sync.Mutex
	hooks   map[string]bool
	keys    map[string]*rsa.PublicKey
	asked   time.Time
	askedID time.Time
}

func (d *deliveries) know(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hooks == nil {
		d.hooks = map[string]bool{}
	}
	d.hooks[id] = true
}

func (d *deliveries) knows(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hooks[id]
}

// VerifyWebhook checks that a delivery comes from this organization's Desk, for a subscription that exists. The token says nothing of the body, so
// that a delivery is a hint and nothing more. UNAUTHENTICATED when it does not hold.
func (c *Client) VerifyWebhook(ctx context.Context, h http.Header, _ []byte) error {
	refused := func(why string) error {
		return &models.Error{Code: models.CodeUnauthenticated, Message: "the delivery is not signed by Zoho Desk for this organization", Cause: errorText(why)}
	}
	token := h.Get(signatureHeader)
	if token == "" || len(token) > maxSignature {
		return refused("no signature")
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation(), jwt.WithJSONNumber())
	var lookup error
	parsed, err := parser.Parse(token, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		key, err := c.signingKey(ctx, id)
		lookup = err
		return key, err
	})
	if err != nil {
		if models.MayRetry(lookup) {
			return lookup
		}
		return refused("signature")
	}
	claims := parsed.Claims.(jwt.MapClaims)
	if iss, _ := claims["iss"].(string); iss != "orgId:"+c.cfg.OrgID {
		return refused("another organization")
	}
	now := c.clock.at(c.now())
	end, begun := claimTime(claims["exp"]), claimTime(claims["iat"])
	if end.IsZero() || now.After(end.Add(leeway)) || end.After(now.Add(longestSignature)) || begun.After(now.Add(leeway)) {
		return refused("out of time")
	}
	audience, _ := claims["aud"].(string)
	id, ok := strings.CutPrefix(audience, "webhookId:")
	if !ok || !c.knownHook(ctx, id) {
		return refused("unknown subscription")
	}
	return nil
}

type errorText string

func (e errorText) Error() string { return string(e) }

// claimTime reads seconds or milliseconds (facts §3: both are seen); zero when there is none.
func claimTime(v any) time.Time {
	n, ok := v.(json.Number)
	if !ok {
		return time.Time{}
	}
	i, err := n.Int64()
	switch {
	case err != nil || i <= 0:
		return time.Time{}
	case i > 1e11:
		return time.UnixMilli(i)
	}
	return time.Unix(i, 0)
}

// knownHook tells whether the subscription is one of the organization's; another replica may have made it a moment ago.
func (c *Client) knownHook(ctx context.Context, id string) bool {
	if c.deliveries.knows(id) {
		return true
	}
	c.deliveries.mu.Lock()
	now := c.now()
	soon := now.Sub(c.deliveries.askedID) < refetch
	if !soon {
		c.deliveries.askedID = now
	}
	c.deliveries.mu.Unlock()
	if soon {
		return false
	}
	_, err := c.hooks(ctx)
	return err == nil && c.deliveries.knows(id)
}

// signingKey finds Desk's public key; an unknown one is asked for, not too often.
func (c *Client) signingKey(ctx context.Context, id string) (*rsa.PublicKey, error) {
	c.deliveries.mu.Lock()
	defer c.deliveries.mu.Unlock()
	if key := c.deliveries.keys[id]; key != nil {
		return key, nil
	}
	now := c.now()
	if now.Sub(c.deliveries.asked) < refetch {
		return nil, models.Errorf(models.CodeUnauthenticated, "unknown key")
	}
	c.deliveries.asked = now
	keys, err := c.fetchKeys(ctx)
	if err != nil {
		return nil, err
	}
	c.deliveries.keys = keys
	if key := keys[id]; key != nil {
		return key, nil
	}
	return nil, models.Errorf(models.CodeUnauthenticated, "unknown key")
}

func (c *Client) fetchKeys(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+"/.well-known/jwks.json", nil)
	if err != nil {
		return nil, models.Errorf(models.CodeInternal, "the request could not be made")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, unavailable(withoutURL(err), "Zoho Desk's keys could not be read")
	}
	defer res.Body.Close()
	body, err := readLimited(res.Body)
	var set struct {
		Keys []struct {
			ID       string `json:"kid"`
			Type     string `json:"kty"`
			Modulus  string `json:"n"`
			Exponent string `json:"e"`
		} `json:"keys"`
	}
	if err != nil || res.StatusCode != http.StatusOK || json.Unmarshal(body, &set) != nil {
		return nil, unavailable(err, "Zoho Desk's keys could not be read")
	}
	out := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, nerr := base64.RawURLEncoding.DecodeString(k.Modulus)
		e, eerr := base64.RawURLEncoding.DecodeString(k.Exponent)
		if k.Type == "RSA" && nerr == nil && eerr == nil && len(n) >= 256 && len(e) > 0 && len(e) <= 4 {
			out[k.ID] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		}
	}
	return out, nil
}
