// The shelf: clients whose phones are not on the page until somebody asks for one.

import { el } from './dom.js';
import { t, inLang } from './texts.js';

export class Shelf {
  // people are whose phones lie here; hands show one and put it away; out are those
  // that were shown before.
  constructor(people, hands, out) {
    this.people = new Map(people.map((p) => [p.id, p]));
    this.hands = hands;
    this.out = out || new Set();
    this.rang = new Map(); // how much came to phones that lie here
    this.node = el('select.shelf', { hidden: !people.length, 'aria-label': t('shelf'), onchange: () => this.chosen() });
    this.draw();
  }

  draw() {
    const all = [...this.people.values()].filter((p) => !this.out.has(p.id))
      .sort((a, b) => (this.rang.get(b.id) || 0) - (this.rang.get(a.id) || 0) || a.code.localeCompare(b.code));
    const news = all.filter((p) => this.rang.has(p.id)).length;
    this.node.classList.toggle('rang', news > 0);
    this.node.replaceChildren(el('option', { value: '' }, t('shelf') + (news ? ` ● ${news}` : '')),
      ...all.map((p) => el('option', { value: p.id }, `${this.rang.has(p.id) ? '● ' : ''}${p.code} ${inLang(p.name)} · ${inLang(p.role)}`)));
  }

  chosen() {
    const id = this.node.value;
    if (id) this.takeOut(id);
  }

  takeOut(id) {
    this.out.add(id);
    this.rang.delete(id);
    this.draw();
    this.hands.takeOut(id);
  }

  putAway(id) {
    this.out.delete(id);
    this.draw();
    this.hands.putAway(id);
  }

  // ring says that something came to a phone, if it lies here.
  ring(id) {
    if (!this.people.has(id) || this.out.has(id)) return;
    this.rang.set(id, (this.rang.get(id) || 0) + 1);
    this.draw();
  }
}
