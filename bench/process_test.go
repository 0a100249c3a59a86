package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models/store/storetest"
)

// folder holds the built program; "" while nothing has needed it.
var folder string

// built is the built program, made once.
var built = sync.OnceValues(func() (path string, err error) {
	if folder, err = os.MkdirTemp("", "sidelight-bench-"); err != nil {
		return "", err
	}
	path = filepath.Join(folder, "sidelight")
	if out, err := exec.Command("go", "build", "-o", path, "sidelight").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// process is a command of the built program that runs by itself, so that what it uses is its own.
type process struct {
	tb  testing.TB
	cmd *exec.Cmd
	out *bufio.Reader
	log bytes.Buffer
}

func launch(tb testing.TB, args ...string) *process {
	tb.Helper()
	bin, err := built()
	must(tb, err)
	p := &process{tb: tb, cmd: exec.Command(bin, args...)}
	storetest.Bind(p.cmd)
	pipe, err := p.cmd.StdoutPipe()
	must(tb, err)
	p.cmd.Stderr = &p.log
	p.cmd.Env = append(os.Environ(), "SIDELIGHT_LOG_LEVEL=warn")
	must(tb, p.cmd.Start())
	p.out = bufio.NewReader(pipe)
	tb.Cleanup(func() {
		p.end()
		if tb.Failed() {
			tb.Logf("it logged: %s", p.log.String())
		}
	})
	return p
}

// end ends the process as a person would, and waits for it.
func (p *process) end() {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(os.Interrupt)
	_, _ = io.Copy(io.Discard, p.out)
	_ = p.cmd.Wait()
}

// until reads output up to a line that matches, and answers the first group of the match.
func (p *process) until(pattern string) string {
	p.tb.Helper()
	re := regexp.MustCompile(pattern)
	for {
		line, err := p.out.ReadString('\n')
		if m := re.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		if err != nil {
			p.tb.Fatalf("the output ended before %q: %v", pattern, err)
		}
	}
}

// memory is what the process holds now and the most that it held, in MiB; 0 where there is no
// /proc.
func (p *process) memory() (now, most float64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	of := func(name string) float64 {
		_, rest, _ := strings.Cut(string(text), name)
		kib, _ := strconv.Atoi(strings.Fields(rest + " 0")[0])
		return float64(kib) / 1024
	}
	return of("VmRSS:"), of("VmHWM:")
}

// cpu is the processor time that the process has used.
func (p *process) cpu() time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, used, _ := processorTime(string(text))
	return used
}

// freePort is a port that nothing listens on, for an address that must be known beforehand.
func freePort(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

type object = map[string]any

// send sends JSON and reads JSON into what into points to; nil passes over the answer.
func send(tb testing.TB, web *http.Client, method, url, auth string, body, into any) {
	tb.Helper()
	raw, err := json.Marshal(body)
	must(tb, err)
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	must(tb, err)
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {auth}, "Orgid": {"700000001"}}
	res, err := web.Do(req)
	must(tb, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	must(tb, err)
	if res.StatusCode >= 300 {
		tb.Fatalf("%s %s: %d %s", method, url, res.StatusCode, text)
	}
	if into != nil {
		must(tb, json.Unmarshal(text, into))
	}
}

// await waits until something holds.
func await(tb testing.TB, limit time.Duration, what string, holds func() bool) {
	tb.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			tb.Fatalf("it did not happen within %s: %s", limit, what)
		}
		<-tick.C
	}
}
