package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Ballast is the records of many other clients, so that one sees whether a turn
// costs more in a full house. One person plays the talk; what the bot keeps of it
// is then copied under other names by the database itself. The copies are as
// large and as indexed as the original, but nobody can open what is sealed in
// them: the people who talk are new ones.

// copies says how the rows of the pattern become another client's, n being the
// copy's number: of turns and messages, the last one of each.
var copies = []string{
	"INSERT INTO sessions (conversation, seq, body, updated_at) SELECT %[1]s, seq, body, updated_at FROM sessions, %[2]s WHERE conversation = ?",
	"INSERT INTO outbox_heads (conversation, max_seq, sent_seq, lane, due_at, opens) SELECT %[1]s, max_seq, sent_seq, lane, due_at, opens FROM outbox_heads, %[2]s WHERE conversation = ?",
	"INSERT INTO outbox (conversation, seq, event_key, n, lane, state, body, pieces, created_at, sent_at) SELECT %[1]s, o.seq, concat('ballast:', i.n), o.n, lane, state, body, pieces, created_at, sent_at FROM outbox o, %[2]s WHERE conversation = ? AND o.seq = 1",
	"INSERT INTO turns (event_key, conversation, seq, kind, before_step, after_step, at, took) SELECT concat('ballast:', i.n), %[1]s, seq, kind, before_step, after_step, at, took FROM turns, %[2]s WHERE conversation = ? AND seq = 1",
	"INSERT INTO clients (conversation, name, lang, source, arrived_at) SELECT %[1]s, name, lang, source, arrived_at FROM clients, %[2]s WHERE conversation = ?",
	"INSERT INTO timers (conversation, name, ref, due_at) SELECT %[1]s, t.name, ref, due_at FROM timers t, %[2]s WHERE conversation = ?",
}

// papers copies the pattern's complaint for the clients that were just added.
const papers = "INSERT INTO complaints (client_id, matter, state, facts, facts_key, filed_at, promised_at) SELECT c.id, matter, state, facts, facts_key, filed_at, promised_at FROM complaints p, clients c WHERE p.client_id = (SELECT id FROM clients WHERE conversation = ?) AND c.conversation BETWEEN ? AND ?"

// ten and thousand are the numbers 0 to 9, and n to n+999, as tables.
const (
	ten      = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
	thousand = "(SELECT %d + x.d + 10 * y.d + 100 * z.d AS n FROM " + ten + " x, " + ten + " y, " + ten + " z) i"
)

// aside numbers the copies: none of the people who talk has such a number.
const aside = 3_000_000_000_000_000

// few is how many clients a house has that is hardly in use.
const few = 1000

// fill copies one person's records until there are as many clients as the options
// ask for. On the way it measures, unless there is another job to do: with few,
// and then the full house is the job itself.
func (j *job) fill(ctx context.Context, r *report) error {
	begun := time.Now()
	p := j.stage.town.born()
	like := j.stage.town.conversation(p.n)
	session := "" // in Redis, where the talk makes it largest
	for i := range j.talk.steps {
		if !j.stage.crowd.step(ctx, p, i, time.Now()) {
			return errors.New("load: fill: the bot did not answer the first person")
		}
		if now := j.sessionOf(ctx, like); len(now) > len(session) {
			session = now
		}
	}
	keys, bytes := j.heldByRedis(ctx)
	if _, err := j.home.quiet(ctx, settle); err != nil {
		return err
	}
	for from := 0; from < j.sessions; from += 1000 {
		if from == few && !j.floor && !j.chaos && j.soak == 0 {
			f := j.stage.measure(ctx, j.options, j.stores)
			r.Few = &f
			begun = time.Now()
		}
		if err := j.copyThousand(ctx, like, session, from); err != nil {
			return fmt.Errorf("load: fill: %w", err)
		}
		if from%100_000 == 99_000 {
			j.say("filled with %d clients", from+1000)
		}
	}
	r.Filled = fmt.Sprintf("filled with %d clients in %s", j.sessions, time.Since(begun).Round(time.Second))
	if more, size := j.heldByRedis(ctx); more > keys {
		r.Filled += fmt.Sprintf(", %d bytes of Redis a session", (size-bytes)/(more-keys))
	}
	return nil
}

// sessionOf is the copy of a session in Redis; "" when there is none to be had.
func (j *job) sessionOf(ctx context.Context, of string) string {
	if j.home.redis == nil {
		return ""
	}
	return j.home.redis.Get(ctx, "rt:{"+of+"}:session").Val()
}

// heldByRedis is how many keys Redis holds, and what memory it says it needs; 0 where
// Redis is inside the bot.
func (j *job) heldByRedis(ctx context.Context) (keys, bytes int64) {
	if j.home.redis == nil {
		return 0, 0
	}
	for line := range strings.Lines(j.home.redis.Info(ctx, "memory").Val()) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "used_memory:"); ok {
			bytes, _ = strconv.ParseInt(n, 10, 64)
		}
	}
	return j.home.redis.DBSize(ctx).Val(), bytes
}

// copyThousand adds the copies from to from+999 in one transaction.
func (j *job) copyThousand(ctx context.Context, like, session string, from int) error {
	tx, err := j.home.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after the commit it does nothing
	prefix := strings.TrimRight(j.stage.town.conversation(0), "0")
	name := fmt.Sprintf("concat('%s', %d + i.n)", prefix, aside)
	for _, c := range copies {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(c, name, fmt.Sprintf(thousand, from)), like); err != nil {
			return err
		}
	}
	first, last := j.stage.town.conversation(aside+int64(from)), j.stage.town.conversation(aside+int64(from)+999)
	if _, err := tx.ExecContext(ctx, papers, like, first, last); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil || session == "" {
		return err
	}
	return j.copySessions(ctx, session, from)
}

// copySessions copies the session in Redis too.
func (j *job) copySessions(ctx context.Context, session string, from int) error {
	_, err := j.home.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n := range 1000 {
			p.Set(ctx, "rt:{"+j.stage.town.conversation(aside+int64(from+n))+"}:session", session, time.Hour)
		}
		return nil
	})
	return err
}
