// What the page itself says, in two languages. What the bot says comes from the bot.

const texts = {
  zh: {
    hint: '您就是客户：在左边任一手机上关注，再发一句“投诉”或“人工”——看右边同事的手机响起来。王红娘那里写“匹配 1”，可以介绍两位客户认识。',
    hintPhone: '先关注，再发一句“投诉”，然后切到小李的手机看看。',
    otherLang: 'English',
    clients: '客户', staff: '员工', platforms: { wechat: '微信', telegram: 'Telegram' },
    account: '红线婚介', bot: '机器人', typing: '正在输入…', service: '服务号',
    wechatWords: '认真介绍，安心相识。关注后，机器人会向您问好。',
    telegramWords: '认真介绍，安心相识。按下面的按钮开始。',
    follow: '关注公众号', followAgain: '重新关注', start: '开始', restart: '重新启用机器人',
    unfollow: '取消关注', block: '停用并屏蔽', more: '更多',
    write: '发消息', send: '发送', attach: '发图片或别的', menu: '菜单', keyboard: '键盘', commands: '命令',
    edit: '修改', edited: '已修改', ok: '好',
    samples: { chat: '聊天', receipt: '收据', restaurant: '餐厅', rose: '玫瑰' },
    sampleTitle: '点一张就发出', album: '两张一起发', own: '选自己的图片…',
    chips: ['投诉', '菜单', '查进度', '人工'], chipsStaff: ['帮助', '菜单'],
    things: { voice: '语音', file: '文件', place: '位置' },
    group: '红线客服', topic: '话题', topics: '话题', topicCount: (n) => `${n} 个话题`, noTopics: '还没有话题。客户说“人工”，这里就多一个。',
    privateChat: '私聊', groupChat: '员工群', shelf: '再打开一位客户的手机…', putAway: '收起这部手机',
    kinds: { voice: '语音', video: '视频', file: '文件', location: '位置', photo: '图片', sticker: '表情', contact: '名片' },
    talk: '对话',
    dockShow: '幕后', dockHide: '收起幕后',
    weather: '天气', weatherHint: '世界不总是友善的。打开开关，看看什么都不会丢、也不会重复。',
    kindDay: '好天气', badDay: '坏天气',
    faults: {
      delayMs: ['网络慢', '每次慢 1.5 秒'], repeat: ['重复投递', '一半的消息来两次'], slow: ['发得太快', '429 / 45011'],
      closed: ['窗口已关', '微信 45015'], cut: ['连接中断', '请求没到'], lost: ['回音丢失', '到了，但没听见'],
      broken: ['平台故障', '502'], away: ['断网', '谁也到不了'],
    },
    token: '让微信令牌失效', tokenDone: '令牌已失效',
    outbox: '发件箱', turns: '经过', nothing: '还没有', panelAway: '暂时读不到',
    states: { sent: '已送达平台', queued: '排队', waiting: '等客户来信', failed: '失败', unreachable: '联系不上' },
    events: { arrived: '来了', left: '走了', wrote: '说话', pressed: '按钮', showed: '图片', sent: '其他', edited: '修改', noticed: '到时' },
    tries: (n) => `第 ${n} 次`, outside: '—',
    seconds: (s) => `${s} 秒`, minutes: (m) => `${m} 分`, hours: (h) => `${h} 时`,
    offline: '连接断了，正在重连…', failed: '没有发出',
    hold: '暂停', resume: '继续', playWaiting: '就要开始', playDone: '演完了', missed: (n) => `${n} 行没等到`,
    behind: '幕后', unread: '条新消息',
  },
  en: {
    hint: 'You are the client: follow on any phone on the left, write “complaint” or “human”, and watch a colleague’s phone ring on the right. On Mei’s, “/match 1” finds somebody for a client.',
    hintPhone: 'Follow, write “complaint”, then look at Li’s phone.',
    otherLang: '中文',
    clients: 'Clients', staff: 'Staff', platforms: { wechat: 'WeChat', telegram: 'Telegram' },
    account: 'Redthread', bot: 'bot', typing: 'typing…', service: 'Service account',
    wechatWords: 'Introductions with care. Follow, and the bot will greet you.',
    telegramWords: 'Introductions with care. Press the button below to start.',
    follow: 'Follow', followAgain: 'Follow again', start: 'Start', restart: 'Unblock and restart',
    unfollow: 'Unfollow', block: 'Stop and block bot', more: 'More',
    write: 'Message', send: 'Send', attach: 'Send a picture or else', menu: 'Menu', keyboard: 'Keyboard', commands: 'Commands',
    edit: 'Edit', edited: 'edited', ok: 'OK',
    samples: { chat: 'Chat', receipt: 'Receipt', restaurant: 'Dinner', rose: 'Rose' },
    sampleTitle: 'Tap one to send it', album: 'Two as an album', own: 'A picture of your own…',
    chips: ['complaint', 'menu', 'progress', 'human'], chipsStaff: ['help', 'menu'],
    things: { voice: 'Voice', file: 'File', place: 'Place' },
    group: 'Redthread desk', topic: 'topic', topics: 'Topics', topicCount: (n) => `${n} topics`, noTopics: 'No topics yet. A client who says “human” brings one.',
    privateChat: 'Bot', groupChat: 'Group', shelf: 'Open another client’s phone…', putAway: 'Put this phone away',
    kinds: { voice: 'Voice', video: 'Video', file: 'File', location: 'Location', photo: 'Picture', sticker: 'Sticker', contact: 'Contact' },
    talk: 'Talk',
    dockShow: 'Behind the scenes', dockHide: 'Hide the scenes',
    weather: 'Weather', weatherHint: 'The world is not always kind. Switch it, and see that nothing is lost and nothing said twice.',
    kindDay: 'Kind day', badDay: 'Bad day',
    faults: {
      delayMs: ['Slow network', '1.5 s each way'], repeat: ['Delivered twice', 'half of what people send'], slow: ['Too fast', '429 / 45011'],
      closed: ['Window closed', 'WeChat 45015'], cut: ['Connection cut', 'before it arrived'], lost: ['Answer lost', 'after it arrived'],
      broken: ['Platform broken', '502'], away: ['Network away', 'nothing gets through'],
    },
    token: 'Invalidate WeChat token', tokenDone: 'Token invalidated',
    outbox: 'Outbox', turns: 'Turns', nothing: 'nothing yet', panelAway: 'cannot be read just now',
    states: { sent: 'handed over', queued: 'queued', waiting: 'waits for client', failed: 'failed', unreachable: 'unreachable' },
    events: { arrived: 'arrived', left: 'left', wrote: 'wrote', pressed: 'pressed', showed: 'showed', sent: 'sent', edited: 'edited', noticed: 'timer' },
    tries: (n) => `try ${n}`, outside: '—',
    seconds: (s) => `${s} s`, minutes: (m) => `${m} min`, hours: (h) => `${h} h`,
    offline: 'Connection lost, trying again…', failed: 'Not sent',
    hold: 'Pause', resume: 'Go on', playWaiting: 'about to start', playDone: 'the end', missed: (n) => `${n} lines did not come`,
    behind: 'Scenes', unread: 'new messages',
  },
};

let lang = 'zh';

export const currentLang = () => lang;

export function setLang(to) {
  lang = to === 'en' ? 'en' : 'zh';
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
}

// chooseLang takes the visitor's earlier choice, else the program's, else the browser's.
export function chooseLang(fromProgram) {
  let kept = null;
  try { kept = localStorage.getItem('lang'); } catch { /* storage is off: choose anew each time */ }
  const browser = (navigator.languages || [navigator.language || 'zh'])[0];
  setLang(kept || fromProgram || (browser.toLowerCase().startsWith('zh') ? 'zh' : 'en'));
}

export function keepLang(to) {
  setLang(to);
  try { localStorage.setItem('lang', lang); } catch { /* as above */ }
}

// t looks a text up: t('follow'), t('samples.chat').
export function t(key, ...args) {
  let found = texts[lang];
  for (const part of key.split('.')) found = found?.[part];
  return typeof found === 'function' ? found(...args) : found;
}

export const inLang = (words) => words[lang] || words.en;
