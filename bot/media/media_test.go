package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// corner is a picture that is red in its upper left quarter.
func corner(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{220, 0, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts an orientation and a secret place into a JPEG.
func withEXIF(jpeg []byte, order binary.AppendByteOrder, way uint16) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II*\x00\x08\x00\x00\x00")
	}
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, way)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	tiff = append(tiff, "GPS 31.2304N 121.4737E"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, jpeg[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, jpeg[2:]...)
}

func TestCleanLeavesOnlyWhatCanBeSeen(t *testing.T) {
	t.Parallel()
	plain := asJPEG(t, corner(80, 40))
	// Where the red quarter lies after the camera's turning, as EXIF means it.
	for way, want := range map[uint16][2]bool{1: {true, true}, 2: {false, true}, 3: {false, false}, 4: {true, false}, 5: {true, true}, 6: {false, true}, 7: {false, false}, 8: {true, false}} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			got, err := Clean(withEXIF(plain, order, way))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("Exif")) {
				t.Error("the camera's words are still there")
			}
			m, err := jpeg.Decode(bytes.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			b := m.Bounds()
			if wide := b.Dx() > b.Dy(); wide != (way < 5) {
				t.Errorf("orientation %d: %v", way, b)
			}
			x, y := b.Dx()/4, b.Dy()/4
			if !want[0] {
				x = b.Dx() * 3 / 4
			}
			if !want[1] {
				y = b.Dy() * 3 / 4
			}
			if r, g, _, _ := m.At(x, y).RGBA(); r < 0xa000 || g > 0x6000 {
				t.Errorf("orientation %d: red is not at %d,%d of %v", way, x, y, b)
			}
		}
	}
}

func TestCleanReadsWhatPeopleSend(t *testing.T) {
	t.Parallel()
	var asPNG, asGIF bytes.Buffer
	if err := png.Encode(&asPNG, corner(3000, 10)); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&asGIF, corner(10, 10), nil); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"png": asPNG.Bytes(), "gif": asGIF.Bytes(), "jpeg": asJPEG(t, corner(5, 5))} {
		got, err := Clean(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c, kind, err := image.DecodeConfig(bytes.NewReader(got)); err != nil || kind != "jpeg" || c.Width > maxSide || c.Height < 1 {
			t.Errorf("%s became %s %+v, %v", name, kind, c, err)
		}
	}
}

// claiming changes what a PNG says of itself.
func claiming(png []byte, w, h uint32, bits byte) []byte {
	png = bytes.Clone(png)
	binary.BigEndian.PutUint32(png[16:], w)
	binary.BigEndian.PutUint32(png[20:], h)
	png[24] = bits
	binary.BigEndian.PutUint32(png[29:], crc32.ChecksumIEEE(png[12:29]))
	return png
}

// bomb is a small PNG that claims to be enormous.
func bomb(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, corner(2, 2)); err != nil {
		t.Fatal(err)
	}
	return claiming(b.Bytes(), 20000, 20000, 8)
}

func TestCleanRefuses(t *testing.T) {
	t.Parallel()
	whole := asJPEG(t, corner(50, 50))
	for name, raw := range map[string][]byte{
		"nothing": nil, "words": []byte("<svg onload=alert(1)>"), "a script that begins like a picture": []byte("GIF89a<script>alert(1)</script>"),
		"half a picture": whole[:len(whole)/3], "unfolds to 400 million pixels": bomb(t),
	} {
		if _, err := Clean(raw); !errors.Is(err, ErrNoPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(withEXIF(asJPEG(f, corner(4, 4)), binary.BigEndian, 6))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v := orientation(b); v < 1 || v > 8 {
			t.Errorf("orientation %d", v)
		}
	})
}

// source is a channel one can only fetch from.
type source struct {
	bot.Channel
	fetch func(ref string) ([]byte, error)
}

func (s source) Webhook(bot.Accept) http.Handler { return nil }
func (s source) Fetch(_ context.Context, m bot.Media, _ int64) ([]byte, error) {
	return s.fetch(m.Ref)
}

func want(t *testing.T, s *store.Store, ref string) (id bot.MediaID) {
	t.Helper()
	ev := bot.Event{Key: bot.EventKey(ref), From: bot.Conversation{Channel: "wechat", Chat: "o1"}, Kind: bot.Showed, At: s.Now()}
	if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) (err error) {
		id, err = tx.Want(bot.Media{Kind: bot.Photo, Ref: ref})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestFetcher(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	good, tries := asJPEG(t, corner(9, 9)), 0
	var mu sync.Mutex
	f := &Fetcher{Store: s, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Channels: map[string]bot.Channel{"wechat": source{fetch: func(ref string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			switch ref {
			case "gone":
				return nil, bot.ErrGone
			case "script":
				return []byte("<script>"), nil
			case "later":
				if tries++; tries == 1 {
					return nil, errors.New("network")
				}
			}
			return good, nil
		}}}}
	drain := func(want int) {
		t.Helper()
		if n, err := f.Drain(t.Context()); err != nil || n != want {
			t.Errorf("kept %d, %v; want %d", n, err, want)
		}
	}
	fine, later, gone, script := want(t, s, "fine"), want(t, s, "later"), want(t, s, "gone"), want(t, s, "script")
	drain(1)
	if _, _, err := s.OpenMedia(t.Context(), later); !errors.Is(err, store.ErrNotYet) {
		t.Errorf("after a failed try: %v", err)
	}
	clock.Advance(time.Minute)
	drain(1)
	for _, id := range []bot.MediaID{fine, later} {
		if b, mime, err := s.OpenMedia(t.Context(), id); err != nil || mime != "image/jpeg" || len(b) == 0 {
			t.Errorf("%d bytes, %q, %v", len(b), mime, err)
		}
	}
	due, err := s.DueTimers(t.Context(), 9)
	if err != nil || len(due) != 2 || !strings.HasPrefix(due[0].Text, store.NewsPictureLost+":") {
		t.Errorf("news %v, %v; want two of lost pictures", due, err)
	}
	for _, id := range []bot.MediaID{gone, script} {
		if _, _, err := s.OpenMedia(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a lost one: %v", err)
		}
	}
	drain(0)
}
