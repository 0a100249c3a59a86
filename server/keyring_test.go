package server

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sidelight/models"
)

func TestTheSecretIsRotatedAndEverythingSealedAnew(t *testing.T) {
	onEach(t, func(h *harness) {
		r := h.serve(h.joined)
		r.met()
		old := r.token(models.ScopeAdmin, "")
		made := newBrowser(h.T).signIn(r, "agent@sidelight.example")
		config, file := r.config.StoreConfig, r.config.keyFile()
		r.stop()
		var out bytes.Buffer
		must(h.T, (&keysRotate{config}).Run(h.Context(), &out))
		text, err := os.ReadFile(file)
		must(h.T, err)
		lines := strings.Fields(string(text))
		if info, err := os.Stat(file); err != nil || len(lines) != 2 || info.Mode().Perm() != 0o600 {
			h.Fatalf("%d secrets, %v (%v)", len(lines), info.Mode(), err)
		}
		between := h.serve()
		renewed := between.renew(made["refreshToken"], ourDevice)
		if got := between.ask(old, `{integration{salesforce{connected problem} desk{connected problem}}}`); got.data("integration", "desk", "problem") != nil || got.data("integration", "desk", "connected") != true {
			h.Errorf("with both secrets: %s", got.text)
		}
		if renewed.status != http.StatusOK {
			h.Errorf("an agent's renewal: %d %s", renewed.status, renewed.text)
		}
		between.stop()
		must(h.T, (&keysFinish{StoreConfig: config, Drop: true}).Run(h.Context(), &out))
		if text, err := os.ReadFile(file); err != nil || strings.TrimSpace(string(text)) != lines[0] {
			h.Errorf("the key file has other secrets than the newest (%v)", err)
		}
		after := h.serve()
		if got := after.ask(old, whoAmI); got.status != http.StatusUnauthorized {
			h.Errorf("a token of the dropped secret: %d", got.status)
		}
		for _, side := range models.Sides {
			creds, err := after.store.Credentials(h.Context(), side)
			if err != nil || creds.ClientSecret != "demo-secret" {
				h.Errorf("%s: %v", side, err)
			}
		}
		if got := after.renew(renewed.body["refreshToken"], ourDevice); got.status != http.StatusOK {
			h.Errorf("the agent's next renewal: %d %s", got.status, got.text)
		}
	})
}

func TestSecretsComeFromACommandAndNotFromAFileOfEverybodys(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	_, err := makeKeyFile(file, newSecret())
	must(t, err)
	want, err := LoadKeys(file)
	must(t, err)
	got, err := StoreConfig{KeyCommand: "cat " + file}.loadKeys(t.Context())
	if err != nil || !bytes.Equal(got.Seal, want.Seal) {
		t.Errorf("from a command: %v", err)
	}
	for command, wants := range map[string]string{"echo c2VjcmV0": "line 1", "true": "no secret", "echo secret >&2; exit 3": "exit status 3"} {
		if _, err := (StoreConfig{KeyCommand: command}).loadKeys(t.Context()); err == nil || !strings.Contains(err.Error(), "--key-command") || !strings.Contains(err.Error(), wants) {
			t.Errorf("%s: %v", command, err)
		}
	}
	for mode, refused := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o440: false, 0o644: true, 0o660: true, 0o604: true} {
		must(t, os.Chmod(file, mode))
		if _, err := LoadKeys(file); (err != nil) != refused || refused && !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%#o: %v", mode, err)
		}
	}
}
