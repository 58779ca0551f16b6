package pace

import (
	"fmt"
	"testing"
	"time"
)

func TestTake(t *testing.T) {
	b := New(60, time.Minute, 3)
	now := time.Date(2026, 3, 6, 4, 0, 0, 0, time.UTC)
	for i := range 5 {
		if ok, _ := b.Take("anna", now); ok != (i < 3) {
			t.Errorf("number %d: %v", i, ok)
		}
	}
	if !b.Empty("anna", now) || b.Empty("dana", now) {
		t.Error("whose bucket is empty?")
	}
	if ok, left := b.Take("dana", now); !ok || left != 2 {
		t.Errorf("another one: %v, %v left", ok, left)
	}
	now = now.Add(time.Second)
	if ok, left := b.Take("anna", now); !ok || left != 0 {
		t.Errorf("after a second: %v, %v left", ok, left)
	}
}

func TestTheNumberOfKeysIsBounded(t *testing.T) {
	b := New(1, time.Hour, 2)
	now := time.Date(2026, 3, 6, 4, 0, 0, 0, time.UTC)
	for i := range 3 * maxKeys {
		b.Take(fmt.Sprint(i), now)
	}
	if len(b.by) > maxKeys {
		t.Errorf("%d keys are remembered", len(b.by))
	}
	b = New(1, time.Second, 1)
	for i := range maxKeys {
		b.Take(fmt.Sprint(i), now)
	}
	now = now.Add(time.Minute)
	if b.Take("new", now); len(b.by) != 1 {
		t.Errorf("%d keys are remembered after all were quiet", len(b.by))
	}
}
