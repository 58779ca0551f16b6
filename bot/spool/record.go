package spool

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A segment is a title and records. A record is a head of 16 bytes and its load:
//
//	mark   4 bytes  where a reader that lost its way finds a record again
//	length 4 bytes  of the load, little endian
//	check  4 bytes  CRC-32C of mark and length, so that a length can be trusted
//	sum    4 bytes  CRC-32C of the load
//	load            the digest of the event's key, then the sealed event
const (
	title    = "redthread spool 1\n"
	headSize = 16
	maxLoad  = 1 << 20 // bytes; a platform's event is far smaller
)

var (
	mark       = []byte{0xf5, 'R', 'T', 0xb3}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// frame writes a load as a record.
func frame(load []byte) []byte {
	b := make([]byte, headSize, headSize+len(load))
	copy(b, mark)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(load)))
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b[:8], castagnoli))
	binary.LittleEndian.PutUint32(b[12:], crc32.Checksum(load, castagnoli))
	return append(b, load...)
}

// span is a stretch of a segment, in bytes.
type span struct{ from, to int }

// contents are what a reader found in a segment.
type contents struct {
	records []span // of the intact records' loads, in order
	damaged []span // what is neither
	torn    int    // where a record begins that was not written to its end; the size when there is none
}

// read finds the intact records, whatever happened to the rest. It never fails:
// what it cannot read is damaged, or torn when it is the end of the file.
func read(b []byte) contents {
	c := contents{torn: len(b)}
	at := 0
	if bytes.HasPrefix(b, []byte(title)) {
		at = len(title)
	}
	for at < len(b) {
		load, ok := head(b[at:])
		end := at + headSize + load
		switch {
		case !ok || end > len(b):
			next := find(b, at+1)
			if next == len(b) && (ok || unwritten(b[at:])) {
				c.torn = at
				return c
			}
			c.damage(at, next)
			at = next
		case crc32.Checksum(b[at+headSize:end], castagnoli) == binary.LittleEndian.Uint32(b[at+12:]):
			c.records = append(c.records, span{at + headSize, end})
			at = end
		default:
			c.damage(at, end)
			at = end
		}
	}
	return c
}

// damage notes a stretch, as one with the stretch before it where they touch.
func (c *contents) damage(from, to int) {
	if last := len(c.damaged) - 1; last >= 0 && c.damaged[last].to == from {
		c.damaged[last].to = to
		return
	}
	c.damaged = append(c.damaged, span{from, to})
}

// head reads a record's head: the length of its load.
func head(b []byte) (load int, ok bool) {
	if len(b) < headSize || !bytes.Equal(b[:4], mark) || crc32.Checksum(b[:8], castagnoli) != binary.LittleEndian.Uint32(b[8:]) {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(b[4:])
	return int(n), n <= maxLoad
}

// find is where the next record may begin, from at on; the end if there is none.
func find(b []byte, at int) int {
	for at < len(b) {
		i := bytes.Index(b[at:], mark)
		if i < 0 {
			break
		}
		at += i
		if _, ok := head(b[at:]); ok {
			return at
		}
		at++
	}
	return len(b)
}

// unwritten says that the end of a file is one a crash leaves: a piece of the
// title or of a head, and room that was made and never written.
func unwritten(tail []byte) bool {
	tail = bytes.TrimRight(tail, "\x00")
	return len(tail) < headSize && bytes.HasPrefix(mark, tail[:min(len(mark), len(tail))]) || bytes.HasPrefix([]byte(title), tail)
}
