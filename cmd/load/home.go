package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/glebarez/go-sqlite" // the driver of the embedded home
	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
)

// home is where the bot under load keeps things: a database made for this run,
// and an empty Redis. The load looks into both past every proxy.
type home struct {
	db       *sql.DB
	redis    *redis.Client // nil: the bot has one of its own
	database string        // as the bot's settings name it
	redisURL string
	mysql    *mysql.Config // nil: SQLite
	leave    func() error  // takes away what was made
}

// openHome makes an embedded home in dir, or one on the servers that the options
// name.
func openHome(ctx context.Context, o *options, dir string) (*home, error) {
	if o.home == "embedded" {
		return openEmbedded(filepath.Join(dir, "redthread.db"))
	}
	h, err := openMySQL(ctx, o.mysql)
	if err != nil {
		return nil, err
	}
	return h, errors.Join(h.openRedis(ctx, o.redis))
}

func openEmbedded(file string) (*home, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, fmt.Errorf("load: open database: %w", err)
	}
	db.SetMaxOpenConns(1)
	return &home{db: db, database: "sqlite:" + file, leave: db.Close}, nil
}

// openMySQL makes a database of its own on the server.
func openMySQL(ctx context.Context, dsn string) (*home, error) {
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, errors.New(`load: -mysql: expected "USER:PASSWORD@tcp(HOST:3306)/"`)
	}
	var b [4]byte
	_, _ = rand.Read(b[:])                  // never fails, by its documentation
	_ = mysql.SetLogger(&mysql.NopLogger{}) // refuses nothing but nil
	c.DBName = ""
	server, err := sql.Open("mysql", c.FormatDSN())
	if err != nil {
		return nil, fmt.Errorf("load: -mysql: %w", err)
	}
	name := "redthread_load_" + hex.EncodeToString(b[:])
	if _, err := server.ExecContext(ctx, "CREATE DATABASE "+name+" DEFAULT CHARACTER SET utf8mb4"); err != nil {
		return nil, errors.Join(fmt.Errorf("load: make a database: %w", err), server.Close())
	}
	c.DBName = name
	db, err := sql.Open("mysql", c.FormatDSN())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("load: -mysql: %w", err), server.Close())
	}
	return &home{db: db, database: "mysql:" + c.FormatDSN(), mysql: c, leave: func() error {
		_, err := server.Exec("DROP DATABASE " + name)
		return errors.Join(err, db.Close(), server.Close())
	}}, nil
}

// openRedis takes the first empty database of the Redis.
func (h *home) openRedis(ctx context.Context, address string) error {
	for n := range 16 {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return errors.New(`load: -redis: expected "redis://HOST:6379"`)
		}
		u.Path = fmt.Sprintf("/%d", n)
		opt, err := redis.ParseURL(u.String())
		if err != nil {
			return errors.New(`load: -redis: expected "redis://HOST:6379"`)
		}
		c := redis.NewClient(opt)
		if size, err := c.DBSize(ctx).Result(); err != nil || size > 0 {
			_ = c.Close()
			if err != nil {
				return fmt.Errorf("load: -redis: %w", err)
			}
			continue
		}
		h.redis, h.redisURL = c, u.String()
		leave := h.leave
		h.leave = func() error {
			return errors.Join(c.FlushDB(context.Background()).Err(), c.Close(), leave())
		}
		return nil
	}
	return errors.New("load: -redis: none of its databases 0 to 15 is empty")
}

// through is the home as seen from behind proxies.
func (h *home) through(database, redisAddr string) *home {
	seen := *h
	if h.mysql != nil && database != "" {
		c := h.mysql.Clone()
		c.Addr = database
		seen.database = "mysql:" + c.FormatDSN()
	}
	if h.redisURL != "" && redisAddr != "" {
		seen.redisURL = "redis://" + redisAddr + h.redisURL[strings.LastIndexByte(h.redisURL, '/'):]
	}
	return &seen
}

// quiet waits until the bot has nothing more to send, at most d; it returns how
// many messages are left.
func (h *home) quiet(ctx context.Context, d time.Duration) (left int, err error) {
	for end := time.Now().Add(d); ; {
		err = h.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM outbox WHERE state = 'queued'").Scan(&left)
		if err == nil && left == 0 || time.Now().After(end) || !sleep(ctx, 200*time.Millisecond) {
			return left, err
		}
	}
}
