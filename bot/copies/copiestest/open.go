// Package copiestest opens copies of clients' data in tests, as a program that
// has nothing but the format's description would: it shares no code with the one
// that writes them.
package copiestest

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" // the format's own
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrPassword says that the password is not the file's, or the file was changed.
var ErrPassword = errors.New("copiestest: the password does not open it")

// Open reads a ZIP whose files are all encrypted by AE-2 with AES-256
// (https://www.winzip.com/en/support/aes-encryption/): their names and contents.
func Open(raw []byte, password string) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("copiestest: open: %w", err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		if files[f.Name], err = open(f, password); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return files, nil
}

func open(f *zip.File, password string) ([]byte, error) {
	e := f.Extra
	if f.Method != 99 || f.Flags&1 == 0 || f.CRC32 != 0 || len(e) < 11 {
		return nil, errors.New("it is not encrypted")
	}
	if binary.LittleEndian.Uint16(e) != 0x9901 || binary.LittleEndian.Uint16(e[2:]) != 7 || string(e[4:9]) != "\x02\x00AE\x03" {
		return nil, errors.New("it is not AE-2 with AES-256")
	}
	r, err := f.OpenRaw()
	if err != nil {
		return nil, err
	}
	sealed, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	body, err := unseal(sealed, password)
	if err == nil && binary.LittleEndian.Uint16(e[9:]) == zip.Deflate {
		body, err = io.ReadAll(flate.NewReader(bytes.NewReader(body)))
	}
	if err == nil && uint64(len(body)) != f.UncompressedSize64 {
		err = errors.New("it has another length")
	}
	return body, err
}

// unseal takes apart salt (16), check (2), ciphertext and MAC (10).
func unseal(sealed []byte, password string) ([]byte, error) {
	if len(sealed) < 28 {
		return nil, errors.New("it is too short")
	}
	salt, check, body, mac := sealed[:16], sealed[16:18], bytes.Clone(sealed[18:len(sealed)-10]), sealed[len(sealed)-10:]
	keys, err := pbkdf2.Key(sha1.New, password, salt, 1000, 66)
	if err != nil {
		return nil, err
	}
	sum := hmac.New(sha1.New, keys[32:64])
	sum.Write(body)
	if !bytes.Equal(keys[64:], check) || !hmac.Equal(sum.Sum(nil)[:10], mac) {
		return nil, ErrPassword
	}
	block, err := aes.NewCipher(keys[:32])
	if err != nil {
		return nil, err
	}
	var pad [16]byte
	counter := make([]byte, 16)
	for i := range body {
		if i%16 == 0 {
			for j := range counter { // the lowest byte is the first
				if counter[j]++; counter[j] != 0 {
					break
				}
			}
			block.Encrypt(pad[:], counter)
		}
		body[i] ^= pad[i%16]
	}
	return body, nil
}
