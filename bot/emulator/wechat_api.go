package emulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// wxCall is one call of the API, its body already read.
type wxCall struct {
	r    *http.Request
	body []byte
}

// in reads the call's JSON body.
func (c *wxCall) in(v any) error {
	if json.Unmarshal(c.body, v) != nil {
		return wxErrFormat
	}
	return nil
}

// wxPath is one path of the API. run is called with w.mu held.
type wxPath struct {
	method string
	run    func(*WeChat, *wxCall) (any, error)
	open   bool  // needs no access token
	send   bool  // a message to a person: Faults.Slow and Lost concern it
	custom bool  // a customer-service message: Faults.Closed concerns it
	limit  int64 // of the body; 0 is 1 MiB
}

// wxPaths is the API. The calls look into it themselves, to count; so it is
// filled by init.
var wxPaths map[string]wxPath

func init() {
	const get, post = http.MethodGet, http.MethodPost
	wxPaths = map[string]wxPath{
		"/cgi-bin/token":                 {method: get, run: (*WeChat).apiToken, open: true},
		"/cgi-bin/stable_token":          {method: post, run: (*WeChat).apiStableToken, open: true},
		"/cgi-bin/message/custom/send":   {method: post, run: (*WeChat).apiSend, send: true, custom: true},
		"/cgi-bin/message/custom/typing": {method: post, run: (*WeChat).apiTyping},
		"/cgi-bin/message/template/send": {method: post, run: (*WeChat).apiTemplate, send: true},
		"/cgi-bin/media/upload":          {method: post, run: (*WeChat).apiUpload, limit: wxMaxUpload},
		"/cgi-bin/media/get":             {method: get, run: (*WeChat).apiMedia},
		"/cgi-bin/menu/create":           {method: post, run: (*WeChat).apiMenuCreate},
		"/cgi-bin/menu/get":              {method: get, run: (*WeChat).apiMenuGet},
		"/cgi-bin/menu/delete":           {method: get, run: (*WeChat).apiMenuDelete},
		"/cgi-bin/qrcode/create":         {method: post, run: (*WeChat).apiQRCode},
		"/cgi-bin/user/info":             {method: get, run: (*WeChat).apiUser},
		"/cgi-bin/getcallbackip":         {method: get, run: (*WeChat).apiCallbackIP},
		"/cgi-bin/clear_quota":           {method: post, run: (*WeChat).apiClearQuota},
		wxVideoPath:                      {method: get, run: (*WeChat).apiVideo, open: true},
	}
}

// ServeHTTP is the API host, api.weixin.qq.com. Errors are answered as WeChat
// does: with status 200 and an errcode.
func (w *WeChat) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	f := w.faults
	cut, broken := w.chance(f.Cut), w.chance(f.Broken)
	w.mu.Unlock()
	if !w.linger(r, f.Delay) || f.Away || cut {
		w.note(r.URL.Path, wxCut)
		panic(http.ErrAbortHandler)
	}
	if broken {
		w.note(r.URL.Path, wxBroken)
		http.Error(rw, "<html><h1>502 Bad Gateway</h1></html>", http.StatusBadGateway)
		return
	}
	path, known := wxPaths[r.URL.Path]
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, cmp.Or(path.limit, 1<<20)))
	var out any
	if err != nil {
		err = wxErrFormat
	} else {
		out, err = w.call(path, known, &wxCall{r, body})
	}
	w.note(r.URL.Path, wxCode(err))
	if err == nil && path.send && w.lose(f.Lost) {
		panic(http.ErrAbortHandler)
	}
	status := http.StatusOK
	if !known {
		status = http.StatusNotFound
	}
	w.answer(rw, status, out, err)
}

// linger waits, as Faults.Delay says; false when the caller or we have gone.
func (w *WeChat) linger(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	passed := w.cfg.Clock.After(d)
	defer forget(w.cfg.Clock, passed)
	select {
	case <-passed:
		return true
	case <-r.Context().Done():
	case <-w.ctx.Done():
	}
	return false
}

// call runs a call of a path, unless something stands against it.
func (w *WeChat) call(path wxPath, known bool, c *wxCall) (any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name, now := c.r.URL.Path, w.cfg.Clock.Now()
	switch code := w.refused[name]; {
	case !known:
		return nil, wxErrURL
	case c.r.Method != path.method && path.method == http.MethodGet:
		return nil, wxErrWantGet
	case c.r.Method != path.method:
		return nil, wxErrWantPost
	case code != 0:
		return nil, w.refusal(code, c.r)
	}
	if !path.open {
		if err := w.tokens.check(c.r.URL.Query().Get("access_token"), now); err != nil {
			return nil, err
		}
	}
	switch {
	case path.send && w.chance(w.faults.Slow):
		return nil, wxErrHaste
	case path.custom && w.chance(w.faults.Closed):
		return nil, wxErrWindowClosed
	}
	if err := w.quotas.take(name, now); err != nil {
		return nil, err
	}
	return path.run(w, c)
}

// lose draws whether the answer of a send that took effect gets lost.
func (w *WeChat) lose(share float64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.chance(share)
}

func (w *WeChat) note(path string, code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count(path, code)
}

// wxFile is an answer that is a file and not JSON.
type wxFile struct {
	name, mime string
	data       []byte
}

// answer writes what a call came to.
func (w *WeChat) answer(rw http.ResponseWriter, status int, out any, err error) {
	if file, ok := out.(wxFile); ok && err == nil {
		rw.Header().Set("Content-Type", file.mime)
		rw.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", file.name))
		rw.Write(file.data)
		return
	}
	var e *wxError
	switch {
	case errors.As(err, &e):
		out = wxStatus{e.code, e.msg + " rid: " + w.rid()}
	case out == nil:
		out = wxStatus{0, "ok"}
	}
	rw.Header().Set("Content-Type", "application/json; encoding=utf-8")
	rw.WriteHeader(status)
	enc := json.NewEncoder(rw)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		w.cfg.Log.Warn("wechat: answer not written", "error", err)
	}
}

type wxStatus struct {
	Code int    `json:"errcode"`
	Msg  string `json:"errmsg"`
}

// rid names a request, as in every error text of WeChat.
func (w *WeChat) rid() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprintf("%08x-%s-%s", uint32(w.cfg.Clock.Now().Unix()), w.letters(hexDigits, 8), w.letters(hexDigits, 8))
}
