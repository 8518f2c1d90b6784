/** The element of an id; the page is ours, so one that is missing is a bug. */
export const byId = <T extends HTMLElement>(id: string, kind: new () => T): T => {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
};

type Child = Node | string;

/** A new element. Text goes in as text: nothing here ever reads markup. */
export const make = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

export const button = (label: string, describe: string, onClick: () => void): HTMLButtonElement => {
  const element = make('button', { type: 'button', class: 'quiet', 'aria-label': describe }, label);
  element.addEventListener('click', onClick);
  return element;
};

/** `2026-11-21 10:40:12 UTC`, whatever the language and the zone of the browser: times in the lake are written so. */
export const moment = (when: number | string): HTMLTimeElement => {
  const iso = new Date(when).toISOString();
  return make('time', { datetime: iso }, `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`);
};

/** Tells whoever cannot see what changed; the same words twice are told twice. */
export const announce = (text: string): void => {
  const live = byId('live', HTMLDivElement);
  live.textContent = '';
  setTimeout(() => {
    live.textContent = text;
  }, 50);
};

export const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
