package spool

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"redthread/bot"
	"redthread/store/seal"
)

// Config says where a spool is. Dir and Keys must be given.
type Config struct {
	Dir      string       // the folder; of this process alone
	Keys     *seal.Box    // seals what clients wrote
	MaxBytes int64        // of all records; then Put refuses. 0: 1 GiB
	Log      *slog.Logger // nil: slog.Default()

	create  func(path string) (file, error) // nil: createFile; tests give a disk that fails
	syncDir func(dir string) error          // nil: syncDir
	segment int64                           // 0: maxSegment
}

var (
	// ErrFull says that the spool has no room: it has grown to its limit, or the
	// disk is full. Nothing was kept.
	ErrFull = errors.New("spool: no room")

	// ErrInUse says that another process has the folder.
	ErrInUse = errors.New("spool: the folder is in use by another process; give each process one of its own")
)

// Spool is the open spool. It is safe for concurrent use.
type Spool struct {
	cfg    Config
	lock   *os.File
	wake   chan struct{} // to the writer: something waits, or the spool is closed
	writer sync.WaitGroup

	mu       sync.Mutex
	entries  map[digest]*entry // all that has not taken effect
	queue    []*entry          // those on the disk, in order
	waiting  []*entry          // those to be written, in order
	writing  bool
	current  *segment // where the writer appends; nil: the next write begins one
	segments map[*segment]struct{}
	next     uint64 // the number of the next segment
	bytes    int64  // of the entries
	damaged  int
	closed   bool
}

// digest stands for an event's key.
type digest [16]byte

func digestOf(key bot.EventKey) (d digest) {
	sum := sha256.Sum256([]byte(key))
	copy(d[:], sum[:])
	return d
}

// entry is one event in the spool.
type entry struct {
	id    digest
	frame []byte        // until it is written
	kept  chan struct{} // closed when it is on the disk, or cannot be
	err   error         // why it cannot be

	seg  *segment
	load span // where its load stands in seg
	done bool // it has taken effect
}

// Open takes the folder, makes it if need be, and finds what an earlier process
// left there. A record that was not written to its end is cut off; a damaged one
// is put aside, into the folder "damaged", and reported; the rest will be played.
func Open(c Config) (_ *Spool, err error) {
	if c.MaxBytes == 0 {
		c.MaxBytes = 1 << 30
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.create == nil {
		c.create = createFile
	}
	if c.syncDir == nil {
		c.syncDir = syncDir
	}
	if c.segment == 0 {
		c.segment = maxSegment
	}
	s := &Spool{cfg: c, wake: make(chan struct{}, 1), entries: map[digest]*entry{}, segments: map[*segment]struct{}{}, next: 1}
	if c.Keys == nil {
		return nil, errors.New("spool: no keys to seal with")
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: make folder: %w", err)
	}
	if s.lock, err = os.OpenFile(filepath.Join(c.Dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("spool: open lock: %w", err)
	}
	if err := lock(s.lock); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", ErrInUse, c.Dir), s.lock.Close())
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	s.writer.Go(s.write)
	return s, nil
}

// Depth is how many events have not taken effect yet.
func (s *Spool) Depth() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

// Damaged is how many damaged stretches have been put aside since Open.
func (s *Spool) Damaged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.damaged
}

// Put keeps an event: it is on the disk when Put returns nil. One that is there
// already is not kept twice; again says so. ErrFull, and any other error, mean
// that it was not kept.
func (s *Spool) Put(ctx context.Context, ev bot.Event) (again bool, err error) {
	e, again, err := s.enqueue(ev)
	if err != nil {
		return false, err
	}
	select {
	case <-e.kept:
		return again, e.err
	case <-ctx.Done():
		return again, fmt.Errorf("spool: wait for the disk: %w", ctx.Err())
	}
}

// enqueue gives the event its place in the order.
func (s *Spool) enqueue(ev bot.Event) (e *entry, again bool, err error) {
	id := digestOf(ev.Key)
	s.mu.Lock()
	e = s.entries[id]
	s.mu.Unlock()
	if e != nil {
		return e, true, nil
	}
	sealed, err := s.cfg.Keys.SealJSON(place, ev)
	if err != nil {
		return nil, false, err
	}
	if len(sealed) > maxLoad-len(id) {
		return nil, false, errors.New("spool: the event is too large")
	}
	b := frame(append(id[:], sealed...))

	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[id]; e != nil {
		return e, true, nil
	}
	if s.closed {
		return nil, false, errors.New("spool: closed")
	}
	if s.bytes+int64(len(b)) > s.cfg.MaxBytes {
		return nil, false, ErrFull
	}
	e = &entry{id: id, frame: b, kept: make(chan struct{})}
	s.entries[id] = e
	s.bytes += int64(len(b))
	s.waiting = append(s.waiting, e)
	s.nudge()
	return e, false, nil
}

func (s *Spool) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Close writes what waits and lets go of the folder. What has not taken effect
// is found by the next Open.
func (s *Spool) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.nudge()
	s.writer.Wait()
	return s.release()
}

func (s *Spool) release() error {
	var errs []error
	for seg := range s.segments {
		errs = append(errs, seg.f.Close())
	}
	s.segments = nil
	return errors.Join(append(errs, s.lock.Close())...)
}
