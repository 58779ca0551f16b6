package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"redthread/bot/emulator"
	"redthread/bot/telegram"
)

// town is the two platforms, each listening on loopback, and everyone's phone.
type town struct {
	WeChat      *emulator.WeChat
	Telegram    *emulator.Telegram
	WeChatURL   string // in place of https://api.weixin.qq.com
	TelegramURL string // in place of https://api.telegram.org
	Token       string // of the Telegram bot
	Phones      []phone
	Group       int64           // the staff's, on Telegram
	Pace        telegram.Limits // of the bot there; zero: as the platform asks

	servers []*http.Server
}

// climate says what a town is like.
type climate struct {
	Mode   string // how WeChat delivers
	Limits bool   // Telegram refuses haste
	Lang   string // what the clients' Telegram is set to; empty: each has their own
	Crowd  bool   // there are clients already, when it opens
	Log    *slog.Logger
}

// newTown opens the platforms; Close ends them. The account stays the same from
// run to run, so that a bot which kept its data knows its people again.
func newTown(c climate) (*town, error) {
	t := &town{Token: "8100000009:demo-" + strconv.FormatUint(rand.Uint64(), 36)}
	t.WeChat = emulator.NewWeChat(emulator.WeChatConfig{AppID: "wx00000000000000de", OriginalID: "gh_00000000demo", Mode: c.Mode, Log: c.Log})
	t.Telegram = emulator.NewTelegram(emulator.TelegramConfig{Token: t.Token, Seed: rand.Uint64(), Limits: c.Limits, Log: c.Log})
	if !c.Limits {
		t.Pace = telegram.Limits{PerSecond: 1000, PerChat: 1000, ChatBurst: 1000, PerGroupMinute: 60_000}
	}
	var err error
	if t.WeChatURL, err = t.serve(t.WeChat); err == nil {
		t.TelegramURL, err = t.serve(t.Telegram)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	for _, p := range cast {
		if c.Lang != "" && !p.Staff {
			p.Lang = c.Lang
		}
		t.add(p)
	}
	if c.Crowd {
		t.people()
	}
	return t, nil
}

// people fills the town with those who are clients already.
func (t *town) people() {
	for i, p := range t.Phones {
		if s, ok := registered[p.ID]; ok {
			t.Phones[i].seeker, t.Phones[i].Face = &s, map[string]int{"female": 1, "male": 2}[s.is.Gender]
		}
	}
	people, lives := crowd()
	for _, p := range people {
		s := lives[p.ID]
		t.add(p)
		t.Phones[len(t.Phones)-1].seeker = &s
	}
}

// add gives the person a phone. Who is on another's phone comes after them.
func (t *town) add(p person) {
	if p.With == "" {
		t.Phones = append(t.Phones, phone{person: p, handset: t.handset(p)})
		return
	}
	i := slices.IndexFunc(t.Phones, func(other phone) bool { return other.ID == p.With })
	owner := t.Phones[i]
	group := openGroup(t.Telegram, owner.handset.(*telegramHandset).TelegramPhone, nameOn(owner.person))
	t.Group = group.group.ID()
	p.Address = strconv.FormatInt(t.Group, 10)
	t.Phones = append(t.Phones, phone{person: p, handset: group})
}

// nameOn is what a person calls themselves on Telegram.
func nameOn(p person) string {
	if p.Lang == "en" {
		return p.Name.EN
	}
	return p.Name.ZH
}

func (t *town) handset(p person) handset {
	if p.Platform == "wechat" {
		return newWeChatHandset(t.WeChat, p.Address)
	}
	id, err := strconv.ParseInt(p.Address, 10, 64)
	if err != nil {
		panic(err) // the cast is compiled in
	}
	return newTelegramHandset(t.Telegram, id, emulator.TelegramUser{First: nameOn(p), Lang: p.Lang})
}

// serve opens a door on loopback and returns its URL.
func (t *town) serve(h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("demo: open a platform's door: %w", err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	t.servers = append(t.servers, s)
	go s.Serve(l)
	return "http://" + l.Addr().String(), nil
}

// Close ends the platforms and their doors.
func (t *town) Close() error {
	t.WeChat.Close()
	t.Telegram.Close()
	var errs []error
	for _, s := range t.servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// weather is that over both platforms.
func (t *town) weather() *weather {
	return &weather{
		over:  []func(emulator.Faults){t.WeChat.SetFaults, t.Telegram.SetFaults},
		token: t.WeChat.InvalidateToken,
	}
}
