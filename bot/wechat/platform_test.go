package wechat

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// platform is the API's side: it gives tokens and answers each path as told.
type platform struct {
	*httptest.Server
	mu      sync.Mutex
	tokens  int    // given so far
	good    string // the token it takes
	stuck   bool   // it gives the same token until forced
	calls   map[string]int
	bodies  map[string][]string
	answers map[string]func(http.ResponseWriter, *http.Request)
}

func newPlatform(t testing.TB) *platform {
	p := &platform{calls: map[string]int{}, bodies: map[string][]string{}, answers: map[string]func(http.ResponseWriter, *http.Request){}}
	p.good = "TOKEN-0"
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	path := r.URL.Path
	p.calls[path]++
	p.bodies[path] = append(p.bodies[path], string(body))
	answer, token := p.answers[path], p.good
	p.mu.Unlock()
	switch {
	case path == tokenPath && answer == nil:
		p.giveToken(w, body)
	case path != tokenPath && r.URL.Query().Get("access_token") != token:
		fmt.Fprintf(w, `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest, got %s, see https://mmbizurl.cn/s/JtxxFh33r rid: 1"}`,
			r.URL.Query().Get("access_token"))
	case answer != nil:
		answer(w, r)
	default:
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok"}`)
	}
}

func (p *platform) giveToken(w http.ResponseWriter, body []byte) {
	var in struct {
		Secret string `json:"secret"`
		Force  bool   `json:"force_refresh"`
	}
	_ = json.Unmarshal(body, &in)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens++
	given := p.good
	if p.stuck && !in.Force {
		given = "TOKEN-STUCK"
	}
	fmt.Fprintf(w, `{"access_token":%q,"expires_in":7200}`, given)
}

// answer makes the path answer with JSON from now on.
func (p *platform) answer(path, body string) {
	p.handle(path, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
}

func (p *platform) handle(path string, f func(http.ResponseWriter, *http.Request)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[path] = f
}

func (p *platform) setToken(good string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.good = good
}

func (p *platform) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

func (p *platform) posted(path string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bodies[path]
}

// at makes a channel call the platform.
func (p *platform) at(c *Config) { c.BaseURL = p.URL }

// leaks says which secret the text repeats.
func leaks(text string) string {
	for _, s := range []string{secret, "TOKEN-", signToken + " ", aesKey, "access_token=", "http://", "https://"} {
		if strings.Contains(text, s) {
			return s
		}
	}
	return ""
}
