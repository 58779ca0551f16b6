package media

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"sync"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// maxShown is how large a shown copy is: enough for a phone, too little for
// print.
const maxShown = 1280

// marking admits two pictures at a time, so that many who look do not take all
// memory.
var marking = make(chan struct{}, 2)

// Watermark writes words (ASCII) across the whole of one of our own JPEGs, again
// and again, half transparent, light with a dark edge, so that they can be read
// on any ground and on any cut of a half of the picture. The copy is at most 1280
// pixels wide and high.
func Watermark(picture []byte, words string) ([]byte, error) {
	marking <- struct{}{}
	defer func() { <-marking }()
	src, err := opened(picture)
	if err != nil {
		return nil, err
	}
	dst := scaled(src, maxShown)
	if err := mark(dst, words); err != nil {
		return nil, err
	}
	return encode(dst)
}

// opened reads one of our own pictures.
func opened(picture []byte) (image.Image, error) {
	m, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("media: open a picture of ours: %w", err)
	}
	return m, nil
}

func mark(dst *image.RGBA, words string) error {
	tile, err := newTile(words, dst.Bounds())
	if err == nil {
		tile.over(dst)
	}
	return err
}

// scaled copies the picture, at most side pixels large.
func scaled(src image.Image, side int) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() {
		draw.Draw(dst, dst.Bounds(), src, b.Min, draw.Src)
	} else {
		xdraw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	}
	return dst
}

// tile is the words once, with the room around them. It is laid out in rows that
// rise by thirty degrees, every other row moved by half.
type tile struct {
	light, dark *image.Alpha // the letters, and their edge
}

// The strength of the letters and of their edge, of 255.
const (
	lightness = 88
	darkness  = 72
)

var bold = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gobold.TTF) })

func newTile(words string, on image.Rectangle) (tile, error) {
	size := max(11, float64(min(on.Dx(), on.Dy()))/32)
	face, err := letters(size)
	if err != nil {
		return tile{}, err
	}
	defer func() { _ = face.Close() }() // it holds nothing but memory
	w := font.MeasureString(face, words).Ceil()
	room := image.Rect(0, 0, w+int(2.5*size), int(3.6*size))
	written := func(dx, dy float64) *image.Alpha {
		m := image.NewAlpha(room)
		d := font.Drawer{Dst: m, Src: image.Opaque, Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(64 * (size + dx)), Y: fixed.Int26_6(64 * (2*size + dy))}}
		d.DrawString(words)
		return m
	}
	edge := max(1, size/14)
	return tile{light: written(0, 0), dark: written(edge, edge)}, nil
}

// letters is the font, size pixels high.
func letters(size float64) (font.Face, error) {
	f, err := bold()
	if err != nil {
		return nil, fmt.Errorf("media: read font: %w", err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return nil, fmt.Errorf("media: set font: %w", err)
	}
	return face, nil
}

// over lays the tile over the whole picture.
func (t tile) over(dst *image.RGBA) {
	w, h := t.light.Rect.Dx(), t.light.Rect.Dy()
	b := dst.Bounds()
	rise, run := math.Sincos(-math.Pi / 6)
	for y := range b.Dy() {
		// Where the pixel lies along the rows (u) and across them (v).
		u, v := float64(y)*rise, float64(y)*run
		line := dst.Pix[y*dst.Stride:]
		for x := range b.Dx() {
			row := int(math.Floor(v)) / h
			across := int(math.Floor(v)) % h
			if across < 0 {
				row, across = row-1, across+h
			}
			along := (int(math.Floor(u)) + row*w/2) % w
			if along < 0 {
				along += w
			}
			at := across*t.light.Stride + along
			if d := t.dark.Pix[at]; d > 0 {
				blend(line[4*x:4*x+3], 0, uint32(d)*darkness/255)
			}
			if l := t.light.Pix[at]; l > 0 {
				blend(line[4*x:4*x+3], 255, uint32(l)*lightness/255)
			}
			u, v = u+run, v-rise
		}
	}
}

// blend mixes a grey into a pixel; strength is of 255.
func blend(rgb []uint8, grey, strength uint32) {
	for i, c := range rgb {
		rgb[i] = uint8((uint32(c)*(255-strength) + grey*strength) / 255)
	}
}
