package main

import (
	"encoding/json"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// Every module that go.mod asks for and the program uses is on the bill, in the
// version that stands there, and with its sum.
func TestBill(t *testing.T) {
	var out strings.Builder
	if code := run(t.Context(), []string{"sbom"}, &out, &out); code != exitDone {
		t.Fatalf("it ended with %d: %s", code, out.String())
	}
	var b bill
	if err := json.Unmarshal([]byte(out.String()), &b); err != nil || b.Format != "CycloneDX" || b.Metadata.Component.Name != "redthread" {
		t.Fatalf("%v; %+v", err, b.Metadata)
	}
	listed := map[string]component{}
	for _, c := range b.Components {
		listed[c.Name] = c
	}
	wanted, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"github.com/silenceper/wechat/v2", "github.com/go-telegram/bot", "github.com/redis/go-redis/v9", "gorm.io/gorm", "gorm.io/driver/mysql"} {
		m := regexp.MustCompile(regexp.QuoteMeta(name) + ` (v\S+)`).FindSubmatch(wanted)
		c := listed[name]
		if m == nil || c.Version != string(m[1]) || c.PURL != "pkg:golang/"+name+"@"+c.Version || len(c.Properties) != 1 || !strings.HasPrefix(c.Properties[0].Value, "h1:") {
			t.Errorf("%s is listed as %+v", name, c)
		}
	}
	if "go"+listed["std"].Version != runtime.Version() {
		t.Errorf("Go's own library is listed as %+v", listed["std"])
	}
}
