package emulator

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// wxSign is WeChat's signature: the SHA-1 of the parts, sorted and joined,
// in hexadecimal. Of token, timestamp and nonce it is "signature"; with the
// ciphertext too it is "msg_signature".
func wxSign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func wxSameSign(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// wxBlock is the size to which messages are padded: 32 and not AES's 16
// (developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.md).
const wxBlock = 32

// wxCipher seals and opens messages with one EncodingAESKey, for one account.
type wxCipher struct {
	block cipher.Block
	iv    []byte
	appID string
}

func newWxCipher(encodingAESKey, appID string) (*wxCipher, error) {
	if len(encodingAESKey) != 43 {
		return nil, fmt.Errorf("an EncodingAESKey has 43 characters, not %d", len(encodingAESKey))
	}
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		return nil, fmt.Errorf("an EncodingAESKey consists of letters and digits: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &wxCipher{block, key[:aes.BlockSize], appID}, nil
}

// seal encrypts random (16 bytes), the length, the message and the app ID.
func (c *wxCipher) seal(random, msg []byte) string {
	plain := slices.Concat(random, binary.BigEndian.AppendUint32(nil, uint32(len(msg))), msg, []byte(c.appID))
	pad := wxBlock - len(plain)%wxBlock
	plain = append(plain, slices.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

// open is the reverse of seal. It refuses what was sealed for another account.
func (c *wxCipher) open(sealed string) ([]byte, error) {
	plain, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, fmt.Errorf("ciphertext is not base64: %w", err)
	}
	if len(plain) == 0 || len(plain)%wxBlock != 0 {
		return nil, errors.New("ciphertext is not made of whole blocks")
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > wxBlock || bytes.Count(plain[len(plain)-pad:], plain[len(plain)-1:]) != pad {
		return nil, errors.New("ciphertext has a wrong padding")
	}
	plain = plain[:len(plain)-pad]
	if len(plain) < 20 {
		return nil, errors.New("ciphertext is too short")
	}
	size, rest := binary.BigEndian.Uint32(plain[16:20]), plain[20:]
	if uint64(size) > uint64(len(rest)) {
		return nil, errors.New("ciphertext announces more than it holds")
	}
	if string(rest[size:]) != c.appID {
		return nil, errors.New("ciphertext belongs to another account")
	}
	return rest[:size], nil
}
