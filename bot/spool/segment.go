package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	suffix     = ".spool"
	damagedDir = "damaged"

	// maxSegment is when the next segment is begun; what waits is written in one
	// piece, so one may grow beyond it by that much.
	maxSegment = 8 << 20

	// maxRead bounds what is read of one file, whatever lies in the folder.
	maxRead = 64 << 20
)

// file is what is asked of the disk; tests fill one up.
type file interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Sync() error
	Truncate(size int64) error
}

// segment is one file of the spool. It is deleted when all that is in it has
// taken effect.
type segment struct {
	path string
	f    file
	size int64 // of what is on the disk for sure
	left int   // records that have not taken effect
}

// createFile makes a file that nobody has, readable by its owner only.
func createFile(path string) (file, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
}

// segmentPath names a segment; names sort as numbers do.
func segmentPath(dir string, n uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%020d%s", n, suffix))
}

// segmentNumbers lists the segments in a folder, the oldest first.
func segmentNumbers(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("spool: list %s: %w", dir, err)
	}
	var all []uint64
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), suffix)
		if n, err := strconv.ParseUint(name, 10, 64); err == nil && ours && e.Type().IsRegular() {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all, nil
}

// syncDir puts the folder itself on the disk: without it a new file may be gone
// after a power cut, with all that was synced into it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, fs.ErrPermission) {
		err = nil // not every system can
	}
	return errors.Join(err, d.Close())
}

// append writes whole records to the end of the segment and waits for the disk.
// After an error nothing of them counts; what may lie there of them is cut off,
// or, where even that fails, may be played and is then met again by its key.
func (s *segment) append(b []byte) error {
	if _, err := s.f.Write(b); err != nil {
		return errors.Join(err, s.f.Truncate(s.size))
	}
	if err := s.f.Sync(); err != nil {
		return errors.Join(err, s.f.Truncate(s.size))
	}
	s.size += int64(len(b))
	return nil
}

// drop closes the segment and deletes it.
func (s *segment) drop() error {
	return errors.Join(s.f.Close(), os.Remove(s.path))
}
