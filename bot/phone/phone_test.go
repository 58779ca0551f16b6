package phone_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redthread/bot/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"13800138000":                "+8613800138000",
		"138 0013 8000":              "+8613800138000",
		"138-0013-8000":              "+8613800138000",
		"１３８００１３８０００":                "+8613800138000",
		"幺三八零零一三八零零零":                "+8613800138000",
		"+86 138 0013 8000":          "+8613800138000",
		"0086 13800138000":           "+8613800138000",
		"86 13800138000":             "+8613800138000",
		"(86)138-0013-8000":          "+8613800138000",
		"手机：13800138000。":            "+8613800138000",
		"我的手机号是13800138000":          "+8613800138000",
		"19912345678":                "+8619912345678",
		"+852 5123 4567":             "+85251234567",
		"+886 912 345 678":           "+886912345678",
		"+1 650-253-0000":            "+16502530000",
		"+44 7911 123456":            "+447911123456",
		"my number is +65 8123 4567": "+6581234567",
	} {
		if got, err := phone.Parse(text); err != nil || got != want {
			t.Errorf("%q reads %q, %v; want %s", text, got, err, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]phone.Fault{
		"":                       phone.Unread,
		"不方便":                    phone.Unread,
		"1380013800":             phone.TooShort,
		"138001380000":           phone.TooLong,
		"12345678901":            phone.NotInUse,
		"021-55550100":           phone.Landline,
		"010 6552 9988":          phone.Landline,
		"+999 123456":            phone.Unread,
		strings.Repeat("1", 200): phone.Unread,
	} {
		_, err := phone.Parse(text)
		var f phone.Fault
		if !errors.As(err, &f) || f != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	if got := phone.Spaced("+8613800138000"); got != "138 0013 8000" {
		t.Errorf("spaced %q", got)
	}
	if got := phone.Spaced("+6581234567"); got != "+65 8123 4567" {
		t.Errorf("spaced %q", got)
	}
	if got := phone.Masked("+8613800138000"); got != "138****8000" {
		t.Errorf("masked %q", got)
	}
}

// TestSpacedIsReadAgain: a number is the same, however it is spaced.
func TestSpacedIsReadAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typed := "1" + rapid.StringMatching(`[35789][0-9]{9}`).Draw(t, "number")
		once, err := phone.Parse(typed)
		if err != nil {
			return // not every prefix is in use
		}
		if again, err := phone.Parse(phone.Spaced(once)); err != nil || again != once {
			t.Fatalf("%s is spaced %s and read %s, %v", once, phone.Spaced(once), again, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("138 0013 8000")
	f.Add("+1 650-253-0000 ext. 3")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := phone.Parse(text)
		if err == nil && (!strings.HasPrefix(got, "+") || len(got) > 16) {
			t.Errorf("%q reads %q", text, got)
		}
	})
}
