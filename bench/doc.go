// Package bench measures Sidelight beside the least that a program could do on the same machine, in
// one run: cards, dashboards, and the sync with what it asks of the vendors. Run it by `make
// bench`. What the figures mean, and what they were, stands in docs/performance.md. Its tests hold
// what the sync costs in calls, and the planner's table of docs/operating.md; none asks how long
// anything takes.
package bench
