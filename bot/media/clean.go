package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"
	"image/jpeg"
	_ "image/png"
	"sync"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// ErrNoPicture says that the bytes are no picture, or one too large to open.
var ErrNoPicture = errors.New("media: not a picture")

const (
	maxPixels = 40e6    // a small file can unfold to gigabytes
	maxOpen   = 160e6   // bytes, opened
	maxScans  = 100     // a camera makes a dozen; each goes over the whole picture
	maxSide   = 2560    // enough to read a screenshot
	maxJPEG   = 2 << 20 // WeChat takes no larger picture back
)

// decoding admits one picture at a time: opened, it may take maxOpen bytes.
var decoding sync.Mutex

// Clean makes a JPEG of the picture that holds nothing but what can be seen: no
// place, no time, no camera, no thumbnail. It is turned as its camera meant it,
// at most 2560 pixels wide and high and 2 MB large.
func Clean(raw []byte) ([]byte, error) {
	c, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if err := bearable(raw, c, kind); err != nil {
		return nil, err
	}
	decoding.Lock()
	defer decoding.Unlock()
	src, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	way := 1
	if kind == "jpeg" {
		way = orientation(raw)
	}
	return encode(turn(shrink(src), way))
}

// bearable refuses, before anything is unfolded, a picture that would take too
// much memory or too much time. Of a GIF only the first picture is opened, of an
// animated WebP none.
func bearable(raw []byte, c image.Config, kind string) error {
	pixels := float64(c.Width) * float64(c.Height)
	each := 4.0
	switch c.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		each = 8
	}
	if c.Width <= 0 || c.Height <= 0 || pixels > maxPixels || pixels*each > maxOpen {
		return fmt.Errorf("%w: %d×%d pixels", ErrNoPicture, c.Width, c.Height)
	}
	// Within a scan 0xff is never followed by 0xda (ITU-T T.81, B.1.1.5).
	if scans := bytes.Count(raw, []byte{0xff, 0xda}); kind == "jpeg" && scans > maxScans {
		return fmt.Errorf("%w: %d scans", ErrNoPicture, scans)
	}
	return nil
}

// shrink puts the picture on white, at most maxSide large.
func shrink(src image.Image) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > maxSide {
		w, h = max(1, w*maxSide/long), max(1, h*maxSide/long)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Over, nil)
	return dst
}

func encode(m image.Image) ([]byte, error) {
	for _, quality := range []int{88, 75, 60, 40, 20} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("media: write picture: %w", err)
		}
		if b.Len() <= maxJPEG {
			return b.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("%w: too detailed", ErrNoPicture)
}

// turn lays the picture as an EXIF orientation (1 to 8) means it.
func turn(m *image.RGBA, way int) *image.RGBA {
	if way < 2 || way > 8 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	W, H := w, h
	if way >= 5 {
		W, H = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, W, H))
	for y := range h {
		for x := range w {
			X, Y := x, y
			switch way {
			case 2:
				X = w - 1 - x
			case 3:
				X, Y = w-1-x, h-1-y
			case 4:
				Y = h - 1 - y
			case 5:
				X, Y = y, x
			case 6:
				X, Y = h-1-y, x
			case 7:
				X, Y = h-1-y, w-1-x
			case 8:
				X, Y = y, w-1-x
			}
			out.SetRGBA(X, Y, m.RGBAAt(x, y))
		}
	}
	return out
}
