package storetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// Products are the database servers that are tested on.
var Products = []*Product{MariaDB, MySQL}

// Product is a database server that is tested on.
type Product struct {
	name     string
	variable string // names a server to use instead: USER:PASSWORD@tcp(HOST:PORT)/
	missing  string
	find     func() (installed, bool)

	once    sync.Once
	server  *Server
	failure error
}

// The servers that tests run on.
var (
	MariaDB = &Product{name: "MariaDB", variable: "SIDELIGHT_TEST_MARIADB", find: findMariaDB,
		missing: "MariaDB is not installed: install mariadb-server, or name a server in SIDELIGHT_TEST_MARIADB"}
	MySQL = &Product{name: "MySQL", variable: "SIDELIGHT_TEST_MYSQL", find: findMySQL,
		missing: "MySQL is not installed: run scripts/tools as root on Debian, install mysql-server, or name a server in SIDELIGHT_TEST_MYSQL"}
)

// Name is what its makers call it.
func (p *Product) Name() string { return p.name }

// Shared is the server that all tests of this process use.
func (p *Product) Shared(t testing.TB) *Server {
	t.Helper()
	p.once.Do(func() {
		if dsn := os.Getenv(p.variable); dsn != "" {
			var c *mysql.Config
			if c, p.failure = mysql.ParseDSN(dsn); p.failure == nil {
				p.server = &Server{config: c, stop: func() {}}
				p.failure = p.server.is(p)
			}
			return
		}
		if i, ok := p.find(); ok {
			p.server, p.failure = start(i, nil, "--skip-networking")
		}
	})
	if p.failure != nil {
		t.Fatal(p.failure)
	}
	if p.server == nil {
		p.absent(t)
	}
	return p.server
}

// Start starts a server with options of its own, in which {dir} is a folder with the files. It is
// stopped when the test ends.
func (p *Product) Start(t testing.TB, files map[string][]byte, options ...string) *Server {
	t.Helper()
	i, ok := p.find()
	if !ok {
		p.absent(t)
	}
	s, err := start(i, files, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// absent skips a test, or fails it where nothing may be skipped.
func (p *Product) absent(t testing.TB) {
	t.Helper()
	if os.Getenv("SIDELIGHT_NO_SKIP") != "" {
		t.Fatal(p.missing)
	}
	t.Skip(p.missing)
}

// end stops the shared server.
func (p *Product) end() {
	if p.server != nil {
		p.server.dropTemplate()
		p.server.stop()
	}
}

// installed is a database server of this machine.
type installed struct {
	daemon string
	// root is the folder that it runs in as if it were the machine's own; "" for the machine
	// itself.
	root    string
	install string // makes a data folder; "" where the daemon does it
	version string
}

func findMariaDB() (installed, bool) {
	daemon, install := find("mariadbd", "mysqld"), find("mariadb-install-db")
	if version := versionOf(daemon); install != "" && strings.Contains(version, "MariaDB") {
		return installed{daemon: daemon, install: install, version: version}, true
	}
	return installed{}, false
}

// findMySQL looks for MySQL on the machine and in the folder that scripts/mysql-root makes. MariaDB
// installs a mysqld too, which is none.
func findMySQL() (installed, bool) {
	daemon := find("mysqld")
	if version := versionOf(daemon); version != "" && !strings.Contains(version, "MariaDB") {
		return installed{daemon: daemon, version: version}, true
	}
	root := filepath.Join(cacheFolder(), "mysql")
	if inside := filepath.Join(root, "usr/sbin/mysqld"); os.Geteuid() == 0 && executable(inside) {
		info, err := os.Stat(inside)
		return installed{daemon: "/usr/sbin/mysqld", root: root, version: fmt.Sprint(info.ModTime(), info.Size())}, err == nil
	}
	return installed{}, false
}

func versionOf(daemon string) string {
	if daemon == "" {
		return ""
	}
	said, err := exec.Command(daemon, "--version").Output()
	if err != nil {
		return ""
	}
	return string(said)
}

// cacheFolder is where scripts/mysql-root puts its folder, and where empty databases are kept that
// are copied.
func cacheFolder() string {
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" && os.Geteuid() == 0 {
		cache = "/var/cache"
	} else if home, err := os.UserHomeDir(); cache == "" && err == nil {
		cache = filepath.Join(home, ".cache")
	} else if cache == "" {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "sidelight")
}

func find(names ...string) string {
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
		for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"} {
			if p := filepath.Join(dir, n); executable(p) {
				return p
			}
		}
	}
	return ""
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}
