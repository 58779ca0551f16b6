package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// The SDK that the house uses must find the platform it expects.
func TestTelegramWithTheSDK(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	sdk, err := bot.New(tgToken, bot.WithServerURL(b.url), bot.WithSkipGetMe(),
		bot.WithHTTPClient(time.Minute, b.client))
	if err != nil {
		t.Fatal(err)
	}
	if me, err := sdk.GetMe(ctx); err != nil || me.ID != 7001 || me.Username != "redthread_bot" || !me.IsBot {
		t.Errorf("getMe: %+v, %v", me, err)
	}
	keys := &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "好", CallbackData: "ok"}}}}
	sent, err := sdk.SendMessage(ctx, &bot.SendMessageParams{ChatID: int64(5), Text: "你好", ReplyMarkup: keys})
	if err != nil || sent.Text != "你好" || sent.Chat.ID != 5 || sent.ReplyMarkup == nil {
		t.Fatalf("sendMessage: %+v, %v", sent, err)
	}
	edited, err := sdk.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: int64(5), MessageID: sent.ID, Text: "好的"})
	if err != nil || edited.Text != "好的" || edited.EditDate == 0 {
		t.Errorf("editMessageText: %+v, %v", edited, err)
	}
	data := picture(t, 30, 20)
	photo, err := sdk.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: int64(5), Caption: "图",
		Photo: &models.InputFileUpload{Filename: "a.png", Data: bytes.NewReader(data)}})
	if err != nil || len(photo.Photo) != 1 || photo.Photo[0].Width != 30 {
		t.Fatalf("sendPhoto: %+v, %v", photo, err)
	}
	album, err := sdk.SendMediaGroup(ctx, &bot.SendMediaGroupParams{ChatID: int64(5), Media: []models.InputMedia{
		&models.InputMediaPhoto{Media: "attach://one", MediaAttachment: bytes.NewReader(data)},
		&models.InputMediaPhoto{Media: photo.Photo[0].FileID, Caption: "二"},
	}})
	if err != nil || len(album) != 2 || album[0].MediaGroupID == "" || album[1].Caption != "二" {
		t.Errorf("sendMediaGroup: %v, %v", album, err)
	}
	file, err := sdk.GetFile(ctx, &bot.GetFileParams{FileID: photo.Photo[0].FileID})
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.client.Get(sdk.FileDownloadLink(file))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK || !bytes.Equal(got, data) {
		t.Errorf("downloaded %d bytes of %d, status %d", len(got), len(data), res.StatusCode)
	}
	if n := len(p.Screen().Bubbles()); n != 5 {
		t.Errorf("%d bubbles", n)
	}
	member, err := sdk.GetChatMember(ctx, &bot.GetChatMemberParams{ChatID: int64(5), UserID: 5})
	if err != nil || member.Member == nil {
		t.Errorf("getChatMember: %+v, %v", member, err)
	}
	if chat, err := sdk.GetChat(ctx, &bot.GetChatParams{ChatID: int64(5)}); err != nil || chat.FirstName != "Wen" {
		t.Errorf("getChat: %+v, %v", chat, err)
	}
	p.Block()
	if _, err := sdk.SendMessage(ctx, &bot.SendMessageParams{ChatID: int64(5), Text: "x"}); !errors.Is(err, bot.ErrorForbidden) {
		t.Errorf("blocked: %v", err)
	}
	b.tg.SetFaults(Faults{Slow: 1})
	_, err = sdk.SendMessage(ctx, &bot.SendMessageParams{ChatID: int64(5), Text: "x"})
	if slow := (*bot.TooManyRequestsError)(nil); !errors.As(err, &slow) || slow.RetryAfter < 1 {
		t.Errorf("slow: %v", err)
	}
}

// The SDK decodes every update a phone can cause.
func TestTelegramUpdatesSuitTheSDK(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	g := b.tg.Group("desk", true, p)
	asked := b.sent(5, "?", keyboard("a"))
	p.SendAlbum([][]byte{picture(t, 5, 5), picture(t, 5, 5)})
	p.SendVoice([]byte("v"))
	p.SendVenue(1, 2, "a", "b")
	p.SendContact(true)
	p.SendSticker()
	p.Edit(p.Write("x").Bubbles()[0], "y")
	p.Press(asked, 0, 0)
	p.PressData(4711, "gone")
	g.Write(p, 0, "hello")
	p.Block()
	g.Kick()
	r := b.call("getUpdates", nil)
	var updates []models.Update
	if err := json.Unmarshal(r.Result, &updates); err != nil {
		t.Fatal(err)
	}
	if len(updates) != 15 {
		t.Errorf("%d updates", len(updates))
	}
	for i, u := range updates {
		if u.Message == nil && u.EditedMessage == nil && u.CallbackQuery == nil && u.MyChatMember == nil {
			t.Errorf("update %d is empty: %+v", i, u)
		}
		if m := u.MyChatMember; m != nil && m.NewChatMember.Type == "" {
			t.Errorf("membership %+v", m)
		}
	}
}
