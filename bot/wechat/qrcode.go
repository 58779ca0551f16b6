package wechat

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// QRCode is a code that leads who scans it to the account, with a scene.
type QRCode struct {
	Picture string    // an address at which anybody can fetch the picture
	Until   time.Time // zero: for ever
}

// Codes of a limited time are good for thirty days at most; of those without end
// an account has 100,000
// (developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html).
const longestCode = 30 * 24 * time.Hour

// pictures is where the platform draws codes; no token is needed there.
const pictures = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="

// QRCode asks the platform for a code of a scene of 1 to 64 bytes: good for so
// long, rounded to seconds, or for ever when valid is 0. Follow and scan then come
// with that scene (bot.Event.Source).
func (c *Channel) QRCode(ctx context.Context, scene string, valid time.Duration) (QRCode, error) {
	if len(scene) == 0 || len(scene) > 64 {
		return QRCode{}, fmt.Errorf("wechat: qr code: a scene of %d bytes, expected 1 to 64", len(scene))
	}
	if valid < 0 || valid > longestCode {
		return QRCode{}, fmt.Errorf("wechat: qr code: good for %v, expected %v at most, or 0 for ever", valid, longestCode)
	}
	in := map[string]any{"action_name": "QR_LIMIT_STR_SCENE", "action_info": map[string]any{"scene": map[string]any{"scene_str": scene}}}
	if valid > 0 {
		in["action_name"], in["expire_seconds"] = "QR_STR_SCENE", int64(valid/time.Second)
	}
	k, err := jsonCall("/cgi-bin/qrcode/create", in)
	if err != nil {
		return QRCode{}, err
	}
	asked := c.cfg.Now()
	var out struct {
		Ticket  string `json:"ticket"`
		Seconds int64  `json:"expire_seconds"`
	}
	if err := c.ask(ctx, k, &out); err != nil {
		return QRCode{}, err
	}
	if out.Ticket == "" {
		return QRCode{}, fmt.Errorf("wechat: qr code: the answer has no ticket")
	}
	code := QRCode{Picture: pictures + url.QueryEscape(out.Ticket)}
	if valid > 0 && out.Seconds > 0 {
		code.Until = asked.Add(time.Duration(out.Seconds) * time.Second)
	}
	return code, nil
}
