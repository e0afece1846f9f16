// What the page does without asking the server, and how a click in our HTML reaches it. This is the body of a function
// that gradio calls once, with the source panel as `element`; `trigger` sends an event of the panel to the server.
// Nothing here makes HTML of a text: the card is filled with textContent.

const body = document.body, narrow = matchMedia('(max-width: 760px)');
const events = ['pick', 'again', 'revise', 'keep', 'export', 'hide', 'restore', 'unfollow', 'sync', 'halt', 'read'];
const pane = document.querySelector('#panel'), ticked = new Set();  // the source panel; documents that are ticked
let chosen = null, sending = null;  // the choice that the ticks began from; what stops files that are being sent
const opened = new Set();  // the details a person opened, which an answer that grows must not close
let wanted = location.hash.slice(1);  // the conversation that the address names and is not shown yet
let asked = 0, from = null, last = null;  // questions seen; what opened the panel; the citation it shows

const card = document.createElement('div');
card.id = 'card';
card.setAttribute('role', 'tooltip');
card.hidden = true;
for (const name of ['title', 'place', 'quote']) card.append(Object.assign(document.createElement('p'), {className: name}));
document.querySelector('.gradio-container').append(card);

function show(marker) {
  for (const name of ['title', 'place', 'quote'])
    Object.assign(card.querySelector('.' + name), {textContent: marker.dataset[name], hidden: !marker.dataset[name]});
  card.hidden = false;
  const at = marker.getBoundingClientRect(), size = card.getBoundingClientRect();
  card.style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + 'px';
  card.style.top = (at.bottom + size.height + 12 < innerHeight ? at.bottom + 6 : Math.max(8, at.top - size.height - 6)) + 'px';
  marker.setAttribute('aria-describedby', 'card');
}

function hide() {
  card.hidden = true;
  document.querySelectorAll('[aria-describedby=card]').forEach(marker => marker.removeAttribute('aria-describedby'));
}

function view(name) {
  body.dataset.view = name;
  point();
  if (narrow.matches) menu(false);
}

function point() {  // out to the view that is open, which a sidebar drawn anew does not know
  const name = body.dataset.view;
  document.querySelectorAll('#side .view').forEach(button =>
    button.dataset.view === name ? button.setAttribute('aria-current', 'page') : button.removeAttribute('aria-current'));
  document.querySelector('[data-do=menu]')?.setAttribute('aria-expanded', !body.classList.contains('shut'));
}

function menu(open) {
  body.classList.toggle('shut', !open);
  point();
}

function close() {
  if (!body.classList.contains('reading')) return;
  body.classList.remove('reading');
  const back = last && document.querySelector(`#log [data-do=cite][data-turn="${last.turn}"][data-n="${last.n}"]`);
  (from?.isConnected ? from : back)?.focus();
}

function cite(turn, n) {
  last = {turn, n};
  document.querySelector('#sheet .sheet, #sheet p')?.remove();  // of the source before
  hide();
  body.classList.add('reading');
  trigger('cite', last);
}

function step(by) {
  const open = element.querySelector('.source'), n = Number(open?.dataset.n) + by;
  if (n >= 1 && n <= Number(open.dataset.all)) { from = null; cite(open.dataset.turn, n); }
}

async function copy(button) {
  const text = button.dataset.copy;
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else {  // a page that is not served by https has no clipboard
    const area = Object.assign(document.createElement('textarea'), {value: text});
    body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  const label = button.textContent;
  button.textContent = button.dataset.done;
  button.setAttribute('aria-live', 'polite');
  setTimeout(() => { button.textContent = label; }, 1500);
}

function rate(button) {
  const form = button.closest('fieldset'), verdict = form.querySelector('input:checked');
  if (!verdict) return form.querySelector('input').focus();
  trigger('rate', {turn: button.dataset.turn, verdict: verdict.value, note: form.querySelector('textarea').value});
}

let leafed = 0, leaf = null;  // how far the documents were scrolled when one was opened; what is read
const here = {
  menu: () => menu(body.classList.contains('shut')),
  view: button => view(button.dataset.view),
  cite: button => { from = button; cite(button.dataset.turn, Number(button.dataset.n)); },
  previous: () => step(-1), following: () => step(1), close, copy, rate,
  unrate: button => trigger('rate', {turn: button.dataset.turn}),
  fresh: () => { wanted = ''; view('chat'); close(); trigger('fresh', {}); },
  open: button => { view('chat'); open(button.dataset.id); },
  rename: button => trigger('rename', {id: button.dataset.id, text: button.closest('div').querySelector('input').value}),
  files: () => document.querySelector('.drop input[multiple]').click(),
  folder: () => document.querySelector('.drop input[webkitdirectory]').click(),
  cut: () => sending?.abort(),
  follow: button => trigger('follow', {text: button.closest('div').querySelector('input').value}),
  choose: () => trigger('choose', {ids: [...ticked]}),
  every: () => trigger('choose', {}),
  unread: () => { body.classList.remove('leafing'); document.querySelector('#documents').scrollTop = leafed; from?.isConnected && from.focus(); },
  read: button => {
    if (!body.classList.contains('leafing')) { leafed = document.querySelector('#documents').scrollTop; from = button; }
    body.classList.add('leafing');
    turn();  // to what was read last: if it is asked for again, nothing is drawn anew
    trigger('read', {...button.dataset});
  },
  finish: button => trigger('finish', {id: button.dataset.id}),
  erase: button => confirm(button.dataset.sure) && trigger('erase', {id: button.dataset.id}),
};

function turn() {  // to the beginning of what is read, and the keyboard with it
  leaf = document.querySelector('#leaf .leaf');
  leaf?.focus({preventScroll: true});
  document.querySelector('#documents').scrollTop = 0;
}

function find(list, text) {  // hides the rows that do not hold every word
  const words = text.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const row of list.children) {
    row.hidden = !words.every(word => row.dataset.find.includes(word));
    shown += !row.hidden;
  }
  list.nextElementSibling.hidden = shown > 0;
}

function tick() {  // after the documents were drawn anew: as the server has it, or as it was ticked since
  const list = document.querySelector('.found');
  if (!list) return;
  const boxes = [...list.querySelectorAll('input[type=checkbox]')];
  if (list.dataset.chosen !== chosen) {
    chosen = list.dataset.chosen;
    ticked.clear();
    boxes.filter(box => box.checked).forEach(box => ticked.add(box.dataset.id));
  }
  boxes.forEach(box => { box.checked = ticked.has(box.dataset.id); });
  const search = document.querySelector('[data-finds=found]');
  if (search) { search.value = sought; find(list, sought); }
}
let sought = '';  // what the documents are searched for

async function* within(entries) {  // the files of what was dropped, each with its path in its folder
  for (const entry of entries) {
    if (entry.isFile) yield [await new Promise((done, fail) => entry.file(done, fail)), entry.fullPath.replace(/^\//, '')];
    else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((done, fail) => reader.readEntries(done, fail));
        if (!some.length) break;
        yield* within(some);
      }
    }
  }
}

const NAMED = 8;  // files named one by one after a cancel
async function send(files) {  // one after another, so that what is told is true; then the server reads them
  const drop = document.querySelector('.drop'), transfer = drop.querySelector('.transfer'), told = transfer.querySelector('span');
  const arrived = [], refused = [], left = [], stop = new AbortController(), config = window.gradio_config;
  if (sending) return;
  sending = stop;
  transfer.hidden = false;
  for (const [n, [file, name]] of files.entries()) {
    if (stop.signal.aborted) { left.push(name); continue; }
    told.textContent = drop.dataset.sending.replace('{n}', n + 1).replace('{all}', files.length).replace('{name}', name);
    const form = new FormData();
    form.append('files', file);
    try {
      const answer = await fetch(`${config.root}${config.api_prefix}/upload`, {method: 'POST', body: form, signal: stop.signal});
      if (answer.ok) arrived.push({path: (await answer.json())[0], name});
      else refused.push([name, answer.status === 413 ? drop.dataset.large : `${answer.status} ${answer.statusText}`]);
    } catch (error) {
      if (stop.signal.aborted) left.push(name);
      else refused.push([name, error.message]);
    }
  }
  sending = null;
  const cut = transfer.querySelector('button');
  cut.hidden = true;
  const lines = refused.map(([name, reason]) => drop.dataset.refused.replace('{name}', name).replace('{reason}', reason));
  const more = left.length - NAMED;
  if (left.length)
    lines.push(drop.dataset.left.replace('{names}', left.slice(0, NAMED).join(', ') + (more > 0 ? ` + ${more}` : '')));
  told.textContent = lines.join('\n');
  transfer.hidden = !lines.length;
  cut.hidden = false;
  transfer.classList.toggle('over', lines.length > 0);
  if (arrived.length) trigger('upload', {files: arrived});
}

document.addEventListener('change', event => {
  const box = event.target;
  if (box.matches?.('.found input[type=checkbox]')) box.checked ? ticked.add(box.dataset.id) : ticked.delete(box.dataset.id);
  if (!box.matches?.('.drop input[type=file]')) return;
  send([...box.files].filter(file => !file.name.startsWith('.')).map(file => [file, file.webkitRelativePath || file.name]));
  box.value = '';
});

for (const name of ['dragover', 'dragleave', 'drop']) document.addEventListener(name, async event => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();  // a file that misses the place must not take the page's
  const drop = document.querySelector('.drop'), over = event.target.closest?.('#documents');
  drop.classList.toggle('over', name === 'dragover' && Boolean(over));
  if (name !== 'drop' || !over) return;
  const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry()).filter(Boolean);
  const files = [];
  for await (const one of within(entries)) if (!one[0].name.startsWith('.')) files.push(one);
  if (files.length) send(files);
});

function open(id) {
  wanted = id;
  close();
  trigger('open', {id});
}

function address() {  // names the conversation that is shown, so that a reload and the browser's "back" find it
  const log = document.querySelector('#log [data-conversation]'), id = log?.dataset.conversation;
  if (id === undefined) return;
  if (wanted && wanted !== id && !document.querySelector('#told .notice')) {
    if (!body.classList.contains('opening')) { body.classList.add('opening'); trigger('open', {id: wanted}); }
    return;
  }
  wanted = '';
  body.classList.remove('opening');
  if (id !== location.hash.slice(1)) history.pushState(null, '', id ? '#' + id : location.pathname + location.search);
  document.querySelectorAll('#past .talk').forEach(one =>
    one.dataset.id === id ? one.setAttribute('aria-current', 'true') : one.removeAttribute('aria-current'));
}

addEventListener('popstate', () => {
  const id = location.hash.slice(1);
  id ? open(id) : trigger('fresh', {});
});

let pressed;  // where a list is drawn anew between press and release, the browser sends no click to its buttons
document.addEventListener('pointerdown', event => {
  const button = event.button === 0 && event.target.closest?.('[data-do]');
  pressed = button && {button, x: event.clientX, y: event.clientY};
});
document.addEventListener('pointerup', event => {
  const {button, x, y} = pressed || {};
  if (button?.isConnected === false && Math.hypot(event.clientX - x, event.clientY - y) < 5) act(button);
});

document.addEventListener('click', event => {
  const button = event.target.closest?.('[data-do]');
  if (button) act(button);
  else if (narrow.matches && !event.target.closest?.('#side')) menu(false);
});

function act(button) {
  const name = button.dataset.do;
  if (here[name]) here[name](button);
  else if (events.includes(name)) trigger(name, {...button.dataset});
  if (name === 'revise') document.querySelector('#box textarea')?.focus();
}

document.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    if (!card.hidden) return hide();
    if (body.classList.contains('leafing') && body.dataset.view === 'documents') return here.unread();
    if (body.classList.contains('reading')) return close();
    if (narrow.matches) menu(false);
    return;
  }
  if (!pane.contains(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = {n: 1, ArrowRight: 1, p: -1, ArrowLeft: -1}[event.key];
  if (by) { event.preventDefault(); step(by); }
});

for (const [on, off] of [['mouseover', 'mouseout'], ['focusin', 'focusout']]) {
  document.addEventListener(on, event => { const m = event.target.closest?.('.cite'); if (m) show(m); });
  document.addEventListener(off, event => { if (event.target.closest?.('.cite')) hide(); });
}
document.addEventListener('scroll', hide, true);

document.addEventListener('click', event => {  // what a person does, and not what a new drawing does
  const one = event.target.closest?.('details[data-keep] > summary')?.parentElement;
  if (one) one.open ? opened.delete(one.dataset.keep) : opened.add(one.dataset.keep);
});

let typing;  // the pause after which the conversations are searched
document.addEventListener('input', event => {
  if (!event.target.dataset) return;
  if ('search' in event.target.dataset) {
    clearTimeout(typing);
    typing = setTimeout(() => trigger('find', {text: event.target.value}), 250);
    return;
  }
  if (event.target.dataset.finds !== 'found') return;
  sought = event.target.value;
  find(document.querySelector('.found'), sought);
});

document.addEventListener('told', () => {  // after a part of the page was drawn anew
  document.documentElement.lang = document.querySelector('#top [data-lang]')?.dataset.lang ?? '';
  point();
  address();
  tick();
  if (body.classList.contains('leafing') && document.querySelector('#leaf .leaf') !== leaf) turn();
  document.querySelectorAll('time[datetime]').forEach(time => {
    const form = 'day' in time.dataset ? {dateStyle: 'medium'} : {dateStyle: 'medium', timeStyle: 'short'};
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang || undefined, form);
  });
  document.querySelectorAll('details[data-keep]').forEach(one => { one.open = opened.has(one.dataset.keep); });
  setTimeout(scroll, 30);
  within_reach();
});

document.addEventListener('saved', event => {  // a file that the server wrote: to the browser's downloads
  const file = event.detail.querySelector('[data-name]');
  if (!file) return;
  const url = URL.createObjectURL(new Blob([file.dataset.text], {type: file.dataset.type}));
  Object.assign(document.createElement('a'), {href: url, download: file.dataset.name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
});

function within_reach() {  // where a page's image leaves the text less room, the quote stays in sight there
  const quote = element.querySelector('#quote'), text = quote?.closest('.passage');
  if (!text || text.scrollHeight <= text.clientHeight || text.dataset.moved) return;
  text.dataset.moved = 'yes';
  pane.scrollTop = 0;
  text.scrollTop = quote.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 3;
}

function scroll() {  // to a question that is new
  const questions = document.querySelectorAll('#log .question'), pane = document.querySelector('#log');
  if (questions.length > asked)
    pane.scrollTop += questions[questions.length - 1].getBoundingClientRect().top - pane.getBoundingClientRect().top - 16;
  if (!questions.length) { pane.scrollTop = 0; close(); }
  asked = questions.length;
}

watch('value', () => {  // a source is open: to its quote, and the keyboard to the panel
  const quote = element.querySelector('#quote'), open = element.querySelector('.source');
  if (!open || !body.classList.contains('reading')) return;
  open.focus({preventScroll: true});
  pane.scrollTop = 0;
  if (quote) pane.scrollTop = quote.getBoundingClientRect().top - pane.getBoundingClientRect().top - innerHeight / 4;
});

// what gradio names, or leaves to be guessed, at the top of the host is not there behind a proxy that shows the page at a path
document.querySelector('link[rel=manifest]')?.remove();
document.head.append(Object.assign(document.createElement('link'), {rel: 'icon', href: './favicon.ico'}));

// gradio gives each choice of a setting a name of its own: arrow keys would not lead from one to the next
const settings = document.querySelector('#settings');
new MutationObserver(() => settings.querySelectorAll('fieldset').forEach((one, n) =>
  one.querySelectorAll('input[type=radio]').forEach(choice => { if (choice.name !== `setting-${n}`) choice.name = `setting-${n}`; })
)).observe(settings, {subtree: true, childList: true, attributes: true, attributeFilter: ['name']});

menu(!narrow.matches);
view('chat');
