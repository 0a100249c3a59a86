package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/sync/engine"
)

// EraseCommand erases a person, or lets one in again.
type EraseCommand struct {
	StoreConfig
	Email   string `help:"The person's email address: all contacts that have it, in any case." placeholder:"ADDRESS"`
	ID      string `name:"id" help:"A contact's id instead: digits in Zoho Desk, beginning with 003 in Salesforce." placeholder:"ID"`
	DryRun  bool   `help:"Count what would be removed, and remove nothing."`
	Lift    bool   `help:"Let the erased person in again: their contacts are read from both sides."`
	LiftAll bool   `help:"Let every erased person in again: the way out when the key file was lost. They come with the next compare."`
	Yes     bool   `help:"Do not ask first."`

	MarkField MarkFields     `embed:"" prefix:"mark-"`
	Allow     OutboundConfig `embed:""`
	In        io.Reader      `kong:"-"` // who is asked; nil is standard input
}

// Help is shown with --help.
func (*EraseCommand) Help() string {
	return `Removes a person from everything that Sidelight keeps: contacts of both sides, what ties and
is owed to them, histories, failures, conflicts, notes, activities, reports and the audit's details.
Keyed hashes keep the person from coming back with any poll, compare, load, event or card.

Nothing is deleted in Zoho Desk or Salesforce: erase the person there, too. Accounts are organizations
and stay. Backups and a database server's own logs are yours to look after.

Running servers forget the person within a second.`
}

// key is who is meant.
func (c *EraseCommand) key() (models.PersonKey, error) {
	var email, id *string
	var side *models.Side
	if c.Email != "" {
		email = &c.Email
	}
	if c.ID != "" {
		of := models.Desk
		if strings.HasPrefix(strings.TrimSpace(c.ID), "003") {
			// No number of Desk's begins with a zero.
			of = models.Salesforce
		}
		id, side = &c.ID, &of
	}
	key, err := models.PersonKeyOf(email, side, id)
	if err == nil {
		return key, nil
	}
	switch {
	case email != nil && id != nil:
		return key, errors.New("--email and --id: say who by one of them")
	case email != nil:
		return key, errors.New("--email must be an email address")
	case id != nil:
		return key, errors.New("--id must be a contact's: digits in Zoho Desk, 15 or 18 characters that begin with " +
			"003 in Salesforce")
	}
	return key, errors.New("say who: --email ADDRESS or --id ID")
}

// Run erases or lifts.
func (c *EraseCommand) Run(ctx context.Context, out io.Writer) (err error) {
	var who models.PersonKey
	if !c.LiftAll {
		if who, err = c.key(); err != nil {
			return err
		}
	}
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if c.Lift || c.LiftAll {
		return c.lift(ctx, s, who, out)
	}
	counted, err := s.Erase(ctx, who, true)
	if err != nil {
		return err
	}
	c.print(out, counted)
	if c.DryRun {
		return nil
	}
	if err := c.confirmed(out, "Nothing is deleted in Zoho Desk or Salesforce. What stands above cannot be brought "+
		"back here."); err != nil {
		return err
	}
	receipt, err := s.Erase(ctx, who, false)
	if err != nil {
		return err
	}
	if err := s.Audit(ctx, models.AuditEntry{Subject: "cli", Action: models.AuditErase, Target: receipt.ID,
		Detail: receipt.Audit()}); err != nil {
		return err
	}
	fmt.Fprintf(out, "Erased: receipt %s of %s.\n", *receipt.ID, stamp(&receipt.At))
	if fmt.Sprint(receipt.Tables) != fmt.Sprint(counted.Tables) {
		c.print(out, receipt)
	}
	if receipt.Problem != nil {
		return errors.New(*receipt.Problem)
	}
	return nil
}

// print shows a receipt. It names no person.
func (c *EraseCommand) print(out io.Writer, r models.ErasureReceipt) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "TABLE\tROWS")
	for _, t := range r.Tables {
		fmt.Fprintf(w, "%s\t%d\n", t.Table, t.Rows)
	}
	_ = w.Flush() // to where the next line goes
	fmt.Fprintf(out, "%d contacts of both sides; %d addresses and ids are kept away as keyed hashes.\n", r.Records,
		r.Tombstones)
	if r.Sharing > 0 {
		fmt.Fprintf(out, "%d other contacts have the same email address and stay: name the address to erase them, "+
			"too.\n", r.Sharing)
	}
}

// confirmed asks whoever sits there.
func (c *EraseCommand) confirmed(out io.Writer, what string) error {
	if c.Yes {
		return nil
	}
	fmt.Fprintf(out, "%s Write yes to go on: ", what)
	in := c.In
	if in == nil {
		in = os.Stdin
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSpace(line) != "yes" {
		return errors.New("nothing was changed: answer yes, or use --yes")
	}
	return nil
}

func (c *EraseCommand) lift(ctx context.Context, s *store.Store, who models.PersonKey, out io.Writer) error {
	if c.DryRun {
		return errors.New("--dry-run goes with an erasure")
	}
	if c.LiftAll {
		if err := c.confirmed(out, "Everybody who was erased comes back."); err != nil {
			return err
		}
		n, err := s.LiftAllErasures(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d erasures were lifted. The people come back with the next compare.\n", n)
		return s.Audit(ctx, models.AuditEntry{Subject: "cli", Action: models.AuditLift,
			Detail: map[string]any{"lifted": n, "all": true}})
	}
	config := Config{StoreConfig: c.StoreConfig, OutboundConfig: c.Allow}
	config.MarkField = c.MarkField
	stored, err := storedHosts(ctx, s)
	if err != nil {
		return err
	}
	vendors := newOutbound(c.Allow.AllowVendorHost, stored...)
	defer vendors.close()
	log := LogConfig{LogLevel: "error"}.Logger(io.Discard)
	e := engine.New(engine.Config{Store: s, Remotes: &clients{store: s, out: vendors, config: config, log: log,
		now: time.Now}, Logger: log})
	lifted, err := e.LiftErasure(ctx, who)
	if err != nil {
		return err
	}
	if lifted.Lifted == 0 {
		return errors.New("no erasure of that person stands")
	}
	fmt.Fprintf(out, "The erasure is lifted; %d contacts were read again.\n", lifted.Records)
	return s.Audit(ctx, models.AuditEntry{Subject: "cli", Action: models.AuditLift, Detail: lifted.Audit()})
}

// storedHosts are the hosts of the connections: they were allowed when those were made.
func storedHosts(ctx context.Context, s *store.Store) (out []string, err error) {
	for _, side := range models.Sides {
		conn, err := s.Connection(ctx, side)
		if err != nil {
			return nil, err
		}
		out = append(out, text(conn.Host), text(conn.LoginURL))
	}
	return out, nil
}
