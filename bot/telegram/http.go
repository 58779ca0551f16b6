package telegram

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	maxRequest = 50 << 20 // bytes; the Bot API takes no larger upload
	maxAnswer  = 4 << 20  // bytes of an API answer; 100 updates are the largest
)

// courier carries the SDK's requests. It finds out what the SDK cannot tell:
// whether a failed request can have reached Telegram. For that it takes the
// whole body before it sends any of it, which also gives the request a length
// and lets net/http repeat it on a fresh connection when nothing was written.
type courier struct{ client *http.Client }

func newCourier(timeout time.Duration) *courier {
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.MaxIdleConnsPerHost = 64
	tr.MaxIdleConns = 128
	return &courier{&http.Client{
		Transport: tr,
		Timeout:   timeout,
		// A redirect would carry the token in its Referer.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// with is the same courier, on the same connections, with another timeout.
func (h *courier) with(timeout time.Duration) *courier {
	client := *h.client
	client.Timeout = timeout
	return &courier{&client}
}

// patient gives a large upload a second more for each megabyte of it.
func (h *courier) patient(size int64) *http.Client {
	if size < 1<<20 {
		return h.client
	}
	return h.with(h.client.Timeout + time.Duration(size>>20)*time.Second).client
}

// CloseIdleConnections lets go of the kept connections.
func (h *courier) CloseIdleConnections() { h.client.CloseIdleConnections() }

// callError is a call that brought no answer of the Bot API. Handed says that
// the whole request had been handed to the network: it may have taken effect.
type callError struct {
	handed bool
	err    error // without the URL, which holds the token
}

func (e *callError) Error() string { return e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// Do sends the request. Its errors are *callError; an answer that is not the
// Bot API's own (a proxy's page, a server error) is one too.
func (h *courier) Do(req *http.Request) (*http.Response, error) {
	spent, err := packUp(req)
	if err != nil {
		return nil, &callError{err: err}
	}
	resp, err := h.patient(req.ContentLength).Do(req)
	if err != nil {
		return nil, &callError{spent.Load(), bare(err)}
	}
	if code := resp.StatusCode; code >= 500 || !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		resp.Body.Close()
		// Another machine's redirect or refusal is certain: the API has not seen the call.
		return nil, &callError{code < 300 || code >= 500, fmt.Errorf("answer %d is not the Bot API's", code)}
	}
	resp.Body = bounded{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// bare is a network error without the URL, which holds the token.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// packUp reads the request's body and puts in its place one that knows when it
// has been read to its last byte.
func packUp(req *http.Request) (spent *atomic.Bool, err error) {
	spent = new(atomic.Bool)
	if req.Body == nil {
		spent.Store(true)
		return spent, nil
	}
	raw, err := io.ReadAll(io.LimitReader(req.Body, maxRequest+1))
	req.Body.Close()
	if err != nil {
		return spent, err
	}
	if len(raw) > maxRequest {
		return spent, &tooLarge{"the upload", maxRequest}
	}
	if len(raw) == 0 { // the SDK's calls without parameters
		req.Body = http.NoBody
		spent.Store(true)
		return spent, nil
	}
	req.ContentLength = int64(len(raw))
	req.GetBody = func() (io.ReadCloser, error) {
		return &parcel{bytes.NewReader(raw), spent}, nil
	}
	req.Body, err = req.GetBody()
	return spent, err
}

// parcel is a request's body that marks when its last byte has been read.
type parcel struct {
	left  *bytes.Reader
	spent *atomic.Bool
}

func (p *parcel) Read(b []byte) (int, error) {
	n, err := p.left.Read(b)
	if p.left.Len() == 0 {
		p.spent.Store(true)
	}
	return n, err
}

func (p *parcel) Close() error { return nil }

// bounded reads through a limit and closes what is behind it.
type bounded struct {
	io.Reader
	io.Closer
}

// tooLarge is an upload that Telegram would not take.
type tooLarge struct {
	what string
	max  int64
}

func (e *tooLarge) Error() string { return fmt.Sprintf("%s is larger than %d bytes", e.what, e.max) }
