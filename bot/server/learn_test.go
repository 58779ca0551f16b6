package server_test

import (
	"strings"
	"testing"

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
	w.until("both processes know", func() bool { return strings.Count(w.log.String(), "knowledge reloaded") >= 2 })
	for _, client := range []*person{w.onTelegram(41, "zh-hans"), w.onWeChat("oBo"), w.onWeChat("oCai"), w.onTelegram(42, "zh-hans")} {
		client.arrive().hear("您好")
		client.mark()
		client.write("店里有微波炉吗").hear("茶水间里有一台")
	}
}
