package store

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Bounds of the cards that are kept: their bytes, roughly, and how long one stays of which nobody
// has asked whether it is still right. What was erased is gone from memory then.
const (
	maxKeptBytes = 32 << 20
	minKeptCard  = 2 << 10
	maxKeptCard  = 256 << 10
	keptUnasked  = 15 * time.Minute
)

// keptCards are the cards that were read last, by keptName.
type keptCards struct {
	mu    sync.Mutex
	now   func() time.Time
	list  *simplelru.LRU[string, *keptEntry]
	bytes int
}

type keptEntry struct {
	card  *keptCard
	bytes int
	asked time.Time
}

func newKeptCards(now func() time.Time) *keptCards {
	k := &keptCards{now: now}
	// Refuses a size of zero alone.
	k.list, _ = simplelru.NewLRU(maxKeptBytes/minKeptCard, func(_ string, e *keptEntry) { k.bytes -= e.bytes })
	return k
}

func (k *keptCards) get(name string) *keptCard {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	e, ok := k.list.Get(name)
	if !ok {
		return nil
	}
	e.asked = k.now()
	return e.card
}

func (k *keptCards) drop(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list.Remove(name)
}

func (k *keptCards) keep(name string, card *keptCard) {
	n := len(name) + card.weight()
	if name == "" || n > maxKeptCard {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list.Remove(name)
	for k.bytes+n > maxKeptBytes {
		k.list.RemoveOldest()
	}
	k.bytes += n
	k.list.Add(name, &keptEntry{card, n, k.now()})
	k.expire()
}

// expire drops those that nobody has asked for: the oldest stand first.
func (k *keptCards) expire() {
	before := k.now().Add(-keptUnasked)
	for {
		_, e, ok := k.list.GetOldest()
		if !ok || e.asked.After(before) {
			return
		}
		k.list.RemoveOldest()
	}
}

// weight is about how many bytes a card takes.
func (k *keptCard) weight() int {
	n := minKeptCard
	text := func(list ...*string) {
		for _, s := range list {
			if s != nil {
				n += len(*s) + 16
			}
		}
	}
	for _, row := range k.rows {
		for _, data := range row.data {
			for name, v := range data {
				n += len(name) + len(v.String()) + 64
			}
		}
	}
	for _, page := range k.pages.Opportunities {
		for _, o := range page.Rows {
			n += 512
			text(o.Name, o.Stage, o.OwnerName, o.OwnerEmail, o.Role)
		}
	}
	for _, page := range k.pages.Notes {
		for _, o := range page.Rows {
			n += 384
			text(o.Title, o.Body, o.CreatedByName)
		}
	}
	for _, page := range k.pages.Events {
		for _, o := range page.Rows {
			n += 384
			text(o.Subject, o.Location, o.Description, o.OwnerName)
		}
	}
	for _, page := range k.pages.Tasks {
		for _, o := range page.Rows {
			n += 384
			text(o.Subject, o.Status, o.Description, o.OwnerName)
		}
	}
	return n + len(k.read.CustomerIDs)*64 + len(k.versions)*64
}
