package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"redthread/bot"
	"redthread/bot/config"
	"redthread/bot/dialog"
	"redthread/bot/guard"
	"redthread/bot/knowledge"
	"redthread/bot/logging"
	"redthread/bot/media"
	"redthread/bot/server"
	"redthread/bot/telegram"
	"redthread/bot/venues"
	"redthread/bot/wechat"
	"redthread/flows"
	"redthread/store"
	"redthread/templates"
)

type serveCommand struct {
	Poll bool `help:"Fetch Telegram's updates instead of having them delivered. For development: one slow turn holds up everybody."`
}

// Run serves until the program is told to stop, and then finishes what is under
// way.
func (c serveCommand) Run(t *terminal) (err error) {
	growBy(growAtStart)
	s, cfg, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if cfg.Telegram.Enabled && cfg.Listen.PublicURL == "" && !c.Poll {
		return errors.New("listen.public_url is empty: set the https address under which Telegram reaches this program, or use `serve --poll` while developing")
	}
	texts, err := templates.Open(textOptions(cfg))
	if err != nil {
		return err
	}
	answers, err := knowledge.Open(answerOptions(cfg))
	if err != nil {
		return err
	}
	places, err := venues.Open(venueOptions(cfg))
	if err != nil {
		return err
	}
	rules, err := guard.Open(guardOptions(cfg))
	if err != nil {
		return err
	}
	log := logging.New(os.Stderr, cfg.Log.Level, cfg.Log.Format)
	slog.SetDefault(log)
	cal, err := cfg.WorkingCalendar()
	if err != nil {
		return err
	}
	srv, err := server.New(server.Config{
		Store: s, Texts: texts, Answers: answers, Guard: rules, Venues: places, Agency: agency(cfg), WeChat: onWeChat(cfg), Telegram: onTelegram(cfg),
		Listen: cfg.Listen.Address, PublicURL: cfg.Listen.PublicURL, Poll: c.Poll,
		Admin: cfg.Admin.Address, AlertAfter: cfg.Admin.AlertAfter, Release: release(),
		Promises: flows.Settings{
			Calendar: cal, AnswerWithin: cfg.Promises.Answer, FirstAnswer: cfg.Promises.Complaint, FilePerDay: cfg.Limits.ComplaintsPerDay,
			Keep: keep(cfg), Eligible: flows.Eligibility{Men: cfg.Eligibility.Men, Women: cfg.Eligibility.Women, NotSingle: !cfg.Eligibility.Single, Zone: cfg.Agency.Location()},
			RemindPapers: cfg.Staff.PapersRemind,
			Desk:         flows.Desk{OfferWithin: cfg.Desk.OfferWithin, AnswerWithin: cfg.Desk.AnswerWithin}, Groups: groups(cfg),
			Recommend: flows.Recommend(cfg.Recommend), Dates: flows.Dates(cfg.Dates),
			Alerts: flows.Alerts(cfg.Alerts), Targets: flows.Targets(cfg.SLA), CheckShare: cfg.Checks.Share,
			CopiesPerDay: cfg.Copies.PerDay, CopyFor: cfg.Copies.KeepFor, CopyFetches: cfg.Copies.Downloads,
		},
		KnockEvery: cfg.WeChat.Templates.Every,
		RetainAt:   cfg.Retention.Hour, Zone: cfg.Agency.Location(),
		Spool: cfg.Spool, Limits: limits(cfg), Media: bounds(cfg), MaxCopy: cfg.Copies.MaxBytes, Log: log,
	})
	if err != nil {
		return err
	}
	forgetStart()
	fmt.Fprintf(t.out, "Listening on %s.\n", srv.Addr())
	return srv.Run(t)
}

// agency is what clients are told about the agency.
func agency(c *config.Config) func(lang string) dialog.Agency {
	return func(lang string) dialog.Agency {
		if lang == "en" {
			return dialog.Agency{Name: c.Agency.NameEN, Hours: c.Agency.HoursEN, Phone: c.Agency.Phone, Place: c.Agency.PlaceEN}
		}
		return dialog.Agency{Name: c.Agency.NameZH, Hours: c.Agency.HoursZH, Phone: c.Agency.Phone, Place: c.Agency.PlaceZH}
	}
}

// groups are those of the staff, as the flows know them.
func groups(c *config.Config) (all []bot.Conversation) {
	if !c.Telegram.Enabled {
		return nil
	}
	for _, id := range c.Telegram.StaffGroups {
		all = append(all, bot.Conversation{Channel: telegram.Name, Chat: strconv.FormatInt(id, 10)})
	}
	return all
}

// limits are what one client, and one address, may send.
func limits(c *config.Config) server.Limits {
	perMinute := func(n, atOnce int) store.Rate { return store.Rate{N: n, Per: time.Minute, Burst: atOnce} }
	l := c.Limits
	return server.Limits{
		Messages: perMinute(l.MessagesPerMinute, l.MessagesAtOnce),
		Media:    perMinute(l.MediaPerMinute, l.MediaAtOnce),
		Refused:  perMinute(l.RefusedPerMinute, l.RefusedPerMinute),
	}
}

// bounds are how large what people send may be.
func bounds(c *config.Config) media.Bounds {
	m := c.Media
	return media.Bounds{Photo: m.MaxBytes, Voice: m.VoiceBytes, Video: m.VideoBytes, File: m.FileBytes}
}

func onWeChat(c *config.Config) *wechat.Config {
	w := c.WeChat
	if !w.Enabled {
		return nil
	}
	return &wechat.Config{
		AppID: w.AppID, AppSecret: w.AppSecret.Reveal(), Token: w.Token.Reveal(),
		AESKey: w.AESKey.Reveal(), PreviousAESKey: w.PreviousAESKey.Reveal(), Mode: wechat.Mode(w.Mode),
		BaseURL: w.BaseURL, Timeout: w.Timeout, ReplyWithin: w.ReplyWithin, MenuLinks: w.MenuLinks,
		Allowances: wechat.Allowances{
			Message: bot.Allowance{Count: w.Allowances.MessageCount, For: w.Allowances.MessageFor},
			Action:  bot.Allowance{Count: w.Allowances.ActionCount, For: w.Allowances.ActionFor},
		},
		Templates: map[bot.Purpose]wechat.Template{
			bot.StaffWaiting: {ID: w.Templates.StaffWaiting.ID, Fields: w.Templates.StaffWaiting.Tells()},
			bot.ReplyKept:    {ID: w.Templates.ReplyKept.ID, Fields: w.Templates.ReplyKept.Tells()},
		},
	}
}

func onTelegram(c *config.Config) *telegram.Config {
	g := c.Telegram
	if !g.Enabled {
		return nil
	}
	secrets := []string{g.WebhookSecret.Reveal()}
	if old := g.PreviousWebhookSecret.Reveal(); old != "" {
		secrets = append(secrets, old)
	}
	return &telegram.Config{
		Token: g.Token.Reveal(), Secrets: secrets, BaseURL: g.BaseURL, Timeout: g.Timeout, Attempts: g.Attempts, Groups: g.StaffGroups,
		Limits: telegram.Limits{PerSecond: g.Limits.PerSecond, PerChat: g.Limits.PerChat, ChatBurst: g.Limits.ChatBurst, PerGroupMinute: g.Limits.PerGroupMinute},
	}
}
