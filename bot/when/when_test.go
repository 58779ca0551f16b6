package when_test

import (
	"strings"
	"testing"
	"time"

	"redthread/bot/when"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// A Thursday.
var now = time.Date(2026, 3, 5, 15, 30, 0, 0, shanghai)

func TestRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"今天": "2026-03-05", "明天": "2026-03-06", "到明天": "2026-03-06", "大后天": "2026-03-08", "请假到后天回来": "2026-03-07", "tomorrow": "2026-03-06", "back tomorrow": "2026-03-06",
		"3天": "2026-03-08", "三天": "2026-03-08", "两天后": "2026-03-07", "请假3天": "2026-03-08", "一周": "2026-03-12", "两个星期": "2026-03-19", "半个月": "2026-03-20", "1个月": "2026-04-05", "in 3 days": "2026-03-08", "2 weeks": "2026-03-19", "a week": "2026-03-12", "half a month": "2026-03-20",
		"周五": "2026-03-06", "周四": "2026-03-12", "星期一": "2026-03-09", "礼拜天": "2026-03-08", "下周一": "2026-03-09", "下周五": "2026-03-13", "本周日": "2026-03-08", "下下周三": "2026-03-18", "下周": "2026-03-09", "下个月": "2026-04-01",
		"monday": "2026-03-09", "until Monday": "2026-03-09", "next Fri": "2026-03-13", "next week": "2026-03-09",
		"10月8日": "2026-10-08", "十月八号": "2026-10-08", "10-8": "2026-10-08", "3/5": "2026-03-05", "2.28": "2027-02-28", "8号": "2026-03-08", "3号": "2026-04-03", "31日": "2026-03-31", "2026-10-08": "2026-10-08", "2026年10月8号": "2026-10-08", "2026/10/8": "2026-10-08",
		"8 Oct": "2026-10-08", "October 8th": "2026-10-08", "the 8th": "2026-03-08",
	} {
		got, ok := when.Read(text, now)
		if !ok || got.Hour || got.At.Format(time.DateOnly) != want || got.At.Location() != shanghai {
			t.Errorf("%q: %v, %v; want %s", text, got, ok, want)
		}
	}
}

func TestReadHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"17:30": "2026-03-05 17:30", "下午5点": "2026-03-05 17:00", "明天上午九点半": "2026-03-06 09:30", "下周一 14:00": "2026-03-09 14:00", "晚上8点15分": "2026-03-05 20:15", "中午12点": "2026-03-05 12:00",
		"10月8日 9:00": "2026-10-08 09:00", "tomorrow at 2 pm": "2026-03-06 14:00", "Monday 9:30 am": "2026-03-09 09:30",
	} {
		got, ok := when.Read(text, now)
		if !ok || !got.Hour || got.At.Format("2006-01-02 15:04") != want {
			t.Errorf("%q: %v, %v; want %s", text, got, ok, want)
		}
	}
}

func TestReadsNoDay(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "不知道", "到", "家里有事", "13月1日", "2月30日", "32号", "25:00", "0天", "半天", "2026-02-29", "周八", "later", "soonish 8 oct 9", "1999-01-01", strings.Repeat("一", 600)} {
		if got, ok := when.Read(text, now); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// Whatever is typed, a length of time or a name leads to a day of the coming
// years, never into the past but for a date with its own year.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"明天", "下周一 9:00", "3 weeks", "8 Oct", "2026-10-08", "31号", "半个月", "2.29"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := when.Read(text, now)
		if !ok {
			return
		}
		if got.At.Location() != shanghai || !got.Hour && (got.At.Hour() != 0 || got.At.Minute() != 0) {
			t.Errorf("%q: %v", text, got)
		}
		today := time.Date(2026, 3, 5, 0, 0, 0, 0, shanghai)
		if got.At.Before(today) && !strings.ContainsAny(text, "0123456789〇○零一二三四五六七八九０１２３４５６７８９壹贰叁") {
			t.Errorf("%q leads back to %v", text, got.At)
		}
	})
}
