package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// load finds what earlier processes left. It never appends to their segments.
func (s *Spool) load() error {
	numbers, err := segmentNumbers(s.cfg.Dir)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		s.next = n + 1
		if err := s.loadSegment(segmentPath(s.cfg.Dir, n)); err != nil {
			return fmt.Errorf("spool: read %s: %w", filepath.Base(segmentPath("", n)), err)
		}
	}
	s.sweep()
	if n := len(s.queue); n > 0 {
		s.cfg.Log.Warn("spool: events wait since an earlier run", "events", n)
	}
	return nil
}

func (s *Spool) loadSegment(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxRead+1))
	if err == nil && len(b) > maxRead {
		err = errors.New("it is larger than any segment; move it out of the folder")
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	seg := &segment{path: path, f: f, size: int64(len(b))}
	s.segments[seg] = struct{}{}
	found := read(b)
	for _, d := range found.damaged {
		if err := s.putAside(seg, d.from, b[d.from:d.to]); err != nil {
			return err
		}
	}
	if found.torn < len(b) {
		s.cfg.Log.Warn("spool: the last record was not written to its end and is cut off", "segment", filepath.Base(path), "at", found.torn, "bytes", len(b)-found.torn)
		if err := f.Truncate(int64(found.torn)); err != nil {
			return err
		}
		seg.size = int64(found.torn)
	}
	for _, r := range found.records {
		s.loadEntry(seg, r, b[r.from:r.to])
	}
	return nil
}

func (s *Spool) loadEntry(seg *segment, load span, b []byte) {
	e := &entry{seg: seg, load: load, kept: make(chan struct{})}
	close(e.kept)
	if copy(e.id[:], b) < len(e.id) || s.entries[e.id] != nil {
		return // nothing in it, or kept twice, after a write that seemed to fail
	}
	s.entries[e.id] = e
	s.queue = append(s.queue, e)
	s.bytes += int64(headSize + len(b))
	seg.left++
}

// putAside keeps damaged bytes for whoever wants to look at them.
func (s *Spool) putAside(seg *segment, at int, b []byte) error {
	name := fmt.Sprintf("%s-%d", filepath.Base(seg.path), at)
	s.cfg.Log.Error("spool: damaged, put aside", "file", filepath.Join(damagedDir, name), "bytes", len(b))
	s.damaged++
	dir := filepath.Join(s.cfg.Dir, damagedDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), b, 0o600)
}
