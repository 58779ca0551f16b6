package flows_test

import (
	"strings"
	"testing"
)

// Whatever a supervisor whispers, and whenever, the client never reads it.
func TestWhispersStayInside(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	s.hire(s.person("chen"))
	s.acts("anna", "人工")
	s.acts("li", "[接待]")
	for i, words := range []string{"先别答应退费", "H-000001", "K-000001：您好", "//别说", "菜单", "客户很急", "结束", "先别答应退费"} {
		if i%2 == 1 {
			s.acts("anna", "您好")
			s.acts("li", "您好，请说")
		}
		s.acts("chen", "H-000001", "[悄悄提醒]")
		s.act(s.person("chen"), words)
		heard := s.said("")
		for _, l := range strings.Split(heard, "\n") {
			if strings.HasPrefix(l, "anna<") {
				t.Fatalf("the client hears of %q:\n%s", words, heard)
			}
		}
		if words == "先别答应退费" && !strings.Contains(heard, "li< 🤫 陈店长") {
			t.Fatalf("the colleague does not hear %q:\n%s", words, heard)
		}
	}
}
