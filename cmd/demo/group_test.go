package main

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"testing"

	"redthread/bot/emulator"
)

// A colleague writes in a topic of the group from the page, and nowhere else.
func TestGroupDeeds(t *testing.T) {
	p := newPlace(t, "")
	desk, _ := p.page.phone("desk")
	g := desk.handset.(*groupHandset)
	thread := g.group.OpenTopic(g.member, "K-000009")
	p.do("/api/phones/desk/write", deed{Thread: thread, Text: "您好"}, 204)
	b := p.see("desk", func(b emulator.Bubble) bool { return b.Text == "您好" })
	if b.Thread != thread || b.From != "小李" {
		t.Errorf("it stands in topic %d as %s's, want %d as 小李's", b.Thread, b.From, thread)
	}
	p.do("/api/phones/desk/edit", deed{Thread: thread, Bubble: b.ID, Text: "您好！"}, 204)
	p.see("desk", func(b emulator.Bubble) bool { return b.Edited && b.Text == "您好！" })
	picture, _ := sample("rose")
	p.send("/api/phones/desk/picture?thread=x", "image/jpeg", picture, 400)
	p.do("/api/phones/desk/picture", deed{Thread: thread, Samples: []string{"rose"}}, 204)
	p.see("desk", func(b emulator.Bubble) bool { return b.Kind == "photo" && b.Thread == thread })
	if got := desk.State(); len(got.Topics) != 1 || got.Topics[0] != (topic{thread, "K-000009"}) || got.Self != "小李" {
		t.Errorf("the group's state is %+v", got)
	}
	for _, refused := range []string{"follow", "unfollow", "voice", "contact", "tap", "click"} {
		p.do("/api/phones/desk/"+refused, deed{Thread: thread}, 400)
	}
	p.do("/api/phones/anna/write", deed{Thread: thread, Text: "在吗"}, 400)
}

// Voice, files and places can be sent on both platforms.
func TestThings(t *testing.T) {
	p := newPlace(t, "")
	for _, id := range []string{"anna", "dana"} {
		p.do("/api/phones/"+id+"/follow", deed{}, 204)
		for _, kind := range thingKinds {
			p.do("/api/phones/"+id+"/"+kind, deed{}, 204)
			p.see(id, func(b emulator.Bubble) bool { return b.Mine && b.Kind == bubbleKinds[kind] })
		}
	}
}

// Each page of a voice note begins as it must and has its sum.
func TestQuietOpus(t *testing.T) {
	note := quietOpus(2)
	if got := http.DetectContentType(note); got != "application/ogg" {
		t.Errorf("it is %s", got)
	}
	for n, rest := range bytes.Split(note, []byte("OggS"))[1:] {
		page := append([]byte("OggS"), rest...)
		sum := binary.LittleEndian.Uint32(page[22:])
		copy(page[22:26], []byte{0, 0, 0, 0})
		if want := oggSum(page); sum != want || binary.LittleEndian.Uint32(page[18:]) != uint32(n) {
			t.Errorf("page %d has the sum %x, want %x", n, sum, want)
		}
	}
	if got := oggSum([]byte("123456789")); got != 0x89a1897f {
		t.Errorf("the sum of the usual nine digits is %x", got)
	}
}

// The faces are pictures, and differ.
func TestFaces(t *testing.T) {
	p := newPlace(t, "")
	seen := map[string]bool{}
	for _, data := range faces() {
		seen[digest(data)] = true
	}
	if len(seen) != faceKinds {
		t.Errorf("of %d faces %d differ", faceKinds, len(seen))
	}
	for _, none := range []string{"0", "17", "x"} {
		if answer, _ := p.get("/faces/" + none); answer.StatusCode != 404 {
			t.Errorf("the face %q: %d", none, answer.StatusCode)
		}
	}
}
