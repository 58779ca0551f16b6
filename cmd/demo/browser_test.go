//go:build browser

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// eye is a real browser, looking at the page. Whatever the page complains of in
// its console fails the test.
type eye struct {
	t   *testing.T
	ctx context.Context
}

func newEye(t *testing.T, lang string) eye {
	t.Helper()
	path := "/usr/bin/chromium"
	if p := os.Getenv("CHROMIUM"); p != "" {
		path = p
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("accept-lang", lang)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, shut := chromedp.NewContext(ctx)
	t.Cleanup(shut)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	messages := chromedp.Console(ctx)
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		for m, err := range messages {
			if err == nil && (m.IsException() || m.Type == "error") && !strings.Contains(m.Text, "net::ERR_INCOMPLETE") { // what a cut connection leaves
				t.Errorf("the page complains: %s", m)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-heard })
	return eye{t, ctx}
}

// does performs the steps within half a minute.
func (e eye) does(what string, steps ...step) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.ctx, 30*time.Second)
	defer cancel()
	for i, s := range steps {
		if err := chromedp.Do(ctx, s); err != nil {
			e.keep("failed")
			e.t.Fatalf("%s, step %d: %v", what, i+1, err)
		}
	}
}

// keep writes a picture of the page into the folder $SCREENSHOTS, if it is set.
func (e eye) keep(name string) {
	e.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := chromedp.Do(e.ctx, chromedp.Sleep(700*time.Millisecond)); err != nil {
		e.t.Fatal(err)
	}
	png, err := chromedp.Run(e.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		e.t.Fatal(err)
	}
}

type step = chromedp.Action[chromedp.Void]

var (
	laptop = chromedp.EmulateViewport(1440, 900)
	pocket = chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulatePortrait, chromedp.EmulateScale(2))
)

func clicks(selector string) step {
	return chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)
}

// on names something on a person's phone.
func on(id, selector string) string { return "#phone-" + id + " " + selector }

// shows waits until the words stand in the talk on the phone.
func shows(id, words string) step {
	return becomes(fmt.Sprintf(`document.querySelector(%q)?.innerText.includes(%q)`, on(id, ".log"), words))
}

// becomes waits until the expression is true on the page.
func becomes(expression string) step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Poll[bool](expression)(ctx, t)
		return chromedp.Void{}, err
	}
}

// enters follows the account or starts the bot, and waits for its greeting.
func enters(id string) step {
	return chromedp.Steps(clicks(on(id, ".door-enter")), shows(id, "您好"))
}

// presses clicks the button with that label in the talk on the phone.
func presses(id, label string) step {
	where := fmt.Sprintf(`//*[@id="phone-%s"]//*[@role="log"]//*[self::button or self::a][normalize-space()=%q]`, id, label)
	// A picture that has just come may move the button away from under a mouse.
	return becomes(fmt.Sprintf(`(b => !!b?.checkVisibility() && (b.click(), true))(document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue)`, where))
}

func writes(id, words string) step {
	return chromedp.SendKeys(chromedp.CSS(on(id, ".input")), words+"\r", chromedp.NodeVisible)
}

func TestBothLooks(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) { lookAt(t, lang) })
	}
}

// lookAt opens the page and does a little of everything on it.
func lookAt(t *testing.T, lang string) {
	p := newPlace(t, "")
	e := newEye(t, map[string]string{"zh": "zh-CN", "en": "en-US"}[lang])
	e.does("open", laptop, chromedp.Navigate(p.url), chromedp.WaitVisible(chromedp.CSS(on("anna", ".door-enter"))))
	e.keep("1-opened-" + lang)
	e.does("WeChat", enters("anna"), writes("anna", "投诉"), shows("anna", "红娘服务"),
		presses("anna", "见面对象"), shows("anna", "请把事情的经过"), clicks(on("anna", ".attach")), clicks(on("anna", ".sample")), shows("anna", "收到图片"))
	e.does("Telegram", enters("carl"), writes("carl", "complaint"),
		presses("carl", "费用"), shows("carl", "✓ 费用"))
	e.does("staff", enters("mei"), enters("li"), enters("dana"), writes("dana", "投诉"), shows("dana", "请问是哪方面"))
	e.keep("2-talking-" + lang)
	e.does("menus", clicks(on("mei", ".composer .side-button")), clicks(on("mei", ".bar-item")), clicks(on("li", ".side-button")),
		clicks(on("dana", ".attach")), clicks(on("anna", ".attach")))
	e.keep("3-menus-" + lang)
	e.does("weather", clicks("#dock .preset:nth-child(2)"), becomes(`document.querySelector('#fault-repeat').checked`))
	e.keep("4-weather-" + lang)
	e.does("pocket", pocket, clicks("#tab-anna"))
	e.keep("5-pocket-wechat-" + lang)
	e.does("pocket", clicks("#tab-carl"))
	e.keep("6-pocket-telegram-" + lang)
	e.does("pocket", clicks("#tab-dock"))
	e.keep("7-pocket-dock-" + lang)
	e.does("pocket", clicks("#tab-bo"))
	e.keep("8-pocket-door-" + lang)
}

// TestCatchUp cuts the page off, lets something happen, and expects it to appear.
func TestCatchUp(t *testing.T) {
	p := newPlace(t, "")
	e := newEye(t, "zh-CN")
	e.does("open", laptop, chromedp.Navigate(p.url), enters("anna"))
	p.server.CloseClientConnections()
	ph, _ := p.page.phone("anna")
	if err := ph.Write("断线时说的"); err != nil {
		t.Fatal(err)
	}
	e.does("catch up", shows("anna", "您说：断线时说的"))
}

// TestPlayIsSeen watches a transcript play itself.
func TestPlayIsSeen(t *testing.T) {
	p := newPlace(t, "# 安娜投诉见面对象，附一张截图。\n> 投诉\n< [见面对象]\n> [见面对象]\n< 请把事情的经过\n> 对方迟到一个小时，还一直看手机。\n< 您说\n> (photo)\n! > 我来处理\n! < 您说：我来处理")
	p.page.Player.Pace = 0.4
	e := newEye(t, "zh-CN")
	e.does("open", laptop, chromedp.Navigate(p.url), becomes(`document.querySelector('#phone-anna .input')?.value.includes('对方迟到')`))
	e.keep("9-playing")
	e.does("play", shows("li", "您说：我来处理"), becomes(`document.querySelector('#play-remark').textContent === '演完了'`))
	e.does("pocket", pocket)
	e.keep("9-played-pocket")
}

// TestMainJob files a complaint on each platform as people would, and takes both
// as the colleague would, with the real bot behind the page.
func TestMainJob(t *testing.T) {
	town, h := newHouse(t, t.TempDir(), climate{Mode: "safe"})
	p := serve(t, page{Phones: town.Phones, Weather: town.weather(), Panel: h, Log: slog.New(slog.DiscardHandler)})
	e := newEye(t, "zh-CN")
	e.does("open", laptop, chromedp.Navigate(p.url), chromedp.WaitVisible(chromedp.CSS(on("anna", ".door-enter"))))
	e.keep("m1-opened")
	e.does("anna complains", clicks(on("anna", ".door-enter")), shows("anna", "请问需要什么帮助"), clicks(on("anna", ".chip")),
		shows("anna", "请问是哪方面的问题"), presses("anna", "费用"), shows("anna", "和谁有关"), presses("anna", "不涉及具体的人"),
		shows("anna", "什么时候"), writes("anna", "上个月"), shows("anna", "事情的经过"), writes("anna", "同一笔介绍费扣了两次，打电话没有人理。"),
		shows("anna", "聊天截图"), clicks(on("anna", ".attach")), clicks(on("anna", ".sample:nth-child(2)")), shows("anna", "图片收到了"),
		presses("anna", "发完了"), shows("anna", "怎么处理"), presses("anna", "退费"), shows("anna", "请核对"))
	e.keep("m2-anna-checks")
	e.does("carl complains", clicks(on("carl", ".door-enter")), shows("carl", "How can we help"), presses("carl", "Complaint"),
		shows("carl", "What is it about"), presses("carl", "Fees"), shows("carl", "Who was involved"), presses("carl", "Nobody in particular"),
		shows("carl", "When did it happen"), writes("carl", "skip"), shows("carl", "what happened"), writes("carl", "I was charged twice for the same month."))
	e.does("anna files", presses("anna", "提交"), shows("anna", "C-000001"), shows("li", "新投诉 C-000001"))
	e.keep("m3-filed")
	e.does("li takes it", presses("li", "我来处理"), shows("li", "负责人：小李"), shows("anna", "现在由小李负责"))
	e.does("carl files", presses("carl", "That is all"), shows("carl", "like us to do"), writes("carl", "skip"), presses("carl", "Submit"), shows("carl", "C-000002"), shows("li", "新投诉 C-000002"))
	e.keep("m4-both")
	e.does("pocket", pocket, clicks("#tab-anna"))
	e.keep("m5-pocket-anna")
	e.does("pocket", clicks("#tab-li"))
	e.keep("m6-pocket-li")
}

// TestGroupIsSeen has a client ask for a person, and a colleague come to them in the
// client's topic of the staff's group; then opens the phone of one of the crowd.
func TestGroupIsSeen(t *testing.T) {
	town, h := newHouse(t, t.TempDir(), climate{Mode: "safe", Crowd: true})
	p := serve(t, page{Phones: town.Phones, Weather: town.weather(), Panel: h, Log: slog.New(slog.DiscardHandler)})
	e := newEye(t, "zh-CN")
	e.does("open", laptop, chromedp.Navigate(p.url), shows("bo", "您好"))
	e.keep("g1-opened")
	e.does("bo asks", writes("bo", "人工"), shows("bo", "已经请同事过来"),
		becomes(`document.querySelector('#phone-li [data-chat=desk] .badge')?.textContent > 0`))
	e.does("li comes", clicks(on("li", "[data-chat=desk]")), clicks(on("desk", "[data-topic=K-000001]")), shows("desk", "K-000001 请求人工"),
		presses("desk", "接待"), shows("bo", "小李来了"), writes("desk", "您好，我是小李。"), shows("bo", "小李：您好，我是小李。"))
	e.does("bo sends things", clicks(on("bo", ".attach")), clicks(on("bo", "[data-thing=voice]")), shows("desk", "语音"),
		clicks(on("bo", ".attach")), clicks(on("bo", "[data-thing=place]")), shows("desk", "西湖音乐喷泉"),
		clicks(on("bo", ".attach")), clicks(on("bo", "[data-thing=file]")), shows("bo", "文件"))
	e.keep("g2-talking")
	e.does("one of the crowd", takes("c01"), becomes(`document.querySelector('#phone-c01').isConnected`), writes("c01", "菜单"), shows("c01", "请问需要什么帮助"),
		clicks(on("desk", ".back")), becomes(`document.querySelector('#phone-desk .topic')?.innerText.includes('K-000001')`))
	e.keep("g3-crowd")
	e.does("put away", clicks(on("c01", ".away")), becomes(`!document.querySelector('#phone-c01')`))
	e.does("pocket", pocket, clicks("#tab-desk"))
	e.keep("g4-pocket")
}

// takes takes out the phone of one of the crowd.
func takes(id string) step {
	return becomes(fmt.Sprintf(`(() => { const s = document.querySelector('.shelf'); s.value = %q; s.dispatchEvent(new Event('change')); return true; })()`, id))
}

// TestScriptsAreSeen watches the registration play to its end on both platforms, and
// a recommendation to both yeses, with the real bot behind the page.
func TestScriptsAreSeen(t *testing.T) {
	for _, play := range []struct {
		script, who, lang string
		says              []string // on the phone of who
		crowd             bool
	}{
		{"register.zh-CN.chat", "anna", "zh-CN", []string{"第一部分填好了", "平时喜欢做什么", "请核对一下"}, false},
		{"register.en.chat", "carl", "en-US", []string{"The first part is done", "What do you like", "Please check"}, false},
		{"match.zh-CN.chat", "bo", "zh-CN", []string{"王红娘为您介绍一位女士", "双方都愿意认识"}, true},
	} {
		t.Run(play.script, func(t *testing.T) {
			town, h := newHouse(t, t.TempDir(), climate{Mode: "safe", Crowd: play.crowd})
			script, err := readScript("testdata/"+play.script, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			player := newPlayer(script, town.Phones, slog.New(slog.DiscardHandler))
			player.Pace = 0.02
			p := serve(t, page{Phones: town.Phones, Weather: town.weather(), Panel: h, Player: player, Log: slog.New(slog.DiscardHandler)})
			e := newEye(t, play.lang)
			e.does("open", laptop, chromedp.Navigate(p.url), becomes(`!!document.querySelector('#play-remark')`))
			for i, words := range play.says {
				e.does("play", shows(play.who, words))
				e.keep(fmt.Sprintf("r%d-%s", i+1, play.who))
			}
			e.does("end", becomes(`['演完了', 'the end'].includes(document.querySelector('#play-remark').textContent)`))
			e.keep("r4-" + play.who)
			if missed := player.view().Missed; len(missed) > 0 {
				t.Errorf("the lines %v did not come", missed)
			}
			e.does("pocket", pocket, clicks("#tab-"+play.who))
			e.keep("r5-pocket-" + play.who)
		})
	}
}
