package zohodesk

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/models"
	"sidelight/sync/vendor"
)

const (
	signatureHeader = "X-ZDesk-JWT"
	maxSignature    = 8 << 10
	leeway          = 30 * time.Second
	// longestSignature is the most that a delivery's token may still live: a later end is no token
	// of a delivery.
	longestSignature = time.Hour
	// verifyWithin leaves something of the five seconds in which a delivery is to be answered
	// (facts §3).
	verifyWithin = 4 * time.Second
)

// VerifyWebhook checks that a delivery comes from this organization's Desk, for a subscription that
// exists. The token says nothing of the body, so that a delivery is a hint and nothing more.
// UNAUTHENTICATED when it does not hold, UPSTREAM_UNAVAILABLE when Desk's keys or subscriptions
// could not be asked for.
func (c *Client) VerifyWebhook(ctx context.Context, h http.Header, _ []byte) error {
	ctx, cancel := context.WithTimeout(ctx, verifyWithin)
	defer cancel()
	token := h.Get(signatureHeader)
	if token == "" || len(token) > maxSignature {
		return refusedDelivery("no signature")
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation(), jwt.WithJSONNumber(),
		jwt.WithStrictDecoding(),
	)
	var lookup error
	parsed, err := parser.Parse(token, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		if _, critical := t.Header["crit"]; critical || id == "" {
			return nil, errorText("a header that is not understood")
		}
		key, err := c.signingKey(ctx, id)
		lookup = err
		return key, err
	})
	switch {
	case models.MayRetry(lookup):
		return lookup
	case err != nil:
		return refusedDelivery("signature")
	}
	return c.checkClaims(ctx, parsed.Claims.(jwt.MapClaims))
}

// checkClaims checks who the token says it is from, for whom and when.
func (c *Client) checkClaims(ctx context.Context, claims jwt.MapClaims) error {
	if iss, _ := claims["iss"].(string); iss != "orgId:"+c.cfg.OrgID {
		return refusedDelivery("another organization")
	}
	now := c.clock.At(c.now())
	end, begun, notBefore := claimTime(claims["exp"]), claimTime(claims["iat"]), claimTime(claims["nbf"])
	if end.IsZero() || now.After(end.Add(leeway)) || end.After(now.Add(longestSignature)) ||
		begun.After(now.Add(leeway)) || notBefore.After(now.Add(leeway)) {
		return refusedDelivery("out of time")
	}
	audience, _ := claims["aud"].(string)
	id, ok := strings.CutPrefix(audience, "webhookId:")
	if !ok || !isID(id) {
		return refusedDelivery("no subscription")
	}
	known, err := c.knownHook(ctx, id)
	switch {
	case err != nil:
		return err
	case !known:
		return refusedDelivery("unknown subscription")
	}
	return nil
}

func refusedDelivery(why string) error {
	return &models.Error{
		Code: models.CodeUnauthenticated, Message: "the delivery is not signed by Zoho Desk for this organization",
		Cause: errorText(why),
	}
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

// fetchKeys reads the public keys of Desk's deliveries. Those that cannot be used are left out.
func (c *Client) fetchKeys(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+"/.well-known/jwks.json", nil)
	if err != nil {
		return nil, models.Errorf(models.CodeInternal, "the request could not be made")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, unavailable(vendor.WithoutURL(err), "Zoho Desk's keys could not be read")
	}
	defer res.Body.Close()
	body, err := readLimited(res.Body)
	var set struct {
		Keys []struct {
			ID       string `json:"kid"`
			Type     string `json:"kty"`
			Use      string `json:"use"`
			Modulus  string `json:"n"`
			Exponent string `json:"e"`
		} `json:"keys"`
	}
	if err != nil || res.StatusCode != http.StatusOK || json.Unmarshal(body, &set) != nil || set.Keys == nil {
		return nil, unavailable(err, "Zoho Desk's keys could not be read")
	}
	out := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, nerr := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Modulus, "="))
		e, eerr := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Exponent, "="))
		if k.ID != "" && k.Type == "RSA" && k.Use != "enc" && nerr == nil && eerr == nil && len(n) >= 256 && len(n) <= 1024 &&
			len(e) > 0 && len(e) <= 4 {
			out[k.ID] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		}
	}
	return out, nil
}
