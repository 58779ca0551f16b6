package measure_test

import (
	"errors"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"redthread/bot/measure"
)

func TestHeight(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"175": 175, "175cm": 175, "175厘米": 175, "身高175公分": 175, "1.75": 175, "1.75m": 175, "1米75": 175, "一米七五": 175, "一米七": 170,
		"一百七十五": 175, "１７５": 175, `5'9"`: 175, "5'9": 175, "5 ft 9 in": 175, "5 feet 9 inches": 175, "6ft": 183, "175.5": 176, "大概168左右": 168, "1米8": 180,
	} {
		if got, err := measure.Height(text); err != nil || got != want {
			t.Errorf("%q is %d cm, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]measure.Fault{"": measure.Unread, "很高": measure.Unread, "17": measure.Small, "75": measure.Small, "1750": measure.Unread, "275": measure.Large, "3m": measure.Small} {
		if _, err := measure.Height(text); !is(err, want) {
			t.Errorf("height %q: %v, want %s", text, err, want)
		}
	}
}

func TestWeight(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"62": 62, "62kg": 62, "62公斤": 62, "124斤": 62, "一百二十斤": 60, "130": 65, "137 lb": 62, "150磅": 68, "体重 55 kg": 55, "62.4": 62,
	} {
		if got, err := measure.Weight(text); err != nil || got != want {
			t.Errorf("%q is %d kg, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]measure.Fault{"胖": measure.Unread, "12": measure.Small, "800斤": measure.Large} {
		if _, err := measure.Weight(text); !is(err, want) {
			t.Errorf("weight %q: %v, want %s", text, err, want)
		}
	}
}

func TestIncome(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"15万": 150000, "15w": 150000, "十五万": 150000, "年薪20万左右": 200000, "15": 150000, "150000": 150000, "月薪8千": 96000, "月入1.5万": 180000, "月薪1万5": 180000, "每月八千五": 102000, "12万5左右": 125000,
		"200k": 200000, "15k a month": 180000, "一百万": 1000000, "rmb 300000": 300000,
	} {
		if got, err := measure.Income(text); err != nil || got != want {
			t.Errorf("%q is %d a year, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "保密", "不错"} {
		if _, err := measure.Income(text); !is(err, measure.Unread) {
			t.Errorf("income %q: %v", text, err)
		}
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{
		"28到35岁": {28, 35}, "28-35": {28, 35}, "35~28": {28, 35}, "二十八到三十五": {28, 35}, "160cm-175cm": {160, 175}, "28 to 35": {28, 35},
		"170以上": {170, 0}, "35岁以下": {0, 35}, "at least 170": {170, 0}, "under 40": {0, 40}, "30+": {30, 0},
	} {
		if from, to, ok := measure.Range(text); !ok || [2]int{from, to} != want {
			t.Errorf("%q is %d to %d, %v; want %v", text, from, to, ok, want)
		}
	}
	for _, text := range []string{"", "30", "不限", "越高越好"} {
		if from, to, ok := measure.Range(text); ok {
			t.Errorf("%q is %d to %d", text, from, to)
		}
	}
}

// TestFeet: whatever the unit, a height is the same to half an inch.
func TestFeet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cm := rapid.IntRange(140, 210).Draw(t, "cm")
		inches := int(float64(cm)/2.54 + 0.5)
		got, err := measure.Height(strconv.Itoa(inches/12) + "'" + strconv.Itoa(inches%12))
		if err != nil || got < cm-2 || got > cm+2 {
			t.Fatalf("%d cm are %d inches are %d cm, %v", cm, inches, got, err)
		}
	})
}

func is(err error, want measure.Fault) bool {
	var f measure.Fault
	return errors.As(err, &f) && f == want
}

func FuzzMeasure(f *testing.F) {
	f.Add("一米七五")
	f.Add(`5'9"`)
	f.Fuzz(func(t *testing.T, text string) {
		if cm, err := measure.Height(text); err == nil && (cm < 120 || cm > 230) {
			t.Errorf("%q is %d cm", text, cm)
		}
		if kg, err := measure.Weight(text); err == nil && (kg < 30 || kg > 200) {
			t.Errorf("%q is %d kg", text, kg)
		}
		if yuan, err := measure.Income(text); err == nil && yuan < 0 {
			t.Errorf("%q is %d yuan", text, yuan)
		}
		if from, to, ok := measure.Range(text); ok && (from < 0 || to != 0 && from > to) {
			t.Errorf("%q is %d to %d", text, from, to)
		}
	})
}
