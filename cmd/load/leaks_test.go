package main

import "testing"

// A search that cannot find is worth nothing.
func TestNeedlesAreFound(t *testing.T) {
	talk, err := openTalk("")
	if err != nil {
		t.Fatal(err)
	}
	a := newAccount("safe")
	all := needles(a, talk, []byte(`{"key":[{"keyData":{"value":"GhAbCdEf"}}]}`))
	for _, text := range []string{a.botToken, a.hookSecret, a.appSecret, a.encodeKey, "x=GhAbCdEf", "Person 12", "他说：合同里没有写的服务费收了两次"} {
		if found := search("log", []byte("level=INFO "+text), all); len(found) == 0 {
			t.Errorf("%q was not found", text)
		}
	}
	if found := search("log", []byte(`{"msg":"outbox: not sent","conversation":"telegram:4000000000000001"}`), all); len(found) > 0 {
		t.Errorf("found %v where nothing is", found)
	}
}
