package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sidelight/models"
)

// metrics are what /metrics answers with. No label holds a record, a person or a token.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

// status is what the sync's figures are read from, when they are asked for.
type status interface {
	Integration(ctx context.Context) (models.Integration, error)
	Counts(ctx context.Context) (models.SyncCounts, error)
	LagSeconds(ctx context.Context) (*float64, error)
	Budgets(ctx context.Context) []models.APIBudget
}

func newMetrics(s status, database func() models.DatabaseHealth) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "sidelight_http_request_seconds", Help: "Time to answer HTTP requests.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 10),
	}, []string{"method", "route", "status"})}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), syncCollector{s},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sidelight_database_ok", Help: "1 while the database can be written, 0 while it is in trouble."}, func() float64 {
			if database().OK {
				return 1
			}
			return 0
		}))
	return m
}

func (m *metrics) request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// methods are those that have a label of their own: a caller may write any word there.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// methodOf is the request's method where it is a known one.
func methodOf(r *http.Request) string {
	if slices.Contains(methods, r.Method) {
		return r.Method
	}
	return "other"
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// syncCollector reads the sync's figures at the time of the scrape.
type syncCollector struct{ status status }

var (
	descStatus  = prometheus.NewDesc("sidelight_integration_status", "1 for the integration's present status.", []string{"status"}, nil)
	descLag     = prometheus.NewDesc("sidelight_sync_lag_seconds", "Age of the oldest change that is not on the other side yet.", nil, nil)
	descPending = prometheus.NewDesc("sidelight_sync_pending", "Links to plan and writes to send.", nil, nil)
	descFailed  = prometheus.NewDesc("sidelight_sync_open_failures", "Records in the failure log.", nil, nil)
	descClash   = prometheus.NewDesc("sidelight_sync_open_conflicts", "Conflicts that nobody has resolved.", nil, nil)
	descLinked  = prometheus.NewDesc("sidelight_linked_records", "Linked pairs.", []string{"object"}, nil)
	descUsed    = prometheus.NewDesc("sidelight_vendor_api_calls_used", "Vendor's own count of our API calls.", []string{"side"}, nil)
	descLimit   = prometheus.NewDesc("sidelight_vendor_api_calls_limit", "Vendor's limit of API calls.", []string{"side"}, nil)
)

func (c syncCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descStatus, descLag, descPending, descFailed, descClash, descLinked, descUsed, descLimit} {
		ch <- d
	}
}

func (c syncCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if in, err := c.status.Integration(ctx); err == nil {
		gauge(descStatus, 1, string(in.Status))
	}
	if lag, err := c.status.LagSeconds(ctx); err == nil && lag != nil {
		gauge(descLag, *lag)
	}
	if n, err := c.status.Counts(ctx); err == nil {
		gauge(descPending, float64(n.Pending))
		gauge(descFailed, float64(n.OpenFailures))
		gauge(descClash, float64(n.OpenConflicts))
		gauge(descLinked, float64(n.LinkedContacts), string(models.ContactObject))
		gauge(descLinked, float64(n.LinkedAccounts), string(models.AccountObject))
	}
	for _, b := range c.status.Budgets(ctx) {
		if b.Used != nil {
			gauge(descUsed, float64(*b.Used), string(b.Side))
		}
		if b.Limit != nil {
			gauge(descLimit, float64(*b.Limit), string(b.Side))
		}
	}
}
