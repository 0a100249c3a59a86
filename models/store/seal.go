package store

import (
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// sealer encrypts secrets. The associated data names row and column, so that a sealed value cannot
// be moved to another place.
type sealer struct{ keys []tink.AEAD }

const sealKeyLength = 32

func newSealer(key []byte, old [][]byte) (sealer, error) {
	var s sealer
	if key == nil {
		return s, nil
	}
	for _, k := range append([][]byte{key}, old...) {
		if len(k) != sealKeyLength {
			return s, fmt.Errorf("a seal key has %d bytes, not %d", len(k), sealKeyLength)
		}
		a, err := subtle.NewXChaCha20Poly1305(k)
		if err != nil {
			return s, err
		}
		s.keys = append(s.keys, a)
	}
	return s, nil
}

var errNoKey = errors.New("the store was opened without a seal key")

func (s sealer) seal(plain []byte, place string) ([]byte, error) {
	if len(s.keys) == 0 {
		return nil, errNoKey
	}
	return s.keys[0].Encrypt(plain, []byte(place))
}

func (s sealer) open(sealed []byte, place string) ([]byte, error) {
	err := errNoKey
	for _, k := range s.keys {
		var plain []byte
		if plain, err = k.Decrypt(sealed, []byte(place)); err == nil {
			return plain, nil
		}
	}
	return nil, err
}
