package desk

import (
	"maps"
	"net/http"
	"slices"

	"sidelight/sync/simulator/fault"
)

// routes maps every path to its handler and to the OAuth scopes of which a caller needs one.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	api := func(pattern, scope string, handle func(*call) (answer, error)) {
		mux.Handle(pattern, s.guard(scope, true, handle))
	}
	for _, m := range []*module{s.contacts, s.accounts} {
		base := "/api/v1/" + m.name
		with := func(handle func(*call, *module) (answer, error)) func(*call) (answer, error) {
			return func(c *call) (answer, error) { return handle(c, m) }
		}
		api("GET "+base, "Desk.contacts.READ", with(s.list))
		api("POST "+base, "Desk.contacts.CREATE", with(s.create))
		api("GET "+base+"/count", "Desk.contacts.READ", with(s.count))
		api("GET "+base+"/search", "Desk.search.READ", with(s.search))
		api("POST "+base+"/updateMany", "Desk.contacts.UPDATE", with(s.updateMany))
		api("POST "+base+"/moveToTrash", "Desk.contacts.DELETE", with(s.moveToTrash))
		api("GET "+base+"/{id}", "Desk.contacts.READ", with(s.get))
		api("PATCH "+base+"/{id}", "Desk.contacts.UPDATE", with(s.update))
		api("POST "+base+"/{id}/merge", "Desk.contacts.UPDATE", with(s.merge))
		api("GET "+base+"/{id}/tickets", "Desk.tickets.READ", with(s.ticketsOf))
		api("GET "+base+"/{id}/history", "Desk.contacts.READ Desk.tickets.READ", with(s.historyOf))
		api("GET "+base+"/{id}/statistics", "Desk.contacts.READ", with(s.statistics))
	}
	api("GET /api/v1/contacts/contactsByIds", "Desk.contacts.READ", s.byIDs)
	api("POST /api/v1/contacts/markSpam", "Desk.contacts.UPDATE", s.markSpam)
	api("GET /api/v1/contacts/{id}/accounts", "Desk.contacts.READ", s.accountsOfContact)
	api("POST /api/v1/contacts/{id}/associateAccounts", "Desk.contacts.UPDATE", s.associate)
	api("POST /api/v1/contacts/{id}/dissociateAccounts", "Desk.contacts.UPDATE", s.dissociate)
	api("GET /api/v1/accounts/{id}/contacts", "Desk.contacts.READ", s.contactsOfAccount)

	api("GET /api/v1/recycleBin", "Desk.settings.READ", s.recycleBin)
	api("POST /api/v1/recycleBin/restore", "Desk.settings.UPDATE", s.restore)
	api("POST /api/v1/recycleBin/restoreAll", "Desk.settings.UPDATE", s.restoreAll)
	api("POST /api/v1/recycleBin/delete", "Desk.settings.UPDATE", s.deleteForGood)

	const fieldScopes = "Desk.fields.READ Desk.settings.READ"
	api("GET /api/v1/fields", fieldScopes, s.describe)
	api("GET /api/v1/fields/{id}", fieldScopes, s.describeOne)
	api("GET /api/v1/organizationFields", fieldScopes, s.describeOld)
	api("GET /api/v1/modules", "Desk.basic.READ Desk.settings.READ", s.modules)
	api("GET /api/v1/organizationModules", "Desk.basic.READ Desk.modules.READ Desk.settings.READ", s.organizationModules)
	mux.Handle("GET /api/v1/organizations", s.guard("Desk.basic.READ", false, s.organizations))
	mux.Handle("GET /api/v1/organizations/{id}", s.guard("Desk.basic.READ", false, s.organization))
	const basic = "Desk.basic.READ Desk.settings.READ"
	api("GET /api/v1/departments", basic, s.departments)
	api("GET /api/v1/departments/{id}", basic, s.getDepartment)
	api("GET /api/v1/roles", basic, s.roles)
	api("GET /api/v1/roles/{id}", basic, s.getRole)
	api("GET /api/v1/teams", basic, s.teams)
	api("GET /api/v1/teams/{id}", basic, s.getTeam)
	api("GET /api/v1/views", basic, s.views)
	api("GET /api/v1/layouts", basic+" Desk.layouts.READ", s.layouts)
	api("GET /api/v1/layouts/{id}", basic+" Desk.layouts.READ", s.getLayout)
	api("GET /api/v1/myinfo", "Desk.basic.READ", s.myInfo)
	api("GET /api/v1/agents", "Desk.basic.READ Desk.agents.READ Desk.settings.READ", s.listAgents)
	api("GET /api/v1/agents/count", "Desk.basic.READ Desk.agents.READ Desk.settings.READ", s.agentCount)
	api("GET /api/v1/agents/{id}/{what}", basic, s.ofAgent)
	api("GET /api/v1/agentsByIds", "Desk.basic.READ Desk.agents.READ Desk.settings.READ", s.agentsByIDs)
	api("GET /api/v1/agents/{id}", "Desk.basic.READ Desk.agents.READ Desk.settings.READ", s.getAgent)
	api("GET /api/v1/profiles", "Desk.basic.READ Desk.settings.READ", s.listProfiles)
	api("GET /api/v1/profiles/{id}", "Desk.basic.READ Desk.settings.READ", s.getProfile)
	api("GET /api/v1/profiles/{id}/agents", "Desk.basic.READ Desk.settings.READ", s.profileAgents)

	api("GET /api/v1/tickets", "Desk.tickets.READ", s.listTickets)
	api("POST /api/v1/tickets", "Desk.tickets.CREATE", s.createTicket)
	api("GET /api/v1/tickets/search", "Desk.search.READ", s.searchTickets)
	api("GET /api/v1/tickets/count", "Desk.tickets.READ", s.ticketCount)
	api("GET /api/v1/ticketsCountByFieldValues", "Desk.tickets.READ", s.ticketCount)
	api("GET /api/v1/search", "Desk.search.READ", s.searchAll)
	api("GET /api/v1/tickets/{id}", "Desk.tickets.READ", s.getTicket)
	api("GET /api/v1/tickets/{id}/history", "Desk.tickets.READ", s.ticketHistory)
	api("GET /api/v1/tickets/{id}/History", "Desk.tickets.READ", s.ticketHistory)
	api("GET /api/v1/tickets/{id}/threads", "Desk.tickets.READ", s.threads)
	api("GET /api/v1/tickets/{id}/conversations", "Desk.tickets.READ", s.conversations)
	api("GET /api/v1/tickets/{id}/comments", "Desk.tickets.READ", s.listComments(true))
	api("POST /api/v1/tickets/{id}/comments", "Desk.tickets.UPDATE", s.addComment(true))
	api("GET /api/v1/tickets/{id}/comments/{comment}", "Desk.tickets.READ", s.getComment(true))
	api("GET /api/v1/contacts/{id}/comments", "Desk.contacts.READ", s.listComments(false))
	api("POST /api/v1/contacts/{id}/comments", "Desk.contacts.UPDATE", s.addComment(false))
	api("GET /api/v1/contacts/{id}/comments/{comment}", "Desk.contacts.READ", s.getComment(false))
	api("PATCH /api/v1/tickets/{id}", "Desk.tickets.UPDATE", s.updateTicket)

	const read = "Desk.webhooks.READ Desk.events.READ Desk.settings.READ"
	api("GET /api/v1/webhooks", read, s.listWebhooks)
	api("POST /api/v1/webhooks", "Desk.webhooks.CREATE Desk.events.CREATE Desk.settings.CREATE", s.createWebhook)
	api("GET /api/v1/webhooks/{id}", read, s.getWebhook)
	api("PATCH /api/v1/webhooks/{id}", "Desk.webhooks.UPDATE Desk.events.UPDATE Desk.settings.UPDATE", s.updateWebhook)
	api("DELETE /api/v1/webhooks/{id}", "Desk.webhooks.DELETE Desk.events.DELETE Desk.settings.DELETE", s.deleteWebhook)

	mux.HandleFunc("GET /oauth/v2/auth", s.consentPage)
	mux.HandleFunc("POST /oauth/v2/auth", s.consent)
	mux.HandleFunc("POST /oauth/v2/token", s.token)
	mux.HandleFunc("POST /oauth/v2/token/revoke", s.revoke)
	mux.HandleFunc("GET /.well-known/jwks.json", s.jwks)

	mux.HandleFunc("GET /_sim/settings", s.showSettings)
	mux.HandleFunc("POST /_sim/settings", s.changeSettings)
	mux.HandleFunc("POST /_sim/agents/{id}", s.changeAgent)
	mux.HandleFunc("POST /_sim/tickets/{id}", s.changeTicket)
	mux.HandleFunc("POST /_sim/contacts/{id}", s.changeContact)
	mux.HandleFunc("POST /_sim/rewind", s.rewind)
	mux.Handle("/_sim/", fault.Control(s.faults, s.dump, s.reset))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { s.unrouted(w, r, mux) })
	return s.countInFlight(s.faults.Middleware(mux))
}

// unrouted tells a wrong method from a wrong path.
func (s *Server) unrouted(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/api/" {
			send(w, answer{}, methodNotAllowed())
			return
		}
	}
	send(w, answer{}, notFound())
}

// dump is the whole state, for GET /_sim/dump. Records have every field, the recycle bin included.
func (s *Server) dump() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := func(m *module) []any {
		out := []any{}
		for _, r := range m.ordered("") {
			out = append(out, s.whole(m, r))
		}
		return out
	}
	bin := []any{}
	for _, m := range []*module{s.contacts, s.accounts} {
		for _, id := range slices.Sorted(maps.Keys(m.trashed)) {
			bin = append(bin, s.whole(m, m.trashed[id]))
		}
	}
	tickets, hooks, agents := []any{}, []any{}, []any{}
	for _, t := range s.orderedTickets() {
		tickets = append(tickets, s.renderTicket(t, nil))
	}
	for _, w := range s.orderedWebhooks() {
		hooks = append(hooks, w.render())
	}
	for _, id := range s.agentOrder {
		agents = append(agents, s.agents[id].render())
	}
	return map[string]any{"contacts": all(s.contacts), "accounts": all(s.accounts), "recycleBin": bin,
		"tickets": tickets, "webhooks": hooks, "agents": agents, "organization": s.settings.OrgID}
}
