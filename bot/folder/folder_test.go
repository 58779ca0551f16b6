package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"redthread/bot/folder"
)

// All that is wrong is told at once, in the order in which it is read, each once.
func TestProblems(t *testing.T) {
	var r folder.Report
	if err := r.Err("the texts"); err != nil {
		t.Errorf("nothing is wrong, but: %v", err)
	}
	r.Wrong("b.txt", 2, "late")
	r.Wrong("a.txt", 9, "nine of %d", 10)
	r.Wrong("b.txt", 2, "late")
	r.Wrong("a.txt", 0, "no line")
	r.Doubtful("a.txt", 1, "odd")
	const want = "3 problem(s) in the texts\na.txt: no line\na.txt:9: nine of 10\nb.txt:2: late"
	err := r.Err("the texts")
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	var ps folder.Problems
	if !errors.As(err, &ps) || len(ps.All) != 3 {
		t.Errorf("%v is not Problems of three", err)
	}
	if w := r.Warnings(); len(w) != 1 || w[0].String() != "a.txt:1: odd" {
		t.Errorf("warned of %v", w)
	}
}

func TestReadIsBounded(t *testing.T) {
	fsys := fstest.MapFS{"full.txt": {Data: []byte("12345")}, "more.txt": {Data: []byte("123456")}}
	if src, err := folder.Read(fsys, "full.txt", 5); src != "12345" || err != nil {
		t.Errorf("read %q, %v", src, err)
	}
	if src, err := folder.Read(fsys, "more.txt", 5); src != "" || err == nil || !strings.Contains(err.Error(), "larger than 5 bytes") {
		t.Errorf("read %q, %v", src, err)
	}
}

// A print changes with names and contents, not with times and hidden files.
func TestPrint(t *testing.T) {
	of := func(files fstest.MapFS) string { return folder.Print(files, 10) }
	was := of(fstest.MapFS{"en/a.txt": {Data: []byte("x")}})
	same := fstest.MapFS{"en/a.txt": {Data: []byte("x")}, "en/.a.swp": {Data: []byte("y")}, ".git/HEAD": {Data: []byte("z")}}
	if of(same) != was {
		t.Error("a hidden file counts")
	}
	for what, files := range map[string]fstest.MapFS{
		"other words":  {"en/a.txt": {Data: []byte("X")}},
		"another name": {"en/b.txt": {Data: []byte("x")}},
		"no file":      {},
		"one more":     {"en/a.txt": {Data: []byte("x")}, "en/b.txt": {}},
	} {
		if of(files) == was {
			t.Errorf("%s is not seen", what)
		}
	}
	if folder.Print(nil, 10) != "" {
		t.Error("no folder has a print")
	}
}

// What an agency has changed stays when the built-in files are copied again.
func TestCopyKeepsWhatIsThere(t *testing.T) {
	content := fstest.MapFS{"en/a.txt": {Data: []byte("built in")}, "b.txt": {Data: []byte("built in")}}
	to := filepath.Join(t.TempDir(), "new")
	if err := os.MkdirAll(filepath.Join(to, "en"), 0o750); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(to, "en", "a.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := folder.Copy(content, to); n != 1 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	if src, err := os.ReadFile(mine); string(src) != "mine" || err != nil {
		t.Errorf("it holds %q, %v", src, err)
	}
	if n, err := folder.Copy(content, to); n != 0 || err != nil {
		t.Errorf("again: wrote %d, %v", n, err)
	}
}
