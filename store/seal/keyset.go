package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Prefix is how long the mark is that says under which key something was sealed:
// a byte that is 1 and the key's number, big-endian (Tink's output prefix).
const Prefix = 5

// KeyOf is the key that something was sealed under; ok is false for what is not
// sealed at all.
func KeyOf(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < Prefix || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:]), true
}

// Mark is what everything sealed under the key begins with.
func Mark(id uint32) []byte { return binary.BigEndian.AppendUint32([]byte{1}, id) }

// Keys lists the keys of the keyset, the oldest first.
func (b *Box) Keys() []Key { return slices.Clone(b.keys.Load().list) }

// Primary is the key that seals.
func (b *Box) Primary() uint32 { return primary(b.keys.Load().list) }

func primary(list []Key) uint32 {
	for _, k := range list {
		if k.Primary {
			return k.ID
		}
	}
	return 0
}

func listed(h *keyset.Handle) ([]Key, error) {
	var list []Key
	for i := range h.Len() {
		e, err := h.Entry(i)
		if err != nil {
			return nil, fmt.Errorf("seal: list keys: %w", err)
		}
		list = append(list, Key{e.KeyID(), e.IsPrimary()})
	}
	return list, nil
}

// Reload reads the keyset's file again and reports whether its keys have
// changed. A file that has no key in common with what is in use is refused: it
// may belong to another house.
func (b *Box) Reload() (changed bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.path == "" {
		return false, nil
	}
	next, err := load(b.path)
	if err != nil {
		return false, err
	}
	now := b.keys.Load().list
	if slices.Equal(now, next.list) {
		return false, nil
	}
	if !slices.ContainsFunc(next.list, func(k Key) bool { return knows(now, k.ID) }) {
		return false, fmt.Errorf("seal: the keyset file %s has none of the keys in use: put back the copy you keep", b.path)
	}
	b.keys.Store(next)
	return true, nil
}

func knows(list []Key, id uint32) bool {
	return slices.ContainsFunc(list, func(k Key) bool { return k.ID == id })
}

// learn takes up a newer keyset when something is sealed under a key we do not
// know, if that keyset opens it: then it is ours. The file is read once a second
// at most: what is merely damaged must not make us read it for ever.
func (b *Box) learn(place string, sealed []byte) (plain []byte, ok bool) {
	id, marked := KeyOf(sealed)
	if !marked || b.path == "" || knows(b.keys.Load().list, id) {
		return nil, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	next := b.keys.Load() // another has learnt it meanwhile
	if !knows(next.list, id) {
		if time.Since(b.tried) < time.Second {
			return nil, false
		}
		b.tried = time.Now()
		var err error
		if next, err = load(b.path); err != nil {
			return nil, false // the value does not open then, which is reported
		}
	}
	plain, err := next.aead.Decrypt(sealed, []byte(place))
	if err != nil {
		return nil, false
	}
	b.keys.Store(next)
	return plain, true
}

// AddKey adds a new key to the keyset's file and returns its number. It seals
// nothing until UseKey: first every process must know it.
func AddKey(path string) (id uint32, err error) {
	err = change(path, func(m *keyset.Manager) (err error) {
		id, err = m.Add(aead.AES256GCMKeyTemplate())
		return err
	})
	return id, err
}

// UseKey has everything sealed under the key from now on.
func UseKey(path string, id uint32) error {
	return change(path, func(m *keyset.Manager) error { return m.SetPrimary(id) })
}

// RemoveKey takes a key out of the keyset's file, for good: what is sealed under
// it cannot be opened any more. The key that seals cannot be removed.
func RemoveKey(path string, id uint32) error {
	return change(path, func(m *keyset.Manager) error { return m.Delete(id) })
}

// change rewrites the file as a whole or not at all, keeping its mode.
func change(path string, how func(*keyset.Manager) error) error {
	h, err := read(path)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(h)
	if err := how(m); err != nil {
		return fmt.Errorf("seal: change keyset: %w", err)
	}
	if h, err = m.Handle(); err != nil {
		return fmt.Errorf("seal: change keyset: %w", err)
	}
	b, err := written(h)
	if err != nil {
		return err
	}
	if err := replace(path, b); err != nil {
		return fmt.Errorf("seal: write keyset file: %w", err)
	}
	return nil
}

func load(path string) (*keys, error) {
	h, err := read(path)
	if err != nil {
		return nil, err
	}
	return open(h)
}

func read(path string) (*keyset.Handle, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoKeyset, path)
	}
	if err != nil {
		return nil, fmt.Errorf("seal: read keyset file: %w", err)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("seal: keyset file %s is damaged: %w", path, err)
	}
	return h, nil
}

func written(h *keyset.Handle) ([]byte, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("seal: write keyset: %w", err)
	}
	return b.Bytes(), nil
}

// replace puts the content in the file's place in one step, on the disk when it
// returns.
func replace(path string, content []byte) error {
	old, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keyset-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, sameOwner(f, old), f.Chmod(old.Mode().Perm()), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return syncFolder(filepath.Dir(path))
}
