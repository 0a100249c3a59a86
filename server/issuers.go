package server

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
)

// trusted is an issuer whose tokens are accepted, with where its claims stand.
type trusted struct {
	iss, aud string
	methods  []string
	key      jwt.Keyfunc
	longest  time.Duration // a longer lifetime is refused: a millisecond exp reads as the far future
	subject  pointer
	scope    pointer
	profile  pointer
	agent    pointer // Desk's id of the agent; nil where the issuer does not tell it
	own      bool
}

// agentOf is Desk's id of the agent whose token it is, "" where it does not tell: our own tokens
// say it in their subject, others' in the claim that is named for it alone.
func (t *trusted) agentOf(claims jwt.MapClaims, subject string) string {
	if t.own {
		id, _ := strings.CutPrefix(subject, agentSubject)
		if id == subject {
			return ""
		}
		return id
	}
	if t.agent == nil {
		return ""
	}
	return t.agent.text(claims)
}

// parser checks what golang-jwt leaves open by default.
func (t *trusted) parser(now func() time.Time) *jwt.Parser {
	return jwt.NewParser(append(t.claims(now), jwt.WithValidMethods(t.methods), jwt.WithJSONNumber())...)
}

// claims are what must hold of a token's claims whenever it is used.
func (t *trusted) claims(now func() time.Time) []jwt.ParserOption {
	return []jwt.ParserOption{jwt.WithIssuer(t.iss), jwt.WithAudience(t.aud), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(30 * time.Second), jwt.WithTimeFunc(now)}
}

// ownTokens trusts what this installation signed, with any of its keys.
func ownTokens(keys Keys) *trusted {
	public := map[string]ed25519.PublicKey{}
	for _, k := range keys.sign {
		public[k.id] = k.key.Public().(ed25519.PublicKey)
	}
	return &trusted{
		iss: ownIssuer, aud: ownAudience, methods: []string{"EdDSA"}, longest: 400 * 24 * time.Hour, own: true,
		subject: pointer{"sub"}, scope: pointer{"scope"}, profile: pointer{"profile"},
		key: func(t *jwt.Token) (any, error) {
			id, _ := t.Header["kid"].(string)
			key, ok := public[id]
			if !ok {
				return nil, fmt.Errorf("unknown key")
			}
			return key, nil
		},
	}
}

var asymmetric = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// parseIssuer reads one --issuer flag:
// "iss=URL;jwks=URL;aud=NAME;profile=/pointer;scope=/pointer;subject=/pointer;agent=/pointer", or
// secret=FILE instead of jwks. ctx ends the background refresh of the keys.
func parseIssuer(ctx context.Context, flag string, client *http.Client, log *slog.Logger) (*trusted, error) {
	t := &trusted{longest: 24 * time.Hour, subject: pointer{"sub"}, scope: pointer{"scope"}, profile: pointer{"profile"}}
	var jwks, secret string
	for _, part := range strings.Split(flag, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		var err error
		switch name {
		case "iss":
			t.iss = value
		case "aud":
			t.aud = value
		case "jwks":
			jwks = value
		case "secret":
			secret = value
		case "profile":
			t.profile, err = parsePointer(value)
		case "scope":
			t.scope, err = parsePointer(value)
		case "subject":
			t.subject, err = parsePointer(value)
		case "agent":
			t.agent, err = parsePointer(value)
		default:
			err = fmt.Errorf("%q is none of iss, jwks, secret, aud, profile, scope, subject, agent", name)
		}
		if err != nil {
			return nil, fmt.Errorf("--issuer: %w", err)
		}
	}
	switch {
	case t.iss == "" || t.aud == "":
		return nil, fmt.Errorf("--issuer: iss= and aud= are needed")
	case t.iss == ownIssuer:
		return nil, fmt.Errorf("--issuer: iss=%s is Sidelight's own", ownIssuer)
	case (jwks == "") == (secret == ""):
		return nil, fmt.Errorf("--issuer: either jwks= or secret= is needed")
	case secret != "":
		return t, t.useSecret(secret)
	}
	return t, t.useJWKS(ctx, jwks, client, log)
}

// useSecret pins HMAC. A short secret is refused: golang-jwt itself accepts even an empty one.
func (t *trusted) useSecret(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--issuer: secret: %w", err)
	}
	key := []byte(strings.TrimSpace(string(text)))
	if len(key) < 32 {
		return fmt.Errorf("--issuer: the secret in %s has %d bytes: at least 32 are needed", file, len(key))
	}
	t.methods = []string{"HS256", "HS384", "HS512"}
	t.key = func(*jwt.Token) (any, error) { return key, nil }
	return nil
}

// useJWKS pins asymmetric algorithms. Keys are read again every hour, and for an unknown kid at
// most once in half a minute; keys read before stay valid while the issuer cannot be reached. A key
// that the issuer has withdrawn is forgotten.
func (t *trusted) useJWKS(ctx context.Context, address string, client *http.Client, log *slog.Logger) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && !loopback(u.Hostname())) {
		return fmt.Errorf("--issuer: jwks=%s: an https URL is needed", address)
	}
	storage, err := jwkset.NewStorageFromHTTP(address, jwkset.HTTPClientStorageOptions{
		Client: client, Ctx: ctx, HTTPTimeout: 10 * time.Second, NoErrorReturnFirstHTTPReq: true, RefreshInterval: time.Hour,
		RefreshErrorHandler: func(_ context.Context, err error) {
			log.Warn("an issuer's keys could not be read; those known go on", "issuer", t.iss, "error", err)
		},
	})
	if err != nil {
		return fmt.Errorf("--issuer: jwks: %w", err)
	}
	keys, err := jwkset.NewHTTPClient(jwkset.HTTPClientOptions{
		HTTPURLs: map[string]jwkset.Storage{address: storage}, RateLimitWaitMax: time.Second,
		RefreshUnknownKID: rate.NewLimiter(rate.Every(30*time.Second), 1),
	})
	if err != nil {
		return fmt.Errorf("--issuer: jwks: %w", err)
	}
	k, err := keyfunc.New(keyfunc.Options{Ctx: ctx, Storage: keys})
	if err != nil {
		return fmt.Errorf("--issuer: jwks: %w", err)
	}
	t.methods = asymmetric
	t.key = func(token *jwt.Token) (any, error) {
		if _, named := token.Header["kid"]; !named {
			return verifiers(ctx, keys)
		}
		key, err := k.Keyfunc(token)
		if err != nil {
			return nil, err
		}
		id, _ := token.Header["kid"].(string)
		read, err := keys.KeyRead(ctx, id)
		if err != nil {
			return nil, err
		}
		return key, verifies(read.Marshal(), key)
	}
	return nil
}

// verifiers are the keys that may verify a token that names none.
func verifiers(ctx context.Context, keys jwkset.Storage) (jwt.VerificationKeySet, error) {
	var out jwt.VerificationKeySet
	all, err := keys.KeyReadAll(ctx)
	if err != nil {
		return out, err
	}
	for _, k := range all {
		key := k.Key()
		if private, ok := key.(interface{ Public() crypto.PublicKey }); ok {
			key = private.Public()
		}
		if verifies(k.Marshal(), key) == nil {
			out.Keys = append(out.Keys, key)
		}
	}
	return out, nil
}

// leastRSA is the fewest bits of an RSA key (NIST SP 800-131A).
const leastRSA = 2048

// verifies refuses a key that its issuer has for something else than signatures, or that is too
// weak for them.
func verifies(k jwkset.JWKMarshal, key any) error {
	switch {
	case k.USE != "" && k.USE != jwkset.UseSig:
		return fmt.Errorf("the key's use is not sig")
	case len(k.KEYOPS) > 0 && !slices.Contains(k.KEYOPS, jwkset.KeyOpsVerify):
		return fmt.Errorf("the key's key_ops have no verify")
	}
	if public, ok := key.(*rsa.PublicKey); ok && public.N.BitLen() < leastRSA {
		return fmt.Errorf("the RSA key has fewer than %d bits", leastRSA)
	}
	return nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }
