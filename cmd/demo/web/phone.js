// One phone: its talk, its composer, and the deeds of its owner. What differs
// between the platforms is in wechat.js and telegram.js.

import { el, icon } from './dom.js';
import { t, inLang } from './texts.js';
import { deed, showFile } from './post.js';
import { wechat } from './wechat.js';
import { telegram } from './telegram.js';

const looks = { wechat, telegram };
const tints = ['#b5544b', '#5a7d9a', '#8a6d9b', '#5f8a66', '#b07d3c', '#3f7f86'];

// avatar draws a person as the first letter of their name, behind a 小.
export function avatar(person) {
  const name = inLang(person.name);
  if (person.face) return el('img.avatar', { src: `faces/${person.face}`, alt: '' });
  const node = el('span.avatar', { 'aria-hidden': 'true' }, [...name].at(name.startsWith('小') ? 1 : 0));
  node.style.backgroundColor = tint(person.id);
  return node;
}

export function tint(id) {
  const sum = [...id].reduce((n, c) => n + c.codePointAt(0), 0);
  return tints[{ anna: 0, bo: 1, dana: 2, carl: 3, mei: 4, li: 5 }[id] ?? sum % tints.length];
}

export class Phone {
  constructor(shown, samples, things) {
    this.person = shown;
    this.samples = samples;
    this.kinds = things;
    this.look = looks[shown.platform];
    this.bubbles = new Map(shown.bubbles?.map((b) => [b.id, b]) || []);
    this.state = shown.state;
    this.rows = new Map();
    this.editing = null;
    this.build();
    this.drawState();
    this.drawAll();
  }

  // shown is the phone as a snapshot would have it.
  shown() {
    return { ...this.person, state: this.state, bubbles: [...this.bubbles.values()] };
  }

  build() {
    const p = this.person;
    const name = `${inLang(p.name)}, ${inLang(p.role)}, ${t(`platforms.${p.platform}`)}`;
    this.log = el('div.log', { role: 'log', tabIndex: 0, 'aria-label': t('talk') });
    this.status = el('span.bar-status');
    this.overlay = el('div.overlay', { role: 'status' });
    this.door = el('div.door');
    this.chips = el('div.chips');
    this.sheet = el('div.sheet', { hidden: true });
    this.keyboard = el('div.letters', { hidden: true });
    this.menuButton = el('button.more', { type: 'button', 'aria-label': t('more'), 'aria-expanded': 'false', onclick: () => this.toggleMore() }, icon('dots'));
    this.more = el('div.more-menu', { hidden: true },
      el('button', { type: 'button', onclick: () => { this.toggleMore(); this.do('unfollow'); } }, t(this.look.leave)));
    this.buildComposer();
    this.screen = el('div.screen', {},
      el('header.bar', {}, this.look.title(this.status), this.menuButton), this.more,
      this.log, this.chips, this.composer, this.keyboard, this.sheet, this.door, this.overlay);
    this.node = el(`section.phone.${p.platform}`, { id: `phone-${p.id}`, 'aria-label': name },
      el('div.who', {}, avatar(p), el('span.who-name', {}, inLang(p.name)), el('span.who-role', {}, this.roleWords()),
        el(`span.platform.on-${p.platform}`, { title: t(`platforms.${p.platform}`) }, icon(p.platform))),
      el('div.frame', {}, this.screen));
  }

  roleWords() {
    const p = this.person;
    if (p.staff) return inLang(p.role);
    return [p.code, t(`platforms.${p.platform}`)].filter(Boolean).join(' · ');
  }

  buildComposer() {
    this.input = el('textarea.input', {
      rows: 1, maxLength: 6000, placeholder: this.look.placeholder(), 'aria-label': `${inLang(this.person.name)}: ${t('write')}`,
      oninput: () => this.fitInput(), onkeydown: (e) => this.onKey(e), onbeforeinput: (e) => this.onBreak(e),
    });
    this.sendButton = el('button.send', { type: 'submit', 'aria-label': t('send') }, this.look.sendFace());
    this.attach = el('button.attach', { type: 'button', 'aria-label': t('attach'), onclick: () => this.toggleSheet('pictures') }, icon(this.look.attachIcon));
    this.side = this.look.sideButton(this);
    this.composer = el('form.composer', { onsubmit: (e) => { e.preventDefault(); this.sendWords(); } },
      this.side, el('div.field', {}, this.input), this.attach, this.sendButton);
    this.fitInput();
  }

  onKey(e) {
    this.shift = e.shiftKey;
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      this.sendWords();
    }
    if (e.key === 'Escape') this.stopEditing();
  }

  // onBreak sends where a keyboard on glass tells of no Enter key.
  onBreak(e) {
    if (e.inputType !== 'insertLineBreak' || this.shift) return;
    e.preventDefault();
    this.sendWords();
  }

  fitInput() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight || 20, 92)}px`;
    this.composer.classList.toggle('has-words', this.input.value.trim() !== '');
  }

  sendWords() {
    const text = this.input.value.trim();
    if (!text) return;
    const editing = this.editing;
    this.input.value = '';
    this.stopEditing();
    this.fitInput();
    if (editing) this.do('edit', { bubble: editing, text });
    else this.do('write', { text });
  }

  // do performs a deed, and says so on the phone if it could not be done.
  async do(name, value) {
    this.hideSheet();
    try {
      await deed(this.person.id, name, value);
    } catch (e) {
      this.say(`${t('failed')}: ${e.message}`);
    }
  }

  async sendFile(file) {
    this.hideSheet();
    try {
      await showFile(this.person.id, file, this.fileQuery());
    } catch (e) {
      this.say(`${t('failed')}: ${e.message}`);
    }
  }

  fileQuery() { return ''; }

  startEditing(bubble) {
    this.editing = bubble.id;
    this.input.value = bubble.text;
    this.composer.classList.add('editing');
    this.input.focus();
    this.fitInput();
  }

  stopEditing() {
    if (this.editing) this.input.value = '';
    this.editing = null;
    this.composer.classList.remove('editing');
  }

  toggleMore() {
    this.more.hidden = !this.more.hidden;
    this.menuButton.setAttribute('aria-expanded', String(!this.more.hidden));
  }

  toggleSheet(what) {
    if (!this.sheet.hidden && this.sheet.dataset.what === what) {
      this.hideSheet();
      return;
    }
    this.sheet.dataset.what = what;
    this.sheet.replaceChildren(...(what === 'pictures' ? this.pictureSheet() : this.look.sheet(this)));
    this.sheet.hidden = false;
    this.toBottom();
  }

  hideSheet() { this.sheet.hidden = true; }

  pictureSheet() {
    const file = el('input', { type: 'file', accept: 'image/png,image/jpeg', hidden: true, onchange: (e) => e.target.files[0] && this.sendFile(e.target.files[0]) });
    const cards = this.samples.map((name) => el('button.sample', { type: 'button', onclick: () => this.do('picture', { samples: [name] }) },
      el('img', { src: `samples/${name}`, alt: '' }), el('span', {}, t(`samples.${name}`))));
    const extra = el('div.sheet-row', {},
      this.person.platform === 'telegram' && el('button', { type: 'button', onclick: () => this.do('picture', { samples: this.samples.slice(0, 2) }) }, t('album')),
      el('button', { type: 'button', onclick: () => file.click() }, t('own')), file,
      ...this.things().map((kind) => el('button', { type: 'button', 'data-thing': kind, onclick: () => this.do(kind, {}) }, t(`things.${kind}`))));
    return [el('p.sheet-title', {}, t('sampleTitle')), el('div.sample-row', {}, ...cards), extra];
  }

  // things are what can be sent besides words and pictures: clients send them.
  things() { return this.person.staff ? [] : this.kinds; }

  // change shows what happened on the phone.
  change(change, state) {
    const near = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
    const b = change.bubble;
    if (change.kind === 'new') this.onNew(b);
    if (change.kind === 'edit') { this.bubbles.set(b.id, b); this.drawBubble(b); }
    if (change.kind === 'delete') { this.bubbles.delete(b.id); this.rows.get(b.id)?.remove(); this.rows.delete(b.id); }
    if (change.kind === 'typing') this.showTyping();
    if (change.kind === 'toast') this.onToast(change);
    if (JSON.stringify(state) !== JSON.stringify(this.state)) {
      this.state = state;
      this.drawState();
    }
    if (near || b?.mine) this.toBottom();
  }

  onNew(b) {
    this.bubbles.set(b.id, b);
    this.drawBubble(b);
    this.drawChips();
    if (b.mine && b.text === this.input.value) { // the player's words have been sent
      clearInterval(this.typist);
      this.input.value = '';
      this.fitInput();
    }
    if (!b.mine) {
      this.clearTyping();
      this.node.classList.remove('rang');
      void this.node.offsetWidth; // restarts the animation
      this.node.classList.add('rang');
    }
  }

  onToast(change) {
    this.settle();
    if (!change.text) return;
    if (!change.alert) {
      this.say(change.text);
      return;
    }
    const ok = el('button', { type: 'button', onclick: () => { this.overlay.replaceChildren(); } }, t('ok'));
    this.overlay.replaceChildren(el('div.alert', { role: 'alertdialog' }, el('p', {}, change.text), ok));
    ok.focus();
  }

  // say shows a passing note over the talk.
  say(text) {
    const note = el('div.toast', {}, text);
    this.overlay.replaceChildren(note);
    setTimeout(() => note.remove(), 3200);
  }

  showTyping() {
    this.status.textContent = t('typing');
    this.status.classList.add('typing');
    clearTimeout(this.typingEnd);
    this.typingEnd = setTimeout(() => this.clearTyping(), 5000);
  }

  clearTyping() {
    clearTimeout(this.typingEnd);
    this.status.textContent = this.look.status();
    this.status.classList.remove('typing');
  }

  // settle ends the spinners of pressed keys.
  settle() {
    for (const k of this.log.querySelectorAll('.busy')) k.classList.remove('busy');
  }

  // catchUp redraws the phone after the connection was away.
  catchUp(state, bubbles) {
    this.state = state;
    this.bubbles = new Map(bubbles?.map((b) => [b.id, b]) || []);
    this.drawState();
    this.drawAll();
    this.toBottom();
  }

  drawState() {
    this.clearTyping();
    this.door.hidden = this.state.present;
    this.node.classList.toggle('absent', !this.state.present);
    this.menuButton.disabled = !this.state.present;
    if (!this.state.present) this.door.replaceChildren(...this.look.door(this));
    this.look.onState(this);
    this.drawChips();
  }

  drawAll() {
    this.rows.clear();
    this.log.replaceChildren();
    for (const b of this.bubbles.values()) this.drawBubble(b);
  }

  drawBubble(b) {
    const row = el(`div.row.${b.mine ? 'mine' : 'theirs'}.kind-${b.kind}`, {}, ...this.look.bubble(this, b));
    row.dataset.id = b.id;
    const old = this.rows.get(b.id);
    if (old) old.replaceWith(row);
    else this.log.append(row);
    this.rows.set(b.id, row);
  }

  // drawChips offers first words until the owner has found their own.
  drawChips() {
    const spoken = [...this.bubbles.values()].filter((b) => b.mine && b.kind === 'text' && !b.text.startsWith('/start')).length;
    this.chips.hidden = !this.state.present || spoken >= 1;
    const words = t(this.person.staff ? 'chipsStaff' : 'chips');
    this.chips.replaceChildren(...words.map((w) => el('button.chip', { type: 'button', onclick: () => this.do('write', { text: w }) }, w)));
  }

  // compose types words into the field as a person would.
  compose(text, ms) {
    clearInterval(this.typist);
    const runes = [...text];
    let n = 0;
    const step = Math.max(16, ms / Math.max(1, runes.length));
    this.typist = setInterval(() => {
      n += 1;
      this.input.value = runes.slice(0, n).join('');
      this.fitInput();
      if (n <= runes.length) return;
      clearInterval(this.typist);
      setTimeout(() => { this.input.value = ''; this.fitInput(); }, 300);
    }, step);
    this.node.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'smooth' });
  }

  // loud says that news of a bubble is for this phone's owner to look at.
  loud(b) { return !b.mine; }

  // point shows which button is about to be pressed.
  point({ bubble, row, col, word }) {
    const at = this.rows.get(bubble);
    const target = word >= 0 ? at?.querySelector(`[data-word="${word}"]`) : at?.querySelector(`[data-key="${row}-${col}"]`);
    target?.classList.add('pointed');
    target?.scrollIntoView({ block: 'nearest' });
    setTimeout(() => target?.classList.remove('pointed'), 900);
  }

  toBottom() {
    requestAnimationFrame(() => { this.log.scrollTop = this.log.scrollHeight; });
  }

  pictureURL(b) { return `phones/${this.person.id}/pictures/${encodeURIComponent(b.photo)}`; }

  // words splits a bubble's text into text and tappable stretches.
  words(b) {
    const runes = [...b.text];
    const parts = [];
    let at = 0;
    (b.words || []).forEach((w, i) => {
      parts.push(runes.slice(at, w.start).join(''));
      const label = runes.slice(w.start, w.end).join('');
      if (w.url) parts.push(el('a.word', { href: safeURL(w.url), target: '_blank', rel: 'noopener noreferrer' }, label));
      else parts.push(el('button.word', { type: 'button', 'data-word': i, onclick: () => this.do('tap', { bubble: b.id, word: i }) }, label));
      at = w.end;
    });
    parts.push(runes.slice(at).join(''));
    return parts;
  }

  // body is what a bubble holds: words, a picture, a file to save, or the name of
  // its kind.
  body(b) {
    if (b.photo && (b.kind === 'photo' || !b.kind)) {
      const img = el('img.photo', { src: this.pictureURL(b), alt: b.text || t('kinds.photo'), loading: 'lazy', onload: () => this.toBottom() });
      return b.text ? [img, el('span.caption', {}, b.text)] : [img];
    }
    if (b.kind === 'file' && b.photo) {
      return [el('span.thing', {}, t('kinds.file')), ' ', el('a.word', { href: this.pictureURL(b), download: b.text || 'file' }, b.text)];
    }
    if (b.kind && b.kind !== 'text' && b.kind !== 'notice') {
      return [el('span.thing', {}, `${t(`kinds.${b.kind}`) || b.kind}`), b.text ? ` ${b.text}` : ''];
    }
    return this.words(b);
  }

  key(b, k, row, col) {
    if (k.url) return el('a.key', { href: safeURL(k.url), target: '_blank', rel: 'noopener noreferrer' }, k.label, ' ↗');
    const node = el('button.key', { type: 'button', 'data-key': `${row}-${col}` }, k.label);
    node.addEventListener('click', () => {
      node.classList.add('busy');
      setTimeout(() => node.classList.remove('busy'), 4000);
      this.do('press', { bubble: b.id, row, col });
    });
    return node;
  }
}

// safeURL keeps a link from running anything.
function safeURL(url) {
  return /^https?:\/\//i.test(url) ? url : 'about:blank';
}
