package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sidelight/sync/simulator"
)

func TestNonsenseToSimulateGetsOneLineThatSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().String()
	used := filepath.Join(dir, "used")
	running, err := simulator.Start(t.Context(), simulator.Config{StateDir: used, Contacts: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	plain := file("plain", "x")
	file("world/world.json", "{")
	file("journal/salesforce.jsonl", "nonsense\n")
	for name, tc := range map[string]struct {
		args []string
		exit int
		want string
	}{
		"an unknown flag":               {[]string{"--nonsense"}, 2, "unknown flag --nonsense"},
		"too few contacts":              {[]string{"--contacts=-1"}, 2, "--contacts"},
		"contacts that are a word":      {[]string{"--contacts=many"}, 2, "--contacts"},
		"an overlap beyond 1":           {[]string{"--overlap=2"}, 2, "--overlap"},
		"another latency":               {[]string{"--latency=slow"}, 2, "--latency"},
		"no such fault file":            {[]string{"--faults", filepath.Join(dir, "none.json")}, 1, "none.json: no such file"},
		"a fault file that is a folder": {[]string{"--faults", dir}, 1, "is a directory"},
		"faults that are not JSON":      {[]string{"--faults", plain}, 1, "fault script"},
		"an unknown fault":              {[]string{"--faults", file("kind.json", `[{"kind":"boom"}]`)}, 1, `rules[0].kind: "boom" is none of`},
		"a fault with a wrong key":      {[]string{"--faults", file("key.json", `{"rules":[{"kind":"html","when":1}]}`)}, 1, `unknown field "when"`},
		"Salesforce's port in use":      {[]string{"--salesforce-listen", port}, 1, "(choose another with --salesforce-listen)"},
		"Pub/Sub's port in use":         {[]string{"--pubsub-listen", port}, 1, "(choose another with --pubsub-listen)"},
		"Desk's port in use":            {[]string{"--desk-listen", port}, 1, "(choose another with --desk-listen)"},
		"an address without a port":     {[]string{"--desk-listen", "localhost"}, 1, "missing port in address"},
		"a state that is a file":        {[]string{"--state", plain}, 1, "plain: not a directory"},
		"a state below a file":          {[]string{"--state", filepath.Join(plain, "state")}, 1, "plain: not a directory"},
		"a state that is read-only":     {[]string{"--state", "/proc/sidelight"}, 1, "/proc/sidelight"},
		"a state in use":                {[]string{"--state", used}, 1, "used is in use by another process"},
		"a world that is broken":        {[]string{"--state", filepath.Join(dir, "world")}, 1, "world.json: unexpected end of JSON"},
		"a journal that is broken":      {[]string{"--state", filepath.Join(dir, "journal")}, 1, "salesforce.jsonl: line 1 is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"simulate", "--state", filepath.Join(t.TempDir(), "state"), "--salesforce-listen=127.0.0.1:0", "--pubsub-listen=127.0.0.1:0", "--desk-listen=127.0.0.1:0", "--contacts=3", "--accounts=1"}
			var out, errors bytes.Buffer
			exit := run(append(args, tc.args...), &out, &errors)
			if exit != tc.exit || !strings.Contains(errors.String(), tc.want) || strings.Count(errors.String(), "\n") != 1 || out.Len() > 0 {
				t.Errorf("exit %d instead of %d\n%s%s", exit, tc.exit, errors.String(), out.String())
			}
		})
	}
}
