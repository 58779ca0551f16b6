package region_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redthread/bot/region"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]region.Code{
		"杭州": {330100}, "杭州市": {330100}, "浙江杭州": {330100}, "浙江省杭州市": {330100}, "我住在杭州。": {330100}, "杭州，浙江": {330100},
		"浙江": {330000}, "浙江省": {330000}, "北京": {110000}, "北京朝阳": {110105}, "北京市朝阳区建国路": {110105}, "上海浦东新区": {310115}, "上海浦东": {310115},
		"江苏昆山": {320583}, "昆山": {320583}, "义乌": {330782}, "吉林": {220000}, "吉林市": {220200}, "海南": {460000}, "三亚": {460200},
		"湖北恩施": {422800}, "恩施": {422800}, "内蒙古": {150000}, "内蒙呼和浩特": {150100}, "新疆": {650000}, "广西南宁": {450100}, "大理": {532900}, "济源": {419001},
		"東莞": {441900}, "廣東省廣州市": {440100}, "瀋陽": {210100}, "重慶": {500000}, "臺灣": {710000}, "台北": {710000}, "香港": {810000}, "澳門": {820000}, "香港九龙": {810000},
		"朝阳": {211300, 110105, 220104}, "承德": {130800}, "长沙": {430100},
		"Hangzhou": {330100}, "hangzhou, zhejiang": {330100}, "Xi'an": {610100}, "xi an": {610100}, "Hong Kong": {810000}, "Inner Mongolia": {150000},
		"Shanghai, China": {310000}, "suzhou": {320500, 341300}, "Suzhou Jiangsu": {320500}, "Macau": {820000}, "I live in Beijing": {110000}, "Shaanxi": {610000},
		"美国": {region.Abroad}, "美国洛杉矶": {region.Abroad}, "London, UK": {region.Abroad}, "abroad": {region.Abroad}, "我在国外": {region.Abroad},
		"": nil, "不告诉你": nil, "火星": nil, "somewhere": nil, "12345": nil,
	} {
		if got := region.Find(text); !slices.Equal(got, want) {
			t.Errorf("%q is %v, not %v", text, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for code, want := range map[region.Code][2]string{
		330100:        {"浙江省杭州市", "Hangzhou, Zhejiang"},
		330106:        {"浙江省杭州市西湖区", "西湖区, Hangzhou, Zhejiang"},
		310000:        {"上海市", "Shanghai"},
		310115:        {"上海市浦东新区", "浦东新区, Shanghai"},
		419001:        {"河南省济源市", "济源市, Henan"},
		region.Abroad: {"国外", "abroad"},
		123456:        {"", ""},
	} {
		if got := [2]string{code.Name("zh-CN"), code.Name("en")}; got != want {
			t.Errorf("%d is called %v, not %v", code, got, want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	provinces := region.Provinces()
	if len(provinces) != 34 {
		t.Errorf("%d provinces", len(provinces))
	}
	prefectures := 0
	for _, p := range provinces {
		cities := region.Cities(p)
		prefectures += len(cities)
		if len(cities) > 30 {
			t.Errorf("%s has %d cities, more than can be shown", p.Name("zh-CN"), len(cities))
		}
	}
	// 333 prefectures, and 32 counties that answer to their province.
	if prefectures != 333+32 {
		t.Errorf("%d cities", prefectures)
	}
}

// TestEveryNameIsFound: whoever writes the whole name of a division is
// understood, and in traditional characters as well as simplified ones.
func TestEveryNameIsFound(t *testing.T) {
	t.Parallel()
	all := everywhere()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "code")
		name := c.Name("zh-CN")
		if got := region.Find(name); len(got) != 1 || got[0] != c {
			t.Fatalf("%s (%d) is found as %v", name, c, got)
		}
	})
}

func everywhere() (all []region.Code) {
	for _, p := range region.Provinces() {
		all = append(append(all, p), region.Cities(p)...)
		for n := p; n < p+10000; n++ {
			if n.Known() && n%100 != 0 {
				all = append(all, n)
			}
		}
	}
	return all
}

func FuzzFind(f *testing.F) {
	f.Add("江苏昆山")
	f.Add("Xi'an, Shaanxi")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range region.Find(text) {
			if !c.Known() || c.Name("zh-CN") == "" || c.Name("en") == "" || strings.TrimSpace(c.Short("en")) == "" && c != region.Abroad {
				t.Errorf("%q is %d", text, c)
			}
		}
	})
}
