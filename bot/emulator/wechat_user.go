package emulator

import "strconv"

// apiUser tells what WeChat still tells of a follower: since December 2021
// neither name nor picture.
func (w *WeChat) apiUser(c *wxCall) (any, error) {
	p := w.phones[c.r.URL.Query().Get("openid")]
	if p == nil {
		return nil, wxErrOpenID
	}
	if !p.follows {
		return map[string]any{"subscribe": 0, "openid": p.openid, "tagid_list": []int{}}, nil
	}
	out := map[string]any{
		"subscribe": 1, "openid": p.openid, "nickname": "", "sex": 0, "language": "zh_CN",
		"city": "", "province": "", "country": "", "headimgurl": "",
		"subscribe_time": p.since.Unix(), "remark": "", "groupid": 0, "tagid_list": []int{},
		"subscribe_scene": "ADD_SCENE_SEARCH", "qr_scene": 0, "qr_scene_str": "",
	}
	if p.scene != "" {
		out["subscribe_scene"] = "ADD_SCENE_QR_CODE"
		if id, err := strconv.ParseInt(p.scene, 10, 64); err == nil {
			out["qr_scene"] = id
		} else {
			out["qr_scene_str"] = p.scene
		}
	}
	return out, nil
}

// apiCallbackIP tells from where callbacks come.
func (w *WeChat) apiCallbackIP(*wxCall) (any, error) {
	return map[string][]string{"ip_list": {"127.0.0.1", "::1"}}, nil
}
