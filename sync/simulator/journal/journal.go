// Package journal keeps a simulator's state across restarts: a file of JSON lines that is only ever
// appended to, or replaced whole. It survives a kill at any moment; it does not promise to survive
// a power cut (no fsync), because what it holds is a pretended vendor.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Log is an append-only file of JSON lines. A Log opened with an empty path keeps nothing. Methods
// may be called from several goroutines.
type Log struct {
	path string

	mu   sync.Mutex
	file *os.File
	size int64
}

// Open opens or creates the journal at path and returns the entries it holds, oldest first. A last
// line without its newline was torn by a kill: it is cut off, as if its write had never begun. A
// broken line elsewhere is an error, since it cannot come from a kill. An empty path gives a Log
// that keeps nothing.
func Open(path string) (*Log, []json.RawMessage, error) {
	if path == "" {
		return &Log{}, nil, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("journal: %w", err)
	}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("journal: %w", err)
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	entries, err := split(data[:whole])
	if err != nil {
		return nil, nil, fmt.Errorf("journal %s: %w", path, err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("journal: %w", err)
	}
	if err := truncate(file, int64(whole)); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("journal: %w", err), file.Close())
	}
	return &Log{path: path, file: file, size: int64(whole)}, entries, nil
}

// split separates whole lines and checks that each one is JSON.
func split(data []byte) ([]json.RawMessage, error) {
	entries := make([]json.RawMessage, 0, bytes.Count(data, []byte{'\n'}))
	for number := 1; len(data) > 0; number++ {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		if !json.Valid(line) {
			return nil, fmt.Errorf("line %d is not JSON", number)
		}
		entries = append(entries, line)
		data = rest
	}
	return entries, nil
}

func truncate(file *os.File, size int64) error {
	if err := file.Truncate(size); err != nil {
		return err
	}
	_, err := file.Seek(size, io.SeekStart)
	return err
}

// Append adds v as one line, in one write. When it returns nil the entry outlives the process. A
// failed write leaves the journal as it was.
func (l *Log) Append(v any) error {
	if l.path == "" {
		return nil
	}
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fmt.Errorf("journal: %w", os.ErrClosed)
	}
	n, err := l.file.Write(append(line, '\n'))
	if err != nil {
		if n > 0 {
			err = errors.Join(err, truncate(l.file, l.size))
		}
		return fmt.Errorf("journal: %w", err)
	}
	l.size += int64(n)
	return nil
}

// Rewrite replaces everything the journal holds by entries. It writes aside and renames, so that a
// kill leaves either the old content or the new.
func (l *Log) Rewrite(entries []any) error {
	if l.path == "" {
		return nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	for _, entry := range entries {
		if err := enc.Encode(entry); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fmt.Errorf("journal: %w", os.ErrClosed)
	}
	aside := l.path + ".new"
	file, err := os.OpenFile(aside, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if _, err := file.Write(buf.Bytes()); err != nil {
		return errors.Join(fmt.Errorf("journal: %w", err), file.Close(), os.Remove(aside))
	}
	if err := os.Rename(aside, l.path); err != nil {
		return errors.Join(fmt.Errorf("journal: %w", err), file.Close())
	}
	old := l.file
	l.file, l.size = file, int64(buf.Len())
	return old.Close()
}

// Close ends writing. A second Close does nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	file := l.file
	l.file = nil
	return file.Close()
}
