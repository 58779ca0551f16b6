package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/silenceper/wechat/v2/officialaccount/menu"

	"redthread/bot"
)

// MenuItem is one entry of the menu bar under the chat: a key that comes back as
// a pressed button, an address that is opened, or a list of such entries.
type MenuItem struct {
	Label string
	Key   string
	URL   string
	Items []MenuItem
}

// PushMenu sets the account's menu bar: at most 3 entries with at most 5 under
// each, labels of at most 16 bytes (60 under an entry), keys of at most 128,
// addresses of at most 1,024. A menu beyond these limits is refused before the
// platform is asked (*bot.Refused). Phones show a new menu within minutes.
func (c *Channel) PushMenu(ctx context.Context, items []MenuItem) error {
	if err := checkMenu(items); err != nil {
		return &bot.Refused{Reason: "menu: " + err.Error()}
	}
	k, err := jsonCall("/cgi-bin/menu/create", map[string]any{"button": toButtons(items)})
	if err != nil {
		return err
	}
	return c.ask(ctx, k, nil)
}

// Menu is the account's menu bar as the platform has it; nil when it has none.
func (c *Channel) Menu(ctx context.Context) ([]MenuItem, error) {
	var got menu.ResMenu
	err := c.ask(ctx, call{path: "/cgi-bin/menu/get", query: url.Values{}}, &got)
	if e := new(APIError); errors.As(err, &e) && e.Code == 46003 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	items := make([]MenuItem, len(got.Menu.Button))
	for i := range got.Menu.Button {
		items[i] = fromButton(&got.Menu.Button[i])
	}
	return items, nil
}

func toButtons(items []MenuItem) []*menu.Button {
	var buttons []*menu.Button
	for _, item := range items {
		b := new(menu.Button)
		switch {
		case len(item.Items) > 0:
			b.SetSubButton(item.Label, toButtons(item.Items))
		case item.URL != "":
			b.SetViewButton(item.Label, item.URL)
		default:
			b.SetClickButton(item.Label, item.Key)
		}
		buttons = append(buttons, b)
	}
	return buttons
}

func fromButton(b *menu.Button) MenuItem {
	item := MenuItem{Label: b.Name, Key: b.Key, URL: b.URL}
	for _, sub := range b.SubButtons {
		item.Items = append(item.Items, fromButton(sub))
	}
	return item
}

func checkMenu(items []MenuItem) error {
	if len(items) == 0 || len(items) > 3 {
		return fmt.Errorf("%d entries, expected 1 to 3", len(items))
	}
	var wrong []error
	for _, item := range items {
		wrong = append(wrong, checkItem(item, 16))
		if len(item.Items) > 5 {
			wrong = append(wrong, fmt.Errorf("%q: %d entries under it, expected at most 5", item.Label, len(item.Items)))
		}
		for _, sub := range item.Items {
			wrong = append(wrong, checkItem(sub, 60))
			if len(sub.Items) > 0 {
				wrong = append(wrong, fmt.Errorf("%q: entries under entries under entries", sub.Label))
			}
		}
	}
	return errors.Join(wrong...)
}

func checkItem(item MenuItem, longest int) error {
	does := 0
	for _, has := range []bool{item.Key != "", item.URL != "", len(item.Items) > 0} {
		if has {
			does++
		}
	}
	switch {
	case strings.TrimSpace(item.Label) == "" || len(item.Label) > longest:
		return fmt.Errorf("%q: %d bytes, expected 1 to %d", item.Label, len(item.Label), longest)
	case does != 1:
		return fmt.Errorf("%q: expected a key, an address or entries under it, and one of them only", item.Label)
	case len(item.Key) > 128:
		return fmt.Errorf("%q: a key of %d bytes, expected at most 128", item.Label, len(item.Key))
	case len(item.URL) > 1024:
		return fmt.Errorf("%q: an address of %d bytes, expected at most 1024", item.Label, len(item.URL))
	}
	return nil
}
