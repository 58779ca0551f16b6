package wechat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// Probe asks the callback address as the platform's page does when it is saved
// (服务器配置 → 提交), and says what is wrong: nobody answers, somebody else
// does, or the Token there is another.
func (c *Channel) Probe(ctx context.Context, address string) error {
	ts, nonce, echo := strconv.FormatInt(c.now().Unix(), 10), rand.Text(), rand.Text()
	q := url.Values{"timestamp": {ts}, "nonce": {nonce}, "echostr": {echo}, "signature": {util.Signature(c.cfg.Token, ts, nonce)}}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second) // the platform waits no longer
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?"+q.Encode(), nil)
	if err != nil {
		return errors.New("wechat: probe: the address cannot be read")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("wechat: probe: nobody answers at %s: %w", address, bare(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1024))
	switch {
	case err != nil:
		return fmt.Errorf("wechat: probe: %w", bare(err))
	case resp.StatusCode == http.StatusForbidden:
		return errors.New("wechat: probe: 403: the program there has another Token, or its clock and this machine's differ by more than 5 minutes")
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("wechat: probe: %d: is the reverse proxy passing this path on to the program?", resp.StatusCode)
	case string(body) != echo:
		return errors.New("wechat: probe: something else answers at this address: is the reverse proxy passing this path on to the program?")
	}
	return nil
}
