package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"redthread/bot"
	"redthread/bot/calendar"
	"redthread/bot/dialog"
	"redthread/bot/server"
	"redthread/bot/telegram"
	"redthread/bot/wechat"
	"redthread/flows"
	"redthread/store"
	"redthread/store/seal"
	"redthread/templates"
)

// house is the bot, at home between the platforms.
type house interface {
	Panel
	// Invite gives the code with which the person becomes a colleague, or none
	// if they are one already.
	Invite(ctx context.Context, p person) (code string, err error)

	// Card gives the code by which newcomers become the colleague's clients.
	Card(ctx context.Context, p person) (code string, err error)
	// Close ends the bot: what it has taken is kept.
	Close() error
}

// home is the house of the real server, with a database file and a Redis of its
// own.
type home struct {
	store *store.Store
	stop  context.CancelFunc
	ended chan error
	since time.Time // when it was opened
}

// agency is who speaks in the demo.
var agency = map[string]dialog.Agency{
	"zh-CN": {Name: "红线婚介", Hours: "每天 9:00–18:00", Phone: "021-5555 0100"},
	"en":    {Name: "Red Thread", Hours: "daily 9:00–18:00", Phone: "021-5555 0100"},
}

var shanghai = time.FixedZone("CST", 8*60*60)

// workingHours is the calendar of colleagues who keep these hours on every such
// day, holiday or not.
func workingHours(hours string) (*calendar.Calendar, error) {
	c, err := calendar.New(calendar.Config{Zone: shanghai, Hours: []string{hours}})
	if err != nil {
		return nil, fmt.Errorf("demo: -hours: %w", err)
	}
	return c, nil
}

// openHouse starts the bot with its data in the folder and joins it to the town.
func openHouse(ctx context.Context, t *town, folder, hours string, log *slog.Logger) (_ house, err error) {
	kept, err := openStore(ctx, folder, log)
	if err != nil {
		return nil, err
	}
	h := &home{store: kept, stop: func() {}, ended: make(chan error, 1)}
	defer func() {
		if err != nil {
			h.ended <- nil
			err = errors.Join(err, h.Close())
		}
	}()
	cal, err := workingHours(hours)
	if err != nil {
		return nil, err
	}
	texts, err := templates.Open(templates.Options{Zone: shanghai})
	if err != nil {
		return nil, fmt.Errorf("demo: open texts: %w", err)
	}
	if err := (settler{kept, texts.Current()}).settleAll(ctx, t.Phones); err != nil {
		return nil, err
	}
	h.since = kept.Now()
	account := t.WeChat.Config()
	secret := rand.Text() + rand.Text()
	var s *server.Server
	link := func(path string) func(string) string {
		return func(token string) string { return "http://" + s.Addr() + path + token }
	}
	s, err = server.New(server.Config{
		Store: kept, Texts: texts, Agency: func(lang string) dialog.Agency { return agency[lang] }, Listen: "127.0.0.1:0", Log: log,
		Promises: flows.Settings{
			Calendar: cal, AnswerWithin: 4 * time.Hour, Groups: []bot.Conversation{{Channel: telegram.Name, Chat: strconv.FormatInt(t.Group, 10)}},
			PhotoLink: link(server.PhotoPath), CopyLink: link(server.CopyPath), FileLink: link(server.FilePath), DateLink: link(server.DatePath),
		},
		WeChat: &wechat.Config{
			AppID: account.AppID, AppSecret: account.Secret, Token: account.Token, AESKey: account.AESKey,
			Mode: wechat.Mode(account.Mode), BaseURL: t.WeChatURL, MenuLinks: true,
		},
		Telegram: &telegram.Config{Token: t.Token, Secrets: []string{secret}, BaseURL: t.TelegramURL, Groups: []int64{t.Group}, Limits: t.Pace},
	})
	if err != nil {
		return nil, fmt.Errorf("demo: open the bot: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	go func() { h.ended <- s.Run(running) }()
	return h, t.join("http://"+s.Addr(), secret)
}

// openStore opens the database in the folder, and makes what is missing there.
func openStore(ctx context.Context, folder string, log *slog.Logger) (*store.Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("demo: make the data folder: %w", err)
	}
	path := filepath.Join(folder, "keys.json")
	keys, err := seal.Load(path)
	if errors.Is(err, seal.ErrNoKeyset) {
		if err = seal.Create(path); err == nil {
			keys, err = seal.Load(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("demo: open the keys: %w", err)
	}
	s, err := store.Open(ctx, store.Config{
		Database: "sqlite:" + filepath.Join(folder, "redthread.db"), Media: filepath.Join(folder, "media"),
		Keys: keys, Migrate: true, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("demo: open the data: %w", err)
	}
	return s, nil
}

// join tells the platforms where the bot is, as its operator would.
func (t *town) join(bot, secret string) error {
	t.WeChat.SetCallback(bot + server.WeChatPath)
	body, err := json.Marshal(map[string]any{
		"url": bot + server.TelegramPath, "secret_token": secret,
		"allowed_updates": []string{"message", "edited_message", "callback_query", "my_chat_member"},
	})
	if err != nil {
		return fmt.Errorf("demo: set webhook: %w", err)
	}
	once := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := once.Post(t.TelegramURL+"/bot"+t.Token+"/setWebhook", "application/json", bytes.NewReader(body))
	if err != nil {
		return errors.New("demo: set webhook: the platform did not answer") // its error holds the token
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("demo: set webhook: status %d", answer.StatusCode)
	}
	return nil
}

// Close ends the server, then lets go of the data.
func (h *home) Close() error {
	h.stop()
	return errors.Join(<-h.ended, h.store.Close())
}

// Invite makes a code for a colleague who has none yet.
func (h *home) Invite(ctx context.Context, p person) (string, error) {
	all, err := h.store.StaffList(ctx)
	if err != nil {
		return "", fmt.Errorf("demo: list staff: %w", err)
	}
	for _, s := range all {
		if s.Conversation.String() == p.conversation() && s.RevokedAt.IsZero() {
			return "", nil
		}
	}
	role := store.RoleService
	if p.Platform == "wechat" {
		role = store.RoleMatchmaker
	}
	code, err := h.store.Invite(ctx, role, time.Hour)
	if err != nil {
		return "", fmt.Errorf("demo: invite: %w", err)
	}
	return code, nil
}

// Card makes a source in the colleague's name, once.
func (h *home) Card(ctx context.Context, p person) (string, error) {
	name := p.Name.ZH + "的名片"
	sources, err1 := h.store.Sources(ctx)
	staff, err2 := h.store.StaffList(ctx)
	if err := errors.Join(err1, err2); err != nil {
		return "", fmt.Errorf("demo: look for cards: %w", err)
	}
	for _, s := range sources {
		if s.Name == name {
			return s.Code, nil
		}
	}
	card := store.Source{Name: name}
	for _, s := range staff {
		if s.Conversation.String() == p.conversation() {
			card.Matchmaker = s.ID
		}
	}
	card, err := h.store.NewSource(ctx, card)
	if err != nil {
		return "", fmt.Errorf("demo: make a card: %w", err)
	}
	return card.Code, nil
}

// Turns is the turn log since the house was opened.
func (h *home) Turns(ctx context.Context, limit int) ([]Turn, error) {
	lines, err := h.store.TurnLog(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("demo: read turns: %w", err)
	}
	var turns []Turn
	for _, l := range lines {
		if l.At.Before(h.since) {
			break // of an earlier time, or of somebody who came before
		}
		turns = append(turns, Turn{l.Conversation, l.Seq, l.At, l.Kind, l.Before, l.After, float64(l.Took.Microseconds()) / 1000})
	}
	return turns, nil
}

// Outbox is what was said to people, and where it stands.
func (h *home) Outbox(ctx context.Context, limit int) ([]Parcel, error) {
	lines, err := h.store.OutboxLog(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("demo: read outbox: %w", err)
	}
	var parcels []Parcel
	for _, l := range lines[:min(limit, len(lines))] {
		parcels = append(parcels, Parcel{l.Conversation, l.Seq, string(l.State), l.Tries, l.Reason, h.store.Now().Sub(l.At).Milliseconds()})
	}
	return parcels, nil
}
