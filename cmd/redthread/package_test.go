package main

import (
	"testing"
	"time"

	"redthread/bot"
)

// What a client has paid for is set and shown, what is used stays, and nonsense is
// refused.
func TestPackage(t *testing.T) {
	h := ready(t)
	visit(t, h, bot.Conversation{Channel: "telegram", Chat: "42"}, time.Now())
	h.run("package show K-000001", exitFailed, "no client K-000001 with a package")
	h.run("package set K-000001 --count 6 --until 2099-12-31", exitDone, "K-000001: 0/6, until 2099-12-31; 0 under way.")
	h.run("package set K-000001 --count 3 --until 2099-12-31 --renew", exitDone, "0/3")
	h.run("package show K-000001", exitDone, "K-000001: 0/3, until 2099-12-31")
	h.run("package set K-000001 --count 6 --until 2020-12-31", exitFailed, "2020-12-31 is over")
	h.run("package set K-000001 --count 1000 --until 2099-12-31", exitFailed, "expected 0 to 999")
	h.run("package set K-000009 --count 6 --until 2099-12-31", exitFailed, "no client K-000009")
	h.run("package set K-000001 --count 6 --until soon", exitMisused, "--until")
}
