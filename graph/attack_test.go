package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func post(query string) []byte {
	b, _ := json.Marshal(map[string]string{"query": query})
	return b
}

func repeat(n int, one func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(one(i))
	}
	return b.String()
}

// attack is a request that must be refused.
type attack struct {
	name   string
	body   []byte
	change func(*http.Request)
	// echo is what the answer must not repeat.
	echo string
}

// attacks are the ones that are known to hurt servers of GraphQL.
func attacks() []attack {
	const secret = "THIS-IS-NOT-ECHOED"
	of := func(query string) []byte { return post(query) }
	list := []attack{
		{name: "50,000 equal fields", body: of("{" + strings.Repeat("__typename ", 50_000) + "}")},
		{name: "1,000 equal fields", body: of("{viewer{" + strings.Repeat("subject ", 1000) + "}}")},
		{name: "400 aliases", body: of("{" + repeat(400, func(i int) string { return fmt.Sprintf("a%d:__typename ", i) }) + "}")},
		{name: "aliases of a costly field", body: of("{" + repeat(100, func(i int) string { return fmt.Sprintf("a%d:contacts{totalCount} ", i) }) + "}")},
		{name: "10,000 directives", body: of("{viewer{subject" + strings.Repeat(" @a", 10_000) + "}}")},
		{name: "directives that are known", body: of("{viewer{subject" + strings.Repeat(" @include(if:true)", 200) + "}}")},
		{name: "80 fragments in 80", body: of("{" + repeat(80, func(int) string { return "...{" + strings.Repeat("...{__typename}", 80) + "}" }) + "}")},
		{name: "fragments that double", body: of("{...F0} " + repeat(100, func(i int) string {
			return fmt.Sprintf("fragment F%d on Query{...F%d ...F%d} ", i, i+1, i+1)
		}) + "fragment F100 on Query{__typename}")},
		{name: "a cycle of fragments", body: of("{...A} fragment A on Query{...B} fragment B on Query{...A}")},
		{name: "a long cycle of fragments", body: of("{...F0} " + repeat(100, func(i int) string { return fmt.Sprintf("fragment F%d on Query{...F%d} ", i, (i+1)%100) }))},
		{name: "deep nesting", body: of("{accounts{nodes" + strings.Repeat("{contacts{nodes{account", 12) + "{id}" + strings.Repeat("}}}", 12) + "}}")},
		{name: "5,000 braces", body: of(strings.Repeat("{a", 5000))},
		{name: "braces behind a comment", body: of("# \"\n" + strings.Repeat("{a", 5000))},
		{name: "a deep value", body: of("{contacts(filter:" + strings.Repeat("[", 5000) + "){totalCount}}")},
		{name: "a deep type", body: of("query($a:" + strings.Repeat("[", 1000) + "Int" + strings.Repeat("]", 1000) + "){viewer{subject}}")},
		{name: "rows times rows", body: of("{accounts(first:200){nodes{contacts(first:200){nodes{id}}}}}")},
		{name: "first: -1", body: of("{contacts(first:-1){totalCount}}")},
		{name: "first: 1e9", body: of("{contacts(first:1e9){totalCount}}")},
		{name: "first: 1000000000", body: of("{contacts(first:1000000000){totalCount}}")},
		{name: "a huge number", body: of("{contacts(first:" + strings.Repeat("9", 400) + "){totalCount}}")},
		{name: "a huge number as a variable", body: []byte(`{"query":"query($n:Int){contacts(first:$n){totalCount}}","variables":{"n":` + strings.Repeat("9", 400) + `}}`)},
		{name: "variables of other types", body: []byte(`{"query":"query($n:Int,$f:ContactFilter){contacts(first:$n,filter:$f){totalCount}}","variables":{"n":{"a":[1]},"f":"x"}}`)},
		{name: "a variable that is missing", body: of("query($k:CustomerKey!){customer(by:$k){asOf}}")},
		{name: "two keys of one of", body: of(`{customer(by:{email:"a@x.example",salesforceId:"003"}){asOf}}`)},
		{name: "huge variables", body: []byte(`{"query":"{viewer{subject}}","variables":{"x":"` + strings.Repeat("x", 300<<10) + `"}}`)},
		{name: "variables nested deep", body: []byte(`{"query":"{viewer{subject}}","variables":{"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`)},
		{name: "5,000 operations", body: of(repeat(5000, func(i int) string { return fmt.Sprintf("query Q%d{viewer{subject}} ", i) }))},
		{name: "200 operations of which none is named", body: of(repeat(200, func(i int) string { return fmt.Sprintf("query Q%d{__typename} ", i) }))},
		{name: "many variables", body: of("query(" + repeat(2000, func(i int) string { return fmt.Sprintf("$v%d:Int ", i) }) + "){viewer{subject}}")},
		{name: "introspection in circles", body: of("{__schema{types{fields{type" + strings.Repeat("{fields{type", 10) + "{name}" + strings.Repeat("}}", 10) + "}}}}")},
		{name: "introspection many times", body: of("{" + repeat(25, func(i int) string { return fmt.Sprintf("s%d:__schema{types{name fields{name args{name}}}} ", i) }) + "}")},
		{name: "an unknown field with a long name", body: of("{" + secret + strings.Repeat("a", 100_000) + "}"), echo: strings.Repeat("a", 300)},
		{name: "500 unknown fields", body: of("{" + repeat(500, func(i int) string { return fmt.Sprintf("x%d ", i) }) + "}")},
		{name: "a near miss of a field", body: of("{viewer{subjec}}")},
		{name: "a near miss of an argument", body: of("{contacts(firs:1){totalCount}}")},
		{name: "a near miss of an input field", body: of(`{contacts(filter:{emai:"a"}){totalCount}}`)},
		{name: "a near miss of an enum value", body: of("{contacts(orderBy:NAME_AS){totalCount}}")},
		{name: "a near miss of a type", body: of("query($f:ContactFilte){contacts(filter:$f){totalCount}}")},
		{name: "a near miss of a directive's argument", body: of("{viewer{subject @include(iff:true)}}")},
		{name: "20 MB", body: of(strings.Repeat("x", 20<<20)), change: func(r *http.Request) { r.Header.Set("Expect", "100-continue") }},
		{name: "20 MB of unknown length", body: of(strings.Repeat("x", 20<<20)), change: func(r *http.Request) { r.ContentLength = -1; r.TransferEncoding = []string{"chunked"} }},
		{name: "a batch", body: []byte("[" + strings.TrimSuffix(strings.Repeat(`{"query":"{viewer{subject}}"},`, 1000), ",") + "]")},
		{name: "malformed JSON", body: []byte(`{"query":"{viewer{subject}}","variables":{"password":"` + secret), echo: secret},
		{name: "something after the JSON", body: []byte(`{"query":"{viewer{subject}}"}` + secret), echo: secret},
		{name: "no JSON object", body: []byte(`"` + secret + `"`), echo: secret},
		{name: "nothing", body: nil},
		{name: "a query that is no text", body: []byte(`{"query":{"a":1}}`)},
		{name: "variables that are a list", body: []byte(`{"query":"{viewer{subject}}","variables":[]}`)},
		{name: "a NUL in the document", body: of("{viewer{subject\x00}}")},
		{name: "a NUL in a variable", body: []byte(`{"query":"query($e:String){contacts(filter:{email:$e}){totalCount}}","variables":{"e":"a\u0000b"}}`)},
		{name: "half a surrogate pair", body: []byte(`{"query":"query($e:String){contacts(filter:{email:$e}){totalCount}}","variables":{"e":"\ud800"}}`)},
		{name: "not UTF-8", body: []byte("{\"query\":\"{viewer{subject}}\",\"variables\":{\"e\":\"\xff\xfe\"}}")},
		{name: "an unknown persisted document", body: []byte(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + strings.Repeat("0", 64) + `"}}}`)},
		{name: "plain text", body: of("{viewer{subject}}"), change: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }},
		{name: "a form", body: []byte("query={viewer{subject}}"), change: func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }},
		{name: "no content type", body: of("{viewer{subject}}"), change: func(r *http.Request) { r.Header.Del("Content-Type") }},
		{name: "UTF-16", body: of("{viewer{subject}}"), change: func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-16") }},
		{name: "PUT", body: of("{viewer{subject}}"), change: func(r *http.Request) { r.Method = http.MethodPut }},
		{name: "a strange upgrade", body: of("{viewer{subject}}"), change: func(r *http.Request) { r.Header.Set("Upgrade", "h2c"); r.Header.Set("Connection", "Upgrade") }},
		{name: "nobody", body: of("{__schema{types{name}}}"), change: func(r *http.Request) { r.Header.Del("Authorization") }},
	}
	get := func(name, query string) {
		list = append(list, attack{name: name, change: func(r *http.Request) {
			r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0
			r.URL.RawQuery = query
		}})
	}
	get("a mutation by GET", url.Values{"query": {"mutation{pauseSync{status}}"}}.Encode())
	get("one of two operations by GET", url.Values{"query": {"query A{viewer{subject}} mutation B{pauseSync{status}}"}, "operationName": {"B"}}.Encode())
	get("a GET of nothing", "")
	get("a GET that cannot be read", "query=%zz")
	get("variables by GET that are no object", url.Values{"query": {"{viewer{subject}}"}, "variables": {"[1"}}.Encode())
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("operations", `{"query":"mutation{pauseSync{status}}"}`)
	_ = w.WriteField("map", `{}`)
	_ = w.Close()
	return append(list, attack{name: "multipart", body: form.Bytes(), change: func(r *http.Request) { r.Header.Set("Content-Type", w.FormDataContentType()) }})
}

// try sends an attack and answers how long it took. What is much too large is refused unread: the
// end of the connection may overtake the answer, and then it is sent again.
func (h *harness) try(token string, a attack) (answer, time.Duration) {
	for tries := 1; ; tries++ {
		began := time.Now()
		got, err := h.sent(token, a.body, a.change)
		took := time.Since(began)
		if err == nil {
			return got, took
		}
		if len(a.body) < 1<<20 || tries == 20 {
			h.t.Fatal(err)
		}
	}
}

// TestAttacks sends what hurts servers of GraphQL to one deployment.
func TestAttacks(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 8)
	h.settled()
	h.permit(nil)
	// What is refused unread ends its connection.
	h.web.Transport = &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: testTimeout}
	t.Run("are refused at once and in few words", func(t *testing.T) { refusedAtOnce(t, h) })
	t.Run("leave nothing behind", func(t *testing.T) { nothingBehind(t, h) })
	t.Run("a body that never comes holds nobody up", func(t *testing.T) { endlessBody(t, h) })
}

// refusedAtOnce holds every refusal against a request that is answered, in the same run.
func refusedAtOnce(t *testing.T, h *harness) {
	usual := func() time.Duration {
		var took []time.Duration
		for range 9 {
			a, d := h.try(h.admin, attack{body: post(`{contacts(first:20){nodes{id name email account{name}}}}`)})
			if a.errors != nil {
				t.Fatal(a.text)
			}
			took = append(took, d)
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	ordinary := usual()
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			defer func(outer testing.TB) { h.t = outer }(h.t)
			h.t = t
			h.readStatements()
			var got answer
			best := time.Hour
			for range 3 {
				var took time.Duration
				got, took = h.try(h.admin, a)
				best = min(best, took)
			}
			if got.data != nil || len(got.errors) == 0 || got.status >= 500 || (got.status != 200 && got.status < 400) {
				t.Errorf("%d %s", got.status, brief(got.text))
			}
			if len(got.text) > 4096 || strings.Contains(got.text, "Did you mean") || (a.echo != "" && strings.Contains(got.text, a.echo)) {
				t.Errorf("%d bytes: %s", len(got.text), brief(got.text))
			}
			if said := h.readStatements(); len(said) > 0 {
				t.Errorf("it was refused after %v", said)
			}
			// Refusing costs less than twenty ordinary answers; sending 20 MB costs as much as it
			// costs.
			for round := 0; best > 20*ordinary && len(a.body) < 1<<20; round++ {
				if round == 3 {
					t.Fatalf("it took %v; an ordinary request %v", best, ordinary)
				}
				_, best = h.try(h.admin, a) // the machine may have had something else to do
				ordinary = usual()
			}
			t.Logf("%d, %d bytes, %v", got.status, len(got.text), best)
		})
	}
}

// nothingBehind sends every attack again and again: what the process holds does not grow with them.
func nothingBehind(t *testing.T, h *harness) {
	// What the test itself holds would be counted.
	list := slices.DeleteFunc(attacks(), func(a attack) bool { return len(a.body) > 1<<20 })
	round := func(n int) uint64 {
		for i, a := range list {
			if at := bytes.Index(a.body, []byte("{viewer")); at > 0 {
				// Another document each time: nothing is found in a cache.
				a.body = bytes.Replace(a.body, []byte("{viewer"), fmt.Appendf(nil, "{r%d_%d:viewer", n, i), 1)
			}
			h.try(h.admin, a)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := max(round(0), round(1)) // what is made once is there then
	after := before
	for n := range 3 {
		after = round(n + 2)
		t.Logf("the heap was %d KiB and is %d KiB", before>>10, after>>10)
	}
	if after > before+16<<20 {
		t.Errorf("the heap was %d MiB and is %d MiB", before>>20, after>>20)
	}
}

// endlessBody sends half a body.
func endlessBody(t *testing.T, h *harness) {
	begun, end := io.Pipe()
	req, _ := http.NewRequest(http.MethodPost, h.url+"/graphql", begun)
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + h.agent(models.DenyMask)}}
	done := make(chan error, 1)
	go func() {
		res, err := h.web.Do(req)
		if err == nil {
			err = res.Body.Close()
		}
		done <- err
	}()
	if _, err := end.Write([]byte(`{"query":`)); err != nil {
		t.Fatal(err)
	}
	if a := h.ask(h.agent(models.DenyMask), "{viewer{subject}}"); a.errors != nil {
		// The other one is still on its way.
		t.Error(a.text)
	}
	_ = end.CloseWithError(io.ErrUnexpectedEOF)
	<-done
	if a := h.ask(h.agent(models.DenyMask), "{viewer{subject}}"); a.errors != nil {
		t.Error(a.text)
	}
}
