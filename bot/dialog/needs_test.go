package dialog_test

import (
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// The vault takes things from who has promised; the oath asks for the promise.

var (
	askVault     = templates.New[[]string]("vault.what")
	askVaultMore = templates.New[[]string]("vault.more")
	askOath      = templates.New[none]("oath.ask")
)

func promised(t *dialog.Turn, wished bool) (dialog.Need, error) {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return dialog.Need{}, err
	}
	c, err := t.Records.Consent(me.ID, store.ConsentNotice)
	switch {
	case err != nil:
		return dialog.Need{}, err
	case c.Given() && c.Version == oathVersion(t):
		return dialog.Nothing, nil
	case c.Declined() && !wished:
		return dialog.Refused, nil
	}
	return dialog.First("oath"), nil
}

// oathVersion changes on the first of April.
func oathVersion(t *dialog.Turn) string {
	if t.Now().Month() < time.April {
		return "old"
	}
	return "new"
}

func note(t *dialog.Turn, answer store.ConsentAnswer) error {
	return t.Records.NoteConsent(store.NewConsent{Kind: store.ConsentNotice, Answer: answer, Version: oathVersion(t), Lang: t.Lang(), Words: "promise"})
}

func put(t *dialog.Turn, in *[]string) (dialog.Move, error) {
	*in = append(*in, t.Text())
	return dialog.Next, nil
}

var vaultFlows = []dialog.Definition{
	dialog.Flow[[]string]{
		Name: "vault", Title: templates.New[none]("title.vault"), Opens: templates.NewWords("open.vault"), Needs: promised,
		Begin: func(t *dialog.Turn, _ *[]string) (dialog.Move, error) {
			t.Note(sayHeard.With("begun"))
			return dialog.Next, nil
		},
		Steps: []dialog.Step[[]string]{
			{Name: "what", Ask: askVault, Want: dialog.Text(1, 20), Hear: put},
			{Name: "more", Ask: askVaultMore, Want: dialog.Text(1, 20), Hear: put},
		},
	},
	dialog.Flow[none]{
		Name: "oath", Title: templates.New[none]("title.oath"),
		Steps: []dialog.Step[none]{{Name: "ask", Ask: askOath, Want: dialog.Button, Hear: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			if t.Choice() == "yes" {
				return dialog.End, note(t, store.ConsentYes)
			}
			t.Note(sayHeard.With("no"))
			return dialog.End, note(t, store.ConsentNo)
		}}},
	},
	dialog.Flow[none]{
		Name: "revoke", Title: templates.New[none]("title.revoke"), Opens: templates.NewWords("open.revoke"),
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			t.Note(sayHeard.With("revoked"))
			return dialog.End, note(t, store.ConsentWithdrawn)
		},
	},
}

func newVault(t *testing.T) *stage {
	s := newStage(t)
	c := config(s.store)
	c.Flows = append(c.Flows, vaultFlows...)
	s.engine = s.with(t, c)
	return s
}

const (
	oathAsked = "您答应吗？ [答应] [不答应]"
	putAsked  = "放什么？"
	moreAsked = "还放什么？"
)

// What a flow needs is settled before it begins: not even Begin runs.
func TestNeeds(t *testing.T) {
	t.Parallel()
	s := newVault(t)
	same(t, s.line(t, anna, "保险箱"), oathAsked)
	same(t, s.line(t, anna, "是"), "听到：begun\n放什么？")
	same(t, s.line(t, anna, "钻石"), moreAsked)
	same(t, s.line(t, anna, "金子"), "")
	same(t, s.line(t, anna, "保险箱"), "听到：begun\n放什么？")
}

// Who refuses, or gives the question up, is not asked again, until they wish for
// the flow once more.
func TestNeedsRefused(t *testing.T) {
	t.Parallel()
	s := newVault(t)
	same(t, s.lines(t, anna, "保险箱", "2"), "听到：no")
	if ses := s.session(t, anna); ses.Open.Flow != "" || len(ses.Stack) != 0 {
		t.Errorf("open: %q, waiting: %d", ses.Open.Flow, len(ses.Stack))
	}
	same(t, s.line(t, anna, "保险箱"), oathAsked)
	same(t, s.line(t, anna, "取消"), "好的，“约定”已经取消。")
	same(t, s.lines(t, anna, "投诉", "保险箱", "不答应"), "听到：no\n我们继续刚才的“投诉”。\n"+kindAsked)
	same(t, s.line(t, anna, "保险箱"), oathAsked)
	same(t, s.line(t, anna, "保险箱"), "我们继续刚才的“约定”。\n"+oathAsked) // it is asked for once
	same(t, s.line(t, anna, "答应"), "听到：begun\n放什么？")
}

// A consent that is withdrawn in the middle ends the flow at once, also when it
// was withdrawn elsewhere: what is said then is not heard.
func TestNeedsWithdrawn(t *testing.T) {
	t.Parallel()
	s := newVault(t)
	s.lines(t, anna, "保险箱", "1", "钻石")
	same(t, s.line(t, anna, "反悔"), "听到：revoked")
	if ses := s.session(t, anna); ses.Open.Flow != "" || len(ses.Stack) != 0 {
		t.Errorf("open: %q, waiting: %d", ses.Open.Flow, len(ses.Stack))
	}
	s.lines(t, anna, "保险箱", "1", "钻石")
	elsewhere := s.event(anna, bot.Noticed)
	if _, err := s.store.Turn(t.Context(), elsewhere, func(tx *store.Tx, _ *bot.Session) error {
		return tx.NoteConsent(store.NewConsent{Kind: store.ConsentNotice, Answer: store.ConsentWithdrawn})
	}); err != nil {
		t.Fatal(err)
	}
	same(t, s.line(t, anna, "金子"), "“保险箱”先停在这里，您刚才发来的内容没有记下。")
	lacks(t, string(s.session(t, anna).Open.Data), "金子")
}

// A new version is asked before the next question; the answer to the last one is
// kept.
func TestNeedsAnew(t *testing.T) {
	t.Parallel()
	s := newVault(t)
	s.lines(t, anna, "保险箱", "1")
	s.wait(31 * 24 * time.Hour)
	same(t, s.line(t, anna, "钻石"), oathAsked)
	same(t, s.line(t, anna, "答应"), "我们继续刚才的“保险箱”。\n"+moreAsked)
	wants(t, string(s.session(t, anna).Open.Data), "钻石")
}

// A release without the flow that settles things leaves what waits for it.
func TestNeedsOfAnotherRelease(t *testing.T) {
	t.Parallel()
	s := newVault(t)
	s.line(t, anna, "保险箱")
	c := config(s.store)
	s.engine = s.with(t, c)
	wants(t, s.line(t, anna, "答应"), "我们刚更新了系统")
	if ses := s.session(t, anna); ses.Open.Flow != "" || len(ses.Stack) != 0 {
		t.Errorf("open: %q, waiting: %d", ses.Open.Flow, len(ses.Stack))
	}
}
