package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"redthread/store"
)

// seeker is what somebody has told the agency before the demo opens. Nobody of that
// name and life exists; they are drawn by lot, the same at each start.
type seeker struct {
	is     store.Profile
	wishes store.Criteria
	phone  string
	paid   int // introductions, for half a year
}

// Those of the cast who are registered from the start, and would suit each other.
var registered = map[string]seeker{
	"bo": {
		is: store.Profile{
			Gender: "male", Born: "1992-04-18", Surname: "陈", Given: "博文", Height: 178, Education: "bachelor", Occupation: "tech", Income: "to30",
			Housing: "loan", Car: "have", Hobbies: []string{"walking", "reading", "cooking"},
			Intro: "在杭州做了八年软件，下班喜欢沿着运河走一走，周末给家里人做饭。想认识一位愿意慢慢了解的人。",
		},
		wishes: store.Criteria{
			Age:    store.Wish{Weight: store.Must, From: 27, To: 34},
			Height: store.Wish{Weight: store.Prefer, From: 158}, Education: store.Wish{Weight: store.Prefer, Least: "bachelor"},
			Region: store.Wish{Weight: store.Prefer, Places: []int{330100}}, Smoking: store.Wish{Weight: store.Must, OneOf: []string{"no"}},
		},
	},
	"dana": {
		is: store.Profile{
			Gender: "female", Born: "1995-08-09", Surname: "林", Given: "丹娜", Height: 166, Education: "master", Occupation: "teacher", Income: "to20",
			Housing: "rent", Car: "none", Hobbies: []string{"walking", "reading", "cooking"},
			Intro: "小学老师，孩子们很吵也很可爱。放假就出门走走，看书，学做菜。希望对方踏实、好说话。",
		},
		wishes: store.Criteria{
			Age:    store.Wish{Weight: store.Must, From: 29, To: 37},
			Height: store.Wish{Weight: store.Prefer, From: 172}, Education: store.Wish{Weight: store.Prefer, Least: "bachelor"},
			Region: store.Wish{Weight: store.Prefer, Places: []int{330100}}, Smoking: store.Wish{Weight: store.Prefer, OneOf: []string{"no"}},
		},
	},
}

// crowdSize is how many more clients the agency has when the demo opens.
const crowdSize = 58

// crowd are these clients, as many women as men.
func crowd() (people []person, lives map[string]seeker) {
	r := rand.New(rand.NewPCG(6, 60))
	lives = map[string]seeker{}
	for i := range crowdSize {
		s, city, face := draw(r, i)
		p := person{
			ID: fmt.Sprintf("c%02d", i+1), Platform: "telegram", Lang: "zh-hans", Address: fmt.Sprint(8_100_001_000 + i), Aside: true, Face: face,
			Name: words{s.is.Surname + s.is.Given, s.is.Surname + s.is.Given},
			Role: words{fmt.Sprintf("%d 年，%s", born(s.is), city.ZH), fmt.Sprintf("%d, %s", born(s.is), city.EN)},
		}
		if i%3 == 2 {
			p.Platform, p.Address = "wechat", fmt.Sprintf("oRt7kCrowd%018d", i+1)
		}
		people, lives[p.ID] = append(people, p), s
	}
	return people, lives
}

func born(p store.Profile) (year int) {
	year, _ = strconv.Atoi(p.Born[:4]) // we drew it
	return year
}

// hometowns are where the agency's clients live, most of them first.
var hometowns = []struct {
	code int
	name words
}{
	{330106, words{"杭州", "Hangzhou"}}, {330106, words{"杭州", "Hangzhou"}}, {310115, words{"上海", "Shanghai"}}, {330203, words{"宁波", "Ningbo"}},
	{320583, words{"苏州", "Suzhou"}}, {330602, words{"绍兴", "Shaoxing"}}, {320102, words{"南京", "Nanjing"}},
}

var (
	surnames   = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "何", "郭", "罗", "梁", "宋", "郑", "谢", "唐", "许", "沈", "彭", "苏", "蒋", "叶"}
	givenWomen = []string{"晓雯", "思琪", "雨桐", "佳宁", "静怡", "梦瑶", "欣然", "若兰", "诗涵", "婉清", "书妍", "可昕", "语嫣", "芷若", "念慈", "秋月", "紫薇", "乐瑶", "映雪", "听澜", "初夏", "南星", "以沫", "清禾", "知夏", "安琪", "子衿", "云舒", "青黛"}
	givenMen   = []string{"浩然", "子轩", "宇航", "俊杰", "明哲", "志远", "文博", "思源", "天佑", "嘉树", "一鸣", "景行", "承宇", "修远", "逸飞", "立诚", "昊天", "临川", "牧之", "望舒", "知行", "怀瑾", "星河", "定安", "长风", "守拙", "若谷", "云帆", "北辰"}
)

// draw makes up the life and the wishes of client i, women and men in turn.
func draw(r *rand.Rand, i int) (s seeker, city words, face int) {
	home := hometowns[r.IntN(len(hometowns))]
	given, gender := givenWomen, "female"
	height, year := 156+r.IntN(16), 1990+r.IntN(11)
	if i%2 == 1 {
		given, gender = givenMen, "male"
		height, year = 168+r.IntN(18), 1987+r.IntN(11)
	}
	s.is = store.Profile{
		Gender: gender, Born: fmt.Sprintf("%d-%02d-%02d", year, 1+r.IntN(12), 1+r.IntN(28)),
		Surname: surnames[i/2%len(surnames)], Given: given[i/2%len(given)], Height: height,
		Education: pick(r, "college", "bachelor", "bachelor", "master", "doctor"), Income: pick(r, "to10", "to20", "to20", "to30", "to50"),
		Occupation: pick(r, "public", "teacher", "medical", "tech", "finance", "company", "sales", "own"),
		Housing:    pick(r, "own", "loan", "family", "rent"), Car: pick(r, "have", "none"),
		Hobbies: []string{pick(r, store.HobbyKinds[:6]...), pick(r, store.HobbyKinds[6:]...)},
	}
	s.is.Home = store.Place{Code: home.code}
	if r.IntN(6) == 0 {
		s.is.Marital, s.is.Children = "divorced", pick(r, "none", "with_me")
		s.is.History = "有过一段婚姻，和平分开。"
	}
	s.is.Intro = introOf(r)
	s.wishes = wishesOf(r, s.is, year)
	return s, home.name, 2*r.IntN(faceKinds/2) + 1 + i%2
}

func introOf(r *rand.Rand) string {
	return pick(r, "性格开朗，朋友都说我靠得住。", "慢热，熟了话就多。", "工作认真，生活简单。", "爱笑，也听得进别人说话。") +
		pick(r, "周末多半在外面走走。", "闲下来喜欢收拾屋子、做点吃的。", "每年给自己安排一次远行。", "最近在学画画。") +
		pick(r, "想找一个聊得来的人。", "希望两个人互相照顾。", "愿意从朋友做起。")
}

func wishesOf(r *rand.Rand, p store.Profile, year int) (c store.Criteria) {
	age := 2026 - year
	c.Age = store.Wish{Weight: pickOf(r, store.Must, store.Prefer), From: max(22, age-8), To: age + 2}
	c.Height = store.Wish{Weight: store.Any}
	if p.Gender == "female" {
		c.Age.From, c.Age.To = max(22, age-3), age+8
		c.Height = store.Wish{Weight: pickOf(r, store.Must, store.Prefer), From: p.Height + 4}
	}
	c.Education = store.Wish{Weight: store.Prefer, Least: pick(r, "college", "bachelor")}
	c.Region = store.Wish{Weight: pickOf(r, store.Prefer, store.Prefer, store.Must), Places: []int{p.Home.Code / 10000 * 10000}}
	c.Smoking = store.Wish{Weight: pickOf(r, store.Must, store.Prefer), OneOf: []string{"no"}}
	return c
}

func pick(r *rand.Rand, all ...string) string { return pickOf(r, all...) }

func pickOf[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// complete fills in what does not differ from one to the other, and what they would
// rather not say.
func (s seeker) complete(n int) seeker {
	p := &s.is
	if p.Home.Code == 0 {
		p.Home.Code = 330106
	}
	p.Registered = p.Home
	if p.Marital == "" {
		p.Marital, p.Children = "never", "none"
	}
	p.Smoking, p.Drinking, p.PhotosDone = "no", "some", true
	p.Skipped = []string{"weight", "school", "employer", "religion", "ethnicity"}
	s.wishes.Marital, s.wishes.Children = store.Wish{Weight: store.Any}, store.Wish{Weight: store.Any}
	s.wishes.Drinking, s.wishes.Income, s.wishes.WordsAsked = store.Wish{Weight: store.Any}, store.Wish{Weight: store.Any}, true
	s.paid = 3 + n%4
	s.phone = fmt.Sprintf("+8613800138%03d", 100+n)
	return s
}
