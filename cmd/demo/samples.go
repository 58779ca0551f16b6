package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// sampleNames are the pictures at hand on every phone, in the order shown.
var sampleNames = []string{"chat", "receipt", "restaurant", "rose"}

// sample returns the picture of that name. Photographs are JPEG and screenshots
// PNG, as phones make them.
func sample(name string) ([]byte, bool) {
	data, ok := samples()[name]
	return data, ok
}

// samples draws the pictures once.
var samples = sync.OnceValue(func() map[string][]byte {
	return map[string][]byte{
		"chat":       asPNG(drawChat()),
		"receipt":    asJPEG(drawReceipt()),
		"restaurant": asJPEG(drawRestaurant()),
		"rose":       asJPEG(drawRose()),
	}
})

func asPNG(c *canvas) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, c.img); err != nil {
		panic(err) // a buffer takes every write
	}
	return b.Bytes()
}

func asJPEG(c *canvas) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, c.img, &jpeg.Options{Quality: 88}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// drawChat is a screenshot of a talk that stopped being answered; lines stand
// for words, so that it reads the same in every language.
func drawChat() *canvas {
	c := newCanvas(600, 720, 0xdfe6ee)
	c.box(0, 0, 600, 92, 0, 0xffffff)
	c.disc(58, 46, 27, 0xd9a7a0)
	c.box(104, 30, 170, 15, 7, 0x6d7680)
	c.box(104, 56, 96, 10, 5, 0xb9c2cb)
	y := float32(124)
	for i, lines := range []int{1, 2, 1, 1, 1} {
		h := float32(36 + 34*lines)
		if i == 0 || i == 2 {
			c.box(28, y, 360, h, 20, 0xffffff)
			c.lines(56, y+26, 270, lines, 0xc3cad1)
		} else {
			c.box(212, y, 360, h, 20, 0x7fa8d6)
			c.lines(240, y+26, 270, lines, 0xb9d2ee)
		}
		y += h + 26
	}
	c.disc(180, y-62, 18, 0xd1463c)
	c.box(178, y-73, 4, 13, 2, 0xffffff)
	c.box(178, y-56, 4, 4, 2, 0xffffff)
	return c
}

// drawReceipt is a photographed receipt for two dinners.
func drawReceipt() *canvas {
	c := newCanvas(600, 800, 0x8b6f5a)
	for i := range 9 {
		c.box(0, float32(i)*92, 600, 3, 0, 0x7c624f)
	}
	c.box(92, 52, 424, 706, 4, 0x6c5545)
	c.box(84, 44, 424, 706, 4, 0xfdfaf3)
	ink := rgb(0x3a3632)
	c.write(bold(), 40, 206, 118, "RECEIPT", ink)
	c.write(regular(), 22, 196, 152, "2026-11-14 19:42", ink)
	for i, row := range [][2]string{{"Dinner for two", "486.00"}, {"Tea", "58.00"}, {"Dinner for two", "486.00"}, {"Service", "50.00"}} {
		y := 236 + i*58
		c.write(regular(), 25, 122, y, row[0], ink)
		c.write(regular(), 25, 390, y, row[1], ink)
	}
	c.box(120, 456, 352, 3, 0, 0x3a3632)
	c.write(bold(), 34, 122, 512, "TOTAL", ink)
	c.write(bold(), 34, 340, 512, "1080.00", ink)
	c.ring(296, 622, 150, 44, 6, 0xd1463c)
	c.write(bold(), 27, 188, 632, "CHARGED TWICE", rgb(0xd1463c))
	return c
}

// drawRestaurant is a quiet table by a window at night.
func drawRestaurant() *canvas {
	c := newCanvas(800, 600, 0x5d3a36)
	c.box(90, 60, 620, 300, 8, 0x2b2430)
	c.box(102, 72, 596, 276, 4, 0x26324d)
	c.disc(590, 142, 34, 0xf6e7b8)
	for i := range 12 {
		x, h := float32(110+i*49), float32(40+(i*37)%96)
		c.box(x, 348-h, 40, h, 0, 0x1a2338)
		c.box(x+9, 348-h+14, 8, 10, 0, 0xf0c86a)
		c.box(x+23, 348-h+26, 8, 10, 0, 0xd9a94c)
	}
	c.box(396, 72, 8, 276, 0, 0x2b2430)
	c.box(399, 0, 3, 110, 0, 0x1c1413)
	c.shape(0xe0574a, [][2]float32{{400, 104}, {468, 176}, {332, 176}})
	c.disc(400, 178, 16, 0xffe3a0)
	c.oval(400, 486, 330, 70, 0x3c2320)
	c.oval(400, 472, 330, 70, 0xf3ebe0)
	for _, x := range []float32{220, 580} {
		c.oval(x, 470, 84, 20, 0xcfc4b6)
		c.oval(x, 466, 84, 20, 0xffffff)
		c.oval(x, 466, 52, 12, 0xeee6da)
	}
	for _, x := range []float32{340, 460} {
		c.box(x-2, 398, 4, 62, 0, 0xd8e2e6)
		c.shape(0xd8e2e6, [][2]float32{{x - 24, 350}, {x + 24, 350}, {x + 9, 404}, {x - 9, 404}})
		c.shape(0x9c2437, [][2]float32{{x - 19, 368}, {x + 19, 368}, {x + 8, 402}, {x - 8, 402}})
		c.oval(x, 462, 24, 6, 0xd8e2e6)
	}
	c.box(396, 420, 8, 44, 2, 0xfff7e6)
	c.oval(400, 412, 5, 10, 0xffb347)
	return c
}

// drawRose is a flower, for a kind word.
func drawRose() *canvas {
	c := newCanvas(600, 600, 0xfbeeea)
	c.disc(300, 300, 268, 0xf6ddd7)
	c.box(294, 330, 12, 236, 6, 0x4f7d55)
	c.shape(0x5f9466, [][2]float32{{300, 470}, {356, 396}, {430, 388}, {390, 446}})
	c.shape(0x568a5d, [][2]float32{{300, 520}, {240, 452}, {170, 450}, {216, 502}})
	reds := []uint32{0xa82a2a, 0xbb342f, 0xc8372d, 0xd6493d, 0xe05f50}
	for ring, red := range reds {
		n := 9 - ring
		for i := range n {
			a := 2*math.Pi*float64(i)/float64(n) + float64(ring)*0.5
			r := float64(96 - ring*22)
			c.disc(300+float32(r*math.Cos(a)), 236+float32(r*math.Sin(a)), float32(64-ring*9), red+uint32(i%2)*0x040302)
		}
	}
	c.disc(300, 236, 22, 0xb8302a)
	return c
}

// canvas is a picture being drawn, in pixels.
type canvas struct{ img *image.RGBA }

func newCanvas(w, h int, ground uint32) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, w, h))}
	c.box(0, 0, float32(w), float32(h), 0, ground)
	return c
}

func rgb(v uint32) color.Color {
	return color.RGBA{byte(v >> 16), byte(v >> 8), byte(v), 255}
}

// fill paints what draw outlines within w×h pixels from x, y on.
func (c *canvas) fill(x, y, w, h float32, v uint32, draw func(pen)) {
	within := image.Rect(int(x)-1, int(y)-1, int(x+w)+2, int(y+h)+2).Intersect(c.img.Bounds())
	r := vector.NewRasterizer(within.Dx(), within.Dy())
	draw(pen{r, float32(within.Min.X), float32(within.Min.Y)})
	r.Draw(c.img, within, image.NewUniform(rgb(v)), image.Point{})
}

// pen outlines in the canvas's coordinates.
type pen struct {
	r         *vector.Rasterizer
	left, top float32
}

func (p pen) move(x, y float32) { p.r.MoveTo(x-p.left, y-p.top) }
func (p pen) line(x, y float32) { p.r.LineTo(x-p.left, y-p.top) }
func (p pen) curve(bx, by, x, y float32) {
	p.r.QuadTo(bx-p.left, by-p.top, x-p.left, y-p.top)
}

// ellipse adds an outline, against the clock when turn is negative.
func (p pen) ellipse(x, y, rx, ry float32, turn float64) {
	const steps = 72
	p.move(x+rx, y)
	for i := 1; i < steps; i++ {
		a := turn * 2 * math.Pi * float64(i) / steps
		p.line(x+rx*float32(math.Cos(a)), y+ry*float32(math.Sin(a)))
	}
	p.r.ClosePath()
}

func (c *canvas) shape(v uint32, points [][2]float32) {
	low, high := points[0], points[0]
	for _, p := range points {
		low = [2]float32{min(low[0], p[0]), min(low[1], p[1])}
		high = [2]float32{max(high[0], p[0]), max(high[1], p[1])}
	}
	c.fill(low[0], low[1], high[0]-low[0], high[1]-low[1], v, func(p pen) {
		p.move(points[0][0], points[0][1])
		for _, at := range points[1:] {
			p.line(at[0], at[1])
		}
		p.r.ClosePath()
	})
}

// box paints a rectangle with corners of the given radius.
func (c *canvas) box(x, y, w, h, radius float32, v uint32) {
	c.fill(x, y, w, h, v, func(p pen) {
		p.move(x+radius, y)
		p.line(x+w-radius, y)
		p.curve(x+w, y, x+w, y+radius)
		p.line(x+w, y+h-radius)
		p.curve(x+w, y+h, x+w-radius, y+h)
		p.line(x+radius, y+h)
		p.curve(x, y+h, x, y+h-radius)
		p.line(x, y+radius)
		p.curve(x, y, x+radius, y)
		p.r.ClosePath()
	})
}

// lines paints n rounded bars, the last one shorter, in place of words.
func (c *canvas) lines(x, y, w float32, n int, v uint32) {
	for i := range n {
		if i == n-1 {
			w *= 0.7
		}
		c.box(x, y+float32(i)*34, w, 14, 7, v)
	}
}

func (c *canvas) disc(x, y, radius float32, v uint32) { c.oval(x, y, radius, radius, v) }

func (c *canvas) oval(x, y, rx, ry float32, v uint32) {
	c.fill(x-rx, y-ry, 2*rx, 2*ry, v, func(p pen) { p.ellipse(x, y, rx, ry, 1) })
}

// ring paints a line of that width within the outline of an oval.
func (c *canvas) ring(x, y, rx, ry, width float32, v uint32) {
	c.fill(x-rx, y-ry, 2*rx, 2*ry, v, func(p pen) {
		p.ellipse(x, y, rx, ry, 1)
		p.ellipse(x, y, rx-width, ry-width, -1)
	})
}

var (
	regular = sync.OnceValue(func() *opentype.Font { return mustParse(goregular.TTF) })
	bold    = sync.OnceValue(func() *opentype.Font { return mustParse(gobold.TTF) })
)

func mustParse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err) // the font is compiled in
	}
	return f
}

// write sets a line of Latin text with its base line at y.
func (c *canvas) write(f *opentype.Font, size float64, x, y int, text string, ink color.Color) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic(err)
	}
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
