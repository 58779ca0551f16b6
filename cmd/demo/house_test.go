package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"redthread/bot/emulator"
)

// newHouse is the real bot, joined to a town of its own; its people work there.
func newHouse(t *testing.T, folder string, c climate) (*town, house) {
	t.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		c.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	town, err := newTown(c)
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(t.Context(), town, folder, "daily 0:00-24:00", c.Log)
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

// Each talk in testdata plays to its end, over the real SDKs: by typing and by
// tapping, with photos. Only the first is held up as the platforms hold haste up.
func TestScripts(t *testing.T) {
	for _, play := range []struct {
		script string
		climate
	}{
		{"tour.zh-CN.chat", climate{Mode: "safe", Limits: true}},
		{"tour.zh-CN.chat", climate{Mode: "plain"}},
		{"tour.zh-CN.chat", climate{Mode: "compatible"}},
		{"register.zh-CN.chat", climate{Mode: "safe"}},
		{"register.en.chat", climate{Mode: "safe"}},
		{"mydata.zh-CN.chat", climate{Mode: "safe"}},
		{"desk.zh-CN.chat", climate{Mode: "safe", Crowd: true}},
		{"match.zh-CN.chat", climate{Mode: "safe", Crowd: true}},
	} {
		t.Run(play.script+" "+play.Mode, func(t *testing.T) {
			t.Parallel()
			town, h := newHouse(t, t.TempDir(), play.climate)
			log := slog.New(slog.NewTextHandler(os.Stderr, nil))
			script, err := readScript("testdata/"+play.script, log)
			if err != nil {
				t.Fatal(err)
			}
			p := newPlayer(script, town.Phones, log)
			p.Pace, p.Patience = 0, 2*time.Minute
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			p.tell = func(_ string, v any) {
				if v, ok := v.(playerView); ok && len(v.Missed) > 0 {
					stop() // what comes after would not come either
				}
			}
			if missed := p.play(ctx); len(missed) > 0 {
				t.Errorf("the lines %v did not come", missed)
				for _, who := range town.Phones {
					if shown := reads(town, who.ID); shown != "" {
						t.Logf("%s's phone:\n%s", who.ID, shown)
					}
				}
			}
			checkPanel(t, h)
		})
	}
}

// checkPanel looks for what a talk leaves on the panel.
func checkPanel(t *testing.T, h house) {
	t.Helper()
	turns, err := h.Turns(t.Context(), 100)
	if err != nil || len(turns) < 15 {
		t.Errorf("%d turns, %v", len(turns), err)
	}
	parcels, err := h.Outbox(t.Context(), 5)
	if err != nil || len(parcels) != 5 {
		t.Errorf("%d parcels, %v", len(parcels), err)
	}
}

// When the demo opens there are clients for whom a matchmaker can look, each with a
// phone and a face; on a folder that is kept they are the same.
func TestCrowd(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var codes []string
	for _, day := range []string{"first", "second"} {
		t.Run(day, func(t *testing.T) {
			begun := time.Now()
			town, _ := newHouse(t, folder, climate{Mode: "plain", Crowd: true})
			t.Logf("open after %v", time.Since(begun))
			var now []string
			for _, p := range town.Phones {
				if p.seeker != nil {
					now = append(now, p.Code)
					if data, ok := face(strconv.Itoa(p.Face)); !ok || http.DetectContentType(data) != "image/jpeg" || !p.State().Present {
						t.Errorf("%s has the face %d and is present: %v", p.ID, p.Face, p.State().Present)
					}
				}
			}
			if len(now) != crowdSize+len(registered) || now[0] != "K-000001" || codes != nil && !slices.Equal(now, codes) {
				t.Errorf("%d clients are %v, before %v", len(now), now, codes)
			}
			codes = now
			mei := phoneOf(t, town, "mei")
			say(t, mei, func() error { return mei.Write("匹配 1") })
			waitFor(t, mei, "mei is shown candidates", func(b emulator.Bubble) bool {
				return strings.Contains(b.Text, "K-000001 的人选") && strings.Contains(b.Text, "K-000002")
			})
		})
	}
}

func phoneOf(t *testing.T, town *town, id string) phone {
	t.Helper()
	for _, p := range town.Phones {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("nobody is called %s", id)
	return phone{}
}

// waitFor waits until the phone shows such a bubble.
func waitFor(t *testing.T, p phone, what string, ok func(emulator.Bubble) bool) (found emulator.Bubble) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shown, err := p.Screen().Wait(ctx, func(shown []emulator.Bubble) bool {
		i := slices.IndexFunc(shown, func(b emulator.Bubble) bool { return !b.Mine && ok(b) })
		if i >= 0 {
			found = shown[i]
		}
		return i >= 0
	})
	if err != nil {
		t.Fatalf("%s: %v; the phone reads %+v", what, err, shown)
	}
	return found
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
	t.Parallel()
	folder := t.TempDir()
	t.Run("first", func(t *testing.T) {
		town, _ := newHouse(t, folder, climate{Mode: "safe"})
		anna := town.Phones[0]
		say(t, anna, anna.Follow)
		say(t, anna, func() error { return anna.Write("投诉") })
		say(t, anna, func() error { return anna.Write("费用") })
	})
	t.Run("second", func(t *testing.T) {
		town, h := newHouse(t, folder, climate{Mode: "safe"})
		for _, p := range town.Phones {
			if code, err := h.Invite(t.Context(), p.person); p.Staff && p.With == "" && (code != "" || err != nil) {
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
	t.Parallel()
	town, _ := newHouse(t, t.TempDir(), climate{Mode: "safe"})
	for id, lines := range map[string][]string{"carl": {"my photos", "I agree", "I agree", "copy of my data", "yes please"}, "anna": {"我的照片", "同意", "我的副本", "好的"}} {
		p := phoneOf(t, town, id)
		say(t, p, p.Follow)
		for _, line := range lines {
			say(t, p, func() error { return p.Write(line) })
		}
	}
	file := waitFor(t, phoneOf(t, town, "carl"), "the copy", func(b emulator.Bubble) bool { return b.Kind == "file" })
	if data, _ := phoneOf(t, town, "carl").Picture(file.Photo); !strings.HasPrefix(string(data), "PK") || file.Text != "my-data-D-000001.zip" && file.Text != "my-data-D-000002.zip" {
		t.Errorf("%q is %d bytes", file.Text, len(data))
	}
	said := waitFor(t, phoneOf(t, town, "anna"), "the link", func(b emulator.Bubble) bool { return strings.Contains(b.Text, "/copy/") }).Text
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
