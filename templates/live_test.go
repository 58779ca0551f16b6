package templates

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

// changing is an agency's folder that can be changed while it is read.
type changing struct {
	mu   sync.Mutex
	text string
}

func (f *changing) set(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text = text
}

func (f *changing) Open(name string) (fs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fstest.MapFS{"en/own.txt": {Data: []byte(f.text)}}.Open(name)
}

func own(word string) string {
	return "== hello\n" + word + "\n[yes] Yes\n[more if .More] More\n"
}

func openLive(t *testing.T, override fs.FS) *Live {
	t.Helper()
	l, err := open(Options{Texts: files(hello+back, inEnglish("")), Override: override, Folder: "own"}, visitors)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func says(t *testing.T, l *Live) string {
	t.Helper()
	m, err := l.Current().Render("en", Line{Name: "hello", Data: visitor{Name: "An"}})
	if err != nil {
		t.Error(err)
	}
	return m.Text
}

func TestReloadKeepsTheOldSet(t *testing.T) {
	f := &changing{text: own("one")}
	l := openLive(t, f)
	f.set(own("{{.Nane}}"))
	expect(t, l.Reload(), "own/en/own.txt:2: hello: there is no .Nane")
	if got := says(t, l); got != "one" {
		t.Errorf("says %q", got)
	}
	f.set(own("two"))
	expect(t, l.Reload(), "")
	if got := says(t, l); got != "two" {
		t.Errorf("says %q", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	_, err := open(Options{Texts: files(hello+back, inEnglish("")), Override: os.DirFS(filepath.Join(t.TempDir(), "gone")), Folder: "gone"}, visitors)
	expect(t, err, "gone: the folder of texts cannot be read")
}

// TestWatch: a change is used once it is good, and logged once whatever it is.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &changing{text: own("one")}
		l := openLive(t, f)
		var out bytes.Buffer
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			l.Watch(ctx, time.Second, slog.New(slog.NewTextHandler(&out, nil)))
		}()
		after := func(text, want string) {
			f.set(text)
			time.Sleep(5 * time.Second) // of the bubble's own time
			synctest.Wait()
			if got := says(t, l); got != want {
				t.Errorf("says %q, want %q", got, want)
			}
		}
		after(own("two"), "two")
		after("== hello\n", "two")
		after(own("three"), "three")
		stop()
		<-done
		if n := strings.Count(out.String(), "texts reloaded"); n != 2 {
			t.Errorf("%d reloads in the log:\n%s", n, out.String())
		}
		if n := strings.Count(out.String(), "not in order"); n != 1 {
			t.Errorf("%d refusals in the log:\n%s", n, out.String())
		}
	})
}

// TestReloadWhileSpeaking is for the race detector.
func TestReloadWhileSpeaking(t *testing.T) {
	f := &changing{text: own("one")}
	l := openLive(t, f)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if got := says(t, l); got != "one" && got != "two" {
					t.Errorf("says %q", got)
				}
			}
		})
	}
	for i := range 10 {
		f.set(own([]string{"one", "two"}[i%2]))
		expect(t, l.Reload(), "")
	}
	wg.Wait()
}

// TestFromDisk: an agency's folder is a folder.
func TestFromDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "en"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "en", "own.txt"), []byte(own("from disk")), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := says(t, openLive(t, os.DirFS(dir))); got != "from disk" {
		t.Errorf("says %q", got)
	}
}
