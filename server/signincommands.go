package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"sidelight/models"
)

// SignInsCommand lists and ends people's sign-ins.
type SignInsCommand struct {
	List   signInsList   `cmd:"" help:"List the sign-ins that have not ended."`
	Revoke signInsRevoke `cmd:"" help:"End a sign-in at once, with every token that it gave."`
}

type signInsList struct {
	StoreConfig
	Search string `help:"Only those of people whose name or subject contains this." placeholder:"TEXT"`
	Admins bool   `help:"Only those of admins."`
}

// Run prints a table.
func (c *signInsList) Run(ctx context.Context, out io.Writer) (err error) {
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	filter, most := models.SignInFilter{Search: &c.Search}, 1000
	if c.Admins {
		admin := models.ScopeAdmin
		filter.Scope = &admin
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tSUBJECT\tSCOPE\tMADE\tRENEWED\tEXPIRES")
	for page := (models.Page{First: &most}); ; {
		list, err := s.SignIns(ctx, filter, page, false)
		if err != nil {
			return err
		}
		for _, in := range list.Rows {
			fmt.Fprintf(
				w,
				"%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
				in.ID,
				plain(in.Name),
				plain(in.Subject),
				strings.ToLower(string(in.Scope)),
				stamp(&in.CreatedAt),
				stamp(in.RotatedAt),
				stamp(&in.ExpiresAt),
			)
		}
		if page.After = list.PageInfo.EndCursor; !list.PageInfo.HasNextPage {
			return w.Flush()
		}
	}
}

// plain is a text of others as a terminal may show it.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r <= 0x9f {
			return ' '
		}
		return r
	}, text)
}

type signInsRevoke struct {
	StoreConfig
	ID string `arg:"" help:"The sign-in's id, as sign-ins list shows it."`
}

// Run revokes it.
func (c *signInsRevoke) Run(ctx context.Context, out io.Writer) (err error) {
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	in, err := s.RevokeSignIn(ctx, c.ID)
	if models.CodeOf(err) == models.CodeNotFound {
		return fmt.Errorf("there is no sign-in %q: sign-ins list shows them", c.ID)
	}
	if err != nil {
		return err
	}
	entry := models.AuditEntry{
		Subject: "cli",
		Action:  "revokeSignIn",
		Target:  &in.ID,
		Detail:  map[string]any{"subject": in.Subject, "name": in.Name},
	}
	if err := s.Audit(ctx, entry); err != nil {
		return err
	}
	fmt.Fprintf(out, "The sign-in of %s (%s) has ended.\n", plain(in.Subject), in.ID)
	return nil
}
