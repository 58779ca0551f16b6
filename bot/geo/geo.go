// Package geo turns a place on the globe into one on a Chinese map, and back.
//
// Satellites and Telegram speak WGS-84. Maps of mainland China are printed in
// GCJ-02, by law, which lies up to some 600 m beside it; a point of one on a map of
// the other stands in the wrong street. The formula is not published; what stands
// here is the approximation that map libraries have used since 2012 (eviltransform),
// good to a few metres.
package geo

import "math"

// Point is a place in degrees. Which system it is in, its name says.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Zero says that nothing is known of where it is.
func (p Point) Zero() bool { return p == Point{} }

// Valid says that there is such a point on the globe.
func (p Point) Valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lng >= -180 && p.Lng <= 180 && !math.IsNaN(p.Lat) && !math.IsNaN(p.Lng)
}

// The ellipsoid of the formula (Krasovsky 1940).
const (
	axis         = 6378245.0
	eccentricity = 0.00669342162296594323
)

// inChina is the box in which maps are shifted. Hong Kong, Macao and Taiwan lie in
// it, and their own maps are not: who keeps a list of places there writes them in
// WGS-84 and gets points that are right on the telephone's own maps.
func inChina(p Point) bool {
	return p.Lng >= 72.004 && p.Lng <= 137.8347 && p.Lat >= 0.8293 && p.Lat <= 55.8271
}

// ToGCJ is a WGS-84 point on a Chinese map (GCJ-02). Outside China it is the same.
func ToGCJ(wgs Point) Point {
	if !inChina(wgs) {
		return wgs
	}
	d := shift(wgs)
	return Point{wgs.Lat + d.Lat, wgs.Lng + d.Lng}
}

// ToWGS is a GCJ-02 point of a Chinese map on the globe, good to a metre.
func ToWGS(gcj Point) Point {
	if !inChina(gcj) {
		return gcj
	}
	wgs := gcj
	for range 4 { // each round is some hundred times nearer
		back := ToGCJ(wgs)
		wgs.Lat += gcj.Lat - back.Lat
		wgs.Lng += gcj.Lng - back.Lng
	}
	return wgs
}

// shift is by how much the maps are beside the globe.
func shift(p Point) Point {
	x, y := p.Lng-105, p.Lat-35
	lat := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + waves(x, 20, 6, 20, 2)*2/3 + waves(y, 20, 1, 40, 1./3)*2/3 + waves(y, 160, 1./12, 320, 1./30)*2/3
	lng := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + waves(x, 20, 6, 20, 2)*2/3 + waves(x, 20, 1, 40, 1./3)*2/3 + waves(x, 150, 1./12, 300, 1./30)*2/3
	rad := p.Lat * math.Pi / 180
	magic := 1 - eccentricity*math.Sin(rad)*math.Sin(rad)
	root := math.Sqrt(magic)
	return Point{
		Lat: lat * 180 / (axis * (1 - eccentricity) / (magic * root) * math.Pi),
		Lng: lng * 180 / (axis / root * math.Cos(rad) * math.Pi),
	}
}

// waves are two of the formula's waves, of heights a and c.
func waves(v, a, fa, c, fc float64) float64 {
	return a*math.Sin(fa*v*math.Pi) + c*math.Sin(fc*v*math.Pi)
}
