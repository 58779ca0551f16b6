package emulator

import (
	"maps"
	"time"
)

// wxQuotas counts calls a day and path. Days are Beijing's.
type wxQuotas struct {
	limits  map[string]int
	day     string
	used    map[string]int
	month   string
	cleared int
}

const wxClearsAMonth = 10

var beijing = time.FixedZone("CST", 8*60*60)

// newWxQuotas starts with the quotas of a new account, and the caller's own.
func newWxQuotas(own map[string]int) wxQuotas {
	limits := map[string]int{
		"/cgi-bin/token":                 2_000,
		"/cgi-bin/stable_token":          500_000,
		"/cgi-bin/message/custom/send":   500_000,
		"/cgi-bin/message/template/send": 100_000,
		"/cgi-bin/media/upload":          5_000,
		"/cgi-bin/qrcode/create":         100_000,
	}
	maps.Copy(limits, own)
	return wxQuotas{limits: limits, used: map[string]int{}}
}

// take counts one call: nil or 45009.
func (q *wxQuotas) take(path string, now time.Time) error {
	if day := now.In(beijing).Format(time.DateOnly); day != q.day {
		q.day = day
		clear(q.used)
	}
	limit, limited := q.limits[path]
	if !limited {
		return nil
	}
	if q.used[path] >= limit {
		return wxErrDailyQuota
	}
	q.used[path]++
	return nil
}

// wxRate counts within a fixed span of time.
type wxRate struct {
	since time.Time
	n     int
}

// take counts one, of so many in each span; it reports whether there was room.
func (r *wxRate) take(now time.Time, span time.Duration, most int) bool {
	if now.Sub(r.since) >= span {
		r.since, r.n = now, 0
	}
	if r.n >= most {
		return false
	}
	r.n++
	return true
}

// apiClearQuota sets all daily counts to zero, ten times a month.
func (w *WeChat) apiClearQuota(c *wxCall) (any, error) {
	var in struct {
		AppID string `json:"appid"`
	}
	if err := c.in(&in); err != nil {
		return nil, err
	}
	if in.AppID != w.cfg.AppID {
		return nil, wxErrAppID
	}
	q := &w.quotas
	if month := w.cfg.Clock.Now().In(beijing).Format("2006-01"); month != q.month {
		q.month, q.cleared = month, 0
	}
	if q.cleared >= wxClearsAMonth {
		return nil, wxErrClearQuota
	}
	q.cleared++
	clear(q.used)
	return nil, nil
}
