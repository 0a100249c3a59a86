package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// refreshKeys make and check the secrets of refresh tokens: one key for each secret of the key
// file, the present one first. A secret says by itself that it was made here, so that one that was
// not costs no look at the database, and counts against whoever sent it and not against the sign-in
// that it names.
type refreshKeys [][]byte

const (
	refreshNonce = 32 // bytes
	refreshSeal  = 16
)

func (k refreshKeys) sum(key []byte, purpose, id string, rest []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(purpose + "\x00" + id + "\x00"))
	m.Write(rest)
	return m.Sum(nil)
}

func (k refreshKeys) secret(key []byte, id string, nonce []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(nonce[:refreshNonce:refreshNonce], k.sum(key, "seal", id, nonce)[:refreshSeal]...))
}

// first is the secret of a new sign-in.
func (k refreshKeys) first(id string) string {
	nonce := make([]byte, refreshNonce)
	_, _ = rand.Read(nonce) // never fails
	return k.secret(k[0], id, nonce)
}

// after are the secrets that may follow one: the first is the one that does now, the others did
// before the keys were rotated. The same secret has the same ones at every replica, so that it can
// be answered twice alike with nothing kept but hashes.
func (k refreshKeys) after(id, secret string) []string {
	out := make([]string, len(k))
	for i, key := range k {
		out[i] = k.secret(key, id, k.sum(key, "next", id, []byte(secret)))
	}
	return out
}

// genuine tells whether a secret was made here for the sign-in.
func (k refreshKeys) genuine(id, secret string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(b) != refreshNonce+refreshSeal {
		return false
	}
	for _, key := range k {
		if hmac.Equal(k.sum(key, "seal", id, b[:refreshNonce])[:refreshSeal], b[refreshNonce:]) {
			return true
		}
	}
	return false
}
