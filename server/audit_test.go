package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestTheAuditKnowsWhoCameInWhoWasRefusedAndWhatWasTakenOut(t *testing.T) {
	onEach(t, func(h *harness) {
		r := h.serve(h.joined)
		r.met()
		admin, agent := r.token(models.ScopeAdmin, ""), r.token(models.ScopeAgent, "Agent")
		made := newBrowser(h.T).signIn(r, "agent@sidelight.example")
		newBrowser(h.T).get(r.URL() + "/auth/desk/callback?code=x&state=invented")
		for range 500 {
			r.ask("slt_invented", whoAmI)
			r.renew("invented.invented", ourDevice)
		}
		r.send(r.request(http.MethodPost, "/auth/signout", "", map[string]any{"refreshToken": made["refreshToken"], "device": ourDevice}))
		r.send(r.request(http.MethodGet, "/export/failures.csv", admin, nil))
		r.send(r.request(http.MethodGet, "/export/history.csv", agent, nil))
		var out bytes.Buffer
		command := TokenCommand{StoreConfig: r.config.StoreConfig, Name: "Maintenance", Scope: "admin", TTL: time.Minute}
		must(h.T, command.Run(h.Context(), &out))

		got := r.send(r.request(http.MethodGet, "/export/audit.jsonl", admin, nil))
		counts := map[string]int{}
		for line := range strings.Lines(got.text) {
			var e struct {
				Action, Subject, At string
				Target              *string
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil || e.At == "" || e.Subject == "" {
				h.Errorf("a line is %q (%v)", line, err)
			}
			counts[e.Action]++
		}
		for _, action := range []string{"signIn", "signOut", "export", "exportRefused", "token"} {
			if counts[action] == 0 {
				h.Errorf("there is no %s: %v", action, counts)
			}
		}
		refused := counts["tokenRefused"] + counts["signInRefused"] + counts["renewalRefused"]
		if refused < 3 || refused > 40 {
			h.Errorf("1001 refused attempts are %d entries: %v", refused, counts)
		}
		for _, secret := range []string{strings.TrimSpace(out.String()), made["token"].(string), made["refreshToken"].(string), "slt_invented"} {
			if strings.Contains(got.text, secret) {
				h.Errorf("a token stands in the audit")
			}
		}
		table := r.send(r.request(http.MethodGet, "/export/audit.csv", admin, nil))
		if table.status != http.StatusOK || !strings.HasPrefix(table.text, "id,at,subject,action,target,detail\n") || strings.Count(table.text, "\n") < strings.Count(got.text, "\n") {
			h.Errorf("as CSV: %d %.200s", table.status, table.text)
		}
		for _, path := range []string{"/export/audit.csv", "/export/audit.jsonl"} {
			if got := r.send(r.request(http.MethodGet, path, agent, nil)); got.status != http.StatusForbidden {
				h.Errorf("%s for an agent: %d", path, got.status)
			}
		}
	})
}

func TestAShorterHistoryHidesNobodysDeeds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s, ctx := storetest.Open(t, address), t.Context()
		old := time.Now().Add(-100 * 24 * time.Hour)
		must(t, s.Audit(ctx, models.AuditEntry{At: old, Subject: "a", Action: "old"}))
		must(t, s.Audit(ctx, models.AuditEntry{Subject: "a", Action: "new"}))
		count := func() int {
			t.Helper()
			first := 10
			page, err := s.AuditLog(ctx, models.AuditFilter{}, models.Page{First: &first}, false)
			must(t, err)
			return len(page.Rows)
		}
		must(t, s.Prune(ctx, time.Now().Add(-24*time.Hour)))
		if n := count(); n != 2 {
			t.Errorf("after the history was cut there are %d entries", n)
		}
		if n, err := s.PruneAudit(ctx, time.Now().Add(-30*24*time.Hour)); err != nil || n != 1 || count() != 1 {
			t.Errorf("after its own retention %d were removed (%v)", n, err)
		}
	})
}

func TestATokenOfTheCommandLineIsListedAndRevoked(t *testing.T) {
	onEach(t, func(h *harness) {
		r := h.serve()
		run := func(c interface {
			Run(context.Context, io.Writer) error
		}) string {
			h.Helper()
			var out bytes.Buffer
			must(h.T, c.Run(h.Context(), &out))
			return strings.TrimSpace(out.String())
		}
		config := r.config.StoreConfig
		token := run(&TokenCommand{StoreConfig: config, Name: "Maintenance", Scope: "admin", TTL: time.Hour})
		got := r.ask(token, whoAmI)
		if got.data("viewer", "subject") != "cli:Maintenance" {
			h.Fatalf("it is %s", got.text)
		}
		v, err := r.verifier.Viewer(h.Context(), token)
		must(h.T, err)
		list := run(&tokensList{config})
		if !strings.Contains(list, "Maintenance") || !strings.Contains(list, "valid") || !strings.Contains(list, v.TokenID) || strings.Contains(list, token) {
			h.Errorf("listed as %s", list)
		}
		if err := (&tokensRevoke{config, "invented"}).Run(h.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "tokens list") {
			h.Errorf("one that is none: %v", err)
		}
		run(&tokensRevoke{config, v.TokenID})
		if got := r.ask(token, whoAmI); got.status != http.StatusUnauthorized {
			h.Errorf("once it is revoked: %d %s", got.status, got.text)
		}
		if _, err := r.verifier.present(h.Context(), v); models.CodeOf(err) != models.CodeUnauthenticated {
			h.Errorf("on an open socket: %v", err)
		}
		if got := run(&tokensList{config}); !strings.Contains(got, "revoked") {
			h.Errorf("then it is listed as %s", got)
		}
	})
}
