package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"sidelight/server"
)

type demoCommand struct {
	server.StoreConfig
	server.HTTPConfig
	server.LogConfig
	worldFlags
	Related string `help:"Which related records dashboards see: opened (those of cards that were opened) or all (kept whole in the background)." enum:"opened,all" default:"opened"`
}

// demoPoll is how often the demo asks its vendors for changes: a person watches.
const demoPoll = 2 * time.Second

// Run starts both vendors, connects to them the way an installation would, waits for the first sync
// and prints where everything is.
func (c *demoCommand) Run(ctx context.Context, out io.Writer) error {
	started := time.Now()
	vendors, err := c.start(ctx, filepath.Join(c.Data, "simulators"))
	if err != nil {
		return err
	}
	defer vendors.Close()
	config := server.Config{StoreConfig: c.StoreConfig, HTTPConfig: c.HTTPConfig, LogConfig: c.LogConfig}
	config.Poll, config.Start, config.AgentShare, config.Fresh, config.Related = demoPoll, true, 0.2, time.Minute, c.Related
	config.MarkField = server.MarkFields{Salesforce: "Sidelight_Link_Id__c", Desk: "cf_sidelight_link_id"}
	config.Salesforce = server.SalesforceConfig{URL: vendors.SalesforceURL, ClientID: "demo", ClientSecret: "demo-secret"}
	config.PubSub = server.PubSubConfig{Addr: vendors.PubSubAddr, CA: vendors.PubSubCA}
	config.Desk = server.DeskConfig{URL: vendors.DeskURL, AccountsURL: vendors.DeskURL, DataCenter: "us", ClientID: "demo", ClientSecret: "demo-secret",
		RefreshToken: "demo-refresh", Org: "700000001"}
	config.LogLevel = c.LogLevel
	s, err := server.New(ctx, config, server.Options{Demo: true})
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	if err := c.announce(ctx, out, s, vendors.SalesforceURL, vendors.DeskURL, started); err != nil && ctx.Err() == nil {
		select {
		case serveErr := <-served:
			return serveErr
		default:
			return err
		}
	}
	return <-served
}

func (c *demoCommand) announce(ctx context.Context, out io.Writer, s *server.Server, salesforce, desk string, started time.Time) error {
	if err := s.AwaitFirstSync(ctx); err != nil {
		return err
	}
	session, err := s.DemoSession(ctx)
	if err != nil {
		return err
	}
	if s.BeyondLoopback() {
		fmt.Fprintf(out, "WARNING: the demo listens beyond this machine (--listen %s). It gives everybody who reaches it an admin's token: never let strangers reach it.\n\n", c.Listen)
	}
	fmt.Fprintf(out, `Sidelight is ready after %.1f s: the first sync is done, and it keeps syncing.

  Ticket page with the widget   %[2]s/ticket
  Console                       %[2]s/console
  GraphiQL                      %[2]s/graphiql
  GraphQL                       %[2]s/graphql
  Health and metrics            %[2]s/healthz  %[2]s/readyz  %[2]s/metrics
  Simulated Salesforce          %[3]s   (client demo / demo-secret)
  Simulated Zoho Desk           %[4]s   (client demo / demo-secret, refresh token demo-refresh, organization 700000001)

Tokens, one for each profile and scope:
`, time.Since(started).Seconds(), s.URL(), salesforce, desk)
	for _, t := range session.Tokens {
		fmt.Fprintf(out, "\n  %s (%s)\n  %s\n", t.Label, t.Scope, t.Token)
	}
	if len(session.Tokens) > 0 && len(session.Tickets) > 0 {
		fmt.Fprintf(out, `
Try it:

  curl -s %s/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer %s' -d '{"query":"{ customer(by: {deskTicketId: \"%s\"}) { contact { name email salesforceUrl opportunities(first: 3) { nodes { name stage amount open } } notes(first: 3) { nodes { title } } } account { name } asOf } }"}'

`, s.URL(), session.Tokens[0].Token, session.Tickets[0].ID)
	}
	return nil
}
