package spool

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// written is a segment with the loads, and where each record begins.
func written(loads [][]byte) (b []byte, starts []int) {
	b = []byte(title)
	for _, l := range loads {
		starts = append(starts, len(b))
		b = append(b, frame(l)...)
	}
	return b, starts
}

func loadsIn(b []byte) [][]byte {
	var all [][]byte
	for _, r := range read(b).records {
		all = append(all, b[r.from:r.to])
	}
	return all
}

func someLoads(t *rapid.T) [][]byte {
	return rapid.SliceOfN(rapid.SliceOfN(rapid.ByteRange(1, 255), 1, 300), 1, 12).Draw(t, "loads")
}

func equal(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }

func TestReadWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loads := someLoads(t)
		b, _ := written(loads)
		if c := read(b); !equal(loadsIn(b), loads) || c.torn != len(b) || len(c.damaged) > 0 {
			t.Fatalf("%d of %d records, torn at %d of %d, damaged %v", len(c.records), len(loads), c.torn, len(b), c.damaged)
		}
	})
}

// A crash while writing leaves a piece of the end: all before it is read, and the
// piece is torn, not damaged.
func TestReadTorn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loads := someLoads(t)
		whole, starts := written(loads)
		cut := rapid.IntRange(0, len(whole)).Draw(t, "cut")
		b := slices.Clone(whole[:cut])
		intact := 0
		for i := range loads {
			if end := starts[i] + headSize + len(loads[i]); end <= cut {
				intact = i + 1
			}
		}
		room := rapid.SampledFrom([]int{0, 5, 600}).Draw(t, "room")
		b = append(b, make([]byte, room)...) // made for what was never written
		c := read(b)
		if !equal(loadsIn(b), loads[:intact]) || c.torn > cut && len(c.damaged) == 0 && room > 0 {
			t.Fatalf("%d records, want %d; damaged %v, torn at %d of %d", len(c.records), intact, c.damaged, c.torn, cut)
		}
		if room == 0 && len(c.damaged) > 0 {
			t.Fatalf("cut at %d: damaged %v", cut, c.damaged)
		}
	})
}

// Damage within one record costs that record alone.
func TestReadDamagedRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loads := someLoads(t)
		b, starts := written(loads)
		hit := rapid.IntRange(0, len(loads)-1).Draw(t, "record")
		size := headSize + len(loads[hit])
		from := rapid.IntRange(0, size-1).Draw(t, "from")
		to := rapid.IntRange(from+1, size).Draw(t, "to")
		if piece := b[starts[hit]+from : starts[hit]+to]; rapid.Bool().Draw(t, "zeroed") {
			if len(bytes.Trim(piece, "\x00")) == 0 {
				t.Skip("it was zero")
			}
			clear(piece)
		} else {
			b[starts[hit]+from] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		want := slices.Delete(slices.Clone(loads), hit, hit+1)
		c := read(b)
		if !equal(loadsIn(b), want) {
			t.Fatalf("%d records, want %d", len(c.records), len(want))
		}
		if len(c.damaged) == 0 && c.torn == len(b) {
			t.Fatal("the damage was not noticed")
		}
	})
}

// FuzzReader damages a segment by any means: nothing panics, every byte is
// accounted for once, and the records before the damage are all there.
func FuzzReader(f *testing.F) {
	f.Add(3, []byte("damage"), uint16(30), uint16(4))
	f.Add(0, []byte(title), uint16(0), uint16(0))
	f.Add(5, bytes.Repeat(mark, 8), uint16(60), uint16(0))
	f.Add(2, frame([]byte("a record within a record")), uint16(40), uint16(200))
	f.Fuzz(func(t *testing.T, n int, insert []byte, at, remove uint16) {
		var loads [][]byte
		for i := range min(max(n, 0), 20) {
			loads = append(loads, bytes.Repeat([]byte{byte(i), 0xf5}, 20+i))
		}
		whole, starts := written(loads)
		from := min(int(at), len(whole))
		to := min(from+int(remove), len(whole))
		b := slices.Concat(whole[:from], insert, whole[to:])
		c := read(b)
		checkAccounts(t, b, c)
		for i, l := range loads {
			if starts[i]+headSize+len(l) > from {
				break
			}
			if got := loadsIn(b); i >= len(got) || !bytes.Equal(got[i], l) {
				t.Fatalf("record %d, before the damage at %d, is not read", i, from)
			}
		}
	})
}

// checkAccounts proves that title, records, damage and the torn end make up the
// whole.
func checkAccounts(t *testing.T, b []byte, c contents) {
	t.Helper()
	all := slices.Clone(c.damaged)
	for _, r := range c.records {
		all = append(all, span{r.from - headSize, r.to})
	}
	if c.torn < len(b) {
		all = append(all, span{c.torn, len(b)})
	}
	slices.SortFunc(all, func(a, b span) int { return a.from - b.from })
	at := 0
	if bytes.HasPrefix(b, []byte(title)) {
		at = len(title)
	}
	for _, s := range all {
		if s.from != at || s.to < s.from {
			t.Fatalf("bytes %d to %d are not accounted for: %+v of %d", at, s.from, c, len(b))
		}
		at = s.to
	}
	if at != len(b) {
		t.Fatalf("bytes from %d on are not accounted for: %+v of %d", at, c, len(b))
	}
}
