package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"sidelight/models"
)

// OIDCConfig names the OpenID provider with which admins sign in to the console.
type OIDCConfig struct {
	Issuer           string   `help:"OpenID provider with which admins sign in to the console." placeholder:"URL"`
	ClientID         string   `help:"Client id there; redirects go to PUBLIC-URL/auth/oidc/callback." placeholder:"ID"`
	ClientSecret     string   `help:"Client secret; without one Sidelight is a public client." placeholder:"SECRET"`
	ClientSecretFile string   `help:"File with the client secret." placeholder:"FILE"`
	AdminClaim       []string `help:"Claim and value that make somebody an admin, like groups=sidelight-admins or /realm_access/roles=admin; repeatable." placeholder:"CLAIM=VALUE" sep:"none"`
	Scope            []string `help:"Scope besides openid, profile and email; repeatable." placeholder:"NAME" sep:"none"`
}

// validate names the flag that is wrong.
func (c OIDCConfig) validate() error {
	u, err := url.Parse(c.Issuer)
	others := c.ClientID + c.ClientSecret + c.ClientSecretFile + strings.Join(slices.Concat(c.AdminClaim, c.Scope), "")
	switch {
	case c.Issuer == "" && others != "":
		return fmt.Errorf("--oidc-issuer is needed with the other --oidc- flags")
	case c.Issuer == "":
		return nil
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || !secret(c.Issuer):
		return fmt.Errorf("--oidc-issuer: %q is not an https address", c.Issuer)
	case c.ClientID == "" || len(c.AdminClaim) == 0:
		return fmt.Errorf("--oidc-issuer needs --oidc-client-id and --oidc-admin-claim")
	case c.ClientSecret != "" && c.ClientSecretFile != "":
		return fmt.Errorf("--oidc-client-secret and --oidc-client-secret-file are one too many")
	}
	_, err = parseClaims(c.AdminClaim)
	return err
}

// secret tells whether what is sent to the address stays secret on the way.
func secret(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
}

// adminClaim is a claim with the value that makes an admin.
type adminClaim struct {
	at    pointer
	value string
}

// parseClaims reads the --oidc-admin-claim flags.
func parseClaims(flags []string) (out []adminClaim, err error) {
	for _, flag := range flags {
		name, value, _ := strings.Cut(flag, "=")
		if name == "" || value == "" {
			return nil, fmt.Errorf("--oidc-admin-claim: %q is not CLAIM=VALUE like groups=sidelight-admins", flag)
		}
		c := adminClaim{pointer{name}, value}
		if strings.HasPrefix(name, "/") {
			if c.at, err = parsePointer(name); err != nil {
				return nil, fmt.Errorf("--oidc-admin-claim: %w", err)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// holds tells whether the claim has the value, or a list with it. An email makes nobody an admin
// that the provider has not verified: people write their own.
func (c adminClaim) holds(claims map[string]any) bool {
	if slices.Equal(c.at, pointer{"email"}) && claims["email_verified"] != true {
		return false
	}
	switch v := c.at.in(claims).(type) {
	case string:
		return v == c.value
	case bool:
		return strconv.FormatBool(v) == c.value
	case []any:
		return slices.Contains(v, any(c.value))
	}
	return false
}

// openID is the provider. It is found when somebody signs in, so that one that is down keeps
// nothing from starting.
type openID struct {
	config OIDCConfig
	admins []adminClaim
	client *http.Client
	log    *slog.Logger
	now    func() time.Time
	ctx    context.Context // ends with the process, and with it the reading of keys

	mu    sync.Mutex
	found *provider
}

// provider is what it says of itself.
type provider struct {
	*oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
}

// providerTimeout bounds one call to it.
const providerTimeout = 10 * time.Second

// newOpenID makes it; nil where none is named. A secret is sent on to no other address.
func newOpenID(ctx context.Context, c OIDCConfig, log *slog.Logger, now func() time.Time) (*openID, error) {
	if c.Issuer == "" {
		return nil, nil
	}
	admins, err := parseClaims(c.AdminClaim)
	return &openID{config: c, admins: admins, log: log, now: now, ctx: ctx, client: &http.Client{Timeout: providerTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, err
}

func (o *openID) close() {
	if o != nil {
		o.client.CloseIdleConnections()
	}
}

// down is what is said while the provider does not answer, or makes no sense. Why stands in the
// log, without what it answered.
func (o *openID) down(what string, err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		err = fmt.Errorf("it answers %d %s", refused.Response.StatusCode, refused.ErrorCode)
	}
	o.log.Error("the OpenID provider is of no use", "issuer", o.config.Issuer, "at", what, "error", err)
	return models.Errorf(
		models.CodeUpstreamUnavailable,
		"the OpenID provider does not answer as it should: try again later",
	)
}

// discover reads what the provider says of itself, once.
func (o *openID) discover(ctx context.Context) (*provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found != nil {
		return o.found, nil
	}
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, o.client), o.config.Issuer)
	if err != nil {
		return nil, o.down("discovery", err)
	}
	var more struct {
		Keys    string   `json:"jwks_uri"`
		Scopes  []string `json:"scopes_supported"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := p.Claims(&more); err != nil {
		return nil, o.down("discovery", err)
	}
	for _, address := range []string{p.Endpoint().AuthURL, p.Endpoint().TokenURL, more.Keys} {
		if !secret(address) {
			return nil, o.down("discovery", fmt.Errorf("%q is not an https address", address))
		}
	}
	keys := &trusted{iss: o.config.Issuer}
	if err := keys.useJWKS(o.ctx, more.Keys, o.client, o.log); err != nil {
		return nil, o.down("keys", err)
	}
	found := &provider{
		Provider: p,
		verifier: oidc.NewVerifier(
			o.config.Issuer,
			providerKeys{keys},
			&oidc.Config{ClientID: o.config.ClientID, SupportedSigningAlgs: asymmetric, Now: o.now},
		),
	}
	found.oauth = oauth2.Config{
		ClientID:     o.config.ClientID,
		ClientSecret: o.config.ClientSecret,
		Endpoint:     p.Endpoint(),
		Scopes:       append([]string{oidc.ScopeOpenID, "profile", "email"}, o.config.Scope...),
	}
	if slices.Contains(more.Scopes, oidc.ScopeOfflineAccess) {
		found.oauth.Scopes = append(found.oauth.Scopes, oidc.ScopeOfflineAccess)
	}
	found.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if o.config.ClientSecret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		found.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	o.found = found
	return found, nil
}

// providerKeys verify by the provider's keys, as an outside issuer's tokens are verified: one that
// is weak, or not for signatures, verifies nothing.
type providerKeys struct{ *trusted }

// VerifySignature implements oidc.KeySet.
func (k providerKeys) VerifySignature(_ context.Context, token string) ([]byte, error) {
	parsed, err := jwt.NewParser(jwt.WithValidMethods(k.methods), jwt.WithoutClaimsValidation()).Parse(token, k.key)
	if err != nil {
		return nil, err
	}
	return base64.RawURLEncoding.DecodeString(strings.Split(parsed.Raw, ".")[1])
}

// vouched is what the provider says of somebody, in a token that is verified.
type vouched struct {
	subject string
	claims  map[string]any
}

// read verifies an ID token; nonce is "" where none was sent.
func (o *openID) read(ctx context.Context, p *provider, t *oauth2.Token, nonce string) (v vouched, err error) {
	raw, _ := t.Extra("id_token").(string)
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return v, err
	}
	if id.Nonce != nonce && nonce != "" {
		return v, errors.New("the nonce is another one")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(t.AccessToken); err != nil {
			return v, err
		}
	}
	v.subject = id.Subject
	if err := id.Claims(&v.claims); err != nil {
		return v, err
	}
	if azp, given := v.claims["azp"]; given && azp != o.config.ClientID || !given && len(id.Audience) > 1 {
		return v, errors.New("the token was given to another client")
	}
	return v, nil
}

// who finds out whether the provider's word makes somebody an admin. What the ID token does not
// say, the provider is asked for.
func (o *openID) who(ctx context.Context, p *provider, t *oauth2.Token, v vouched) (person, error) {
	out := person{
		way:     models.SignInOIDC,
		subject: oidcSubject + v.subject,
		name:    nameIn(v.claims),
		scope:   models.ScopeAdmin,
	}
	admin := o.isAdmin(v.claims)
	if secret(p.UserInfoEndpoint()) && (!admin || out.name == "") {
		info, err := p.UserInfo(oidc.ClientContext(ctx, o.client), oauth2.StaticTokenSource(t))
		var claims map[string]any
		if err == nil {
			err = info.Claims(&claims)
		}
		if err != nil && !admin {
			return out, o.down("userinfo", err)
		}
		if err == nil && info.Subject == v.subject {
			admin = admin || o.isAdmin(claims)
			if out.name == "" {
				out.name = nameIn(claims)
			}
		}
	}
	switch {
	case v.subject == "" || len(v.subject) > longestSubject:
		return out, models.Errorf(models.CodeForbidden, "the OpenID provider names you by nothing, or by too long a text")
	case !admin:
		return out, models.Errorf(
			models.CodeForbidden,
			"you are not an admin here: whoever runs the server names the claim with --oidc-admin-claim",
		)
	}
	return out, nil
}

// longestSubject is what the columns hold, with what stands before it.
const longestSubject = 180

func (o *openID) isAdmin(claims map[string]any) bool {
	return slices.ContainsFunc(o.admins, func(c adminClaim) bool { return c.holds(claims) })
}

// nameIn is what people call somebody.
func nameIn(claims map[string]any) string {
	for _, name := range []string{"email", "preferred_username", "name"} {
		if text, _ := claims[name].(string); text != "" {
			return text
		}
	}
	return ""
}
