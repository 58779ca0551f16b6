package wechat

import (
	"context"
	"errors"
	"fmt"

	"github.com/silenceper/wechat/v2/officialaccount/message"
)

// Check asks the platform whether the account is set up for us: ID, secret and
// this machine's address are accepted, and the account may write to people. Its
// error says what to do. It shows nothing to anybody.
func (c *Channel) Check(ctx context.Context) error {
	if err := c.ask(ctx, call{path: "/cgi-bin/getcallbackip"}, nil); err != nil {
		return fmt.Errorf("wechat: check the account: %w", err)
	}
	// A message to nobody is refused for its address (40003) by an account that
	// may write, and for the call itself by one that may not.
	k, err := jsonCall(sendPath, message.NewCustomerTextMessage("nobody", "?"))
	if err != nil {
		return err
	}
	err = c.ask(ctx, k, nil)
	e := new(APIError)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e.Code != 48001 && e.Code != 48004:
		return nil
	}
	return fmt.Errorf("wechat: check whether the account may write: %w", err)
}
