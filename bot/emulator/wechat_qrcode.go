package emulator

import (
	"strconv"
	"time"
)

// The limits of QR codes
// (developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html).
const (
	wxQRLongest = 2_592_000 // seconds
	wxQRDefault = 60
	wxQRForever = 100_000 // permanent codes, and the largest ID of one
)

// wxQR is the code of a scene.
type wxQR struct {
	ticket  string
	until   time.Time // zero of permanent ones
	forever bool
}

// ticket is the ticket of a scene's code. A scene that was never asked for by
// the API is a code printed long ago. w.mu is held.
func (w *WeChat) ticket(scene string) (string, error) {
	code, known := w.codes[scene]
	if !known {
		code = wxQR{ticket: w.newTicket()}
		w.codes[scene] = code
	}
	if !code.until.IsZero() && !w.cfg.Clock.Now().Before(code.until) {
		return "", ErrWeChatExpired
	}
	return code.ticket, nil
}

func (w *WeChat) newTicket() string { return "gQ" + w.letters(alphanumeric, 92) + "==" }

// apiQRCode makes a code that leads a person here with a scene.
func (w *WeChat) apiQRCode(c *wxCall) (any, error) {
	var in struct {
		Seconds int64  `json:"expire_seconds"`
		Action  string `json:"action_name"`
		Info    struct {
			Scene struct {
				ID  int64  `json:"scene_id"`
				Str string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if err := c.in(&in); err != nil {
		return nil, err
	}
	id, str := in.Info.Scene.ID, in.Info.Scene.Str
	strOK := len(str) >= 1 && len(str) <= 64
	scene, ok, forever := str, strOK, false
	switch in.Action {
	case "QR_SCENE":
		scene, ok = strconv.FormatInt(id, 10), id > 0 && id <= 1<<32-1
	case "QR_STR_SCENE":
	case "QR_LIMIT_SCENE":
		scene, ok, forever = strconv.FormatInt(id, 10), id > 0 && id <= wxQRForever, true
	case "QR_LIMIT_STR_SCENE":
		forever = true
	default:
		ok = false
	}
	if !ok || in.Seconds < 0 {
		return nil, wxErrActionInfo
	}
	return w.newCode(scene, in.Seconds, forever)
}

// newCode keeps a code; w.mu is held.
func (w *WeChat) newCode(scene string, seconds int64, forever bool) (any, error) {
	code := wxQR{ticket: w.newTicket(), forever: forever}
	out := map[string]any{"ticket": code.ticket, "url": "http://weixin.qq.com/q/" + w.letters(alphanumeric, 22)}
	if forever {
		if w.permanentCodes() >= wxQRForever {
			return nil, wxErrQRCount
		}
	} else {
		if seconds == 0 {
			seconds = wxQRDefault
		}
		seconds = min(seconds, wxQRLongest)
		code.until = w.cfg.Clock.Now().Add(time.Duration(seconds) * time.Second)
		out["expire_seconds"] = seconds
	}
	w.codes[scene] = code
	return out, nil
}

func (w *WeChat) permanentCodes() (n int) {
	for _, c := range w.codes {
		if c.forever {
			n++
		}
	}
	return n
}
