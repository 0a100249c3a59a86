package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"sidelight/models"
)

// cliSubject begins the subject of a token of the command line; the token's name follows.
const cliSubject = "cli:"

// issue makes the token with its row.
func (c *TokenCommand) issue(
	ctx context.Context,
	issuer *Issuer,
	keep func(context.Context, models.IssuedToken, models.AuditEntry) error,
	request TokenRequest,
) (string, error) {
	request.ID = uuid.NewString()
	token, expires, err := issuer.Issue(request)
	if err != nil {
		return "", err
	}
	row := models.IssuedToken{
		ID:        request.ID,
		Name:      c.Name,
		Scope:     request.Scope,
		CreatedAt: time.Now().UTC(),
		ExpiresAt: expires,
	}
	if request.ProfileID != "" {
		row.ProfileID = &request.ProfileID
	}
	return token, keep(ctx, row, models.AuditEntry{Subject: request.Subject, Action: "token", Target: &row.ID,
		Detail: map[string]any{"name": c.Name, "scope": request.Scope, "profileId": request.ProfileID, "expiresAt": expires}})
}

// TokensCommand lists and ends the tokens of the command line.
type TokensCommand struct {
	List   tokensList   `cmd:"" help:"List the tokens that the command line made."`
	Revoke tokensRevoke `cmd:"" help:"End a token at once."`
}

type tokensList struct{ StoreConfig }

// Run prints a table.
func (c *tokensList) Run(ctx context.Context, out io.Writer) (err error) {
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	list, err := s.IssuedTokens(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tSCOPE\tMADE\tEXPIRES\tSTATE")
	for _, t := range list {
		state := "valid"
		switch {
		case t.RevokedAt != nil:
			state = "revoked"
		case !time.Now().Before(t.ExpiresAt):
			state = "over"
		}
		fmt.Fprintf(
			w,
			"%s\t%s\t%s\t%s\t%s\t%s\n",
			t.ID,
			t.Name,
			strings.ToLower(string(t.Scope)),
			stamp(&t.CreatedAt),
			stamp(&t.ExpiresAt),
			state,
		)
	}
	return w.Flush()
}

type tokensRevoke struct {
	StoreConfig
	ID string `arg:"" help:"The token's id, as tokens list shows it."`
}

// Run revokes it.
func (c *tokensRevoke) Run(ctx context.Context, out io.Writer) (err error) {
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	t, err := s.RevokeIssuedToken(ctx, c.ID)
	if models.CodeOf(err) == models.CodeNotFound {
		return fmt.Errorf("there is no token %q: tokens list shows them", c.ID)
	}
	if err != nil {
		return err
	}
	if err := s.Audit(
		ctx,
		models.AuditEntry{Subject: "cli", Action: "revokeToken", Target: &t.ID, Detail: map[string]any{"name": t.Name}},
	); err != nil {
		return err
	}
	fmt.Fprintf(out, "The token %s (%s) has ended.\n", t.Name, t.ID)
	return nil
}
