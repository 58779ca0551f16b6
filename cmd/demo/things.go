package main

import (
	"bytes"
	"encoding/binary"
)

// thing is what a phone can send besides words and pictures.
type thing struct {
	Kind string // of thingKinds
	Name string // of a file, or a place
	Data []byte

	At      [2]float64 // latitude and longitude of a place
	Address string
}

// thingKinds are the things at hand on every phone, in the order shown.
var thingKinds = []string{"voice", "file", "place"}

// thingFor is the thing of that kind as phones of the platform send it; false:
// there is none.
func thingFor(kind, platform string) (thing, bool) {
	switch kind {
	case "voice":
		if platform == "wechat" {
			return thing{Kind: kind, Data: quietAMR(3)}, true
		}
		return thing{Kind: kind, Data: quietOpus(3)}, true
	case "file":
		return thing{Kind: kind, Name: "转账记录.txt", Data: []byte("2026-11-14 486.00\n2026-11-14 486.00\n")}, true
	case "place":
		return thing{Kind: kind, Name: "西湖音乐喷泉", At: [2]float64{30.2510, 120.1560}, Address: "杭州市上城区湖滨路"}, true
	}
	return thing{}, false
}

// perSecond is how many frames of 20 milliseconds a second has, in both formats.
const perSecond = 50

// quietAMR is a voice note of WeChat in which nothing is heard: frames that hold
// no data (RFC 4867, 5.3).
func quietAMR(seconds int) []byte {
	return append([]byte("#!AMR\n"), bytes.Repeat([]byte{15<<3 | 1<<2}, seconds*perSecond)...)
}

// quietOpus is a voice note of Telegram in which nothing is heard: a page with the
// head, one with the remarks, one with the frames for each second (RFC 7845).
func quietOpus(seconds int) []byte {
	head := append([]byte("OpusHead\x01\x01"), 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0) // one channel, 48 kHz
	tags := append([]byte("OpusTags"), 0, 0, 0, 0, 0, 0, 0, 0)
	file := append(oggPage(0, oggFirst, 0, head), oggPage(1, 0, 0, tags)...)
	silence := []byte{0xf8, 0xff, 0xfe} // 20 ms
	for s := range seconds {
		flags := byte(0)
		if s == seconds-1 {
			flags = oggLast
		}
		frames := make([][]byte, perSecond)
		for i := range frames {
			frames[i] = silence
		}
		file = append(file, oggPage(uint32(s+2), flags, uint64(s+1)*48_000, frames...)...)
	}
	return file
}

const (
	oggFirst = 2
	oggLast  = 4
)

// oggPage is a page of short packets (RFC 3533, 6).
func oggPage(n uint32, flags byte, until uint64, packets ...[]byte) []byte {
	p := append([]byte("OggS\x00"), flags)
	p = binary.LittleEndian.AppendUint64(p, until)
	p = binary.LittleEndian.AppendUint32(p, 1) // of the stream
	p = binary.LittleEndian.AppendUint32(p, n)
	sum := len(p)
	p = append(p, 0, 0, 0, 0, byte(len(packets)))
	for _, packet := range packets {
		p = append(p, byte(len(packet)))
	}
	p = append(p, bytes.Join(packets, nil)...)
	binary.LittleEndian.PutUint32(p[sum:], oggSum(p))
	return p
}

// oggSum is the checksum of a page: the polynomial 0x04c11db7, neither reflected
// nor inverted, which hash/crc32 does not offer.
func oggSum(page []byte) (sum uint32) {
	for _, b := range page {
		sum ^= uint32(b) << 24
		for range 8 {
			over := sum & (1 << 31)
			sum <<= 1
			if over != 0 {
				sum ^= 0x04c11db7
			}
		}
	}
	return sum
}
