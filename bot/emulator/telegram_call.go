package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A bot may upload 50 MB (core.telegram.org/bots/faq); the rest of a request
// is small.
const (
	tgMaxUpload = 50 << 20
	tgMaxBody   = tgMaxUpload + 1<<20
	tgMaxParts  = 200
)

// tgCall is one call of a method: its arguments, however they were written.
type tgCall struct {
	args  map[string]string
	files map[string]tgUpload
	note  string // the description of a success, where the platform gives one
	slow  int    // refuse the call, asking for so many seconds
}

type tgUpload struct {
	name string
	mime string
	data []byte
}

// tgMethod is a method of the API. sends marks those that put messages out.
type tgMethod struct {
	name  string
	sends bool
	run   func(*tgCall) (any, error)
}

// readTelegramCall reads the arguments from the query, a form, a multipart form
// or a JSON object, as the platform does.
func readTelegramCall(w http.ResponseWriter, r *http.Request) (*tgCall, error) {
	c := &tgCall{args: map[string]string{}, files: map[string]tgUpload{}}
	r.Body = http.MaxBytesReader(w, r.Body, tgMaxBody)
	for key, values := range r.URL.Query() {
		c.args[key] = values[0]
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = c.readMultipart(multipart.NewReader(r.Body, params["boundary"]))
	case "application/json":
		err = c.readJSON(r.Body)
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
		for key, values := range r.PostForm {
			c.args[key] = values[0]
		}
	}
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return nil, tgErr(413, "Request Entity Too Large")
	}
	if err != nil {
		return nil, tgErr(400, "Bad Request: can't parse the request")
	}
	for _, value := range c.args {
		if !utf8.ValidString(value) {
			return nil, tgErr(400, "Bad Request: strings must be encoded in UTF-8")
		}
	}
	return c, nil
}

// readMultipart reads a form. An empty body is an empty form: that is how
// clients call a method without arguments.
func (c *tgCall) readMultipart(form *multipart.Reader) error {
	for n := 0; ; n++ {
		part, err := form.NextPart()
		if err == io.EOF || n == 0 && err != nil && strings.Contains(err.Error(), "EOF") {
			return nil
		}
		if err != nil {
			return err
		}
		if n == tgMaxParts {
			return errors.New("too many parts")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			c.args[part.FormName()] = string(data)
			continue
		}
		c.files[part.FormName()] = tgUpload{part.FileName(), part.Header.Get("Content-Type"), data}
	}
}

func (c *tgCall) readJSON(body io.Reader) error {
	fields := map[string]json.RawMessage{}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for key, raw := range fields {
		var s string
		if string(raw) == "null" {
			continue
		}
		if json.Unmarshal(raw, &s) != nil {
			s = string(raw) // numbers, flags and objects keep their JSON
		}
		c.args[key] = s
	}
	return nil
}

func (c *tgCall) str(key string) string { return c.args[key] }

func (c *tgCall) has(key string) bool { _, ok := c.args[key]; return ok }

func (c *tgCall) flag(key string) bool {
	v := strings.ToLower(c.args[key])
	return v == "true" || v == "1" || v == "yes"
}

// num reads a whole number; what is none is 0, as on the platform.
func (c *tgCall) num(key string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(c.args[key]), 10, 64)
	return n
}

// object reads a JSON argument into v; an absent or empty one leaves v alone.
func (c *tgCall) object(key string, v any) error {
	s := c.args[key]
	if s == "" || s == "null" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return tgBad("can't parse " + key + " JSON object")
	}
	return nil
}

// tgAnswer is what goes back over the wire.
type tgAnswer struct {
	code  int
	retry int // seconds, for the Retry-After header
	body  []byte
}

func tgSuccess(result any, note string) tgAnswer {
	body := struct {
		OK          bool   `json:"ok"`
		Result      any    `json:"result"`
		Description string `json:"description,omitempty"`
	}{true, result, note}
	return tgAnswer{code: http.StatusOK, body: tgJSON(body)}
}

func tgFailure(err error) tgAnswer {
	e := (*tgError)(nil)
	if !errors.As(err, &e) {
		e = tgErr(500, "Internal Server Error: "+err.Error())
	}
	return tgAnswer{code: e.Code, retry: e.retryAfter(), body: tgJSON(e)}
}

func (t *Telegram) write(w http.ResponseWriter, a tgAnswer) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", fmt.Sprint(len(a.body)))
	if a.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(a.retry))
	}
	w.WriteHeader(a.code)
	w.Write(a.body)
}
