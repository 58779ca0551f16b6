package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/util"
	"golang.org/x/sync/singleflight"
)

// Shared is a cache that all processes of the bot share. What is in it may be
// lost at any moment.
type Shared interface {
	// Get returns the value, or "" where there is none.
	Get(ctx context.Context, key string) (string, error)
	// Set keeps the value for ttl.
	Set(ctx context.Context, key, value string, ttl time.Duration) error
	// SetNX keeps the value for ttl unless there is one; it reports whether it did.
	SetNX(ctx context.Context, key, value string, ttl time.Duration) (bool, error)
	// CompareAndDelete deletes the key if it holds the value.
	CompareAndDelete(ctx context.Context, key, value string) error
}

// tokenPath is the only call we ask for a token.
const tokenPath = "/cgi-bin/stable_token"

const (
	// localFor is how long a token from the shared cache is trusted without
	// looking there again.
	localFor = 5 * time.Minute
	// forceEvery keeps forced renewals rarer than the platform allows: 20 a day,
	// 30 s apart (stable_token).
	forceEvery = time.Minute
	// early is how long before its end the platform renews a token; both are
	// good for that time.
	early = 5 * time.Minute
)

// tokens keeps the account's access token: in this process, so that a cache that
// is away stops nobody, and in the shared cache, so that all processes use one.
// Only stable_token is asked: it gives every caller the same token, where the
// older call invalidates what the others hold.
type tokens struct {
	account *credential.StableAccessToken
	way     http.RoundTripper
	shared  Shared
	key     string
	secret  string
	now     func() time.Time
	log     *slog.Logger
	flight  singleflight.Group
	timeout time.Duration
	asked   func(forced bool, err error)

	mu     sync.Mutex
	token  string
	until  time.Time
	bad    string // the token the platform refused last
	forced time.Time
}

func newTokens(cfg Config, way http.RoundTripper) *tokens {
	viaContext()
	// The SDK asks for a cache even where it is never used.
	account := credential.NewStableAccessToken(cfg.AppID, cfg.AppSecret, "", struct{ cache.Cache }{})
	return &tokens{
		account: account.(*credential.StableAccessToken),
		way:     way,
		shared:  cfg.Shared,
		key:     "wechat:" + cfg.AppID + ":token",
		secret:  cfg.AppSecret,
		now:     cfg.Now,
		log:     cfg.Log,
		timeout: cfg.Timeout,
		asked:   cfg.Asked,
	}
}

// current returns a token, asking the platform only when neither this process
// nor the shared cache has one. Callers who ask at the same time share one
// request, which does not end with the caller that started it.
func (t *tokens) current(ctx context.Context) (string, error) {
	if token := t.local(); token != "" {
		return token, nil
	}
	answer := t.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.timeout)
		defer cancel()
		return t.find(ctx)
	})
	select {
	case got := <-answer:
		if got.Err != nil {
			return "", got.Err
		}
		return got.Val.(string), nil
	case <-ctx.Done():
		return "", fmt.Errorf("wechat: token: %w", ctx.Err())
	}
}

// renew returns another token than bad, which the platform has refused.
func (t *tokens) renew(ctx context.Context, bad string) (string, error) {
	for range 2 { // a search may have begun before bad was known
		t.forget(bad)
		if token, err := t.current(ctx); err != nil || token != bad {
			return token, err
		}
	}
	return "", errors.New("wechat: token: the platform gives none that it takes")
}

func (t *tokens) local() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now().Before(t.until) {
		return t.token
	}
	return ""
}

func (t *tokens) forget(bad string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bad = bad
	if t.token == bad {
		t.token = ""
	}
}

func (t *tokens) keep(token string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token, t.until = token, t.now().Add(d)
}

// find looks in the shared cache, then asks the platform.
func (t *tokens) find(ctx context.Context) (string, error) {
	if token := t.local(); token != "" {
		return token, nil
	}
	t.mu.Lock()
	bad := t.bad
	t.mu.Unlock()
	if token := t.fromShared(ctx, bad); token != "" {
		t.keep(token, localFor)
		return token, nil
	}
	token, d, err := t.request(ctx, false)
	if err == nil && token == bad {
		if !t.mayForce(ctx) {
			return "", errors.New("wechat: token: refused, and renewed by force a moment ago; try again in a minute")
		}
		token, d, err = t.request(ctx, true)
	}
	if err != nil {
		return "", err
	}
	t.keep(token, d)
	if t.shared != nil {
		if err := t.shared.Set(ctx, t.key, token, d); err != nil {
			t.log.Warn("wechat: token not shared", "error", err)
		}
	}
	return token, nil
}

// fromShared is the shared token, unless it is the bad one, which it removes: it
// never drops a newer one that another process has put there.
func (t *tokens) fromShared(ctx context.Context, bad string) string {
	if t.shared == nil {
		return ""
	}
	if bad != "" {
		if err := t.shared.CompareAndDelete(ctx, t.key, bad); err != nil {
			t.log.Warn("wechat: bad token not removed", "error", err)
		}
	}
	token, err := t.shared.Get(ctx, t.key)
	if err != nil {
		t.log.Warn("wechat: shared token not read", "error", err)
	}
	if err != nil || token == bad {
		return ""
	}
	return token
}

// mayForce lets one process through in forceEvery, and this one where the shared
// cache is away.
func (t *tokens) mayForce(ctx context.Context) bool {
	t.mu.Lock()
	recent := !t.forced.IsZero() && t.now().Sub(t.forced) < forceEvery
	if !recent {
		t.forced = t.now()
	}
	t.mu.Unlock()
	if recent {
		return false
	}
	if t.shared == nil {
		return true
	}
	first, err := t.shared.SetNX(ctx, t.key+":forced", "1", forceEvery)
	return first || err != nil
}

// request asks the platform, and returns the token and how long to keep it.
func (t *tokens) request(ctx context.Context, force bool) (token string, d time.Duration, err error) {
	token, d, err = t.requestOnce(ctx, force)
	if t.asked != nil {
		t.asked(force, err)
	}
	return token, d, err
}

func (t *tokens) requestOnce(ctx context.Context, force bool) (string, time.Duration, error) {
	ctx = context.WithValue(ctx, wayKey{}, t.way)
	broken := new(url.Error)
	got, err := t.account.GetAccessTokenDirectly(ctx, force)
	switch {
	case got.ErrCode != 0:
		return "", 0, newAPIError(tokenPath, got.ErrCode, got.ErrMsg, t.secret, got.AccessToken)
	case errors.As(err, &broken):
		return "", 0, fmt.Errorf("wechat: %s: %w", tokenPath, broken.Err)
	case err != nil || got.AccessToken == "":
		return "", 0, errors.New("wechat: " + tokenPath + ": the answer is not the platform's")
	}
	return got.AccessToken, max(time.Duration(got.ExpiresIn)*time.Second-early, time.Minute), nil
}

// wayKey is where a call's context carries its channel's transport.
type wayKey struct{}

// viaContext makes the SDK, which has one HTTP client for the whole process and
// no limit to what it reads, use the transport of the channel that calls it.
var viaContext = sync.OnceFunc(func() {
	util.DefaultHTTPClient = &http.Client{
		Transport:     contextWay{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
})

type contextWay struct{}

func (contextWay) RoundTrip(r *http.Request) (*http.Response, error) {
	way, ok := r.Context().Value(wayKey{}).(http.RoundTripper)
	if !ok {
		return nil, errors.New("a call of the SDK outside a channel")
	}
	resp, err := way.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}
