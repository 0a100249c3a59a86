// Sidelight puts the Salesforce customer beside every Zoho Desk ticket, and keeps contacts and
// accounts the same on both sides.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"sidelight/server"
)

type commands struct {
	Demo     demoCommand           `cmd:"" help:"Run everything on this machine: both vendors simulated, synced, with the console and the widget. Needs no account."`
	Serve    server.ServeCommand   `cmd:"" help:"Run Sidelight for real Salesforce and Zoho Desk accounts."`
	Simulate simulateCommand       `cmd:"" help:"Run only the simulators of Salesforce and Zoho Desk."`
	Migrate  server.MigrateCommand `cmd:"" help:"Bring the database to this version, then exit."`
	Token    server.TokenCommand   `cmd:"" help:"Print a token for the API."`
	Tokens   server.TokensCommand  `cmd:"" help:"List and end the tokens that the command line made."`
	SignIns  server.SignInsCommand `cmd:"" help:"List and end people's sign-ins."`
	Erase    server.EraseCommand   `cmd:"" help:"Remove a person from everything that is kept here, and keep them away. Nothing is deleted in Zoho Desk or Salesforce."`
	Keys     server.KeysCommand    `cmd:"" help:"Rotate the secret that signs tokens and seals credentials."`
	Mapping  server.MappingCommand `cmd:"" help:"Export or import the field mapping as a file."`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: 0 when it did what was asked, 1 when that failed, 2 when the command line is
// wrong.
func run(args []string, stdout, stderr io.Writer) int {
	var c commands
	exit := -1
	parser := kong.Must(&c, kong.Name("sidelight"),
		kong.Description("Sidelight puts the Salesforce customer beside every Zoho Desk ticket. Every flag is also an environment variable: --public-url is SIDELIGHT_PUBLIC_URL."),
		kong.DefaultEnvars("SIDELIGHT"), kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }), kong.ShortUsageOnError())
	command, err := parser.Parse(args)
	if exit >= 0 {
		return exit // --help was asked for and printed
	}
	if err != nil {
		fmt.Fprintf(stderr, "sidelight: %v (sidelight --help lists commands and flags)\n", err)
		return 2
	}
	ctx, stop := untilInterrupted(stderr)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	command.BindTo(stdout, (*io.Writer)(nil))
	if err := command.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "sidelight:", server.UserMessage(err))
		return 1
	}
	return 0
}

// untilInterrupted ends the context at the first signal, so that what is under way is finished; the
// second ends the process.
func untilInterrupted(stderr io.Writer) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		fmt.Fprintln(stderr, "sidelight: finishing what is under way; interrupt again to stop at once")
		cancel()
		if _, ok := <-signals; ok {
			os.Exit(130)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}
