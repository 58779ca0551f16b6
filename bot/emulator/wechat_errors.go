package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// wxError is an error answer of the API, in WeChat's words where they are known.
type wxError struct {
	code int
	msg  string
}

func (e *wxError) Error() string { return fmt.Sprintf("%d %s", e.code, e.msg) }

// The errors of the API (developers.weixin.qq.com, "全局返回码说明").
var (
	wxErrBusy         = &wxError{-1, "system error"}
	wxErrBadToken     = &wxError{40001, "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"}
	wxErrGrantType    = &wxError{40002, "invalid grant_type"}
	wxErrOpenID       = &wxError{40003, "invalid openid"}
	wxErrMediaType    = &wxError{40004, "invalid media type"}
	wxErrFileType     = &wxError{40005, "invalid file type"}
	wxErrMediaID      = &wxError{40007, "invalid media_id"}
	wxErrMessageType  = &wxError{40008, "invalid message type"}
	wxErrAppID        = &wxError{40013, "invalid appid"}
	wxErrCharset      = &wxError{40033, `invalid charset. please check your request, if include \uxxxx will create fail!`}
	wxErrTemplateID   = &wxError{40037, "invalid template_id"}
	wxErrActionInfo   = &wxError{40053, "invalid action info"}
	wxErrURL          = &wxError{40066, "invalid url"}
	wxErrAppSecret    = &wxError{40125, "invalid appsecret"}
	wxErrForeignIP    = &wxError{40164, "invalid ip %[1]s ipv6 ::ffff:%[1]s, not in whitelist"}
	wxErrSandbox      = &wxError{40200, "invalid account type"}
	wxErrNoToken      = &wxError{41001, "access_token missing"}
	wxErrNoMedia      = &wxError{41005, "media data missing"}
	wxErrExpired      = &wxError{42001, "access_token expired"}
	wxErrWantGet      = &wxError{43001, "require GET method"}
	wxErrWantPost     = &wxError{43002, "require POST method"}
	wxErrNotFollowing = &wxError{43004, "require subscribe"}
	wxErrEmptyMedia   = &wxError{44001, "empty media data"}
	wxErrEmptyNews    = &wxError{44003, "empty news data"}
	wxErrEmptyContent = &wxError{44004, "empty content"}
	wxErrLongContent  = &wxError{45002, "content size out of limit"}
	wxErrArticles     = &wxError{45008, "article size out of limit"}
	wxErrDailyQuota   = &wxError{45009, "reach max api daily quota limit"}
	wxErrHaste        = &wxError{45011, "api minute-quota reach limit, must slower, retry next minute"}
	wxErrWindowClosed = &wxError{45015, "response out of time limit or subscription is canceled"}
	wxErrQRCount      = &wxError{45029, "qrcode count out of limit"}
	wxErrQuotaUsed    = &wxError{45047, "out of response count limit"}
	wxErrMenuWeapp    = &wxError{45064, "no permission to use weapp in menu"}
	wxErrTypeCommand  = &wxError{45072, "invalid command"}
	wxErrTypeWindow   = &wxError{45080, "no contact with the user in the last 30 seconds"}
	wxErrTypeAlready  = &wxError{45081, "already typing"}
	wxErrMsgMenuSize  = &wxError{45098, "msgmenu list size out of limit"}
	wxErrNoMenu       = &wxError{46003, "menu no exist"}
	wxErrFormat       = &wxError{47001, "data format error"}
	wxErrUnauthorized = &wxError{48001, "api unauthorized"}
	wxErrClearQuota   = &wxError{48006, "forbid to clear quota because of reaching the limit"}
)

// refusal is the error of a code that Refuse planted.
func (w *WeChat) refusal(code int, r *http.Request) error {
	texts := map[int]string{
		43019: "user in blacklist", 43101: "user refuse to accept the msg", 48001: wxErrUnauthorized.msg, 48002: "user block receive message",
		48004: "api forbidden for irregularities", 50005: "user is unsubscribed",
	}
	if code == wxErrForeignIP.code {
		ip, _, _ := net.SplitHostPort(r.RemoteAddr)
		return &wxError{code, fmt.Sprintf(wxErrForeignIP.msg, ip)}
	}
	for _, e := range []*wxError{wxErrBusy, wxErrBadToken, wxErrOpenID, wxErrDailyQuota, wxErrHaste, wxErrNotFollowing} {
		texts[e.code] = e.msg
	}
	return &wxError{code, cmp.Or(texts[code], "refused")}
}

// wxCode is the errcode of an answer.
func wxCode(err error) int {
	var e *wxError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}
