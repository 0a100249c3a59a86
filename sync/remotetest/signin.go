package remotetest

import (
	stdsync "sync"
	"testing"
	"time"

	"sidelight/models"
)

func (h *organization) count() error {
	_, err := h.remote.Count(h.Context(), models.ContactObject)
	return err
}

func testSignIn(t *testing.T, harness Harness) {
	t.Run("who is checked is named", func(t *testing.T) {
		h := harness.open(t, small)
		info, err := h.remote.Check(h.Context())
		h.must(err)
		if info.Host == "" || info.Organization == "" || info.OrgID == "" || len(info.Checks) == 0 {
			t.Errorf("%+v", info)
		}
		for _, c := range info.Checks {
			if !c.OK {
				t.Errorf("%s is not in order", c.Name)
			}
		}
	})
	t.Run("fifty callers with a dead token make one refresh", func(t *testing.T) {
		h := harness.open(t, small)
		h.must(h.count())
		h.Advance(3 * time.Hour)
		before := h.SignIns()
		var wg stdsync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if err := h.count(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := h.SignIns() - before; n != 1 {
			t.Errorf("%d access tokens were asked for", n)
		}
	})
	t.Run("a write that a dead token refused is made once", func(t *testing.T) {
		h := harness.open(t, small)
		h.must(h.count())
		_, err := h.remote.HasMark(h.Context(), models.ContactObject)
		h.must(err)
		before, sent := h.SignIns(), h.Sent()
		h.Faults(`[{"kind":"revoke_tokens","times":1}]`)
		if got := h.create(mark(1), h.contact("Once", "")); got.Err != nil {
			t.Fatal(got.Err)
		}
		if n := h.SignIns() - before; n != 1 {
			t.Errorf("%d access tokens were asked for", n)
		}
		if n := h.Sent() - sent; n != 2 {
			t.Errorf("sent %d times: once refused, once done", n)
		}
		if n := h.Written(models.ContactObject, models.OpCreate); n != 1 {
			t.Errorf("%d contacts were made", n)
		}
	})
	t.Run("a token that is refused again and again is bad credentials", func(t *testing.T) {
		h := harness.open(t, small)
		h.must(h.count())
		before := h.SignIns()
		h.Faults("[" + rule(h.At.API, h.Refused.SignedOut) + "]")
		e := h.typed(h.count(), nil, models.CodeBadCredentials)
		if e.Retry {
			t.Errorf("%+v", e)
		}
		if n := h.SignIns() - before; n > 1 {
			t.Errorf("one call asked for %d access tokens", n)
		}
	})
	t.Run("refused credentials are not tried again and again", func(t *testing.T) {
		h := harness.open(t, small)
		h.Spoil()
		h.remote = h.Remote()
		before := h.SignIns()
		for range 20 {
			h.typed(h.count(), nil, models.CodeBadCredentials)
		}
		if n := h.SignIns() - before; n != 1 {
			t.Errorf("they were tried %d times", n)
		}
	})
	t.Run("a sign-in that fails is no refusal", func(t *testing.T) {
		for _, members := range []string{`"kind":"html"`, `"kind":"status","status":500,"body":"<html></html>"`, `"kind":"drop_before"`, `"kind":"reset"`, `"kind":"truncate"`, `"kind":"status","status":200,"body":{}`} {
			h := harness.open(t, small)
			h.must(h.count())
			h.Advance(3 * time.Hour)
			h.Faults("[" + rule(h.At.Token, members) + "]")
			if e := h.typed(h.count(), nil, models.CodeUpstreamUnavailable, models.CodeBusy, models.CodeSideUnusable); !e.Retry {
				t.Errorf("%s: %+v", members, e)
			}
			h.Faults("")
			if err := h.count(); err != nil {
				t.Errorf("%s, afterwards: %v", members, err)
			}
		}
	})
}

func testRevoke(t *testing.T, harness Harness) {
	h := harness.open(t, small)
	h.must(h.count())
	for turn := range 2 {
		if err := h.remote.Revoke(h.Context()); err != nil {
			t.Errorf("turn %d: %v", turn, err)
		}
	}
	for range 2 {
		h.typed(h.count(), nil, models.CodeBadCredentials)
		h.remote = h.Remote()
	}
}
