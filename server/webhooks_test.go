package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"sidelight/models/store/storetest"
	"sidelight/sync/zohodesk"
)

func TestAReplayedDeliveryCausesNothingAndManyAreBounded(t *testing.T) {
	d := newDelivered(slog.New(slog.DiscardHandler))
	events := make([]zohodesk.WebhookEvent, 3)
	body := []byte(`[{"eventType":"Contact_Update"}]`)
	if n := len(d.newEvents("signature", body, events)); n != 3 {
		t.Errorf("the first time: %d", n)
	}
	for range 100 {
		if n := len(d.newEvents("signature", body, events)); n != 0 {
			t.Fatalf("a replay: %d", n)
		}
	}
	if n := len(d.newEvents("signature", []byte(`[{"eventType":"Contact_Delete"}]`), events)); n != 3 {
		t.Errorf("another delivery of the same second, which has the same signature: %d", n)
	}
	began, taken := time.Now(), 0
	for i := range 10_000 {
		taken += len(d.newEvents("signature", fmt.Appendf(nil, "[%d]", i), events))
	}
	most := eventsAtOnce + int(time.Since(began).Minutes()*eventsAMinute) + 1
	if taken > most || taken < eventsAtOnce-10 {
		t.Errorf("of 30000 events %d were looked into, %d at most", taken, most)
	}
}

// What a delivery named is looked into after its answer: the process that is being stopped waits
// for it, and the store is open until then.
func TestAStopWaitsForWhatADeliveryBegan(t *testing.T) {
	r := newHarness(t, storetest.SQLiteAddress(t)).serve()
	began, result := make(chan struct{}), errors.New("it was not waited for")
	r.afterwards.Go(func(ctx context.Context) {
		close(began)
		<-r.streams.Done() // the stop has begun
		_, result = r.store.Integration(ctx)
	})
	<-began
	r.stop()
	if result != nil {
		t.Errorf("what a delivery began ended with %v", result)
	}
	if r.afterwards.Go(func(context.Context) {}) {
		t.Error("a delivery begins something after the stop")
	}
}
