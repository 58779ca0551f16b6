package mask_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot/mask"
)

var her = mask.Person{
	Surname: "王", Given: "小丽", School: "浙江大学", Employer: "蓝海科技有限公司", District: 330106, Places: []string{"文三路 8 号"},
	Born: time.Date(1995, 3, 8, 0, 0, 0, 0, time.UTC), Handles: []string{"+8613800138000", "xiaoli_95"},
}

func TestFind(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"我叫小丽，爱笑":                   "小丽",
		"我姓王":                       "姓王",
		"叫我王女士":                     "王女士",
		"女王范儿，脾气好":                  "",
		"在蓝海做产品":                    "蓝海",
		"蓝 海 科 技":                   "蓝海",
		"浙大毕业，在西湖边长大":               "浙大 西湖",
		"浙江人，喜欢爬山":                  "",
		"一三八零零一三八零零零":               "一三八00",
		"1 3 8 0 0 1 3 8 0 0 0 打给我": "13800138000",
		"１３８００１３８０００":               "13800138000",
		"找我就 xiao-li_95":            "xiaoli95",
		"加我 v x：abc":                "加我",
		"邮箱 li@example.com":         "@",
		"住文三路8号":                    "文三路8号",
		"生日三月八号":                    "三月八号",
		"95年的，本科":                   "95年",
		"1995-03-08":                "1995",
		"身高 165，爱好读书，周末做饭":          "",
		"性格开朗，家里两个孩子，我是老大":          "",
	} {
		got := her.Find(words)
		if want == "" && len(got) > 0 {
			t.Errorf("%s: found %q", words, got)
		}
		for _, w := range strings.Fields(want) {
			if !strings.Contains(strings.Join(got, " "), w) {
				t.Errorf("%s: found %q, not %s", words, got, w)
			}
		}
	}
	bob := mask.Person{Surname: "Lee", Given: "Bob", School: "Stanford University", Employer: "Acme Inc", Born: her.Born}
	for words, want := range map[string]bool{
		"I am Bob and I hike": true, "Please call me Lee.": true, "BobLee here": true, "I sleep early, bobbing along": false, "Stanford 2017": true,
		"I work at ACME": true, "born on March 8th": true, "I like quiet evenings": false,
	} {
		if got := bob.Find(words); (len(got) > 0) != want {
			t.Errorf("%s: found %q", words, got)
		}
	}
}

// A sentence that tells who it is goes, the others stay.
func TestFit(t *testing.T) {
	t.Parallel()
	fit, left := her.Fit("我爱笑。我叫小丽。周末爬山！\n微信 xiaoli_95")
	if fit != "我爱笑。周末爬山！" || left != 2 {
		t.Errorf("%q without %d", fit, left)
	}
	if fit, left := her.Fit("慢热，真诚。"); fit != "慢热，真诚。" || left > 0 {
		t.Errorf("%q without %d", fit, left)
	}
	if fit, _ := her.Fit("我叫小。丽"); strings.Contains(fit, "丽") {
		t.Errorf("cut apart: %q", fit)
	}
}

// Whatever somebody wrote around it, with whatever between the letters, nothing that
// tells who they are is left.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := mask.Person{
			Surname: rapid.SampledFrom([]string{"欧阳", "王", "诸葛", "郑", "Smith"}).Draw(t, "surname"), Given: rapid.SampledFrom([]string{"隐名", "梓萱", "Alice"}).Draw(t, "given"),
			School: rapid.SampledFrom([]string{"复旦大学", "金陵科技学院", "Oxford University"}).Draw(t, "school"), Employer: rapid.SampledFrom([]string{"某某公司", "华彩集团"}).Draw(t, "employer"),
			Handles: []string{rapid.StringMatching(`\+861[3-9][0-9]{9}`).Draw(t, "number"), rapid.StringMatching(`[a-z]{4,8}_[0-9]{2,4}`).Draw(t, "handle")},
			Born:    time.Date(rapid.IntRange(1960, 2003).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, time.UTC),
		}
		secrets := []string{p.Surname + p.Given, p.Given, p.School, p.Employer, p.Handles[0], p.Handles[0][3:], p.Handles[1], p.Born.Format("2006"), p.Born.Format("1月2日"), p.Born.Format("20060102")}
		between := rapid.SampledFrom([]string{"", " ", "-", "·", "~"}).Draw(t, "between")
		var parts []string
		for range rapid.IntRange(1, 5).Draw(t, "parts") {
			part := rapid.SampledFrom(append(secrets, "我喜欢旅行", "和气", "I like tea", "每天跑步")).Draw(t, "part")
			if !strings.ContainsAny(part, "abcdefghijklmnopqrstuvwxyz") {
				part = strings.Join(strings.Split(part, ""), between)
			}
			parts = append(parts, part, rapid.SampledFrom([]string{"。", "，", "\n", " "}).Draw(t, "end"))
		}
		fit, _ := p.Fit(strings.Join(parts, ""))
		tight := strings.NewReplacer(" ", "", "-", "", "·", "", "~", "", "_", "").Replace(fit)
		for _, s := range secrets {
			if s = strings.ReplaceAll(s, "_", ""); strings.Contains(tight, s) || strings.Contains(strings.ToLower(tight), strings.ToLower(s)) {
				t.Fatalf("%q is left: %q of %q", s, fit, parts)
			}
		}
	})
}

// FuzzFit holds what may be read against the finder once more.
func FuzzFit(f *testing.F) {
	f.Add("我叫小丽。电话 13800138000")
	f.Fuzz(func(t *testing.T, words string) {
		if fit, _ := her.Fit(words); len(her.Find(fit)) > 0 {
			t.Errorf("%q is left of %q", her.Find(fit), words)
		}
	})
}
