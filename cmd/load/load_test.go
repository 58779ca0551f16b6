package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// programs is the folder of the bot's real program, which is built once, for
// the first test that wants it.
var programs string

var program = sync.OnceValues(func() (string, error) {
	return buildBot(context.Background(), &options{}, programs)
})

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == floorCommand { // the floor's process is this program
		if serveFloor(context.Background(), os.Getenv(floorSettings)) != nil {
			os.Exit(1)
		}
		return
	}
	var err error
	if programs, err = os.MkdirTemp("", "redthread-load-test."); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(programs)
	os.Exit(code)
}

// play runs the load as its command line does, and returns its report.
func play(t *testing.T, args ...string) report {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs the real program")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go to build the program with")
	}
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	o, err := readOptions(append([]string{"-json", "-binary", file, "-people", "8", "-warm", "200ms"}, args...), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out, notes bytes.Buffer
	if err := run(t.Context(), o, &out, &notes); err != nil {
		t.Fatalf("%v\n%s%s", err, &out, &notes)
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Verdict.Talks == 0 || r.Verdict.Records != r.Verdict.Talks {
		t.Errorf("%d talks, %d records", r.Verdict.Talks, r.Verdict.Records)
	}
	return r
}

// The built-in talk is what the real bot says, on both platforms.
func TestRealBot(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-channel", "telegram"},
		{"-channel", "wechat"},
		{"-channel", "wechat", "-mode", "plain"},
		{"-channel", "telegram", "-loop", "open", "-rate", "40"},
	} {
		r := play(t, append(args, "-turns", "60")...)
		if b := r.Bot; b.Turns < 60 || b.Rate <= 0 || b.CPU <= 0 || b.RSS <= 0 || b.ToAnswer.P50 <= 0 || b.ToAck.P99 < b.ToAck.P50 {
			t.Errorf("%v: %+v", args, b)
		}
	}
}

// Killed again and again, frozen and in a storm, the real bot loses nothing.
func TestRealBotInChaos(t *testing.T) {
	t.Parallel()
	r := play(t, "-chaos", "-kills", "5", "-faults", "kill,platform", "-hurry", "20", "-seed", "3")
	if r.Faults["kill"] != 5 || r.Redelivered == 0 {
		t.Errorf("faults %v, %d redelivered", r.Faults, r.Redelivered)
	}
}

func TestRealFloor(t *testing.T) {
	t.Parallel()
	for _, channel := range []string{"telegram", "wechat"} {
		r := play(t, "-floor", "-rounds", "1", "-for", "1s", "-channel", channel)
		if r.Ratio == nil || r.Ratio.Throughput <= 0 || r.Ratio.CPU <= 0 || r.Floor.Turns == 0 {
			t.Errorf("%s: %+v", channel, r)
		}
	}
}

func TestRealSoakInFullHouse(t *testing.T) {
	t.Parallel()
	r := play(t, "-sessions", "2000", "-soak", "20", "-look", "200ms")
	if r.Watch == nil || len(r.Watch.Looks) == 0 || r.Watch.Looks[0].Files == 0 || r.Watch.Looks[0].Goroutines == 0 || r.Filled == "" {
		t.Errorf("%+v", r)
	}
}

func TestOptions(t *testing.T) {
	t.Setenv("REDTHREAD_TEST_MYSQL", "")
	for _, bad := range [][]string{
		{"-home", "cloud"}, {"-home", "servers"}, {"-servers", "2"}, {"-channel", "sms"}, {"-mode", "x"}, {"-loop", "x"},
		{"-people", "0"}, {"-chaos", "-floor"}, {"-kills", "3"}, {"-chaos", "-faults", "rain"}, {"-nothing"}, {"word"},
		{"-chaos", "-kills", "1", "-faults", "freeze"}, {"-for", "0s"},
	} {
		if _, err := readOptions(bad, io.Discard); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if o, err := readOptions([]string{"-channel", "wechat", "-for", "1m"}, io.Discard); err != nil || o.duration != time.Minute {
		t.Error(o, err)
	}
}

func TestSlope(t *testing.T) {
	t.Parallel()
	if got := slope([]look{{Steps: 0, RSS: 50}, {Steps: 100_000, RSS: 53}, {Steps: 200_000, RSS: 56}}); got < 2.99 || got > 3.01 {
		t.Errorf("%g MiB for 100,000 steps, want 3", got)
	}
	if slope(nil) != 0 || slope([]look{{Steps: 5, RSS: 1}}) != 0 {
		t.Error("a slope of nothing")
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	var took []uint32
	for i := range uint32(1000) {
		took = append(took, (1000-i)*1000)
	}
	if s := spreadOf(took); s.P50 != 500 || s.P95 != 950 || s.P99 != 990 || s.Max != 1000 {
		t.Errorf("%+v", s)
	}
	if spreadOf(nil) != (spread{}) {
		t.Error("a spread of nothing")
	}
}
