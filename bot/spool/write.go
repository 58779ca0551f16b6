package spool

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
)

// write is the one writer. Whatever waits is written and synced together, so
// that a crowd costs as little as one: batch what waits, never wait for a batch.
func (s *Spool) write() {
	for range s.wake {
		for {
			batch, last := s.takeWaiting()
			if len(batch) == 0 {
				if last {
					return
				}
				break
			}
			s.settle(batch, s.writeBatch(batch))
		}
	}
}

func (s *Spool) takeWaiting() (batch []*entry, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch, s.waiting = s.waiting, nil
	s.writing = len(batch) > 0
	return batch, s.closed
}

// writeBatch puts the entries on the disk, all or none of them.
func (s *Spool) writeBatch(batch []*entry) error {
	seg, err := s.openSegment()
	if err != nil {
		return refusal(err)
	}
	var b []byte
	for _, e := range batch {
		load := int(seg.size) + len(b) + headSize
		b = append(b, e.frame...)
		e.seg, e.load = seg, span{load, load + len(e.frame) - headSize}
	}
	err = seg.append(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		seg.left += len(batch)
	}
	if err != nil || seg.size >= s.cfg.segment {
		s.current = nil // what a failed write has left behind is not built upon
	}
	return refusal(err)
}

// openSegment is the current segment, or a new one.
func (s *Spool) openSegment() (*segment, error) {
	s.mu.Lock()
	current, path := s.current, segmentPath(s.cfg.Dir, s.next)
	if current == nil {
		s.next++
	}
	s.mu.Unlock()
	if current != nil {
		return current, nil
	}
	f, err := s.cfg.create(path)
	if err != nil {
		return nil, err
	}
	seg := &segment{path: path, f: f}
	if err := errors.Join(seg.append([]byte(title)), s.cfg.syncDir(filepath.Dir(path))); err != nil {
		return nil, errors.Join(err, seg.drop())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments[seg], s.current = struct{}{}, seg
	return seg, nil
}

// settle tells those who wait what became of their entries.
func (s *Spool) settle(batch []*entry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing = false
	for _, e := range batch {
		if err != nil {
			e.err = err
			delete(s.entries, e.id)
			s.bytes -= int64(len(e.frame))
		} else {
			s.queue = append(s.queue, e)
		}
		e.frame = nil
		close(e.kept)
	}
	s.sweep()
	if err != nil {
		s.cfg.Log.Error("spool: events not kept", "events", len(batch), "error", err)
	}
}

// refusal is an error of the disk in the spool's words.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("spool: write: %w", err)
}

// sweep deletes the segments in which all has taken effect. The writer's own
// stays until it has been idle with nothing left in it.
func (s *Spool) sweep() {
	for seg := range s.segments {
		if seg.left > 0 || seg == s.current && (s.writing || len(s.waiting) > 0) {
			continue
		}
		if seg == s.current {
			s.current = nil
		}
		delete(s.segments, seg)
		if err := seg.drop(); err != nil {
			// It will be played again after a restart, and met by its keys.
			s.cfg.Log.Warn("spool: segment not deleted", "segment", filepath.Base(seg.path), "error", err)
		}
	}
}
