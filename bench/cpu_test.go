package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticks a second in /proc: Linux has had a hundred on every machine that Go runs on.
const ticks = 100

// cpuTime is the processor time that this process and those that it started, which is the database
// server, have used. Zero where there is no /proc.
func cpuTime() (own, database time.Duration) {
	self := fmt.Sprint(os.Getpid())
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil { // it has ended
			continue
		}
		pid, _, _ := strings.Cut(string(text), " (")
		switch parent, used, _ := processorTime(string(text)); self {
		case pid:
			own += used
		case parent:
			database += used
		}
	}
	return own, database
}

// processorTime reads the parent and the processor time out of a process's stat; not ok where it is
// none.
func processorTime(stat string) (parent string, used time.Duration, ok bool) {
	_, rest, _ := cutLast(stat, ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return "", 0, false
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return fields[1], time.Duration(user+system) * time.Second / ticks, true
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
