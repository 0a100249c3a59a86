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

// Keys are the secrets of one installation, all derived from the secrets in one file, so that replicas need to share one thing only. The
// first secret seals and signs; the others (after a rotation) still open and verify.
type Keys struct {
	Seal []byte   // 32 bytes, for the store's sealed columns
	Old  [][]byte // earlier seal keys
	// Cursor is 64 bytes, for the cursors of the API's lists. One that was made before a rotation is refused: the list begins again.
	Cursor []byte
	sign   []signKey
}

type signKey struct {
	id  string
	key ed25519.PrivateKey
}

const secretLength = 32

// LoadKeys reads the key file, one base64 secret a line; a file that does not exist is made, readable by its owner alone.
func LoadKeys(path string) (Keys, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = makeKeyFile(path); err != nil {
			return Keys{}, err
		}
	}
	if err != nil {
		return Keys{}, fmt.Errorf("the key file cannot be read: %w", err)
	}
	var k Keys
	for n, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		secret, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(secret) != secretLength {
			return Keys{}, fmt.Errorf("line %d of the key file %s is not a base64 secret of %d bytes: restore the file, or remove it and connect both sides again", n+1, path, secretLength)
		}
		if err := k.add(secret); err != nil {
			return Keys{}, err
		}
	}
	if k.Seal == nil {
		return Keys{}, fmt.Errorf("the key file %s holds no secret: restore it, or remove it and connect both sides again", path)
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
	key := ed25519.NewKeyFromSeed(seed)
	public := sha256.Sum256(key.Public().(ed25519.PublicKey))
	k.sign = append(k.sign, signKey{base64.RawURLEncoding.EncodeToString(public[:9]), key})
	return nil
}

// makeKeyFile makes a new secret. The file appears whole or not at all, and never replaces another process's.
func makeKeyFile(path string) ([]byte, error) {
	secret := make([]byte, secretLength)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	text := []byte(base64.StdEncoding.EncodeToString(secret) + "\n")
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
