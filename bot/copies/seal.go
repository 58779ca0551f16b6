package copies

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" // the format demands it, for key derivation and HMAC, where its collisions do no harm
	"encoding/binary"
	"fmt"
	"time"
)

// A ZIP whose files are encrypted with AES-256 as WinZip's AE-2 has it
// (https://www.winzip.com/en/support/aes-encryption/), which 7-Zip, WinRAR,
// WinZip, The Unarchiver and the apps of both kinds of telephone open. It stands
// here, on archive/zip, because the packages that write it are old copies of
// archive/zip; all that is added is one header and one cipher.

const (
	methodAES  = 99     // in the place of the compression's own number
	extraAES   = 0x9901 // the header that tells the true one
	needsAES   = 51     // version 5.1 of the format to read it
	saltSize   = 16     // of AES-256
	checkSize  = 2      // to tell a wrong password early
	macSize    = 10
	iterations = 1000 // of PBKDF2, as the format fixes it: the password must be a strong one
)

// sealer writes a ZIP.
type sealer struct {
	w        *zip.Writer
	password string
	made     time.Time
}

func newSealer(to *bytes.Buffer, password string, made time.Time) *sealer {
	return &sealer{zip.NewWriter(to), password, made}
}

// add puts a file in; pack compresses it, which is of no use for pictures.
func (s *sealer) add(name string, content []byte, pack bool) error {
	method, body := zip.Store, content
	if pack {
		var b bytes.Buffer
		z, err := flate.NewWriter(&b, flate.DefaultCompression)
		if err == nil {
			_, err = z.Write(content)
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			return fmt.Errorf("copies: pack: %w", err)
		}
		method, body = zip.Deflate, b.Bytes()
	}
	sealed, err := s.seal(body)
	if err != nil {
		return err
	}
	// The checksum stays 0: it would tell something of the content. The MAC stands
	// for it (AE-2).
	h := &zip.FileHeader{
		Name: name, Method: methodAES, Flags: 1, ReaderVersion: needsAES, Extra: s.extra(method),
		CompressedSize64: uint64(len(sealed)), UncompressedSize64: uint64(len(content)),
	}
	h.SetModTime(s.made)
	w, err := s.w.CreateRaw(h)
	if err == nil {
		_, err = w.Write(sealed)
	}
	if err != nil {
		return fmt.Errorf("copies: write ZIP: %w", err)
	}
	return nil
}

// extra is the header: its number and size, AE-2 by "AE", AES-256, and how the
// file is compressed.
func (s *sealer) extra(method uint16) []byte {
	b := binary.LittleEndian.AppendUint16(nil, extraAES)
	b = append(b, 7, 0, 2, 0, 'A', 'E', 3)
	return binary.LittleEndian.AppendUint16(b, method)
}

// seal is salt, check, ciphertext, MAC.
func (s *sealer) seal(body []byte) ([]byte, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails, by its documentation
	block, macKey, check, err := keys(s.password, salt)
	if err != nil {
		return nil, err
	}
	out := append(append(make([]byte, 0, saltSize+checkSize+len(body)+macSize), salt...), check...)
	out = append(out, body...)
	count(block, out[saltSize+checkSize:])
	mac := hmac.New(sha1.New, macKey)
	mac.Write(out[saltSize+checkSize:])
	return append(out, mac.Sum(nil)[:macSize]...), nil
}

// keys are drawn from the password and the salt.
func keys(password string, salt []byte) (block cipher.Block, mac, check []byte, err error) {
	const size = 32
	all, err := pbkdf2.Key(sha1.New, password, salt, iterations, 2*size+checkSize)
	if err == nil {
		block, err = aes.NewCipher(all[:size])
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("copies: draw keys: %w", err)
	}
	return block, all[size : 2*size], all[2*size:], nil
}

// count encrypts, or decrypts, in the counter mode of the format: the counter
// begins at 1 and its lowest byte comes first, where cipher.NewCTR has the
// highest.
func count(block cipher.Block, data []byte) {
	var n, pad [aes.BlockSize]byte
	for at := 0; at < len(data); at += aes.BlockSize {
		binary.LittleEndian.PutUint64(n[:], uint64(at/aes.BlockSize)+1)
		block.Encrypt(pad[:], n[:])
		end := min(at+aes.BlockSize, len(data))
		for i := at; i < end; i++ {
			data[i] ^= pad[i-at]
		}
	}
}

func (s *sealer) close() error {
	if err := s.w.Close(); err != nil {
		return fmt.Errorf("copies: close ZIP: %w", err)
	}
	return nil
}
