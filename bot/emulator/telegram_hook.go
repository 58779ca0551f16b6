package emulator

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// tgHook is where updates are posted.
type tgHook struct {
	url, secret string
	connections int
	gone        chan struct{} // closed when another takes its place
}

// tgUpdateKinds are the kinds of updates; true: sent unless the bot says
// otherwise (setWebhook, allowed_updates).
var tgUpdateKinds = map[string]bool{
	"message": true, "edited_message": true, "channel_post": true, "edited_channel_post": true,
	"business_connection": true, "business_message": true, "edited_business_message": true,
	"deleted_business_messages": true, "inline_query": true, "chosen_inline_result": true,
	"callback_query": true, "shipping_query": true, "pre_checkout_query": true, "purchased_paid_media": true,
	"poll": true, "poll_answer": true, "my_chat_member": true, "chat_join_request": true,
	"chat_boost": true, "removed_chat_boost": true,
	"chat_member": false, "message_reaction": false, "message_reaction_count": false,
}

func tgDefaultUpdates() map[string]bool {
	kinds := map[string]bool{}
	for kind, usual := range tgUpdateKinds {
		kinds[kind] = usual
	}
	return kinds
}

// allow reads allowed_updates: absent, the old setting stays; without one known
// name it is the usual one.
func (t *Telegram) allow(c *tgCall) error {
	if !c.has("allowed_updates") {
		return nil
	}
	var names []string
	if err := c.object("allowed_updates", &names); err != nil {
		return err
	}
	kinds := map[string]bool{}
	for _, name := range names {
		if _, known := tgUpdateKinds[name]; known {
			kinds[name] = true
		}
	}
	if len(kinds) == 0 {
		kinds = tgDefaultUpdates()
	}
	t.allowed = kinds
	return nil
}

var tgSecret = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

func (t *Telegram) setWebhook(c *tgCall) (any, error) {
	if c.str("url") == "" {
		return t.deleteWebhook(c)
	}
	hook := &tgHook{url: c.str("url"), secret: c.str("secret_token"), connections: 40, gone: make(chan struct{})}
	if err := tgHookURL(hook.url); err != nil {
		return nil, err
	}
	switch {
	case len(hook.secret) > 256:
		return nil, tgBad("secret token is too long")
	case !tgSecret.MatchString(hook.secret):
		return nil, tgBad("secret token contains unallowed characters")
	}
	if n := c.num("max_connections"); c.has("max_connections") {
		hook.connections = int(min(max(n, 1), 100))
	}
	now := t.clock.Now()
	same := t.hook != nil && t.hook.url == hook.url && t.hook.secret == hook.secret && t.hook.connections == hook.connections
	if !same && t.cfg.Limits && now.Sub(t.hookSet) < time.Second {
		return nil, tgTooMany(1)
	}
	if err := t.allow(c); err != nil {
		return nil, err
	}
	t.dropPending(c)
	if same {
		c.note = "Webhook is already set"
		return true, nil
	}
	t.hookSet = now
	t.hookTo(hook)
	c.note = "Webhook was set"
	return true, nil
}

// tgHookURL asks for HTTPS on one of the platform's ports, and lets plain HTTP
// through to this machine only, as a server started with --local does.
func tgHookURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return tgBad("invalid webhook URL specified")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	if u.Scheme != "https" {
		return tgBad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()) {
		return tgBad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	return nil
}

func (t *Telegram) deleteWebhook(c *tgCall) (any, error) {
	c.note = "Webhook was deleted"
	if t.hook == nil {
		c.note = "Webhook is already deleted"
	}
	t.dropPending(c)
	t.hookTo(nil)
	return true, nil
}

// hookTo changes where updates go; those that wait for a retry try at once.
func (t *Telegram) hookTo(hook *tgHook) {
	if t.hook != nil {
		close(t.hook.gone)
	}
	t.hook, t.hookErr, t.hookErrAt = hook, "", 0
	for _, q := range t.queues {
		t.offer(q)
	}
	if hook != nil && t.polling != nil {
		close(t.polling)
		t.polling = nil
	}
}

func (t *Telegram) dropPending(c *tgCall) {
	if !c.flag("drop_pending_updates") {
		return
	}
	for len(t.pending) > 0 {
		t.settle(t.pending[0], ErrTelegramDropped)
	}
}

func (t *Telegram) getWebhookInfo(*tgCall) (any, error) {
	info := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(t.pending)}
	if t.hook != nil {
		info["url"], info["max_connections"] = t.hook.url, t.hook.connections
	}
	if t.hookErrAt != 0 {
		info["last_error_date"], info["last_error_message"] = t.hookErrAt, t.hookErr
	}
	var kinds []string
	usual := true
	for kind, byDefault := range tgUpdateKinds {
		usual = usual && t.allowed[kind] == byDefault
		if t.allowed[kind] {
			kinds = append(kinds, kind)
		}
	}
	if slices.Sort(kinds); !usual {
		info["allowed_updates"] = kinds
	}
	return info, nil
}
