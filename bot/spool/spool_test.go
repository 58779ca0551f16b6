package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"redthread/bot"
	"redthread/store/seal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// happened is the nth thing that the person did.
func happened(who, n int) bot.Event {
	return bot.Event{
		Key:  bot.EventKey(fmt.Sprintf("wechat:wx01:%d-%d", who, n)),
		From: bot.Conversation{Channel: "wechat", Chat: fmt.Sprint("o", who)},
		Kind: bot.Wrote, Text: fmt.Sprintf("第 %d 句", n),
		At: time.Date(2026, 3, 6, 4, 0, n, 0, time.UTC), ReplyBy: time.Date(2026, 3, 6, 4, 0, n+4, 0, time.UTC),
		Opens: &bot.Allowance{Name: "message", Count: 5, For: 48 * time.Hour},
	}
}

func config(t *testing.T) Config {
	t.Helper()
	return Config{Dir: filepath.Join(t.TempDir(), "spool"), Keys: seal.Throwaway(), Log: slog.New(slog.DiscardHandler)}
}

func open(t *testing.T, c Config) *Spool {
	t.Helper()
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t *testing.T, s *Spool) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, s *Spool, events ...bot.Event) {
	t.Helper()
	for _, ev := range events {
		if _, err := s.Put(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
}

func next(t *testing.T, s *Spool, n int) []Kept {
	t.Helper()
	all, err := s.Next(n)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func texts(all []Kept) (said []string) {
	for _, k := range all {
		said = append(said, k.Event.Text)
	}
	return said
}

func segments(t *testing.T, c Config) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(c.Dir, "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestKeptInOrderOverRestarts(t *testing.T) {
	c := config(t)
	s := open(t, c)
	put(t, s, happened(1, 1), happened(1, 2), happened(2, 3))
	if d := cmp.Diff(next(t, s, 1)[0].Event, happened(1, 1)); d != "" {
		t.Error(d)
	}
	s.Done(next(t, s, 1)[0])
	shut(t, s)

	s = open(t, c)
	put(t, s, happened(2, 4))
	// The first is in the same segment as two that have not taken effect: it is
	// played again, and met by its key.
	if d := cmp.Diff(texts(next(t, s, 10)), []string{"第 1 句", "第 2 句", "第 3 句", "第 4 句"}); d != "" {
		t.Error(d)
	}
	for _, k := range next(t, s, 10) {
		s.Done(k)
	}
	if left := segments(t, c); s.Depth() != 0 || len(left) > 0 {
		t.Errorf("depth %d, segments %v after all took effect", s.Depth(), left)
	}
	put(t, s, happened(1, 5))
	if d := cmp.Diff(texts(next(t, s, 10)), []string{"第 5 句"}); d != "" {
		t.Error(d)
	}
}

func TestSameEventIsKeptOnce(t *testing.T) {
	s := open(t, config(t))
	var again atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			repeated, err := s.Put(t.Context(), happened(1, 1))
			if err != nil {
				t.Error(err)
			}
			if repeated {
				again.Add(1)
			}
		})
	}
	all.Wait()
	if again.Load() != 19 || s.Depth() != 1 || len(next(t, s, 10)) != 1 {
		t.Errorf("%d repeated of 20, depth %d", again.Load(), s.Depth())
	}
}

func TestNothingReadableOnTheDisk(t *testing.T) {
	c := config(t)
	put(t, open(t, c), happened(1, 1))
	for _, path := range segments(t, c) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, private := range []string{"句", "wx01", "o1", "wechat"} {
			if strings.Contains(string(b), private) {
				t.Errorf("%q can be read on the disk", private)
			}
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

// The process is killed between writing and syncing: what is on the disk is cut
// anywhere. What was answered before is there, the torn rest is cut off, and the
// next process goes on.
func TestKilledWhileWriting(t *testing.T) {
	c := config(t)
	s := open(t, c)
	put(t, s, happened(1, 1), happened(1, 2))
	path := segments(t, c)[0]
	safe, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, happened(1, 3))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	for cut := safe.Size(); cut < int64(len(whole)); cut += 7 {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, c)
		if d := cmp.Diff(texts(next(t, s, 10)), []string{"第 1 句", "第 2 句"}); d != "" {
			t.Errorf("cut at %d: %s", cut, d)
		}
		put(t, s, happened(1, 3))
		shut(t, s)
		s = open(t, c)
		if d := cmp.Diff(texts(next(t, s, 10)), []string{"第 1 句", "第 2 句", "第 3 句"}); d != "" || s.Damaged() != 0 {
			t.Errorf("cut at %d, then written on: %s damaged %d", cut, d, s.Damaged())
		}
		shut(t, s)
		for _, p := range segments(t, c)[1:] {
			if err := os.Remove(p); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDamagedRecordIsPutAside(t *testing.T) {
	c := config(t)
	s := open(t, c)
	put(t, s, happened(1, 1), happened(1, 2), happened(1, 3))
	path := segments(t, c)[0]
	flip := func() {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 0x10
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flip() // under a running process
	if d := cmp.Diff(texts(next(t, s, 10)), []string{"第 1 句", "第 3 句"}); d != "" || s.Damaged() != 1 {
		t.Errorf("%s damaged %d", d, s.Damaged())
	}
	shut(t, s)
	s = open(t, c) // found at the start
	if d := cmp.Diff(texts(next(t, s, 10)), []string{"第 1 句", "第 3 句"}); d != "" || s.Damaged() != 1 {
		t.Errorf("%s damaged %d", d, s.Damaged())
	}
	for _, k := range next(t, s, 10) {
		s.Done(k)
	}
	if aside, _ := filepath.Glob(filepath.Join(c.Dir, damagedDir, "*")); len(aside) == 0 || len(segments(t, c)) > 0 {
		t.Errorf("aside %v, segments %v", aside, segments(t, c))
	}
}

func TestForeignKeysetPutsAside(t *testing.T) {
	c := config(t)
	put(t, open(t, c), happened(1, 1))
	path := segments(t, c)[0]
	other := config(t)
	if err := os.MkdirAll(other.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other.Dir, filepath.Base(path)), b, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, other)
	if all := next(t, s, 10); len(all) != 0 || s.Damaged() != 1 || s.Depth() != 0 {
		t.Errorf("%d handed out, %d put aside, depth %d", len(all), s.Damaged(), s.Depth())
	}
}

func TestFolderInUse(t *testing.T) {
	c := config(t)
	s := open(t, c)
	if _, err := Open(c); !errors.Is(err, ErrInUse) {
		t.Errorf("second process: %v", err)
	}
	shut(t, s)
	shut(t, open(t, c))
}

func TestFullToItsLimit(t *testing.T) {
	c := config(t)
	c.MaxBytes = 2000
	s := open(t, c)
	n := 0
	var err error
	for ; err == nil; n++ {
		_, err = s.Put(t.Context(), happened(1, n))
	}
	if !errors.Is(err, ErrFull) || s.Depth() != n-1 || n < 3 {
		t.Fatalf("%v after %d, depth %d", err, n, s.Depth())
	}
	s.Done(next(t, s, 1)[0])
	put(t, s, happened(1, n))
}

// disk is one that can be full: then it takes a part of what is written.
type disk struct {
	full  atomic.Bool
	stuck atomic.Bool // even cutting off fails
	syncs atomic.Int32
	slow  time.Duration
}

func (d *disk) create(path string) (file, error) {
	f, err := createFile(path)
	return &diskFile{f, d}, err
}

type diskFile struct {
	file
	d *disk
}

func (f *diskFile) Write(b []byte) (int, error) {
	if f.d.full.Load() {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, syscall.ENOSPC
	}
	return f.file.Write(b)
}

func (f *diskFile) Sync() error {
	f.d.syncs.Add(1)
	time.Sleep(f.d.slow)
	return f.file.Sync()
}

func (f *diskFile) Truncate(n int64) error {
	if f.d.stuck.Load() {
		return syscall.EIO
	}
	return f.file.Truncate(n)
}

func TestDiskFull(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		var d disk
		c := config(t)
		c.create = d.create
		s := open(t, c)
		put(t, s, happened(1, 1))
		d.full.Store(true)
		d.stuck.Store(stuck)
		for range 2 {
			if _, err := s.Put(t.Context(), happened(1, 2)); !errors.Is(err, ErrFull) {
				t.Fatalf("on a full disk: %v", err)
			}
		}
		if s.Depth() != 1 {
			t.Errorf("depth %d", s.Depth())
		}
		d.full.Store(false)
		d.stuck.Store(false)
		put(t, s, happened(1, 2), happened(1, 3))
		want := []string{"第 1 句", "第 2 句", "第 3 句"}
		if diff := cmp.Diff(texts(next(t, s, 10)), want); diff != "" {
			t.Error(diff)
		}
		shut(t, s)
		if diff := cmp.Diff(texts(next(t, open(t, c), 10)), want); diff != "" {
			t.Errorf("after a restart: %s", diff)
		}
	}
}

// fickle is a disk whose power may be cut: then it has forgotten what it was not
// made to write down, bytes and names of files alike.
type fickle struct {
	mu    sync.Mutex
	files map[string]*fickleFile
}

type fickleFile struct {
	file
	d     *fickle
	size  int64
	safe  int64 // of size
	named bool  // the folder on the disk knows it
}

func (d *fickle) create(path string) (file, error) {
	f, err := createFile(path)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[path] = &fickleFile{file: f, d: d}
	return d.files[path], nil
}

func (d *fickle) syncDir(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		f.named = true
	}
	return nil
}

func (f *fickleFile) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.size += int64(n)
	return n, err
}

func (f *fickleFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.safe = f.size
	return nil
}

// cut leaves in the folder what the disk has written down for sure.
func (d *fickle) cut(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for path, f := range d.files {
		var err error
		if f.named {
			err = os.Truncate(path, f.safe)
		} else {
			err = os.Remove(path)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The power goes at any moment: what Put has promised is there.
func TestPowerCut(t *testing.T) {
	var events []bot.Event
	var want []string
	for n := range 9 {
		d := fickle{files: map[string]*fickleFile{}}
		c := config(t)
		c.create, c.syncDir, c.segment = d.create, d.syncDir, 1000 // a few events
		s := open(t, c)
		put(t, s, events...)
		d.cut(t)
		shut(t, s)
		if diff := cmp.Diff(texts(next(t, open(t, c), 99)), want); diff != "" {
			t.Errorf("after %d events: %s", n, diff)
		}
		events, want = append(events, happened(1, n)), append(want, happened(1, n).Text)
	}
}

// What waits while the disk is busy is synced together.
func TestManyShareASync(t *testing.T) {
	d := disk{slow: 5 * time.Millisecond}
	c := config(t)
	c.create = d.create
	s := open(t, c)
	const people = 100
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() { put(t, s, happened(i, 1)) })
	}
	all.Wait()
	if n := d.syncs.Load(); n > people/2 {
		t.Errorf("%d syncs for %d events", n, people)
	}
	if s.Depth() != people {
		t.Errorf("depth %d", s.Depth())
	}
}

// Events come and take effect at the same time, over many segments: none is
// missed and no segment stays.
func TestPutAndDoneSideBySide(t *testing.T) {
	c := config(t)
	c.segment = 2000
	s := open(t, c)
	const people, each = 8, 60
	var puts sync.WaitGroup
	for who := range people {
		puts.Go(func() {
			for n := range each {
				put(t, s, happened(who, n))
			}
		})
	}
	seen := map[bot.EventKey]int{}
	for len(seen) < people*each {
		for _, k := range next(t, s, 50) {
			seen[k.Event.Key]++
			s.Done(k)
		}
	}
	puts.Wait()
	if s.Depth() != 0 || len(segments(t, c)) != 0 {
		t.Errorf("depth %d, segments %v", s.Depth(), segments(t, c))
	}
	for key, n := range seen {
		if n != 1 {
			t.Errorf("%s was handed out %d times", key, n)
		}
	}
}
