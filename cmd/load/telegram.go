package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// telegram plays Telegram. It delivers as the Bot API server does: over so many
// connections at a time, the updates of one chat one by one, a failed one again
// at once, then after 2, 4, 8 … seconds, never giving up (core.telegram.org/bots/api#setwebhook
// and the server's published source).
type telegram struct {
	account
	town    *town
	road    *road
	weather *weather
	slots   chan struct{} // the webhook's connections
	hurry   float64       // the waits before redelivery are so much shorter
	sent    atomic.Int64  // numbers the bot's messages
	redone  *atomic.Int64 // deliveries after the first
}

func (t *telegram) key(_ step, id int64) string {
	return "telegram:" + t.botID + ":" + strconv.FormatInt(id, 10)
}

// hookPatience is how long Telegram waits for an answer.
const hookPatience = 60 * time.Second

func (t *telegram) push(ctx context.Context, p *person, s step, id int64) (ack time.Time, err error) {
	body, err := t.update(p, s, id)
	if err != nil {
		return ack, err
	}
	head := "Content-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: " + t.hookSecret + "\r\n"
	for try := 0; ; try++ {
		select {
		case t.slots <- struct{}{}:
		case <-ctx.Done():
			return ack, errGivenUp
		}
		to, _ := t.road.pick()
		a, err := to.post("/telegram", head, body, hookPatience)
		<-t.slots
		if err == nil && a.status/100 == 2 {
			return time.Now(), nil
		}
		t.redone.Add(1)
		if !sleep(ctx, t.wait(try, a.retryAfter)) {
			return ack, errGivenUp
		}
	}
}

// wait is how long Telegram lets pass before a further try.
func (t *telegram) wait(try int, asked time.Duration) time.Duration {
	d := max(asked, 0)
	if try > 0 {
		d = max(d, min(time.Second<<min(try, 10), time.Minute+rand.N(time.Minute)))
	}
	return time.Duration(float64(d)/t.hurry) + time.Millisecond
}

// update writes the Update of a step.
func (t *telegram) update(p *person, s step, id int64) ([]byte, error) {
	now := time.Now().Unix()
	who := fmt.Sprintf(`{"id":%d,"is_bot":false,"first_name":"Person %d","language_code":"%s"}`, p.n, p.n, t.town.talk.lang)
	place := fmt.Sprintf(`{"id":%d,"first_name":"Person %d","type":"private"}`, p.n, p.n)
	if s.kind == "press" {
		p.mu.Lock()
		defer p.mu.Unlock()
		data := callbackData(p.buttons, s.text)
		if data == "" {
			return nil, fmt.Errorf("load: person %d sees no button %q", p.n, s.text)
		}
		return fmt.Appendf(nil, `{"update_id":%d,"callback_query":{"id":"%d","from":%s,"chat_instance":"1","data":%s,"message":{"message_id":%d,"from":{"id":%s,"is_bot":true,"first_name":"bot"},"chat":%s,"date":%d,"text":%s}}}`,
			id, id, who, quote(data), p.onto, t.botID, place, now, quote(p.shown)), nil
	}
	text := "/start"
	if s.kind == "write" {
		text = strings.ReplaceAll(s.text, own, strconv.FormatInt(p.n, 10))
	}
	return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"from":%s,"chat":%s,"date":%d,"text":%s}}`,
		id, id, who, place, now, quote(text)), nil
}

func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string can always be written
	return b
}

// callbackData finds what a button with the label sends back.
func callbackData(keyboard, label string) string {
	var k struct {
		Rows [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	}
	if json.Unmarshal([]byte(keyboard), &k) != nil {
		return ""
	}
	for _, row := range k.Rows {
		for _, b := range row {
			if b.Text == label {
				return b.Data
			}
		}
	}
	return ""
}

func (t *telegram) call(from int, path, kind string, body []byte) reply {
	method := path[strings.LastIndexByte(path, '/')+1:]
	fields := formOf(kind, body)
	fate := t.weather.draw()
	switch method {
	case "sendMessage":
		return t.send(from, fields, fate)
	case "getMe":
		return done(`{"id":` + t.botID + `,"is_bot":true,"first_name":"bot","username":"load_bot"}`)
	}
	if fate != fair {
		return refused(fate)
	}
	if strings.HasPrefix(method, "editMessage") {
		t.town.tally.edits.Add(1)
		return done(t.messageJSON(number(fields["chat_id"]), number(fields["message_id"]), fields["text"]))
	}
	return done("true") // webhook, commands, answers to presses, hints
}

// send delivers a message to its person, unless the weather is against it.
func (t *telegram) send(from int, fields map[string]string, fate luck) reply {
	if fate == busy || fate == broken {
		return refused(fate)
	}
	m := message{to: number(fields["chat_id"]), text: fields["text"], buttons: fields["reply_markup"], id: t.sent.Add(1), from: from, hidden: fate != fair}
	t.town.hear(m)
	if fate != fair {
		return refused(fate)
	}
	return done(t.messageJSON(m.to, m.id, m.text))
}

func (t *telegram) messageJSON(chat, id int64, text string) string {
	return fmt.Sprintf(`{"message_id":%d,"from":{"id":%s,"is_bot":true,"first_name":"bot"},"chat":{"id":%d,"type":"private"},"date":%d,"text":%s}`,
		id, t.botID, chat, time.Now().Unix(), quote(text))
}

func done(result string) reply {
	return reply{status: 200, body: []byte(`{"ok":true,"result":` + result + `}`)}
}

// refused is the Bot API's answer to a call that has met with bad weather.
func refused(fate luck) reply {
	switch fate {
	case busy:
		return reply{status: 429, body: []byte(`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}`)}
	case cut:
		return reply{cut: true}
	}
	return reply{status: 502, body: []byte(`{"ok":false,"error_code":502,"description":"Bad Gateway"}`)}
}

// formOf reads the parameters of a call: a JSON object, or a multipart form with
// small parts, whose boundary is in kind.
func formOf(kind string, body []byte) map[string]string {
	fields := map[string]string{}
	_, boundary, multipart := strings.Cut(kind, "boundary=")
	if !multipart {
		var all map[string]json.RawMessage
		_ = json.Unmarshal(body, &all) // a call that cannot be read has no parameters
		for name, raw := range all {
			var s string
			if json.Unmarshal(raw, &s) != nil {
				s = string(raw)
			}
			fields[name] = s
		}
		return fields
	}
	for _, part := range bytes.Split(body, []byte("--"+strings.Trim(boundary, `"`))) {
		head, value, ok := bytes.Cut(part, []byte("\r\n\r\n"))
		_, name, named := bytes.Cut(head, []byte(`name="`))
		if name, _, closed := bytes.Cut(name, []byte(`"`)); ok && named && closed {
			fields[string(name)] = string(bytes.TrimSuffix(value, []byte("\r\n")))
		}
	}
	return fields
}
