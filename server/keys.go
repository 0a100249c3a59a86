package server

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Keys are the secrets of one installation, all derived from the secrets in one file, so that
// replicas need to share one thing only. The first secret seals and signs; the others (after a
// rotation) still open and verify.
type Keys struct {
	Seal []byte   // 32 bytes, for the store's sealed columns
	Old  [][]byte // earlier seal keys
	// Cursor is 64 bytes, for the cursors of the API's lists. One that was made before a rotation
	// is refused: the list begins again.
	Cursor []byte
	// Refresh make and check the secrets of refresh tokens.
	Refresh refreshKeys
	sign    []signKey
}

type signKey struct {
	id  string
	key ed25519.PrivateKey
}

const secretLength = 32

// LoadKeys reads the key file, one base64 secret a line. fs.ErrNotExist when there is none.
func LoadKeys(path string) (Keys, error) {
	if err := guarded(path); err != nil {
		return Keys{}, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Keys{}, fmt.Errorf("the key file cannot be read: %w", err)
	}
	return parseKeys(text, "the key file "+path)
}

// parseKeys reads the secrets; where says where they come from.
func parseKeys(text []byte, where string) (Keys, error) {
	var k Keys
	for n, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		secret, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(secret) != secretLength {
			return Keys{}, fmt.Errorf("line %d of %s is not a base64 secret of %d bytes: restore the file, or remove it and connect both sides again", n+1, where, secretLength)
		}
		if err := k.add(secret); err != nil {
			return Keys{}, err
		}
	}
	if k.Seal == nil {
		return Keys{}, fmt.Errorf("%s holds no secret: restore it, or remove it and connect both sides again", where)
	}
	return k, nil
}

func (k *Keys) add(secret []byte) error {
	seal, err := hkdf.Key(sha256.New, secret, nil, "sidelight seal v1", 32)
	if err != nil {
		return err
	}
	seed, err := hkdf.Key(sha256.New, secret, nil, "sidelight token v1", ed25519.SeedSize)
	if err != nil {
		return err
	}
	if k.Seal == nil {
		k.Seal = seal
		if k.Cursor, err = hkdf.Key(sha256.New, secret, nil, "sidelight cursor v1", 64); err != nil {
			return err
		}
	} else {
		k.Old = append(k.Old, seal)
	}
	refresh, err := hkdf.Key(sha256.New, secret, nil, "sidelight refresh v1", 32)
	if err != nil {
		return err
	}
	k.Refresh = append(k.Refresh, refresh)
	key := ed25519.NewKeyFromSeed(seed)
	public := sha256.Sum256(key.Public().(ed25519.PublicKey))
	k.sign = append(k.sign, signKey{base64.RawURLEncoding.EncodeToString(public[:9]), key})
	return nil
}

// newSecret is the text of a new key file.
func newSecret() []byte {
	secret := make([]byte, secretLength)
	_, _ = rand.Read(secret) // never fails
	return []byte(base64.StdEncoding.EncodeToString(secret) + "\n")
}

// makeKeyFile writes a key file, and answers with the text that stands there then. The file appears
// whole or not at all, and never replaces another process's.
func makeKeyFile(path string, text []byte) ([]byte, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return os.ReadFile(path)
	} else if err != nil {
		return nil, err
	}
	return text, nil
}
