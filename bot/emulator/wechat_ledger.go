package emulator

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// WeChatAllowance is how many customer-service messages an action allows, and
// for how long.
type WeChatAllowance struct {
	Count int
	For   time.Duration
}

// WeChatAllowances says what each action of a person allows. A tap on a msgmenu
// option counts as Menu. Zero ones are WeChat's own
// (developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage).
type WeChatAllowances struct {
	Message WeChatAllowance // 5 in 48 h
	Menu    WeChatAllowance // 3 in 1 min
	Follow  WeChatAllowance // 3 in 1 min
	Scan    WeChatAllowance // 3 in 1 min
}

func (a WeChatAllowances) orDefault() WeChatAllowances {
	for _, d := range []struct {
		at  *WeChatAllowance
		own WeChatAllowance
	}{
		{&a.Message, WeChatAllowance{5, 48 * time.Hour}},
		{&a.Menu, WeChatAllowance{3, time.Minute}},
		{&a.Follow, WeChatAllowance{3, time.Minute}},
		{&a.Scan, WeChatAllowance{3, time.Minute}},
	} {
		if *d.at == (WeChatAllowance{}) {
			*d.at = d.own
		}
	}
	return a
}

// WeChatWindow is a leave to write that an action opened.
type WeChatWindow struct {
	Action string // "message", "menu", "follow", "scan"
	Left   int
	Until  time.Time
}

// WeChatLedger is what the account may still send to one person.
type WeChatLedger struct {
	Left    int            // messages
	Windows []WeChatWindow // the open ones, by Action
}

// wxWindows is one person's ledger. WeChat does not say whether the
// allowances of several actions add up. Here they do not: a message is counted
// against every open window, and the best of them decides.
type wxWindows map[string]*WeChatWindow

// open starts the action's window anew.
func (l wxWindows) open(action string, a WeChatAllowance, now time.Time) {
	l[action] = &WeChatWindow{Action: action, Left: a.Count, Until: now.Add(a.For)}
}

// view is the ledger at a time; closed windows are forgotten.
func (l wxWindows) view(now time.Time) WeChatLedger {
	maps.DeleteFunc(l, func(_ string, w *WeChatWindow) bool { return !now.Before(w.Until) })
	var v WeChatLedger
	for _, w := range l {
		v.Left = max(v.Left, w.Left)
		v.Windows = append(v.Windows, *w)
	}
	slices.SortFunc(v.Windows, func(a, b WeChatWindow) int { return strings.Compare(a.Action, b.Action) })
	return v
}

// check says whether one more message may be sent: nil, 45015 or 45047.
func (l wxWindows) check(now time.Time) error {
	switch v := l.view(now); {
	case len(v.Windows) == 0:
		return wxErrWindowClosed
	case v.Left == 0:
		return wxErrQuotaUsed
	}
	return nil
}

// spend counts one message.
func (l wxWindows) spend() {
	for _, w := range l {
		w.Left = max(w.Left-1, 0)
	}
}
