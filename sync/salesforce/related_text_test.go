package salesforce

import (
	"strings"
	"testing"
)

func TestHTMLBecomesTextAndTextStaysText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                 "plain",
		"a < b && c > d":                        "a < b && c > d",
		"5<6 is true":                           "5<6 is true",
		"<p>one</p><p>two<br>three</p>":         "one\ntwo\nthree",
		"<ul><li>a</li><li>b &amp; c</li></ul>": "a\nb & c",
		"x<script>alert('<b>')</script>y<style>p{}</style>z": "xyz",
		"<img src=x onerror=alert(1)>after":                  "after",
		"<a href=\"javascript:alert(1)\">click</a>":          "click",
		// Text that says so is text.
		"&lt;script&gt;alert(1)&lt;/script&gt;":        "<script>alert(1)</script>",
		"<p>unclosed <b>bold":                          "unclosed bold",
		"<!-- hidden --><p>\u00a0seen\u00a0</p>":       "seen",
		"<textarea><p>not text</textarea>yes":          "yes",
		"bell\x07 and \u202eturned\u202c":              "bell and turned",
		"<p>Ōkami&nbsp;&amp;&nbsp;Söhne &#x1F43A;</p>": "Ōkami & Söhne 🐺",
	} {
		if got := *fromHTML(&in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if fromHTML(nil) != nil || plain(nil) != nil {
		t.Error("nothing became something")
	}
}

func TestANoteThatGoesOnSaysSo(t *testing.T) {
	short, long := strings.Repeat("ō", previewLength-1), strings.Repeat("ō", previewLength)
	if *preview(&short) != short || *preview(&long) != long+"…" || preview(nil) != nil {
		t.Errorf("%q %q", *preview(&short), *preview(&long))
	}
}
