package hanzi_test

import (
	"strings"
	"testing"

	"redthread/bot/hanzi"
)

func TestSimple(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{"保證脫單": "保证脱单", "保证": "保证", "Tea 茶": "Tea 茶"} {
		if got := strings.Map(hanzi.Simple, written); got != want {
			t.Errorf("%s reads %s, not %s", written, got, want)
		}
	}
}
