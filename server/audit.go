package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"sidelight/graph"
	"sidelight/internal/sample"
	"sidelight/models"
	"sidelight/models/store"
)

// auditor notes what the API's own mutations do not: who came in, who was refused, and what was
// taken out.
type auditor struct {
	store   *store.Store
	log     *slog.Logger
	now     func() time.Time
	refused *sample.Lines // anybody can be refused again and again
	// named is for those who have proved who they are: nobody else's attempts hide theirs.
	named *sample.Lines
}

// nobody is the subject of whoever did not say, or not prove, who they are.
const nobody = "nobody"

// note keeps an entry. What happened has happened: an entry that cannot be kept is only said.
func (a *auditor) note(ctx context.Context, subject, action, target string, detail map[string]any) {
	e := models.AuditEntry{At: a.now().UTC(), Subject: subject, Action: action, Detail: detail}
	if target != "" {
		e.Target = &target
	}
	if err := a.store.Audit(context.WithoutCancel(ctx), e); err != nil {
		a.log.Error("an audit entry could not be kept", "action", action, "error", err)
	}
}

// refuse notes an attempt that was refused, as long as there are not too many.
func (a *auditor) refuse(ctx context.Context, subject, action, reason string) {
	lines := a.refused
	if subject != nobody {
		lines = a.named
	}
	if skipped, ok := lines.Next(); ok {
		a.note(ctx, subject, action, "", map[string]any{"reason": reason, "unnoted": skipped})
	}
}

// taken notes a download.
func (a *auditor) taken(next http.HandlerFunc, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if v := graph.ViewerFrom(r.Context()); v != nil {
			a.note(
				r.Context(),
				v.Subject,
				map[bool]string{true: "export", false: "exportRefused"}[v.Scope == models.ScopeAdmin],
				name,
				nil,
			)
		}
		next(w, r)
	}
}

// auditEvery is how often old entries are looked for.
const auditEvery = time.Hour

// keepAudit removes entries that are older than they are kept, until ctx ends.
func (s *Server) keepAudit(ctx context.Context) {
	if s.config.AuditDays <= 0 {
		return
	}
	for ctx.Err() == nil {
		if n, err := s.store.PruneAudit(
			ctx,
			s.options.Now().AddDate(0, 0, -s.config.AuditDays),
		); err != nil &&
			ctx.Err() == nil {
			s.log.Warn("old audit entries could not be removed", "error", err)
		} else if n > 0 {
			s.log.Info("old audit entries were removed", "entries", n)
		}
		pause(ctx, auditEvery)
	}
}

func (e exports) auditCSV(w http.ResponseWriter, r *http.Request) {
	p := params{Values: r.URL.Query()}
	if err := p.done(); err != nil {
		writeError(w, err)
		return
	}
	export(
		w,
		r,
		"audit.csv",
		[]string{"id", "at", "subject", "action", "target", "detail"},
		e.auditPage,
		func(a models.AuditEntry) [][]string {
			detail := ""
			if a.Detail != nil {
				b, _ := json.Marshal(a.Detail) // was JSON when it was read
				detail = string(b)
			}
			return [][]string{{auditID(a), stamp(&a.At), a.Subject, a.Action, text(a.Target), detail}}
		},
	)
}

func (e exports) auditLines(w http.ResponseWriter, r *http.Request) {
	p := params{Values: r.URL.Query()}
	if err := p.done(); err != nil {
		writeError(w, err)
		return
	}
	exportLines(w, r, "audit.jsonl", e.auditPage, func(a models.AuditEntry) any {
		return map[string]any{
			"id":      auditID(a),
			"at":      stamp(&a.At),
			"subject": a.Subject,
			"action":  a.Action,
			"target":  a.Target,
			"detail":  a.Detail,
		}
	})
}

func (e exports) auditPage(ctx context.Context, page models.Page) (models.Slice[models.AuditEntry], error) {
	return e.store.AuditLog(ctx, models.AuditFilter{}, page, false)
}
