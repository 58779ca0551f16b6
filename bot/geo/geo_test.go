package geo_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"redthread/bot/geo"
)

// metres between two near points.
func metres(a, b geo.Point) float64 {
	const degree = 111_320
	return math.Hypot((a.Lat-b.Lat)*degree, (a.Lng-b.Lng)*degree*math.Cos(a.Lat*math.Pi/180))
}

// Points whose place in both systems has been published with the formula.
func TestToGCJ(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ wgs, gcj geo.Point }{
		{geo.Point{Lat: 31.1774276, Lng: 121.5272106}, geo.Point{Lat: 31.17530398364597, Lng: 121.531541859215}}, // Shanghai
		{geo.Point{Lat: 22.543847, Lng: 113.912316}, geo.Point{Lat: 22.540796131694766, Lng: 113.9171764808363}}, // Shenzhen
		{geo.Point{Lat: 39.911954, Lng: 116.377817}, geo.Point{Lat: 39.91334545536069, Lng: 116.38404722455657}}, // Beijing
	} {
		if got := geo.ToGCJ(c.wgs); metres(got, c.gcj) > 2 {
			t.Errorf("%v on the map is %v, want %v", c.wgs, got, c.gcj)
		}
	}
	if berlin := (geo.Point{Lat: 52.52, Lng: 13.405}); geo.ToGCJ(berlin) != berlin || geo.ToWGS(berlin) != berlin {
		t.Error("Berlin has moved")
	}
}

// There and back again leads home, and a map is never more than a kilometre off.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{Lat: rapid.Float64Range(18, 53.5).Draw(t, "lat"), Lng: rapid.Float64Range(74, 134.7).Draw(t, "lng")}
		gcj := geo.ToGCJ(p)
		if d := metres(p, gcj); d > 1100 {
			t.Fatalf("the map of %v is %.0f m off", p, d)
		}
		if d := metres(p, geo.ToWGS(gcj)); d > 1 {
			t.Fatalf("%v comes back %.2f m beside itself", p, d)
		}
	})
}
