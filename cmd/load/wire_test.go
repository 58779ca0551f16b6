package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// mute is a platform whose bot takes everything and says nothing.
type mute struct{}

func (mute) key(step, int64) string { return "" }
func (mute) push(context.Context, *person, step, int64) (time.Time, error) {
	return time.Now(), nil
}
func (mute) call(int, string, string, []byte) reply { return reply{} }

// A request goes over a kept connection, and over a fresh one when the other side
// has closed that meanwhile.
func TestKept(t *testing.T) {
	t.Parallel()
	echo := func(path, kind string, body []byte) reply {
		if string(body) == "cut" {
			return reply{cut: true}
		}
		return reply{status: 201, body: append([]byte(path+" "+kind+" "), body...)}
	}
	d, err := openDesk("127.0.0.1:0", echo)
	if err != nil {
		t.Fatal(err)
	}
	addr := d.Addr().String()
	k := &kept{addr: addr}
	defer k.close()
	ask := func(body string) (answer, error) {
		return k.post("/x?y", "Content-Type: text/xml\r\n", []byte(body), time.Second)
	}
	for range 3 {
		a, err := ask("hello")
		if err != nil || a.status != 201 || string(a.body) != "/x text/xml hello" {
			t.Fatalf("%+v %v", a, err)
		}
	}
	if len(k.idle) != 1 {
		t.Errorf("%d connections are kept, want 1", len(k.idle))
	}
	d.close()
	if _, err := ask("nobody"); err == nil {
		t.Error("an answer from nobody")
	}
	if d, err = openDesk(addr, echo); err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if a, err := ask("again"); err != nil || !strings.HasSuffix(string(a.body), "again") {
		t.Errorf("%+v %v", a, err)
	}
	if _, err := ask("cut"); err == nil {
		t.Error("an answer over a cut connection")
	}
}

// What is slower than the platform's patience is no answer.
func TestKeptPatience(t *testing.T) {
	t.Parallel()
	slow := make(chan struct{})
	d, err := openDesk("127.0.0.1:0", func(string, string, []byte) reply { <-slow; return reply{status: http.StatusOK} })
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	defer close(slow)
	k := &kept{addr: d.Addr().String()}
	if _, err := k.post("/", "", nil, 30*time.Millisecond); err == nil {
		t.Error("waited for ever")
	}
}

func TestFormOf(t *testing.T) {
	t.Parallel()
	body := "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na\r\n\r\nb\r\n--b--\r\n"
	f := formOf("multipart/form-data; boundary=b", []byte(body))
	if f["chat_id"] != "42" || f["text"] != "a\r\n\r\nb" {
		t.Errorf("%q", f)
	}
	f = formOf("application/json", []byte(`{"chat_id":42,"text":"a\nb","reply_markup":{"x":1}}`))
	if f["chat_id"] != "42" || f["text"] != "a\nb" || f["reply_markup"] != `{"x":1}` {
		t.Errorf("%q", f)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	if got := callbackData(`{"inline_keyboard":[[{"text":"A","callback_data":"a:1"}],[{"text":"B","callback_data":"b:2"}]]}`, "B"); got != "b:2" {
		t.Error(got)
	}
	text := "?\n1. <a href=\"weixin://bizmsgmenu?msgmenucontent=A&msgmenuid=101\">A</a>\n2. <a href=\"weixin://bizmsgmenu?msgmenucontent=B＆C&msgmenuid=102\">B&C</a>"
	if content, menu := tapped(text, "B&C"); content != "B＆C" || menu != "102" {
		t.Error(content, menu)
	}
	if _, menu := tapped(text, "C"); menu != "" {
		t.Error(menu)
	}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	e, err := newEnvelope("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0123456789abcdef")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"", "x", strings.Repeat("中", 1000)} {
		got, err := e.open(e.seal(7, []byte(m)))
		if err != nil || string(got) != m {
			t.Errorf("%.20q became %.20q, %v", m, got, err)
		}
	}
	other, _ := newEnvelope("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxffffffffffffffff")
	if _, err := other.open(e.seal(7, []byte("x"))); err == nil {
		t.Error("opened what is for another account")
	}
}
