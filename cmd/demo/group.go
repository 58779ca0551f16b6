package main

import (
	"cmp"
	"slices"
	"strings"

	"redthread/bot/emulator"
)

// groupHandset is the staff's group as one of its members has it before them: in
// it a topic for each client, or one of these.
type groupHandset struct {
	group    *emulator.TelegramGroup
	member   *emulator.TelegramPhone
	name     string // of the member, as the group shows it
	platform *emulator.Telegram
	topic    func() int64 // in which they write; 0: in none
}

// topic is a client's part of the group.
type topic struct {
	Thread int64  `json:"thread"`
	Name   string `json:"name"`
}

// openGroup is the group of the staff, made and led by the member.
func openGroup(t *emulator.Telegram, member *emulator.TelegramPhone, name string) *groupHandset {
	return &groupHandset{t.Group("红线客服", true, member), member, name, t, func() int64 { return 0 }}
}

// In is the same group, open at a topic.
func (h *groupHandset) In(thread int64) handset {
	in := *h
	in.topic = func() int64 { return thread }
	return &in
}

// About is the same group, open at the topic that has the word in its name as soon
// as there is one.
func (h *groupHandset) About(word string) handset {
	in := *h
	in.topic = func() int64 {
		for _, t := range h.topics() {
			if strings.Contains(t.Name, word) {
				return t.Thread
			}
		}
		return 0
	}
	return &in
}

func (h *groupHandset) topics() (all []topic) {
	for thread, name := range h.group.Topics() {
		all = append(all, topic{thread, name})
	}
	slices.SortFunc(all, func(a, b topic) int { return cmp.Compare(a.Thread, b.Thread) })
	return all
}

// shows says that the bubble stands where the handset is open.
func (h *groupHandset) shows(b emulator.Bubble) bool {
	thread := h.topic()
	return thread != 0 && b.Thread == thread
}

func (h *groupHandset) Screen() *emulator.Screen { return h.group.Screen() }

func (h *groupHandset) State() state {
	return state{Present: true, Before: true, Self: h.name, Topics: h.topics()}
}

func (h *groupHandset) Picture(name string) ([]byte, string) { return h.platform.Picture(name) }

// Follow, and the like: nobody follows a group, or leaves this one.
func (h *groupHandset) Follow() error { return errCannot }

// Unfollow is as Follow.
func (h *groupHandset) Unfollow() error { return errCannot }

// Resume is as Follow.
func (h *groupHandset) Resume() {}

func (h *groupHandset) Write(text string) error {
	return telegramTaken(h.group.Write(h.member, h.topic(), text))
}

func (h *groupHandset) Edit(bubble int64, text string) error {
	return telegramTaken(h.group.Edit(h.member, bubble, text))
}

func (h *groupHandset) Press(bubble int64, row, col int) error {
	return telegramTaken(h.group.Press(h.member, bubble, row, col))
}

// Tap is as on any phone with Telegram.
func (h *groupHandset) Tap(int64, int) error { return errCannot }

// Click is as on any phone with Telegram.
func (h *groupHandset) Click(string) error { return errCannot }

func (h *groupHandset) SendPictures(pictures [][]byte, caption string) error {
	for _, data := range pictures {
		if err := telegramTaken(h.group.SendPicture(h.member, h.topic(), data, caption)); err != nil {
			return err
		}
	}
	return nil
}

// SendThing: the page shows these keys on clients' phones only.
func (h *groupHandset) SendThing(thing) error { return errCannot }

func (h *groupHandset) ShareContact() error { return errCannot }
