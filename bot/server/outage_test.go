package server_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot/emulator"
	"redthread/bot/server"
	"redthread/store"
	"redthread/store/storetest"
)

// behindWire is a home whose database is reached over a line that can be cut.
func behindWire(t *testing.T) (store.Config, *wire) {
	t.Helper()
	if os.Getenv("REDTHREAD_TEST_MYSQL") == "" {
		t.Skip("the embedded database is a file: there is no line to cut; run .ci/servers go test ./bot/server")
	}
	home := storetest.Home(t)
	address := regexp.MustCompile(`tcp\(([^)]+)\)`)
	w := newWire(t, address.FindStringSubmatch(home.Database)[1])
	home.Database = address.ReplaceAllString(home.Database, "tcp("+w.addr()+")")
	return home, w
}

// complaintLines are what each of many writes, one after the other.
var complaintLines = []string{"投诉", "2", "张先生", "昨天晚上", "他迟到了一个小时，还一直看手机。", "发完了", "道歉", "提交"}

// crowd writes on WeChat, everyone's next line when the last was answered.
type crowd struct {
	w       *world
	all     sync.WaitGroup
	pushes  [][]*emulator.WeChatPush // of each person
	written chan struct{}            // a signal for each line
}

func newCrowd(w *world, people int) *crowd {
	c := &crowd{w: w, pushes: make([][]*emulator.WeChatPush, people), written: make(chan struct{}, people*len(complaintLines))}
	for i := range people {
		p := w.onWeChat(fmt.Sprint("o", i))
		c.all.Go(func() {
			<-p.wx.Follow("").Done()
			for _, words := range complaintLines {
				push := p.wx.Write(words)
				<-push.Done()
				c.pushes[i] = append(c.pushes[i], push)
				c.written <- struct{}{}
			}
		})
	}
	return c
}

// wait returns when the crowd has written n more lines and was answered.
func (c *crowd) wait(n int) {
	for range n {
		<-c.written
	}
}

// check proves that each line was answered, and that each person's took effect
// once and in order: they make one complaint.
func (c *crowd) check() {
	t := c.w.t
	for i, mine := range c.pushes {
		for n, push := range mine {
			if push.Err() != nil {
				t.Errorf("person %d, line %d: %v", i, n, push.Err())
			}
		}
		cases := c.w.complaints(fmt.Sprint("wechat:o", i))
		if len(cases) != 1 {
			t.Errorf("person %d: %d complaints", i, len(cases))
			continue
		}
		if f := cases[0].Facts; f.People != complaintLines[2] || f.When != complaintLines[3] || f.Story != complaintLines[4] {
			t.Errorf("person %d: out of order: %+v", i, f)
		}
	}
}

// The database is away for seconds while many people write on WeChat.
// Whatever was answered takes effect once and in order.
func TestDatabaseAway(t *testing.T) {
	for name, harm := range map[string]func(*wire){"cut": (*wire).snap, "dead": (*wire).freeze} {
		t.Run(name, func(t *testing.T) {
			home, line := behindWire(t)
			w := newWorldAt(t, 1, home, server.Limits{})
			const people = 60
			c := newCrowd(w, people)
			c.wait(people)
			harm(line)
			c.wait(3 * people) // answered although there is no database
			spooled := w.servers[0].Spooled()
			line.mend()
			c.all.Wait()
			w.until("the spool is played back", func() bool { return w.servers[0].Spooled() == 0 && !w.servers[0].DatabaseAway() })
			if spooled == 0 {
				t.Error("nothing was spooled")
			}
			c.check()
			if letters, err := w.stores[0].Letters(t.Context(), 10); err != nil || len(letters) > 0 {
				t.Errorf("dead letters %+v, %v", letters, err)
			}
		})
	}
}

// Telegram is refused at once while the database is away, and brings everything
// again.
func TestDatabaseAwayForTelegram(t *testing.T) {
	home, line := behindWire(t)
	w := newWorldAt(t, 1, home, server.Limits{})
	dana := w.onTelegram(41, "zh-hans").arrive()
	dana.hear("您好")
	line.freeze()
	dana.write("投诉")
	w.until("the database is believed away", w.servers[0].DatabaseAway)
	start := time.Now()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.front.URL+server.TelegramPath,
		strings.NewReader(`{"update_id":1,"message":{"message_id":1,"date":1,"text":"x","chat":{"id":42,"type":"private"},"from":{"id":42,"first_name":"D"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", tgSecret)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if took := time.Since(start); answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || took > time.Second {
		t.Errorf("%s after %v, %v", answer.Status, took, answer.Header)
	}
	line.mend()
	dana.hear("哪方面")
	dana.press("费用").hear("和谁有关")
}
