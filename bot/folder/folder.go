package folder

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Read reads a file of at most so many bytes.
func Read(fsys fs.FS, name string, most int64) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(src)) > most {
		err = fmt.Errorf("it is larger than %d bytes; split it", most)
	}
	if err != nil {
		return "", err
	}
	return string(src), nil
}

// Print tells one state of a folder from another by what is in its files, of each the
// first so many bytes: copying tools set times as they like. What is hidden does not
// count. A nil folder has an empty print.
func Print(fsys fs.FS, most int64) string {
	if fsys == nil {
		return ""
	}
	h := sha256.New()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			fmt.Fprintf(h, "\x00%s\x00%v", name, err)
			return nil
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		fmt.Fprintf(h, "\x00%s\x00", name)
		pour(h, fsys, name, most)
		return nil
	})
	fmt.Fprintf(h, "\x00%v", err)
	return string(h.Sum(nil))
}

func pour(w io.Writer, fsys fs.FS, name string, most int64) {
	f, err := fsys.Open(name)
	if err == nil {
		_, err = io.Copy(w, io.LimitReader(f, most+1))
		err = errors.Join(err, f.Close())
	}
	fmt.Fprintf(w, "\x00%v", err)
}

// Copy writes the files of content into a folder, for an agency to change, and leaves
// those alone that are there. It says how many it wrote.
func Copy(content fs.FS, folder string) (n int, err error) {
	err = fs.WalkDir(content, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := fs.ReadFile(content, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		fresh, err := WriteNew(filepath.Join(folder, filepath.FromSlash(name)), src)
		if fresh {
			n++
		}
		return err
	})
	return n, err
}

// WriteNew writes a file, with its folder, unless it is there.
func WriteNew(name string, src []byte) (fresh bool, err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return false, fmt.Errorf("write %s: %w", name, err)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(src)
	return true, errors.Join(err, f.Close())
}
