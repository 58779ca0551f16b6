package wechat

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"redthread/bot"
	"redthread/bot/geo"
)

// maxText is the longest text the platform takes, in bytes: longer ones give
// error 45002. The limit of a callback's answer is not documented; the same is
// kept to.
const maxText = 2048

// piece is one message of the platform: a text, or a picture.
type piece struct {
	text  string
	photo bot.MediaID
}

// draw turns a message into pieces, the same ones each time. Buttons stand under
// the text, one a line, with the number (on a card the letter) that may be typed
// instead: the button's place among all buttons. A change of an earlier message, or
// a mark on one, cannot be shown and is no piece at all, nor is one taken back; a
// correction is said.
func (c *Channel) draw(m bot.Message, seq int64) []piece {
	switch {
	case m.Otherwise != "": // a correction, where nothing can be changed
		m.Text = m.Otherwise
	case m.Edits != "", m.Mark != "", m.Takes != 0:
		return nil
	}
	var pieces []piece
	for _, text := range layOut(disarm(m.Text), append(c.buttons(m, seq), onMap(m.Place)...)) {
		pieces = append(pieces, piece{text: text})
	}
	for _, id := range m.Photos {
		pieces = append(pieces, piece{photo: id})
	}
	return pieces
}

// buttons draws the lines under a text.
func (c *Channel) buttons(m bot.Message, seq int64) []string {
	var lines []string
	for i, b := range m.Buttons {
		label := oneLine(disarm(b.Label))
		if b.URL != "" {
			lines = append(lines, linked(label, `<a href="`+attribute.Replace(b.URL)+`">`+label+`</a>`))
			continue
		}
		mark := strconv.Itoa(i+1) + ". "
		if m.Card {
			mark = letters(i) + ". "
		}
		line := mark + label
		if id, ok := menuID(seq, i); ok && c.cfg.MenuLinks {
			line = linked(line, fmt.Sprintf(`%s<a href="weixin://bizmsgmenu?msgmenucontent=%s&msgmenuid=%d">%s</a>`,
				mark, content.Replace(cut(label, 120)), id, label))
		}
		lines = append(lines, line)
	}
	return lines
}

// mapLink shows a point in Tencent's maps, which open in the chat itself
// (lbs.qq.com, URI API, marker). Its points are GCJ-02.
const mapLink = "https://apis.map.qq.com/uri/v1/marker?marker="

// onMap is the line that leads to a place on the map.
func onMap(p *bot.Place) []string {
	if p == nil {
		return nil
	}
	at := geo.ToGCJ(geo.Point{Lat: p.Lat, Lng: p.Lng})
	marker := fmt.Sprintf("coord:%.6f,%.6f;title:%s;addr:%s", at.Lat, at.Lng, ofMarker.Replace(p.Name), ofMarker.Replace(p.Address))
	label := oneLine(disarm(p.Label + " " + p.Name))
	return []string{linked(label, `<a href="`+mapLink+url.QueryEscape(marker)+`&referer=redthread">`+label+`</a>`)}
}

// ofMarker keeps words from ending the part of the marker they stand in.
var ofMarker = strings.NewReplacer(";", "；", ":", "：")

// linked is the line with its link, unless that is too long to stand in one text.
func linked(plain, withLink string) string {
	if len(withLink) > maxText {
		return plain
	}
	return withLink
}

// letters counts A … Z, AA …
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

var (
	// tags stops words from becoming links: the chat knows no other markup, and
	// no way to write it as plain text.
	tags = strings.NewReplacer("<a", "＜a", "<A", "＜A", "</a", "＜/a", "</A", "＜/A")

	// content keeps a label from ending the link that carries it. A tap sends it
	// back in these wider forms, which read the same.
	content = strings.NewReplacer(`"`, "＂", "&", "＆", "<", "＜", ">", "＞", "#", "＃", "%", "％", "'", "＇")

	attribute = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", " ", "%20", "\n", "")
)

// disarm makes words safe to stand in a text.
func disarm(s string) string { return tags.Replace(string(sayable([]byte(s)))) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
