package emulator

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// wxQuery is a query in its order.
type wxQuery [][2]string

// signed is the query of a callback of now; w.mu is held.
func (w *WeChat) signed(openid string) wxQuery {
	return w.signedAt(openid, w.cfg.Clock.Now())
}

func (w *WeChat) signedAt(openid string, at time.Time) wxQuery {
	timestamp, nonce := fmt.Sprint(at.Unix()), w.letters("123456789", 10)
	q := wxQuery{
		{"signature", wxSign(w.cfg.Token, timestamp, nonce)},
		{"timestamp", timestamp},
		{"nonce", nonce},
	}
	if openid != "" {
		q = append(q, [2]string{"openid", openid})
	}
	return q
}

func (q wxQuery) get(name string) string {
	for _, p := range q {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

func (q wxQuery) String() string {
	s := ""
	for _, p := range q {
		s += "&" + p[0] + "=" + url.QueryEscape(p[1])
	}
	return s[min(1, len(s)):]
}

// wxURL adds the query to the callback.
func wxURL(callback string, q wxQuery) string {
	u, err := url.Parse(callback)
	if err != nil {
		return callback // the request will fail and say why
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += q.String()
	return u.String()
}

// set replaces a value, if the query has it; the old query is left as it was.
func (q *wxQuery) set(name, value string) {
	*q = slices.Clone(*q)
	for i := range *q {
		if (*q)[i][0] == name {
			(*q)[i][1] = value
		}
	}
}
