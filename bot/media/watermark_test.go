package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// portrait is something like a photo: soft shades, light above, dark below.
func portrait(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			base := 250 - 240*float64(y)/float64(h) + 8*math.Sin(float64(x)/37) + 4*r.Float64()
			v := uint8(min(255, max(0, base)))
			m.SetRGBA(x, y, color.RGBA{v, uint8(float64(v) * 0.9), uint8(float64(v) * 0.8), 255})
		}
	}
	return m
}

// distance is how far a cut lies from the same cut of another picture.
func distance(t *testing.T, cut, of image.Image, at image.Rectangle) (sum float64) {
	t.Helper()
	for y := at.Min.Y; y < at.Max.Y; y += 2 {
		for x := at.Min.X; x < at.Max.X; x += 2 {
			a, _, _, _ := cut.At(x, y).RGBA()
			b, _, _, _ := of.At(x, y).RGBA()
			d := float64(a)/257 - float64(b)/257
			sum += d * d
		}
	}
	return sum
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Who let a picture out can be told from any quarter of it, after it has been
// packed smaller once more, on light ground and on dark.
func TestWatermarkTellsViewersApart(t *testing.T) {
	t.Parallel()
	plain := asJPEG(t, portrait(480, 640))
	viewers := []string{"K-000012 2026-03-06", "K-000013 2026-03-06", "S-000003 2026-03-06"}
	var marked []image.Image
	for _, v := range viewers {
		b, err := Watermark(plain, v)
		if err != nil {
			t.Fatal(err)
		}
		marked = append(marked, decoded(t, b))
	}
	marked = append(marked, decoded(t, plain))
	for i := range viewers {
		var packed bytes.Buffer
		if err := jpeg.Encode(&packed, marked[i], &jpeg.Options{Quality: 50}); err != nil {
			t.Fatal(err)
		}
		leaked := decoded(t, packed.Bytes())
		for _, at := range []image.Rectangle{image.Rect(0, 0, 240, 320), image.Rect(240, 0, 480, 320), image.Rect(0, 320, 240, 640), image.Rect(240, 320, 480, 640), image.Rect(120, 160, 360, 480)} {
			mine := distance(t, leaked, marked[i], at)
			for j := range marked {
				if other := distance(t, leaked, marked[j], at); j != i && other < 1.05*mine {
					t.Errorf("cut %v of the copy for %s may be that of %d: %.0f and %.0f", at, viewers[i], j, mine, other)
				}
			}
		}
	}
}

func TestWatermarkBounds(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {3, 2000}, {1600, 900}} {
		b, err := Watermark(asJPEG(t, corner(size[0], size[1])), "K-000012 2026-03-06")
		if err != nil {
			t.Errorf("%v: %v", size, err)
			continue
		}
		if got := decoded(t, b).Bounds(); got.Dx() > maxShown || got.Dy() > maxShown {
			t.Errorf("%v became %v", size, got)
		}
	}
	if _, err := Watermark([]byte("<svg>"), "K"); err == nil {
		t.Error("words were taken for a picture")
	}
}

// What is for a viewer is marked, what is the client's own is not, and what knows
// nothing of viewers does not find the picture at all.
func TestGallery(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	id := want(t, s, "photo")
	own := asJPEG(t, portrait(300, 400))
	if err := s.KeepMedia(t.Context(), id, "image/jpeg", own); err != nil {
		t.Fatal(err)
	}
	g := Gallery{Store: s, Zone: time.FixedZone("", 8*60*60)}
	if b, err := g.Open(t.Context(), id); err != nil || !bytes.Equal(b, own) {
		t.Errorf("own: %d bytes, %v", len(b), err)
	}
	shown, err := g.Open(t.Context(), id.For("K-000012"))
	if err != nil {
		t.Fatal(err)
	}
	marked, err := Watermark(own, "K-000012 2026-03-06")
	if err != nil || !bytes.Equal(shown, marked) {
		t.Errorf("for a viewer: %d bytes, want %d, %v", len(shown), len(marked), err)
	}
	if _, _, err := s.OpenMedia(t.Context(), id.For("K-000012")); err == nil {
		t.Error("the store opened a picture that is for a viewer")
	}
	if picture, viewer := bot.MediaID("abc").For("S-000001").Viewer(); picture != "abc" || viewer != "S-000001" {
		t.Errorf("%q for %q", picture, viewer)
	}
}

// A sheet shows each picture in its cell; one that is gone leaves it grey, one
// that is still to come has the message wait.
func TestSheet(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	g := Gallery{Store: s}
	var ids []bot.MediaID
	for i := range 5 {
		id := want(t, s, string(rune('a'+i)))
		if err := s.KeepMedia(t.Context(), id, "image/jpeg", asJPEG(t, corner(600, 300))); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	p, err := s.Picture(t.Context(), want(t, s, "gone"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LoseMedia(t.Context(), p, "too big"); err != nil {
		t.Fatal(err)
	}
	ids[1] = p.ID
	b, err := g.Open(t.Context(), bot.Sheet(ids...))
	if err != nil {
		t.Fatal(err)
	}
	m := decoded(t, b)
	if got := m.Bounds(); got.Dx() != 3*420+4*8 || got.Dy() != 2*420+3*8 {
		t.Errorf("sheet %v", got)
	}
	shade := func(x, y int) (r, g uint32) { r, g, _, _ = m.At(x, y).RGBA(); return r >> 8, g >> 8 }
	for i, want := range []bool{true, false, true, true, true} { // red above the middle, on the left
		x, y := 8+i%3*428+100, 8+i/3*428+150
		if r, g := shade(x, y); (r > 190 && g < 60) != want {
			t.Errorf("cell %d shows %d %d", i+1, r, g)
		}
	}
	if marked, err := g.Open(t.Context(), bot.Sheet(ids...).For("S-000001")); err != nil || bytes.Equal(marked, b) {
		t.Errorf("a sheet for a viewer is not marked: %v", err)
	}
	if one, err := g.Open(t.Context(), bot.Sheet(ids[0])); err != nil || decoded(t, one).Bounds().Dx() != 600 {
		t.Errorf("a sheet of one: %v", err)
	}
	if _, err := g.Open(t.Context(), bot.Sheet(append(ids, want(t, s, "later"))...)); !errors.Is(err, store.ErrNotYet) {
		t.Errorf("a sheet with one that is still to come: %v", err)
	}
}

// What would unfold beyond all measure is refused before anything unfolds: a
// PNG, a GIF and a WebP that claim too much, deep colours, a JPEG of a thousand
// scans. Of an animated GIF the first picture is opened, and no more.
func TestBombsAreRefusedCheaply(t *testing.T) {
	wide := []byte("RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x20\x4e\x00\x20\x4e\x00\x00\x00\x00\x00")
	whole := asJPEG(t, corner(64, 64))
	scans := append(append([]byte{}, whole[:len(whole)-2]...), bytes.Repeat([]byte{0xff, 0xda, 0, 3, 1}, 1000)...)
	for name, raw := range map[string][]byte{"png": bomb(t), "deep png": claiming(bomb(t), 6000, 6000, 16), "gif": []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), "webp": wide, "scans": scans} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		_, err := Clean(raw)
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrNoPicture) || !strings.Contains(err.Error(), "pixels") && !strings.Contains(err.Error(), "scans") {
			t.Errorf("%s is refused for another reason: %v", name, err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("%s: %d bytes were taken to refuse it", name, got)
		}
		t.Logf("%s: %d bytes, refused in %v with %d bytes allocated", name, len(raw), took, after.TotalAlloc-before.TotalAlloc)
	}
	frames := &gif.GIF{}
	for range 500 {
		frames.Image, frames.Delay = append(frames.Image, image.NewPaletted(image.Rect(0, 0, 300, 300), []color.Color{color.White, color.Black})), append(frames.Delay, 1)
	}
	var film bytes.Buffer
	if err := gif.EncodeAll(&film, frames); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Clean(film.Bytes()); err != nil {
		t.Errorf("a film: %v", err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 { // all of it would be 45 MB
		t.Errorf("a film of 500 pictures took %d bytes", got)
	}
}

func BenchmarkWatermark(b *testing.B) {
	plain := asJPEG(b, portrait(2560, 1920))
	for b.Loop() {
		out, err := Watermark(plain, "K-000012 2026-03-06")
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(out)), "bytes/photo")
	}
}
