package server_test

import (
	"strings"
	"testing"

	"redthread/bot/emulator"
	"redthread/store"
)

// A client registers on each platform, through the real adapters: on WeChat by
// words, on Telegram by keys, one of which shares the number.
func TestRegistrationAcrossPlatforms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	mei := w.enrol(w.onWeChat("oMei"), store.RoleMatchmaker, "王红娘")
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	for _, line := range [][2]string{
		{"登记资料", "个人信息"}, {"同意", "请问您是"}, {"女", "生日"}, {"1993-5-20", "对吗"}, {"对", "婚姻状况"}, {"未婚", "单身声明"}, {"我确认", "姓名"}, {"诸葛思远", "身高"},
		{"168", "体重"}, {"跳过", "敏感"}, {"不同意", "学历"}, {"硕士", "学校"}, {"跳过", "做什么工作"}, {"牙科护士", "单位"}, {"跳过", "住在哪个城市"},
		{"武汉", "户口"}, {"一样", "抽烟"}, {"不抽", "喝酒"}, {"不喝", "喜欢做什么"}, {"看书、打羽毛球", "介绍自己"}, {"性格慢热，喜欢晴天去东湖边骑车。", "手机号"}, {"13876543210", "照片"},
	} {
		anna.write(line[0]).hear(line[1])
	}
	anna.show(picture(1)).hear("已有 1 张照片")
	anna.write("发完了").hear("请核对")
	anna.write("提交").hear("真实性声明")
	anna.write("我确认").hear("点“提交”")
	mei.mark()
	anna.write("提交").hear("登记好了")
	mei.hear("新登记")
	mei.press("看资料").hear("诸葛女士")
}

// The key that shares the number stands in the place of the letters, and goes
// when it has been pressed.
func TestTelegramSharesTheNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	dana := w.onTelegram(41234567, "zh-hans").arrive()
	dana.hear("您好")
	for _, line := range [][2]string{
		{"登记资料", "个人信息"}, {"同意", "Telegram"}, {"同意", "请问您是"}, {"女士", "生日"}, {"1993-5-20", "对吗"}, {"对", "婚姻状况"}, {"未婚", "单身声明"}, {"我确认", "姓名"}, {"诸葛思远", "身高"},
		{"168", "体重"}, {"跳过", "敏感"}, {"不同意", "学历"}, {"硕士", "学校"}, {"跳过", "做什么工作"}, {"牙科护士", "单位"}, {"跳过", "住在哪个城市"},
		{"武汉", "户口"}, {"一样", "抽烟"}, {"不抽", "喝酒"}, {"不喝", "喜欢做什么"}, {"看书、打羽毛球", "介绍自己"}, {"性格慢热，喜欢晴天去东湖边骑车。", "手机号"},
	} {
		dana.write(line[0]).hear(line[1])
	}
	dana.mark()
	dana.write("晚点再说").hear("手机号")
	dana.wait("has the key though that was no answer", func([]emulator.Bubble) bool { return len(dana.tg.Keyboard()) > 0 })
	keys := dana.tg.Keyboard()
	if len(keys) != 1 || len(keys[0]) != 1 || keys[0][0].Data != "contact" || !strings.Contains(keys[0][0].Label, "手机号") {
		t.Errorf("keys %v", keys)
	}
	dana.mark()
	dana.tg.SendContact(false)
	dana.hear("别人的名片")
	dana.mark()
	dana.tg.SendContact(true)
	dana.hear("已经核实")
	dana.hear("照片")
	dana.wait("has the letters back", func([]emulator.Bubble) bool { return len(dana.tg.Keyboard()) == 0 })
}
