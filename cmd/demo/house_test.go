package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"redthread/bot/emulator"
)

// newHouse is the real bot, joined to a town of its own; its people work there.
func newHouse(t *testing.T, folder, mode string) (*town, house) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	town, err := newTown(climate{Mode: mode, Limits: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(t.Context(), town, folder, "daily 0:00-24:00", log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if err := town.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := openShop(t.Context(), town.Phones, h); err != nil {
		t.Fatal(err)
	}
	return town, h
}

func TestTour(t *testing.T) {
	for _, mode := range []string{"safe", "plain", "compatible"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel() // most of it is waiting for the platforms' limits
			town, h := newHouse(t, t.TempDir(), mode)
			log := slog.New(slog.NewTextHandler(os.Stderr, nil))
			script, err := readScript("testdata/tour.zh-CN.chat", log)
			if err != nil {
				t.Fatal(err)
			}
			p := newPlayer(script, town.Phones, log)
			p.Pace = 0
			if missed := p.play(t.Context()); len(missed) > 0 {
				t.Errorf("the lines %v did not come; anna's phone:\n%s\nli's phone:\n%s", missed, reads(town, "anna"), reads(town, "li"))
			}
			turns, err := h.Turns(t.Context(), 100)
			if err != nil || len(turns) < 15 {
				t.Errorf("%d turns, %v", len(turns), err)
			}
			parcels, err := h.Outbox(t.Context(), 5)
			if err != nil || len(parcels) != 5 {
				t.Errorf("%d parcels, %v", len(parcels), err)
			}
		})
	}
}

// TestRegister plays the registration to its end on both platforms, over the real
// SDKs: by typing and by tapping, with photos.
func TestRegister(t *testing.T) {
	for _, name := range []string{"register.zh-CN.chat", "register.en.chat"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			town, _ := newHouse(t, t.TempDir(), "safe")
			log := slog.New(slog.NewTextHandler(os.Stderr, nil))
			script, err := readScript("testdata/"+name, log)
			if err != nil {
				t.Fatal(err)
			}
			p := newPlayer(script, town.Phones, log)
			p.Pace, p.Patience = 0, 30*time.Second
			if missed := p.play(t.Context()); len(missed) > 0 {
				t.Errorf("the lines %v did not come; anna's phone:\n%s\ncarl's phone:\n%s", missed, reads(town, "anna"), reads(town, "carl"))
			}
		})
	}
}

// A visitor can try all that the client of a transcript does with their data.
func TestMyDataInTheDemo(t *testing.T) {
	town, _ := newHouse(t, t.TempDir(), "safe")
	log := slog.New(slog.DiscardHandler)
	script, err := readScript("testdata/mydata.zh-CN.chat", log)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlayer(script, town.Phones, log)
	p.Pace, p.Patience = 0, 6*time.Second
	if missed := p.play(t.Context()); len(missed) > 0 {
		t.Errorf("the lines %v did not come; anna's phone:\n%s\nli's phone:\n%s", missed, reads(town, "anna"), reads(town, "li"))
	}
}

// reads is what stands on a phone.
func reads(town *town, id string) string {
	var lines []string
	for _, p := range town.Phones {
		if p.ID != id {
			continue
		}
		for _, b := range p.Screen().Bubbles() {
			lines = append(lines, b.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// TestKeepsItsData opens the house twice on one folder: nobody has to enrol
// again, and a half-told complaint goes on.
func TestKeepsItsData(t *testing.T) {
	folder := t.TempDir()
	t.Run("first", func(t *testing.T) {
		town, _ := newHouse(t, folder, "safe")
		anna := town.Phones[0]
		say(t, anna, anna.Follow)
		say(t, anna, func() error { return anna.Write("投诉") })
		say(t, anna, func() error { return anna.Write("费用") })
	})
	t.Run("second", func(t *testing.T) {
		town, h := newHouse(t, folder, "safe")
		for _, p := range town.Phones {
			if code, err := h.Invite(t.Context(), p.person); p.Staff && (code != "" || err != nil) {
				t.Errorf("%s is invited again: %v", p.ID, err)
			}
		}
		anna := town.Phones[0]
		say(t, anna, anna.Follow)
		say(t, anna, func() error { return anna.Write("不涉及具体的人") })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := at(ctx, h, anna, "complaint/when"); err != nil {
			t.Errorf("%v; anna's phone:\n%s", err, reads(town, "anna"))
		}
	})
}

// say does a deed and waits for the bot's answer.
func say(t *testing.T, p phone, deed func() error) {
	t.Helper()
	before := newest(p)
	if err := deed(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := p.Screen().Wait(ctx, func(shown []emulator.Bubble) bool {
		for _, b := range shown {
			if b.ID > before && !b.Mine {
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
}

// A visitor can try the copy of one's data on both platforms: it is a file on
// Telegram, and on WeChat a link that the visitor's browser can open.
func TestCopyInTheDemo(t *testing.T) {
	town, _ := newHouse(t, t.TempDir(), "safe")
	find := func(id string) phone {
		for _, p := range town.Phones {
			if p.ID == id {
				return p
			}
		}
		t.Fatal(id)
		return phone{}
	}
	shows := func(p phone, what func(emulator.Bubble) bool) (found emulator.Bubble) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := p.Screen().Wait(ctx, func(shown []emulator.Bubble) bool {
			for _, b := range shown {
				if !b.Mine && what(b) {
					found = b
					return true
				}
			}
			return false
		})
		if err != nil {
			t.Fatalf("%v; the phone reads\n%s", err, reads(town, p.ID))
		}
		return found
	}
	for id, lines := range map[string][]string{"carl": {"my photos", "I agree", "I agree", "copy of my data", "yes please"}, "anna": {"我的照片", "同意", "我的副本", "好的"}} {
		p := find(id)
		say(t, p, p.Follow)
		for _, line := range lines {
			say(t, p, func() error { return p.Write(line) })
		}
	}
	file := shows(find("carl"), func(b emulator.Bubble) bool { return b.Kind == "file" })
	if data, _ := find("carl").Picture(file.Photo); !strings.HasPrefix(string(data), "PK") || file.Text != "my-data-D-000001.zip" && file.Text != "my-data-D-000002.zip" {
		t.Errorf("%q is %d bytes", file.Text, len(data))
	}
	said := shows(find("anna"), func(b emulator.Bubble) bool { return strings.Contains(b.Text, "/copy/") }).Text
	link, _, _ := strings.Cut(said[strings.Index(said, "http://"):], "\n")
	answer, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", link, answer.Status)
	}
}
