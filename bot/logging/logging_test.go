package logging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// planted is what must never be seen in a log.
var planted = []string{
	"7012345699:AAHkq8Zr-3vXw_9LmN2pQs5TuYbCdEfGhIj",
	"ACCESSTOKENVALUE_abc-123",
	"0f3a9c1d5e7b2846a0c9d8e7f6b5a493",
	"13812345678",
	"8613912345679",
	"138-1234-5670",
	"11010519491231002X",
	"110105199003070015",
	"p4ssw0rdInURL",
}

// sentences say the planted words as libraries and people do.
func sentences() []string {
	return []string{
		`Post "https://api.telegram.org/bot` + planted[0] + `/sendMessage": EOF`,
		"Get https://api.weixin.qq.com/cgi-bin/media/get?access_token=" + planted[1] + "&media_id=7",
		`{"access_token":"` + planted[1] + `","expires_in":7200}`,
		"token?appid=wx1&secret=" + planted[2],
		"client " + planted[3] + " wrote", "电话" + planted[3] + "，谢谢", "tel:" + planted[3],
		"+" + planted[4], planted[5],
		"身份证" + planted[6], "id " + planted[7] + ".",
		"dial redis://:" + planted[8] + "@redis:6379/0",
	}
}

type stringer string

func (s stringer) String() string { return string(s) }

type hidden struct{ Note string }

// TestNothingPlantedIsSeen logs every sentence in every place and greps.
func TestNothingPlantedIsSeen(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		var out strings.Builder
		log := New(&out, "debug", format)
		for _, s := range sentences() {
			log.Info(s)
			log.Info("m", "a", s)
			log.Info("m", "err", fmt.Errorf("send: %w", errors.New(s)))
			log.Info("m", slog.Group("g", slog.String("a", s), slog.Any("err", errors.New(s))))
			log.With("a", s).WithGroup("g").Info("m", "b", stringer(s))
			log.Info("m", "any", hidden{s}, "list", []string{s}, "map", map[string]any{"k": s}, "bytes", words(s))
			log.LogAttrs(context.Background(), slog.LevelDebug, "m", slog.Any("p", &hidden{s}))
		}
		for _, word := range []string{"token", "phone", "text", "webhook_secret", "Authorization"} {
			log.Info("m", word, "plain word")
		}
		for _, p := range append(planted, "plain word") {
			if strings.Contains(out.String(), p) {
				t.Errorf("%s: %q can be seen", format, p)
			}
		}
		if !strings.Contains(out.String(), masked) {
			t.Errorf("%s: nothing is masked, so nothing was logged", format)
		}
	}
}

// words is a string of a type of its own.
type words string

// TestScrubKeeps: what an engineer needs stays.
func TestScrubKeeps(t *testing.T) {
	for _, s := range []string{
		"", "telegram:1234567890", "wechat:oABC-_1381234567890abc",
		"wechat:wx0123456789abcdef:24837212345678901", // a message's ID
		"at 1753500000000 ms", "2026-07-28T10:00:00.123456789+08:00",
		"seq=12 state=sent", "dial tcp 127.0.0.1:6379: connection refused",
		"-1001381234567", "version 20260728113000",
	} {
		if got := Scrub(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestOtherKindsStay(t *testing.T) {
	var out strings.Builder
	log := New(&out, "info", "json")
	log.Debug("not at this level")
	log.Info("m", "n", 13812345678, "d", time.Second, "ok", true, "nothing", nil, "list", []int{1, 2})
	for _, want := range []string{`"n":13812345678`, `"d":1000000000`, `"ok":true`, `"nothing":null`, `"list":[1,2]`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "not at this level") {
		t.Error("debug is logged")
	}
}

func FuzzScrub(f *testing.F) {
	for _, s := range sentences() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := Scrub(s + " " + planted[3] + " " + planted[0]); !strings.HasSuffix(got, " "+masked+" "+masked) {
			t.Errorf("%q", got)
		}
	})
}
