package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"sidelight/sync/simulator"
)

// worldFlags say what the simulators hold when they start for the first time.
type worldFlags struct {
	SalesforceListen string  `help:"Address of the simulated Salesforce." default:"127.0.0.1:8081" placeholder:"HOST:PORT"`
	PubsubListen     string  `name:"pubsub-listen" help:"Address of the simulated Pub/Sub API (gRPC over TLS)." default:"127.0.0.1:8443" placeholder:"HOST:PORT"`
	DeskListen       string  `help:"Address of the simulated Zoho Desk." default:"127.0.0.1:8082" placeholder:"HOST:PORT"`
	Contacts         int     `help:"Contacts on each side." default:"2000" placeholder:"N"`
	Accounts         int     `help:"Accounts on each side." default:"400" placeholder:"N"`
	Overlap          float64 `help:"Share of them that are the same people and companies on both sides." default:"0.5" placeholder:"SHARE"`
	Seed             uint64  `help:"The same seed makes the same people." default:"1" placeholder:"N"`
	Latency          string  `help:"none, or realistic to answer as slowly as the vendors do." enum:"none,realistic" default:"none"`
	Faults           string  `help:"JSON file of faults to inject." placeholder:"FILE"`
}

// Validate names the flag that is wrong.
func (w worldFlags) Validate() error {
	switch {
	case w.Contacts < 0 || w.Contacts > 1_000_000 || w.Accounts < 0 || w.Accounts > 1_000_000:
		return fmt.Errorf("--contacts and --accounts must lie between 0 and 1000000")
	case w.Overlap < 0 || w.Overlap > 1:
		return fmt.Errorf("--overlap must lie between 0 and 1")
	}
	return nil
}

// start runs both vendors with their state in dir.
func (w worldFlags) start(ctx context.Context, dir string) (*simulator.Running, error) {
	var faults []byte
	if w.Faults != "" {
		var err error
		if faults, err = os.ReadFile(w.Faults); err != nil {
			return nil, fmt.Errorf("--faults: %w", err)
		}
	}
	running, err := simulator.Start(ctx, simulator.Config{
		SalesforceListen: w.SalesforceListen, PubSubListen: w.PubsubListen, DeskListen: w.DeskListen, StateDir: dir,
		Contacts: w.Contacts, Accounts: w.Accounts, Overlap: w.Overlap, Seed: w.Seed, Faults: faults, Latency: w.Latency,
	})
	var address *simulator.AddressError
	if errors.As(err, &address) {
		return nil, fmt.Errorf("%w (choose another with %s)", err, listenFlags[address.Vendor])
	}
	if err != nil && w.Faults != "" && strings.HasPrefix(err.Error(), "fault script") {
		return nil, fmt.Errorf("--faults %s: %w", w.Faults, err)
	}
	return running, err
}

// listenFlags choose the address of a vendor.
var listenFlags = map[string]string{"Salesforce": "--salesforce-listen", "Pub/Sub": "--pubsub-listen", "Zoho Desk": "--desk-listen"}

type simulateCommand struct {
	worldFlags
	State string `help:"Folder for the simulators' state; the same folder goes on with the same data." default:"data/simulators" placeholder:"DIR"`
}

// Run serves the simulators until it is interrupted.
func (c *simulateCommand) Run(ctx context.Context, out io.Writer) error {
	running, err := c.start(ctx, c.State)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `Salesforce   %s   (client demo / demo-secret, user admin@sidelight.example)
Pub/Sub      %s   (certificate %s)
Zoho Desk    %s   (client demo / demo-secret, refresh token demo-refresh, organization 700000001)
Faults       POST a script to /_sim/faults of either; see also /_sim/stats, /_sim/requests, /_sim/dump
`, running.SalesforceURL, running.PubSubAddr, running.PubSubCA, running.DeskURL)
	<-ctx.Done()
	return running.Close()
}
