package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/sync/engine"
	"sidelight/sync/mapping"
)

// ServeCommand runs Sidelight for real accounts.
type ServeCommand struct{ Config }

// Run serves until it is interrupted.
func (c *ServeCommand) Run(ctx context.Context, out io.Writer) error {
	s, err := New(ctx, c.Config, Options{})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Sidelight serves on %s (console at %s/console)\n", s.URL(), s.URL())
	return s.Serve(ctx)
}

// UserMessage is an error on one line for a person, without the code that programs read.
func UserMessage(err error) string {
	text := err.Error()
	var e *models.Error
	if errors.As(err, &e) {
		text = strings.Replace(text, string(e.Code)+": ", "", 1)
	}
	return strings.ReplaceAll(text, "\n", "; ")
}

// opened opens the store of a command that does not serve. What is not there is made only by
// migrate: a token of a new key would open nothing, and the mapping of an empty database is
// nobody's.
func opened(ctx context.Context, c StoreConfig, made bool) (*store.Store, Keys, error) {
	options, err := c.options()
	if err != nil {
		return nil, Keys{}, err
	}
	if _, err := os.Stat(c.keyFile()); made && c.KeyCommand == "" && errors.Is(err, fs.ErrNotExist) {
		return nil, Keys{}, fmt.Errorf("there is no key file %s: name the server's folder with --data, or start the server there first", c.keyFile())
	}
	if err := c.prepare(); err != nil {
		return nil, Keys{}, err
	}
	return c.open(ctx, options)
}

// MigrateCommand brings the database to this version.
type MigrateCommand struct{ StoreConfig }

// Run migrates and exits.
func (c *MigrateCommand) Run(ctx context.Context, out io.Writer) error {
	s, _, err := opened(ctx, c.StoreConfig, false)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "The database is up to date.")
	return s.Close()
}

// TokenCommand prints a token.
type TokenCommand struct {
	StoreConfig
	Name    string        `help:"Who or what the token is for: it stands in the audit." default:"unnamed" placeholder:"NAME"`
	Profile string        `help:"Zoho Desk profile, by name or id. Agents need one." placeholder:"NAME"`
	Scope   string        `help:"agent, dashboard or admin." enum:"agent,dashboard,admin" default:"agent"`
	TTL     time.Duration `help:"How long the token is valid." default:"15m"`
}

// Run prints the token alone, so that a shell can take it.
func (c *TokenCommand) Run(ctx context.Context, out io.Writer) (err error) {
	if c.TTL < time.Second || c.TTL > 365*24*time.Hour {
		return fmt.Errorf("--ttl must lie between 1s and 8760h")
	}
	if c.Name == "" || len(c.Name) > 100 {
		return fmt.Errorf("--name must have 1 to 100 characters")
	}
	if c.Scope == "agent" && c.Profile == "" {
		return fmt.Errorf("--profile is needed for the scope agent")
	}
	s, keys, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := s.Close(); err == nil {
			err = cerr
		}
	}()
	request := TokenRequest{Subject: cliSubject + c.Name, Scope: models.Scope(strings.ToUpper(c.Scope)), TTL: c.TTL}
	if c.Profile != "" {
		policy, err := NewPolicy(ctx, s, nil)
		if err != nil {
			return err
		}
		profile := policy.Profile(c.Profile)
		if profile == nil {
			return fmt.Errorf("--profile: Zoho Desk has no profile %q as far as is known here", c.Profile)
		}
		request.ProfileID = profile.ID
	}
	token, err := c.issue(ctx, NewIssuer(keys, time.Now), s.CreateIssuedToken, request)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, token)
	return nil
}

// MappingCommand exports or imports the field mapping.
type MappingCommand struct {
	Export mappingExport `cmd:"" help:"Write the field mapping, and what new records get, to a file."`
	Import mappingImport `cmd:"" help:"Replace the mapping, and what new records get, by a file's."`
}

type mappingExport struct {
	StoreConfig
	File string `arg:"" help:"JSON file to write; - for standard output."`
}

// Run writes the file.
func (c *mappingExport) Run(ctx context.Context, out io.Writer) error {
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	var mappings []models.FieldMapping
	var constants []models.Constant
	for _, object := range models.SyncObjects {
		mapped, err := s.FieldMappings(ctx, object)
		if err != nil {
			return err
		}
		created, err := s.Constants(ctx, object)
		if err != nil {
			return err
		}
		mappings, constants = append(mappings, mapped...), append(constants, created...)
	}
	text, err := mapping.Export(mappings, constants)
	if err != nil {
		return err
	}
	if c.File == "-" {
		_, err = out.Write(text)
		return err
	}
	return replaceFile(c.File, text)
}

// replaceFile writes a file whole, or leaves what was there.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".mapping-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

type mappingImport struct {
	StoreConfig
	File string `arg:"" help:"JSON file to read." type:"existingfile"`
}

// Run checks the mapping and the constants of both objects and saves all, or nothing.
func (c *mappingImport) Run(ctx context.Context, out io.Writer) error {
	read, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	objects, err := mapping.Import(read)
	if err != nil {
		return err
	}
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	config := Config{StoreConfig: c.StoreConfig}
	config.MarkField = MarkFields{Salesforce: "Sidelight_Link_Id__c", Desk: "cf_sidelight_link_id"}
	stored, err := storedHosts(ctx, s)
	if err != nil {
		return err
	}
	e := engine.New(engine.Config{Store: s, Remotes: &clients{store: s, out: newOutbound(nil, stored...), config: config, log: config.Logger(io.Discard), now: time.Now}})
	failed := false
	for _, object := range models.SyncObjects {
		problems, err := e.CheckMapping(ctx, object, objects[object].Mappings, objects[object].Constants)
		if err != nil {
			return err
		}
		for _, p := range problems {
			fmt.Fprintf(out, "%s %s: %s\n", p.Severity, p.Code, p.Message)
			failed = failed || p.Severity == models.SeverityError
		}
	}
	if failed {
		return fmt.Errorf("nothing was saved: correct the errors above")
	}
	for _, object := range models.SyncObjects {
		if err := save(ctx, e, object, objects[object]); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "The mapping is saved.")
	return nil
}

// save saves what a file says of an object. The mapping comes first: a field that it maps no longer
// may have a constant.
func save(ctx context.Context, e *engine.Engine, object models.SyncObject, in mapping.Object) error {
	saved, _, _, err := e.SaveFieldMappings(ctx, object, in.Mappings)
	if err == nil && saved && in.Constants != nil {
		saved, _, _, err = e.SaveConstants(ctx, object, in.Constants)
	}
	if err == nil && !saved {
		err = fmt.Errorf("the fields of %ss were changed meanwhile: import the file again", object.Singular())
	}
	return err
}
