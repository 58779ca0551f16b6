package main

import (
	"context"
	"reflect"
	"sync"
	"time"
)

// Panel is what the house shows of its work: who stands where and what is on its
// way, never what was said.
type Panel interface {
	// Turns returns the newest turns, the newest first, at most limit.
	Turns(ctx context.Context, limit int) ([]Turn, error)
	// Outbox returns the newest messages to people, the newest first, at most limit.
	Outbox(ctx context.Context, limit int) ([]Parcel, error)
}

// Turn is one event that was taken.
type Turn struct {
	Conversation string    `json:"conversation"` // "telegram:42", a pseudonym
	Seq          int64     `json:"seq"`
	At           time.Time `json:"at"`
	Kind         string    `json:"kind"`   // of the event
	Before       string    `json:"before"` // flow/step, empty outside any flow
	After        string    `json:"after"`
	MS           float64   `json:"ms"` // how long it took
}

// Parcel is one message on its way to a person.
type Parcel struct {
	Conversation string `json:"conversation"`
	Seq          int64  `json:"seq"`
	State        string `json:"state"` // as the store names it: "sent", "queued" …
	Tries        int    `json:"tries"`
	Reason       string `json:"reason,omitempty"`
	AgeMS        int64  `json:"ageMs"` // since it was said
}

const (
	maxTurns   = 40
	maxParcels = 40
)

// board keeps the last reading of the panel.
type board struct {
	panel   Panel
	address map[string]string // conversation → phone

	mu   sync.Mutex
	last boardView
}

// boardView is the panel as the page draws it. Who names the phone of a
// conversation where it is one of ours.
type boardView struct {
	Turns  []Turn            `json:"turns"`
	Outbox []Parcel          `json:"outbox"`
	Who    map[string]string `json:"who"`
	Error  string            `json:"error,omitempty"`
}

// addresses maps the conversations of the phones to their names.
func addresses(phones []phone) map[string]string {
	m := map[string]string{}
	for _, p := range phones {
		m[p.conversation()] = p.ID
	}
	return m
}

// read asks the panel and says whether anything but ages has changed.
func (b *board) read(ctx context.Context) (boardView, bool) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	v := boardView{Who: b.address}
	var err error
	if v.Turns, err = b.panel.Turns(ctx, maxTurns); err == nil {
		v.Outbox, err = b.panel.Outbox(ctx, maxParcels)
	}
	if err != nil {
		v.Error = err.Error()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	changed := !reflect.DeepEqual(ageless(v), ageless(b.last))
	b.last = v
	return v, changed
}

func (b *board) view() boardView {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// ageless is v without what changes by itself.
func ageless(v boardView) boardView {
	out := v
	out.Outbox = make([]Parcel, len(v.Outbox))
	for i, p := range v.Outbox {
		p.AgeMS = 0
		out.Outbox[i] = p
	}
	return out
}
