// Package seal keeps personal data unreadable to whoever holds only the
// database, Redis or a backup. A Box seals bytes under a keyset (AES-256-GCM,
// Google Tink AEAD) and binds them to their place: what was sealed for one row
// does not open in another.
package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Box seals and opens. It is safe for concurrent use. One that Load opened takes
// up a keyset to which keys were added meanwhile: as soon as it meets something
// sealed under a key it does not know, or when Reload is called.
type Box struct {
	path string // of the keyset; empty: it is nowhere
	keys atomic.Pointer[keys]

	watch atomic.Pointer[func(column string)]

	mu    sync.Mutex // one reload at a time
	tried time.Time  // when the file was last read because of an unknown key
}

// keys is an open keyset.
type keys struct {
	aead tink.AEAD
	list []Key
}

// Key is one key of a keyset: its number, and whether it is the one that seals.
type Key struct {
	ID      uint32
	Primary bool
}

// ErrNoKeyset says that the keyset file is not there.
var ErrNoKeyset = errors.New("seal: no keyset file")

// Create makes a new keyset in a file that must not exist yet, readable by its
// owner only. Losing the file means losing what was sealed under it.
func Create(path string) error {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("seal: make keyset: %w", err)
	}
	b, err := written(h)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("seal: make folder for keyset: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("seal: create keyset file: %w", err)
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// Load opens the keyset in a file. It returns ErrNoKeyset when there is none.
func Load(path string) (*Box, error) {
	k, err := load(path)
	if err != nil {
		return nil, err
	}
	b := &Box{path: path}
	b.keys.Store(k)
	return b, nil
}

// Throwaway is a Box whose keyset is forgotten with it, for tests.
func Throwaway() *Box {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		panic(err)
	}
	k, err := open(h)
	if err != nil {
		panic(err)
	}
	b := &Box{}
	b.keys.Store(k)
	return b
}

func open(h *keyset.Handle) (*keys, error) {
	a, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("seal: open keyset: %w", err)
	}
	list, err := listed(h)
	return &keys{a, list}, err
}

// Seal makes plain unreadable. place names where it will stand, for example
// "sessions.body|telegram:42"; Open needs the same.
func (b *Box) Seal(place string, plain []byte) ([]byte, error) {
	sealed, err := b.keys.Load().aead.Encrypt(plain, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("seal: seal %s: %w", column(place), err)
	}
	return sealed, nil
}

// Watch has heard told whenever something is opened, by the part of its place that
// names no row, such as "sessions.body": a test sees by it who reads what.
func (b *Box) Watch(heard func(column string)) { b.watch.Store(&heard) }

// Open reads what Seal made for the same place.
func (b *Box) Open(place string, sealed []byte) ([]byte, error) {
	if heard := b.watch.Load(); heard != nil {
		(*heard)(column(place))
	}
	plain, err := b.keys.Load().aead.Decrypt(sealed, []byte(place))
	if err != nil {
		if plain, ok := b.learn(place, sealed); ok {
			return plain, nil
		}
		return nil, fmt.Errorf("seal: open %s: %w", column(place), err)
	}
	return plain, nil
}

// SealJSON seals v's JSON.
func (b *Box) SealJSON(place string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("seal: write %s: %w", column(place), err)
	}
	return b.Seal(place, plain)
}

// OpenJSON reads what SealJSON made for the same place into v.
func (b *Box) OpenJSON(place string, sealed []byte, v any) error {
	plain, err := b.Open(place, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("seal: read %s: %w", column(place), err)
	}
	return nil
}

// column is the part of a place that may stand in an error.
func column(place string) string {
	name, _, _ := bytes.Cut([]byte(place), []byte("|"))
	return string(name)
}
