package store_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx    = context.Background()
	values = cmp.Comparer(func(a, b models.Value) bool { return a == b })
	t0     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// each opens a store of each kind.
func each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	storetest.Each(t, func(t *testing.T, address string) { test(t, storetest.Open(t, address)) })
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func vals(pairs ...string) models.Values {
	v := models.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v[pairs[i]] = models.Text(pairs[i+1])
	}
	return v
}

// active makes an integration that may write.
func active(t testing.TB, s *store.Store) models.Integration {
	t.Helper()
	return must[models.Integration](t)(s.UpdateIntegration(ctx, func(in *models.Integration) error {
		in.Status = models.StatusActive
		return nil
	}))
}

func TestAnAddressIsCheckedAndNamedWithoutItsPassword(t *testing.T) {
	for _, address := range []string{"", "sqlite:", "postgres://x", "mysql:", "mysql:root:hidden@tcp(127.0.0.1:1)"} {
		_, err := store.Open(ctx, address, store.Options{})
		if models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && bytes.Contains([]byte(err.Error()), []byte("hidden")) {
			t.Error("the error repeats the password")
		}
	}
	_, err := store.Open(ctx, "mysql:root:hidden@tcp(127.0.0.1:1)/x", store.Options{})
	if models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Errorf("%v", err)
	}
}

func TestOpeningAgainFindsWhatWasKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		first := storetest.Open(t, address)
		check(t, first.SetSetting(ctx, "a", "1"))
		second := storetest.Open(t, address)
		if got := must[string](t)(second.Setting(ctx, "a")); got != "1" {
			t.Errorf("got %q", got)
		}
		in := must[models.Integration](t)(second.Integration(ctx))
		if in.Status != models.StatusNotConnected || in.HistoryDays != models.DefaultHistoryDays {
			t.Errorf("%+v", in)
		}
	})
}

func TestCredentialsAreSealedAndBoundToTheirSide(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		secret := models.Credentials{Grant: "authorization_code", ClientSecret: "very-secret", RefreshToken: "also-secret"}
		check(t, s.SaveConnection(ctx, models.Connection{Side: models.Desk, Connected: true}, &secret))
		c := must[models.Connection](t)(s.Connection(ctx, models.Desk))
		if len(c.Secrets) == 0 || bytes.Contains(c.Secrets, []byte("secret")) {
			t.Error("the credentials are not sealed")
		}
		if got := must[models.Credentials](t)(s.Credentials(ctx, models.Desk)); !cmp.Equal(got, secret) {
			t.Error("the credentials came back changed")
		}
		secret.AccessToken = "new"
		check(t, s.SaveCredentials(ctx, models.Desk, secret))
		check(t, s.SetConnectionProblem(ctx, models.Desk, models.CodeBadCredentials, "refused"))
		c = must[models.Connection](t)(s.Connection(ctx, models.Desk))
		if c.Problem == nil || *c.Problem != "refused" || must[models.Credentials](t)(s.Credentials(ctx, models.Desk)).AccessToken != "new" {
			t.Errorf("%+v", c)
		}
		if _, err := s.Credentials(ctx, models.Salesforce); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("a side that was never connected: %v", err)
		}
	})
}

func TestAnotherKeyDoesNotOpenCredentialsAndAnOldOneStillDoes(t *testing.T) {
	address := storetest.SQLiteAddress(t)
	check(t, storetest.Open(t, address).SaveConnection(ctx, models.Connection{Side: models.Desk, Connected: true}, &models.Credentials{ClientID: "x"}))
	other := bytes.Repeat([]byte("k"), 32)
	_, err := storetest.Open(t, address, func(o *store.Options) { o.Seal = other }).Credentials(ctx, models.Desk)
	if models.CodeOf(err) != models.CodeBadCredentials {
		t.Errorf("%v", err)
	}
	rotated := storetest.Open(t, address, func(o *store.Options) { o.Seal, o.Old = other, [][]byte{storetest.Key} })
	if got := must[models.Credentials](t)(rotated.Credentials(ctx, models.Desk)); got.ClientID != "x" {
		t.Errorf("%+v", got.ClientID)
	}
}

func TestALeaseHasOneHolderAndItsFenceRisesWithEachNewOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		now := t0
		s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
		acquire := func(owner string) (int64, bool) {
			fence, held, err := s.AcquireLease(ctx, "leader", owner, time.Minute)
			check(t, err)
			return fence, held
		}
		first, held := acquire("a")
		if !held {
			t.Fatal("nobody held it")
		}
		if again, held := acquire("a"); !held || again != first {
			t.Error("its holder could not renew it")
		}
		if _, held := acquire("b"); held {
			t.Error("two hold it")
		}
		now = now.Add(2 * time.Minute)
		if second, held := acquire("b"); !held || second <= first {
			t.Errorf("after its end: held %v, fence %d after %d", held, second, first)
		}
		check(t, s.ReleaseLease(ctx, "leader", "a"))
		if _, held := acquire("c"); held {
			t.Error("somebody else gave it back")
		}
		check(t, s.ReleaseLease(ctx, "leader", "b"))
		if _, held := acquire("c"); !held {
			t.Error("it was given back and is still held")
		}
	})
}

func TestTheStoreSpeaksOnlyOfStatementsNeverOfValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		var said bytes.Buffer
		s := storetest.Open(t, address, func(o *store.Options) { o.OnSQL = func(q string) { said.WriteString(q) } })
		check(t, s.SetSetting(ctx, "name-of-setting", "value-of-setting"))
		if said.Len() == 0 || bytes.Contains(said.Bytes(), []byte("value-of-setting")) {
			t.Errorf("said: %s", said.String())
		}
	})
}
