package e2e

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	_ "github.com/glebarez/go-sqlite"

	"sidelight/models/store/storetest"
)

// said is what a command printed, and how it ended.
type said struct {
	out, err string
	code     int
}

// command runs the program in a folder until it ends.
func command(t *testing.T, bin, dir string, env []string, args ...string) said {
	t.Helper()
	return run(t, bin, dir, env, "", args...)
}

// commandWith answers what the program asks.
func commandWith(t *testing.T, bin, dir, in string, args ...string) said {
	t.Helper()
	return run(t, bin, dir, nil, in, args...)
}

func run(t *testing.T, bin, dir string, env []string, in string, args ...string) said {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Stdin = strings.NewReader(in)
	var out, problems bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = dir, &out, &problems, append(os.Environ(), env...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return said{out.String(), problems.String(), cmd.ProcessState.ExitCode()}
}

// everything lists the files of a folder with their contents.
func everything(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, strings.TrimPrefix(path, dir)+"\n"+string(text))
		return err
	}))
	sort.Strings(all)
	return strings.Join(all, "\n")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestWhatIsWrongIsSaidInOneLineAndNothingIsHalfWritten(t *testing.T) {
	bin := program(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = taken.Close() }) // after the parts, which run beside each other
	port := taken.Addr().String()
	const free = "127.0.0.1:0"
	serve := func(more ...string) []string {
		return append([]string{"serve", "--listen", free, "--admin-listen", free}, more...)
	}
	simulate := func(more ...string) []string {
		return append([]string{"simulate", "--state", "state", "--salesforce-listen", free, "--pubsub-listen", free, "--desk-listen", free}, more...)
	}
	newer := func(t *testing.T, dir string) {
		if got := command(t, bin, dir, nil, "migrate"); got.code != 0 {
			t.Fatal(got)
		}
		db, err := sql.Open("sqlite", filepath.Join(dir, "data", "sidelight.sqlite"))
		must(t, err)
		_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (99999, 1, CURRENT_TIMESTAMP)")
		must(t, errors.Join(err, db.Close()))
	}
	started := func(t *testing.T, dir string) {
		if got := command(t, bin, dir, nil, "migrate"); got.code != 0 {
			t.Fatal(got)
		}
	}
	text := func(path, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { write(t, filepath.Join(dir, path), content) }
	}
	both := func(one, two func(*testing.T, string)) func(*testing.T, string) {
		return func(t *testing.T, dir string) { one(t, dir); two(t, dir) }
	}
	for name, c := range map[string]struct {
		args   []string
		env    string
		before func(t *testing.T, dir string)
		code   int
		wants  []string // in the line
		leaves bool     // may have made a data folder, with what is whole in it
	}{
		"no command":                        {args: nil, code: 2, wants: []string{"serve", "--help"}},
		"an unknown command":                {args: []string{"bogus"}, code: 2, wants: []string{"bogus", "--help"}},
		"an unknown flag":                   {args: serve("--nope"), code: 2, wants: []string{"--nope", "--help"}},
		"an unknown flag of simulate":       {args: simulate("--nope"), code: 2, wants: []string{"--nope"}},
		"an unknown flag of token":          {args: []string{"token", "--nope"}, code: 2, wants: []string{"--nope"}},
		"an unknown flag of mapping":        {args: []string{"mapping", "export", "x", "--nope"}, code: 2, wants: []string{"--nope"}},
		"an unknown flag of migrate":        {args: []string{"migrate", "--nope"}, code: 2, wants: []string{"--nope"}},
		"a wrong variable":                  {args: serve(), env: "SIDELIGHT_RATE=x", code: 2, wants: []string{"--rate", "SIDELIGHT_RATE"}},
		"a bad rate":                        {args: serve("--rate", "0"), code: 2, wants: []string{"--rate"}},
		"another database":                  {args: serve("--database", "postgres://secret@x"), code: 1, wants: []string{"--database", "sqlite:FILE", "mysql:"}},
		"a bad DSN":                         {args: serve("--database", "mysql:secret"), code: 1, wants: []string{"--database", "mysql:USER"}},
		"a bad DSN for migrate":             {args: []string{"migrate", "--database", "mysql:secret"}, code: 1, wants: []string{"--database"}},
		"a bad DSN for token":               {args: []string{"token", "--scope", "admin", "--database", "sqlite:"}, code: 1, wants: []string{"--database"}},
		"a bad DSN for mapping":             {args: []string{"mapping", "export", "x", "--database", "secret"}, code: 1, wants: []string{"--database"}},
		"a database server that is down":    {args: serve("--database", "mysql:root:secret@tcp(127.0.0.1:1)/x"), code: 1, wants: []string{"--database", "refused"}, leaves: true},
		"a port in use":                     {args: []string{"serve", "--listen", port, "--admin-listen", free}, code: 1, wants: []string{"--listen", "in use", "choose another"}},
		"a port that is none":               {args: []string{"serve", "--listen", "127.0.0.1:99999"}, code: 1, wants: []string{"--listen"}},
		"a vendor's port in use":            {args: simulate("--desk-listen", port), code: 1, wants: []string{"--desk-listen", "in use"}},
		"the demo's port in use":            {args: []string{"demo", "--listen", free, "--salesforce-listen", port, "--pubsub-listen", free, "--desk-listen", free}, code: 1, wants: []string{"--salesforce-listen", "in use"}},
		"a file for a data folder":          {args: serve("--data", "file"), before: text("file", "x"), code: 1, wants: []string{"--data", "choose another"}},
		"a data folder in no folder":        {args: serve("--data", "/proc/nothing"), code: 1, wants: []string{"--data", "choose another"}},
		"a database file in no folder":      {args: []string{"migrate", "--database", "sqlite:/proc/nothing/x.sqlite"}, code: 1, wants: []string{"--database"}, leaves: true},
		"a database file that is none":      {args: []string{"migrate"}, before: text("data/sidelight.sqlite", "no database, only text"), code: 1, wants: []string{"--database", "not a database"}, leaves: true},
		"a database of a newer version":     {args: serve(), before: newer, code: 1, wants: []string{"newer version", "99999", "run that version"}},
		"a newer database for token":        {args: []string{"token", "--scope", "admin"}, before: newer, code: 1, wants: []string{"newer version"}},
		"a newer database for migrate":      {args: []string{"migrate"}, before: newer, code: 1, wants: []string{"newer version"}},
		"a key file of nonsense":            {args: serve(), before: text("data/sidelight.key", "secret"), code: 1, wants: []string{"sidelight.key", "line 1", "restore"}},
		"a key that is too short":           {args: serve(), before: text("data/sidelight.key", "c2VjcmV0"), code: 1, wants: []string{"32 bytes", "restore"}},
		"an empty key file":                 {args: []string{"token", "--scope", "admin"}, before: text("data/sidelight.key", "\n"), code: 1, wants: []string{"no secret", "restore"}},
		"a folder for a key file":           {args: []string{"migrate"}, before: text("data/sidelight.key/x", ""), code: 1, wants: []string{"key file"}},
		"a token of no scope":               {args: []string{"token", "--scope", "owner"}, code: 2, wants: []string{"--scope", "admin"}},
		"an agent of no profile":            {args: []string{"token", "--scope", "agent"}, code: 1, wants: []string{"--profile"}},
		"an agent of an unknown profile":    {args: []string{"token", "--profile", "Nobody"}, before: started, code: 1, wants: []string{"--profile", "Nobody"}, leaves: true},
		"a token of no server":              {args: []string{"token", "--scope", "admin", "--data", "typo"}, code: 1, wants: []string{"typo", "--data", "start the server"}},
		"a mapping of no server":            {args: []string{"mapping", "export", "m.json", "--data", "typo"}, code: 1, wants: []string{"typo", "--data"}},
		"a token that ends at once":         {args: []string{"token", "--scope", "admin", "--ttl", "1ms"}, code: 1, wants: []string{"--ttl"}},
		"a mapping file that is not there":  {args: []string{"mapping", "import", "none.json"}, code: 2, wants: []string{"none.json"}},
		"a mapping file that is none":       {args: []string{"mapping", "import", "m.json"}, before: both(started, text("m.json", "{")), leaves: true, code: 1, wants: []string{"not a mapping file"}},
		"a mapping to no folder":            {args: []string{"mapping", "export", "none/m.json"}, before: started, code: 1, wants: []string{"none/m.json"}, leaves: true},
		"documents that are none":           {args: serve("--persisted", "p.json"), before: text("p.json", "[]"), code: 1, wants: []string{"--persisted", "sha256"}},
		"a certificate that is not there":   {args: serve("--pubsub", "x:1", "--pubsub-ca", "none.pem"), code: 1, wants: []string{"--pubsub-ca", "none.pem"}},
		"an authority that is not there":    {args: serve("--database", "mysql:x:secret@tcp(127.0.0.1:1)/x", "--database-ca", "none.pem"), code: 1, wants: []string{"--database-ca", "none.pem"}},
		"an authority that is none":         {args: []string{"migrate", "--database", "mysql:x:secret@tcp(127.0.0.1:1)/x", "--database-ca", "x.pem"}, before: text("x.pem", "x"), code: 1, wants: []string{"--database-ca", "no certificate"}},
		"an authority of SQLite":            {args: serve("--database-ca", "x.pem"), before: text("x.pem", "x"), code: 1, wants: []string{"--database-ca", "mysql:"}},
		"a public address that is none":     {args: serve("--public-url", "ftp://x"), code: 1, wants: []string{"--public-url", "https://"}},
		"the admin's port in use":           {args: []string{"serve", "--listen", free, "--admin-listen", port}, code: 1, wants: []string{"--admin-listen", "in use", "off"}},
		"erasing nobody":                    {args: []string{"erase"}, code: 1, wants: []string{"--email", "--id"}},
		"erasing by two words":              {args: []string{"erase", "--email", "a@x.example", "--id", "1"}, code: 1, wants: []string{"--email", "--id", "one of them"}},
		"erasing no address":                {args: []string{"erase", "--email", "jane"}, code: 1, wants: []string{"--email"}},
		"erasing an account":                {args: []string{"erase", "--id", "001Si0000000005IAA"}, code: 1, wants: []string{"--id", "003"}},
		"erasing at no server":              {args: []string{"erase", "--email", "a@x.example", "--data", "typo"}, code: 1, wants: []string{"typo", "--data"}},
		"days that are less than none":      {args: serve("--deleted-days", "-1"), code: 2, wants: []string{"--deleted-days"}},
		"a certificate without its key":     {args: serve("--tls-cert", "c.pem"), code: 2, wants: []string{"--tls-cert", "--tls-key"}},
		"a certificate that is none":        {args: serve("--tls-cert", "c.pem", "--tls-key", "c.pem"), before: text("c.pem", "x"), code: 1, wants: []string{"--tls-cert", "PEM"}},
		"a proxy that is none":              {args: serve("--trusted-proxy", "10.0.0.0/99"), code: 2, wants: []string{"--trusted-proxy", "10.0.0.0/8"}},
		"a vendor's host that is none":      {args: serve("--allow-vendor-host", "https://x"), code: 2, wants: []string{"--allow-vendor-host", "salesforce.example"}},
		"a time for bodies that is none":    {args: serve("--body-timeout", "1ms"), code: 2, wants: []string{"--body-timeout", "1s"}},
		"an origin that is none":            {args: serve("--allow-origin", "x"), code: 2, wants: []string{"origin", "https://"}},
		"an issuer that is none":            {args: serve("--issuer", "iss=https://x;aud=y"), code: 1, wants: []string{"--issuer", "jwks="}},
		"an issuer's secret that is short":  {args: serve("--issuer", "iss=https://x;aud=y;secret=s"), before: text("s", "secret"), code: 1, wants: []string{"--issuer", "32"}},
		"a data centre that is none":        {args: serve("--desk-data-center", "mars"), code: 2, wants: []string{"--desk-data-center", "mars", "eu"}},
		"a refresh token and nothing else":  {args: serve("--desk-refresh-token", "secret"), code: 2, wants: []string{"--desk-client-id"}},
		"a secret and nothing else":         {args: serve("--salesforce-client-secret", "secret"), code: 2, wants: []string{"--salesforce-client-id"}},
		"a fault script that is not there":  {args: simulate("--faults", "none.json"), code: 1, wants: []string{"--faults", "none.json"}},
		"a fault script of nonsense":        {args: simulate("--faults", "f.json"), before: text("f.json", `{"rules":[{"kind":"x"}]}`), code: 1, wants: []string{"f.json", "kind"}},
		"an overlap that is none":           {args: simulate("--overlap", "2"), code: 2, wants: []string{"--overlap"}},
		"vendors' state that is none":       {args: simulate(), before: text("state/world.json", "{"), code: 1, wants: []string{"state"}, leaves: true},
		"a newer database, and a port, too": {args: []string{"serve", "--listen", port, "--admin-listen", free}, before: both(newer, func(*testing.T, string) {}), code: 1, wants: []string{"--listen"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if c.before != nil {
				c.before(t, dir)
			}
			was := everything(t, dir)
			var env []string
			if c.env != "" {
				env = []string{c.env}
			}
			got := command(t, bin, dir, env, c.args...)
			line := strings.TrimSuffix(got.err, "\n")
			if got.code != c.code || !strings.HasPrefix(line, "sidelight: ") || strings.Contains(line, "\n") || len(line) > 500 || got.out != "" {
				t.Errorf("it ended with %d and said %q and %q", got.code, got.err, got.out)
			}
			for _, want := range c.wants {
				if !strings.Contains(line, want) {
					t.Errorf("%q does not say %q", line, want)
				}
			}
			if strings.Contains(line, "secret@") || strings.Contains(line, ":secret") {
				t.Errorf("a secret is said: %q", line)
			}
			if now := everything(t, dir); !c.leaves && now != was {
				t.Errorf("it left %q, where there was %q", now, was)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "data", ".*")); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
		})
	}
}

func TestANewerDatabaseIsRefusedOnMySQLToo(t *testing.T) {
	bin, dir, address := program(t), t.TempDir(), storetest.MySQLAddress(t)
	if got := command(t, bin, dir, nil, "migrate", "--database", address); got.code != 0 {
		t.Fatal(got)
	}
	db, err := sql.Open("mysql", strings.TrimPrefix(address, "mysql:"))
	must(t, err)
	_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
	must(t, errors.Join(err, db.Close()))
	if got := command(t, bin, dir, nil, "migrate", "--database", address); got.code != 1 || !strings.Contains(got.err, "newer version") {
		t.Errorf("%+v", got)
	}
}

func TestTheFirstSignalDrainsAndTheSecondEnds(t *testing.T) {
	bin := program(t)
	start := func(t *testing.T) (cmd *exec.Cmd, logged *bufio.Reader, conn net.Conn) {
		cmd = exec.Command(bin, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-level", "warn", "--data", filepath.Join(t.TempDir(), "data"))
		storetest.Bind(cmd)
		out, err := cmd.StdoutPipe()
		must(t, err)
		problems, err := cmd.StderrPipe()
		must(t, err)
		must(t, cmd.Start())
		t.Cleanup(func() {
			if cmd.ProcessState == nil {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}
		})
		first, err := bufio.NewReader(out).ReadString('\n')
		must(t, err)
		address := regexp.MustCompile(`serves on http://(\S+)`).FindStringSubmatch(first)[1]
		// A request that is under way: its handler asks for the body.
		conn, err = net.Dial("tcp", address)
		must(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = io.WriteString(conn, "POST /auth/signout HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 32\r\n\r\n")
		must(t, err)
		asked, err := bufio.NewReaderSize(conn, 16).ReadString('\n')
		if err != nil || !strings.Contains(asked, "100 Continue") {
			t.Fatalf("%q %v", asked, err)
		}
		must(t, cmd.Process.Signal(os.Interrupt))
		logged = bufio.NewReader(problems)
		if line, err := logged.ReadString('\n'); err != nil || !strings.Contains(line, "finishing what is under way") {
			t.Fatalf("%q %v", line, err)
		}
		return cmd, logged, conn
	}
	t.Run("the first", func(t *testing.T) {
		cmd, logged, conn := start(t)
		_, err := io.WriteString(conn, `{"refreshToken":"x.y"}`+strings.Repeat(" ", 10))
		must(t, err)
		answer, _ := io.ReadAll(conn)
		if !strings.Contains(string(answer), "HTTP/1.1 204") {
			t.Errorf("the request under way got %q", answer)
		}
		_, _ = io.Copy(io.Discard, logged)
		if err := cmd.Wait(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	t.Run("the second", func(t *testing.T) {
		cmd, logged, _ := start(t)
		must(t, cmd.Process.Signal(os.Interrupt))
		_, _ = io.Copy(io.Discard, logged)
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
			t.Errorf("it ended with %v", err)
		}
	})
}
