package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"sidelight/models/store"
)

// open opens the keys and the database. A key file that is there already says that this
// installation has had a database: an empty one is refused then, because beginning anew would open
// every profile again. So a key file that is missing is made only once the database is open; a
// first start that failed leaves none.
func (c StoreConfig) open(ctx context.Context, o store.Options) (*store.Store, Keys, error) {
	var text []byte
	keys, err := c.loadKeys(ctx)
	missing := c.KeyCommand == "" && errors.Is(err, fs.ErrNotExist)
	if missing {
		text = newSecret()
		keys, err = parseKeys(text, "the key file "+c.keyFile())
	}
	if err != nil {
		return nil, keys, err
	}
	o.Seal, o.Old, o.Kept = keys.Seal, keys.Old, !missing && !c.BeginAnew
	s, err := store.Open(ctx, c.dsn(), o)
	if err != nil || !missing {
		return s, keys, err
	}
	there, err := makeKeyFile(c.keyFile(), text)
	switch {
	case err != nil:
		return nil, keys, errors.Join(fmt.Errorf("the key file cannot be made: %w", err), s.Close())
	case bytes.Equal(there, text):
		return s, keys, nil
	}
	if err := s.Close(); err != nil {
		return nil, keys, err
	}
	return c.open(ctx, o) // another process made one meanwhile: that is the installation's
}
