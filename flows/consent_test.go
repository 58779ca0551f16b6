package flows_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"redthread/bot"
	"redthread/store"
)

// hears lets a person act and wants the words among what they hear, and none of
// those after "!".
func (s *stage) hears(name, line string, words ...string) {
	s.t.Helper()
	s.act(s.person(name), line)
	said := s.said(name)
	for _, w := range words {
		w, not := strings.CutPrefix(w, "!")
		if strings.Contains(said, w) == not {
			s.t.Errorf("%s> %s: %q is in it is %v:\n%s", name, line, w, not, said)
		}
	}
}

// consents are the answers of a person, the oldest first.
func (s *stage) consents(name string) (all []store.Consent) {
	s.t.Helper()
	_, err := s.store.Turn(s.t.Context(), s.event(s.person(name)), func(tx *store.Tx, _ *bot.Session) error {
		me, err := tx.Self("zh-CN")
		if err == nil {
			all, err = tx.ConsentHistory(me.ID)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

const (
	notice = "登记前，先说明"
	abroad = "Telegram Messenger Inc."
	asked  = "请选择语言" // by the flow "personal"
)

// Nothing personal is asked before a yes, on Telegram before two; each answer is
// kept with its words. What can be done without is asked once.
func TestConsentComesFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("carl", "中文")
	s.hears("carl", "试填：姓名", notice, "!"+asked)
	s.hears("carl", "同意", abroad, "!"+asked)
	s.hears("carl", "同意", asked)
	s.hears("carl", "1", "请确认单身声明")
	s.hears("carl", "我确认", asked)
	s.hears("carl", "1", "比较敏感")
	s.hears("carl", "不同意", "这几项都不问", asked)
	s.hears("carl", "取消")
	all := s.consents("carl")
	var got []string
	for _, c := range all {
		got = append(got, string(c.Kind)+" "+string(c.Answer))
		if c.Version != s.versionOf(c.Kind, c.Lang) || c.Lang != "zh-CN" || c.Channel != "telegram" || c.At.IsZero() {
			t.Errorf("%+v", c)
		}
		_, err := s.store.Turn(t.Context(), s.event(s.person("carl")), func(tx *store.Tx, _ *bot.Session) error {
			words, err := tx.ConsentWords(c.Digest)
			if len(words) < 50 {
				t.Errorf("the words of %s: %q", c.Kind, words)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if want := "notice yes, abroad yes, single yes, sensitive no"; strings.Join(got, ", ") != want {
		t.Errorf("kept: %v", got)
	}
	s.hears("carl", "试填：姓名", asked, "!"+notice)
	s.acts("carl", "1")
	s.hears("carl", "1", asked, "!比较敏感") // a no is not asked again
}

// Who refuses is left alone; who wishes for it again is asked again.
func TestConsentRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hears("anna", "试填：姓名", notice)
	s.hears("anna", "不同意", "那就不登记", "!"+asked)
	for _, line := range []string{"菜单", "查进度", "你好"} {
		s.hears("anna", line, "!"+notice, "!同意")
	}
	s.hears("anna", "试填：姓名", notice)
	s.hears("anna", "1", asked)
	s.hears("anna", "1", "单身声明")
	s.hears("anna", "不能确认", "不能继续登记", "!"+asked)
	s.hears("anna", "试填：姓名", "单身声明")
}

// A withdrawal ends what needs the consent, in the middle of it and from the
// other chat of the same person.
func TestConsentWithdrawn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("anna", "试填：姓名", "1")
	s.hears("anna", "撤回同意", "撤回：登记和使用资料")
	s.hears("anna", "1", "确定撤回吗")
	s.hears("anna", "撤回", "已经停用", "!"+asked)
	s.hears("anna", "试填：姓名", notice)
	s.hears("anna", "1", asked)

	s.acts("carl", "中文", "试填：姓名", "1", "1", "取消")
	s.acts("anna", "绑定", "1")
	s.acts("carl", "(link code)", "是")
	s.acts("carl", "撤回同意", "1", "撤回")
	s.hears("anna", "1", "先停在这里", "!单身")
}

// A new version is asked at the next personal step; the old yes goes on counting
// for what it was about. Words that change while somebody reads are shown anew.
func TestConsentVersions(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("anna", "试填：姓名", "1", "1", "1", "1", "2")
	s.acts("bo", "试填：姓名")
	s.engine = engineWith(t, s.store, fstest.MapFS{
		"zh-CN/own.txt": {Data: []byte("== consent.notice_version\n2027-01\n")},
		"en/own.txt":    {Data: []byte("== consent.notice_version\n2027-01\n")},
	})
	s.hears("bo", "1", "刚刚更新过", "2027-01", "!"+asked)
	s.hears("bo", "1", asked)
	if all := s.consents("bo"); len(all) != 1 || all[0].Version != "2027-01" {
		t.Errorf("%+v", all)
	}
	s.hears("anna", "1", "这份说明有更新", "2027-01", "!"+asked)
	s.hears("anna", "English", "version 2027-01")
	s.hears("anna", "yes", "Please choose a language")
	all := s.consents("anna")
	if last := all[len(all)-1]; last.Version != "2027-01" || last.Lang != "en" || last.Kind != store.ConsentNotice {
		t.Errorf("%+v", all)
	}
	s.hears("anna", "1", "Please choose a language", "!2027") // it is asked once
}

// Supervisors hear when the records of somebody who left have been erased.
func TestErasedAfterLeaving(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("chen"))
	s.acts("anna", "试填：姓名", "1", "(unfollow)")
	s.wait(31 * 24 * time.Hour)
	s.said("")
	gone, err := s.store.Retain(t.Context(), store.Keep{})
	if err != nil || len(gone) == 0 || gone[0].Kind != "left" {
		t.Fatalf("%+v, %v", gone, err)
	}
	s.wait(time.Second)
	if said := s.said("chen"); !strings.Contains(said, "客户 K-000001 离开后一直没有回来") {
		t.Errorf("the supervisor hears %q", said)
	}
	s.hears("anna", "(follow)", "欢迎")
	if all := s.consents("anna"); len(all) != 0 {
		t.Errorf("who comes back had agreed: %+v", all)
	}
}

// Withdrawing what is sensitive erases it in the same turn, and nothing else.
func TestSensitiveIsErased(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("anna", "我的同意", "1", "1", "我的同意", "2", "同意")
	profile := func(save bool) (p store.Profile) {
		_, err := s.store.Turn(t.Context(), s.event(s.person("anna")), func(tx *store.Tx, _ *bot.Session) (err error) {
			if save {
				err = tx.SaveProfile(store.Profile{Gender: "female", Income: "to20", History: "结过一次婚", Religion: "佛教"})
			}
			if err == nil {
				p, err = tx.MyProfile()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	profile(true)
	s.hears("anna", "撤回同意", "撤回：填写敏感信息")
	s.hears("anna", "2", "立刻删除")
	s.hears("anna", "撤回", "已经删除")
	if p := profile(false); p.Gender != "female" || p.Income+p.History+p.Religion != "" {
		t.Errorf("still there: %+v", p)
	}
}
