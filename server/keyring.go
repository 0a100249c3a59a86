package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// keyCommandWithin bounds the command that answers the keys.
const keyCommandWithin = 30 * time.Second

// loadKeys reads the installation's secrets: what the command says, or the key file.
func (c StoreConfig) loadKeys(ctx context.Context) (Keys, error) {
	if c.KeyCommand == "" {
		return LoadKeys(c.keyFile())
	}
	ctx, cancel := context.WithTimeout(ctx, keyCommandWithin)
	defer cancel()
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, c.KeyCommand) //nolint:gosec // whoever runs the process says what it runs
	text, err := cmd.Output()
	if err != nil { // what it says may be a secret
		return Keys{}, fmt.Errorf("--key-command: the command failed (%w): it must print one base64 secret of %d bytes a line", withoutOutput(err), secretLength)
	}
	return parseKeys(text, "what --key-command prints")
}

func withoutOutput(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errors.New(exit.ProcessState.String())
	}
	return err
}

// guarded refuses a key file that others may read or change.
func guarded(path string) error {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.IsDir() {
		return nil // reading it says what is wrong
	}
	if mode := info.Mode().Perm(); mode&0o027 != 0 {
		return fmt.Errorf("the key file %s may be read or changed by others (%#o): run chmod 600 on it", path, mode)
	}
	return nil
}

// KeysCommand rotates the installation's secret, in two steps with a restart between: a replica
// that does not know the new secret yet must still open what is stored.
type KeysCommand struct {
	Rotate keysRotate `cmd:"" help:"Put a new secret on top of the key file. Restart every replica, then run: keys finish."`
	Finish keysFinish `cmd:"" help:"Seal everything that is stored with the new secret."`
}

type keysRotate struct{ StoreConfig }

// Run writes the file.
func (c *keysRotate) Run(_ context.Context, out io.Writer) error {
	if c.KeyCommand != "" {
		return errors.New("--key-command: put the new secret first where the command reads it; then restart every replica and run: keys finish")
	}
	text, err := os.ReadFile(c.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no key file %s: name the server's folder with --data", c.keyFile())
	}
	if err != nil {
		return err
	}
	if _, err := parseKeys(text, "the key file "+c.keyFile()); err != nil {
		return err
	}
	secret := make([]byte, secretLength)
	_, _ = rand.Read(secret) // never fails
	if err := replaceFile(c.keyFile(), append([]byte(base64.StdEncoding.EncodeToString(secret)+"\n"), text...)); err != nil {
		return err
	}
	fmt.Fprintln(out, "A new secret stands on top of the key file. Restart every replica; then run: sidelight keys finish")
	return nil
}

type keysFinish struct {
	StoreConfig
	Drop bool `help:"Remove the older secrets from the key file: tokens that were signed with them end at once."`
}

// Run seals anew.
func (c *keysFinish) Run(ctx context.Context, out io.Writer) (err error) {
	if c.Drop && c.KeyCommand != "" {
		return errors.New("--drop: remove the older secrets where --key-command reads them")
	}
	s, _, err := opened(ctx, c.StoreConfig, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	n, err := s.Reseal(ctx)
	if err != nil {
		return err
	}
	if !c.Drop {
		fmt.Fprintf(out, "%d stored secrets are sealed with the newest key. Older ones still verify tokens: once those are over, run: sidelight keys finish --drop\n", n)
		return nil
	}
	text, err := os.ReadFile(c.keyFile())
	if err != nil {
		return err
	}
	for line := range bytes.Lines(text) {
		if word := strings.TrimSpace(string(line)); word != "" && !strings.HasPrefix(word, "#") {
			if err := replaceFile(c.keyFile(), []byte(word+"\n")); err != nil {
				return err
			}
			break
		}
	}
	fmt.Fprintf(out, "%d stored secrets are sealed with the newest key, and the older ones are gone from the key file. Restart every replica.\n", n)
	return nil
}
