package main

import (
	"regexp"
	"strings"
	"testing"
)

// A source is made, shown again, counted and ended; what the platforms are asked
// for leads back with its code.
func TestSource(t *testing.T) {
	n := newTown(t)
	n.house.run("keys create", exitDone)
	n.house.run("migrate up", exitDone)
	n.run("source list", exitDone, "None yet")
	n.run("source new 海报 --matchmaker 7", exitFailed, "nobody with the number 7 works here")
	n.run("source new 海报 --days 31", exitMisused, "--days: 31; expected 1 to 30")
	n.run("source new "+strings.Repeat("长", 41), exitFailed, "has 41 letters; expected 1 to 40")

	said := n.house.run("source new 海报 --campaign 春季 --days 30", exitDone, "✓ 海报 is s_", "WeChat QR code, good until 20", "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQ")
	link := regexp.MustCompile(`https://t\.me/(\w+)\?start=(s_[0-9a-hjkmnp-tv-z]{16})\n`).FindStringSubmatch(said)
	if link == nil {
		t.Fatalf("no Telegram link in:\n%s", said)
	}
	if push := n.wechat.Phone("oAnna").Follow(link[2]); push == nil {
		t.Error("nobody can follow by the code")
	}
	n.run("source show "+link[2], exitDone, "https://t.me/"+link[1]+"?start="+link[2], "good for ever")
	n.run("source list", exitDone, link[2], "海报", "春季")
	n.run("source retire "+link[2], exitDone, "leads to nobody")
	n.run("source retire "+link[2], exitFailed, "there is no source")
	n.run("source show "+link[2], exitFailed, "there is no source")
	n.run("source list", exitDone, "(retired)")

	n.wechat.Refuse("/cgi-bin/qrcode/create", 48001)
	n.run("source new 传单", exitFailed, "✓ 传单 is s_", "https://t.me/", "48001")
}
