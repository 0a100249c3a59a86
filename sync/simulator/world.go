package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sidelight/sync/simulator/seed"
)

// openWorld makes the world that the vendors start with. What it was made from is kept in the state
// folder before either vendor is filled: a start that was killed between the two goes on with the
// same people, and a reset after a restart brings back the first start.
func openWorld(cfg Config) (seed.World, error) {
	options := seed.Options{Contacts: cfg.Contacts, Accounts: cfg.Accounts, Overlap: cfg.Overlap, Seed: cfg.Seed, Now: cfg.Now().UTC()}
	if cfg.StateDir == "" {
		return seed.Generate(options), nil
	}
	path := filepath.Join(cfg.StateDir, worldFile)
	kept, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(kept, &options); err != nil {
			return seed.World{}, fmt.Errorf("%s: %w", path, err)
		}
		return seed.Generate(options), nil
	case !errors.Is(err, fs.ErrNotExist):
		return seed.World{}, err
	}
	if kept, err = json.Marshal(options); err != nil {
		return seed.World{}, err
	}
	return seed.Generate(options), replaceFile(path, kept)
}

// takeFolder makes the state folder and keeps other processes out of it until the file is closed:
// two that append to the same journals would spoil them.
func takeFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another process", dir), f.Close())
	}
	return f, nil
}

// replaceFile writes aside and renames, so that a kill leaves the old file or the new.
func replaceFile(path string, content []byte) error {
	aside := path + ".new"
	if err := os.WriteFile(aside, content, 0o600); err != nil {
		return err
	}
	return os.Rename(aside, path)
}
