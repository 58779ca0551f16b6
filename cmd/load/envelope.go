package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// envelope is WeChat's encryption of callbacks and their answers: AES-CBC, padded
// to 32 bytes, with the message's length before it and the account behind it
// (developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.html).
type envelope struct {
	block cipher.Block
	iv    []byte
	appID string
}

func newEnvelope(encodingKey, appID string) (*envelope, error) {
	key, err := base64.StdEncoding.DecodeString(encodingKey + "=")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &envelope{block, key[:aes.BlockSize], appID}, nil
}

// seal encrypts a message. Its 16 leading bytes only have to differ from those of
// other messages.
func (e *envelope) seal(id int64, message []byte) string {
	plain := binary.BigEndian.AppendUint64(make([]byte, 8, len(message)+96), uint64(id))
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message)))
	plain = append(append(plain, message...), e.appID...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(e.block, e.iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

// open decrypts what was sealed for this account.
func (e *envelope) open(sealed string) ([]byte, error) {
	plain, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(plain) < 32 || len(plain)%32 != 0 {
		return nil, errors.New("load: a ciphertext has a wrong form")
	}
	cipher.NewCBCDecrypter(e.block, e.iv).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > 32 {
		return nil, errors.New("load: a ciphertext has a wrong padding")
	}
	plain = plain[16 : len(plain)-pad]
	if len(plain) < 4 || int(binary.BigEndian.Uint32(plain)) != len(plain)-4-len(e.appID) || !bytes.HasSuffix(plain, []byte(e.appID)) {
		return nil, errors.New("load: a ciphertext is not for this account")
	}
	return plain[4 : len(plain)-len(e.appID)], nil
}

// signature is WeChat's: the SHA-1 of the sorted parts.
func signature(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}
