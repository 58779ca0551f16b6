package emulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// wxError is an error answer of the API. Its text is WeChat's own.
type wxError struct {
	code int
	msg  string
}

func (e *wxError) Error() string { return fmt.Sprintf("%d %s", e.code, e.msg) }

// The errors of the API (developers.weixin.qq.com, "全局返回码说明").
var (
	wxErrBusy         = &wxError{-1, "system error"}
	wxErrBadToken     = &wxError{40001, "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"}
	wxErrGrantType    = &wxError{40002, "invalid grant_type"}
	wxErrOpenID       = &wxError{40003, "invalid openid"}
	wxErrMediaType    = &wxError{40004, "invalid media type"}
	wxErrFileType     = &wxError{40005, "invalid file type"}
	wxErrMediaID      = &wxError{40007, "invalid media_id"}
	wxErrMessageType  = &wxError{40008, "invalid message type"}
	wxErrAppID        = &wxError{40013, "invalid appid"}
	wxErrCharset      = &wxError{40033, `invalid charset. please check your request, if include \uxxxx will create fail!`}
	wxErrTemplateID   = &wxError{40037, "invalid template_id"}
	wxErrActionInfo   = &wxError{40053, "invalid action info"}
	wxErrURL          = &wxError{40066, "invalid url"}
	wxErrAppSecret    = &wxError{40125, "invalid appsecret"}
	wxErrForeignIP    = &wxError{40164, "invalid ip %[1]s ipv6 ::ffff:%[1]s, not in whitelist"}
	wxErrSandbox      = &wxError{40200, "invalid account type"}
	wxErrNoToken      = &wxError{41001, "access_token missing"}
	wxErrNoMedia      = &wxError{41005, "media data missing"}
	wxErrExpired      = &wxError{42001, "access_token expired"}
	wxErrWantGet      = &wxError{43001, "require GET method"}
	wxErrWantPost     = &wxError{43002, "require POST method"}
	wxErrNotFollowing = &wxError{43004, "require subscribe"}
	wxErrEmptyMedia   = &wxError{44001, "empty media data"}
	wxErrEmptyNews    = &wxError{44003, "empty news data"}
	wxErrEmptyContent = &wxError{44004, "empty content"}
	wxErrLongContent  = &wxError{45002, "content size out of limit"}
	wxErrArticles     = &wxError{45008, "article size out of limit"}
	wxErrDailyQuota   = &wxError{45009, "reach max api daily quota limit"}
	wxErrHaste        = &wxError{45011, "api minute-quota reach limit, must slower, retry next minute"}
	wxErrWindowClosed = &wxError{45015, "response out of time limit or subscription is canceled"}
	wxErrQRCount      = &wxError{45029, "qrcode count out of limit"}
	wxErrQuotaUsed    = &wxError{45047, "out of response count limit"}
	wxErrMenuWeapp    = &wxError{45064, "no permission to use weapp in menu"}
	wxErrTypeCommand  = &wxError{45072, "invalid command"}
	wxErrTypeWindow   = &wxError{45080, "no contact with the user in the last 30 seconds"}
	wxErrTypeAlready  = &wxError{45081, "already typing"}
	wxErrMsgMenuSize  = &wxError{45098, "msgmenu list size out of limit"}
	wxErrNoMenu       = &wxError{46003, "menu no exist"}
	wxErrFormat       = &wxError{47001, "data format error"}
	wxErrUnauthorized = &wxError{48001, "api unauthorized"}
	wxErrClearQuota   = &wxError{48006, "forbid to clear quota because of reaching the limit"}
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
	w.answer(rw, r, status, out, err)
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

// refusal is the error of a code that Refuse planted.
func (w *WeChat) refusal(code int, r *http.Request) error {
	texts := map[int]string{
		43019: "user in blacklist", 48001: wxErrUnauthorized.msg, 48002: "user block receive message",
		48004: "api forbidden for irregularities", 50005: "user is unsubscribed",
	}
	if code == wxErrForeignIP.code {
		ip, _, _ := net.SplitHostPort(r.RemoteAddr)
		return &wxError{code, fmt.Sprintf(wxErrForeignIP.msg, ip)}
	}
	for _, e := range []*wxError{wxErrBusy, wxErrBadToken, wxErrOpenID, wxErrDailyQuota, wxErrHaste, wxErrNotFollowing} {
		texts[e.code] = e.msg
	}
	return &wxError{code, cmp.Or(texts[code], "refused")}
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

func wxCode(err error) int {
	var e *wxError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}

// wxFile is an answer that is a file and not JSON.
type wxFile struct {
	name, mime string
	data       []byte
}

// answer writes what a call came to.
func (w *WeChat) answer(rw http.ResponseWriter, r *http.Request, status int, out any, err error) {
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
		w.cfg.Log.Warn("wechat: answer not written", "path", strings.ToValidUTF8(r.URL.Path, ""), "error", err)
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
