// The staff's group on a colleague's phone: a list of its topics, one for each
// client, and the talk in the topic that is open.

import { el } from './dom.js';
import { t } from './texts.js';
import { Phone } from './phone.js';

export class Forum extends Phone {
  build() {
    this.open = this.open || 0; // the topic that is read; 0: the list
    this.unread = this.unread || new Map();
    this.list = el('ul.topics', { 'aria-label': t('topics') });
    super.build();
    this.back = el('button.back', { type: 'button', 'aria-label': t('topics'), onclick: () => this.enter(0) }, '‹');
    this.heading = el('span.topic-name');
    this.screen.querySelector('.bar').replaceChildren(this.back, el('span.bar-names', {}, this.heading, this.status));
    this.log.before(this.list);
  }

  // mine says that the phone's owner wrote it: in a group everybody's words look alike.
  mine(b) { return b.from === this.state.self; }

  name(thread) { return this.state.topics?.find((x) => x.thread === thread)?.name || ''; }

  // enter opens a topic, or the list of them.
  enter(thread) {
    this.open = thread;
    this.unread.delete(thread);
    this.drawState();
    this.drawAll();
    this.toBottom();
  }

  drawState() {
    if (this.open && !this.name(this.open)) this.open = 0; // the topic was deleted
    super.drawState();
    const inside = this.open !== 0;
    this.list.hidden = inside;
    for (const part of [this.log, this.composer, this.back]) part.hidden = !inside;
    this.side.hidden = true;
    this.heading.textContent = inside ? this.name(this.open) : t('group');
    this.status.textContent = inside ? t('topic') : t('topicCount', this.state.topics?.length || 0);
    this.drawTopics();
  }

  clearTyping() {
    super.clearTyping();
    this.status.textContent = this.open ? t('topic') : t('topicCount', this.state.topics?.length || 0);
  }

  drawTopics() {
    const topics = [...(this.state.topics || [])].sort((a, b) => (this.last(b.thread)?.id || 0) - (this.last(a.thread)?.id || 0));
    this.list.replaceChildren(...topics.map((x) => {
      const last = this.last(x.thread);
      const unread = this.unread.get(x.thread);
      return el('li', {}, el('button.topic', { type: 'button', 'data-topic': x.name, onclick: () => this.enter(x.thread) },
        el('b', {}, x.name), el('span.topic-last', {}, last ? (last.text || t(`kinds.${last.kind}`) || '').slice(0, 40) : ''),
        unread ? el('span.badge', { 'aria-label': `${unread} ${t('unread')}` }, String(unread)) : null));
    }));
    if (!topics.length) this.list.replaceChildren(el('li.no-topics', {}, t('noTopics')));
  }

  last(thread) { return [...this.bubbles.values()].findLast((b) => b.thread === thread && b.kind !== 'notice'); }

  drawBubble(b) {
    if (b.thread === this.open && this.open) super.drawBubble({ ...b, mine: this.mine(b) });
  }

  onNew(b) {
    const own = { ...b, mine: this.mine(b) };
    super.onNew(own);
    if (!own.mine && b.thread && b.thread !== this.open && b.kind !== 'notice') this.unread.set(b.thread, (this.unread.get(b.thread) || 0) + 1);
    this.drawTopics();
  }

  change(change, state) {
    super.change(change, state);
    if (change.kind === 'edit' || change.kind === 'delete') this.drawTopics();
  }

  drawChips() { this.chips.hidden = true; }

  do(name, value) { return super.do(name, { ...value, thread: this.open }); }

  things() { return []; }

  fileQuery() { return `?thread=${this.open}`; }

  compose(text, ms, thread) {
    if (thread && thread !== this.open) this.enter(thread);
    super.compose(text, ms);
  }

  point(at) {
    const thread = this.bubbles.get(at.bubble)?.thread;
    if (thread && thread !== this.open) this.enter(thread);
    super.point(at);
  }

  // loud says that news of a bubble is for this screen's owner to look at.
  loud(b) { return !this.mine(b) && b.kind !== 'notice'; }
}
