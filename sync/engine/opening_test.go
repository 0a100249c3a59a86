package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
	"sidelight/sync/salesforce"
	"sidelight/sync/vendor"
)

// streaming are remotes of which Salesforce streams, and tells when a stream is about to be opened.
type streaming struct {
	vendor.Remotes
	streamer
}

type streamer struct {
	*salesforce.Client
	opens func(models.SyncObject)
}

func (s streamer) Stream(ctx context.Context, object models.SyncObject, replay string, handle func(context.Context, models.StreamBatch) error) error {
	s.opens(object)
	return s.Client.Stream(ctx, object, replay, handle)
}

func (s *streaming) Remote(side models.Side) (vendor.Remote, error) {
	if side == models.Salesforce {
		return s.streamer, nil
	}
	return s.Remotes.Remote(side)
}

func TestWhatHappensWhileAStreamOpensIsFoundWithoutTheNextPoll(t *testing.T) {
	var h *liveEngine
	var once sync.Once
	ready, edited := make(chan struct{}), make(chan struct{})
	var sf, desk string
	h = open(t, storetest.SQLiteAddress(t), 10, deaf, func(c *engine.Config) {
		live := c.Remotes.(*liveEngine)
		client, err := salesforce.New(salesforce.Config{LoginURL: live.vendors.SalesforceURL, HTTP: live.http, PubSubAddr: live.vendors.PubSubAddr, PubSubCA: live.vendors.PubSubCAPEM,
			Credentials: func(context.Context) (models.Credentials, error) {
				return models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"}, nil
			}})
		must(t, err)
		c.Remotes = &streaming{live, streamer{client, func(object models.SyncObject) {
			if object != models.ContactObject {
				return
			}
			once.Do(func() { // after the poll that comes before the opening, and before the opening
				<-ready
				h.edit(models.Salesforce, sf, "Title", "In between")
				close(edited)
			})
		}}}
	})
	h.settleDeaf()
	sf, desk = h.linked()
	polled := func() time.Time {
		polls, err := h.store.PollCursors(context.Background())
		must(t, err)
		return polls[0].UpdatedAt
	}
	before := polled()
	h.engine.PollNow()
	h.soon("everything was polled once more", func() bool { return polled().After(before) })
	close(ready)
	<-edited
	h.soon("the edit is in Desk", func() bool { return h.title(desk) == "In between" })
}
