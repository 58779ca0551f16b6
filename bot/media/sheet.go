package media

import (
	"image"
	"image/color"
	"image/draw"
	"strconv"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// A sheet shows several pictures as one, each in a cell with its number: WeChat
// counts every picture that we send.

const (
	cell     = 420 // pixels
	cellGap  = 8
	numberOf = 34 // the height of a cell's number
)

// sheet makes a sheet of our own JPEGs, marked with words unless they are empty.
// A cell whose picture is nil stays grey.
func sheet(pictures [][]byte, words string) ([]byte, error) {
	marking <- struct{}{}
	defer func() { <-marking }()
	columns := min(3, len(pictures))
	if len(pictures) == 4 {
		columns = 2
	}
	rows := (len(pictures) + columns - 1) / columns
	side := func(n int) int { return n*cell + (n+1)*cellGap }
	dst := image.NewRGBA(image.Rect(0, 0, side(columns), side(rows)))
	draw.Draw(dst, dst.Bounds(), image.White, image.Point{}, draw.Src)
	for i, p := range pictures {
		at := image.Pt(side(i%columns), side(i/columns))
		if err := fill(dst, image.Rectangle{at, at.Add(image.Pt(cell, cell))}, p, i+1); err != nil {
			return nil, err
		}
	}
	if words != "" {
		if err := mark(dst, words); err != nil {
			return nil, err
		}
	}
	return encode(dst)
}

// fill draws a picture, whole and in the middle, and its number into a cell.
func fill(dst *image.RGBA, at image.Rectangle, picture []byte, n int) error {
	draw.Draw(dst, at, image.NewUniform(color.Gray{230}), image.Point{}, draw.Src)
	if picture != nil {
		src, err := opened(picture)
		if err != nil {
			return err
		}
		w, h := src.Bounds().Dx(), src.Bounds().Dy()
		long := max(w, h)
		w, h = max(1, w*cell/long), max(1, h*cell/long)
		from := at.Min.Add(image.Pt((cell-w)/2, (cell-h)/2))
		xdraw.ApproxBiLinear.Scale(dst, image.Rectangle{from, from.Add(image.Pt(w, h))}, src, src.Bounds(), draw.Src, nil)
	}
	face, err := letters(numberOf)
	if err != nil {
		return err
	}
	defer func() { _ = face.Close() }() // it holds nothing but memory
	label := image.Rectangle{at.Min, at.Min.Add(image.Pt(numberOf*5/4, numberOf*5/4))}
	draw.Draw(dst, label, image.NewUniform(color.RGBA{0, 0, 0, 150}), image.Point{}, draw.Over)
	d := font.Drawer{Dst: dst, Src: image.White, Face: face, Dot: fixed.P(label.Min.X+numberOf/3, label.Max.Y-numberOf/3)}
	d.DrawString(strconv.Itoa(n))
	return nil
}
