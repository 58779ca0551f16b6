// Package server joins the parts into the running program: the platforms' doors,
// the engine behind them, the outbox, the fetching of pictures, the clock. The
// command, the demo and the end-to-end tests all run this one.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/guard"
	"redthread/bot/knowledge"
	"redthread/bot/media"
	"redthread/bot/metrics"
	"redthread/bot/outbox"
	"redthread/bot/telegram"
	"redthread/bot/venues"
	"redthread/bot/wechat"
	"redthread/flows"
	"redthread/store"
	"redthread/templates"
)

// Config is what a server is made of. At least one platform must be given.
type Config struct {
	Store    *store.Store // stays the caller's to close, after Run has returned
	Texts    *templates.Live
	Answers  *knowledge.Live                 // the approved answers; nil: the built-in ones and what is promoted
	Guard    *guard.Live                     // what colleagues must not write; nil: the built-in rules
	Venues   *venues.Live                    // places to meet; nil: the built-in examples
	Agency   func(lang string) dialog.Agency // what clients are told about the agency; nil: nothing
	Promises flows.Settings
	WeChat   *wechat.Config   // nil: not on WeChat; its Shared and Letters are filled in
	Telegram *telegram.Config // nil: not on Telegram; its Letters, Aliases and Threads are filled in

	Listen    string // HOST:PORT
	PublicURL string // what the platforms call; empty: the webhooks are set by hand
	Poll      bool   // fetch Telegram's updates instead, for development

	Admin      string        // HOST:PORT where figures and health are shown; empty: nowhere
	Release    string        // which one this is, for the figures
	AlertAfter time.Duration // staff are told of a channel through which nothing got for so long; 0: 5 minutes

	// KnockEvery is how often one person hears on WeChat, at most, by a template message
	// that something waits; 0: 12 hours. Which templates there are, WeChat says.
	KnockEvery time.Duration

	RetainAt int            // the hour at which what has been kept long enough is erased, in Zone
	Zone     *time.Location // nil: UTC

	Spool   string       // the folder for what WeChat's clients write while the database is away; of this process alone; empty: none
	Limits  Limits       // of what one client may send; zero: none
	Media   media.Bounds // of what people send; zero: what stands behind it
	MaxCopy int64        // bytes of the copy of a client's data; 0: copies.MaxBytes
	Log     *slog.Logger // nil: slog.Default()

	// After waits between two looks at what has come due. nil: time.After. Who has
	// hours pass at once sets it, with the store's clock.
	After func(time.Duration) <-chan time.Time
}

// The doors.
const (
	WeChatPath   = "/wechat"
	TelegramPath = "/telegram"
	HealthPath   = "/healthz"
	ReadyPath    = "/readyz"
)

// Server is the running program.
type Server struct {
	cfg      Config
	log      *slog.Logger
	engine   *dialog.Engine
	wechat   *wechat.Channel
	telegram *telegram.Channel
	flood    *flood
	shelter  *shelter
	sender   *outbox.Sender
	fetcher  *media.Fetcher
	farewell func(*templates.Set, store.Erased, store.LastChat) (bot.Message, error)
	mux      *http.ServeMux
	door     net.Listener
	admin    net.Listener // nil: none

	metrics *metrics.Metrics // nil: nothing is counted
	pulses  map[string]*pulse
	health  *health
}

// New joins the parts and opens the door, but serves nothing yet. Its error
// names the setting that is wrong.
func New(cfg Config) (_ *Server, err error) {
	s := &Server{cfg: cfg, log: cfg.Log, mux: http.NewServeMux()}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.cfg.After == nil {
		s.cfg.After = time.After
	}
	s.health = &health{s: s}
	if s.cfg.Answers == nil {
		if s.cfg.Answers, err = knowledge.Open(knowledge.Options{}); err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
	}
	house := flows.New(s.promises())
	s.engine, err = dialog.New(dialog.Config{
		Store: cfg.Store, Texts: cfg.Texts.Current, Agency: cfg.Agency,
		Flows: house.Flows, Cards: house.Cards, News: house.News, Human: house.Human, Relay: house.Relay, Danger: house.Danger, Lost: house.Lost, Quoted: house.Quoted, Place: house.Place, May: house.May, Gate: house.Gate, Heard: house.Heard, Parted: house.Parted, Refused: func(what string, colleague bool) { s.metrics.Refused(house.Action(what), colleague) },
		Now: cfg.Store.Now, Log: s.log,
	})
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	s.farewell = house.Farewell
	s.flood = s.newFlood()
	if s.shelter, err = s.openShelter(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.shelter.close(context.Background()), s.closeAdmin())
		}
	}()
	if s.openAdmin(); s.admin != nil {
		s.metrics = metrics.New(cfg.Release)
	}
	channels, err := s.channels()
	if err != nil {
		return nil, err
	}
	// A send of unknown outcome: Telegram is asked again, a second copy being
	// better than none; WeChat forbids it (a customer-service message that timed
	// out has usually arrived).
	s.sender = &outbox.Sender{Store: cfg.Store, Channels: channels, Repeat: map[string]int{telegram.Name: telegram.Tries}, Open: s.gallery().Open, Knocks: s.knocks(), Last: s.lastWords, After: s.cfg.After, Log: s.log}
	s.fetcher = &media.Fetcher{Store: cfg.Store, Channels: channels, Bounds: cfg.Media, Log: s.log}
	s.health.handle(s.mux)
	s.openLinks()
	s.observe()
	if s.door, err = net.Listen("tcp", cfg.Listen); err != nil {
		return nil, fmt.Errorf("server: listen.address: %w", err)
	}
	return s, nil
}

// openLinks opens the doors of what links lead to.
func (s *Server) openLinks() {
	s.mux.Handle("GET "+PhotoPath+"{token}", s.photoDoor())
	for path, door := range map[string]http.Handler{CopyPath: s.copyDoor(), FilePath: s.fileDoor(), DatePath: s.dateDoor()} {
		s.mux.Handle("GET "+path+"{token}", door)
		s.mux.Handle("POST "+path+"{token}", door)
	}
}

// promises are what the flows are told to promise, with what the server knows.
func (s *Server) promises() flows.Settings {
	p := s.cfg.Promises
	if s.cfg.Guard != nil {
		p.Guard = s.cfg.Guard.Current
	}
	p.Agency, p.Knowledge, p.MaxPicture = s.cfg.Agency, s.cfg.Answers.Current, s.cfg.Media.FilledIn().Photo
	if p.PhotoLink == nil && s.cfg.PublicURL != "" {
		p.PhotoLink = func(token string) string { return s.publicURL(PhotoPath + token) }
	}
	if p.FileLink == nil && s.cfg.PublicURL != "" {
		p.FileLink = func(token string) string { return s.publicURL(FilePath + token) }
	}
	if p.DateLink == nil && s.cfg.PublicURL != "" {
		p.DateLink = func(token string) string { return s.publicURL(DatePath + token) }
	}
	if s.cfg.Venues != nil {
		p.Venues = s.cfg.Venues.Current
	}
	if p.CopyLink == nil && s.cfg.PublicURL != "" {
		p.CopyLink = func(token string) string { return s.publicURL(CopyPath + token) }
	}
	return p
}

// channels opens the platforms that are configured.
func (s *Server) channels() (map[string]bot.Channel, error) {
	all := map[string]bot.Channel{}
	var errs []error
	if c := s.cfg.WeChat; c != nil {
		w := *c
		w.Shared, w.Letters, w.Now, w.Log, w.Asked = s.cfg.Store.Shared(), s.cfg.Store, s.cfg.Store.Now, s.log, s.metrics.Token
		channel, err := wechat.New(w)
		if err == nil {
			s.wechat, all[channel.Name()] = channel, s.measure(channel)
			s.open(WeChatPath, channel, s.shelter.wechat)
		}
		errs = append(errs, err)
	}
	if c := s.cfg.Telegram; c != nil {
		t := *c
		t.Aliases, t.Threads, t.Letters, t.Now, t.Log = s.cfg.Store.Aliases(telegram.Name), s.cfg.Store.Threads(telegram.Name), s.cfg.Store, s.cfg.Store.Now, s.log
		if t.Limiter == nil && !s.cfg.Store.Alone() {
			id, _, _ := strings.Cut(t.Token, ":") // what follows is the secret
			t.Limiter = s.cfg.Store.SendLimiter("telegram:"+id, sendRates(t.Limits))
		}
		channel, err := telegram.New(t)
		if err == nil {
			s.telegram, all[channel.Name()] = channel, s.measure(channel)
			s.open(TelegramPath, channel, s.shelter.telegram)
		}
		errs = append(errs, err)
	}
	if len(all) == 0 && errors.Join(errs...) == nil {
		return nil, errors.New("server: neither wechat.enabled nor telegram.enabled is true: there is no platform to serve")
	}
	return all, errors.Join(errs...)
}

// open opens a platform's door: the turnstile, the platform's proof of who
// calls, the judgement of who calls too often, and what takes the event.
func (s *Server) open(path string, c bot.Channel, take bot.Accept) {
	name := c.Name()
	door := c.Webhook(s.counted(name, s.limited(take)))
	s.mux.Handle(path, s.countedDoor(name, newTurnstile(s.cfg.Limits.Refused).before(door)))
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.door.Addr().String() }

// Run serves until ctx ends, then finishes what is under way: callbacks that are
// being played, messages that are going out.
func (s *Server) Run(ctx context.Context) error {
	web := &http.Server{
		Handler:           s.mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(s.door) }()

	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var busy sync.WaitGroup
	for _, loop := range []func(context.Context){s.sender.Run, s.fetcher.Run, s.clock, s.reload, s.learn, s.shelter.run, s.watch, s.rekey, s.tidy, s.forget, s.serveAdmin, s.maker().Run} {
		busy.Go(func() { loop(work) })
	}
	s.warnOfNoLinks(ctx)
	busy.Go(func() { s.announce(ctx) })
	busy.Go(func() { s.lookAtGroups(ctx) })
	if s.cfg.Poll && s.telegram != nil {
		busy.Go(func() { s.poll(ctx) })
	}

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("server: serve: %w", err)
	}
	return errors.Join(err, s.shutdown(web, stop, &busy))
}

// grace is how long a shutdown waits for what is under way.
const grace = 20 * time.Second

// shutdown closes the door first, so that nothing new comes in while the rest is
// finished; the outbox is last, because callbacks still leave messages.
func (s *Server) shutdown(web *http.Server, stop func(), busy *sync.WaitGroup) error {
	last, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	s.health.stop()
	errs := []error{web.Shutdown(last)}
	if s.wechat != nil {
		errs = append(errs, s.wechat.Close(last))
	}
	stop()
	busy.Wait()
	if s.telegram != nil {
		errs = append(errs, s.telegram.Close(last))
	}
	errs = append(errs, s.shelter.close(last))
	return errors.Join(errs...)
}

// Close lets go of a server that was never run.
func (s *Server) Close() error {
	last, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	errs := []error{s.door.Close(), s.shelter.close(last), s.closeAdmin()}
	if s.wechat != nil {
		errs = append(errs, s.wechat.Close(last))
	}
	if s.telegram != nil {
		errs = append(errs, s.telegram.Close(last))
	}
	return errors.Join(errs...)
}

// reload takes up texts that the agency has changed.
func (s *Server) reload(ctx context.Context) { s.cfg.Texts.Watch(ctx, 5*time.Second, s.log) }

func (s *Server) poll(ctx context.Context) {
	if err := s.telegram.DeleteWebhook(ctx); err != nil {
		s.log.ErrorContext(ctx, "telegram: webhook not deleted, polling may be refused", "error", err)
	}
	if err := s.telegram.Poll(ctx, s.counted(telegram.Name, s.limited(s.shelter.telegram))); err != nil {
		s.log.ErrorContext(ctx, "telegram: polling ended", "error", err)
	}
}

func (s *Server) publicURL(path string) string {
	return strings.TrimSuffix(s.cfg.PublicURL, "/") + path
}
