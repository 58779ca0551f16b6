package main

import (
	"strconv"
	"sync"
)

// faceKinds is how many faces are drawn: those of women have odd numbers, those of
// men even ones, from 1.
const faceKinds = 16

// face is the drawn portrait of that number, a JPEG; false: there is none.
func face(name string) ([]byte, bool) {
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || n > faceKinds {
		return nil, false
	}
	return faces()[n-1], true
}

// faces draws the portraits once.
var faces = sync.OnceValue(func() (all [faceKinds][]byte) {
	for i := range all {
		all[i] = asJPEG(drawFace(i))
	}
	return all
})

// The colours of the faces.
var (
	grounds = []uint32{0xf3d9c9, 0xd6e4ea, 0xe3ddf0, 0xdcebd9, 0xf5e6c2, 0xf0d5dc, 0xd4e6e1, 0xe9e2d8}
	skins   = []uint32{0xf6d3b8, 0xf1c7a5, 0xe8b890, 0xf8dcc6}
	hairs   = []uint32{0x2b211d, 0x3a2a22, 0x1f1b1a, 0x5a3d2b}
	shirts  = []uint32{0xc8564b, 0x4f7ca8, 0x6f9a6b, 0x8a6aa5, 0xd09a45, 0x47868c, 0x7a6a5e}
)

// drawFace draws somebody from the front, in a few plain shapes.
func drawFace(i int) *canvas {
	woman := i%2 == 0
	kind := i / 2
	c := newCanvas(480, 480, grounds[i%len(grounds)])
	skin, hair, shirt := skins[i%len(skins)], hairs[(i/3)%len(hairs)], shirts[i%len(shirts)]
	if woman {
		longHair(c, hair, kind)
	}
	c.oval(240, 500, 168, 124, shirt)
	c.box(212, 318, 56, 80, 24, skin)
	c.oval(240, 236, 96, 116, skin)
	for _, x := range []float32{146, 334} {
		c.oval(x, 246, 14, 22, skin)
	}
	fringe(c, hair, woman, kind)
	drawLooks(c, hair, kind)
	if !woman && kind == 5 {
		c.oval(240, 326, 46, 20, hair)
	}
	smile(c, kind)
	return c
}

// longHair is what falls behind the shoulders.
func longHair(c *canvas, hair uint32, kind int) {
	switch kind % 3 {
	case 0:
		c.box(126, 190, 228, 230, 70, hair)
	case 1:
		c.box(134, 190, 212, 150, 66, hair)
	default:
		c.disc(240, 96, 54, hair)
	}
}

// fringe is the hair over the brow.
func fringe(c *canvas, hair uint32, woman bool, kind int) {
	c.shape(hair, [][2]float32{{142, 232}, {140, 170}, {180, 116}, {240, 98}, {300, 116}, {340, 170}, {338, 232}, {322, 196}, {300, 172}, {240, 160}, {180, 172}, {158, 196}})
	switch {
	case woman && kind%2 == 0:
		c.shape(hair, [][2]float32{{156, 214}, {166, 160}, {314, 160}, {324, 214}, {284, 186}, {196, 186}})
	case woman:
		c.shape(hair, [][2]float32{{154, 220}, {170, 146}, {300, 130}, {236, 176}})
	case kind%2 == 0:
		c.shape(hair, [][2]float32{{168, 176}, {196, 104}, {320, 120}, {322, 180}, {250, 164}})
	}
}

// drawLooks draws brows and eyes, and glasses on some.
func drawLooks(c *canvas, hair uint32, kind int) {
	for _, x := range []float32{200, 280} {
		c.box(x-20, 216, 40, 6, 3, hair)
		c.oval(x, 246, 9, 11, 0x2a2320)
		c.disc(x+3, 242, 3, 0xffffff)
		if kind%4 == 1 {
			c.ring(x, 246, 30, 26, 4, 0x4a4440)
		}
	}
	if kind%4 == 1 {
		c.box(230, 242, 20, 4, 2, 0x4a4440)
	}
	c.oval(240, 276, 7, 9, 0xdba37f)
	for _, x := range []float32{176, 304} {
		c.oval(x, 284, 16, 9, 0xf0b39b)
	}
}

// smile draws the mouth.
func smile(c *canvas, kind int) {
	wide := float32(20 + kind%3*5)
	c.shape(0xb5524a, [][2]float32{{240 - wide, 304}, {240, 312}, {240 + wide, 304}, {240 + wide*0.6, 320}, {240, 326}, {240 - wide*0.6, 320}})
}
