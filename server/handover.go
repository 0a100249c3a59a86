package server

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// handOverScript hands the page's message to the page that opened the popup, at the one origin it
// is meant for.
const handOverScript = `const told = JSON.parse(document.getElementById("message").textContent);
if (window.opener) window.opener.postMessage(told.message, told.origin);
window.close();`

var handOverHash = func() string {
	sum := sha256.Sum256([]byte(handOverScript))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

// handOver is the last page of a popup. Its script is the only one that may run there.
func handOver(w http.ResponseWriter, message map[string]any, origin string) {
	// HTML's characters are escaped.
	b, err := json.Marshal(map[string]any{"message": message, "origin": origin})
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'sha256-"+handOverHash+"'; base-uri 'none'; frame-ancestors 'none'")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Sidelight</title><p>You can close this window.</p><script type="application/json" id="message">` +
		string(b) + `</script><script>` + handOverScript + `</script></html>`))
}
