package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redthread/bot/knowledge"
	"redthread/store"
)

// A question that no answer is near is answered by a colleague; once a supervisor
// has promoted the answer, every process gives it to everybody.
func TestPromotedAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	mei := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleSupervisor, "王主管")
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	mei.mark()
	anna.write("你们店里有没有微波炉").hear("Q-000001")
	mei.hear("微波炉")
	mei.press("我来答复").hear("请直接写")
	anna.mark()
	mei.write("有，茶水间里有一台，随便用。")
	anna.hear("茶水间里有一台")
	mei.hear("收进知识库")
	mei.press("收进知识库").hear("已收进知识库")
	w.until("both processes know, and the folder has it", func() bool {
		_, err := os.Stat(filepath.Join(w.folder, "promoted", "zh-CN", "q-000001.md"))
		for _, a := range w.answers {
			if _, known := a.Current().Entry("q-000001", "zh-CN"); !known {
				return false
			}
		}
		return err == nil
	})
	for _, client := range []*person{w.onTelegram(41, "zh-hans"), w.onWeChat("oBo"), w.onWeChat("oCai"), w.onTelegram(42, "zh-hans")} {
		client.arrive().hear("您好")
		client.mark()
		client.write("店里有微波炉吗").hear("茶水间里有一台")
	}
}

// Every approved answer is one message on WeChat, with its date and all that can
// be tapped under it: fees, papers, term and refund too are told at once.
func TestAnswersAreOneMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	base, err := knowledge.Load(knowledge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	word := map[string]string{"zh-CN": "咨询", "en": "ask"}
	which := map[string]string{"zh-CN": "想了解哪方面", "en": "would you like to know about"}
	date := map[string]string{"zh-CN": "2026年3月1日审核", "en": "approved 1 March 2026"}
	last := map[string]string{"zh-CN": "没有了，谢谢", "en": "That is all, thank you"}
	readers := map[string]*person{"zh-CN": w.onWeChat("oAnna").arrive(), "en": w.onWeChat("oBo").arrive()}
	readers["zh-CN"].hear("您好")
	readers["en"].hear("您好")
	readers["en"].write("English").hear("let us speak English")
	for _, e := range base.All() {
		p := readers[e.Lang]
		p.write(word[e.Lang]).hear(which[e.Lang])
		p.press(e.Topic).hear(e.Title)
		answer := p.press(e.Title).hear(date[e.Lang])
		if !strings.Contains(answer.Text, e.Title) || !strings.Contains(answer.Text, last[e.Lang]) {
			t.Errorf("%s/%s is not one message: %q", e.Lang, e.ID, answer.Text)
		}
	}
}
