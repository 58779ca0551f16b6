package server_test

import (
	"strings"
	"testing"

	"redthread/bot/emulator"
	"redthread/store"
)

// Newcomers come by a matchmaker's QR code and link, ask what nobody has thought
// of, and their matchmaker, on the other platform, answers by replying to the card.
func TestSourceAndQuestionAcrossPlatforms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	mei := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleMatchmaker, "王红娘")
	w.enrol(w.onWeChat("oLi"), store.RoleService, "小李")
	card, err := w.stores[0].NewSource(t.Context(), store.Source{Name: "王红娘的名片", Matchmaker: 1})
	if err != nil {
		t.Fatal(err)
	}
	anna, dana := w.onWeChat("oAnna"), w.onTelegram(41, "zh-hans")

	mei.mark()
	anna.wx.Follow(card.Code)
	anna.hear("您是通过王红娘来的")
	mei.hear("K-000003 通过“王红娘的名片”来到")
	mei.mark()
	dana.tg.Start(card.Code)
	dana.hear("您是通过王红娘来的")
	mei.hear("通过“王红娘的名片”来到")
	anna.mark()
	anna.wx.Scan(card.Code)
	anna.hear("欢迎来到")

	mei.mark()
	anna.write("你们店里可以带狗进去吗？").hear("编号 Q-000001")
	alert := mei.hear("Q-000001")
	if !strings.Contains(alert.Text, "来自“王红娘的名片”") || strings.Contains(alert.Text, "oAnna") {
		t.Errorf("the card says %q", alert.Text)
	}
	mei.mark()
	mei.tg.WriteReply(alert.ID, "可以的，请牵好绳子。")
	mei.hear("Q-000001 的答复已发给")
	anna.wait("hears the answer", func(all []emulator.Bubble) bool {
		return strings.Contains(all[len(all)-1].Text, "可以的，请牵好绳子。")
	})

	all, err := w.stores[1].Sources(t.Context())
	if err != nil || len(all) != 1 || all[0].Visits != 3 || all[0].Newcomers != 2 {
		t.Errorf("counted %+v, %v", all, err)
	}
}
