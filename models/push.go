package models

import "time"

// PushState says whether a side tells of changes by itself, as far as that is proved. It is the
// value of the cursor CursorPush; the cursor's time is when the state was noted.
//
//	unproved ──a webhook, or a batch of the stream──▶ alive ──a poll failed──▶ unproved
//	alive ──a poll found what push should have told──▶ missed ──told, missedFor later──▶ alive
type PushState string

const (
	// PushUnproved is the state before push told of anything, and after the side did not answer.
	PushUnproved PushState = ""
	// PushAlive tells that push told of something, if only that it is there, at the cursor's time.
	PushAlive PushState = "alive"
	// PushMissed tells that a poll found a change of which push had not told.
	PushMissed PushState = "missed"
)

const (
	// streamBeats is how long a stream may have been quiet. Salesforce answers at least every 270
	// seconds, if only with a replay position (facts, section 4).
	streamBeats = 6 * time.Minute
	// webhooksLast is how long a webhook that came proves that the next will. Webhooks have no
	// heartbeat: only a poll tells that one did not come.
	webhooksLast = 7 * 24 * time.Hour
	// missedFor is how long push is not relied on after it left out a change.
	missedFor = time.Hour
	// pushArrives is how long a webhook or a change event may be on its way.
	pushArrives = 2 * time.Minute
	// TellEvery bounds how often it is noted that push is alive.
	TellEvery = time.Minute
	// restFactor is how many times as long the interval between two polls is while push is alive.
	restFactor = 8
)

// Alive tells whether push of the side is proved at the time now, by a state that was noted at.
func (p PushState) Alive(side Side, at, now time.Time) bool {
	lasts := webhooksLast
	if side == Salesforce {
		lasts = streamBeats
	}
	return p == PushAlive && now.Sub(at) < lasts
}

// Told is the state after push told of something now. changed is false where nothing is to be
// noted: it was a moment ago, or a missed change is too recent.
func (p PushState) Told(at, now time.Time) (next PushState, changed bool) {
	switch age := now.Sub(at); p {
	case PushAlive:
		return p, age >= TellEvery || age < 0
	case PushMissed:
		if age < missedFor && age >= 0 {
			return p, false
		}
	}
	return PushAlive, true
}

// Missed tells whether a change that a poll found is one that push should have told before. changed
// is the record's own time by the vendor's clock, now the database's.
func Missed(changed, now time.Time) bool {
	return !changed.IsZero() && now.Sub(changed) > pushArrives
}

// PollInterval is how long a side is not asked for changes again, where every is the interval
// without push.
func PollInterval(every time.Duration, alive bool) time.Duration {
	if alive {
		return restFactor * every
	}
	return every
}
