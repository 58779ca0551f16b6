package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const place = "table.column|row"

// keyring is a keyset in a file, with two processes that have it open.
func keyring(t *testing.T) (path string, one, two *Box) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keys", "keys.json")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	var err error
	if one, err = Load(path); err != nil {
		t.Fatal(err)
	}
	if two, err = Load(path); err != nil {
		t.Fatal(err)
	}
	return path, one, two
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A rotation while processes run: none of them is told, and none fails to read
// what another has sealed.
func TestRotation(t *testing.T) {
	path, one, two := keyring(t)
	old := must[[]byte](t)(one.Seal(place, []byte("before")))
	first := one.Primary()
	second := must[uint32](t)(AddKey(path))
	if changed := must[bool](t)(one.Reload()); !changed || one.Primary() != first || len(one.Keys()) != 2 {
		t.Fatalf("a key that is only added must not seal: %+v", one.Keys())
	}
	if err := UseKey(path, second); err != nil {
		t.Fatal(err)
	}
	must[bool](t)(one.Reload())
	sealed := must[[]byte](t)(one.Seal(place, []byte("after")))
	if id, ok := KeyOf(sealed); !ok || id != second || !bytes.HasPrefix(sealed, Mark(second)) {
		t.Fatalf("sealed under %d, want %d", id, second)
	}
	// The other process has not looked at the file; it learns of the key here.
	if got := must[[]byte](t)(two.Open(place, sealed)); string(got) != "after" {
		t.Errorf("got %q", got)
	}
	if two.Primary() != second {
		t.Error("it has learnt to open, but not to seal")
	}
	if got := must[[]byte](t)(two.Open(place, old)); string(got) != "before" {
		t.Errorf("got %q", got)
	}
	if err := RemoveKey(path, second); err == nil {
		t.Error("the key that seals was removed")
	}
	frozen := must[*Box](t)(Load(path)) // knows both
	third := must[uint32](t)(AddKey(path))
	if err := UseKey(path, third); err != nil {
		t.Fatal(err)
	}
	for _, id := range []uint32{first, second} {
		if err := RemoveKey(path, id); err != nil {
			t.Fatal(err)
		}
	}
	latest := must[[]byte](t)(must[*Box](t)(Load(path)).Seal(place, []byte("latest")))
	if _, err := frozen.Reload(); err == nil {
		t.Error("a keyset without a known key was taken up unproved")
	}
	if got := must[[]byte](t)(frozen.Open(place, latest)); string(got) != "latest" || frozen.Primary() != third {
		t.Errorf("a keyset that opens what we hold is ours; got %q", got)
	}
	if _, err := one.Open(place, latest); err != nil {
		t.Error(err)
	}
	if _, err := one.Open(place, old); err == nil || strings.Contains(err.Error(), "row") {
		t.Errorf("opened with a key that is gone, or the error names the row: %v", err)
	}
}

// What was sealed for one place opens in no other.
func TestBoundToItsPlace(t *testing.T) {
	_, one, two := keyring(t)
	sealed := must[[]byte](t)(one.Seal(place, []byte("words")))
	for _, elsewhere := range []string{"", "table.column", "table.column|row2", "table.column2|row"} {
		if _, err := two.Open(elsewhere, sealed); err == nil {
			t.Errorf("opened in %q", elsewhere)
		}
	}
	if got := must[[]byte](t)(two.Open(place, sealed)); string(got) != "words" {
		t.Errorf("got %q", got)
	}
}

// The file stays readable by its owner only, whatever is done to it, and never
// lies about half written.
func TestFileIsPrivate(t *testing.T) {
	path, _, _ := keyring(t)
	must[uint32](t)(AddKey(path))
	info := must[os.FileInfo](t)(os.Stat(path))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	all := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path)))
	if len(all) != 1 {
		t.Errorf("%d files in the folder, want 1", len(all))
	}
	if err := Create(path); err == nil {
		t.Error("a keyset was overwritten")
	}
}

// Somebody puts another house's keyset, or none, in its place: what runs goes on
// with what it has.
func TestForeignKeyset(t *testing.T) {
	path, one, _ := keyring(t)
	sealed := must[[]byte](t)(one.Seal(place, []byte("ours")))
	other, foreign, _ := keyring(t)
	theirs := must[[]byte](t)(foreign.Seal("elsewhere|row", []byte("theirs")))
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Reload(); err == nil || !strings.Contains(err.Error(), "put back the copy") {
		t.Errorf("a foreign keyset was taken up: %v", err)
	}
	if _, err := one.Open(place, theirs); err == nil {
		t.Error("opened what is not ours")
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Reload(); err == nil {
		t.Error("a damaged keyset was taken up")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Reload(); !errors.Is(err, ErrNoKeyset) {
		t.Errorf("got %v", err)
	}
	if got := must[[]byte](t)(one.Open(place, sealed)); string(got) != "ours" {
		t.Errorf("got %q", got)
	}
}

// What is damaged must not have the file read again and again.
func TestDamagedValue(t *testing.T) {
	path, one, _ := keyring(t)
	sealed := must[[]byte](t)(one.Seal(place, []byte("x")))
	damaged := append([]byte{1, 9, 9, 9, 9}, sealed[Prefix:]...)
	if _, err := one.Open(place, damaged); err == nil {
		t.Fatal("opened")
	}
	before := one.tried
	must[uint32](t)(AddKey(path))
	if _, err := one.Open(place, damaged); err == nil || one.tried != before || len(one.Keys()) != 1 {
		t.Error("the file was read twice within a second")
	}
	for _, not := range [][]byte{nil, {1, 2, 3}, []byte("plain words"), {0, 0, 0, 0, 0, 0}} {
		if _, ok := KeyOf(not); ok {
			t.Errorf("%v counts as sealed", not)
		}
		if _, err := one.Open(place, not); err == nil {
			t.Errorf("%v opens", not)
		}
	}
}

// Sealing goes on while the keys change.
func TestRotationUnderLoad(t *testing.T) {
	path, one, two := keyring(t)
	var all sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				sealed, err := one.Seal(place, []byte("words"))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := two.Open(place, sealed); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	id := must[uint32](t)(AddKey(path))
	must[bool](t)(two.Reload())
	if err := UseKey(path, id); err != nil {
		t.Error(err)
	}
	must[bool](t)(one.Reload())
	close(stop)
	all.Wait()
}
