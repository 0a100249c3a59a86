package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"sidelight/models"
)

const (
	// newestVersion is the newest API version that this client was written for (Winter '27).
	newestVersion = "68.0"
	// oldestVersion is the oldest that has everything the client asks for. Salesforce answers 410
	// up to 30.0, and retires 31.0 to 40.0 in Summer '28.
	oldestVersion = 41
	// versionFor is how long a chosen version is kept before the organization is asked again.
	versionFor = 24 * time.Hour
	// versionPause is the least time between two looks that a refused call causes.
	versionPause = time.Minute
)

// versions is which API version the calls name. The zero value is the newest that the client knows.
type versions struct {
	mu     sync.Mutex
	pinned bool
	chosen string
	served []string  // what the organization last said
	asked  time.Time // when it was last asked; zero for never
}

func (v *versions) current() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.chosen == "" {
		return newestVersion
	}
	return v.chosen
}

// due tells whether the organization is to be asked, and notes that it is.
func (v *versions) due(now time.Time, after time.Duration) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.asked.IsZero() && now.Sub(v.asked) < after && !v.asked.After(now) {
		return false
	}
	v.asked = now
	return true
}

// choose notes what the organization serves and takes the newest of it, unless a version is pinned.
func (v *versions) choose(served []string, version string) (changed bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.served = served
	if v.pinned {
		return false
	}
	changed = v.chosen != version && (v.chosen != "" || version != newestVersion)
	v.chosen = version
	return changed
}

// version is the API version of the next call, like 68.0.
func (c *Client) version() string { return c.versions.current() }

// learnVersion takes the newest API version that the organization serves and the client knows,
// unless one is pinned. It asks at most once in so long; the call is free of charge. It tells
// whether the version has changed.
func (c *Client) learnVersion(ctx context.Context, after time.Duration) (changed bool, err error) {
	if !c.versions.due(c.now(), after) {
		return false, nil
	}
	var told []struct {
		Version string `json:"version"`
	}
	var r reply
	err = c.signedIn(ctx, func(token, instance string) (err error) {
		r, err = c.send(ctx, call{method: http.MethodGet, path: "/services/data"}, token, instance)
		return err
	})
	if err == nil {
		err = r.decode(&told)
	}
	if err != nil {
		return false, err
	}
	served := make([]string, len(told))
	for i, one := range told {
		served[i] = one.Version
	}
	best, ok := newestOf(served)
	if !ok {
		return false, unusable(
			r.status, fmt.Sprintf("it serves no API version from %d.0 to %s", oldestVersion, newestVersion),
		)
	}
	return c.versions.choose(served, best), nil
}

// notServed is the error of a call under a version that the organization does not serve; nil where
// it serves it, or did not say what it serves.
func (v *versions) notServed() *models.Error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.served) == 0 || slices.Contains(v.served, v.chosen) {
		return nil
	}
	return unusable(http.StatusNotFound, "API version "+v.chosen+" is not served at this address")
}

// newestOf is the newest of the versions that the client knows.
func newestOf(served []string) (string, bool) {
	newest, _ := strconv.ParseFloat(newestVersion, 64)
	best, found := 0.0, false
	for _, text := range served {
		if v, err := strconv.ParseFloat(text, 64); err == nil && v >= oldestVersion && v <= newest && v > best {
			best, found = v, true
		}
	}
	return strconv.FormatFloat(best, 'f', 1, 64), found
}

// versionCheck says which API version is used: one that is pinned and not served any more would
// stop everything.
func (c *Client) versionCheck(ctx context.Context) (models.ConnectionCheck, error) {
	_, err := c.learnVersion(ctx, 0)
	if gone := c.versions.notServed(); err == nil && gone != nil {
		err = gone
	}
	detail := "version " + c.version()
	if c.versions.pinned {
		detail += ", pinned by --salesforce-version"
	}
	return models.ConnectionCheck{Name: "API version", OK: err == nil, Detail: &detail}, err
}
