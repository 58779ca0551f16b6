package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/silenceper/wechat/v2/util"

	"redthread/bot"
)

// api is where the platform is called, unless Config.BaseURL says otherwise.
const (
	apiHost = "api.weixin.qq.com"
	api     = "https://" + apiHost
)

// maxAnswer bounds the platform's JSON answers.
const maxAnswer = 1 << 20

// call is one request to the platform.
type call struct {
	path  string
	query url.Values
	body  []byte // nil: GET
	kind  string // content type of body

	// once says that the call reaches a person, so that a connection that broke
	// after the request was written leaves its outcome unknown (*bot.Unsure).
	once bool
}

// jsonCall is a call that posts in. HTML characters stay as they are: the
// platform shows what it is sent.
func jsonCall(path string, in any) (call, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(in); err != nil {
		return call{}, fmt.Errorf("wechat: %s: encode: %w", path, err)
	}
	return call{path: path, body: body.Bytes(), kind: "application/json;charset=utf-8"}, nil
}

// ask makes a call with a token and reads its JSON answer into out unless that is
// nil.
func (c *Channel) ask(ctx context.Context, k call, out any) error {
	raw, err := c.fetch(ctx, k, maxAnswer)
	if err != nil {
		return err
	}
	if out == nil {
		out = new(struct{})
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return k.unclear(errors.New("the answer is not JSON"))
	}
	return nil
}

// heals is how often a call is made again because its token was no longer good:
// this process and the shared cache may each hold another old one.
const heals = 2

// fetch makes a call with a token, healing the token, and returns the answer's
// body, at most limit bytes of it. JSON with an errcode is an *APIError.
func (c *Channel) fetch(ctx context.Context, k call, limit int64) ([]byte, error) {
	token, err := c.tokens.current(ctx)
	if err != nil {
		return nil, err
	}
	for healed := 0; ; healed++ {
		raw, err := c.do(ctx, k, token, limit)
		refused := new(APIError)
		if !errors.As(err, &refused) || !badToken(refused.Code) || healed == heals {
			return raw, err
		}
		if token, err = c.tokens.renew(ctx, token); err != nil {
			return nil, err
		}
	}
}

// do makes the call once.
func (c *Channel) do(ctx context.Context, k call, token string, limit int64) ([]byte, error) {
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	req, err := k.request(ctx, token)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if err = bare(err); written.Load() {
			return nil, k.unclear(err)
		}
		return nil, fmt.Errorf("wechat: %s: %w", k.path, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, k.status(resp.StatusCode)
	}
	if resp.ContentLength > limit {
		return nil, fmt.Errorf("wechat: %s: %w", k.path, bot.ErrTooBig)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, k.unclear(bare(err))
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("wechat: %s: %w", k.path, bot.ErrTooBig)
	}
	return raw, k.refusal(raw, c.cfg.AppSecret, token)
}

func (k call) request(ctx context.Context, token string) (*http.Request, error) {
	q := url.Values{}
	maps.Copy(q, k.query)
	q.Set("access_token", token)
	method, body := http.MethodGet, io.Reader(nil)
	if k.body != nil {
		method, body = http.MethodPost, bytes.NewReader(k.body)
	}
	req, err := http.NewRequestWithContext(ctx, method, api+k.path+"?"+q.Encode(), body)
	if err != nil {
		return nil, fmt.Errorf("wechat: %s: request: %w", k.path, bare(err))
	}
	if k.kind != "" {
		req.Header.Set("Content-Type", k.kind)
	}
	return req, nil
}

// unclear is the error of a call that may have taken effect.
func (k call) unclear(err error) error {
	err = fmt.Errorf("wechat: %s: %w", k.path, err)
	if k.once {
		return &bot.Unsure{Err: err}
	}
	return err
}

// status is the error of an answer that is not the platform's 200. A gateway's
// 5xx does not say whether the platform had the request.
func (k call) status(code int) error {
	err := fmt.Errorf("HTTP status %d", code)
	switch {
	case code == http.StatusTooManyRequests:
		return fmt.Errorf("wechat: %s: %w", k.path, &bot.SlowDown{For: pause, All: true})
	case code >= 500:
		return k.unclear(err)
	}
	return fmt.Errorf("wechat: %s: %w", k.path, err)
}

// refusal reads the errcode of a JSON answer. Pictures and voices are no JSON.
func (k call) refusal(raw []byte, secrets ...string) error {
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		return nil
	}
	var e util.CommonError
	if json.Unmarshal(raw, &e) != nil || e.ErrCode == 0 {
		return nil
	}
	return newAPIError(k.path, e.ErrCode, e.ErrMsg, secrets...)
}

// home brings every call to where Config.BaseURL says: they are all addressed to
// the platform's own host, those of the SDK cannot be otherwise. Nothing leaves
// for a host that is neither the platform's nor the base.
type home struct {
	base *url.URL
	next http.RoundTripper
}

func (h home) RoundTrip(r *http.Request) (*http.Response, error) {
	host, real := r.URL.Hostname(), strings.HasSuffix(h.base.Hostname(), ".weixin.qq.com")
	ours := strings.HasSuffix(host, ".weixin.qq.com")
	switch {
	case r.URL.Host == h.base.Host, real && strings.HasSuffix(host, ".qq.com") && host != apiHost:
		return h.next.RoundTrip(r)
	case !ours:
		return nil, errors.New("no call goes to other hosts than the platform's")
	}
	r2 := r.Clone(r.Context())
	r2.URL.Scheme, r2.URL.Host, r2.Host = h.base.Scheme, h.base.Host, ""
	r2.URL.Path = h.base.Path + r2.URL.Path
	return h.next.RoundTrip(r2)
}
