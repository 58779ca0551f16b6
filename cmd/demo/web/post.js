// The page's deeds. Each resolves when the platform has taken it; what comes of
// it arrives with the live news.

async function send(path, body, type) {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': type }, body });
  if (answer.ok) return;
  let why = answer.statusText;
  try { why = (await answer.json()).error || why; } catch { /* no JSON: the status says it */ }
  throw new Error(why);
}

export const post = (path, value = {}) => send(path, JSON.stringify(value), 'application/json');

export const deed = (phone, name, value) => post(`api/phones/${phone}/${name}`, value);

export const showFile = (phone, file, query = '') => send(`api/phones/${phone}/picture${query}`, file, file.type || 'image/jpeg');
