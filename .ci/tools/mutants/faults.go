package main

// faults are what could be wrong with the promises of docs/architecture.md, each
// as somebody in a hurry might write it.
var faults = concat(turnFaults, outboxFaults, spoolFaults, doorFaults, introFaults, dateFaults)

func concat(parts ...[]fault) (all []fault) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// turnFaults break "exactly once" and "what we confirmed has taken effect".
var turnFaults = []fault{
	{
		name: "commit-not-waited-for", breaks: "a turn is confirmed before it is in the database",
		edits: []edit{{"store/commit.go", "Tx.commit", `return tx.s.leave(leaving{tx: tx})`, "go tx.s.leave(leaving{tx: tx})\nreturn nil"}},
		pkg:   "store", test: "^TestRefusedCommit$",
	}, {
		name: "redis-before-commit", breaks: "Redis shows a session that never was",
		edits: []edit{{"store/turn.go", "Tx.run", `return wrap("commit", tx.commit())`,
			`_ = tx.s.cache.putSession(context.WithoutCancel(tx.ctx), ses.Conversation.String(), ses.Seq, tx.sealed, false)
			return wrap("commit", tx.commit())`}},
		pkg: "store", test: "^TestRefusedCommit$",
	}, {
		name: "redis-goes-back", breaks: "an older copy overwrites a newer one in Redis",
		edits: []edit{{"store/cache.go", "copySession", `if not has or tonumber(string.match(has, '^%d+')) < tonumber(ARGV[1]) then`, `if true then`}},
		pkg:   "store", test: "^TestCopyNeverGoesBack$",
	}, {
		name: "own-redis-goes-back", breaks: "the same, in a Redis of our own",
		edits: []edit{{"store/cache.go", "cache.putOwn", `err == nil && n >= seq`, `err == nil && n >= seq && seq < 0`}},
		pkg:   "store", test: "^TestCopyNeverGoesBack$",
	}, {
		name: "session-without-cas", breaks: "a turn on an old session overwrites what came since",
		edits: []edit{{"store/commit.go", "Store.addSessions",
			`WHERE conversation = ? AND seq = ?", t.seq, t.sealed, millis(t.now), t.ev.From.String(), t.seq-1)`,
			`WHERE conversation = ?", t.seq, t.sealed, millis(t.now), t.ev.From.String())`}},
		pkg: "store", test: "^TestSessionIsWrittenOverTheOneBefore$",
	}, {
		name: "batch-without-cas", breaks: "the same, when turns commit together",
		edits: []edit{
			{"store/commit.go", "Store.addSessions", `updated_at = excluded.updated_at WHERE sessions.seq = excluded.seq - 1"`, `updated_at = excluded.updated_at"`},
			{"store/commit.go", "Store.addSessions", `"ON DUPLICATE KEY UPDATE body = IF(seq = VALUES(seq) - 1, VALUES(body), body), updated_at = IF(seq = VALUES(seq) - 1, VALUES(updated_at), updated_at), seq = IF(seq = VALUES(seq) - 1, VALUES(seq), seq)"`,
				`"ON DUPLICATE KEY UPDATE body = VALUES(body), updated_at = VALUES(updated_at), seq = VALUES(seq)"`},
		},
		pkg: "store", test: "^TestSessionIsWrittenOverTheOneBefore$",
	}, {
		name: "event-key-not-unique", breaks: "a repeated event is played again",
		edits: []edit{
			{"store/migrations/sqlite/00001_turns.sql", "", `event_key TEXT NOT NULL PRIMARY KEY,`, `event_key TEXT NOT NULL,`},
			{"store/migrations/mysql/00001_turns.sql", "", `COLLATE ascii_bin NOT NULL PRIMARY KEY,`, `COLLATE ascii_bin NOT NULL,`},
		},
		pkg: "store", test: "^TestRepeatedSilence$",
	}, {
		name: "turn-number-not-unique", breaks: "records are written on an old session",
		edits: []edit{
			{"store/migrations/sqlite/00001_turns.sql", "", `CREATE UNIQUE INDEX turns_one_at_a_time`, `CREATE INDEX turns_one_at_a_time`},
			{"store/migrations/mysql/00001_turns.sql", "", `UNIQUE KEY turns_one_at_a_time`, `KEY turns_one_at_a_time`},
		},
		pkg: "store", test: "^TestOldSessionEndsAtTheFirstRecord$",
	}, {
		name: "failed-turn-is-kept", breaks: "a step that fails leaves half of its records",
		edits: []edit{{"store/turn.go", "Tx.run", `_ = tx.sql.Rollback()`, `_ = tx.sql.Commit()`}},
		pkg:   "store", test: "^TestFailedTurnLeavesNothing$",
	}, {
		name: "timer-stays", breaks: "the turn that plays a timer does not take it away",
		edits: []edit{{"store/timers.go", "Tx.Fire", `DELETE FROM timers WHERE`, `UPDATE timers SET name = name WHERE`}},
		pkg:   "store", test: "^TestTimersFireOnceOverReplicas$",
	}, {
		name: "timer-not-asked-for", breaks: "a timer called off in the last moment fires",
		edits: []edit{{"store/timers.go", "Tx.Fire", `return n == 1, wrap`, `return n >= 0, wrap`}},
		pkg:   "store", test: "^TestTimerCalledOffInTheLastMoment$",
	}, {
		name: "seal-without-place", breaks: "sealed values open wherever they are moved",
		edits: []edit{
			{"store/seal/seal.go", "Box.Seal", `Encrypt(plain, []byte(place))`, `Encrypt(plain, nil)`},
			{"store/seal/seal.go", "Box.Open", `Decrypt(sealed, []byte(place))`, `Decrypt(sealed, nil)`},
		},
		pkg: "store/seal", test: "^TestBoundToItsPlace$",
	}, {
		name: "session-place-shared", breaks: "one person's session opens in another's row",
		edits: []edit{{"store/session.go", "sessionPlace", `"sessions.body|" + conversation`, `"sessions.body|"`}},
		pkg:   "store", test: "^TestMovedWordsDoNotOpen$",
	}, {
		name: "message-place-shared", breaks: "a message opens in another message's row",
		edits: []edit{{"store/post.go", "bodyPlace", `fmt.Sprintf("outbox.body|%s|%d", conversation, seq)`, `fmt.Sprintf("outbox.body|%s|%d", conversation, 0*seq)`}},
		pkg:   "store", test: "^TestMovedWordsDoNotOpen$",
	},
}

// outboxFaults break "in order, nothing lost, nothing twice" on the way out.
var outboxFaults = []fault{
	{
		name: "claim-without-lease", breaks: "two senders serve one conversation",
		edits: []edit{{"store/outbox.go", "Store.Claim", `"due_at <= "+s.dbnow()+" AND lease_until <= "+s.dbnow()`, `"due_at <= "+s.dbnow()`}},
		pkg:   "bot/outbox", test: "^TestLostClaimIsPowerless$",
	}, {
		name: "commit-takes-held-claim", breaks: "a commit takes the claim from under a sender",
		edits: []edit{{"store/heads.go", "Store.bumpSet", `" <> '' AND " + t + "lease_until <= " + s.dbnow() + " AND "`, `" <> '' AND "`}},
		pkg:   "store", test: "^TestCommitTakesNoHeldClaim$",
	}, {
		name: "release-without-epoch", breaks: "who lost a claim releases it from under the new holder",
		edits: []edit{{"store/outbox.go", "Claim.change", `AND epoch = ? AND owner = ?", c.To.String(), c.epoch, c.owner`, `AND owner = ?", c.To.String(), c.owner`}},
		pkg:   "bot/outbox", test: "^TestReplyTakenOver$",
	}, {
		name: "settle-without-claim", breaks: "who lost a claim moves the conversation on",
		edits: []edit{{"store/outbox.go", "Claim.change", `WHERE conversation = ? AND epoch = ? AND owner = ?", c.To.String(), c.epoch, c.owner`, `WHERE conversation = ?", c.To.String()`}},
		pkg:   "bot/outbox", test: "^TestLostClaimIsPowerless$",
	}, {
		name: "sent-before-it-is", breaks: "a crash while sending loses the message",
		edits: []edit{{"bot/outbox/delivery.go", "delivery.attempt", `r, err := d.s.send(ctx, d.cl, o)`,
			`_ = d.cl.Settle(ctx, store.Settled{Seq: o.Seq, State: store.Delivered, Pieces: o.Pieces, Lane: o.Lane})
			r, err := d.s.send(ctx, d.cl, o)`}},
		pkg: "bot/outbox", test: "^TestNotedAfterItIsSent$",
	}, {
		name: "urgent-overtakes", breaks: "messages of one conversation go out of order",
		edits: []edit{{"store/overtaking.go", "Claim.pending", `left+" ORDER BY seq LIMIT`, `left+" ORDER BY lane, seq LIMIT`}},
		pkg:   "bot/outbox", test: "^TestNoneOvertakesInAConversation$",
	}, {
		name: "overtaken-forgotten", breaks: "cards that an answer has overtaken never go out",
		edits: []edit{{"store/ack.go", "Store.ackHeads", `if a.last.Over {`, `if false {`}},
		pkg:   "bot/outbox", test: "^TestAnswersOvertakeCards$",
	}, {
		name: "turned-unseen", breaks: "a colleague's words go to a client of whom the screen does not speak yet",
		edits: []edit{{"store/desks.go", "Tx.shownHere", `left == 0`, `left >= 0`}},
		pkg:   "store", test: "^TestDeskIsTurnedOnceSeen$",
	}, {
		name: "news-before-alerts", breaks: "an alert waits because mere news used up what WeChat allows",
		edits: []edit{{"store/aside.go", "Claim.Spare", `c.Budget-waiting > reserve`, `c.Budget > 0`}},
		pkg:   "bot/outbox", test: "^TestNoAlertIsHeldBackForNews$",
	}, {
		name: "next-overtakes-held", breaks: "the next message goes while the one before it waits",
		edits: []edit{{"bot/outbox/judge.go", "Sender.judge", `v.stop, v.rest.Wait = true, slow.For`, `v.rest.Wait = slow.For`}},
		pkg:   "bot/outbox", test: "^TestSlowDownKeepsOrderAndWaits$",
	}, {
		name: "reply-sent-again", breaks: "what the callback's answer carried is sent once more",
		edits: []edit{{"store/reply.go", "Store.replied", `end.State = Delivered`, `end.Pieces = 0`}},
		pkg:   "bot/outbox", test: "^TestReplyOnTheCallback$",
	}, {
		name: "reply-not-given-back", breaks: "a reply the answer could not carry is answered twice",
		edits: []edit{{"store/reply.go", "Store.replied", `UPDATE turns SET reply_seq = 0 WHERE`, `UPDATE turns SET reply_skip = 0 WHERE`}},
		pkg:   "bot/outbox", test: "^TestReplyThatWasNotCarried$",
	}, {
		name: "unsure-sent-again", breaks: "a send of unknown outcome is repeated where the platform forbids it",
		edits: []edit{{"bot/outbox/judge.go", "Sender.judge", `o.Unsure+1 >= s.Repeat[o.To.Channel]`, `o.Unsure+1 >= 3`}},
		pkg:   "bot/outbox", test: "^TestUnsureIsRepeatedWhereAllowed$",
	}, {
		name: "sure-counts-as-unsure", breaks: "attempts that surely did not arrive use up those that may be uncertain",
		edits: []edit{{"bot/outbox/judge.go", "Sender.judge", `o.Unsure+1 >= s.Repeat[o.To.Channel]`, `o.Tries+1 >= s.Repeat[o.To.Channel]`}},
		pkg:   "bot/outbox", test: "^TestUncertainForAMinute$",
	}, {
		name: "wechat-sent-again", breaks: "the same, as the server is put together",
		edits: []edit{{"bot/server/server.go", "New", `Repeat: map[string]int{telegram.Name: telegram.Tries}`, `Repeat: map[string]int{telegram.Name: telegram.Tries, "wechat": 3}`}},
		pkg:   "bot/server", test: "^TestWeChatSendOfUnknownOutcome$",
	}, {
		name: "wechat-never-unsure", breaks: "a WeChat send that broke off counts as not sent",
		edits: []edit{{"bot/wechat/send.go", "Channel.sendMessage", `k.once = true`, `k.once = false`}},
		pkg:   "bot/wechat", test: "^TestBrokenConnections$",
	}, {
		name: "ledger-not-spent", breaks: "more is sent than WeChat's window allows",
		edits: []edit{{"store/ack.go", "Store.ackHeads", `a.claim.owner, a.last.Spent, a.gap`, `a.claim.owner, 0, a.gap`}},
		pkg:   "bot/outbox", test: "^TestAllowanceIsSpentOverClaims$",
	}, {
		name: "ledger-without-halves", breaks: "the same, with messages that were interrupted",
		edits: []edit{{"store/outbox.go", "Claim.settle", `if r.Spent > 0 {`, `if r.Spent < 0 {`}},
		pkg:   "bot/outbox", test: "^TestHalfAMessageIsSpent$",
	}, {
		name: "loss-not-told", breaks: "staff do not hear of a message that will never arrive",
		edits: []edit{{"store/outbox.go", "Store.tellOfLoss", `r.Lane == Alerts {`, `r.Lane >= 0 {`}},
		pkg:   "bot/outbox", test: "^TestRefusedDoesNotBlock$",
	},
}

// spoolFaults lose or repeat what was written while the database was away.
var spoolFaults = []fault{
	{
		name: "spool-without-fsync", breaks: "a power cut takes events that were confirmed",
		edits: []edit{{"bot/spool/segment.go", "segment.append", `if err := s.f.Sync(); err != nil {`, `if err := error(nil); err != nil {`}},
		pkg:   "bot/spool", test: "^TestPowerCut$",
	}, {
		name: "spool-folder-without-fsync", breaks: "a power cut takes the file they are in",
		edits: []edit{{"bot/spool/write.go", "Spool.openSegment", `s.cfg.syncDir(filepath.Dir(path))`, `error(nil)`}},
		pkg:   "bot/spool", test: "^TestPowerCut$",
	}, {
		name: "spool-answers-before-disk", breaks: "an event is confirmed that is not on the disk yet",
		edits: []edit{{"bot/spool/spool.go", "Spool.Put", `case <-e.kept: return again, e.err`, "default: _ = e; return again, nil"}},
		pkg:   "bot/spool", test: "^TestDiskFull$",
	}, {
		name: "spool-checksum-ignored", breaks: "damaged records are handed out",
		edits: []edit{{"bot/spool/record.go", "read", `case crc32.Checksum(b[at+headSize:end], castagnoli) == binary.LittleEndian.Uint32(b[at+12:]):`, `case true:`}},
		pkg:   "bot/spool", test: "^TestReadDamagedRecord$",
	}, {
		name: "spool-keeps-twice", breaks: "a callback repeated during the outage is kept twice",
		edits: []edit{
			{"bot/spool/spool.go", "Spool.enqueue", `s.mu.Unlock() if e != nil {`, "s.mu.Unlock()\nif e != nil && false {"},
			{"bot/spool/spool.go", "Spool.enqueue", `if e := s.entries[id]; e != nil {`, `if e := s.entries[id]; e != nil && false {`},
		},
		pkg: "bot/spool", test: "^TestSameEventIsKeptOnce$",
	}, {
		name: "replay-forgets-key", breaks: "what had taken effect is played again from the spool",
		edits: []edit{{"bot/spool/drain.go", "Gate.playBack", `ev := k.Event`, "ev := k.Event\nev.Key += \":spooled\""}},
		pkg:   "bot/spool", test: "^TestRestartWhilePlayingBack$",
	}, {
		name: "replay-done-too-early", breaks: "an event whose replay fails is lost",
		edits: []edit{{"bot/spool/drain.go", "Gate.playBack", `_, err := g.attempt(ctx, ev)`, "g.cfg.Spool.Done(k)\n_, err := g.attempt(ctx, ev)"}},
		pkg:   "bot/spool", test: "^TestHeldThenSpooledBehind$",
	}, {
		name: "new-overtakes-spooled", breaks: "a new event is played before the spooled ones of its conversation",
		edits: []edit{{"bot/spool/gate.go", "Gate.admit", `case here:`, `case here, behind:`}},
		pkg:   "bot/spool", test: "^TestNewWaitsForSpooled$",
	}, {
		name: "full-spool-confirms", breaks: "with database and disk away events are confirmed and lost",
		edits: []edit{{"bot/spool/gate.go", "Gate.keep", `return bot.Outcome{}, errors.Join(ErrAway, err)`, `return bot.Outcome{}, nil`}},
		pkg:   "bot/spool", test: "^TestDiskFullToo$",
	},
}

// doorFaults believe or confirm what must not be.
var doorFaults = []fault{
	{
		name: "telegram-ack-before-turn", breaks: "Telegram forgets an update that did not take effect",
		edits: []edit{{"bot/telegram/webhook.go", "Channel.Webhook", `if err := c.take(r.Context(), raw, accept); err != nil {`,
			"w.WriteHeader(http.StatusOK)\nif err := c.take(r.Context(), raw, accept); err != nil {"}},
		pkg: "bot/telegram", test: "^TestAcceptDecides$",
	}, {
		name: "telegram-poll-confirms-all", breaks: "the same, when updates are fetched",
		edits: []edit{{"bot/telegram/poll.go", "Channel.playBatch", `if err := c.take(ctx, raw, accept); err != nil { return offset, err }`, `_ = c.take(ctx, raw, accept)`}},
		pkg:   "bot/telegram", test: "^TestPollConfirmsOnlyWhatTookEffect$",
	}, {
		name: "telegram-press-before-turn", breaks: "a pressed button says done before it is",
		edits: []edit{{"bot/telegram/webhook.go", "Channel.play", `out, err := accept(turn, ev)`, "c.answer(ctx, u, \"\")\nout, err := accept(turn, ev)"}},
		pkg:   "bot/telegram", test: "^TestPressIsNotAnsweredBeforeItTookEffect$",
	}, {
		name: "telegram-letter-not-kept", breaks: "an unreadable update is forgotten though no letter was kept",
		edits: []edit{{"bot/telegram/webhook.go", "Channel.bury", `return fmt.Errorf("telegram: bury update %d: %w", u.ID, err)`, `return nil`}},
		pkg:   "bot/telegram", test: "^TestUnreadableUpdatesAreBuried$",
	}, {
		name: "telegram-secret-not-compared", breaks: "anybody may play Telegram",
		edits: []edit{{"bot/telegram/webhook.go", "Channel.authentic", `return match == 1`, `return match <= 1`}},
		pkg:   "bot/telegram", test: "^TestWebhookGuards$",
	}, {
		name: "wechat-ack-failed-turn", breaks: "WeChat does not repeat a callback whose turn failed",
		edits: []edit{{"bot/wechat/delivery.go", "delivery.serve", `d.unanswered(w, r, d.arrived)`, `success(w)`}},
		pkg:   "bot/wechat", test: "^TestFailuresAreDeliveredAgain$",
	}, {
		name: "wechat-ack-running-turn", breaks: "WeChat does not repeat a callback whose turn may still fail",
		edits: []edit{{"bot/wechat/delivery.go", "delivery.attendLate", `d.unanswered(w, r, d.arrived)`, `success(w)`}},
		pkg:   "bot/wechat", test: "^TestReplyWithoutCallback$",
	}, {
		name: "wechat-signature-not-checked", breaks: "anybody may play WeChat in plain mode",
		edits: []edit{{"bot/wechat/crypt.go", "Channel.guard", `if !same(q.Get("signature"), util.Signature(c.cfg.Token, q.Get("timestamp"), q.Get("nonce"))) {`, `if !same(q.Get("timestamp"), q.Get("timestamp")) {`}},
		pkg:   "bot/wechat", test: "^TestGuard$",
	}, {
		name: "wechat-freshness-not-checked", breaks: "a recorded callback can be played again for ever",
		edits: []edit{{"bot/wechat/crypt.go", "Channel.guard", `age > freshness || age < -freshness`, `age > 1<<62`}},
		pkg:   "bot/wechat", test: "^TestGuard$",
	}, {
		name: "wechat-cipher-not-signed", breaks: "a signed query may carry somebody else's ciphertext",
		edits: []edit{{"bot/wechat/crypt.go", "Channel.open", `if !same(q.Get("msg_signature"), want) {`, `if !same(want, want) {`}},
		pkg:   "bot/wechat", test: "^TestOpenRefusesForgeries$",
	}, {
		name: "wechat-other-account", breaks: "callbacks meant for another account are believed",
		edits: []edit{{"bot/wechat/crypt.go", "Channel.open", `account != c.cfg.AppID {`, `account == "" {`}},
		pkg:   "bot/wechat", test: "^TestOpenChecksAppID$",
	}, {
		name: "flood-not-counted", breaks: "one client may send without limit",
		edits: []edit{{"bot/pace/pace.go", "Buckets.Take", `ok = one.AllowN(now, 1)`, `ok = one.AllowN(now, 0)`}},
		pkg:   "bot/pace", test: "^TestTake$",
	}, {
		name: "flood-counted-alone", breaks: "each process allows the whole limit",
		edits: []edit{{"bot/server/flood.go", "meter.within", `return ok || err != nil`, `return ok || err == nil`}},
		pkg:   "bot/server", test: "^TestFlood$",
	},
}

// introFaults break "two yeses, or nothing leaves".
var introFaults = []fault{
	{
		name: "contact-before-both-yes", breaks: "a contact can be read after one yes",
		edits: []edit{{"store/introducing.go", "Tx.ContactFor", `row.PassedAt == 0 || row.AConsent == 0 || row.BConsent == 0 || !i.Of(person)`, `!i.Of(person)`}},
		pkg:   "store", test: "^TestContactsPassAfterBothYeses$",
	}, {
		name: "pair-twice", breaks: "two are brought together a second time",
		edits: []edit{
			{"store/introducing.go", "Tx.Obstacle", `if err == nil {`, `if err == nil && a < 0 {`},
			{"store/introducing.go", "Tx.Obstacle", `if apart, err := tx.keptApart(a, b); err != nil || apart {`, `if apart, err := tx.keptApart(a, b, ApartRelated); err != nil || apart {`},
			{"store/migrations/sqlite/00180_introductions.sql", "", `CREATE UNIQUE INDEX introductions_once`, `CREATE INDEX introductions_once`},
			{"store/migrations/mysql/00180_introductions.sql", "", `UNIQUE KEY introductions_once`, `KEY introductions_once`},
		},
		pkg: "store", test: "^TestAnIntroductionEndsOnce$",
	}, {
		name: "no-place-held", breaks: "more introductions are begun than a package holds",
		edits: []edit{
			{"store/introducing.go", "Tx.Obstacle", `case p.Left() == 0:`, `case p.Total < p.Used:`},
			{"store/packages.go", "Tx.spend", `used < total AND until_at > ?`, `until_at > ?`},
		},
		pkg: "store", test: "^TestIntroductionsHold$",
	}, {
		name: "named-in-a-card", breaks: "a client reads who is brought to them",
		edits: []edit{{"flows/intro_card.go", "Settings.cardFor", `v.Intro, v.Left = who.Fit(p.Intro)`, `v.Intro, v.Left = p.Intro, len(who.Find(""))`}},
		pkg:   "flows", test: "^TestRecommendationsAreMasked$",
	},
}

// dateFaults break "one date, two who know it".
var dateFaults = []fault{
	{
		name: "date-not-held", breaks: "who presses at the same moment decides on what the other has changed",
		edits: []edit{{"store/dates.go", "Tx.Date", `tx.hold("read date", &row, "id = ?", n)`, `tx.read("read date", &row, "id = ?", n)`}},
		pkg:   "flows", test: "^TestCourtship$",
	}, {
		name: "two-dates-at-once", breaks: "somebody is expected in two places",
		edits: []edit{{"store/dates.go", "Tx.FixDate", `if busy {`, `if busy && at.IsZero() {`}},
		pkg:   "flows", test: "^TestCourtship$",
	}, {
		name: "dead-date-reminds", breaks: "somebody is reminded of a date that was cancelled",
		edits: []edit{
			{"flows/date.go", "quiet", `t.Records.CancelFor(one.Chat, name, d.Number())`, `_, _ = one, name`},
			{"flows/date_remind.go", "remindDate", `d.State != store.DateSet ||`, ``},
		},
		pkg: "flows", test: "^TestCourtship$",
	},
}
