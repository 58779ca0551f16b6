package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// floor is the bare handler.
type floor struct {
	floorConfig
	redis    *redis.Client
	insert   *sql.Stmt
	client   *http.Client
	envelope *envelope
}

// serveFloor runs the bare handler until ctx ends.
func serveFloor(ctx context.Context, settings string) error {
	f := &floor{client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	if err := json.Unmarshal([]byte(settings), &f.floorConfig); err != nil {
		return fmt.Errorf("load: floor: read settings: %w", err)
	}
	if err := f.open(ctx); err != nil {
		return fmt.Errorf("load: floor: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /telegram", f.telegram)
	mux.HandleFunc("POST /wechat", f.wechat)
	web := &http.Server{Addr: f.Listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = web.Close() })()
	if err := web.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("load: floor: %w", err)
	}
	return nil
}

func (f *floor) open(ctx context.Context) (err error) {
	if f.Redis == "" {
		own := miniredis.NewMiniRedis()
		if err := own.Start(); err != nil {
			return err
		}
		f.Redis = "redis://" + own.Addr()
	}
	opt, err := redis.ParseURL(f.Redis)
	if err != nil {
		return err
	}
	opt.PoolSize = 32
	f.redis = redis.NewClient(opt)
	if f.envelope, err = newEnvelope(f.Key, f.App); err != nil || f.Driver == "" {
		return err
	}
	var db *sql.DB
	if f.Driver == "sqlite" {
		h, err := openEmbedded(f.Database)
		if err != nil {
			return err
		}
		db = h.db
	} else if db, err = sql.Open(f.Driver, f.Database); err != nil {
		return err
	} else {
		db.SetMaxOpenConns(32)
		db.SetMaxIdleConns(32)
	}
	f.insert, err = db.PrepareContext(ctx, "INSERT INTO floor (id, chat, body) VALUES (?, ?, ?)")
	return err
}

// touch is one Redis round trip: the session of the chat is put in place of the
// one before it.
func (f *floor) touch(ctx context.Context, chat, session string) error {
	err := f.redis.SetArgs(ctx, "floor:"+chat, session, redis.SetArgs{Get: true, TTL: time.Hour}).Err()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

func (f *floor) telegram(w http.ResponseWriter, r *http.Request) {
	var u struct {
		ID      int64 `json:"update_id"`
		Message struct {
			Text string `json:"text"`
			Chat struct {
				ID int64 `json:"id"`
			} `json:"chat"`
		} `json:"message"`
	}
	if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != f.Secret || json.NewDecoder(r.Body).Decode(&u) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	chat := strconv.FormatInt(u.Message.Chat.ID, 10)
	err := f.touch(r.Context(), chat, u.Message.Text)
	if err == nil {
		_, err = f.insert.ExecContext(r.Context(), u.ID, u.Message.Chat.ID, u.Message.Text)
	}
	if err == nil {
		err = f.say(r.Context(), u.Message.Chat.ID, u.Message.Text)
	}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (f *floor) say(ctx context.Context, chat int64, text string) error {
	body := fmt.Appendf(nil, `{"chat_id":%d,"text":%s}`, chat, quote(text))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.API+"/sendMessage", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := f.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

func (f *floor) wechat(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	var in struct{ FromUserName, ToUserName, Content, Encrypt string }
	if err == nil {
		err = xml.Unmarshal(raw, &in)
	}
	if err == nil && f.Safe {
		if raw, err = f.opened(r, in.Encrypt); err == nil {
			err = xml.Unmarshal(raw, &in)
		}
	}
	if err == nil {
		err = f.touch(r.Context(), in.FromUserName, in.Content)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	now := time.Now().Unix()
	text := fmt.Appendf(nil, "<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content></xml>",
		in.FromUserName, in.ToUserName, now, in.Content)
	if f.Safe {
		text = f.sealed(text, now, r.URL.Query().Get("nonce"))
	}
	_, _ = w.Write(text) // a platform that has hung up asks again
}

func (f *floor) opened(r *http.Request, sealed string) ([]byte, error) {
	q := r.URL.Query()
	if q.Get("msg_signature") != signature(f.Token, q.Get("timestamp"), q.Get("nonce"), sealed) {
		return nil, errors.New("load: floor: forged")
	}
	return f.envelope.open(sealed)
}

func (f *floor) sealed(text []byte, now int64, nonce string) []byte {
	sealed, stamp := f.envelope.seal(now, text), strconv.FormatInt(now, 10)
	return fmt.Appendf(nil, "<xml><Encrypt><![CDATA[%s]]></Encrypt><MsgSignature>%s</MsgSignature><TimeStamp>%s</TimeStamp><Nonce>%s</Nonce></xml>",
		sealed, signature(f.Token, stamp, nonce, sealed), stamp, nonce)
}
