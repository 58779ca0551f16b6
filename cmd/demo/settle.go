package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"redthread/bot"
	"redthread/bot/telegram"
	"redthread/store"
	"redthread/templates"
)

// People who are clients when the demo opens: two of the cast, and the crowd. What
// they have told stands in the records as if they had told it to the bot, in a turn
// each; they told it before the bot was opened, so nobody waits for it.

// settler puts people into the records.
type settler struct {
	store *store.Store
	texts *templates.Set
}

// errSettled ends the turn of somebody who is a client already.
var errSettled = errors.New("demo: settled already")

// settleAll registers everybody on the phones who has told about themselves, unless
// they are registered already, and gives each the code by which colleagues call them.
func (s settler) settleAll(ctx context.Context, phones []phone) error {
	for i, p := range phones {
		if p.seeker == nil {
			continue
		}
		code, err := s.settle(ctx, p.person, p.seeker.complete(i))
		if err != nil {
			return fmt.Errorf("demo: register %s: %w", p.ID, err)
		}
		phones[i].Code = code
	}
	return nil
}

func (s settler) settle(ctx context.Context, p person, told seeker) (code string, err error) {
	from, err := bot.ParseConversation(p.conversation())
	if err != nil {
		return "", err
	}
	now := s.store.Now()
	ev := bot.Event{Key: bot.EventKey(fmt.Sprintf("demo:%d:%s", now.UnixNano(), p.ID)), From: from, Kind: bot.Wrote, At: now, Name: nameOn(p)}
	var photo bot.MediaID
	_, err = s.store.Turn(ctx, ev, func(tx *store.Tx, ses *bot.Session) error {
		me, err := tx.Self("zh-CN")
		if err != nil {
			return err
		}
		code, ses.Lang = me.Code(), "zh-CN"
		if is, err := tx.Profile(me.ID); err == nil && !is.FiledAt.IsZero() {
			return errSettled
		}
		if _, err := tx.SetPackage(me.ID, store.NewPackage{Total: told.paid, Until: now.AddDate(0, 6, 0)}); err != nil {
			return err
		}
		photo, err = s.tell(tx, from.Channel, told)
		return err
	})
	if errors.Is(err, errSettled) {
		return code, nil
	}
	if err != nil {
		return "", err
	}
	data := faces()[p.Face-1]
	return code, s.store.KeepMedia(ctx, photo, "image/jpeg", data)
}

// tell puts what somebody has told into the records of the turn's client.
func (s settler) tell(tx *store.Tx, on string, told seeker) (photo bot.MediaID, err error) {
	for _, k := range slices.Concat(store.ConsentKinds, store.StatementKinds) {
		if k == store.ConsentAbroad && on != telegram.Name {
			continue
		}
		if err := s.agree(tx, k); err != nil {
			return "", err
		}
	}
	if err := errors.Join(tx.SaveProfile(told.is), tx.SaveCriteria(told.wishes)); err != nil {
		return "", err
	}
	if _, err := tx.ClaimPhone(told.phone, true); err != nil {
		return "", err
	}
	if photo, err = tx.Want(bot.Media{Kind: bot.Photo, Ref: "drawn"}); err != nil {
		return "", err
	}
	if _, err := tx.AddPhotos(photo); err != nil {
		return "", err
	}
	_, err = tx.FileProfile()
	return photo, err
}

// agree notes a yes to the text of the day. Its words say that nobody was asked.
func (s settler) agree(tx *store.Tx, k store.ConsentKind) error {
	name := "consent." + string(k) + "_version"
	if k == store.StatementSingle || k == store.StatementTruth {
		name = "statement." + string(k) + "_version"
	}
	version, err := s.texts.Render("zh-CN", templates.Line{Name: name})
	if err != nil {
		return fmt.Errorf("demo: the version of a consent: %w", err)
	}
	return tx.NoteConsent(store.NewConsent{Kind: k, Answer: store.ConsentYes, Version: version.Text, Lang: "zh-CN", Words: "演示用的客户，没有人真的被问过。"})
}
