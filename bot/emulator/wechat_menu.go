package emulator

import (
	"bytes"
	"slices"
	"strings"
)

// WeChatMenuButton is a button of the menu bar, or of one of its sub-menus.
type WeChatMenuButton struct {
	Type    string             `json:"type,omitempty"` // empty above a sub-menu
	Name    string             `json:"name"`
	Key     string             `json:"key,omitempty"`
	URL     string             `json:"url,omitempty"`
	MediaID string             `json:"media_id,omitempty"`
	Article string             `json:"article_id,omitempty"`
	Sub     []WeChatMenuButton `json:"sub_button"`
}

// wxMenuLevel holds the limits of one level of the menu, in bytes, and the
// errors of going beyond
// (developers.weixin.qq.com/doc/subscription/api/custommenu/api_createcustommenu.html).
type wxMenuLevel struct {
	most, name               int
	count, kind, named       *wxError
	key, link, domain        *wxError
	maxKey, maxURL, maxDepth int
}

var (
	wxBar = wxMenuLevel{
		most: 3, name: 16, maxKey: 128, maxURL: 1024, maxDepth: 1,
		count:  &wxError{40016, "invalid button size"},
		kind:   &wxError{40017, "invalid button type"},
		named:  &wxError{40018, "invalid button name size"},
		key:    &wxError{40019, "invalid button key size"},
		link:   &wxError{40020, "invalid button url size"},
		domain: &wxError{40055, "invalid button url domain"},
	}
	wxSubMenu = wxMenuLevel{
		most: 5, name: 60, maxKey: 128, maxURL: 1024,
		count:  &wxError{40023, "invalid sub button size"},
		kind:   &wxError{40024, "invalid sub button type"},
		named:  &wxError{40025, "invalid sub button name size"},
		key:    &wxError{40026, "invalid sub button key size"},
		link:   &wxError{40027, "invalid sub button url size"},
		domain: &wxError{40054, "invalid sub button url domain"},
	}
	wxErrMenuLevel = &wxError{40022, "invalid sub menu level"}
)

// check refuses what the level does not allow.
func (l wxMenuLevel) check(buttons []WeChatMenuButton) error {
	if len(buttons) == 0 || len(buttons) > l.most {
		return l.count
	}
	for _, b := range buttons {
		if b.Name == "" || len(b.Name) > l.name {
			return l.named
		}
		err := l.checkAction(b)
		if len(b.Sub) > 0 {
			if l.maxDepth == 0 {
				return wxErrMenuLevel
			}
			err = wxSubMenu.check(b.Sub)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkAction checks what a button does.
func (l wxMenuLevel) checkAction(b WeChatMenuButton) error {
	switch b.Type {
	case "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select":
		if b.Key == "" || len(b.Key) > l.maxKey {
			return l.key
		}
	case "view":
		if b.URL == "" || len(b.URL) > l.maxURL {
			return l.link
		}
		if !strings.HasPrefix(b.URL, "http://") && !strings.HasPrefix(b.URL, "https://") {
			return l.domain
		}
	case "media_id", "view_limited":
		return wxErrMediaID // this account has no permanent media
	case "article_id", "article_view_limited":
		return wxErrUnauthorized // nor published articles
	case "miniprogram":
		return wxErrMenuWeapp // nor a mini-program
	default:
		return l.kind
	}
	return nil
}

type wxMenu struct {
	Buttons []WeChatMenuButton `json:"button"`
}

// apiMenuCreate replaces the menu.
func (w *WeChat) apiMenuCreate(c *wxCall) (any, error) {
	if bytes.Contains(c.body, []byte(`\u`)) {
		return nil, wxErrCharset
	}
	var in wxMenu
	if err := c.in(&in); err != nil {
		return nil, err
	}
	if err := wxBar.check(in.Buttons); err != nil {
		return nil, err
	}
	w.setMenu(cloneMenu(in.Buttons))
	return nil, nil
}

// apiMenuGet gives the menu as it was created.
func (w *WeChat) apiMenuGet(*wxCall) (any, error) {
	if len(w.menu) == 0 {
		return nil, wxErrNoMenu
	}
	return map[string]wxMenu{"menu": {cloneMenu(w.menu)}}, nil
}

// apiMenuDelete takes the menu away.
func (w *WeChat) apiMenuDelete(*wxCall) (any, error) {
	w.setMenu(nil)
	return nil, nil
}

// setMenu changes the menu on all phones; w.mu is held.
func (w *WeChat) setMenu(menu []WeChatMenuButton) {
	w.menu = menu
	for _, p := range w.phones {
		p.screen.show(Change{Kind: "menu"})
	}
}

// cloneMenu copies the buttons; what stands above a sub-menu does nothing itself.
func cloneMenu(buttons []WeChatMenuButton) []WeChatMenuButton {
	made := make([]WeChatMenuButton, 0, len(buttons))
	for _, b := range buttons {
		if b.Sub = cloneMenu(b.Sub); len(b.Sub) > 0 {
			b = WeChatMenuButton{Name: b.Name, Sub: b.Sub}
		}
		made = append(made, b)
	}
	return made
}

// findMenuButton finds the button with the key or, of a view button, the URL.
func findMenuButton(menu []WeChatMenuButton, key string) (WeChatMenuButton, bool) {
	for _, b := range menu {
		if found, ok := findMenuButton(b.Sub, key); ok {
			return found, true
		}
	}
	i := slices.IndexFunc(menu, func(b WeChatMenuButton) bool {
		return b.Key == key && b.Key != "" || b.Type == "view" && b.URL == key
	})
	if i < 0 {
		return WeChatMenuButton{}, false
	}
	return menu[i], true
}
