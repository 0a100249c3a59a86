package desk

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"time"
)

// signingKey signs deliveries. It is kept with the state, so that its kid stays the same across
// restarts.
type signingKey struct {
	ID  string `json:"kid"`
	DER []byte `json:"pkcs1"`

	key *rsa.PrivateKey
}

// freshKey is the key of a Desk that has none yet. Making one takes long and nobody is protected by
// it, so that a process makes one for all its Desks.
var freshKey = sync.OnceValues(func() (*signingKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	return &signingKey{ID: fmt.Sprintf("%x", sum[:8]), DER: x509.MarshalPKCS1PrivateKey(key), key: key}, nil
})

// signer returns the key, made on first use.
func (s *Server) signer() (*signingKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key == nil {
		key, err := freshKey()
		if err != nil {
			return nil, err
		}
		if err := s.commit(put{Kind: kindKey, Value: key}); err != nil {
			return nil, err
		}
	}
	if s.key.key == nil {
		key, err := x509.ParsePKCS1PrivateKey(s.key.DER)
		if err != nil {
			return nil, err
		}
		s.key.key = key
	}
	return s.key, nil
}

// signatureLife is how long a delivery's token is good.
const signatureLife = 5 * time.Minute

// sign makes the X-ZDesk-JWT of a delivery: who sends it and for which subscription, not what it
// says.
func (s *Server) sign(webhookID string) (string, error) {
	k, err := s.signer()
	if err != nil {
		return "", err
	}
	now := s.now()
	head, err := encodePart(map[string]any{"alg": "RS256", "typ": "JWT", "kid": k.ID})
	if err != nil {
		return "", err
	}
	claims, err := encodePart(map[string]any{"iss": "orgId:" + s.orgID(), "aud": "webhookId:" + webhookID,
		"iat": now.Unix(), "exp": now.Add(signatureLife).Unix()})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(head + "." + claims))
	signature, err := rsa.SignPKCS1v15(rand.Reader, k.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return head + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func encodePart(part map[string]any) (string, error) {
	raw, err := json.Marshal(part)
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// jwks serves the public key. It needs no token.
func (s *Server) jwks(w http.ResponseWriter, _ *http.Request) {
	k, err := s.signer()
	if err != nil {
		send(w, answer{}, err)
		return
	}
	part := base64.RawURLEncoding.EncodeToString
	send(w, answer{http.StatusOK, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": k.ID,
		"n": part(k.key.N.Bytes()), "e": part(big.NewInt(int64(k.key.E)).Bytes())}}}}, nil)
}
