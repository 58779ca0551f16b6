package wechat

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/message"

	"redthread/bot"
)

// delivery is one request that brings an event.
type delivery struct {
	*webhook
	letter
	event   bot.Event
	push    push
	nonce   string
	arrived time.Time
}

// serve waits for the event's turn and answers. Until the turn has ended the
// platform is not told `success`: a turn that fails late must come again. Only
// the last delivery is: nothing comes after it, and without an answer the person
// would be shown a fault.
func (d delivery) serve(w http.ResponseWriter, r *http.Request) {
	times := d.turns.sight(d.event.Key)
	for {
		turn, mine := d.turns.join(d.event.Key, func() (bot.Outcome, error) { return d.play(r.Context()) })
		if failed := d.attend(w, r, turn, times); !failed {
			return
		}
		if mine {
			break
		} // else it was an earlier delivery's turn that failed: this one is a new try
	}
	d.unanswered(w, r, d.arrived)
}

// attend answers when the turn has ended, or when waiting for it has. It is true
// for a turn that failed; then nothing was answered.
func (d delivery) attend(w http.ResponseWriter, r *http.Request, t *turn, times int) (failed bool) {
	handed := false
	defer func() { t.leave(handed) }()
	late := time.NewTimer(time.Until(d.arrived.Add(d.cfg.ReplyWithin)))
	defer late.Stop()
	select {
	case <-t.done:
		if t.err == nil {
			handed = d.reply(w, r, t.outcome.Reply)
		}
		return t.err != nil
	case <-r.Context().Done():
		return false
	case <-late.C:
	}
	if times >= deliveries {
		success(w)
		return false
	}
	return d.attendLate(w, r, t)
}

// attendLate waits on for a turn that is too slow for a reply but may still end
// before the platform gives up.
func (d delivery) attendLate(w http.ResponseWriter, r *http.Request, t *turn) (failed bool) {
	giveUp := time.NewTimer(time.Until(d.arrived.Add(d.patience)))
	defer giveUp.Stop()
	select {
	case <-t.done:
		if t.err == nil {
			success(w)
		}
		return t.err != nil
	case <-r.Context().Done():
	case <-giveUp.C:
		d.unanswered(w, r, d.arrived)
	}
	return false
}

// play has the event accepted. It outlives the request: the platform hangs up
// after 5 s. What can never be played, and what could not be kept when it came
// for the last time, goes to the dead letters.
func (d delivery) play(parent context.Context) (bot.Outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), turnTime)
	defer cancel()
	var outcome bot.Outcome
	err := d.safely(func() (err error) { outcome, err = d.accept(ctx, d.event); return })
	if err == nil {
		return outcome, nil
	}
	poison := new(bot.Poison)
	if errors.As(err, &poison) || d.turns.last(d.event.Key) {
		if d.bury(context.WithoutCancel(parent), d.raw, err) {
			return bot.Outcome{}, nil
		}
	}
	d.log.Error("wechat: event not kept", "event", d.event.Key, "error", err)
	return bot.Outcome{}, err
}

// reply answers with the turn's first message, or with success where there is
// none. It reports whether the message was handed over.
func (d delivery) reply(w http.ResponseWriter, r *http.Request, reply *bot.Reply) bool {
	words, ok := d.firstWords(reply)
	if !ok || time.Since(d.arrived) > d.cfg.ReplyWithin {
		success(w)
		return false
	}
	text := message.NewText(words)
	text.SetToUserName(d.push.FromUserName)
	text.SetFromUserName(d.push.ToUserName)
	text.SetCreateTime(d.now().Unix())
	text.SetMsgType(message.MsgTypeText)
	body, err := xml.Marshal(text)
	if err == nil && d.key != "" {
		body, err = d.seal(body, d.key, d.nonce)
	}
	if err != nil {
		d.log.Error("wechat: cannot write a reply", "event", d.event.Key, "error", err)
		success(w)
		return false
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	return answer(w, body) == nil && r.Context().Err() == nil
}

// settle tells a reply's keeper what became of it: one more piece is with the
// platform, or none.
func (c *Channel) settle(reply *bot.Reply, handed bool) {
	ctx, cancel := context.WithTimeout(context.Background(), turnTime)
	defer cancel()
	pieces := reply.Skip
	if handed {
		pieces++
	}
	reply.Done(ctx, pieces, len(c.draw(reply.Message, reply.Seq)))
}

// firstWords is the next piece of the reply, if it is a text. A picture would
// have to be uploaded first; the outbox has the time for it.
func (d delivery) firstWords(reply *bot.Reply) (string, bool) {
	if reply == nil || reply.Message.Document != nil {
		return "", false
	}
	pieces := d.draw(reply.Message, reply.Seq)
	if reply.Skip < 0 || reply.Skip >= len(pieces) || pieces[reply.Skip].text == "" {
		return "", false
	}
	return pieces[reply.Skip].text, true
}
